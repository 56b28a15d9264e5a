"""Body region: `python3 -m osteon_training.body_region {train,evaluate,export} --data DIR --work DIR`."""
from __future__ import annotations

import json
import time
from pathlib import Path
from typing import List, Tuple

import numpy as np
import torch
from torch import nn

from . import augment, cli, export, fracatlas, hands, metrics, negatives, runtime, synthetic
from .backbone import BACKBONE_FILE, LAST_CHANNELS, Backbone
from .cache import ContentCache
from .descriptions import BODY_REGION, LABEL_CONCEPTS
from .normalise import InputSpec, letterbox, normalise, read_grey, standardise

SPEC = InputSpec(256, 256)
LABELS = fracatlas.REGIONS + ("limb",)
EPOCHS, BATCH, RATE = 3, 32, 4e-4
AVERAGE_DECAY = 0.995
NEGATIVES_PER_EPOCH = 800
DICOM_SHARE = 0.6
VALIDATION_PROCEDURAL = 120
REGION_THRESHOLD, LIMB_THRESHOLD = 0.5, 0.95


class BodyRegionNet(nn.Module):
    """image [n, 3, h, w] -> logits [n, 5]: hand, leg, hip, shoulder, limb."""

    def __init__(self, pretrained: Path = None) -> None:
        super().__init__()
        self.backbone = Backbone(pretrained)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(LAST_CHANNELS, len(LABELS))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.out(self.drop(self.backbone(image).float().mean(dim=(2, 3))))


def label_vector(regions: List[str], limb: bool = True) -> np.ndarray:
    """Multi-hot float32 [5] in the order of LABELS."""
    return np.array([float(r in regions) for r in fracatlas.REGIONS] + [float(limb)], np.float32)


def _positives(data: Path) -> List[Tuple[Path, np.ndarray]]:
    return [(e["path"], label_vector(e["regions"])) for e in fracatlas.entries(data, "train")]


class Sampler:
    """Turns (path or image, labels) items into augmented batches."""

    def __init__(self, cache: ContentCache, rng: np.random.Generator) -> None:
        self.cache, self.rng = cache, rng

    def collate(self, items: list) -> dict:
        """{"image" [n,3,h,w], "target" [n,5]}."""
        images = []
        for source, _ in items:
            if isinstance(source, np.ndarray):
                height, width = source.shape
                content, box = source, letterbox(width, height, SPEC.width, SPEC.height)
            else:
                content, box = self.cache.get(source)
            fit = box.width / content.shape[1]
            canvas = augment.jitter_canvas(content, box, SPEC, self.rng, degrees=30,
                                           scales=(0.72 * fit, 1.3 * fit), shift=0.08)
            canvas = augment.photometry(canvas, self.rng)
            images.append(standardise(canvas, SPEC.mean, SPEC.std))
        return {"image": runtime.to_tensor(images), "target": torch.from_numpy(np.stack([t for _, t in items]))}


def _negative_items(real: List[np.ndarray], cache: ContentCache, positives: list,
                    rng: np.random.Generator) -> list:
    count = int(NEGATIVES_PER_EPOCH * DICOM_SHARE)
    target = label_vector([], limb=False)
    items = [(real[i], target) for i in rng.integers(0, len(real), count)]
    limb = [cache.get(positives[i][0])[0] for i in rng.integers(0, len(positives), 60)]
    return items + [(negatives.procedural(rng, SPEC.width, limb), target)
                    for _ in range(NEGATIVES_PER_EPOCH - count)]


def validation_items(data: Path) -> dict:
    """{"paths", "labels", "images", "kinds"}: real files first, then non-limb images (`images`)."""
    _, held_hands = hands.split_large(hands.large_hands(data))
    fracture = fracatlas.entries(data, "val")
    _, real = negatives.dicom_negatives(data)
    rng = np.random.default_rng(runtime.SEED)
    limb = [read_grey(e["path"]) for e in fracture[:40]]
    invented = [negatives.procedural(rng, SPEC.width, limb) for _ in range(VALIDATION_PROCEDURAL)]
    kinds = (["fracatlas"] * len(fracture) + ["bone-age"] * len(held_hands)
             + ["dicom"] * len(real) + ["procedural"] * len(invented))
    labels = ([label_vector(e["regions"]) for e in fracture] + [label_vector(["hand"])] * len(held_hands)
              + [label_vector([], limb=False)] * (len(real) + len(invented)))
    return {"paths": [e["path"] for e in fracture] + [h.path for h in held_hands],
            "images": real + invented, "labels": np.stack(labels), "kinds": np.array(kinds)}


@torch.no_grad()
def predict(net: nn.Module, items: dict) -> np.ndarray:
    """Probabilities [n, 5] through the exact normalisation."""
    net.eval()
    probabilities = []
    for source in items["paths"] + items["images"]:
        grey = source if isinstance(source, np.ndarray) else read_grey(source)
        image = torch.from_numpy(normalise(grey, SPEC)[0]).contiguous(memory_format=torch.channels_last)
        probabilities.append(torch.sigmoid(net(image))[0].numpy())
    return np.stack(probabilities)


def _train_epoch(net, average, optimiser, batches, count: int, epoch: int) -> float:
    net.train()
    total = 0.0
    for index, batch in enumerate(batches):
        runtime.set_rate(optimiser, runtime.cosine_rate((epoch + index / count) / EPOCHS))
        with runtime.mixed_precision():
            logits = net(batch["image"])
        loss = nn.functional.binary_cross_entropy_with_logits(logits.float(), batch["target"])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        average.update(net)
        total += loss.item()
        if index % 40 == 39:
            runtime.log(f"  {index + 1}/{count} loss {total / (index + 1):.4f}")
    return total / count


def train(args) -> None:
    """Trains on FracAtlas regions and non-limb images.

    The bone-age hands only validate: weights that learned from them could not run where every study needs this gate.
    """
    runtime.prepare()
    positives = _positives(args.data)
    real, _ = negatives.dicom_negatives(args.data)
    cache = ContentCache(args.work / "cache", SPEC)
    items = validation_items(args.data)
    net = BodyRegionNet(args.data / BACKBONE_FILE).to(memory_format=torch.channels_last)
    average = runtime.WeightAverage(net, AVERAGE_DECAY)
    optimiser = runtime.adamw([{"params": list(net.backbone.parameters()), "base": RATE},
                               {"params": list(net.out.parameters()), "base": 4 * RATE}], weight_decay=1e-2)
    path = args.work / "body-region" / "train.pt"
    state = runtime.load_checkpoint(path, net, average, optimiser)
    used = state.get("synthetic", 0)
    for epoch in range(state["epoch"], EPOCHS):
        rng, started = np.random.default_rng([runtime.SEED, epoch]), time.time()
        everything = positives + _negative_items(real, cache, positives, rng)
        mixed = synthetic.mixed(everything, synthetic.synthetic_entries(args.synthetic), rng,
                                lambda e: (e["path"], label_vector(e["regions"])))
        count = -(-len(mixed) // BATCH)
        loss = _train_epoch(net, average, optimiser,
                            runtime.batches(mixed, BATCH, Sampler(cache, rng).collate), count, epoch)
        right = (predict(average.net, items) >= 0.5) == (items["labels"] >= 0.5)
        runtime.log(f"body-region {epoch + 1}/{EPOCHS} loss {loss:.4f} validation accuracy by label "
                    f"{np.round(right.mean(axis=0), 3).tolist()}, {time.time() - started:.0f} s")
        used = max(used, len(mixed) - len(everything))
        runtime.save_checkpoint(path, net, average, optimiser, epoch + 1, {"synthetic": used})


def load(work: Path) -> BodyRegionNet:
    """The averaged network of the training checkpoint."""
    net = BodyRegionNet()
    net.load_state_dict(torch.load(work / "body-region" / "train.pt", map_location="cpu")["average"])
    return net.eval()


class ShippedBodyRegion(nn.Module):
    """image [1, 3, h, w] -> probabilities [1, 5]."""

    def __init__(self, net: BodyRegionNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.net(image))


def _threshold(label: str) -> float:
    return LIMB_THRESHOLD if label == "limb" else REGION_THRESHOLD


def evaluate(args) -> None:
    """Writes results/body-region.json."""
    runtime.prepare()
    items = validation_items(args.data)
    scores, labels, kinds = predict(load(args.work), items), items["labels"], items["kinds"]
    real = np.isin(kinds, ("fracatlas", "bone-age"))
    figures = []
    for index, label in enumerate(fracatlas.REGIONS):
        for what, chosen in (("real limb images", real), ("FracAtlas alone", kinds == "fracatlas")):
            truth, score = labels[chosen][:, index], scores[chosen][:, index]
            figures.append({"what": f"Average precision, {label}, {what} ({int(truth.sum())} positive)",
                            **metrics.with_interval(len(truth), lambda i: metrics.label_average_precision(truth[i], score[i]))})
    limb_truth, limb_score = labels[:, -1], scores[:, -1]
    for what, others in (("DICOM of other kinds", ("dicom",)), ("DICOM and procedural images", ("dicom", "procedural"))):
        chosen = real | np.isin(kinds, others)
        truth, score = limb_truth[chosen], limb_score[chosen]
        figures.append({"what": f"AUC, limb radiograph against {what} ({int((1 - truth).sum())} non-limb)",
                        **metrics.with_interval(len(truth), lambda i: metrics.auc(truth[i], score[i]))})
    right = (scores[real][:, :4] >= REGION_THRESHOLD) == (labels[real][:, :4] >= 0.5)
    figures.append({"what": "All four regions right", **metrics.with_interval(
        int(real.sum()), lambda i: float(right[i].all(axis=1).mean()))})
    points = [{"label": label, "n positive": int(labels[chosen][:, index].sum()),
               "n negative": int((1 - labels[chosen][:, index]).sum()), **metrics.sensitivity_specificity(
        labels[chosen][:, index], scores[chosen][:, index], _threshold(label))}
        for index, (label, chosen) in enumerate([(r, real) for r in fracatlas.REGIONS] + [("limb", real | (kinds == "dicom"))])]
    state = torch.load(args.work / "body-region" / "train.pt", map_location="cpu")
    runtime.write_json(args.results / "body-region.json", {
        "id": "body-region", "epochs": state["epoch"],
        "split": "FracAtlas by the shipped split (near-duplicates together); bone-age hands for validation only; DICOM images by content, so that copies of one image stay on one side.",
        "synthetic": synthetic.statement(state["synthetic"]),
        "figures": figures, "operatingPoints": points})
    runtime.log("\n".join(f"{f['what']}: {f['value']}" for f in figures))


def ship(args) -> None:
    """Writes models/body-region."""
    runtime.prepare()
    results = json.loads((args.results / "body-region.json").read_text())
    example = torch.from_numpy(normalise(read_grey(fracatlas.entries(args.data, "val")[0]["path"]), SPEC)[0])
    export.ship(ShippedBodyRegion(load(args.work)), {"image": example}, ["probabilities"], BODY_REGION, SPEC, {
        "extraInputs": [],
        "output": {"decoder": "sigmoid-classifier", "name": "probabilities",
                   "labels": [{"label": label, "concept": LABEL_CONCEPTS[label], "threshold": _threshold(label)}
                              for label in LABELS]},
        "operatingPoints": {"suspicious": REGION_THRESHOLD, "definite": REGION_THRESHOLD},
    }, results, args.models)


if __name__ == "__main__":
    cli.main(__doc__, {"train": train, "evaluate": evaluate, "export": ship})
