"""Medium-term plan lines: changes to the base by year, and what they come to. All money is cash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isfinite

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats, Ints
from assetplan.errors import Fault, FaultyInputError
from assetplan.finance.rounding import in_steps, printed
from assetplan.finance.statement import CASH, Column, Statement, declared, named
from assetplan.words import financial_year

TYPES = {"P": "pressure or investment", "S": "saving"}
TOTAL = "total"
_FORECAST = "forecast"
_PENNY = 0.005  # £; what floats may leave of a sum


@dataclass(frozen=True)
class MediumTermLine:
    """One line of the medium-term plan.

    Attributes
    ----------
    reference : str; identifier; several lines may share it
    type : str
        "P", a pressure or investment, or "S", a saving. Papers print either sign on either: a line of an earlier
        year that reverses keeps its type.
    detail : str; what it is for
    changes : tuple of float; change to the base in each year [£, cash]
    one_off : bool; whether it goes out of the base again, in any later year: its changes then sum to zero
    stage : str; of a saving: "forecast", "in delivery" or "realised"; "" of a line that is adopted as it is
    cashable : bool; of a saving: whether it releases money
    """

    reference: str
    type: str
    detail: str
    changes: tuple[float, ...]
    one_off: bool = False
    stage: str = ""
    cashable: bool = True

    @property
    def booked(self) -> bool:
        """Whether it changes the base: a saving does from the stage "in delivery", where it is cashable."""
        return self.cashable and self.stage != _FORECAST


@dataclass(frozen=True)
class CouncilLines:
    """The council's own lines, from the plan's first year to the last of the plan or of any line.

    Attributes
    ----------
    years : tuple of int; calendar years in which the financial years begin
    lines : tuple of MediumTermLine; in the order in which they are stated
    """

    years: tuple[int, ...] = ()
    lines: tuple[MediumTermLine, ...] = ()

    @property
    def booked(self) -> list[MediumTermLine]:
        """Lines that change the base."""
        return [line for line in self.lines if line.booked]

    @property
    def apart(self) -> list[MediumTermLine]:
        """Savings that do not change the base yet."""
        return [line for line in self.lines if not line.booked]


def change_to_base(amounts: ArrayLike) -> Floats:
    """First difference of yearly amounts (years,): what each year adds to the base of the year before, from zero."""
    return np.diff(np.asarray(amounts, dtype=float), prepend=0.0)


def recurring_line(reference: str, type: str, detail: str, amounts: Sequence[float]) -> MediumTermLine:
    """A line that stays in the base, as debt cost does.

    Parameters
    ----------
    reference, type, detail : str; as of `MediumTermLine`
    amounts : sequence of float; what it costs in each year, or saves (negative) [£, cash]
    """
    return MediumTermLine(reference, type, detail, tuple(change_to_base(amounts).tolist()))


def one_off_line(
    reference: str, type: str, detail: str, amount: float, year: int, years: Sequence[int], until: int | None = None
) -> MediumTermLine:
    """A line that is in the base for some years: its amount [£, cash], and as much out again in a later year.

    Parameters
    ----------
    reference, type, detail : str; as of `MediumTermLine`
    amount : float; what it costs, or saves (negative) [£, cash]
    year : int; the year in which it comes into the base
    years : sequence of int; calendar years in which the plan's financial years begin
    until : int, optional; the year in which it goes out again; the next where left out

    Raises
    ------
    ValueError
        A year is not one of the plan's, or it goes out before it comes in.
    """
    out = year + 1 if until is None else until
    if year not in years:
        raise ValueError(f"{reference}: {financial_year(year)} is no year of the medium-term plan")
    if out not in years:
        raise ValueError(
            f"{reference}: a one-off in {financial_year(year)} goes out of the base in {financial_year(out)}, which is "
            "no year of the medium-term plan: add years to the plan, or make it a recurring line"
        )
    if out <= year:
        raise ValueError(f"{reference}: goes out of the base in {financial_year(out)}, before it comes in")
    at, end = list(years).index(year), list(years).index(out)
    changes = [0.0] * len(years)
    changes[at], changes[end] = float(amount), -float(amount)
    return MediumTermLine(reference, type, detail, tuple(changes), one_off=True)


def medium_term_table(lines: Sequence[MediumTermLine], years: Sequence[int], unit: str = "£000") -> Statement:
    """The medium-term plan: the change to the base in each year, and their total.

    What is rounded is the amount of each line in each year, and a change is the difference of two such; totals are
    sums of what is printed. So rows and columns add up, a one-off sums to zero, and running sums are those of
    `cumulative_table`; a change may differ by one in its last place from the one that was not rounded.

    Parameters
    ----------
    lines : sequence of MediumTermLine; in the order to be printed
    years : sequence of int; calendar years in which the plan's financial years begin, one after another
    unit : str; "£", "£000" or "£m"

    Returns
    -------
    Statement
        "medium_term": reference, type, detail, a column a year, total; the last row is the total of all lines.

    Raises
    ------
    FaultyInputError
        Lines break their rules: a type that is neither P nor S, a one-off that leaves a residual, changes that are
        not a number a year. All are listed.
    ValueError
        There is no such unit, or the years do not follow one another.
    """
    levels = _levels(lines, years, unit)
    changes = np.diff(levels, axis=1, prepend=0)
    rows = _rows(lines, years, changes, unit).assign(total=printed(np.append(levels[:, -1], levels[:, -1].sum()), unit))
    note = "Each year is a change to the base of the year before; P pressures or investment, S savings."
    return declared("medium_term").table(rows, CASH, note, unit, _years(years))


def cumulative_table(lines: Sequence[MediumTermLine], years: Sequence[int], unit: str = "£000") -> Statement:
    """The running sums of `medium_term_table`: what each line has put into the base by each year.

    Errors as there. The last year is each line's total, in the row of all lines too.

    Parameters
    ----------
    lines, years, unit : as of `medium_term_table`
    """
    rows = _rows(lines, years, _levels(lines, years, unit), unit)
    note = "What is in the base in each year: the sum of the changes up to it."
    return declared("medium_term_cumulative").table(rows, CASH, note, unit, _years(years))


def savings_apart_table(lines: Sequence[MediumTermLine], years: Sequence[int], unit: str = "£000") -> Statement:
    """Savings that are not in the medium-term plan yet, and why; errors as of `medium_term_table`.

    Parameters
    ----------
    lines, years, unit : as of `medium_term_table`
    """
    levels = _levels(lines, years, unit)
    whole = _rows(lines, years, np.diff(levels, axis=1, prepend=0), unit).assign(
        total=printed(np.append(levels[:, -1], levels[:, -1].sum()), unit)
    )
    rows = whole.iloc[:-1].drop(columns="type")
    rows.insert(2, "stage", [line.stage for line in lines])
    rows.insert(3, "cashable", ["yes" if line.cashable else "no" for line in lines])
    note = (
        "A saving changes the base once it is in delivery and cashable. Until then it is listed here, and in no total "
        "of the medium-term plan."
    )
    return declared("savings_apart").table(rows, CASH, note, unit, _years(years))


def _years(years: Sequence[int]) -> tuple[Column, ...]:
    return named(financial_year(year) for year in years)


def _levels(lines: Sequence[MediumTermLine], years: Sequence[int], unit: str) -> Ints:
    """What each line has put into the base by each year, in whole steps (n_lines, n_years)."""
    if not len(years) or (np.diff(years) != 1).any():
        raise ValueError("the years of a medium-term plan must follow one another, one at least")
    faults = _faults(lines, len(years))
    if faults:
        raise FaultyInputError(faults)
    changes = np.array([line.changes for line in lines], dtype=float).reshape(len(lines), len(years))
    return in_steps(changes.cumsum(axis=1), unit)


def _rows(lines: Sequence[MediumTermLine], years: Sequence[int], steps: Ints, unit: str) -> pd.DataFrame:
    """Lines and their total, a column a year."""
    texts_of = pd.DataFrame(
        {
            "reference": [*(line.reference for line in lines), TOTAL],
            "type": [*(line.type for line in lines), ""],
            "detail": [*(line.detail for line in lines), "All lines"],
        }
    )
    money = printed(np.vstack([steps, steps.sum(axis=0, keepdims=True)]), unit)
    return texts_of.join(pd.DataFrame(money, columns=[financial_year(year) for year in years]))


def _faults(lines: Sequence[MediumTermLine], n_years: int) -> list[Fault]:
    return [Fault("medium-term plan", 0, "", line.reference, rule) for line in lines for rule in _broken(line, n_years)]


def _broken(line: MediumTermLine, n_years: int) -> list[str]:
    """Rules that a line breaks by itself."""
    rules = []
    if not line.reference.strip() or line.reference == TOTAL:
        rules.append(f"a line needs a reference, which cannot be {TOTAL!r}")
    if line.type not in TYPES:
        rules.append(f"type is {line.type!r}; it must be P (pressure or investment) or S (saving)")
    if len(line.changes) != n_years:
        rules.append(f"has changes for {len(line.changes)} years; the plan has {n_years}")
    if not all(isfinite(change) for change in line.changes):
        return [*rules, "every change must be a number"]
    total = fsum(line.changes)
    if line.one_off and abs(total) >= _PENNY:
        rules.append(f"a one-off must sum to zero, and leaves £{total:,.2f} in the base")
    return rules
