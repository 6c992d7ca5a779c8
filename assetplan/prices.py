"""Prices of one year: every table of money is brought to the prices of the plan's first year as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.errors import ConfigError, Fault
from assetplan.reference import load_table
from assetplan.schema import own_table, row_faults

CONSTRUCTION = "construction"
GENERAL = "general"
KINDS = (CONSTRUCTION, GENERAL)
"""Kinds of index: of the price of works, and of all prices."""


@dataclass(frozen=True)
class Prices:
    """Indices of prices, and the year to whose prices money is brought.

    Attributes
    ----------
    file : str; table of indices
    index : mapping of (kind, year) → float; any level, alike within a kind
    year : int or None
        Year whose prices are wanted; None for the latest price base of each table, where there is no plan.
    """

    file: str
    index: Mapping[tuple[str, int], float]
    year: int | None = None

    def ratio(self, kind: str, base: int, year: int) -> float:
        """How many times the prices of a year are those of a price base.

        Parameters
        ----------
        kind : str; one of `KINDS`
        base, year : int; price base, and the year wanted

        Raises
        ------
        KeyError
            The table lacks one of the two.
        """
        return 1.0 if base == year else self.index[kind, year] / self.index[kind, base]

    def indexed(
        self, table: pd.DataFrame, file: str, columns: Iterable[str], kind: str | pd.Series
    ) -> tuple[pd.DataFrame, list[Fault]]:
        """Bring money to the prices of `year`, each row from its own price base.

        Parameters
        ----------
        table : DataFrame
            With `price_base` [year], indexed by line of its file. Its price bases stay as they were stated.
        file : str; its file, for the faults
        columns : iterable of str; columns of money [£]
        kind : str or Series; index of each row

        Returns
        -------
        (DataFrame, list of Fault)
            The table, and the faults of rows without a price base, or with one that the indices do not reach; money of
            these rows is as stated, and a missing base is 0.
        """
        kinds = pd.Series(kind, index=table.index) if isinstance(kind, str) else kind
        stated = pd.to_numeric(table["price_base"], errors="coerce")
        unknown = ~(stated % 1 == 0)
        rule = "state the year whose prices the row is in, as in 2019"
        faults = [Fault(file, int(line), "price_base", _year(stated[line]), rule) for line in table.index[unknown]]
        bases = stated.where(~unknown, 0).astype(np.int64)
        year = self.year if self.year is not None else int(bases.max())
        ratios: dict[tuple[str, int], float] = {}
        for one, base in dict.fromkeys(zip(kinds[~unknown], bases[~unknown].tolist(), strict=True)):
            if missing := self._missing(one, base, year):
                column, value, rule = missing
                rows = table.index[(kinds == one) & (bases == base)] if column == "price_base" else [0]
                faults += [Fault(file if row else self.file, int(row), column, value, rule) for row in rows]
            else:
                ratios[one, base] = self.ratio(one, base, year)
        ratio = [ratios.get(key, 1.0) for key in zip(kinds, bases.tolist(), strict=True)]
        money = {name: table[name].astype(np.float64) * ratio for name in columns}
        return table.assign(price_base=bases, **money), faults

    def _missing(self, kind: str, base: int, year: int) -> tuple[str, str, str] | None:
        """Column, value and rule of what is wrong where the indices do not reach from a price base to the year."""
        held = sorted(year for of, year in self.index if of == kind)
        span = f"from {held[0]} to {held[-1]}" if held else "for no year"
        if base == year:
            return None
        if (kind, year) not in self.index:
            rule = (
                f"the index of {kind} prices is known {span}, and the plan's first year is {year}: state the index of "
                f"{year}, measured or forecast, in a table of your own (tables.price_indices)"
            )
            return "year", str(year), rule
        if (kind, base) not in self.index:
            rule = (
                f"the index of {kind} prices is known {span}: state that of {base} in tables.price_indices of the "
                "plan, or the row in prices of a year that is known"
            )
            return "price_base", str(base), rule
        return None


def load_prices(path: Path | None = None, year: int | None = None) -> Prices:
    """Read the table of price indices.

    Parameters
    ----------
    path : path, optional
        A CSV with the columns of reference/price_indices.csv, which takes its place.
    year : int, optional; the year whose prices are wanted, as of `Prices`

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    if path is None:
        table = load_table("price_indices")
        table, file = table.set_axis(table.index + 2), "reference/price_indices.csv"
    else:
        table, file = own_table("price_indices", path), str(path)
    checks = [
        ("kind", table["kind"].isin(KINDS), f"must be one of {', '.join(KINDS)}"),
        ("year", table["year"] % 1 == 0, "must be a whole year"),
        ("year", ~table.duplicated(["kind", "year"]), "is there twice for its kind"),
        ("index", table["index"] > 0, "must be above 0"),
    ]
    if faults := row_faults(table.assign(file=file, row=table.index), checks):
        raise ConfigError(faults)
    keys = zip(table["kind"].astype(str), table["year"].astype(int), strict=True)
    return Prices(file, dict(zip(keys, table["index"].astype(float), strict=True)), year)


def running_costs(prices: Prices | None = None) -> tuple[Floats, Floats]:
    """Weight [t] and running cost [£/km] of the classes of vehicles (n_classes,).

    Parameters
    ----------
    prices : Prices, optional; indices that bring the cost to one year; by default the latest price base

    Raises
    ------
    ConfigError
        The indices do not reach the table's price base.
    """
    return _latest_running_costs() if prices is None else _running_costs(prices)


@cache
def _latest_running_costs() -> tuple[Floats, Floats]:
    """Those of the packaged tables, which stay as they are while the program runs; not to be written to."""
    both = _running_costs(load_prices())
    for each in both:
        each.flags.writeable = False
    return both


def _running_costs(prices: Prices) -> tuple[Floats, Floats]:
    table = load_table("vehicle_classes")
    table, faults = prices.indexed(
        table.set_axis(table.index + 2), "reference/vehicle_classes.csv", ["cost_per_km"], GENERAL
    )
    if faults:
        raise ConfigError(faults)
    weight, running = (table[name].to_numpy(dtype=float, copy=True) for name in ("weight_t", "cost_per_km"))
    return weight, running


def _year(value: float) -> str:
    return "" if np.isnan(value) else f"{value:g}"
