"""What a statement of finance is: a table that says of itself which money it is in and what its columns are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from typing_extensions import TypedDict

from assetplan.config.base import POUNDS
from assetplan.display import Shown
from assetplan.reference import load_table
from assetplan.words import capitalised, financial_year, is_missing

if TYPE_CHECKING:
    import pandas as pd

CASH = "cash"

Kind = Literal["text", "number", "number or blank"]

# Columns that are read beside each other: years, and sums over them.
_ALIKE = re.compile(r"\d{4}/\d{2}|current|total.*")
_MOST = 5  # decimals


def real(year: int) -> str:
    """What a table says that is in prices of a year."""
    return f"prices of {financial_year(year)}"


@dataclass(frozen=True)
class Column:
    """One column of a statement.

    Attributes
    ----------
    name : str; its key in files
    heading : str; what a reader calls it; by default its name in words
    kind : str; what its cells hold: "text", "number", or "number or blank"
    optional : bool; whether a statement may be without it
    """

    name: str
    heading: str = ""
    kind: Kind = "number"
    optional: bool = False

    @property
    def words(self) -> str:
        """Its heading."""
        return self.heading or capitalised(self.name.replace("_", " "))

    def wrong(self, cells: Iterable[object]) -> str:
        """What is wrong with its cells, "" if nothing."""
        if self.kind == "text":
            return "" if all(isinstance(cell, str) for cell in cells) else f"must have text in column {self.name}"
        blank = self.kind == "number or blank"
        good = all(is_number(cell) or (blank and is_missing(cell)) for cell in cells)
        return "" if good else f"must have numbers in column {self.name}"


def named(names: Iterable[str]) -> tuple[Column, ...]:
    """Columns of numbers that a plan names itself: years, sources of money."""
    return tuple(Column(name, name) for name in names)


@dataclass(frozen=True)
class StatementSpec:
    """What a statement declares of itself.

    Attributes
    ----------
    name, title : str; as of `Statement`
    columns : tuple of Column; in their order; columns that a plan names itself come where its rows have them
    unit : str; unit of its amounts; "" where it is the envelope's
    long : bool; whether it has a row a scheme or a drawdown and year: too long for a summary
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    unit: str = ""
    long: bool = False

    def table(
        self, rows: pd.DataFrame, prices: str, note: str = "", unit: str = "", own: Iterable[Column] = ()
    ) -> Statement:
        """The statement of rows, checked against what is declared.

        Parameters
        ----------
        rows : DataFrame; its rows
        prices, note : str; as of `Statement`
        unit : str; unit of its amounts, in place of the declared one
        own : iterable of Column; columns that the plan names itself

        Raises
        ------
        ValueError
            A column is missing, not declared, out of its order, or does not hold what it is to hold.
        """
        known = {column.name: column for column in (*self.columns, *own)}
        there = [str(name) for name in rows.columns]
        declared = [column.name for column in self.columns if column.name in there or not column.optional]
        if [name for name in there if name in declared] != declared or not known.keys() >= set(there):
            raise ValueError(f"statement {self.name}: its columns are {', '.join(there)}; declared: {', '.join(known)}")
        columns = tuple(known[name] for name in there)
        faults = [column.wrong(rows[column.name]) for column in columns]
        if any(faults):
            raise ValueError(f"statement {self.name} {'; '.join(filter(None, faults))}")
        return Statement(self.name, self.title, prices, unit or self.unit, rows, note, columns, self.long)


def declared_unit(name: str) -> str:
    """Unit that statements.csv declares of a statement; "" where it is the envelope's, or nothing is declared."""
    units = load_table("statements").fillna("").set_index("statement")["unit"]
    return str(units.get(name, ""))


@cache
def declared(name: str) -> StatementSpec:
    """What statements.csv and statement_columns.csv among the reference tables declare of a statement."""
    own = load_table("statements").fillna("").set_index("statement").to_dict("index")[name]
    rows = load_table("statement_columns").fillna("").query("statement == @name").to_dict("records")
    columns = tuple(Column(row["column"], row["heading"], row["kind"], row["optional"] == "yes") for row in rows)
    return StatementSpec(name, own["title"], columns, own["unit"], own["long"] == "yes")


class StatementTable(TypedDict):
    """A statement as a summary and finance.json keep it: a heading and a kind a column; a missing cell is null."""

    name: str
    title: str
    prices: str
    unit: str
    note: str
    columns: list[str]
    headings: list[str]
    kinds: list[Kind]
    rows: list[list[str | int | float | None]]


@dataclass(frozen=True, eq=False, repr=False)
class Statement(Shown):
    """One statement.

    Attributes
    ----------
    name : str; key: a file name without its ending
    title : str; what people call it
    prices : str; `CASH`, what `real` says, or "" where there is no money in it
    unit : str; unit of its amounts: "£", "£000", "£m", or ""
    rows : DataFrame; the table, its numbers rounded as they are to be read
    note : str; what a reader must know of it
    columns : tuple of Column; what is declared of its columns; of any other, what its cells show
    long : bool; whether it is too long for a summary
    """

    name: str
    title: str
    prices: str
    unit: str
    rows: pd.DataFrame
    note: str = ""
    columns: tuple[Column, ...] = ()
    long: bool = False

    @property
    def basis(self) -> str:
        """Unit and prices, to be printed on the table, as "£m, cash"."""
        return ", ".join(part for part in (self.unit, self.prices) if part)

    @property
    def pounds(self) -> float:
        """Pounds in its unit."""
        return POUNDS[self.unit]

    @cached_property
    def known(self) -> dict[str, Column]:
        """Each column of its rows by name."""
        declared = {column.name: column for column in self.columns}
        return {str(name): declared.get(str(name)) or _seen(str(name), self.rows[name]) for name in self.rows.columns}

    def heading(self, column: str) -> str:
        """What a reader calls a column."""
        return self.known[column].words

    @cached_property
    def decimals(self) -> dict[str, int]:
        """Decimals with which each column of numbers is read: as many as its figures have, years all alike."""
        places = {name: decimals_of(self.rows[name]) for name, column in self.known.items() if column.kind != "text"}
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
            "columns": list(self.known),
            "headings": [column.words for column in self.known.values()],
            "kinds": [column.kind for column in self.known.values()],
            "rows": rows,
        }

    @classmethod
    def from_json(cls, kept: StatementTable) -> Statement:
        """The statement that `as_json` wrote."""
        import pandas as pd

        rows = pd.DataFrame(kept["rows"], columns=kept["columns"])
        columns = tuple(map(Column, kept["columns"], kept["headings"], kept["kinds"]))
        return cls(kept["name"], kept["title"], kept["prices"], kept["unit"], rows, kept["note"], columns)


def is_number(value: object) -> bool:
    """Whether a cell is a finite number."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)


def _seen(name: str, cells: Iterable[object]) -> Column:
    """A column that nobody declared, by what it holds."""
    held = list(cells)
    if any(isinstance(cell, str) for cell in held):
        return Column(name, kind="text")
    return Column(name, kind="number or blank" if any(is_missing(cell) for cell in held) else "number")


def decimals_of(cells: Iterable[Any]) -> int:
    """How many decimals figures have, five at most; those that are no number count for none."""
    given = [float(cell) for cell in cells if is_number(cell)]
    return max((next((n for n in range(_MOST) if round(one, n) == one), _MOST) for one in given), default=0)
