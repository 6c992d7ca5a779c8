"""Bids of a plan beside each other: what each costs, brings and receives, and whether and when it is done."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from assetplan.finance import Statement, real
from assetplan.finance.contingency import defect_costs
from assetplan.finance.statement import declared
from assetplan.outcome.bids import bid_table
from assetplan.statements.ledger import Ledger
from assetplan.words import financial_year


def bids(ledger: Ledger) -> Iterator[Statement]:
    """A row a bid."""
    table = bid_table(ledger.outcome)
    if table.empty:
        return
    chosen = table[table["chosen"]].reset_index(drop=True)
    first = ledger.plan.first_year
    rows = pd.DataFrame(
        {
            "bid": chosen["bid"],
            "variant": chosen["variant"],
            "criteria": chosen["criteria"],
            "mandatory": chosen["mandatory"],
            "starts": [financial_year(int(year)) if year == year else "left out" for year in chosen["start"]],
            **{name: chosen[name].round() + 0.0 for name in ("gross", "funded", "cost", "later", "receipt", "benefit")},
            "reason": chosen["reason"],
        }
    )
    note = (
        "Works are what it costs in all years, own funding what its grants and contributions pay of that by how "
        "likely they are. Cost is what the lines pay in the plan years, what they pay after them stands beside it. "
        "Receipts count by how likely they are. Benefit is a present value, the cost taken off."
    )
    yield declared("bids").table(rows, real(first), note)


def contingency(ledger: Ledger) -> Iterator[Statement]:
    """What latent defects are expected to cost by line, which is held, and what would be enough in half and 80 %."""
    plan = ledger.plan
    rows = []
    for line in dict.fromkeys(row.line for row in plan.contingency):
        mine = [row for row in plan.contingency if row.line == line]
        costs = [row.cost * plan.envelope.pounds for row in mine]
        known = defect_costs([row.number for row in mine], [row.chance for row in mine], costs)
        figures = (known.mean, known.deviation, known.at(0.5), known.at(0.8))
        rows.append((line, ", ".join(row.name for row in mine), *(float(round(each)) for each in figures)))
    if rows:
        spec = declared("contingency")
        note = (
            "Expected is held in the line, by its money in each year, and is not spent on works. P50 and P80 are "
            "enough with a chance of 50 and 80 per cent, each defect coming to light by itself; defects with one cause "
            "vary more."
        )
        table = pd.DataFrame(rows, columns=[column.name for column in spec.columns])
        yield spec.table(table, real(plan.first_year), note)


STATEMENTS = (bids, contingency)
