"""Bone age from hand regions: `python3 -m osteon_training.bone_age_regions {train,evaluate,export} --data DIR --work DIR`.

Starts from ImageNet. The backbone of the whole-hand network is a worse start: on these small crops nearly all of its last
features are 0 (a linear fit on them misses by 30 months, on ImageNet's by 18).
"""
from __future__ import annotations

import time
from pathlib import Path
from typing import List

import numpy as np
import torch

from . import cli, hands, runtime
from .backbone import BACKBONE_FILE
from .bone_age import AVERAGE_DECAY, train_epoch
from .bone_age_net import MEAN_MONTHS, STD_MONTHS
from .hand_region_data import Sampler, TileCache, input_of
from .hand_region_net import RegionBoneAgeNet

EPOCHS, BATCH, RATE = 40, 8, 1.5e-4
"""At four times the rate the last features all become 0 and stay so: nothing normalises them."""
KEPT_BLOCKS = 7
"""The finest blocks of the backbone keep their ImageNet weights; they cost most of the time."""
LOOK_EVERY = 8
"""Epochs between two looks at the validation hands."""
CHECKPOINT = Path("bone-age-regions") / "train.pt"
CACHE = "hand-regions"


@torch.no_grad()
def predict(net: RegionBoneAgeNet, cache: TileCache, chosen: List[hands.Hand], drop_sex: bool = False) -> np.ndarray:
    """Months for each hand, from exactly the montage that is served."""
    net.eval()
    months = []
    for hand in chosen:
        image = torch.from_numpy(input_of(cache.montage(hand))[None]).contiguous(memory_format=torch.channels_last)
        sex = torch.full((1, 1), 0.0 if drop_sex else hand.sex)
        months.append(float(net(image, sex)) * STD_MONTHS + MEAN_MONTHS)
    return np.array(months)


def train(args) -> None:
    """Trains on the montages of the training hands whose regions are found, resumable."""
    runtime.prepare()
    everyone = hands.large_hands(args.data)
    cache = TileCache(args.work / "cache" / CACHE, everyone)
    training, validation = (cache.split(part)[0] for part in hands.split_large(everyone))
    runtime.log(f"{len(training)} hands for training, {len(validation)} for validation")
    net = RegionBoneAgeNet(args.data / BACKBONE_FILE).to(memory_format=torch.channels_last)
    net.backbone.features[:KEPT_BLOCKS].requires_grad_(False)
    average = runtime.WeightAverage(net, AVERAGE_DECAY)
    fresh = [p for part in (net.attention, net.hidden, net.out) for p in part.parameters()]
    optimiser = runtime.adamw([{"params": list(net.backbone.features[KEPT_BLOCKS:].parameters()), "base": RATE},
                               {"params": fresh, "base": RATE * 3}], weight_decay=1e-2)
    path = args.work / CHECKPOINT
    state = runtime.load_checkpoint(path, net, average, optimiser)
    truth = np.array([h.bone_age_months for h in validation])
    budget = runtime.Budget(EPOCHS, args.minutes, state.get("minutes", 0.0))
    for epoch in range(state["epoch"], EPOCHS):
        begun = budget.progress(epoch)
        if begun >= 1:
            break
        rng = np.random.default_rng([runtime.SEED, epoch])
        items = [training[i] for i in rng.permutation(len(training))]
        started, count = time.time(), -(-len(items) // BATCH)
        loss = train_epoch(net, average, optimiser, runtime.batches(items, BATCH, Sampler(cache, rng).collate), count,
                           begun, max(1 / EPOCHS, begun / max(epoch, 1)))
        runtime.log(f"{epoch + 1}/{EPOCHS} loss {loss:.4f}, {time.time() - started:.0f} s")
        runtime.save_checkpoint(path, net, average, optimiser, epoch + 1, {"minutes": budget.minutes_used()})
        if (epoch + 1) % LOOK_EVERY == 0:
            error = np.abs(predict(average.net, cache, validation) - truth).mean()
            runtime.log(f"validation MAE {error:.2f} months")


if __name__ == "__main__":
    cli.main(__doc__, {"train": train})
