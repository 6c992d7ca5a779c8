"""What mending a building component costs in each grade, where a council has such costs, as the DfE publishes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from assetplan import schema
from assetplan.condition.building import GRADES
from assetplan.delimited import csv_table
from assetplan.errors import ConfigError
from assetplan.prices import CONSTRUCTION, Prices

_TABLE = "grade_costs"


def read_grade_costs(
    path: Path, renewal: Mapping[str, float], index: Sequence[float], prices: Prices
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Costs by grade of a council's own table as shares of the cost of renewal.

    A grade A that is left out costs nothing, an E what D costs.

    Parameters
    ----------
    path : Path; a CSV with the columns of table `grade_costs` in reference/schema.csv
    renewal : mapping of group → float; cost of renewal of each group in states that has one [£ per unit]
    index : sequence of float; condition index of each grade, A to E
    prices : Prices; indices that bring the costs to the year of those of renewal

    Returns
    -------
    dict of group → tuple of (float, float)
        Condition index, falling, and the share of the cost of renewal that mending takes there.

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    text, file = csv_table(path, ConfigError, schema.columns(_TABLE)), str(path)
    lines = pd.Series(text.index, index=text.index)
    table, faults = schema.conform(text, _TABLE, file, lines)
    whole = table.groupby("group")["grade"].transform(lambda own: {"B", "C", "D"} <= set(own)).astype(bool)
    checks = [
        ("group", table["group"].isin(list(renewal)) | (table["group"] == ""), "no treatment renews such a group"),
        ("grade", ~table.duplicated(["group", "grade"]), "is there twice for this group"),
        ("grade", whole, "grades B, C and D of its group are all needed"),
    ]
    faults += schema.row_faults(table.assign(file=file, row=lines), checks)
    table, unpriced = prices.indexed(table, file, ["unit_cost"], CONSTRUCTION)
    if faults or unpriced:
        raise ConfigError([*faults, *unpriced])
    wide = table.pivot(index="group", columns="grade", values="unit_cost").reindex(columns=list(GRADES))
    wide["A"], wide["E"] = wide["A"].fillna(0.0), wide["E"].fillna(wide["D"])
    return {
        str(name): tuple((at, cost / renewal[str(name)]) for at, cost in zip(index, costs, strict=True))
        for name, costs in zip(wide.index, wide.to_numpy().tolist(), strict=True)
    }
