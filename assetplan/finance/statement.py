"""What a statement of finance is: a table that says of itself which money it is in."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from typing_extensions import TypedDict

from assetplan.words import financial_year

if TYPE_CHECKING:
    import pandas as pd

CASH = "cash"

POUNDS = {"£": 1.0, "£000": 1e3, "£m": 1e6}
"""Units of money and the pounds in each."""

# Columns that are read beside each other: years, and sums over them.
_ALIKE = re.compile(r"\d{4}/\d{2}|current|total.*")
_MOST = 5  # decimals


def real(year: int) -> str:
    """What a table says that is in prices of a year."""
    return f"prices of {financial_year(year)}"


class StatementTable(TypedDict):
    """A statement as a summary and finance.json keep it; a missing cell is null."""

    name: str
    title: str
    prices: str
    unit: str
    note: str
    columns: list[str]
    rows: list[list[str | int | float | None]]


@dataclass(frozen=True)
class Statement:
    """One statement.

    Attributes
    ----------
    name : str
        Key: a file name without its ending.
    title : str
        What people call it.
    prices : str
        `CASH`, what `real` says, or "" where there is no money in it.
    unit : str
        Unit of its amounts: "£", "£000", "£m", or "".
    rows : DataFrame
        The table, its numbers rounded as they are to be read.
    note : str
        What a reader must know of it.
    """

    name: str
    title: str
    prices: str
    unit: str
    rows: pd.DataFrame
    note: str = ""

    @property
    def basis(self) -> str:
        """Unit and prices, to be printed on the table, as "£m, cash"."""
        return ", ".join(part for part in (self.unit, self.prices) if part)

    @property
    def pounds(self) -> float:
        """Pounds in its unit."""
        return POUNDS[self.unit]

    @cached_property
    def decimals(self) -> dict[str, int]:
        """Decimals with which each column of numbers is read: as many as its figures have, years all alike."""
        found = {str(name): _decimals(self.rows[name].tolist()) for name in self.rows.columns}
        places = {name: most for name, most in found.items() if most is not None}
        alike = [name for name in places if _ALIKE.fullmatch(name)]
        return places | dict.fromkeys(alike, max((places[name] for name in alike), default=0))

    def as_json(self) -> StatementTable:
        """The statement as a table of lists."""
        cells = self.rows.astype(object).where(self.rows.notna(), None).to_numpy()
        rows = [[cell.item() if isinstance(cell, np.generic) else cell for cell in row] for row in cells]
        return {
            "name": self.name,
            "title": self.title,
            "prices": self.prices,
            "unit": self.unit,
            "note": self.note,
            "columns": [str(name) for name in self.rows.columns],
            "rows": rows,
        }

    @classmethod
    def from_json(cls, found: StatementTable) -> Statement:
        """The table that `as_json` wrote."""
        import pandas as pd

        rows = pd.DataFrame(found["rows"], columns=found["columns"])
        return cls(found["name"], found["title"], found["prices"], found["unit"], rows, found["note"])


def _decimals(cells: list[Any]) -> int | None:
    """How many decimals the figures of a column have; None where it holds text."""
    if any(isinstance(cell, str) for cell in cells):
        return None
    known = [float(cell) for cell in cells if cell is not None and math.isfinite(cell)]
    return max((next((n for n in range(_MOST) if round(one, n) == one), _MOST) for one in known), default=0)
