"""Steps of training embedding and LM head through frozen Llama blocks, in PyTorch.

Takes the shapes as JSON in its argument, prints {"seconds": [each step], "peak_mb": n}. On the CPU everything is float32. On CUDA
the frozen weights and all products are bfloat16, the trained rows, their gradients and moments float32, as ours are.
"""

import json
import math
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional


def normal(rows, width, dtype, trained=False):
    return nn.Parameter(torch.empty(rows, width, dtype=dtype).normal_(std=0.02), requires_grad=trained)


class Norm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width), requires_grad=False)
        self.epsilon = epsilon

    def forward(self, x):
        wide = x.float()
        wide = self.weight * (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.epsilon))
        return wide.to(x.dtype)


class Block(nn.Module):
    def __init__(self, job, dtype):
        super().__init__()
        width, inner, head = job["hidden_size"], job["intermediate_size"], job["head_dim"]
        self.heads, self.groups = job["num_attention_heads"], job["num_key_value_heads"]
        self.head = head
        self.norms = nn.ModuleList(Norm(width, job["rms_norm_eps"]) for _ in range(2))
        self.query = normal(self.heads * head, width, dtype)
        self.key = normal(self.groups * head, width, dtype)
        self.value = normal(self.groups * head, width, dtype)
        self.output = normal(width, self.heads * head, dtype)
        self.gate, self.up = normal(inner, width, dtype), normal(inner, width, dtype)
        self.down = normal(width, inner, dtype)

    def split(self, x, heads):
        return x.unflatten(-1, (heads, self.head)).transpose(1, 2)

    def attend(self, x, cosine, sine, mask):
        def rotate(y):
            low, high = y.chunk(2, -1)
            return y * cosine + torch.cat((-high, low), -1) * sine

        times = self.heads // self.groups
        query = rotate(self.split(functional.linear(x, self.query), self.heads))
        key = rotate(self.split(functional.linear(x, self.key), self.groups)).repeat_interleave(times, 1)
        value = self.split(functional.linear(x, self.value), self.groups).repeat_interleave(times, 1)
        if hasattr(functional, "scaled_dot_product_attention"):
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            scores = query @ key.transpose(-1, -2) / math.sqrt(self.head) + mask
            mixed = torch.softmax(scores, -1) @ value
        return functional.linear(mixed.transpose(1, 2).flatten(2), self.output)

    def forward(self, x, *shared):
        x = x + self.attend(self.norms[0](x), *shared)
        y = self.norms[1](x)
        inner = functional.silu(functional.linear(y, self.gate)) * functional.linear(y, self.up)
        return x + functional.linear(inner, self.down)


class Table(nn.Module):
    """Rows of which the last `trained` are trained, the others frozen."""

    def __init__(self, rows, width, trained, dtype):
        super().__init__()
        self.first = rows - trained
        self.frozen = normal(self.first, width, dtype) if self.first > 0 else None
        self.trained = normal(trained, width, torch.float32, trained=True)

    def embed(self, ids, dtype):
        if self.frozen is None:
            return functional.embedding(ids, self.trained).to(dtype)
        new = functional.embedding((ids - self.first).clamp(min=0), self.trained).to(dtype)
        old = functional.embedding(ids.clamp(max=self.first - 1), self.frozen)
        return torch.where((ids >= self.first).unsqueeze(-1), new, old)

    def logits(self, x):
        new = functional.linear(x, self.trained.to(x.dtype))
        return new if self.frozen is None else torch.cat((functional.linear(x, self.frozen), new), -1)


class Llama(nn.Module):
    def __init__(self, job, dtype):
        super().__init__()
        width, rows, trained = job["hidden_size"], job["vocab_size"], job["trained_rows"]
        self.dtype = dtype
        self.embedding = Table(rows, width, trained, dtype)
        self.blocks = nn.ModuleList(Block(job, dtype) for _ in range(job["num_hidden_layers"]))
        self.norm = Norm(width, job["rms_norm_eps"])
        self.lm_head = Table(rows, width, trained, dtype)
        length, half = job["length"], job["head_dim"] // 2
        frequency = job["rope_theta"] ** (-torch.arange(half) / half)
        angle = torch.outer(torch.arange(length), frequency).repeat(1, 2)
        mask = torch.full((length, length), -math.inf).triu(1)
        self.shared = (angle.cos().to(dtype), angle.sin().to(dtype), mask.to(dtype))

    def forward(self, ids):
        x = self.embedding.embed(ids, self.dtype)
        for block in self.blocks:
            x = block(x, *self.shared)
        return self.lm_head.logits(self.norm(x)).float()


def peak_mb(device):
    if device == "cuda":
        return torch.cuda.max_memory_reserved() / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def ends_first():
    """Where memory runs out, this process has to go and no other."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass


def main(job):
    ends_first()
    device = job["device"]
    torch.set_num_threads(job["threads"])
    torch.manual_seed(1)
    if device == "cuda":
        torch.set_default_device(device)
    model = Llama(job, torch.bfloat16 if device == "cuda" else torch.float32)
    optimiser = torch.optim.AdamW(
        [parameter for parameter in model.parameters() if parameter.requires_grad],
        lr=job["learning_rate"],
        betas=(job["beta1"], job["beta2"]),
        eps=job["epsilon"],
        weight_decay=job["weight_decay"],
        **({"fused": True} if device == "cuda" else {}),
    )
    ids = torch.randint(job["vocab_size"], (job["blocks"], job["length"] + 1), device=device)
    seconds = []
    for _ in range(job["steps"]):
        start = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        logits = model(ids[:, :-1])
        loss = functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        del logits
        loss.backward()
        optimiser.step()
        loss.item()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(device)}))


main(json.loads(sys.argv[1]))
