"""The figures of 500 synthetic studies by scikit-learn and SciPy, printed as JSON: what `statistics.test.ts` compares with.

Run again with: python3 agreement_reference.py > ../../golden/qa-agreement.json
"""
import json

import numpy as np
from scipy import stats
from sklearn.metrics import cohen_kappa_score, confusion_matrix


def studies(count=500, seed=20261121):
    """The same linear congruential generator as the test's (Numerical Recipes)."""
    state = seed

    def draw():
        nonlocal state
        state = (1664525 * state + 1013904223) % 2**32
        return state / 2**32

    for _ in range(count):
        truth = draw() < 0.3
        said = draw() < (0.85 if truth else 0.12)
        age = 24 + 180 * draw()
        model_age = age + 4 + 30 * (draw() + draw() + draw() - 1.5)
        yield truth, said, age, model_age


def wilson(successes, trials):
    interval = stats.binomtest(int(successes), int(trials)).proportion_ci(0.95, method="wilson")
    return [successes / trials, interval.low, interval.high]


def kappa(said, truth):
    """Value by scikit-learn; interval by the delta method, differentiated numerically from the multinomial."""
    value = cohen_kappa_score(truth, said)
    table = confusion_matrix(truth, said).astype(float)
    count = table.sum()
    p = (table / count).ravel()

    def of(q):
        q = q.reshape(2, 2)
        expected = (q.sum(axis=0) * q.sum(axis=1)).sum()
        return (np.trace(q) - expected) / (1 - expected)

    step = 1e-6
    gradient = np.array([(of(p + step * e) - of(p - step * e)) / (2 * step) for e in np.eye(4)])
    covariance = (np.diag(p) - np.outer(p, p)) / count
    half = stats.norm.ppf(0.975) * np.sqrt(gradient @ covariance @ gradient)
    return [value, value - half, value + half]


def mean(values):
    low, high = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    return [np.mean(values), low, high]


truth, said, age, model_age = (np.array(column) for column in zip(*studies()))
(tn, fp), (fn, tp) = confusion_matrix(truth, said)
difference = model_age - age
deviation = np.std(difference, ddof=1)
limit = stats.norm.ppf(0.975) * deviation
few = stats.t.interval(0.95, 3, loc=np.mean(difference[:4]), scale=stats.sem(difference[:4]))
print(
    json.dumps(
        {
            "confusion": [int(tp), int(fp), int(fn), int(tn)],
            "accuracy": wilson(tp + tn, len(truth)),
            "sensitivity": wilson(tp, tp + fn),
            "specificity": wilson(tn, tn + fp),
            "ppv": wilson(tp, tp + fp),
            "npv": wilson(tn, tn + fn),
            "kappa": kappa(said, truth),
            "bias": mean(difference),
            "meanAbsoluteError": mean(np.abs(difference)),
            "deviation": deviation,
            "limits": [np.mean(difference) - limit, np.mean(difference) + limit],
            "biasOfFour": list(few),
            "quantiles": list(np.quantile(difference, [0.5, 0.9])),
        },
        indent=1,
    )
)
