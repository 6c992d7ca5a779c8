"""What the condition of assets rests on: a survey with its date, a survey without one, or a stated rule.

The share of condition that is assumed is counted here and worded here, for imports, plans and reports alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd
from typing_extensions import TypedDict

from assetplan._types import Bools, Texts
from assetplan.asset_classes import AssetClasses
from assetplan.words import and_list, capitalised, financial_year, plural

SURVEYED, UNDATED, ASSUMED, UNKNOWN = "surveyed", "undated", "assumed", "unknown"
BASES = (SURVEYED, UNDATED, ASSUMED, UNKNOWN)
"""Surveyed in a stated year; known, without the year; filled in by rule; not known."""

LARGE = 1 / 3
"""Share of condition (0–1) from which on a result that rests on so much assumed says so before all else."""


class BasisRow(TypedDict):
    """Assets of a class whose condition has one basis: how many, their stock, how many have a value, and it (£)."""

    asset_class: str
    basis: str
    assets: int
    stock: float
    unit: str
    valued: int
    value: float


def condition_basis(assets: pd.DataFrame, classes: AssetClasses) -> tuple[BasisRow, ...]:
    """Assets by class and by what their condition rests on, those that there are.

    Parameters
    ----------
    assets : DataFrame; table `assets` of a register
    classes : AssetClasses; their stock is in the units of these, and in numbers where a class is not among them
    """
    basis = pd.Series(_basis(assets), index=assets.index)
    rows = []
    for (asset_class, name), part in assets.groupby([assets["asset_class"], basis], sort=True):
        known = asset_class in classes.names
        unit, stock = classes.stock_of(part, str(asset_class)) if known else ("number", np.ones(len(part)))
        value = part["replacement_value"]
        rows.append(
            BasisRow(
                asset_class=str(asset_class), basis=str(name), assets=len(part), stock=round(float(stock.sum()), 4),
                unit=unit, valued=int((value > 0).sum()), value=round(float(value.sum()), 2),
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row["asset_class"], BASES.index(row["basis"]))))


def _basis(assets: pd.DataFrame) -> Texts:
    """Basis of the condition of each asset (n_assets,)."""
    filled = assets["assumed"].fillna("").str.contains(r"\bvalue\b", regex=True).to_numpy(dtype=bool)
    unknown, undated = (assets[name].isna().to_numpy() for name in ("value", "surveyed_year"))
    return np.select([unknown, filled, undated], [UNKNOWN, ASSUMED, UNDATED], SURVEYED).astype(object)


def surveyed_after(assets: pd.DataFrame, year: int) -> Bools:
    """Where condition was surveyed after a year (n_assets,); a year that was filled in by rule is no survey's.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register
    year : int; the year
    """
    filled = assets["assumed"].fillna("").str.contains(r"\bsurveyed_year\b", regex=True)
    return ((assets["surveyed_year"] > year) & ~filled).to_numpy(dtype=bool)


def basis_share(rows: Iterable[BasisRow], *bases: str) -> float:
    """Share (0–1) of the condition that has one of some bases: by replacement value if every asset has one.

    By number of assets where any has none.
    """
    rows = list(rows)
    weigh = _weight(rows)
    total = sum(map(weigh, rows))
    return sum(weigh(row) for row in rows if row["basis"] in bases) / total if total else 0.0


def _by_value(rows: list[BasisRow]) -> bool:
    return all(row["valued"] == row["assets"] for row in rows)


def _weight(rows: list[BasisRow]) -> Callable[[BasisRow], float]:
    return (lambda row: row["value"]) if _by_value(rows) else (lambda row: float(row["assets"]))


def largely_assumed(rows: Iterable[BasisRow], year: int | None = None) -> str:
    """That a large share of the condition is assumed, as a clause; "" where it is less than `LARGE`.

    Parameters
    ----------
    rows : iterable of BasisRow; from `condition_basis`
    year : int, optional; base year, at whose end condition without a date is taken to stand
    """
    rows = list(rows)
    shares = {basis: basis_share(rows, basis) for basis in (ASSUMED, UNDATED)}
    whole = sum(shares.values())
    if whole < LARGE - 1e-9:
        return ""
    ways = {ASSUMED: "filled in by rule", UNDATED: f"without a date and taken as of {_base(year)}"}
    named = [f"{_percent(share)} {ways[basis]}" for basis, share in shares.items() if share > 0]
    measure = "replacement value" if _by_value(rows) else "number of assets"
    detail = and_list(named) if len(named) > 1 else next(ways[basis] for basis, share in shares.items() if share > 0)
    return f"{_percent(whole)} of the condition, by {measure}, is assumed: {detail}"


def basis_notes(
    rows: Iterable[BasisRow], called: Callable[[str], str], year: int | None = None
) -> Iterator[tuple[str, str]]:
    """What is not surveyed with a date, by class: which of "condition without a date" and "assumed condition", and it.

    Parameters
    ----------
    rows : iterable of BasisRow; from `condition_basis`
    called : callable; what to call the assets of a class
    year : int, optional; base year, at whose end condition without a date is taken to stand
    """
    rows = list(rows)
    heads = {
        UNDATED: ("condition without a date", f"without a date, taken as of {_base(year)}"),
        ASSUMED: ("assumed condition", "assumed by rule"),
    }
    for basis, (check, words) in heads.items():
        for row in rows:
            if row["basis"] == basis:
                of = [other for other in rows if other["asset_class"] == row["asset_class"]]
                name = capitalised(called(row["asset_class"]))
                yield (
                    check,
                    f"{name}: the condition of {plural(row['assets'], 'asset')} is {words} ({_parts(row, of)}).",
                )


def _parts(row: BasisRow, of: list[BasisRow]) -> str:
    """Share of the stock and of the value of its class that a row has."""
    if row["assets"] == sum(other["assets"] for other in of):
        return "all of them"
    sizes = [(row["value"], sum(other["value"] for other in of), "the replacement value")]
    if not row["unit"].startswith("£"):
        sizes.insert(0, (row["stock"], sum(other["stock"] for other in of), f"the stock in {row['unit']}"))
    words = [f"{_percent(part / whole)} of {what}" for part, whole, what in sizes if whole]
    return and_list(words) or "of no stock or value that is known"


def _base(year: int | None) -> str:
    return "the year before a plan's first" if year is None else f"the end of {financial_year(year)}"


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"
