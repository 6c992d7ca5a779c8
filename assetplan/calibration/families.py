"""The family of curve that inspections bear out best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assetplan.calibration.covariates import Features
from assetplan.calibration.curve_model import CurveModel
from assetplan.calibration.inspections import Inspections
from assetplan.calibration.model import sample
from assetplan.deterioration.curves import FAMILIES
from assetplan.deterioration.fits.paths import fit_paths


def likeliest(found: Inspections, features: Features) -> tuple[CurveModel, tuple[str, ...]]:
    """The curve of greatest log-likelihood less its number of parameters (Akaike 1974), and how far others fall short.

    All families are held against the same histories, cut wherever one of them would cut; of many assets, against those
    of a `sample`. The curve chosen then keeps its own cuts.
    """
    models = {family: CurveModel.of(found, family, features) for family in FAMILIES}
    cuts = np.any([model.cuts for model, _ in models.values()], axis=0)
    some = sample(np.ones(len(found.assets), dtype=bool))
    scores: dict[str, float] = {}
    for family, (model, _) in models.items():
        alike = replace(model, cuts=cuts)
        if not alike.counted(some):
            return models[FAMILIES[0]]
        scores[family] = fit_paths(family, alike.paths(some)).log_likelihood - len(model.names)
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
