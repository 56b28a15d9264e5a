"""Images that are no limb radiographs: real radiographs of other parts, other modalities, and procedural nonsense."""
from __future__ import annotations

import csv
import hashlib
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List

import cv2
import numpy as np
import pydicom
from pydicom.pixel_data_handlers.util import apply_modality_lut, apply_voi_lut

from .normalise import percentile_stretch, resize
from .runtime import log

HELD_OUT_FILES = ("RG2", "RG3")
"""File stems of the real bone radiographs among the DICOM files: no negatives, and kept for tests."""
RADIOGRAPHS = {
    "RG1_": "chest, frontal (CR, wg04/RG1)",
    "dx_image": "thorax of a dog, from the side (DX, highdicom/dx_image)",
    "XA1_": "angiogram of the head (XA, wg04/XA1)",
    "CR-ModalitySequenceLUT": "teeth, panoramic (CR, fo-dicom/CR-ModalitySequenceLUT)",
    "OutOfBoundsOverlay": "breast (MG, fo-dicom/OutOfBoundsOverlay)",
}
"""How the file stems of the real non-limb radiographs begin -> what they show; found by looking at every file."""
LOCALISERS = {"GH342": "CT localiser of belly, pelvis and hips (CT, fo-dicom/GH342)"}
"""Projections that show limbs too: scored, never trained on."""
MINIMUM_SIDE = 60
MAXIMUM_VALUES = 3e7
FRAMES_PER_FILE = 4
STORED_SIDE = 512
SAME_IMAGE_CORRELATION = 0.97
VALIDATION_TENTHS = 3


@dataclass(frozen=True)
class DicomNegatives:
    """Stretched images, float32 [h, w] in 0..1, long side at most 512 px; other modalities split by content."""

    radiographs: Dict[str, np.ndarray]
    localisers: Dict[str, np.ndarray]
    train: List[np.ndarray]
    validation: List[np.ndarray]


def _grey_frames(file: Path) -> List[np.ndarray]:
    """Up to FRAMES_PER_FILE frames as float32 [h, w], bright = dense; empty if the file has no usable pixels."""
    dataset = pydicom.dcmread(file, force=True)
    if "PixelData" not in dataset or min(dataset.Rows, dataset.Columns) < MINIMUM_SIDE:
        return []
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    if frames * dataset.Rows * dataset.Columns > MAXIMUM_VALUES:
        return []
    pixels = dataset.pixel_array
    if dataset.SamplesPerPixel == 1 and dataset.PhotometricInterpretation != "PALETTE COLOR":
        pixels = apply_voi_lut(apply_modality_lut(pixels, dataset), dataset)
    pixels = pixels if frames > 1 else pixels[None]
    chosen = pixels[np.unique(np.linspace(0, frames - 1, FRAMES_PER_FILE).astype(int))]
    grey = [(f.mean(axis=2) if f.ndim == 3 else f).astype(np.float32) for f in chosen]
    return [f.max() - f for f in grey] if dataset.PhotometricInterpretation == "MONOCHROME1" else grey


def _lossless_jpeg_frames(file: Path) -> List[np.ndarray]:
    """The same for lossless JPEG, which pydicom alone cannot read: by dcmtk."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.dcm"
        subprocess.run(["dcmdjpeg", str(file), str(plain)], check=True)
        return _grey_frames(plain)


def _named(stem: str, names: Dict[str, str]) -> str:
    return next((name for start, name in names.items() if stem.startswith(start)), "")


def dicom_negatives(data: Path) -> DicomNegatives:
    """Every non-limb image of the DICOM folder.

    Copies of one image (other transfer syntaxes, other repositories) are one radiograph, or land on the same side.
    """
    folder, images = data / "dicom", []
    radiographs: Dict[str, np.ndarray] = {}
    localisers: Dict[str, np.ndarray] = {}
    with (folder / "manifest.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row in rows:
            file = folder / row["file"]
            if file.stem.startswith(HELD_OUT_FILES):
                continue
            radiograph, localiser = _named(file.stem, RADIOGRAPHS), _named(file.stem, LOCALISERS)
            if radiograph in radiographs:
                continue
            try:
                frames = (_lossless_jpeg_frames if radiograph and row["transfer_syntax"].endswith(".4.70") else _grey_frames)(file)
            except Exception:  # malformed on purpose, or a codec that is lacking here
                continue
            if radiograph or localiser:
                (radiographs if radiograph else localisers)[radiograph or localiser] = _stored(frames[0])
            else:
                images += frames
    missing = set(RADIOGRAPHS.values()) - set(radiographs)
    if missing:
        raise ValueError(f"not found or not decoded: {sorted(missing)}; is dcmtk installed?")
    groups = _group([_stored(i) for i in images if np.ptp(i) > 0])
    training = [g[0] for g in groups if _tenth(g[0]) >= VALIDATION_TENTHS]
    validation = [g[0] for g in groups if _tenth(g[0]) < VALIDATION_TENTHS]
    log(f"{len(radiographs)} non-limb radiographs; other modalities: {len(groups)} distinct images, "
        f"{len(training)} train, {len(validation)} validation")
    return DicomNegatives(radiographs, localisers, training, validation)


def _stored(image: np.ndarray) -> np.ndarray:
    scale = min(1.0, STORED_SIDE / max(image.shape))
    height, width = (max(1, round(s * scale)) for s in image.shape)
    return percentile_stretch(resize(image, width, height), 0.0, 100.0)


def _thumbnail(image: np.ndarray) -> np.ndarray:
    small = resize(image, 16, 16).ravel()
    return (small - small.mean()) / (small.std() + 1e-6) / 16


def _group(images: List[np.ndarray]) -> List[List[np.ndarray]]:
    """Groups near-identical images (first member first)."""
    groups, keys = [], []
    for image in images:
        key = _thumbnail(image)
        close = [i for i, k in enumerate(keys) if float(k @ key) > SAME_IMAGE_CORRELATION]
        if close:
            groups[close[0]].append(image)
        else:
            groups.append([image])
            keys.append(key)
    return groups


def _tenth(image: np.ndarray) -> int:
    return hashlib.sha256(np.round(resize(image, 8, 8) * 7).astype(np.uint8).tobytes()).digest()[0] % 10


def procedural(rng: np.random.Generator, side: int, limb: List[np.ndarray]) -> np.ndarray:
    """One nonsense image, float32 [side, side] in 0..1; `limb` are real radiographs to cut up."""
    kind = int(rng.integers(0, 6) if rng.random() < 0.5 else rng.integers(6, 8))
    if kind == 0:
        return np.full((side, side), rng.random(), np.float32)
    if kind == 1:
        return rng.random((side, side), dtype=np.float32)
    if kind == 2:
        return _smooth(rng, side, int(rng.integers(2, 40)))
    if kind == 3:
        return _gradient(rng, side)
    if kind == 4:
        return _shapes(rng, side)
    if kind == 5:
        return _lettering(rng, side)
    source = limb[int(rng.integers(len(limb)))]
    return _keyhole(source, rng, side) if kind == 6 else _scrambled(source, rng, side)


def _smooth(rng: np.random.Generator, side: int, cells: int) -> np.ndarray:
    return np.clip(cv2.resize(rng.random((cells, cells), dtype=np.float32), (side, side),
                              interpolation=cv2.INTER_CUBIC), 0, 1)


def _gradient(rng: np.random.Generator, side: int) -> np.ndarray:
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    angle = rng.uniform(0, 2 * np.pi)
    return np.clip(0.5 + (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
                   + 0.2 * _smooth(rng, side, 6), 0, 1).astype(np.float32)


def _shapes(rng: np.random.Generator, side: int) -> np.ndarray:
    canvas = _smooth(rng, side, 4) * float(rng.uniform(0, 0.6))
    for _ in range(rng.integers(2, 14)):
        centre = tuple(int(v) for v in rng.integers(0, side, 2))
        size = tuple(int(v) for v in rng.integers(side // 20, side // 3, 2))
        cv2.ellipse(canvas, centre, size, float(rng.uniform(0, 180)), 0, 360, float(rng.random()), -1)
    return np.clip(canvas, 0, 1)


def _lettering(rng: np.random.Generator, side: int) -> np.ndarray:
    canvas = np.full((side, side), float(rng.random() < 0.5), np.float32)
    for _ in range(rng.integers(3, 12)):
        text = "".join(chr(c) for c in rng.integers(48, 91, 12))
        cv2.putText(canvas, text, tuple(int(v) for v in rng.integers(0, side, 2)), cv2.FONT_HERSHEY_SIMPLEX,
                    float(rng.uniform(0.4, 1.6)), float(1 - canvas[0, 0]), 2)
    return canvas


def _keyhole(source: np.ndarray, rng: np.random.Generator, side: int) -> np.ndarray:
    """A crop too small to show what it is of: 6 to 10 % of the long side."""
    size = max(8, int(max(source.shape) * rng.uniform(0.06, 0.10)))
    top, left = (int(rng.integers(0, max(1, s - size))) for s in source.shape)
    return percentile_stretch(resize(source[top:top + size, left:left + size], side, side), 0.5, 99.5)


def _scrambled(source: np.ndarray, rng: np.random.Generator, side: int) -> np.ndarray:
    """A radiograph cut into 5 x 5 to 9 x 9 tiles, shuffled."""
    tiles = int(rng.integers(5, 10))
    size = side // tiles
    square = resize(source, size * tiles, size * tiles).reshape(tiles, size, tiles, size)
    pieces = square.transpose(0, 2, 1, 3).reshape(-1, size, size)[rng.permutation(tiles * tiles)]
    out = pieces.reshape(tiles, tiles, size, size).transpose(0, 2, 1, 3).reshape(size * tiles, size * tiles)
    return resize(out, side, side)
