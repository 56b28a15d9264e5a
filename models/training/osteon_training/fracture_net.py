"""The joint fracture network and the two graphs that are shipped from it.

MobileNetV2 -> three-level pyramid -> one map at stride 8: centre heat, four edge distances; a mask at stride 4; and
one logit for the whole image, read from where the heat is. Nothing depends on the size of the map, so the network
trains on crops and serves whole images.
"""
from __future__ import annotations

from pathlib import Path
from typing import Sequence, Tuple

import torch
from torch import nn

from . import runtime, upright
from .backbone import Backbone, fold
from .upright import Righting, distances_turned_back, turned_back

STRIDE, MASK_STRIDE = 8, 4
LEVELS = [3, 6, 13, 17]
LEVEL_CHANNELS = [24, 32, 96, 320]
WIDTH, MASK_WIDTH = 96, 32
DISTANCE_UNIT = 24.0
"""Input pixels of an edge distance whose raw output is 0."""
HEAT_PRIOR = -4.0
TOP_CELLS = 12
ATTENTION_SHARPNESS = 2.0


def _block(channels_in: int, channels_out: int, size: int = 3) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, size, padding=size // 2, bias=False),
                         nn.BatchNorm2d(channels_out, momentum=0.03), nn.ReLU(inplace=True))


def _twice(x: torch.Tensor) -> torch.Tensor:
    return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")


class FractureNet(nn.Module):
    """image [n, 3, h, w] (sides multiples of 32) -> dict of raw outputs.

    heat [n,1,h/8,w/8] logits; distances [n,4,h/8,w/8] input pixels (left, top, right, bottom of the cell centre);
    mask [n,1,h/4,w/4] logits; image [n,1] logit; activation [n,1,h/8,w/8]: what each cell adds to the image logit by
    the gradient of the judge (Selvaraju et al., Grad-CAM, ICCV 2017), where it adds.
    """

    def __init__(self, pretrained: Path = None) -> None:
        super().__init__()
        self.backbone = Backbone(pretrained, depth=LEVELS[-1] + 1)
        self.lateral = nn.ModuleList([_block(c, WIDTH, 1) for c in LEVEL_CHANNELS[1:]])
        self.middle = _block(WIDTH, WIDTH)
        self.fused = _block(WIDTH, WIDTH)
        self.heat_tower = _block(WIDTH, WIDTH)
        self.box_tower = _block(WIDTH, WIDTH)
        self.heat = nn.Conv2d(WIDTH, 1, 1)
        self.distances = nn.Conv2d(WIDTH, 4, 1)
        self.fine = _block(LEVEL_CHANNELS[0], MASK_WIDTH, 1)
        self.coarse = _block(WIDTH, MASK_WIDTH, 1)
        self.mask_tower = _block(MASK_WIDTH, MASK_WIDTH)
        self.mask = nn.Conv2d(MASK_WIDTH, 1, 1)
        self.judge = nn.Sequential(nn.Linear(WIDTH + 2, 48), nn.ReLU(), nn.Linear(48, 1))
        for layer in (self.heat, self.distances, self.mask):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)
        nn.init.constant_(self.heat.bias, HEAT_PRIOR)
        nn.init.constant_(self.mask.bias, HEAT_PRIOR)

    def forward(self, image: torch.Tensor) -> dict:
        c4, c8, c16, c32 = self.backbone.levels(image, LEVELS)
        p16 = self.middle(self.lateral[1](c16) + _twice(self.lateral[2](c32)))
        p8 = self.fused(self.lateral[0](c8) + _twice(p16))
        tower = self.heat_tower(p8)
        heat = self.heat(tower).float()
        raw = torch.clamp(self.distances(self.box_tower(p8)).float(), -3.0, 3.0)
        mask = self.mask(self.mask_tower(self.fine(c4) + _twice(self.coarse(p8)))).float()
        image_logit, activation = self._judge(heat, tower.float())
        return {"heat": heat, "distances": torch.exp(raw) * DISTANCE_UNIT, "mask": mask,
                "image": image_logit, "activation": activation}

    def _judge(self, heat: torch.Tensor, tower: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """The image's logit [n,1], and how much each cell adds to it [n,1,h/8,w/8], at least 0."""
        logits, cells = heat.flatten(1), tower.flatten(2)
        top = torch.topk(logits, TOP_CELLS, dim=1).values
        attention = torch.softmax(logits * ATTENTION_SHARPNESS, dim=1)
        seen = torch.bmm(cells, attention.unsqueeze(2)).squeeze(2)
        joined = torch.cat([seen, top[:, :1], top.mean(dim=1, keepdim=True)], dim=1)
        hidden = self.judge[0](joined)
        slope = ((hidden > 0).float() * self.judge[2].weight) @ self.judge[0].weight[:, :WIDTH]
        adds = torch.relu(torch.bmm(slope.unsqueeze(1), cells).squeeze(1)) * attention
        return self.judge[2](torch.relu(hidden)), adds.view_as(heat)


class RightedFracture(nn.Module):
    """Turns the image upright by quarters, and what the network says of it back; the same outputs."""

    def __init__(self, righting: Righting, net: FractureNet) -> None:
        super().__init__()
        self.righting, self.net = righting, net

    def forward(self, image: torch.Tensor) -> dict:
        righted, choice = self.righting(image)
        out = self.net(righted)
        return {**out, "distances": distances_turned_back(out["distances"], choice),
                **{name: turned_back(out[name], choice) for name in ("heat", "mask", "activation")}}


OUTPUTS = ("probability", "activation", "heat", "distances", "mask")


class ShippedFracture(nn.Module):
    """image [1, 3, h, w] -> OUTPUTS: one graph for both models, so that a server runs it once.

    probability [1, 1] that the image shows a fracture, calibrated; activation [1, 1, h/8, w/8]: the probability at the
    cell that adds most to it, falling off with what a cell adds; heat (0..1), distances (input pixels), mask (0..1).
    """

    def __init__(self, net: nn.Module, slope: float, intercept: float) -> None:
        super().__init__()
        self.net, self.slope, self.intercept = net, slope, intercept

    def forward(self, image: torch.Tensor):
        out = self.net(image)
        probability = torch.sigmoid(out["image"] * self.slope + self.intercept)
        strongest = out["activation"].amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-6)
        activation = out["activation"] / strongest * probability.view(-1, 1, 1, 1)
        return probability, activation, torch.sigmoid(out["heat"]), out["distances"], torch.sigmoid(out["mask"])


def checkpoint(work: Path, stage: str) -> Path:
    """Where the training checkpoint of a stage is."""
    return work / "fracture" / f"{stage}.pt"


def load(work: Path, stage: str) -> RightedFracture:
    """The network of a stage, BatchNorm folded and weights rounded to what the graph stores, for images turned any way."""
    net = FractureNet()
    net.load_state_dict(torch.load(checkpoint(work, stage), map_location="cpu")["average"])
    fold(net.eval())
    return RightedFracture(upright.load(work, "limbs"), runtime.round_to_half(net)).eval()
