"""Steps of training embedding and LM head through frozen Llama blocks, in PyTorch.

Takes the shapes as JSON in its argument, prints {"seconds": [each step], "peak_mb": n}.
"""

import json
import math
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Norm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width), requires_grad=False)
        self.epsilon = epsilon

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon))


def frozen(inputs, outputs):
    layer = nn.Linear(inputs, outputs, bias=False)
    nn.init.normal_(layer.weight, std=0.02)
    return layer.requires_grad_(False)


class Block(nn.Module):
    def __init__(self, job):
        super().__init__()
        width, inner, head = job["hidden_size"], job["intermediate_size"], job["head_dim"]
        self.heads, self.groups = job["num_attention_heads"], job["num_key_value_heads"]
        self.head = head
        self.norms = nn.ModuleList(Norm(width, job["rms_norm_eps"]) for _ in range(2))
        self.query = frozen(width, self.heads * head)
        self.key = frozen(width, self.groups * head)
        self.value = frozen(width, self.groups * head)
        self.output = frozen(self.heads * head, width)
        self.gate, self.up = frozen(width, inner), frozen(width, inner)
        self.down = frozen(inner, width)

    def split(self, x, heads):
        return x.unflatten(-1, (heads, self.head)).transpose(1, 2)

    def attend(self, x, cosine, sine, mask):
        def rotate(y):
            low, high = y.chunk(2, -1)
            return y * cosine + torch.cat((-high, low), -1) * sine

        times = self.heads // self.groups
        query = rotate(self.split(self.query(x), self.heads))
        key = rotate(self.split(self.key(x), self.groups)).repeat_interleave(times, 1)
        value = self.split(self.value(x), self.groups).repeat_interleave(times, 1)
        scores = query @ key.transpose(-1, -2) / math.sqrt(self.head) + mask
        mixed = torch.softmax(scores, -1) @ value
        return self.output(mixed.transpose(1, 2).flatten(2))

    def forward(self, x, *shared):
        x = x + self.attend(self.norms[0](x), *shared)
        y = self.norms[1](x)
        return x + self.down(functional.silu(self.gate(y)) * self.up(y))


class Llama(nn.Module):
    def __init__(self, job):
        super().__init__()
        width, rows = job["hidden_size"], job["vocab_size"]
        self.embedding = nn.Embedding(rows, width)
        self.blocks = nn.ModuleList(Block(job) for _ in range(job["num_hidden_layers"]))
        self.norm = Norm(width, job["rms_norm_eps"])
        self.lm_head = nn.Linear(width, rows, bias=False)
        for table in (self.embedding, self.lm_head):
            nn.init.normal_(table.weight, std=0.02)
        length, half = job["length"], job["head_dim"] // 2
        frequency = job["rope_theta"] ** (-torch.arange(half) / half)
        angle = torch.outer(torch.arange(length), frequency).repeat(1, 2)
        mask = torch.full((length, length), -math.inf).triu(1)
        self.shared = (angle.cos(), angle.sin(), mask)

    def forward(self, tokens):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, *self.shared)
        return self.lm_head(self.norm(x))


def peak_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def main(job):
    torch.set_num_threads(job["threads"])
    torch.manual_seed(1)
    model = Llama(job)
    optimiser = torch.optim.AdamW(
        [parameter for parameter in model.parameters() if parameter.requires_grad],
        lr=job["learning_rate"],
        betas=(job["beta1"], job["beta2"]),
        eps=job["epsilon"],
        weight_decay=job["weight_decay"],
    )
    ids = torch.randint(job["vocab_size"], (job["blocks"], job["length"] + 1))
    seconds = []
    for _ in range(job["steps"]):
        start = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        logits = model(ids[:, :-1])
        loss = functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        optimiser.step()
        loss.item()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb()}))


main(json.loads(sys.argv[1]))
