"""Scores of the fracture network on whole validation images, through the exact serving normalisation."""
from __future__ import annotations

from typing import Dict, List

import numpy as np
import torch

from . import metrics
from .fracture_data import SPEC, polygons_of
from .fracture_decode import decode, mask_overlap
from .normalise import normalise, read_grey

LARGE_SIDE = 2000
"""Original long side, in pixels, from which an image counts as large."""


@torch.no_grad()
def predict(net: torch.nn.Module, entry: dict) -> dict:
    """{"logit", "fractured", "hits", "mask_hits", "scores", "truths"} of one entry."""
    grey = read_grey(entry["path"])
    image, placement = normalise(grey, SPEC)
    out = net(torch.from_numpy(image).contiguous(memory_format=torch.channels_last))
    found = decode(torch.sigmoid(out["heat"])[0, 0].numpy(), out["distances"][0].numpy(),
                   torch.sigmoid(out["mask"])[0, 0].numpy(), placement)
    factor = np.array([placement.width / entry["width"], placement.height / entry["height"]])
    offset = np.array([placement.left, placement.top])
    outlines = [p * factor + offset for p in polygons_of(entry, 1.0)]
    boxes = [_corners(f["bbox"]) * np.tile(factor, 2) + np.tile(offset, 2) for f in entry["fractures"]]
    overlaps = np.array([[metrics.box_iou(d.box, b) for b in boxes] for d in found]).reshape(len(found), len(boxes))
    masks = np.array([[mask_overlap(d, p, SPEC.width) if overlaps[i, j] > 0 else 0.0 for j, p in enumerate(outlines)]
                      for i, d in enumerate(found)]).reshape(len(found), len(boxes))
    scores = np.array([d.score for d in found])
    return {"logit": float(out["image"]), "fractured": float(entry["fractured"]), "scores": scores,
            "hits": metrics.match_detections(overlaps, scores), "truths": len(boxes),
            "mask_hits": metrics.match_detections(masks, scores),
            "loose_hits": metrics.match_detections(overlaps, scores, 0.3), "entry": entry}


def _corners(bbox: List[float]) -> np.ndarray:
    x, y, width, height = bbox
    return np.array([x, y, x + width, y + height], float)


def predict_all(net: torch.nn.Module, entries: List[dict]) -> List[dict]:
    """`predict` for each entry."""
    net.eval()
    return [predict(net, e) for e in entries]


def detection_ap(predictions: List[dict], key: str = "hits") -> float:
    """Average precision over all detections of these images at the IoU that `key` was matched with."""
    return metrics.average_precision(np.concatenate([p[key] for p in predictions]),
                                     np.concatenate([p["scores"] for p in predictions]),
                                     sum(p["truths"] for p in predictions))


def image_auc(predictions: List[dict]) -> float:
    """AUC of the image logit."""
    return metrics.auc(np.array([p["fractured"] for p in predictions]), np.array([p["logit"] for p in predictions]))


def strongest_box_auc(predictions: List[dict]) -> float:
    """AUC of the highest box score of each image."""
    return metrics.auc(np.array([p["fractured"] for p in predictions]),
                       np.array([p["scores"].max(initial=0.0) for p in predictions]))


def summary(predictions: List[dict]) -> Dict[str, float]:
    """The four figures shown while training."""
    return {"box AP50": detection_ap(predictions), "box AP30": detection_ap(predictions, "loose_hits"),
            "mask AP50": detection_ap(predictions, "mask_hits"), "AUC": image_auc(predictions),
            "box AUC": strongest_box_auc(predictions)}
