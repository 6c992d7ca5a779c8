"""Projects of a plan beside each other: what each costs, brings and receives, and whether and when it is done."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from assetplan.finance import Statement, real
from assetplan.finance.statement import declared
from assetplan.outcome.projects import project_table
from assetplan.statements.ledger import Ledger
from assetplan.words import financial_year


def projects(ledger: Ledger) -> Iterator[Statement]:
    """A row a project."""
    table = project_table(ledger.outcome)
    if table.empty:
        return
    chosen = table[table["chosen"]].reset_index(drop=True)
    first = ledger.plan.first_year
    rows = pd.DataFrame(
        {
            "project": chosen["project"],
            "mandatory": chosen["mandatory"],
            "starts": [financial_year(int(year)) if year == year else "left out" for year in chosen["start"]],
            **{name: chosen[name].round() + 0.0 for name in ("cost", "later", "receipt", "benefit")},
            "reason": chosen["reason"],
        }
    )
    note = (
        "Cost is that of the plan years, what is paid after them stands beside it. Receipts count by how likely they "
        "are. Benefit is a present value, the cost taken off."
    )
    yield declared("projects").table(rows, real(first), note)


STATEMENTS = (projects,)
