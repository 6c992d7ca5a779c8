"""Keys of a plan file some years later: lists by plan year move on, years that are past go, money is re-based."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from assetplan.economics import price_levels
from assetplan.words import plural

_DIGITS = 6  # decimals of an amount that is re-based

BY_YEAR = {
    "envelope.lines.*": True, "envelope.floors.*": True, "envelope.additional.*": True,
    "envelope.additional.*.low": True, "envelope.additional.*.high": True, "sources[].amounts": True,
    "sources[].committed": True, "income[].amounts": True,
    "uncertainty.grants[].amounts": True, "borrowing[].at_most": True,
}  # fmt: skip
"""Keys whose lists have one amount a plan year, and whether they are money."""
# Rises of prices from each plan year to the next, whose last goes on.
_RISES = ("envelope.inflation", "inflation.*.rate", "inflation.*.above")
# One amount, of a plan in cash in cash.
_CASH = ("envelope.current.*", "sources[].least_balance")
# One amount in prices of the first year, of a plan in cash too.
_MONEY = (
    *("contingency[].cost", "schemes[].mobilisation", "business_case.gate"),
    *("bids[].costs.*[]", "bids[].benefit", "bids[].saving", "bids[].receipts[]", "energy.prices.*"),
    *("bids[].benefits.*", "bids[].running_cost", "bids[].revenue[]", "bids[].match"),
    *("bids[].grants[]", "bids[].contributions[]"),
    *("claims.mean_paid", "claims.large_paid", "disposals.sales[].value", "disposals.sales[].cost"),
)
# Tables whose rows say in which years they hold; a row of years that are past goes.
_YEARS = ("rules.forbid", "crews", "embargoes", "calendar", "schemes", "limits")
# One year by which, or in which, something is to be.
_YEAR = {"targets": "year", "rules.require": "by_year"}
# Types of sources that bring no money of themselves in a year that is added.
_ENDS = ("receipt", "contribution", "reserve")
# Positions at a date that only the council's books know.
_POSITIONS = {
    "forecast.potholes": "state the count of the new base year",
    "claims": "state the count and what is paid of the new base year",
    "tables.statutory_tests": "state the dates of tests that were made, and take out remedial works that were done",
    "tables.routine_jobs": "take out jobs that were done",
    "tables.bids": "take out bids that have begun; state what is left of them as mandatory",
}


class KeyChange(NamedTuple):
    """A key that is other than it was, and why."""

    key: str
    was: str
    now: str
    why: str


@dataclass
class Moved:
    """Settings as they are moved on.

    Attributes
    ----------
    data : dict; the plan file, changed in place
    past, years : int; years that are past, and plan years
    first_year : int; the new one
    rebase : float; what £1 of the old first year is in the new one; 1 of a plan in cash
    growth : tuple of float
        Rises of all prices from year to year, from the old first year, of a plan in cash: the last is by how much an
        amount of a year that is added is above the year's before.
    changes : list of KeyChange; what was changed
    """

    data: dict[str, Any]
    past: int
    years: int
    first_year: int
    rebase: float
    growth: tuple[float, ...]
    changes: list[KeyChange] = field(default_factory=list)

    @property
    def price(self) -> float:
        """What £1 in prices of the old first year is in those of the new one, of a plan in cash by its inflation."""
        return self.rebase * float(price_levels(self.growth, self.past))

    def all_keys(self) -> None:
        """Move every key on."""
        for pattern, money in BY_YEAR.items():
            for holder, key, place in _places(self.data, pattern):
                if isinstance(holder[key], list):
                    self._set(holder, key, place, self._moved(holder, holder[key], money), self._why(money))
        for patterns, price in ((_CASH, self.rebase), (_MONEY, self.price)):
            for holder, key, place in (row for pattern in patterns for row in _places(self.data, pattern)):
                if price != 1 and not (place.startswith("claims") and self.data["claims"].get("price_base")):
                    self._set(holder, key, place, round(holder[key] * price, _DIGITS), "prices re-based")
        for pattern in _RISES:
            for holder, key, place in _places(self.data, pattern):
                if isinstance(holder[key], list):
                    self._set(holder, key, place, holder[key][self.past :] or holder[key][-1:], "years move on")
        self._limits()
        self._rows()
        for place, why in _POSITIONS.items():
            self._position(place, why)

    def _position(self, place: str, why: str) -> None:
        holder, _, key = ("." + place).rpartition(".")
        table = self.data.get(holder.strip("."), {}) if holder else self.data
        if key not in table:
            return
        self.changes.append(KeyChange(place, "", "", f"to be restated: {why}"))

    def _moved(self, holder: dict, amounts: list, money: bool) -> list:
        """A list by plan year without the years that are past and with those that are added, as the last one."""
        kept = [self._priced(each) if money else each for each in amounts[self.past :]]
        ends = holder.get("type") in _ENDS
        last = kept[-1] if kept else self._priced(amounts[-1]) if money else amounts[-1]
        while len(kept) < min(self.years, len(amounts)):
            rise = self.growth[-1] if money else 0.0
            last = 0.0 if ends else round(last * (1 + rise), _DIGITS) if rise else last
            kept.append(last)
        return kept[: self.years]

    def _why(self, money: bool) -> str:
        return "years move on, prices re-based" if money and self.rebase != 1 else "years move on"

    def _priced(self, amount: Any) -> Any:
        return amount if self.rebase == 1 else round(amount * self.rebase, _DIGITS)

    def _limits(self) -> None:
        """Amounts by year of `[[limits]]`: of all plan years, or of the years that a limit states."""
        for number, row in enumerate(self.data.get("limits", []), 1):
            money = row.get("of", "cost") in ("cost", "risk")
            ahead = [year >= self.first_year for year in row["years"]] if "years" in row else None
            for key in ("at_least", "at_most"):
                if key not in row:
                    continue
                if not isinstance(row[key], list):
                    now = self._priced(row[key]) if money else row[key]
                elif ahead is None:
                    now = self._moved({}, row[key], money)
                else:
                    left = [amount for amount, is_ahead in zip(row[key], ahead, strict=True) if is_ahead]
                    now = [self._priced(amount) for amount in left] if money else left
                self._set(row, key, f"limits[{number}].{key}", now, self._why(money))

    def _rows(self) -> None:
        """Rows of years that are past, strategies that are locked, and bids that have begun."""
        for place in _YEARS:
            self._filter(place, self._of_years)
        for place, key in _YEAR.items():
            self._filter(place, partial(self._is_ahead, key))

    def _is_ahead(self, key: str, row: dict[str, Any]) -> bool:
        """Whether the year that a row states is still to come, or it states none."""
        return int(row.get(key, self.first_year)) >= self.first_year

    def _of_years(self, row: dict[str, Any]) -> bool:
        """Take years that are past out of a row; whether any is left, or it states none."""
        left = True
        for key in ("years", "to"):
            if key in row:
                row[key] = [year for year in row[key] if year >= self.first_year]
                if not row[key]:
                    del row[key]
                    left = False
        return left or "years" in row or "to" in row

    def _filter(self, place: str, keep: Callable[[dict], bool]) -> None:
        holder, _, key = place.rpartition(".")
        table = self.data.get(holder, {}) if holder else self.data
        if key not in table:
            return
        rows = table[key]
        table[key] = [row for row in rows if keep(row)]
        if gone := len(rows) - len(table[key]):
            was, now = (plural(len(each), "row") for each in (rows, table[key]))
            self.changes.append(KeyChange(place, was, now, f"{gone} of past years"))
        if not table[key]:
            del table[key]

    def _set(self, holder: Any, key: Any, place: str, value: Any, why: str) -> None:
        if holder[key] != value:
            self.changes.append(KeyChange(place, _shown(holder[key]), _shown(value), why))
            holder[key] = value


def _shown(value: Any) -> str:
    return (
        ", ".join(map(_shown, value))
        if isinstance(value, list)
        else f"{value:.6g}"
        if isinstance(value, float)
        else str(value)
    )


def _places(data: Any, pattern: str, place: str = "") -> Iterator[tuple[Any, Any, str]]:
    """Where a pattern of keys is in settings: the holder, the key in it, and the whole key as a fault names it."""
    head, _, rest = pattern.partition(".")
    if not head:
        return
    name, lists = (head[:-2], True) if head.endswith("[]") else (head, False)
    names = list(data) if name == "*" and isinstance(data, dict) else [name]
    for each in names:
        if not isinstance(data, dict) or each not in data:
            continue
        key = f"{place}.{each}" if place else each
        if lists and isinstance(data[each], list):
            for row in range(len(data[each])):
                spot = f"{key}[{row + 1}]"
                if rest:
                    yield from _places(data[each][row], rest, spot)
                else:
                    yield data[each], row, spot
        elif not lists and rest:
            yield from _places(data[each], rest, key)
        elif not lists and not isinstance(data[each], dict):
            yield data, each, key
