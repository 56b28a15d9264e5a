"""Bone age from hand regions: `python3 -m osteon_training.bone_age_regions {train,evaluate,export} --data DIR --work DIR`.

Starts from ImageNet. The backbone of the whole-hand network is a worse start: on these small crops nearly all of its last
features are 0 (a linear fit on them misses by 30 months, on ImageNet's by 18).
"""
from __future__ import annotations

import json
import time
from pathlib import Path
from typing import List

import numpy as np
import torch

from . import bone_age_report, cli, export, hands, runtime, synthetic
from .backbone import BACKBONE_FILE
from .bone_age import AVERAGE_DECAY, train_epoch
from .bone_age_net import MANIFEST_PARTS, MEAN_MONTHS, STD_MONTHS, ShippedBoneAge
from .descriptions import BONE_AGE_REGIONS
from .hand_region_data import MontageSpec, Sampler, TileCache, input_of
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


def load(work: Path) -> RegionBoneAgeNet:
    """The averaged network, weights rounded to what the graph stores."""
    net = RegionBoneAgeNet()
    net.load_state_dict(torch.load(work / CHECKPOINT, map_location="cpu")["average"])
    return runtime.round_to_half(net).eval()


def evaluate(args) -> None:
    """Writes results/bone-age-regions.json, with the interval's calibration and the whole hand beside it."""
    runtime.prepare()
    everyone = hands.large_hands(args.data)
    cache = TileCache(args.work / "cache" / CACHE, everyone)
    held = hands.split_large(everyone)[1]
    found, missing = cache.split(held)
    net = load(args.work)
    predicted, blind = predict(net, cache, found), predict(net, cache, found, drop_sex=True)
    figures = bone_age_report.figures_of(found, predicted, blind)
    figures.append(bone_age_report.figure("Hands whose regions are found, of those kept for validation",
                                          np.array([h in found for h in held], float), digits=3))
    figures.append(bone_age_report.figure("Hands whose regions are found, of all 1,000",
                                          np.array([h.identifier in cache.rows for h in everyone], float), digits=3))
    state = torch.load(args.work / CHECKPOINT, map_location="cpu")
    runtime.write_json(args.results / "bone-age-regions.json", {
        "id": "bone-age-regions", "epochs": state["epoch"],
        "split": f"The {len(held)} large hands that the whole-hand model is validated on; the regions of {len(found)} are found, "
                 f"of {len(missing)} not. Training hands whose regions are not found are left out.",
        "synthetic": synthetic.statement(0), "figures": figures,
        "interval": bone_age_report.interval_of(found, predicted)})
    runtime.log("\n".join(f"{f['what']}: {f['value']} (n {f['n']})" for f in figures))


def ship(args) -> None:
    """Writes models/bone-age-regions."""
    runtime.prepare()
    results = json.loads((args.results / "bone-age-regions.json").read_text())
    everyone = hands.large_hands(args.data)
    cache = TileCache(args.work / "cache" / CACHE, everyone)
    hand = cache.split(hands.split_large(everyone)[1])[0][0]
    example = torch.from_numpy(input_of(cache.montage(hand))[None])
    interval = results["interval"]
    module = ShippedBoneAge(load(args.work), interval["knots"], interval["widths"], averages_mirror=False)
    export.ship(module, {"image": example, "sex": torch.tensor([[hand.sex]])}, ["months", "uncertainty"],
                BONE_AGE_REGIONS, MontageSpec(), MANIFEST_PARTS, results, args.models, args.results)


if __name__ == "__main__":
    cli.main(__doc__, {"train": train, "evaluate": evaluate, "export": ship})
