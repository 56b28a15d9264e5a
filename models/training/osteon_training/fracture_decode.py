"""From output maps to fractures: peaks of the heat, boxes, suppression, outlines. The server does the same."""
from __future__ import annotations

from dataclasses import dataclass
from typing import List

import cv2
import numpy as np

from .fracture_net import MASK_STRIDE, STRIDE
from .metrics import box_iou
from .normalise import Letterbox

MASK_THRESHOLD, NMS_IOU, MAXIMUM_DETECTIONS = 0.5, 0.5, 20
LEAST_SCORE = 0.02
BOX_MARGIN = 0.25
"""How far an outline may leave its box, as a share of the box's size."""


@dataclass
class Detection:
    """A box [left, top, right, bottom] in input pixels, its score, and its outline's pixels.

    `mask` is a bool per input pixel of `window` [left, top, right, bottom], the widened box.
    """

    box: np.ndarray
    score: float
    window: np.ndarray
    mask: np.ndarray


def decode(heat: np.ndarray, distances: np.ndarray, mask: np.ndarray, placement: Letterbox) -> List[Detection]:
    """heat [h,w] and mask [hm,wm] in 0..1, distances [4,h,w] -> detections by falling score, clipped to the image."""
    peaks = (heat >= cv2.dilate(heat, np.ones((3, 3)))) & (heat >= LEAST_SCORE)
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-heat[rows, columns], kind="stable")
    low = np.array([placement.left, placement.top] * 2)
    high = low + np.array([placement.width, placement.height] * 2)
    kept: List[Detection] = []
    for row, column in zip(rows[order], columns[order]):
        x, y = (column + 0.5) * STRIDE, (row + 0.5) * STRIDE
        left, top, right, bottom = distances[:, row, column]
        box = np.clip([x - left, y - top, x + right, y + bottom], low, high)
        if box[2] - box[0] < 1 or box[3] - box[1] < 1 or any(box_iou(box, d.box) > NMS_IOU for d in kept):
            continue
        kept.append(Detection(box, float(heat[row, column]), *_mask_around(box, mask)))
        if len(kept) == MAXIMUM_DETECTIONS:
            break
    return kept


def _mask_around(box: np.ndarray, mask: np.ndarray) -> tuple:
    """The widened box in whole mask cells, and the largest piece of the thresholded mask in it."""
    margin = (box[2:] - box[:2]) * BOX_MARGIN
    first = np.maximum(np.floor((box[:2] - margin) / MASK_STRIDE).astype(int), 0)
    last = np.minimum(np.ceil((box[2:] + margin) / MASK_STRIDE).astype(int), mask.shape[::-1])
    cells = mask[first[1]:last[1], first[0]:last[0]]
    size = tuple(int(s) for s in (last - first) * MASK_STRIDE)
    inside = (cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR) >= MASK_THRESHOLD).astype(np.uint8)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=4)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()) if count > 1 else -1
    return np.concatenate([first, last]) * MASK_STRIDE, pieces == largest


def mask_overlap(detection: Detection, polygon: np.ndarray, side: int) -> float:
    """Intersection over union of a detection's mask and a true outline [n, 2] in input pixels."""
    truth = np.zeros((side, side), np.uint8)
    cv2.fillPoly(truth, [np.round(polygon * 16 - 8).astype(np.int32)], 1, shift=4)
    left, top, right, bottom = detection.window
    inner = int((truth[top:bottom, left:right].astype(bool) & detection.mask).sum())
    union = int(truth.sum()) + int(detection.mask.sum()) - inner
    return inner / union if union else 0.0
