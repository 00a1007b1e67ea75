#!/usr/bin/env python3
"""Times what a user would pick instead of VideoMamba-Ti: a ViT-Ti (192 channels, 12 layers, 3 heads) with joint space-time attention by PyTorch's flash kernels.

Plain PyTorch in bfloat16, random weights and clips of 224 x 224, patches of 16, one token a patch and frame. Prints a JSON line for each size:
clips a second at inference and, with --train, the time of a training step (AdamW, cross-entropy). Needs PyTorch and a CUDA device.
"""
import argparse, json, statistics, torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1, self.norm2, self.heads = nn.LayerNorm(dim), nn.LayerNorm(dim), heads
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x):
        b, l, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, l, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        with nn.attention.sdpa_kernel(nn.attention.SDPBackend.FLASH_ATTENTION):
            x = x + self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, l, d))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    def __init__(self, frames, dim=192, depth=12, heads=3, classes=400, patches=196):
        super().__init__()
        self.embed = nn.Conv3d(3, dim, (1, 16, 16), (1, 16, 16))
        self.cls, self.pos = nn.Parameter(torch.zeros(1, 1, dim)), nn.Parameter(torch.zeros(1, 1 + frames * patches, dim))
        self.blocks, self.norm, self.head = nn.Sequential(*[Block(dim, heads) for _ in range(depth)]), nn.LayerNorm(dim), nn.Linear(dim, classes)

    def forward(self, clips):
        x = self.embed(clips).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1) + self.pos
        return self.head(self.norm(self.blocks(x)[:, 0]))


def median_ms(step, repetitions=11):
    for _ in range(3): step()
    times = []
    for _ in range(repetitions):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record(); step(); end.record(); end.synchronize()
        times.append(start.elapsed_time(end))
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true")
    for frames, batch, train_batch in ((8, 64, 32), (16, 64, 16), (32, 32, 8), (64, 16, 4)):
        model = ViT(frames).cuda().bfloat16()
        clips = torch.randn(batch, 3, frames, 224, 224, device="cuda", dtype=torch.bfloat16)
        with torch.no_grad():
            ms = median_ms(lambda: model(clips))
        row = dict(model="ViT-Ti, flash attention", frames=frames, batch=batch, ms_median=round(ms, 3), clips_per_s=round(1000 * batch / ms, 1), device=torch.cuda.get_device_name())
        if parser.parse_args().train:
            optimizer, labels = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True), torch.zeros(train_batch, dtype=torch.long, device="cuda")

            def step():
                optimizer.zero_grad()
                F.cross_entropy(model(clips[:train_batch]), labels).backward()
                optimizer.step()

            row.update(train_batch=train_batch, train_ms_median=round(median_ms(step, 7), 3))
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
