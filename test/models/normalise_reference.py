"""Runs the training's normalisation on images and writes what the TypeScript side must reproduce.

usage: normalise_reference.py OUT_FOLDER WIDTH HEIGHT IMAGE...
For image number i: `i.grey` (float32, row by row), `i.tensor` (float32 [channels, height, width]) and `i.json` (columns, rows).
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "training"))
sys.dont_write_bytecode = True

from osteon_training.normalise import InputSpec, normalise, read_grey  # noqa: E402

folder, width, height = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
spec = InputSpec(width, height)
for number, path in enumerate(sys.argv[4:]):
    grey = read_grey(Path(path))
    tensor, _ = normalise(grey, spec)
    (folder / f"{number}.grey").write_bytes(grey.tobytes())
    (folder / f"{number}.tensor").write_bytes(tensor.astype("float32").tobytes())
    (folder / f"{number}.json").write_text(json.dumps({"rows": grey.shape[0], "columns": grey.shape[1], "input": spec.to_manifest()}))
