"""Strategies as text: treatments by year, as "surface_dressing@2020+resurfacing@2023", or "do-nothing".

Nothing else composes this text or takes it apart.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from assetplan._types import Ints, Ints32, Texts
from assetplan.strategies.candidates import Candidates, LifecycleModel
from assetplan.treatments import Treatment

NOTHING = "do-nothing"
_STEP, _YEAR = "+", "@"


def steps_of(strategy: str) -> list[tuple[str, int]]:
    """Treatments of a strategy and the years they are done in; a ValueError if the text is no strategy.

    >>> steps_of("surface_dressing@2020+resurfacing@2023")
    [('surface_dressing', 2020), ('resurfacing', 2023)]
    """
    if strategy == NOTHING:
        return []
    parts = [step.rpartition(_YEAR) for step in strategy.split(_STEP)]
    if not all(name and year.isdecimal() for name, _, year in parts):
        raise ValueError(f'must be "{NOTHING}" or treatments as "surface_dressing@2020+resurfacing@2023"')
    return [(name, int(year)) for name, _, year in parts]


def strategy_text(steps: Iterable[tuple[str, int]]) -> str:
    """The strategy of treatments and years, in order of year."""
    return _STEP.join(f"{name}{_YEAR}{year}" for name, year in sorted(steps, key=lambda step: step[1])) or NOTHING


def strategy_names(assets: pd.DataFrame, model: LifecycleModel, options: Candidates) -> tuple[Ints32, Texts]:
    """Position of each strategy's name (n_options,), and the names (n_names,), each once.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register, with `group`
    model : LifecycleModel; treatments of each group, and the first year
    options : Candidates; strategies (n_options)
    """
    code, strategies = _distinct(assets, model, options)
    texts = [strategy_text((t.name, year) for t, year in steps) for steps in strategies]
    # Two groups may have a treatment of one name.
    names, shared = np.unique(np.array(texts, dtype=object).astype(str), return_inverse=True)
    return shared[code].astype(np.int32), names.astype(object)


def strategy_labels(assets: pd.DataFrame, model: LifecycleModel, options: Candidates) -> Texts:
    """What a reader calls each strategy, (n_options,): "Surface dressing 2020, Resurfacing 2023", "" for do-nothing.

    Parameters
    ----------
    assets, model, options : as of `strategy_names`
    """
    code, strategies = _distinct(assets, model, options)
    labels = [", ".join(f"{t.label} {year}" for t, year in steps) for steps in strategies]
    return np.array(labels, dtype=object)[code]


def _distinct(
    assets: pd.DataFrame, model: LifecycleModel, options: Candidates
) -> tuple[Ints, list[list[tuple[Treatment, int]]]]:
    """Position of each strategy (n_options,) among the distinct ones, and their treatments and years."""
    groups, labels = pd.factorize(assets["group"], sort=True)
    packed = groups[options.asset].astype(np.int64)
    base = int(options.schedule.max(initial=0)) + 2
    for year in options.schedule.T:
        if packed.max(initial=0) > np.iinfo(np.int64).max // (2 * base):
            packed = np.unique(packed, return_inverse=True)[1]
        packed = packed * base + (year + 1)
    _, first, code = np.unique(packed, return_index=True, return_inverse=True)
    of = labels[groups[options.asset[first]]]
    steps = [model.catalogue.steps(str(group), options.schedule[row]) for group, row in zip(of, first, strict=True)]
    return code, [[(t, model.first_year + year) for t, year in each] for each in steps]


def in_order(strategy: str) -> str:
    """A strategy as programmes write it: treatments by year."""
    return strategy_text(steps_of(strategy))


def within(strategy: str, years: tuple[int, ...]) -> str:
    """A strategy of an earlier programme without the treatments of years that are not this plan's."""
    return strategy_text((name, year) for name, year in steps_of(strategy) if year in years)
