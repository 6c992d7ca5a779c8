"""Condition to be reached: `[[targets]]`, counted as the condition table of the summary counts it.

Assets in states are counted by their expected index: a strategy is in the band or is not.
"""

from __future__ import annotations

import numpy as np

from assetplan import condition
from assetplan.formulation.constraints import Basis, Constraints, Entries, LimitRow
from assetplan.inputs.selectors import assets_where
from assetplan.limits import LimitKey


def targets(basis: Basis) -> Constraints:
    """The most of a class's stock that may be in a band or a worse one at the end of a year."""
    inputs, options = basis.inputs, basis.options
    assets = inputs.register.assets
    rows: list[LimitRow] = []
    entries: list[Entries] = []
    for number, target in enumerate(inputs.plan.targets, 1):
        members = assets_where(assets, target)
        unit, stock = inputs.tables.classes.stock_of(assets, target.asset_class)
        option = np.flatnonzero(members[options.asset])
        # Index as it is stored, to 0.01; single precision holds that much and no more.
        index = options.index[option, target.year - inputs.plan.first_year].astype(float).round(2)
        if target.below is None:
            poor = condition.band_codes("index", index) >= condition.BANDS.index(target.band)
            what = target.band
        else:
            poor = index < target.below
            what = f"below {target.below:g}"
        option = option[poor]
        name = target.name or f"{what} {target.asset_class}"
        words = f'targets[{number}] "{name}" at_most {target.at_most:g} {target.year}'
        cap = target.at_most * float(stock[members].sum())
        entries.append(Entries(option, np.full(len(option), len(rows), dtype=np.intp), stock[options.asset[option]]))
        rows.append(LimitRow(LimitKey("target", name, year=target.year), words, unit, cap=cap))
    return Constraints(tuple(rows), Entries.stack(entries))
