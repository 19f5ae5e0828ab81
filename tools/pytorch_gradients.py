#!/usr/bin/python3
"""Writes vectors/pytorch_gradients.safetensors: what PyTorch (Debian's python3-torch) computes, in double precision,
for a small GPT-2. Tests read the file, so that only who changes it needs PyTorch. Run from the repository's root.

The file holds the parameters under their Hugging Face names, tokens and targets, the loss, each gradient as
grad.<name>, a learning-rate schedule, and parameters and moments after four AdamW steps as stepped.<name>, m.<name>,
v.<name>, the gradient of step t being (t + 1) times grad.<name>.
"""
import json
import math
import struct

import torch
from torch import nn
from torch.nn import functional as F

LAYERS, HEADS, WIDTH, CONTEXT, VOCABULARY, BATCH = 2, 2, 16, 8, 11, 3
RATE, MIN_RATE, WARMUP, DECAY_STEPS, STEPS = 3e-3, 3e-4, 3, 12, 4
BETAS, EPSILON, WEIGHT_DECAY, CLIP = (0.9, 0.99), 1e-8, 0.1, 1.0


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = nn.LayerNorm(WIDTH)
        self.attn = nn.ModuleDict({"c_attn": nn.Linear(WIDTH, 3 * WIDTH), "c_proj": nn.Linear(WIDTH, WIDTH)})
        self.ln_2 = nn.LayerNorm(WIDTH)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(WIDTH, 4 * WIDTH), "c_proj": nn.Linear(4 * WIDTH, WIDTH)})

    def forward(self, x):
        attention = nn.functional.multi_head_attention_forward
        causal = torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).triu(1)
        normed = self.ln_1(x).transpose(0, 1)
        mixed, _ = attention(normed, normed, normed, WIDTH, HEADS, self.attn["c_attn"].weight, self.attn["c_attn"].bias,
                             None, None, False, 0.0, self.attn["c_proj"].weight, self.attn["c_proj"].bias,
                             attn_mask=causal, need_weights=False)
        x = x + mixed.transpose(0, 1)
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(VOCABULARY, WIDTH), "wpe": nn.Embedding(CONTEXT, WIDTH),
            "h": nn.ModuleList(Block() for _ in range(LAYERS)), "ln_f": nn.LayerNorm(WIDTH)})

    def forward(self, tokens):
        x = self.transformer["wte"](tokens) + self.transformer["wpe"].weight
        for block in self.transformer["h"]:
            x = block(x)
        return F.linear(self.transformer["ln_f"](x), self.transformer["wte"].weight)


def is_transposed(name):
    """Hugging Face keeps GPT-2's linear layers as [in, out], PyTorch as [out, in]."""
    return ".c_" in name and name.endswith("weight")


def stored(name, tensor):
    return tensor.t() if is_transposed(name) else tensor


def schedule():
    rates = []
    for step in range(DECAY_STEPS + 1):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=RATE)
        if step < WARMUP:
            scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / (WARMUP + 1), 1.0, WARMUP)
        else:
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, DECAY_STEPS - WARMUP, MIN_RATE)
        for _ in range(step if step < WARMUP else step - WARMUP):
            optimizer.step()
            scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def write(path, tensors, metadata):
    header, blobs, at = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        kind, code = ("I32", "i") if not tensor.is_floating_point() else ("F32", "f")
        blob = struct.pack(f"<{tensor.numel()}{code}", *tensor.reshape(-1).tolist())
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def main():
    torch.manual_seed(1)
    model = Gpt().double()
    for name, parameter in model.named_parameters():
        # Far from symmetric beginnings, so that no gradient is zero by accident; exactly representable in 32 bits.
        offset = 1.0 if "ln_" in name and name.endswith("weight") else 0.0
        parameter.data = (torch.randn_like(parameter) * 0.25 + offset).float().double()
    tokens = torch.randint(VOCABULARY, (BATCH, CONTEXT))
    targets = torch.randint(VOCABULARY, (BATCH * CONTEXT,))
    loss = F.cross_entropy(model(tokens).reshape(BATCH * CONTEXT, VOCABULARY), targets)
    loss.backward()

    named = dict(model.named_parameters())
    out = {"tokens": tokens.int(), "targets": targets.int(), "loss": loss.detach().reshape(1)}
    out.update({name: stored(name, p.detach().clone()) for name, p in named.items()})
    gradients = {name: p.grad.clone() for name, p in named.items()}
    out.update({"grad." + name: stored(name, g) for name, g in gradients.items()})

    rates = schedule()
    out["learning_rates"] = torch.tensor(rates, dtype=torch.float64)
    decaying = [p for p in named.values() if p.dim() > 1]
    others = [p for p in named.values() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": decaying, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}],
                                  lr=RATE, betas=BETAS, eps=EPSILON)
    norms = []
    for step in range(STEPS):
        for name, parameter in named.items():
            parameter.grad = gradients[name] * (step + 1)
        norms.append(torch.nn.utils.clip_grad_norm_(named.values(), CLIP).item())
        for group in optimizer.param_groups:
            group["lr"] = rates[step]
        optimizer.step()
    out["norms"] = torch.tensor(norms, dtype=torch.float64)
    for name, parameter in named.items():
        out["stepped." + name] = stored(name, parameter.detach())
        out["m." + name] = stored(name, optimizer.state[parameter]["exp_avg"])
        out["v." + name] = stored(name, optimizer.state[parameter]["exp_avg_sq"])
    write("vectors/pytorch_gradients.safetensors", {k: t.contiguous() for k, t in out.items()}, {"torch": torch.__version__})
    assert math.isfinite(loss.item())


main()
