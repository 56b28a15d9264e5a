"""Figures and intervals of a bone age, shared by the whole hand and the hand regions."""
from __future__ import annotations

from typing import List, Sequence

import numpy as np

from . import hands, metrics, runtime

COVERAGE = 0.95
WIDTH_KNOTS = (48.0, 84.0, 120.0, 156.0, 192.0)
"""Predicted months at which the interval's half-width is fitted; linear between, flat outside."""
WIDTH_NEIGHBOURS = 80
AGE_BANDS = (0, 48, 96, 132, 168, 240)


def figure(what: str, values: np.ndarray, measure=np.mean, digits: int = 2) -> dict:
    """One row of a card: a measure of the values with its 95 % bootstrap interval."""
    return {"what": what, "digits": digits,
            **metrics.with_interval(len(values), lambda i: float(measure(values[i])))}


def interval_widths(predicted: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Half-widths in months at WIDTH_KNOTS: the conformal 95 % quantile of |residual| among the nearest predictions."""
    widths = []
    for knot in WIDTH_KNOTS:
        near = np.argsort(np.abs(predicted - knot), kind="stable")[:WIDTH_NEIGHBOURS]
        errors = np.sort(np.abs(residuals[near]))
        rank = min(len(errors) - 1, int(np.ceil(COVERAGE * (len(errors) + 1))) - 1)
        widths.append(float(errors[rank]))
    return np.array(widths)


def crossed_coverage(predicted: np.ndarray, residuals: np.ndarray, folds: int = 5) -> np.ndarray:
    """Whether each residual lies inside the interval that was fitted on the other folds."""
    fold = np.random.default_rng(runtime.SEED).permutation(len(predicted)) % folds
    inside = np.zeros(len(predicted))
    for part in range(folds):
        rest = fold != part
        widths = np.interp(predicted, WIDTH_KNOTS, interval_widths(predicted[rest], residuals[rest]))
        inside[~rest] = (np.abs(residuals) <= widths)[~rest]
    return inside


def figures_of(validation: Sequence[hands.Hand], predicted: np.ndarray, blind: np.ndarray) -> List[dict]:
    """The rows of a card. `blind`: the same hands with their sex withheld; all in months."""
    truth = np.array([h.bone_age_months for h in validation])
    sex = np.array([h.sex for h in validation])
    errors = np.abs(predicted - truth)
    rows = [
        figure("Mean absolute error, months", errors),
        figure("Median absolute error, months", errors, np.median),
        figure("Root mean square error, months", errors ** 2, lambda v: np.sqrt(np.mean(v))),
        figure("Mean error (predicted - true), months", predicted - truth),
        figure("Mean absolute error, sex withheld, months", np.abs(blind - truth)),
    ]
    rows += [figure(f"Mean absolute error, sex {name}, months", errors[sex == value])
             for name, value in hands.SEX_VALUES.items()]
    for low, high in zip(AGE_BANDS, AGE_BANDS[1:]):
        chosen = (truth >= low) & (truth < high)
        if chosen.any():
            rows.append(figure(f"Mean absolute error, {low} to {high} months", errors[chosen]))
    inside = crossed_coverage(predicted, predicted - truth)
    return rows + [figure("Coverage of the 95 % interval, fitted on other folds", inside, digits=3)]


def interval_of(validation: Sequence[hands.Hand], predicted: np.ndarray) -> dict:
    """The interval's calibration as results hold it."""
    truth = np.array([h.bone_age_months for h in validation])
    return {"knots": list(WIDTH_KNOTS),
            "widths": [round(float(w), 2) for w in interval_widths(predicted, predicted - truth)]}
