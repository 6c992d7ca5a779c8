"""Receipts of bids and sales, by how likely they are: money for lines of the envelope, at once or later."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assetplan.finance import price_of_years
from assetplan.formulation.constraints import Basis, Constraints, Entries, Flow, LimitRow
from assetplan.limits import FlowKey, LimitKey


def receipts(basis: Basis) -> Constraints:
    """What receipts add to budget lines: `[receipts]`.

    Σ of what lines were given up to a year ≤ Σ of what came up to then, each in the money that it is kept in.
    """
    plan, price = basis.inputs.plan, price_of_years(basis.inputs.plan)
    most = basis.bids.most_received(price)
    if not most.any():
        return Constraints()
    keys = [LimitKey("receipts", "receipts", year=when) for when in plan.plan_years]
    unit = "£ of the day" if plan.envelope.prices == "cash" and plan.envelope.inflation else "£"
    rows = tuple(LimitRow(key, f"receipts {key.year}", unit, cap=0.0) for key in keys)
    flows = [
        Flow(
            FlowKey("receipt", line=line, year=key.year),
            float(most[place]),
            ((LimitKey("line", line=line, year=key.year), -1.0), *((row, float(price[place])) for row in keys[place:])),
        )
        for line in plan.receipts.lines or basis.inputs.limits.lines
        for place, key in enumerate(keys)
        if most[place] > 0
    ]
    return Constraints(rows, brought(basis, range(plan.years)), tuple(flows))


def brought(basis: Basis, rows: Sequence[int]) -> Entries:
    """What options of bids bring to a row for each plan year: all that came up to then, below zero.

    Parameters
    ----------
    basis : Basis; with the bids
    rows : sequence of int; place of the row of each plan year; none adds nothing
    """
    came = (basis.bids.receipt * price_of_years(basis.inputs.plan)).cumsum(axis=1)
    option, year = np.nonzero(came) if len(rows) else np.zeros((2, 0), dtype=np.intp)
    first = int(basis.options.starts[-1])
    return Entries(first + option, np.asarray(rows, dtype=np.intp)[year], -came[option, year])
