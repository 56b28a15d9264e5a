"""The bone-age network, and the graph that is shipped around it."""
from __future__ import annotations

from pathlib import Path
from typing import Sequence

import torch
from torch import nn

from .backbone import LAST_CHANNELS, Backbone
from .descriptions import BONE_AGE_CONCEPT, MONTH
from .upright import Righting

MEAN_MONTHS = 127.2
STD_MONTHS = 41.3
MAXIMUM_MONTHS = 240
HIDDEN = 256
MANIFEST_PARTS = {
    "extraInputs": [{"name": "sex", "source": "patient-sex", "values": {"F": -1, "M": 1, "O": 0, "unknown": 0}}],
    "output": {"decoder": "regression", "value": "months", "uncertainty": "uncertainty", "unit": MONTH,
               "concept": BONE_AGE_CONCEPT, "range": [0, MAXIMUM_MONTHS]},
    "operatingPoints": {"suspicious": 0, "definite": 0},
}
"""What the manifests of all bone-age graphs say of inputs and outputs."""


class BoneAgeNet(nn.Module):
    """image [n, 3, h, w] and sex [n, 1] (F -1, M +1, unknown 0) -> standardised bone age [n, 1]."""

    def __init__(self, pretrained: Path = None) -> None:
        super().__init__()
        self.backbone = Backbone(pretrained)
        self.hidden = nn.Linear(LAST_CHANNELS + 1, HIDDEN)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(HIDDEN, 1)

    def forward(self, image: torch.Tensor, sex: torch.Tensor) -> torch.Tensor:
        pooled = self.backbone(image).float().mean(dim=(2, 3))
        hidden = torch.relu(self.hidden(torch.cat([pooled, sex], dim=1)))
        return self.out(self.drop(hidden))


class BoneAgeEnsemble(nn.Module):
    """The mean of networks that each see the image at a side of its own; inputs and output as of one BoneAgeNet."""

    def __init__(self, members: Sequence[BoneAgeNet], sides: Sequence[int]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.sides = list(sides)

    def forward(self, image: torch.Tensor, sex: torch.Tensor) -> torch.Tensor:
        answers = [net(image if side == image.shape[-1] else
                       nn.functional.interpolate(image, size=(side, side), mode="bilinear", align_corners=False), sex)
                   for net, side in zip(self.members, self.sides)]
        return torch.stack(answers).mean(dim=0)


class RightedBoneAge(nn.Module):
    """Turns the image upright by quarters first; inputs and output as of one BoneAgeNet."""

    def __init__(self, righting: Righting, net: nn.Module) -> None:
        super().__init__()
        self.righting, self.net = righting, net

    def forward(self, image: torch.Tensor, sex: torch.Tensor) -> torch.Tensor:
        return self.net(self.righting(image)[0], sex)


class ShippedBoneAge(nn.Module):
    """Adds the mirrored view (or not), the months scale and the calibrated half-width of the 95 % interval.

    The half-width is piecewise linear in the predicted age: `widths[i]` months at `knots[i]` months, flat outside.
    """

    def __init__(self, net: nn.Module, knots: Sequence[float], widths: Sequence[float],
                 averages_mirror: bool = True) -> None:
        super().__init__()
        self.net = net
        self.averages_mirror = averages_mirror
        self.knots = [float(k) for k in knots]
        self.widths = [float(w) for w in widths]

    def forward(self, image: torch.Tensor, sex: torch.Tensor):
        if self.averages_mirror:
            image, sex = torch.cat([image, torch.flip(image, dims=[3])]), torch.cat([sex, sex])
        months = torch.clamp(self.net(image, sex).mean(dim=0, keepdim=True) * STD_MONTHS + MEAN_MONTHS, 0, MAXIMUM_MONTHS)
        uncertainty = months * 0 + self.widths[0]
        for left, right, low, high in zip(self.knots, self.knots[1:], self.widths, self.widths[1:]):
            uncertainty = uncertainty + (torch.clamp(months, left, right) - left) * ((high - low) / (right - left))
        return months, uncertainty
