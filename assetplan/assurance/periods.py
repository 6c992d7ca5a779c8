"""Periods of reporting: financial years, their quarters and months, as councils write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assetplan.words import MONTHS, financial_year

MONTHLY, QUARTERLY, ANNUAL = "monthly", "quarterly", "annual"
_YEAR = r"(\d{4})[/-](\d{2}|\d{4})"
_APRIL = 4


@dataclass(frozen=True, order=True)
class Period:
    """A financial year (part 0), or a quarter (1–4) or month (1–12, from April) of one.

    Attributes
    ----------
    year : int; calendar year in which the financial year begins
    part : int; 0 for the whole year
    frequency : str; "annual", "quarterly" or "monthly"
    """

    year: int
    part: int
    frequency: str

    @property
    def quarter(self) -> int:
        """Quarter of the financial year that it ends in, 1–4."""
        return {ANNUAL: 4, QUARTERLY: self.part}.get(self.frequency, (self.part + 2) // 3)

    def __str__(self) -> str:
        year = financial_year(self.year)
        if self.frequency == ANNUAL:
            return year
        if self.frequency == QUARTERLY:
            return f"{year} Q{self.part}"
        month = (self.part + _APRIL - 2) % 12
        return f"{MONTHS[month][:3]} {self.year + (month < _APRIL - 1)}"


def period_of(text: str, frequency: str) -> Period | None:
    """The period of a frequency that a text names, None where it names none.

    Parameters
    ----------
    text : str; "2026/27", "2026/27 Q2" or "2026-06"; also "2026-27", "Q2 2026/27" and "June 2026"
    frequency : str; "annual", "quarterly" or "monthly"

    Examples
    --------
    >>> str(period_of("2026-27 Q2", "quarterly")), str(period_of("January 2027", "monthly"))
    ('2026/27 Q2', 'Jan 2027')
    >>> period_of("2026/28", "annual") is None
    True
    """
    text = " ".join(text.split())
    return _month(text) if frequency == MONTHLY else _year(text, frequency)


def any_period(text: str) -> Period | None:
    """The period of whatever frequency that a text names; None where it names none."""
    return next((when for each in (ANNUAL, QUARTERLY, MONTHLY) if (when := period_of(text, each))), None)


def _year(text: str, frequency: str) -> Period | None:
    match = re.fullmatch(rf"(?:Q([1-4]) )?{_YEAR}(?: Q([1-4]))?", text, re.IGNORECASE)
    if match is None:
        return None
    before, first, second, after = match.groups()
    year, quarter = int(first), int(before or after or 0)
    follows = int(second) == (year + 1 if len(second) == 4 else (year + 1) % 100)
    if not follows or bool(before) + bool(after) != (frequency == QUARTERLY):
        return None
    return Period(year, quarter, frequency)


def _month(text: str) -> Period | None:
    match = re.fullmatch(r"([A-Za-z]{3,9}) (\d{4})|(\d{4})-(\d{2})", text)
    if match is None:
        return None
    name, year_after, year_before, number = match.groups()
    named = [k for k, month in enumerate(MONTHS, 1) if name and month.lower().startswith(name.lower())]
    month, year = (named or [int(number or 0)])[0], int(year_after or year_before)
    if not 1 <= month <= 12:
        return None
    return Period(year - (month < _APRIL), (month - _APRIL) % 12 + 1, MONTHLY)
