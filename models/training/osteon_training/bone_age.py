"""Bone age: `python3 -m osteon_training.bone_age {train,evaluate,export} --data DIR --work DIR`."""
from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional

import numpy as np
import torch
from torch import nn

from . import augment, bone_age_report, cli, export, hands, runtime, synthetic, upright
from .backbone import BACKBONE_FILE
from .bone_age_net import MANIFEST_PARTS, MEAN_MONTHS, STD_MONTHS, BoneAgeEnsemble, BoneAgeNet, RightedBoneAge, ShippedBoneAge
from .cache import ContentCache
from .descriptions import BONE_AGE
from .normalise import InputSpec, normalise, read_grey, standardise, stretched_content

SPEC = InputSpec(320, 320)


@dataclass(frozen=True)
class Stage:
    """One run of training at `side` pixels. Without `begins_with` it starts from ImageNet and learns the small hands;
    otherwise from that stage's network, on the large hands and `small` of the small ones an epoch."""

    name: str
    side: int
    epochs: int
    batch: int
    rate: float
    begins_with: Optional[str] = None
    small: int = 0


STAGES = (Stage("pretrain", 160, 9, 64, 3e-4), Stage("large", 320, 22, 16, 3e-4, "pretrain", 390))
"""Both answer together."""
BORDERED, BORDERED_SCALES, SCALES = 0.25, (0.55, 0.9), (0.86, 1.14)
"""A share of the hands lies small within a black border, as collimation leaves them."""
OLDEST_PHANTOM_MONTHS = 216
"""Phantoms of adults carry an age; their bones no longer tell it."""
SEX_DROP = 0.1
AVERAGE_DECAY = 0.998
SMALL_ASPECT = (0.68, 0.94)
"""The small images were stretched to squares; real hands have a width of 0.68 to 0.94 heights (10-90 %)."""


def small_content(pixels: np.ndarray, spec: InputSpec):
    """Stretched content and placement of an image in memory (uint8)."""
    return stretched_content(pixels.astype(np.float32) / 255.0, spec)


class Sampler:
    """Turns hands into augmented batches."""

    def __init__(self, spec: InputSpec, cache: ContentCache, pixels: Dict[str, np.ndarray],
                 rng: np.random.Generator) -> None:
        self.spec, self.cache, self.pixels, self.rng = spec, cache, pixels, rng

    def _canvas(self, hand: hands.Hand) -> np.ndarray:
        if hand.path is None:
            content, box = small_content(self.pixels[hand.identifier], self.spec)
            aspect = SMALL_ASPECT
        else:
            content, box = self.cache.get(hand.path)
            aspect = (0.95, 1.05)
        scales = BORDERED_SCALES if self.rng.random() < BORDERED else SCALES
        canvas = augment.jitter_canvas(content, box, self.spec, self.rng, degrees=18, scales=scales, shift=0.05, aspect=aspect)
        return augment.photometry(canvas, self.rng)

    def collate(self, chosen: List[hands.Hand]) -> dict:
        """{"image" [n,3,h,w], "sex" [n,1], "target" [n,1] standardised months}."""
        images = [standardise(self._canvas(h), self.spec.mean, self.spec.std) for h in chosen]
        sex = np.array([[0.0 if self.rng.random() < SEX_DROP else h.sex] for h in chosen], np.float32)
        months = np.array([[h.bone_age_months] for h in chosen], np.float32)
        return {"image": runtime.to_tensor(images), "sex": torch.from_numpy(sex),
                "target": torch.from_numpy((months - MEAN_MONTHS) / STD_MONTHS)}


def train_epoch(net, average, optimiser, batches, count: int, first: float, span: float) -> float:
    """One epoch over `count` batches; progress runs from `first` over `span`. Returns the mean loss."""
    net.train()
    total, started = 0.0, time.time()
    for index, batch in enumerate(batches):
        runtime.set_rate(optimiser, runtime.cosine_rate(first + span * index / count))
        with runtime.mixed_precision():
            predicted = net(batch["image"], batch["sex"])
        loss = nn.functional.smooth_l1_loss(predicted.float(), batch["target"], beta=0.1)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        average.update(net)
        total += loss.item()
        if index % 40 == 39:
            runtime.log(f"  {index + 1}/{count} loss {total / (index + 1):.4f} "
                        f"{(time.time() - started) / (index + 1):.2f} s a batch")
    return total / count


@torch.no_grad()
def predict(net: BoneAgeNet, chosen: List[hands.Hand], spec: InputSpec, drop_sex: bool = False) -> np.ndarray:
    """Months for each hand through the exact normalisation, mirrored view averaged in."""
    net.eval()
    months = []
    for hand in chosen:
        image = torch.from_numpy(normalise(read_grey(hand.path), spec)[0])
        image = torch.cat([image, image.flip(3)]).contiguous(memory_format=torch.channels_last)
        sex = torch.full((2, 1), 0.0 if drop_sex else hand.sex)
        months.append(float(net(image, sex).mean()) * STD_MONTHS + MEAN_MONTHS)
    return np.array(months)


def _run(args, stage: Stage, net: nn.Module, base: List[hands.Hand], extra: List[hands.Hand], pixels, validation) -> None:
    """Trains one stage, resumable."""
    spec = InputSpec(stage.side, stage.side)
    average = runtime.WeightAverage(net, AVERAGE_DECAY)
    head = list(net.hidden.parameters()) + list(net.out.parameters())
    optimiser = runtime.adamw([{"params": list(net.backbone.parameters()), "base": stage.rate},
                               {"params": head, "base": stage.rate * 2}], weight_decay=1e-2)
    path = _checkpoint(args.work, stage.name)
    state = runtime.load_checkpoint(path, net, average, optimiser)
    used = state.get("synthetic", 0)
    for epoch in range(state["epoch"], stage.epochs):
        rng = np.random.default_rng([runtime.SEED, STAGES.index(stage), epoch])
        sampler = Sampler(spec, ContentCache(args.work / "cache", spec), pixels, rng)
        added = [extra[i] for i in rng.permutation(len(extra))[:stage.small]]
        phantoms = [e for e in synthetic.synthetic_entries(args.synthetic)
                    if 0 < e.get("bone_age_months", 0) <= OLDEST_PHANTOM_MONTHS]
        items = synthetic.mixed(base + added, phantoms, rng, lambda e: hands.Hand(
            e["file"], e["bone_age_months"], hands.SEX_VALUES.get(e["sex"], 0.0), e["path"]))
        started, count = time.time(), -(-len(items) // stage.batch)
        loss = train_epoch(net, average, optimiser, runtime.batches(items, stage.batch, sampler.collate), count,
                           epoch / stage.epochs, 1 / stage.epochs)
        truth = np.array([h.bone_age_months for h in validation])
        error = np.abs(predict(average.net, validation, spec) - truth).mean()
        runtime.log(f"{stage.name} {epoch + 1}/{stage.epochs} loss {loss:.4f} validation MAE {error:.2f} months, "
                    f"{time.time() - started:.0f} s")
        used = max(used, len(items) - len(base) - len(added))
        runtime.save_checkpoint(path, net, average, optimiser, epoch + 1, {"synthetic": used})


def train(args) -> None:
    """Pretrains on the small hands, then fine-tunes on the large ones."""
    runtime.prepare()
    training, validation = hands.split_large(hands.large_hands(args.data))
    small, pixels = hands.small_hands(args.data, {h.identifier for h in validation})
    runtime.log(f"{len(small)} small, {len(training)} large, {len(validation)} validation")
    large_ids = {h.identifier for h in training}
    others = [h for h in small if h.identifier not in large_ids]
    for stage in STAGES:
        net = BoneAgeNet(args.data / BACKBONE_FILE).to(memory_format=torch.channels_last)
        if stage.begins_with:
            net.load_state_dict(_averaged(args.work, stage.begins_with))
        base, extra = (training, others) if stage.begins_with else (small, [])
        _run(args, stage, net, base, extra, pixels, validation)


def _checkpoint(work: Path, stage: str) -> Path:
    return work / "bone-age" / f"{stage}.pt"


def _averaged(work: Path, stage: str) -> dict:
    return torch.load(_checkpoint(work, stage), map_location="cpu")["average"]


def _member(work: Path, stage: str) -> BoneAgeNet:
    net = BoneAgeNet()
    net.load_state_dict(_averaged(work, stage))
    return runtime.round_to_half(net)


def load(work: Path) -> RightedBoneAge:
    """The networks of all stages, for images of SPEC turned any way, weights rounded to what the graph stores."""
    together = BoneAgeEnsemble([_member(work, stage.name) for stage in STAGES], [stage.side for stage in STAGES])
    return RightedBoneAge(upright.load(work, "hands"), together).eval()


def evaluate(args) -> None:
    """Writes results/bone-age.json, with the interval's calibration."""
    runtime.prepare()
    _, validation = hands.split_large(hands.large_hands(args.data))
    net = load(args.work)
    predicted, blind = predict(net, validation, SPEC), predict(net, validation, SPEC, drop_sex=True)
    figures = bone_age_report.figures_of(validation, predicted, blind)
    states = {stage.name: torch.load(_checkpoint(args.work, stage.name), map_location="cpu") for stage in STAGES}
    runtime.write_json(args.results / "bone-age.json", {
        "id": "bone-age", "epochs": {stage: state["epoch"] for stage, state in states.items()},
        "split": f"{len(validation)} of the 1,000 large hands kept for validation: a seeded choice, stratified by bone age "
                 "(24-month bands) and sex. Their ids are left out of the small images too.",
        "synthetic": synthetic.statement(max(s["synthetic"] for s in states.values())), "figures": figures,
        "interval": bone_age_report.interval_of(validation, predicted)})
    runtime.log("\n".join(f"{f['what']}: {f['value']} (n {f['n']})" for f in figures))


def ship(args) -> None:
    """Writes models/bone-age."""
    runtime.prepare()
    results = json.loads((args.results / "bone-age.json").read_text())
    hand = hands.split_large(hands.large_hands(args.data))[1][0]
    example = torch.from_numpy(normalise(read_grey(hand.path), SPEC)[0])
    module = ShippedBoneAge(load(args.work), results["interval"]["knots"], results["interval"]["widths"])
    export.ship(module, {"image": example, "sex": torch.tensor([[hand.sex]])}, ["months", "uncertainty"],
                BONE_AGE, SPEC, MANIFEST_PARTS, results, args.models, args.results)


if __name__ == "__main__":
    cli.main(__doc__, {"train": train, "evaluate": evaluate, "export": ship})
