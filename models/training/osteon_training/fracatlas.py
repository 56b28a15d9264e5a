"""FracAtlas: entries of the shipped split."""
from __future__ import annotations

import json
from pathlib import Path
from typing import List

REGIONS = ("hand", "leg", "hip", "shoulder")


def entries(data: Path, split: str) -> List[dict]:
    """The annotation entries of "train" or "val", each with the `path` of its image; sizes in pixels of the file."""
    folder = data / "fracatlas"
    images = json.loads((folder / "annotations.json").read_text())["images"]
    return [{**e, "path": folder / "images" / e["file"]} for e in images if e["split"] == split]
