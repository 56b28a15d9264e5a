"""Evaluation of the body-region network: regions, the limb gate against every kind of other image, robustness."""
from __future__ import annotations

from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

import numpy as np
import torch
from torch import nn

from . import fracatlas, hands, metrics, negatives, runtime, synthetic, trunk_phantoms
from .negatives import DicomNegatives
from .normalise import normalise, read_grey
from .region_data import SPEC, label_vector, unit
from .region_head import Head, pooled

REGION_THRESHOLD = 0.5
LIMB_SENSITIVITY = 0.995
LEAST_POSITIVES = 20
NONSENSE = 80
EVERY = 3
"""Robustness and the demo's drawings are measured on every third image."""
BATCH = 16
SPLIT = ("FracAtlas by the shipped split (near-duplicates together); bone-age hands for validation only; images of other modalities "
         "by content, so that copies of one image stay on one side. Each real non-limb radiograph is scored by a network that "
         "never saw it (crossed: all others learned), and by one that saw none of them.")
DRAWN = ("At most {count} hands and forearms of the demo's make (never more than a tenth) were mixed into an epoch of training. "
         "Radiographs of the trunk, head, teeth, breast and vessels that serve as non-limbs were drawn by "
         "`trunk_phantoms.py`: 1,400 for training; 160 others only validate, in a figure of their own. 240 plain drawn limbs "
         "stand against them. A figure on drawn images says so; every other is on real ones.")


class Items(NamedTuple):
    """Images with labels [n, 5] and kinds [n]."""

    sources: list
    labels: np.ndarray
    kinds: np.ndarray


def items_of(kind: str, sources: Sequence, labels: Sequence[np.ndarray]) -> Items:
    """Images of one kind."""
    return Items(list(sources), np.stack(list(labels)), np.array([kind] * len(sources)))


def _no_limb(kind: str, images: Sequence[np.ndarray]) -> Items:
    return items_of(kind, [unit(i) for i in images], [label_vector([], limb=False)] * len(images))


def _limbs(data: Path) -> List[Items]:
    _, held = hands.split_large(hands.large_hands(data))
    fracture = fracatlas.entries(data, "val")
    return [items_of("fracatlas", [e["path"] for e in fracture], [label_vector(e["regions"]) for e in fracture]),
            items_of("bone-age", [h.path for h in held], [label_vector(["hand"])] * len(held))]


def quick_items(data: Path, dicom: DicomNegatives) -> Items:
    """A small set to watch training by."""
    fracture, hand = _limbs(data)
    parts = [Items(*(f[::3] for f in fracture)), Items(*(f[::5] for f in hand)),
             _no_limb("radiograph", list(dicom.radiographs.values())), _no_limb("other", dicom.validation)]
    return Items(*(sum((list(p[i]) for p in parts), []) if i == 0 else np.concatenate([p[i] for p in parts]) for i in range(3)))


@torch.no_grad()
def features_of(net: nn.Module, sources: Sequence, change: Optional[Callable[[np.ndarray], np.ndarray]] = None) -> np.ndarray:
    """Pooled features [n, features] through the exact normalisation, of the images as they are or after `change`."""
    net.eval()
    out = []
    for start in range(0, len(sources), BATCH):
        greys = [s if isinstance(s, np.ndarray) else read_grey(s) for s in sources[start:start + BATCH]]
        out.append(pooled(net, runtime.to_tensor([normalise(change(g) if change else g, SPEC)[0][0] for g in greys])))
    return np.concatenate(out)


@torch.no_grad()
def scores_of(net: nn.Module, features: np.ndarray) -> np.ndarray:
    """Probabilities [n, 5]."""
    return torch.sigmoid(net.out(torch.from_numpy(features))).numpy()


def predict(net: nn.Module, sources: Sequence, change: Optional[Callable[[np.ndarray], np.ndarray]] = None) -> np.ndarray:
    """Probabilities [n, 5] of images."""
    return scores_of(net, features_of(net, sources, change))


def progress(net: nn.Module, items: Items) -> str:
    """One line for the log: mean AP of the regions, and the limb AUC against radiographs and against the rest."""
    scores = predict(net, items.sources)
    limb, fracture = items.labels[:, -1] > 0, items.kinds == "fracatlas"
    ap = [metrics.label_average_precision(items.labels[fracture, i], scores[fracture, i]) for i in range(4)]
    parts = [f"region mean AP {np.mean(ap):.4f}"]
    for kind in ("radiograph", "other"):
        chosen = limb | (items.kinds == kind)
        parts.append(f"limb AUC against {kind} {metrics.auc(items.labels[chosen, -1], scores[chosen, -1]):.4f}")
    return "quick validation: " + ", ".join(parts)


def _region_figures(labels: np.ndarray, scores: np.ndarray, what: str) -> List[dict]:
    figures = []
    for index, region in enumerate(fracatlas.REGIONS):
        truth, score = labels[:, index], scores[:, index]
        positives = int(truth.sum())
        words = f"Average precision, {region}, {what} ({positives} positive)"
        if positives < LEAST_POSITIVES:
            figures.append({"what": words + ": insufficient data", "value": float("nan"), "n": len(truth)})
            continue
        figures.append({"what": words, **metrics.with_interval(
            len(truth), lambda i: metrics.label_average_precision(truth[i], score[i]))})
    mean = lambda i: float(np.mean([metrics.label_average_precision(labels[i, r], scores[i, r]) for r in range(4)]))
    return figures + [{"what": f"Mean average precision of the four regions, {what}", **metrics.with_interval(len(labels), mean)}]


def _auc_figure(what: str, limb: np.ndarray, other: np.ndarray) -> dict:
    truth, score = np.r_[np.ones(len(limb)), np.zeros(len(other))], np.r_[limb, other]
    return {"what": f"AUC, limb radiograph against {what} ({len(other)} non-limb)",
            **metrics.with_interval(len(truth), lambda i: metrics.auc(truth[i], score[i]))}


def _share_above(limb: np.ndarray, score: float) -> float:
    return float((limb > score).mean() + 0.5 * (limb == score).mean())


def _crossed(dicom: DicomNegatives, features: np.ndarray, limb_features: np.ndarray, heads: Dict[str, Head]) -> List[dict]:
    """Per real radiograph: its score, the share of limbs above it, and whether it is rejected: crossed, and before any was seen."""
    rows = []
    for number, name in enumerate(dicom.radiographs):
        row: Dict[str, object] = {"image": name}
        for key, head in (("crossed", heads[f"without-{number}"]), ("drawnOnly", heads["first"])):
            limb, score = head.probabilities(limb_features), float(head.probabilities(features[number][None])[0])
            row[key] = {"score": round(score, 5), "limbsAbove": round(_share_above(limb, score), 5), "isRejected": score < gate(limb)}
        rows.append(row)
        runtime.log(str(row))
    return rows


def gate(limb: np.ndarray) -> float:
    """The highest threshold, to 4 digits downwards, that lets LIMB_SENSITIVITY of the limbs pass."""
    return float(np.floor(metrics.threshold_for_sensitivity(np.ones(len(limb)), limb, LIMB_SENSITIVITY) * 1e4) / 1e4)


def _bordered(value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(grey: np.ndarray) -> np.ndarray:
        rows, columns = (int(0.15 * s) for s in grey.shape)
        return np.pad(grey, ((rows, rows), (columns, columns)), constant_values=value)
    return change


CHANGES: Dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "turned by 90°": lambda g: np.rot90(g, 1), "turned by 180°": lambda g: np.rot90(g, 2),
    "turned by 270°": lambda g: np.rot90(g, 3), "mirrored": lambda g: g[:, ::-1],
    "with a dark border of 15 %": _bordered(0.0), "with a bright border of 15 %": _bordered(1.0),
}


def _robustness(net: nn.Module, fracture: Items, plain: np.ndarray, threshold: float) -> List[dict]:
    rows, fracture, plain = [], Items(*(part[::EVERY] for part in fracture)), plain[::EVERY]
    for what, change in [("as it is", None), *CHANGES.items()]:
        scores = plain if change is None else predict(net, fracture.sources, change)
        right = ((scores[:, :4] >= REGION_THRESHOLD) == (fracture.labels[:, :4] > 0)).all(axis=1)
        rows.append({"FracAtlas": what, "n": len(right), "passes as limb": float((scores[:, -1] >= threshold).mean()),
                     "all four regions right": float(right.mean()),
                     "mean AP": float(np.mean([metrics.label_average_precision(fracture.labels[:, r], scores[:, r]) for r in range(4)]))})
    return rows


def evaluate(data: Path, work: Path, phantoms: Optional[Path], net: nn.Module, heads: Dict[str, Head]) -> dict:
    """{"figures", "operatingPoints", "radiographs", "robustness", "misses"}."""
    dicom, (fracture, hand) = negatives.dicom_negatives(data), _limbs(data)
    limbs = Items(fracture.sources + hand.sources, np.concatenate([fracture.labels, hand.labels]), np.r_[fracture.kinds, hand.kinds])
    features = features_of(net, limbs.sources)
    scores = scores_of(net, features)
    limb = scores[:, -1]
    threshold = gate(limb)
    rng = np.random.default_rng(runtime.SEED)
    others = {"images of other modalities": dicom.validation, "a CT localiser": list(dicom.localisers.values()),
              "drawn radiographs of other parts": [unit(i) for i in trunk_phantoms.bank(work, [])["held"]],
              "procedural nonsense": [negatives.procedural(rng, SPEC.width, [read_grey(p) for p in fracture.sources[:40]]) for _ in range(NONSENSE)]}
    other_scores = {what: predict(net, images)[:, -1] for what, images in others.items()}
    rows = _crossed(dicom, features_of(net, list(dicom.radiographs.values())), features, heads)
    split = len(fracture.sources)
    figures = _region_figures(fracture.labels, scores[:split], "FracAtlas alone") + _region_figures(limbs.labels, scores, "real limb images")
    for key, words in (("drawnOnly", "network that learned drawn ones only"), ("crossed", "each left out in turn")):
        shares = np.array([r[key]["limbsAbove"] for r in rows])
        figures.append({"what": f"AUC, limb radiograph against real non-limb radiographs, {words} ({len(rows)} non-limb)",
                        **metrics.with_interval(len(shares), lambda i: float(shares[i].mean())), "n": len(limb) + len(rows)})
    figures += [_auc_figure(what, limb, score) for what, score in other_scores.items() if len(score) > 1]
    right = ((scores[:, :4] >= REGION_THRESHOLD) == (limbs.labels[:, :4] > 0)).all(axis=1)
    figures.append({"what": "All four regions right", **metrics.with_interval(len(right), lambda i: float(right[i].mean()))})
    figures.append({"what": "Children's hands that pass as limbs", **metrics.with_interval(len(hand.sources), lambda i: float((limb[split:][i] >= threshold).mean()))})
    figures += _demo_figures(net, phantoms, threshold)
    return {"figures": figures, "operatingPoints": _points(limbs.labels, scores, threshold, rows, other_scores),
            "radiographs": rows, "robustness": _robustness(net, fracture, scores[:split], threshold),
            "misses": _misses(limbs, scores), "otherScores": {k: np.round(np.sort(v)[::-1][:8], 4).tolist() for k, v in other_scores.items()}}


def _demo_figures(net: nn.Module, phantoms: Optional[Path], threshold: float) -> List[dict]:
    entries = synthetic.synthetic_entries(phantoms)[::EVERY]
    if not entries:
        return []
    scores, labels = predict(net, [e["path"] for e in entries]), np.stack([label_vector(e["regions"]) for e in entries])
    right = ((scores[:, :4] >= REGION_THRESHOLD) == (labels[:, :4] > 0)).all(axis=1) & (scores[:, -1] >= threshold)
    return [{"what": "Drawn hands and forearms of the demo (others of their make were learned) that pass, region right",
             **metrics.with_interval(len(right), lambda i: float(right[i].mean()))}]


def _points(labels: np.ndarray, scores: np.ndarray, threshold: float, rows: List[dict], others: Dict[str, np.ndarray]) -> List[dict]:
    points = [{"label": region, "against": "the other limb images", "n positive": int(labels[:, i].sum()), "n negative": int((1 - labels[:, i]).sum()),
               **metrics.sensitivity_specificity(labels[:, i], scores[:, i], REGION_THRESHOLD)} for i, region in enumerate(fracatlas.REGIONS)]
    passing = float((scores[:, -1] >= threshold).mean())
    rejected = {"real non-limb radiographs, drawn ones learned only": np.array([r["drawnOnly"]["isRejected"] for r in rows]),
                "real non-limb radiographs, each left out in turn": np.array([r["crossed"]["isRejected"] for r in rows]),
                **{what: score < threshold for what, score in others.items()}}
    return points + [{"label": "limb", "against": what, "n positive": len(labels), "n negative": len(flags), "threshold": threshold,
                      "sensitivity": passing, "specificity": float(flags.mean())} for what, flags in rejected.items()]


def _misses(limbs: Items, scores: np.ndarray, count: int = 12) -> List[dict]:
    """The limbs with the lowest limb score, and the images whose regions are most wrong."""
    wrong = np.abs(scores[:, :4] - limbs.labels[:, :4]).max(axis=1)
    describe = lambda i: {"file": limbs.sources[i].name, "labels": limbs.labels[i].astype(int).tolist(), "scores": np.round(scores[i], 4).tolist()}
    return ([{"kind": "limb", **describe(i)} for i in np.argsort(scores[:, -1])[:count]]
            + [{"kind": "region", **describe(i)} for i in np.argsort(-wrong)[:count]])
