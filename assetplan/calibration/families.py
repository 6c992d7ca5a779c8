"""The family of curve that inspections bear out best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assetplan.calibration.covariates import Features
from assetplan.calibration.curve_model import CurveModel
from assetplan.calibration.inspections import Inspections
from assetplan.calibration.model import sample
from assetplan.deterioration.families import FAMILIES
from assetplan.deterioration.fits.paths import fit_paths


def likeliest(found: Inspections, features: Features) -> tuple[CurveModel, tuple[str, ...]]:
    """The curve of greatest log-likelihood less its number of parameters, and how far others fall short.

    All families are held against the same histories, cut wherever one of them would cut; of many assets, against those
    of a `sample`. The curve chosen then keeps its own cuts (Akaike 1974, *A new look at the statistical model
    identification*, IEEE Transactions on Automatic Control 19, 716–723).
    """
    models = {family: CurveModel.of(found, family, features) for family in FAMILIES}
    cuts = np.any([model.cuts for model, _ in models.values()], axis=0)
    alike = {family: replace(model, cuts=cuts) for family, (model, _) in models.items()}
    everyone = np.ones(len(found.assets), dtype=bool)
    first = alike[next(iter(FAMILIES))]
    if not first.counted(everyone):
        model, notes = models[first.family]
        return model, (*notes, f"nothing tells the families of curve apart; {first.family} was taken.")
    some = sample(everyone) if first.counted(sample(everyone)) else everyone
    scores = {
        family: fit_paths(family, model.paths(some)).log_likelihood - len(model.names)
        for family, model in alike.items()
    }
    best = max(scores, key=lambda family: scores[family])
    behind = sorted((scores[best] - score, family) for family, score in scores.items() if family != best)
    said = ", ".join(f"{family} {short:,.1f}" for short, family in behind)
    model, notes = models[best]
    of = f"{int(some.sum()):,} of {len(some):,} assets" if not some.all() else "all assets"
    chosen = (
        f"{best} is the likeliest family of curve; the others fall short by {said} in log-likelihood less number of "
        f"parameters ({of}, on the same cuts)."
    )
    return model, (*notes, chosen)
