"""Figures of merit with bootstrap intervals. Scores are numpy arrays; labels are 0 or 1."""
from __future__ import annotations

from typing import Callable, Dict, List, Sequence

import numpy as np

RESAMPLES = 1000
BOOTSTRAP_SEED = 1


def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve; ties count a half. NaN when one class is missing."""
    labels, scores = np.asarray(labels, bool), np.asarray(scores, float)
    positives, negatives = labels.sum(), (~labels).sum()
    if positives == 0 or negatives == 0:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(hits: np.ndarray, scores: np.ndarray, positives: int) -> float:
    """All-point interpolated average precision; `hits` marks the true positives among the scored items."""
    if positives == 0:
        return float("nan")
    if len(hits) == 0:
        return 0.0
    order = np.argsort(-np.asarray(scores, float), kind="stable")
    true = np.cumsum(np.asarray(hits, float)[order])
    precision = true / np.arange(1, len(true) + 1)
    recall = np.concatenate([[0.0], true / positives])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope))


def label_average_precision(labels: np.ndarray, scores: np.ndarray) -> float:
    """Average precision of a binary label."""
    return average_precision(labels, scores, int(np.sum(labels)))


def sensitivity_specificity(labels: np.ndarray, scores: np.ndarray, threshold: float) -> Dict[str, float]:
    """Both rates, in 0..1, when scores at or above the threshold are called positive."""
    labels, called = np.asarray(labels, bool), np.asarray(scores) >= threshold
    return {"threshold": float(threshold), "sensitivity": float(called[labels].mean()),
            "specificity": float((~called[~labels]).mean())}


def threshold_for_sensitivity(labels: np.ndarray, scores: np.ndarray, sensitivity: float) -> float:
    """The highest threshold that keeps at least this sensitivity."""
    positives = np.sort(np.asarray(scores)[np.asarray(labels, bool)])
    allowed = int(np.floor((1 - sensitivity) * len(positives) + 1e-9))
    return float(positives[allowed])


def threshold_for_specificity(labels: np.ndarray, scores: np.ndarray, specificity: float) -> float:
    """The lowest threshold that keeps at least this specificity."""
    negatives = np.sort(np.asarray(scores)[~np.asarray(labels, bool)])[::-1]
    allowed = int(np.floor((1 - specificity) * len(negatives) + 1e-9))
    return float(np.nextafter(negatives[min(allowed, len(negatives) - 1)], np.inf))


def expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> float:
    """Mean |observed rate - mean probability| over equal-count bins."""
    order = np.argsort(probabilities, kind="stable")
    labels, probabilities = np.asarray(labels, float)[order], np.asarray(probabilities, float)[order]
    gaps = [abs(l.mean() - p.mean()) * len(l)
            for l, p in zip(np.array_split(labels, bins), np.array_split(probabilities, bins)) if len(l)]
    return float(sum(gaps) / len(labels))


def with_interval(count: int, measure: Callable[[np.ndarray], float]) -> Dict[str, object]:
    """`{value, low, high, n}`: the measure over all items, and its 95 % percentile-bootstrap interval.

    `measure` takes indices into the items (images); a resample that lacks a class is left out.
    """
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    drawn = [measure(rng.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {"value": round(float(measure(np.arange(count))), 4), "low": round(float(low), 4),
            "high": round(float(high), 4), "n": int(count)}


def platt(logits: Sequence[float], labels: Sequence[float], steps: int = 100) -> Dict[str, float]:
    """Fits sigmoid(slope * logit + intercept) by Newton's method on the log loss with Platt's soft targets."""
    x, y = np.asarray(logits, float), np.asarray(labels, float)
    positives, negatives = y.sum(), len(y) - y.sum()
    target = np.where(y > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.stack([x, np.ones_like(x)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, design.T @ (p - target))
        weights = weights - np.clip(step, -1, 1)
    return {"slope": round(float(weights[0]), 5), "intercept": round(float(weights[1]), 5)}


def box_iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two [left, top, right, bottom] boxes."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    inner = width * height
    return inner / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inner)


def match_detections(overlaps: np.ndarray, scores: np.ndarray, minimum: float = 0.5) -> np.ndarray:
    """Greedy matching within one image: overlaps [detections, truths] -> hit flag per detection (by score)."""
    hits = np.zeros(len(scores), bool)
    taken: List[int] = []
    for index in np.argsort(-np.asarray(scores), kind="stable"):
        if overlaps.shape[1] == 0:
            break
        candidates = overlaps[index].copy()
        candidates[taken] = 0
        best = int(candidates.argmax())
        if candidates[best] >= minimum:
            hits[index] = True
            taken.append(best)
    return hits
