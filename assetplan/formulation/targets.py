"""Condition to be reached: `[[targets]]`, counted as the condition table of the summary counts it.

Assets in states are counted by their expected index: a strategy is in the band or is not. But a band of a class that is
shown in bands of its own, such as grades, counts the chance of being in it or a worse one, as that table does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assetplan import condition
from assetplan._types import Floats, Ints
from assetplan.config.choices import Target
from assetplan.formulation.constraints import Basis, Constraints, Entries, LimitRow
from assetplan.inputs.load import Inputs
from assetplan.inputs.selectors import assets_where
from assetplan.limits import LimitKey
from assetplan.register.premises import kept_by_others
from assetplan.strategies import Candidates, chance_in_band


def targets(basis: Basis) -> Constraints:
    """The plan's own targets."""
    return held(basis.inputs, basis.options, basis.inputs.plan.targets, basis.sold)


def held(inputs: Inputs, options: Candidates, stated: Sequence[Target], sold: Ints | None = None) -> Constraints:
    """The most of a class's stock in a band or a worse one at the end of a year, or its least average index.

    Parameters
    ----------
    inputs : Inputs; the plan with its register
    options : Candidates; every strategy of every asset
    stated : sequence of Target; what is to be held
    sold : array (n_options,), optional
        Plan year in which each has its asset sold, and which is then in no stock; the number of years where it keeps
        it. Nothing is sold where it is left out.
    """
    assets = inputs.register.assets
    rows: list[LimitRow] = []
    entries: list[Entries] = []
    for number, target in enumerate(stated, 1):
        members = assets_where(assets, target) & ~kept_by_others(assets)
        unit, stock = inputs.tables.classes.stock_of(assets, target.asset_class)
        option = np.flatnonzero(members[options.asset])
        share, what = _counted(inputs, options, target, option)
        least = target.at_most is None
        bound = float((target.at_least if least else target.at_most) or 0.0)
        if sold is not None:
            # As much as the bound itself: then it counts on neither side.
            share = np.where(sold[option] <= target.year - inputs.plan.first_year, bound, share)
        some = share > 0
        option, amount = option[some], share[some] * stock[options.asset[option[some]]]
        name, whole = target.name or f"{what} {target.asset_class}", float(stock[members].sum())
        words = f'targets[{number}] "{name}" {"at_least" if least else "at_most"} {bound:g} {target.year}'
        limits = {"floor" if least else "cap": bound * whole}
        entries.append(Entries(option, np.full(len(option), len(rows), dtype=np.intp), amount))
        unit = f"{unit} × index" if least else unit
        rows.append(LimitRow(LimitKey("target", name, year=target.year), words, unit, **limits))
    return Constraints(tuple(rows), Entries.stack(entries))


def _counted(inputs: Inputs, options: Candidates, target: Target, rows: Ints) -> tuple[Floats, str]:
    """What a unit of stock counts under some candidates (n,), and what that is called."""
    year, scale = target.year - inputs.plan.first_year, inputs.tables.classes[target.asset_class].bands
    if target.at_most is not None and target.below is None and scale != "index":
        counted = chance_in_band(inputs.register.assets, inputs.model, options, rows, year, target.band)
        return counted, f"{target.band} or worse of"
    # Index as it is stored, to 0.01; single precision holds that much and no more.
    index = options.index[rows, year].astype(float).round(2)
    if target.at_most is None:
        return index, "average index"
    if target.below is not None:
        return (index < target.below).astype(float), f"below {target.below:g}"
    return (condition.band_codes("index", index) >= condition.BANDS.index(target.band)).astype(float), target.band
