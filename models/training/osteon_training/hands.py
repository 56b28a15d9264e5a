"""The RSNA bone-age hands: large ones, their 100-pixel siblings, and the split."""
from __future__ import annotations

import csv
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import numpy as np
from PIL import Image

VALIDATION_COUNT = 220
SPLIT_SEED = 7
BAND_MONTHS = 24
SEX_VALUES = {"F": -1.0, "M": 1.0}


@dataclass(frozen=True)
class Hand:
    """One labelled hand. `path` is absent for the small images, which live in memory."""

    identifier: str
    bone_age_months: float
    sex: float
    path: Optional[Path] = None


def _rows(file: Path) -> List[dict]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def large_hands(data: Path) -> List[Hand]:
    """The 1,000 hands with a long side of 640 px, in file order."""
    folder = data / "bone-age"
    return [Hand(Path(r["file"]).stem, float(r["bone_age_months"]), SEX_VALUES[r["sex"]],
                 folder / "hand" / r["file"]) for r in _rows(folder / "hand.csv")]


def split_large(hands: List[Hand]) -> Tuple[List[Hand], List[Hand]]:
    """(train, validation): a seeded choice, stratified by bone age (24-month bands) and sex."""
    rng = np.random.default_rng(SPLIT_SEED)
    strata: Dict[tuple, List[Hand]] = {}
    for hand in sorted(hands, key=lambda h: h.identifier):
        strata.setdefault((int(hand.bone_age_months // BAND_MONTHS), hand.sex), []).append(hand)
    ranked = []
    for key in sorted(strata):
        members = strata[key]
        order = rng.permutation(len(members))
        # The position inside its stratum decides: taking the lowest shares takes the same share of each.
        ranked += [((place + rng.random()) / len(members), members[i]) for place, i in enumerate(order)]
    ranked.sort(key=lambda pair: pair[0])
    held = {hand.identifier for _, hand in ranked[:VALIDATION_COUNT]}
    return ([h for h in hands if h.identifier not in held], [h for h in hands if h.identifier in held])


def small_hands(data: Path, excluded: set) -> Tuple[List[Hand], Dict[str, np.ndarray]]:
    """The 100 x 100 hands whose ids are not excluded, and their pixels (uint8) by id."""
    folder = data / "bone-age"
    hands = [Hand(Path(r["file"]).stem, float(r["bone_age_months"]), SEX_VALUES[r["sex"]])
             for r in _rows(folder / "hand-100px.csv")]
    hands = [h for h in hands if h.identifier not in excluded]
    wanted = {h.identifier for h in hands}
    pixels = {}
    with tarfile.open(folder / "hand-100px.tar") as archive:
        for member in archive:
            stem = Path(member.name).stem
            if stem in wanted:
                with Image.open(io.BytesIO(archive.extractfile(member).read())) as image:
                    pixels[stem] = np.asarray(image.convert("L"))
    return hands, pixels
