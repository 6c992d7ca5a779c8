"""Planned works beside reactive repairs: `[[limits]]` of the planned share, such as 70 : 30 of property."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assetplan._types import Bools, Floats
from assetplan.config import Limit, Plan
from assetplan.formulation.constraints import Basis, Constraints, Entries, LimitRow
from assetplan.formulation.mandatory import MandatoryUse
from assetplan.limits import PLANNED_SHARE, REACTIVE, LimitKey

_UNIT = "£ of planned works"
"""Unit of what planned works have above the share, or below it."""


def planned_share(basis: Basis) -> Constraints:
    """Least and most share of planned works in these and the reactive repairs of the same assets.

    (1 − share) · Σ planned − share · Σ reactive is at least, or at most, zero. Planned are works chosen and mandatory
    works; reactive is what the stream of reactive repairs comes to under the strategy chosen.
    """
    stated = [
        (limit, *row)
        for number, limit in enumerate(basis.inputs.plan.limits, 1)
        if limit.of == PLANNED_SHARE
        for row in _rows(basis.inputs.plan, limit, number)
    ]
    entries = [_entries(basis, limit, place, share, years) for place, (limit, _, share, years) in enumerate(stated)]
    first = [use for each in stated for use in _mandatory(basis, *each)]
    return Constraints(tuple(row for _, row, *_ in stated), Entries.stack(entries), mandatory=tuple(first))


def _rows(plan: Plan, limit: Limit, number: int) -> Iterator[tuple[LimitRow, float, Bools]]:
    """The rows of one limit, each with its share and the plan years that count: a list is a row a year."""
    years = limit.years or plan.plan_years
    for side, bound in (("at_least", "floor"), ("at_most", "cap")):
        stated = getattr(limit, side)
        by_year = isinstance(stated, tuple)
        shares = stated if by_year else () if stated is None else (stated,)
        for share, when in zip(shares, [(year,) for year in years] if by_year else [years], strict=False):
            year = when[0] if by_year else 0
            key = LimitKey(PLANNED_SHARE, limit.name, year=year, side=side.replace("_", " "))
            words = (
                f'limits[{number}] "{limit.name}" {side}{f" {year}" if year else ""}: planned works above a share of '
                f"{share:g}; below 0 they fall short"
            )
            yield LimitRow(key, words, _UNIT, **{bound: 0.0}), float(share), np.isin(plan.plan_years, when)


def _entries(basis: Basis, limit: Limit, row: int, share: float, years: Bools) -> Entries:
    """Works of assets, bids left out, and reactive repairs of the assets that a limit means."""
    works, options = basis.works, basis.options
    assets = works.where_asset(limit)
    mine = assets[works.asset] & years[works.year] & (works.option < len(options.asset))
    by_year = options.stream_apart(basis.inputs.model.rules, [REACTIVE])[:, :-1]
    if basis.sold is not None:
        by_year = by_year * (np.arange(len(years)) < basis.sold[:, None])
    reactive: Floats = by_year @ years.astype(float)
    burdened = np.flatnonzero(assets[options.asset] & (reactive > 0))
    repairs = Entries(burdened, np.full(len(burdened), row, dtype=np.intp), -share * reactive[burdened])
    return Entries.stack([basis.entries(mine, row, (1 - share) * works.cost), repairs])


def _mandatory(basis: Basis, limit: Limit, row: LimitRow, share: float, years: Bools) -> list[MandatoryUse]:
    works = basis.mandatory
    mine = works.where(limit) & years[works.year] & (works.cost > 0)
    return list(works.uses(mine, row.key, (1 - share) * works.cost))
