"""Strategies as text: treatments by year, as "surface_dressing@2020+resurfacing@2023", or "do-nothing"."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan._types import Codes, Ints32, Texts
from assetplan.strategies.candidates import Candidates, LifecycleModel

NOTHING = "do-nothing"


def strategy_names(assets: pd.DataFrame, model: LifecycleModel, options: Candidates) -> tuple[Ints32, Texts]:
    """Position of each strategy's name, and the names, each once.

    Returns
    -------
    (array (n_options,) of int, array (n_names,) of str)
        Names as "do-nothing" or "surface_dressing@2020+resurfacing@2023".
    """
    groups, labels = pd.factorize(assets["group"], sort=True)
    packed = groups[options.asset].astype(np.int64)
    base = int(options.schedule.max(initial=0)) + 2
    for year in options.schedule.T:
        if packed.max(initial=0) > np.iinfo(np.int64).max // (2 * base):
            packed = np.unique(packed, return_inverse=True)[1]
        packed = packed * base + (year + 1)
    _, first, code = np.unique(packed, return_index=True, return_inverse=True)
    texts = [_strategy_name(model, str(labels[groups[options.asset[row]]]), options.schedule[row]) for row in first]
    # Two groups may have a treatment of one name.
    names, shared = np.unique(np.array(texts, dtype=object).astype(str), return_inverse=True)
    return shared[code].astype(np.int32), names.astype(object)


def _strategy_name(model: LifecycleModel, group: str, schedule: Codes) -> str:
    treatments = model.catalogue.treatments[group]
    done = [f"{treatments[code].name}@{model.first_year + year}" for year, code in enumerate(schedule) if code >= 0]
    return "+".join(done) or NOTHING


def in_order(strategy: str) -> str:
    """A strategy as programmes write it: treatments by year."""
    return "+".join(sorted(strategy.split("+"), key=lambda timed: timed.rpartition("@")[2]))


def within(strategy: str, years: tuple[int, ...]) -> str:
    """A strategy of an earlier programme without the treatments of years that are not this plan's."""
    inside = {str(year) for year in years}
    return in_order("+".join(timed for timed in strategy.split("+") if timed.rpartition("@")[2] in inside)) or NOTHING
