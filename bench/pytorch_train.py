#!/usr/bin/python3
# PyTorch's side of the benches of training: the same GPT, one whole step (batch, forward, backward, clip by the global
# norm, AdamW), eager, on the CPU.
#   usage: pytorch_train.py LAYERS HEADS WIDTH CONTEXT BATCH VOCABULARY THREADS TRIES
# With TRIES above 0 it keeps what is fastest of 1 and THREADS threads, of the two GELUs and of AdamW's two loops. Says what
# it chose and which BLAS it loaded, then answers each line of its input:
#   N          the seconds that N steps take
#   baseline   the most bytes it had held before there was a model
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

LAYERS, HEADS, WIDTH, CONTEXT, BATCH, VOCABULARY, THREADS, TRIES = map(int, sys.argv[1:9])


def peak_resident_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def loaded_blas():
    with open("/proc/self/maps") as maps:
        return sorted({line.split()[-1] for line in maps if "blas" in line})


class Block(nn.Module):
    gelu = "tanh"

    def __init__(self):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.project = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.register_buffer("hidden", torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).triu(1))

    def attention(self, x):
        q, k, v = self.qkv(x).view(BATCH, CONTEXT, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1)) * (1 / math.sqrt(WIDTH // HEADS))
        weights = scores.masked_fill_(self.hidden, float("-inf")).softmax(-1)
        return self.project((weights @ v).transpose(1, 2).reshape(BATCH, CONTEXT, WIDTH))

    def forward(self, x):
        x = x + self.attention(self.norm_1(x))
        return x + self.down(F.gelu(self.up(self.norm_2(x)), approximate=Block.gelu))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*[Block() for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(WIDTH)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, tokens, targets):
        x = self.blocks(self.tokens(tokens) + self.positions.weight)
        logits = F.linear(self.norm(x), self.tokens.weight)
        return F.cross_entropy(logits.view(-1, VOCABULARY), targets.reshape(-1))


class Training:
    def __init__(self):
        self.data = torch.randint(VOCABULARY, (20000,))
        self.model = Gpt()
        parameters = list(self.model.parameters())
        groups = [
            {"params": [p for p in parameters if p.dim() > 1], "weight_decay": 0.1},
            {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
        ]
        self.parameters = parameters
        self.optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99))

    def step(self):
        starts = torch.randint(len(self.data) - CONTEXT, (BATCH, 1))
        window = self.data[starts + torch.arange(CONTEXT + 1)]
        self.optimizer.zero_grad(set_to_none=True)
        self.model(window[:, :-1], window[:, 1:]).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()

    def seconds(self, steps):
        begin = time.perf_counter()
        for _ in range(steps):
            self.step()
        return time.perf_counter() - begin

    def set_foreach(self, foreach):
        for group in self.optimizer.param_groups:
            group["foreach"] = foreach

    def keep_fastest(self, values, use):
        """Keeps the value of a setting with which a step is fastest: the best of interleaved tries."""
        best = {value: math.inf for value in values}
        for _ in range(TRIES):
            for value in values:
                use(value)
                best[value] = min(best[value], self.seconds(1))
        fastest = min(values, key=best.get)
        use(fastest)
        return fastest


def set_gelu(kind):
    Block.gelu = kind


def main():
    baseline = peak_resident_bytes()
    torch.manual_seed(1)
    torch.set_num_threads(THREADS)
    training = Training()
    threads, gelu, foreach = THREADS, "tanh", False
    if TRIES > 0:
        training.seconds(2)  # warms up
        # On a small model, or beside other work, more threads can cost more than they bring.
        threads = training.keep_fastest(sorted({1, THREADS}), torch.set_num_threads)
        gelu = training.keep_fastest(["none", "tanh"], set_gelu)
        foreach = training.keep_fastest([False, True], training.set_foreach)
    print(f"PyTorch, {threads} of {THREADS} threads; gelu {gelu}, foreach {foreach},", *loaded_blas(), flush=True)
    for line in sys.stdin:
        print(baseline if line.strip() == "baseline" else training.seconds(int(line)), flush=True)


main()
