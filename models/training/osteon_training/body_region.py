"""Body region: `python3 -m osteon_training.body_region {train,evaluate,export} --data DIR --work DIR`.

Two stages. The first never sees a real radiograph of another part: drawn ones stand for them, so that its scores of the real
ones are an honest test. The second fits the last layer anew with the real ones (`region_head.py`); leaving out
each in turn gives the crossed scores.
"""
from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Dict, List, Optional

import numpy as np
import torch
from torch import nn

from . import cli, export, fracatlas, negatives, region_eval, region_head, runtime
from .backbone import BACKBONE_FILE, LAST_CHANNELS, Backbone
from .descriptions import BODY_REGION, LABEL_CONCEPTS
from .normalise import normalise, read_grey
from .region_data import LABELS, SPEC, UNKNOWN, Item, Mixture, Sampler, Sources
from .region_head import Head

EPOCHS, BATCH, RATE = 2, 32, 4e-4
AVERAGE_DECAY = 0.995
FROZEN_BLOCKS = 4
"""Backbone blocks left at their ImageNet weights: the finest maps cost most and gain least."""
FIRST_MIXTURE = Mixture(limbs=1700, trunk=520, radiographs=0, other=230, nonsense=130, plain_limbs=120)


class BodyRegionNet(nn.Module):
    """image [n, 3, h, w] -> logits [n, 5]: hand, leg, hip, shoulder, limb."""

    def __init__(self, pretrained: Optional[Path] = None) -> None:
        super().__init__()
        self.backbone = Backbone(pretrained)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(LAST_CHANNELS, len(LABELS))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.out(self.drop(self.backbone(image).float().mean(dim=(2, 3))))


def loss_of(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy over the labels that are known."""
    known = target != UNKNOWN
    each = nn.functional.binary_cross_entropy_with_logits(logits.float(), target.clamp(min=0), reduction="none")
    return (each * known).sum() / known.sum()


class Run:
    """A network being trained: weights, their average, and the optimiser."""

    def __init__(self, pretrained: Optional[Path], decay: float) -> None:
        self.net = BodyRegionNet(pretrained).to(memory_format=torch.channels_last)
        self.net.backbone.features[:FROZEN_BLOCKS].requires_grad_(False)
        self.average = runtime.WeightAverage(self.net, decay)
        learned = [p for p in self.net.backbone.parameters() if p.requires_grad]
        self.optimiser = runtime.adamw([{"params": learned, "base": RATE},
                                        {"params": list(self.net.out.parameters()), "base": 4 * RATE}], weight_decay=1e-2)

    def epoch(self, items: List[Item], sampler: Sampler, rate_at) -> float:
        """One pass; `rate_at(share of the pass)` is the factor on the rates. Returns the mean loss."""
        self.net.train()
        total, count = 0.0, -(-len(items) // BATCH)
        for index, batch in enumerate(runtime.batches(items, BATCH, sampler.collate)):
            runtime.set_rate(self.optimiser, rate_at(index / count))
            with runtime.mixed_precision():
                logits = self.net(batch["image"])
            loss = loss_of(logits, batch["target"])
            self.optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
            self.optimiser.step()
            self.average.update(self.net)
            total += loss.item()
            if index % 20 == 19:
                runtime.log(f"  {index + 1}/{count} loss {total / (index + 1):.4f}")
        return total / count


def _file(work: Path, name: str) -> Path:
    return work / "body-region" / f"{name}.pt"


def _first_stage(args, sources: Sources, items: region_eval.Items) -> None:
    run = Run(args.data / BACKBONE_FILE, AVERAGE_DECAY)
    state = runtime.load_checkpoint(_file(args.work, "first"), run.net, run.average, run.optimiser)
    for epoch in range(state["epoch"], EPOCHS):
        rng, started = np.random.default_rng([runtime.SEED, epoch]), time.time()
        mixed = sources.epoch(rng, FIRST_MIXTURE, [])
        loss = run.epoch(mixed, Sampler(sources.cache, rng), lambda share: runtime.cosine_rate((epoch + share) / EPOCHS))
        runtime.save_checkpoint(_file(args.work, "first"), run.net, run.average, run.optimiser, epoch + 1,
                                {"synthetic": len(sources.phantoms)})
        runtime.log(f"first {epoch + 1}/{EPOCHS} loss {loss:.4f}, {time.time() - started:.0f} s; "
                    + region_eval.progress(run.average.net, items))


def train(args) -> None:
    """Trains the network, then its gate: the shipped one, and one for each real non-limb radiograph left out.

    The bone-age hands only validate: weights that learned from them could not run where every study needs this gate.
    """
    runtime.prepare()
    dicom = negatives.dicom_negatives(args.data)
    sources = Sources(args.data, args.work, args.synthetic, dicom)
    _first_stage(args, sources, region_eval.quick_items(args.data, dicom))
    net = load_first(args.work)
    features = region_head.gather(net, sources, list(dicom.radiographs.values()))
    torch.save(region_head.fit_all(features, region_head.heads_of(net)), _file(args.work, "heads"))


def load_first(work: Path) -> BodyRegionNet:
    """The averaged network of the first stage."""
    net = BodyRegionNet()
    net.load_state_dict(torch.load(_file(work, "first"), map_location="cpu")["average"])
    return net.eval().to(memory_format=torch.channels_last)


def load_heads(work: Path) -> Dict[str, Head]:
    """The gates by name; see `region_head.fit_all`."""
    return torch.load(_file(work, "heads"))


def load(work: Path) -> BodyRegionNet:
    """The network with the shipped last layer."""
    net, heads = load_first(work), load_heads(work)
    with torch.no_grad():
        for row, label in enumerate(LABELS):
            net.out.weight[row] = torch.tensor(heads[label].weight, dtype=torch.float32)
            net.out.bias[row] = heads[label].bias
    return net


class ShippedBodyRegion(nn.Module):
    """image [1, 3, h, w] -> probabilities [1, 5]."""

    def __init__(self, net: BodyRegionNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.net(image))


def evaluate(args) -> None:
    """Writes results/body-region.json."""
    runtime.prepare()
    state = torch.load(_file(args.work, "first"), map_location="cpu")
    results = region_eval.evaluate(args.data, args.work, args.synthetic, load(args.work), load_heads(args.work))
    runtime.write_json(args.results / "body-region.json", {
        "id": "body-region", "epochs": state["epoch"], "split": region_eval.SPLIT,
        "synthetic": region_eval.DRAWN.format(count=state["synthetic"]), **results})
    runtime.log("\n".join(f"{f['what']}: {f['value']}" for f in results["figures"]))


def ship(args) -> None:
    """Writes models/body-region."""
    runtime.prepare()
    results = json.loads((args.results / "body-region.json").read_text())
    thresholds = {p["label"]: p["threshold"] for p in results["operatingPoints"]}
    example = torch.from_numpy(normalise(read_grey(fracatlas.entries(args.data, "val")[0]["path"]), SPEC)[0])
    export.ship(ShippedBodyRegion(load(args.work)), {"image": example}, ["probabilities"], BODY_REGION, SPEC, {
        "extraInputs": [],
        "output": {"decoder": "sigmoid-classifier", "name": "probabilities",
                   "labels": [{"label": label, "concept": LABEL_CONCEPTS[label], "threshold": thresholds[label]}
                              for label in LABELS]},
        "operatingPoints": {"suspicious": region_eval.REGION_THRESHOLD, "definite": region_eval.REGION_THRESHOLD},
    }, results, args.models, args.results)


if __name__ == "__main__":
    cli.main(__doc__, {"train": train, "evaluate": evaluate, "export": ship})
