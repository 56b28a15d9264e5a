"""Random geometry and photometry on stretched content (float32, 0..1), on top of the serving normalisation."""
from __future__ import annotations

from typing import Tuple

import cv2
import numpy as np

from .normalise import InputSpec, Letterbox

cv2.setNumThreads(1)


def affine(angle_degrees: float, scale_x: float, scale_y: float, mirror: bool,
           source_centre: Tuple[float, float], target_centre: Tuple[float, float]) -> np.ndarray:
    """2x3 matrix that maps source points to target points (origin at the outer pixel corner)."""
    angle = np.deg2rad(angle_degrees)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = rotation @ np.diag([-scale_x if mirror else scale_x, scale_y])
    shift = np.asarray(target_centre) - linear @ np.asarray(source_centre)
    return np.hstack([linear, shift[:, None]]).astype(np.float64)


def warp(content: np.ndarray, matrix: np.ndarray, width: int, height: int) -> np.ndarray:
    """Applies a corner-origin matrix to content [h, w]; outside becomes 0."""
    centred = matrix.copy()  # OpenCV counts from pixel centres
    centred[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    return cv2.warpAffine(content, centred, (width, height), flags=cv2.INTER_LINEAR, borderValue=0)


def transform_points(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Maps points [n, 2] by a 2x3 matrix."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def photometry(canvas: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Random gamma, contrast, brightness, blur and noise; result clipped to 0..1."""
    gamma = float(np.exp(rng.uniform(-0.35, 0.35) * strength))
    contrast = 1 + rng.uniform(-0.25, 0.25) * strength
    brightness = rng.uniform(-0.08, 0.08) * strength
    out = cv2.pow(canvas, gamma) * contrast + brightness
    out[canvas <= 0] = 0
    if rng.random() < 0.15:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.1))
    if rng.random() < 0.2:
        out += cv2.randn(np.empty_like(out), 0, rng.uniform(0.005, 0.03))
    return np.clip(out, 0, 1).astype(np.float32)


def jitter_canvas(content: np.ndarray, box: Letterbox, spec: InputSpec, rng: np.random.Generator,
                  degrees: float, scales: Tuple[float, float], shift: float,
                  aspect: Tuple[float, float] = (1.0, 1.0), mirror: float = 0.5) -> np.ndarray:
    """A randomly turned, scaled, shifted and mirrored canvas; identity gives exactly the letterbox.

    `shift` is a fraction of the canvas, `aspect` a range of factors on the horizontal scale,
    `mirror` the probability of a left-right flip.
    """
    scale = rng.uniform(*scales)
    centre = (box.left + box.width / 2 + rng.uniform(-shift, shift) * spec.width,
              box.top + box.height / 2 + rng.uniform(-shift, shift) * spec.height)
    matrix = affine(rng.uniform(-degrees, degrees), scale * rng.uniform(*aspect), scale,
                    rng.random() < mirror, (content.shape[1] / 2, content.shape[0] / 2), centre)
    return warp(content, matrix, spec.width, spec.height)
