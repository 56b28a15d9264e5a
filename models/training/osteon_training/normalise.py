"""The serving normalisation: grey image -> network tensor, and the point map that goes with it.

One definition, implemented a second time in TypeScript by the server. A change here is a change of every
shipped manifest and needs retraining. Coordinates have their origin at the outer corner of the first pixel,
so a pixel centre lies at (column + 0.5, row + 0.5).
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence, Tuple

import numpy as np
from PIL import Image

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
PERCENTILE_LOW = 0.5
PERCENTILE_HIGH = 99.5
MINIMUM_SPAN = 1e-6


@dataclass(frozen=True)
class Letterbox:
    """Placement of a resized image inside a canvas; all values in canvas pixels.

    A canvas point is `image point * (width / image width, height / image height) + (left, top)`.
    """

    width: int
    height: int
    left: int
    top: int


@dataclass(frozen=True)
class InputSpec:
    """What a manifest's `input` says: canvas size in pixels, stretch percentiles, standardisation."""

    width: int
    height: int
    low: float = PERCENTILE_LOW
    high: float = PERCENTILE_HIGH
    mean: Tuple[float, ...] = IMAGENET_MEAN
    std: Tuple[float, ...] = IMAGENET_STD

    def to_manifest(self) -> dict:
        """The manifest's `input` object."""
        return {
            "name": "image", "width": self.width, "height": self.height, "channels": len(self.mean),
            "fit": "letterbox",
            "steps": [{"op": "percentile-stretch", "low": self.low, "high": self.high},
                      {"op": "standardise", "mean": list(self.mean), "std": list(self.std)}],
        }


def read_grey(path: Path) -> np.ndarray:
    """Reads an 8-bit image file as float32 [height, width] in 0..1; colour becomes luma."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"), dtype=np.float32) / 255.0


def letterbox(image_width: int, image_height: int, width: int, height: int) -> Letterbox:
    """Fits an image of the given size, aspect kept, centred into a canvas of width x height."""
    scale = min(width / image_width, height / image_height)
    fitted_width = max(1, math.floor(image_width * scale + 0.5))
    fitted_height = max(1, math.floor(image_height * scale + 0.5))
    return Letterbox(fitted_width, fitted_height,
                     (width - fitted_width) // 2, (height - fitted_height) // 2)


def resize(grey: np.ndarray, width: int, height: int) -> np.ndarray:
    """Antialiased bilinear (triangle filter) resize of float32 [h, w], as Pillow defines it."""
    image = Image.fromarray(np.ascontiguousarray(grey, dtype=np.float32), mode="F")
    return np.asarray(image.resize((width, height), Image.BILINEAR), dtype=np.float32)


def percentile_stretch(content: np.ndarray, low: float, high: float) -> np.ndarray:
    """Maps the low..high percentiles of the content to 0..1 and clips."""
    bottom, top = np.percentile(content, [low, high])
    return np.clip((content - bottom) / max(top - bottom, MINIMUM_SPAN), 0.0, 1.0).astype(np.float32)


def stretched_content(grey: np.ndarray, spec: InputSpec) -> Tuple[np.ndarray, Letterbox]:
    """Steps 2 and 3: the resized, stretched content (0..1, no padding) and where it belongs."""
    box = letterbox(grey.shape[1], grey.shape[0], spec.width, spec.height)
    return percentile_stretch(resize(grey, box.width, box.height), spec.low, spec.high), box


def pad(content: np.ndarray, box: Letterbox, spec: InputSpec) -> np.ndarray:
    """Step 4: places the content on a canvas of zeros, float32 [height, width]."""
    canvas = np.zeros((spec.height, spec.width), np.float32)
    canvas[box.top:box.top + box.height, box.left:box.left + box.width] = content
    return canvas


def standardise(canvas: np.ndarray, mean: Sequence[float], std: Sequence[float]) -> np.ndarray:
    """Step 5: float32 [height, width] in 0..1 -> float32 [channels, height, width]."""
    offset = np.asarray(mean, np.float32)[:, None, None]
    scale = np.asarray(std, np.float32)[:, None, None]
    return (canvas[None] - offset) / scale


def normalise(grey: np.ndarray, spec: InputSpec) -> Tuple[np.ndarray, Letterbox]:
    """The whole definition: float32 [h, w] in 0..1 -> float32 [1, channels, height, width], and its placement."""
    content, box = stretched_content(grey, spec)
    return standardise(pad(content, box, spec), spec.mean, spec.std)[None], box
