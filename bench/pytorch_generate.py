#!/usr/bin/python3
# PyTorch's side of the bench of generation: the same GPT, one token at a time for each sequence, greedy, with keys and values
# kept, eager, on the CPU.
#   usage: pytorch_generate.py LAYERS HEADS WIDTH CONTEXT BATCH VOCABULARY THREADS TRIES KNOWN
# KNOWN tokens are in the cache whenever a sample begins. With TRIES above 0 it keeps what is fastest of 1 and THREADS threads
# and of the two layouts of a weight. Says what it chose and which BLAS it loaded, then answers each line of its input:
#   N          the seconds that N tokens of each sequence take
import math
import sys
import time

import torch
import torch.nn.functional as F

LAYERS, HEADS, WIDTH, CONTEXT, BATCH, VOCABULARY, THREADS, TRIES, KNOWN = map(int, sys.argv[1:10])
HEAD = WIDTH // HEADS


def loaded_blas():
    with open("/proc/self/maps") as maps:
        return sorted({line.split()[-1] for line in maps if "blas" in line})


class Linear:
    """x W + b, the weight stored as [out, in] (torch.nn.Linear) or as [in, out]."""

    outputs_first = True

    def __init__(self, inputs, outputs):
        self.by_output = torch.randn(outputs, inputs) * 0.02
        self.by_input = self.by_output.t().contiguous()
        self.bias = torch.zeros(outputs)

    def __call__(self, x):
        if Linear.outputs_first:
            return F.linear(x, self.by_output, self.bias)
        return torch.addmm(self.bias, x, self.by_input)


class Norm:
    def __init__(self):
        self.weight, self.bias = torch.ones(WIDTH), torch.zeros(WIDTH)

    def __call__(self, x):
        return F.layer_norm(x, (WIDTH,), self.weight, self.bias)


class Block:
    def __init__(self):
        self.norm_1, self.norm_2 = Norm(), Norm()
        self.qkv, self.project = Linear(WIDTH, 3 * WIDTH), Linear(WIDTH, WIDTH)
        self.up, self.down = Linear(WIDTH, 4 * WIDTH), Linear(4 * WIDTH, WIDTH)
        self.keys = torch.randn(BATCH, HEADS, CONTEXT, HEAD)
        self.values = torch.randn(BATCH, HEADS, CONTEXT, HEAD)

    def __call__(self, x, position):
        q, k, v = self.qkv(self.norm_1(x)).view(BATCH, 3, HEADS, 1, HEAD).unbind(1)
        self.keys[:, :, position] = k[:, :, 0]
        self.values[:, :, position] = v[:, :, 0]
        keys, values = self.keys[:, :, : position + 1], self.values[:, :, : position + 1]
        weights = ((q @ keys.transpose(-2, -1)) * (1 / math.sqrt(HEAD))).softmax(-1)
        x = x + self.project((weights @ values).reshape(BATCH, WIDTH))
        return x + self.down(F.gelu(self.up(self.norm_2(x)), approximate="tanh"))


class Generation:
    def __init__(self):
        self.tokens, self.positions = torch.randn(VOCABULARY, WIDTH) * 0.02, torch.randn(CONTEXT, WIDTH) * 0.02
        self.blocks = [Block() for _ in range(LAYERS)]
        self.norm = Norm()

    def seconds(self, count):
        newest = torch.zeros(BATCH, dtype=torch.long)
        begin = time.perf_counter()
        for position in range(KNOWN, KNOWN + count):
            x = self.tokens[newest] + self.positions[position]
            for block in self.blocks:
                x = block(x, position)
            newest = F.linear(self.norm(x), self.tokens).argmax(-1)
        return time.perf_counter() - begin

    def keep_fastest(self, values, use):
        """Keeps the value of a setting with which 4 tokens are fastest: the best of interleaved tries."""
        best = {value: math.inf for value in values}
        for _ in range(TRIES):
            for value in values:
                use(value)
                best[value] = min(best[value], self.seconds(4))
        fastest = min(values, key=best.get)
        use(fastest)
        return fastest


def set_layout(outputs_first):
    Linear.outputs_first = outputs_first


def main():
    torch.manual_seed(1)
    torch.set_num_threads(THREADS)
    threads, outputs_first = THREADS, True
    with torch.inference_mode():
        generation = Generation()
        if TRIES > 0:
            generation.seconds(2)  # warms up
            threads = generation.keep_fastest(sorted({1, THREADS}), torch.set_num_threads)
            outputs_first = generation.keep_fastest([True, False], set_layout)
        layout = "[out, in]" if outputs_first else "[in, out]"
        print(f"PyTorch, {threads} of {THREADS} threads; weights {layout},", *loaded_blas(), flush=True)
        for line in sys.stdin:
            print(generation.seconds(int(line)), flush=True)


main()
