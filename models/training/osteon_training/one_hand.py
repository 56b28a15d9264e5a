"""One hand or not: `python3 -m osteon_training.one_hand {train,evaluate,export} --data DIR --work DIR`."""
from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Dict, List

import numpy as np
import torch
from torch import nn

from . import augment, cli, export, fracatlas, hands, metrics, runtime, synthetic
from . import one_hand_data as images
from .backbone import BACKBONE_FILE, Backbone
from .cache import ContentCache
from .descriptions import ONE_HAND, ONE_HAND_CONCEPT
from .normalise import InputSpec, letterbox, normalise, read_grey, resize, standardise

SPEC = InputSpec(160, 160)
SOURCE_SPEC = InputSpec(256, 256)
"""Images are put together at this size, which the body-region cache holds already."""
DEPTH, CHANNELS = 14, 96
"""Blocks of MobileNetV2 that are kept: stride 16, half a million weights."""
EPOCHS, BATCH, RATE = 3, 32, 5e-4
RESTING_BLOCKS = 7
"""From the second epoch on the first blocks rest: they hold most of the arithmetic and have little left to learn."""
AVERAGE_DECAY = 0.98
SENSITIVITY = 0.99
HIGHEST_THRESHOLD = 0.5


class OneHandNet(nn.Module):
    """image [n, 3, h, w] -> logit [n, 1] that it shows one whole hand from the front."""

    def __init__(self, pretrained: Path = None) -> None:
        super().__init__()
        self.backbone = Backbone(pretrained, DEPTH)
        self.hidden = nn.Linear(2 * CHANNELS, 64)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(64, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        features = self.backbone(image).float()
        pooled = torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3))], dim=1)
        return self.out(self.drop(torch.relu(self.hidden(pooled))))


class ShippedOneHand(nn.Module):
    """image [1, 3, h, w] -> probability [1, 1]."""

    def __init__(self, net: OneHandNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.net(image))


def augmented(content: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A network input, float32 [3, h, w], with random geometry and greys; what is whole stays whole."""
    content = images.turned(content, rng)
    box = letterbox(content.shape[1], content.shape[0], SPEC.width, SPEC.height)
    canvas = augment.jitter_canvas(resize(content, box.width, box.height), box, SPEC, rng, degrees=20,
                                   scales=(0.6, 1.04), shift=0.03, aspect=(0.92, 1.08))
    return standardise(augment.photometry(canvas, rng), SPEC.mean, SPEC.std)


def train(args) -> None:
    """Fine-tunes the first blocks of MobileNetV2; resumable after each epoch."""
    runtime.prepare()
    training, held = hands.split_large(hands.large_hands(args.data))
    cache = ContentCache(args.work / "cache", SOURCE_SPEC)
    phantoms = [e["path"] for e in synthetic.synthetic_entries(args.synthetic)]
    net = OneHandNet(args.data / BACKBONE_FILE).to(memory_format=torch.channels_last)
    average = runtime.WeightAverage(net, AVERAGE_DECAY)
    head = list(net.hidden.parameters()) + list(net.out.parameters())
    optimiser = runtime.adamw([{"params": list(net.backbone.parameters()), "base": RATE},
                               {"params": head, "base": RATE * 4}], weight_decay=1e-2)
    path = args.work / "one-hand" / "train.pt"
    state = runtime.load_checkpoint(path, net, average, optimiser)
    quick = validation_images(args.data, held, share=4)
    for epoch in range(state["epoch"], EPOCHS):
        rng, started = np.random.default_rng([runtime.SEED, epoch]), time.time()
        items = images.epoch_items([h.path for h in training], args.data, phantoms, lambda p: cache.get(p)[0], rng)

        def collate(chunk: list) -> dict:
            return {"image": runtime.to_tensor([augmented(make(rng), rng) for make, _ in chunk]),
                    "target": torch.tensor([[label] for _, label in chunk])}

        count, total = -(-len(items) // BATCH), 0.0
        net.train()
        net.backbone.features[:RESTING_BLOCKS].requires_grad_(epoch == 0)
        for index, batch in enumerate(runtime.batches(items, BATCH, collate)):
            runtime.set_rate(optimiser, runtime.cosine_rate((epoch + index / count) / EPOCHS))
            with runtime.mixed_precision():
                logit = net(batch["image"])
            loss = nn.functional.binary_cross_entropy_with_logits(logit.float(), batch["target"])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            average.update(net)
            total += loss.item()
        scores = predict(average.net, quick["images"])
        runtime.log(f"one-hand {epoch + 1}/{EPOCHS} {len(items)} images, loss {total / count:.4f}, "
                    f"AUC {metrics.auc(quick['labels'], scores):.4f}, {time.time() - started:.0f} s")
        runtime.save_checkpoint(path, net, average, optimiser, epoch + 1, {"synthetic": min(len(phantoms), len(items) // 10)})


def load(work: Path) -> OneHandNet:
    """The averaged network of the training checkpoint."""
    net = OneHandNet()
    net.load_state_dict(torch.load(work / "one-hand" / "train.pt", map_location="cpu")["average"])
    return net.eval()


def validation_images(data: Path, held: List[hands.Hand], share: int = 1) -> Dict[str, object]:
    """{"images", "labels", "kinds"}: held-out hands and others; every `share`-th of each kind."""
    rng = np.random.default_rng(runtime.SEED)
    alone = [read_grey(h.path) for h in held[::share]]
    adult, other_arms = images.labelled(data, "val")
    entries = fracatlas.entries(data, "val")
    legs = [e["path"] for e in entries if e["regions"] == ["leg"] and not e["multiscan"]]
    trunk = [e["path"] for e in entries if {"hip", "shoulder"} & set(e["regions"]) and "hand" not in e["regions"]]
    several = [e["path"] for e in entries if e["multiscan"]]

    def read(paths: List[Path]) -> List[np.ndarray]:
        return [read_grey(p) for p in paths[::share]]

    second = [alone[int(i)] for i in rng.integers(0, len(alone), len(alone))]
    accepted = {
        "child's hand": alone,
        "child's hand, turned by 90 degrees": [np.ascontiguousarray(np.rot90(a)) for a in alone],
        "child's hand, tilted by 15 degrees": [images.tilt(a, 15) for a in alone],
        "adult's hand with forearm": read(adult),
    }
    refused = {
        "two hands on one image, composed": [images.two_hands(a, b, rng) for a, b in zip(alone, second)],
        "same hand twice, composed": [images.two_hands(a, a, rng) for a in alone],
        "part of a hand": [images.part_of_hand(a, rng) for a in alone],
        "elbow, forearm, several hands": read(other_arms),
        "leg or foot": read(legs), "hip or shoulder": read(trunk), "several views on one image": read(several),
    }
    rows = [(image, kind, label) for label, groups in ((1.0, accepted), (0.0, refused))
            for kind, group in groups.items() for image in group]
    found, kinds, labels = zip(*rows)
    return {"images": list(found), "kinds": np.array(kinds), "labels": np.array(labels)}


@torch.no_grad()
def predict(net: nn.Module, greys: List[np.ndarray]) -> np.ndarray:
    """Probabilities through the exact normalisation."""
    net.eval()
    return np.array([float(torch.sigmoid(net(torch.from_numpy(normalise(grey, SPEC)[0])))) for grey in greys])


def evaluate(args) -> None:
    """Writes results/one-hand.json, with the threshold."""
    runtime.prepare()
    _, held = hands.split_large(hands.large_hands(args.data))
    items = validation_images(args.data, held)
    scores, labels, kinds = predict(load(args.work), items["images"]), items["labels"], items["kinds"]
    plain = kinds == "child's hand"
    judged = plain | (labels == 0)
    threshold = round(min(HIGHEST_THRESHOLD, metrics.threshold_for_sensitivity(
        labels[plain], scores[plain], SENSITIVITY)) - 5e-4, 3)
    figures = [{"what": f"AUC, {plain.sum()} children's hands against all that is not one hand", **metrics.with_interval(
        int(judged.sum()), lambda i: metrics.auc(labels[judged][i], scores[judged][i]))}]
    for kind in dict.fromkeys(kinds):
        chosen, is_hand = kinds == kind, labels[kinds == kind][0] > 0.5
        right = (scores[chosen] >= threshold) == is_hand
        figures.append({"what": f"{'Accepted' if is_hand else 'Refused'}: {kind}", **metrics.with_interval(
            int(chosen.sum()), lambda i: float(right[i].mean()))})
    point = metrics.sensitivity_specificity(labels[judged], scores[judged], threshold)
    state = torch.load(args.work / "one-hand" / "train.pt", map_location="cpu")
    runtime.write_json(args.results / "one-hand.json", {
        "id": "one-hand", "epochs": state["epoch"],
        "split": "The bone-age model's validation hands and FracAtlas's shipped validation split; pairs and parts are made "
                 "of validation hands. Upper limbs of FracAtlas were labelled by eye (`labels/one-hand.json`).",
        "synthetic": synthetic.statement(state["synthetic"]), "figures": figures,
        "operatingPoints": [{"label": "one-hand", "n positive": int(plain.sum()),
                             "n negative": int((labels == 0).sum()), **point}]})
    runtime.log("\n".join(f"{f['what']}: {f['value']} (n {f['n']})" for f in figures) + f"\nthreshold {threshold}")


def ship(args) -> None:
    """Writes models/one-hand."""
    runtime.prepare()
    results = json.loads((args.results / "one-hand.json").read_text())
    threshold = results["operatingPoints"][0]["threshold"]
    hand = hands.split_large(hands.large_hands(args.data))[1][0]
    example = torch.from_numpy(normalise(read_grey(hand.path), SPEC)[0])
    export.ship(ShippedOneHand(load(args.work)), {"image": example}, ["probability"], ONE_HAND, SPEC, {
        "extraInputs": [],
        "output": {"decoder": "sigmoid-classifier", "name": "probability",
                   "labels": [{"label": "one-hand", "concept": ONE_HAND_CONCEPT, "threshold": threshold}]},
        "operatingPoints": {"suspicious": threshold, "definite": threshold},
    }, results, args.models, args.results)


if __name__ == "__main__":
    cli.main(__doc__, {"train": train, "evaluate": evaluate, "export": ship})
