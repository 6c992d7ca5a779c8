"""Mandatory works: what a plan pays first, whatever it chooses, one row a works item."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd

MANDATORY = "mandatory"
"""Kind of these works, and of the flows of money that pay for them."""

COLUMNS = (
    *("reference", "what", "name", "asset_id", "block_id", "premises_id", "asset_class", "road_class", "district"),
    *("division", "group", "road", "kind", "treatment", "line", "year", "number", "cost"),
)
"""Columns of a table of mandatory works: `what` is done, how often (`number`) and for how much in all (`cost`, £ in
prices of the plan's first year, in whole pence), on which asset, block or premises; what selectors read.
"""


def mandatory_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as a table of mandatory works: text that they lack is blank, in the order of year, line and reference.

    Parameters
    ----------
    rows : DataFrame; some of `COLUMNS`, `line`, `year` and `cost` [£] among them; costs are rounded to the penny
    """
    table = rows.reindex(columns=list(COLUMNS)).assign(kind=MANDATORY, treatment="")
    numbers = {"year": "int64", "number": "int64", "cost": "float64"}
    text = [name for name in COLUMNS if name not in numbers]
    table[text] = table[text].astype(object).fillna("")
    table = table.fillna({"number": 1}).astype({**dict.fromkeys(text, "str"), **numbers})
    table["cost"] = table["cost"].round(2)
    return table.sort_values(["year", "line", "reference", "what"], kind="stable").reset_index(drop=True)


def as_paid(amounts: Mapping[tuple[str, int], float]) -> pd.DataFrame:
    """Mandatory works of years that are past, by line and year as they were paid.

    Parameters
    ----------
    amounts : mapping of (line, year) → float; what they cost [£, prices of the plan's first year]
    """
    rows = [(line, year, amount) for (line, year), amount in amounts.items()]
    table = pd.DataFrame(rows, columns=["line", "year", "cost"])
    return mandatory_table(table.assign(what="as paid", name="mandatory works of a year that is past"))


@cache
def _none() -> pd.DataFrame:
    return mandatory_table(pd.DataFrame({"line": [], "year": [], "cost": []}))


def no_mandatory_works() -> pd.DataFrame:
    """A table of mandatory works without rows."""
    return _none().copy()
