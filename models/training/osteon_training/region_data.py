"""What the body-region network learns from, and how its batches are made."""
from __future__ import annotations

from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Union

import cv2
import numpy as np
import torch

from . import augment, fracatlas, negatives, runtime, synthetic, trunk_phantoms
from .cache import ContentCache
from .negatives import DicomNegatives
from .normalise import InputSpec, letterbox, percentile_stretch, read_grey, standardise
from .phantoms import film

SPEC = InputSpec(256, 256)
LABELS = fracatlas.REGIONS + ("limb",)
UNKNOWN = -1.0
RARE_REGIONS = ("hip", "shoulder")
GRAIN_FILES = 60
QUARTER_TURN_SHARE, COLLIMATED_SHARE, CROPPED_SHARE, COMPOSED_SHARE = 0.25, 0.15, 0.5, 0.12
LEAST_CROP = 0.5


class Item(NamedTuple):
    """One training image: a file, or pixels (float32 0..1 or uint8); labels as in LABELS, UNKNOWN is not learned."""

    source: Union[Path, np.ndarray]
    target: np.ndarray


class Mixture(NamedTuple):
    """How many images of each kind one epoch holds."""

    limbs: int
    trunk: int
    radiographs: int
    other: int
    nonsense: int
    plain_limbs: int


def label_vector(regions: List[str], limb: bool = True) -> np.ndarray:
    """Multi-hot float32 [5] in the order of LABELS."""
    return np.array([float(r in regions) for r in fracatlas.REGIONS] + [float(limb)], np.float32)


NO_LIMB = label_vector([], limb=False)
SOME_LIMB = np.array([UNKNOWN] * len(fracatlas.REGIONS) + [1.0], np.float32)


class Sources:
    """Everything an epoch is drawn from."""

    def __init__(self, data: Path, work: Path, phantoms: Optional[Path], dicom: DicomNegatives) -> None:
        entries = fracatlas.entries(data, "train")
        self.limbs = [Item(e["path"], label_vector(e["regions"])) for e in entries]
        self.rare = [Item(e["path"], label_vector(e["regions"])) for e in entries if set(e["regions"]) & set(RARE_REGIONS)]
        self.cache = ContentCache(work / "cache", SPEC)
        drawn = trunk_phantoms.bank(work, [read_grey(i.source) for i in self.limbs[:GRAIN_FILES]])
        self.trunk, self.plain, self.other = drawn["trunk"], drawn["limb"], dicom.train
        self.phantoms = synthetic.synthetic_entries(phantoms)

    def epoch(self, rng: np.random.Generator, mixture: Mixture, radiographs: Sequence[np.ndarray]) -> List[Item]:
        """Shuffled items; every hip and shoulder is among the limbs while there is room for them."""
        chosen = self.rare + pick(rng, self.limbs, mixture.limbs - len(self.rare)) if mixture.limbs > 2 * len(self.rare) \
            else pick(rng, self.limbs, mixture.limbs)
        limb = [self.cache.get(i.source)[0] for i in pick(rng, self.limbs, GRAIN_FILES)]
        unwanted = (pick(rng, self.trunk, mixture.trunk) + pick(rng, radiographs, mixture.radiographs)
                    + pick(rng, self.other, mixture.other))
        unwanted = [self._composed(rng, image, unwanted) for image in unwanted]
        unwanted += [negatives.procedural(rng, SPEC.width, limb) for _ in range(mixture.nonsense)]
        items = (chosen + [Item(image, NO_LIMB) for image in unwanted]
                 + [Item(image, SOME_LIMB) for image in pick(rng, self.plain, mixture.plain_limbs)])
        return synthetic.mixed(items, self.phantoms, rng, lambda e: Item(e["path"], label_vector(e["regions"])))

    def views(self, rng: np.random.Generator, image: np.ndarray, count: int) -> List[Item]:
        """The image `count` times, cropped or composed with drawn ones at random."""
        return [Item(self._composed(rng, image, self.trunk), NO_LIMB) for _ in range(count)]

    def _composed(self, rng: np.random.Generator, image: np.ndarray, others: Sequence[np.ndarray]) -> np.ndarray:
        """A crop of the image; at times beside another one, or pasted on a page."""
        image = cropped(rng, unit(image)) if rng.random() < CROPPED_SHARE else unit(image)
        if rng.random() >= COMPOSED_SHARE:
            return image
        if rng.random() < 0.5:
            return beside(image, unit(others[int(rng.integers(len(others)))]))
        return pasted(rng, image)


def pick(rng: np.random.Generator, items: Sequence, count: int) -> list:
    """`count` items, each as often as any other (to within one); none of an empty sequence."""
    if not len(items):
        return []
    order = np.concatenate([rng.permutation(len(items)) for _ in range(-(-count // len(items)))] or [np.zeros(0, int)])
    return [items[int(i)] for i in order[:count]]


def unit(image: np.ndarray) -> np.ndarray:
    """Pixels as float32 in 0..1."""
    return image.astype(np.float32) / 255 if image.dtype == np.uint8 else image


def cropped(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A part of half to all of each side."""
    height, width = image.shape
    h, w = (max(16, int(s * rng.uniform(LEAST_CROP, 1))) for s in (height, width))
    top, left = int(rng.integers(0, max(1, height - h))), int(rng.integers(0, max(1, width - w)))
    return image[top:top + h, left:left + w]


def beside(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Two images of equal height side by side."""
    height = 256
    return np.hstack([cv2.resize(i, (max(16, i.shape[1] * height // i.shape[0]), height), interpolation=cv2.INTER_AREA)
                      for i in (left, right)])


def pasted(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """The image on an even page up to twice its size."""
    height, width = image.shape
    page = np.full((int(height * rng.uniform(1.1, 2)), int(width * rng.uniform(1.1, 2))), rng.choice((0.0, 1.0, 0.5)), np.float32)
    top, left = int(rng.integers(0, page.shape[0] - height + 1)), int(rng.integers(0, page.shape[1] - width + 1))
    page[top:top + height, left:left + width] = image
    return page


class Sampler:
    """Turns items into augmented batches."""

    def __init__(self, cache: ContentCache, rng: np.random.Generator) -> None:
        self.cache, self.rng = cache, rng

    def collate(self, items: List[Item]) -> Dict[str, torch.Tensor]:
        """{"image" [n,3,h,w], "target" [n,5]}."""
        images = [standardise(self._canvas(item.source), SPEC.mean, SPEC.std) for item in items]
        return {"image": runtime.to_tensor(images), "target": torch.from_numpy(np.stack([i.target for i in items]))}

    def _canvas(self, source: Union[Path, np.ndarray]) -> np.ndarray:
        rng = self.rng
        content = self._small(unit(source)) if isinstance(source, np.ndarray) else self.cache.get(source)[0]
        if rng.random() < QUARTER_TURN_SHARE:
            content = np.ascontiguousarray(np.rot90(content, int(rng.integers(1, 4))))
        if rng.random() < COLLIMATED_SHARE:
            content = film.collimate(content, rng)
        box = letterbox(content.shape[1], content.shape[0], SPEC.width, SPEC.height)
        fit = box.width / content.shape[1]
        canvas = augment.jitter_canvas(content, box, SPEC, rng, degrees=30, scales=(0.72 * fit, 1.3 * fit), shift=0.08)
        return augment.photometry(canvas, rng)

    def _small(self, image: np.ndarray) -> np.ndarray:
        """Shrunk to the canvas first: a warp alone would alias."""
        box = letterbox(image.shape[1], image.shape[0], SPEC.width, SPEC.height)
        small = cv2.resize(image, (box.width, box.height), interpolation=cv2.INTER_AREA)
        return percentile_stretch(small, SPEC.low, SPEC.high)
