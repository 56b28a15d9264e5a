"""Losses of the fracture network. Maps are [n, 1 or 4, h, w]; boxes are distances from cell centres in input pixels."""
from __future__ import annotations

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

HEAT_WEIGHT, BOX_WEIGHT, MASK_WEIGHT, DICE_WEIGHT, IMAGE_WEIGHT = 1.0, 2.0, 20.0, 1.0, 0.7


def focal(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """CenterNet's focal loss: target is 1 at centres and falls off around them. Per object."""
    p = torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5)
    centre = (target >= 0.999).float()
    positive = torch.log(p) * (1 - p) ** 2 * centre
    negative = torch.log(1 - p) * p ** 2 * (1 - target) ** 4 * (1 - centre)
    return -(positive.sum() + negative.sum()) / centre.sum().clamp(min=1)


def giou(predicted: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Weighted 1 - GIoU of left, top, right, bottom distances [n, 4, h, w]; weight [n, 1, h, w]."""
    chosen = weight[:, 0] > 0
    if not bool(chosen.any()):
        return predicted.sum() * 0
    p, t = (m.permute(0, 2, 3, 1)[chosen] for m in (predicted, target))
    w = weight[:, 0][chosen]
    least, most = torch.minimum(p, t), torch.maximum(p, t)
    inner = (least[:, 0] + least[:, 2]) * (least[:, 1] + least[:, 3])
    union = (p[:, 0] + p[:, 2]) * (p[:, 1] + p[:, 3]) + (t[:, 0] + t[:, 2]) * (t[:, 1] + t[:, 3]) - inner
    hull = (most[:, 0] + most[:, 2]) * (most[:, 1] + most[:, 3])
    value = inner / union - (hull - union) / hull
    return ((1 - value) * w).sum() / w.sum()


def dice(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """1 - soft Dice, averaged over the images that have any mask."""
    p, t = torch.sigmoid(logits).flatten(1), target.flatten(1)
    present = t.sum(dim=1) > 0
    if not bool(present.any()):
        return logits.sum() * 0
    p, t = p[present], t[present]
    return (1 - (2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1)).mean()


def total(out: dict, batch: dict) -> dict:
    """{"loss", and each part} for the outputs of FractureNet and a batch of fracture_data."""
    parts = {
        "heat": focal(out["heat"], batch["heat"]),
        "box": giou(out["distances"], batch["distances"], batch["weight"]),
        "mask": binary_cross_entropy_with_logits(out["mask"], batch["mask"]),
        "dice": dice(out["mask"], batch["mask"]),
        "image": binary_cross_entropy_with_logits(out["image"], batch["fractured"]),
    }
    parts["loss"] = (HEAT_WEIGHT * parts["heat"] + BOX_WEIGHT * parts["box"] + MASK_WEIGHT * parts["mask"]
                     + DICE_WEIGHT * parts["dice"] + IMAGE_WEIGHT * parts["image"])
    return parts
