"""Stretched content of images, kept as 8-bit arrays in memory and under the work folder.

Only training reads from here (the quantisation to 1/255 acts as one more augmentation); evaluation always runs
the exact definition of `normalise.py`.
"""
from __future__ import annotations

from pathlib import Path
from typing import Dict, Tuple

import numpy as np

from .normalise import InputSpec, Letterbox, letterbox, read_grey, stretched_content


class ContentCache:
    """Content of image files for one input size; decoded once."""

    def __init__(self, folder: Path, spec: InputSpec) -> None:
        self.folder = folder / f"{spec.width}x{spec.height}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.spec = spec
        self.memory: Dict[Path, np.ndarray] = {}

    def get(self, path: Path) -> Tuple[np.ndarray, Letterbox]:
        """Content float32 [h, w] in 0..1 and its placement on the canvas."""
        stored = self.memory.get(path)
        if stored is None:
            stored = self.memory[path] = self._load(path)
        height, width = stored.shape
        box = letterbox(width, height, self.spec.width, self.spec.height)
        return stored.astype(np.float32) / 255.0, box

    def _load(self, path: Path) -> np.ndarray:
        file = self.folder / f"{path.parent.parent.name}-{path.stem}.npy"
        if file.exists():
            return np.load(file)
        content, _ = stretched_content(read_grey(path), self.spec)
        quantised = np.round(content * 255).astype(np.uint8)
        np.save(file, quantised)
        return quantised
