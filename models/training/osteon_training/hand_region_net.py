"""The attention network on the montage of hand regions."""
from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from .backbone import LAST_CHANNELS, Backbone

ATTENDED_BLOCK = 14
"""Blocks of the backbone before the attention: 96 channels, one cell for 16 pixels."""
ATTENDED_CHANNELS = 96
HIDDEN = 128
QUIET = -3.0
"""Bias of the attention at the start: sigmoid gives 0.05, so the backbone's features pass nearly unchanged."""


def _separable(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, groups=channels), nn.Conv2d(channels, channels, 1))


class Attention(nn.Module):
    """x -> x + x * a, a in 0..1 from a branch that goes down two scales and up again, as the seed's does."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down = nn.ModuleList([_separable(channels) for _ in range(2)])
        self.up = nn.ModuleList([_separable(channels) for _ in range(2)])
        self.gate = nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.gate.weight)
        nn.init.constant_(self.gate.bias, QUIET)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch = x
        for block in self.down:
            branch = nn.functional.max_pool2d(branch, 2)
            branch = branch + torch.relu(block(branch))
        for block in self.up:
            branch = branch + torch.relu(block(branch))
            branch = nn.functional.interpolate(branch, scale_factor=2.0, mode="bilinear", align_corners=False)
        return x + x * torch.sigmoid(self.gate(branch))


class RegionBoneAgeNet(nn.Module):
    """montage [n, 3, 256, 256] and sex [n, 1] (F -1, M +1, unknown 0) -> standardised bone age [n, 1]."""

    def __init__(self, pretrained: Path = None) -> None:
        super().__init__()
        self.backbone = Backbone(pretrained)
        self.attention = Attention(ATTENDED_CHANNELS)
        self.hidden = nn.Linear(LAST_CHANNELS + 1, HIDDEN)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(HIDDEN, 1)

    def forward(self, image: torch.Tensor, sex: torch.Tensor) -> torch.Tensor:
        x = self.attention(self.backbone.features[:ATTENDED_BLOCK](image))
        pooled = self.backbone.features[ATTENDED_BLOCK:](x).float().mean(dim=(2, 3))
        return self.out(self.drop(torch.relu(self.hidden(torch.cat([pooled, sex], dim=1)))))
