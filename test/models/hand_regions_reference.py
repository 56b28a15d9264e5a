"""Finds hand regions with OpenCV, for what the TypeScript side must reproduce.

usage: hand_regions_reference.py OUT_FOLDER IMAGE...
For image number i: `i.grey` (float32, row by row), `i.json` (columns, rows, angle and boxes, or reason) and, where the
regions are found, `i.montage` (uint8, 256 x 256).
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "training"))
sys.dont_write_bytecode = True

from osteon_training.hand_regions import RegionsNotFound, eight_bit, find_regions, montage, tiles_of  # noqa: E402
from osteon_training.normalise import read_grey  # noqa: E402

folder = Path(sys.argv[1])
for number, path in enumerate(sys.argv[2:]):
    grey = read_grey(Path(path))
    (folder / f"{number}.grey").write_bytes(grey.tobytes())
    said = {"rows": grey.shape[0], "columns": grey.shape[1]}
    try:
        found = find_regions(eight_bit(grey))
        said.update(angle=found.angle, boxes=list(found.boxes.values()))
        (folder / f"{number}.montage").write_bytes(montage(tiles_of(found)).tobytes())
    except RegionsNotFound as reason:
        said["reason"] = str(reason)
    (folder / f"{number}.json").write_text(json.dumps(said))
