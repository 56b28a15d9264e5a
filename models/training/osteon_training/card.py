"""Renders MODEL_CARD.md: prose from `cards/<id>.md`, every number from the manifest and the evaluation's JSON."""
from __future__ import annotations

from pathlib import Path
from typing import List

CARDS = Path(__file__).resolve().parents[1] / "cards"
FITS = {"letterbox": "letterboxed", "hand-regions": "a montage of hand regions"}
RESEARCH = "**Research use only. Not a medical device.**"


def render(manifest: dict, results: dict, check: dict) -> str:
    """The card as Markdown."""
    prose = (CARDS / f"{manifest['id']}.md").read_text()
    what, _, rest = prose.partition("\n---\n")
    return "\n".join([
        f"# {manifest['name']} {manifest['version']}", "", RESEARCH, "", what.strip(), "",
        "## Intended use", "", manifest["intendedUse"], "",
        "## Data", "", *_data(manifest), "", results["split"], "", results["synthetic"], "",
        "## Figures on validation", "",
        "Real radiographs that no gradient step has seen; brackets are 95 % bootstrap intervals over images. "
        "Checkpoint, operating points and calibration were chosen on the same images, so expect a little less elsewhere.",
        "", *_figures(results["figures"]), "", *_points(results), "",
        "## Limitations", "", *[f"- {line}" for line in manifest["limitations"]], "",
        rest.strip(), "", *_technical(manifest, check), "",
    ])


def _data(manifest: dict) -> List[str]:
    return [f"- {d['name']}: {d['images']:,} images for training, {d['licence']}. {d['citation']}"
            for d in manifest["trainingData"]] + [
        "", f"Licence of the weights: {manifest['licence']['weights']}"
            + (" (research only)." if manifest["licence"]["researchOnly"] else ".")]


def _figures(figures: List[dict]) -> List[str]:
    rows = ["| Figure | Value | 95 % interval | n |", "| --- | ---: | :---: | ---: |"]
    return rows + [f"| {f['what']} | {f['value']:.{f.get('digits', 3)}f} | "
                   + (f"{f['low']:.{f.get('digits', 3)}f} to {f['high']:.{f.get('digits', 3)}f}" if "low" in f else "")
                   + f" | {f['n']} |" for f in figures]


def _points(results: dict) -> List[str]:
    points = results.get("operatingPoints", [])
    if not points:
        return []
    columns = list(points[0])
    lines = ["## Operating points", "", "| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return lines + ["| " + " | ".join(_cell(p[c]) for c in columns) + " |" for p in points]


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _technical(manifest: dict, check: dict) -> List[str]:
    spec = manifest["input"]
    lines = ["## Technical", "",
             f"Input {spec['width']} x {spec['height']} px, {spec['channels']} channels, {FITS[spec['fit']]}; "
             "steps and outputs in `manifest.json`.",
             f"Weights SHA-256 `{manifest['weights']['sha256']}`."]
    if check:
        lines.append(f"onnxruntime agrees with PyTorch to {check['largestDifference']:g}.")
    return lines
