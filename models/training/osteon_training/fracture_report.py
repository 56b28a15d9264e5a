"""Evaluation and export of the fracture network: figures, calibration, operating points, two model folders."""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Callable, Dict, List, Tuple

import numpy as np
import torch

from . import export, fracatlas, hands, metrics, runtime, synthetic
from .descriptions import (FRACTURE_CONCEPT, FRACTURE_DETECTOR, FRACTURE_DETECTOR_CHILDREN, FRACTURE_PROBABILITY,
                           FRACTURE_PROBABILITY_CHILDREN, Description)
from .fracture_data import SPEC, hand_entries
from .fracture_decode import MASK_THRESHOLD, MAXIMUM_DETECTIONS, NMS_IOU
from .fracture_eval import LARGE_SIDE, detection_ap, image_auc, predict_all, strongest_box_auc
from .fracture_net import MASK_STRIDE, OUTPUTS, STRIDE, ShippedFracture, checkpoint, load
from .normalise import normalise, read_grey

SUSPICIOUS_SENSITIVITY = 0.92
DEFINITE_SPECIFICITY = 0.97
FALSE_BOXES_PER_SOUND_IMAGE = 0.5
LEAST_POSITIVES = 20
"""Fractured images that a region needs for a calibration of its own."""
LEAST_SLICE = 5
"""Fractured images that a slice of the validation set needs for a figure."""
FOLDS = 5
CHILDREN = 200
"""Hands of children, taken as sound, on which false alarms are counted."""
SPLIT = ("FracAtlas by the shipped split, which keeps near-duplicates together; FracAtlas has no patient ids, so two images "
         "of one patient that look different may still lie on both sides.")
Measure = Callable[[List[dict]], float]


def sigmoid(x: np.ndarray) -> np.ndarray:
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


def crossed_logits(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Each logit calibrated by a fit on the other folds."""
    fold = np.random.default_rng(runtime.SEED).permutation(len(logits)) % FOLDS
    out = np.zeros(len(logits))
    for part in range(FOLDS):
        fit = metrics.platt(logits[fold != part], labels[fold != part])
        out[fold == part] = logits[fold == part] * fit["slope"] + fit["intercept"]
    return out


def log_loss(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean negative log likelihood of labels under logits."""
    return float(np.mean(np.logaddexp(0, logits) - labels * logits))


def region_calibrations(predictions: List[dict], logits: np.ndarray) -> List[dict]:
    """Per region with enough fractures: the extra calibration, and whether it lowers the crossed log loss."""
    rows = []
    for region in fracatlas.REGIONS:
        chosen = np.array([p["entry"]["regions"] == [region] for p in predictions])
        labels = np.array([p["fractured"] for p in predictions])[chosen]
        if labels.sum() < LEAST_POSITIVES:
            continue
        before, after = log_loss(logits[chosen], labels), log_loss(crossed_logits(logits[chosen], labels), labels)
        rows.append({"region": region, "n": int(chosen.sum()), "fractured": int(labels.sum()),
                     **metrics.platt(logits[chosen], labels), "logLossBefore": round(before, 4),
                     "logLossCrossed": round(after, 4), "used": after < before})
    return rows


def served_logits(predictions: List[dict], logits: np.ndarray, regions: List[dict]) -> np.ndarray:
    """The logits after the calibrations in use, applied as the server does: to images of exactly one region."""
    out = logits.copy()
    for row in regions:
        if row["used"]:
            chosen = np.array([p["entry"]["regions"] == [row["region"]] for p in predictions])
            out[chosen] = logits[chosen] * row["slope"] + row["intercept"]
    return out


def _slices(predictions: List[dict]) -> Dict[str, List[dict]]:
    slices = {
        "": predictions,
        ", no hardware": [p for p in predictions if not p["entry"]["hardware"]],
        ", large originals": [p for p in predictions if max(p["entry"]["original_size"]) >= LARGE_SIDE],
        ", smaller originals": [p for p in predictions if max(p["entry"]["original_size"]) < LARGE_SIDE],
    }
    for region in fracatlas.REGIONS:
        slices[f", {region}"] = [p for p in predictions if region in p["entry"]["regions"]]
    return {name: chosen for name, chosen in slices.items()
            if sum(p["fractured"] for p in chosen) >= LEAST_SLICE}


def _figure(what: str, chosen: List[dict], measure: Measure) -> dict:
    positives = sum(int(p["fractured"]) for p in chosen)
    return {"what": f"{what} ({positives} fractured)",
            **metrics.with_interval(len(chosen), lambda i: measure([chosen[k] for k in i]))}


def _image_point(predictions: List[dict], probabilities: np.ndarray, name: str, threshold: float) -> dict:
    labels = np.array([p["fractured"] for p in predictions])
    return {"point": name, **metrics.sensitivity_specificity(labels, probabilities, threshold)}


def _box_point(predictions: List[dict], name: str, threshold: float) -> dict:
    """Sensitivity per true fracture (IoU 0.5 and 0.3), and false boxes on sound images."""
    sound = [p for p in predictions if not p["fractured"]]
    found = {key: sum(int((p[key] & (p["scores"] >= threshold)).sum()) for p in predictions)
             for key in ("hits", "loose_hits")}
    truths = sum(p["truths"] for p in predictions)
    return {"point": name, "threshold": float(threshold), "fractures found, IoU 0.5": found["hits"] / truths,
            "fractures found, IoU 0.3": found["loose_hits"] / truths,
            "false boxes per sound image": float(np.mean([(p["scores"] >= threshold).sum() for p in sound])),
            "sound images without a box": float(np.mean([not (p["scores"] >= threshold).any() for p in sound]))}


def _round_up(threshold: float) -> float:
    """Four digits, never below."""
    return float(min(np.ceil(threshold * 1e4) / 1e4, 1.0))


def _round_down(threshold: float) -> float:
    return float(np.floor(threshold * 1e4) / 1e4)


def probability_results(predictions: List[dict], on_hands: List[dict], common: dict) -> dict:
    """Figures, calibration and operating points of the image. `on_hands` are children's hands, taken as sound."""
    labels = np.array([p["fractured"] for p in predictions])
    raw = np.array([p["logit"] for p in predictions])
    fit = metrics.platt(raw, labels)
    logits = raw * fit["slope"] + fit["intercept"]
    regions = region_calibrations(predictions, logits)
    probabilities = sigmoid(served_logits(predictions, logits, regions))
    crossed = sigmoid(crossed_logits(raw, labels))
    figures = [_figure("Image AUC" + name, chosen, image_auc) for name, chosen in _slices(predictions).items()]
    figures.append({"what": "Expected calibration error, calibrated on other folds", **metrics.with_interval(
        len(labels), lambda i: metrics.expected_calibration_error(labels[i], crossed[i]))})
    suspicious = _round_down(metrics.threshold_for_sensitivity(labels, probabilities, SUSPICIOUS_SENSITIVITY))
    definite = _round_up(metrics.threshold_for_specificity(labels, probabilities, DEFINITE_SPECIFICITY))
    points = [_image_point(predictions, probabilities, "suspicious", suspicious),
              _image_point(predictions, probabilities, "definite", max(definite, suspicious))]
    on_hand = np.array([p["logit"] for p in on_hands]) * fit["slope"] + fit["intercept"]
    of_children = sigmoid(served_logits(on_hands, on_hand, regions))
    for point in points:
        figures.append(_mean(f"Children's sound hands called {point['point']}",
                             (of_children >= point["threshold"]).astype(float)))
    return {**common, "figures": figures, "calibration": fit, "calibrationByRegion": regions, "operatingPoints": points}


def detector_results(predictions: List[dict], on_hands: List[dict], common: dict) -> dict:
    """Figures and operating points of the boxes. `on_hands` are children's hands, taken as sound."""
    slices = _slices(predictions)
    figures = [_figure("Box AP50" + name, chosen, detection_ap) for name, chosen in slices.items()]
    fractured = [p for p in predictions if p["fractured"]]
    figures.append(_figure("Box AP50, fractured images alone", fractured, detection_ap))
    figures.append(_figure("Box AP30", predictions, lambda c: detection_ap(c, "loose_hits")))
    figures.append(_figure("Mask AP50", predictions, lambda c: detection_ap(c, "mask_hits")))
    figures.append(_figure("Mask AP50, fractured images alone", fractured, lambda c: detection_ap(c, "mask_hits")))
    figures.append(_figure("Image AUC of the strongest box", predictions, strongest_box_auc))
    sound = [p for p in predictions if not p["fractured"]]
    false_boxes = np.sort(np.concatenate([p["scores"] for p in sound]))[::-1]
    allowed = min(int(FALSE_BOXES_PER_SOUND_IMAGE * len(sound)), len(false_boxes) - 1)
    suspicious = _round_up(np.nextafter(false_boxes[allowed], np.inf))
    strongest = np.array([p["scores"].max(initial=0.0) for p in predictions])
    labels = np.array([p["fractured"] for p in predictions])
    definite = _round_up(metrics.threshold_for_specificity(labels, strongest, DEFINITE_SPECIFICITY))
    points = [_box_point(predictions, "suspicious", suspicious),
              _box_point(predictions, "definite", max(definite, suspicious))]
    for point in points:
        boxes = np.array([float((p["scores"] >= point["threshold"]).sum()) for p in on_hands])
        figures.append(_mean(f"Boxes on a child's sound hand, {point['point']}", boxes))
    return {**common, "figures": figures, "operatingPoints": points}


def _mean(what: str, values: np.ndarray) -> dict:
    return {"what": what, **metrics.with_interval(len(values), lambda i: float(values[i].mean()))}


DETECTOR_CONTRACT = {
    "decoder": "center-heatmap", "heat": "heat", "distances": "distances", "mask": "mask", "stride": STRIDE,
    "maskStride": MASK_STRIDE, "maskThreshold": MASK_THRESHOLD, "nmsIou": NMS_IOU, "maxDetections": MAXIMUM_DETECTIONS,
    "concept": FRACTURE_CONCEPT}


@dataclass(frozen=True)
class Variant:
    """One graph, read by two models: the stage whose network answers, and the descriptions."""

    stage: str
    probability: Description
    detector: Description


VARIANTS = (Variant("upright-first", FRACTURE_PROBABILITY, FRACTURE_DETECTOR),
            Variant("children", FRACTURE_PROBABILITY_CHILDREN, FRACTURE_DETECTOR_CHILDREN))


def _evaluate(args, variant: Variant, entries: List[dict], of_children: List[dict]) -> None:
    state = torch.load(checkpoint(args.work, variant.stage), map_location="cpu")
    common = {"epochs": {variant.stage: state["epoch"]}, "split": SPLIT,
              "synthetic": synthetic.statement(state["synthetic"])}
    net = load(args.work, variant.stage).to(memory_format=torch.channels_last)
    predictions, on_hands = predict_all(net, entries), predict_all(net, of_children)
    for build, description in ((detector_results, variant.detector), (probability_results, variant.probability)):
        results = {"id": description.id, **build(predictions, on_hands, common)}
        runtime.write_json(args.results / f"{description.id}.json", results)
        for figure in results["figures"]:
            runtime.log(f"{figure['what']}: {figure['value']} ({figure['low']} to {figure['high']})")
        for point in results["operatingPoints"]:
            runtime.log(str(point))


def evaluate(args) -> None:
    """Writes the results of every variant."""
    runtime.prepare()
    entries = fracatlas.entries(args.data, "val")
    of_children = hand_entries(hands.split_large(hands.large_hands(args.data))[1][:CHILDREN])
    for variant in VARIANTS:
        _evaluate(args, variant, entries, of_children)


def _points(results: dict) -> dict:
    return {p["point"]: p["threshold"] for p in results["operatingPoints"]}


def ship(args) -> None:
    """Writes the model folders of every variant."""
    runtime.prepare()
    entry = next(e for e in fracatlas.entries(args.data, "val") if e["fractured"])
    example = {"image": torch.from_numpy(normalise(read_grey(entry["path"]), SPEC)[0])}
    for variant in VARIANTS:
        probability, detector = (json.loads((args.results / f"{d.id}.json").read_text())
                                 for d in (variant.probability, variant.detector))
        module = ShippedFracture(load(args.work, variant.stage), **probability["calibration"])
        for description, output, results in ((variant.probability, _probability_contract(probability), probability),
                                             (variant.detector, DETECTOR_CONTRACT, detector)):
            export.ship(module, example, list(OUTPUTS), description, SPEC, {
                "extraInputs": [], "output": output, "operatingPoints": _points(results)}, results, args.models, args.results)


def _probability_contract(results: dict) -> dict:
    used = {r["region"]: {"slope": r["slope"], "intercept": r["intercept"]}
            for r in results["calibrationByRegion"] if r["used"]}
    return {"decoder": "binary-probability", "name": "probability", "activationMap": {"name": "activation", "stride": STRIDE},
            **({"calibrationByRegion": used} if used else {})}
