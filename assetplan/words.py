"""Numbers, money, years and lists in words, the same on the terminal, on the page and in messages."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from typing import Any

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def is_missing(value: object) -> bool:
    """Whether a value is None, NaN or a pandas missing value."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # pandas.NA has no truth value
        return True


def number(value: Any, decimals: int = 0) -> str:
    """A number with thousands separated; a dash where it is missing."""
    if is_missing(value) or not math.isfinite(float(value)):
        return "–"
    text = f"{float(value):,.{decimals}f}"
    negative = text.startswith("-") and any(digit in text for digit in "123456789")
    return f"−{text[1:]}" if negative else text.lstrip("-")


def significant(value: float, figures: int = 3) -> float:
    """A number rounded to so many significant figures, and to whole units at most."""
    if abs(value) < 0.5:
        return 0.0
    digits = max(0, math.floor(math.log10(abs(value))) + 1 - figures)
    return round(value / 10**digits) * 10.0**digits


def pounds(amount: Any, figures: int = 3) -> str:
    """An amount [£] within a sentence: "£860,000", "£4.25m"; a dash where it is missing.

    It is rounded to `figures` significant figures, never finer than a pound, and is in millions from £1m on. Three are
    enough to read, without zeros at the end; totals that are added up take four and a benefit beside its bound five,
    with them, so that figures below each other have the same decimals.
    """
    if is_missing(amount) or not math.isfinite(float(amount)):
        return "–"
    size = significant(abs(float(amount)), figures)
    text = number(size)
    if size >= 1e6:
        text = number(size / 1e6, max(0, figures + 5 - math.floor(math.log10(size))))
        text = (text.rstrip("0").rstrip(".") if "." in text and figures <= 3 else text) + "m"
    return f"−£{text}" if amount < 0 and size else f"£{text}"


def millions(amount: Any, decimals: int = 2) -> str:
    """An amount [£] as a plain number of millions, for columns headed £m."""
    return "–" if is_missing(amount) else number(float(amount) / 1e6, decimals)


def financial_year(year: int) -> str:
    """The financial year that begins in April of a year: 2019 gives 2019/20."""
    return f"{year}/{(year + 1) % 100:02d}"


def plural(count: int, noun: str, many: str = "") -> str:
    """How many of something: "1 bridge", "2,000 bridges"; `many` where an s does not make the plural.

    Parameters
    ----------
    count : int; how many
    noun : str; of one
    many : str, optional; of more than one
    """
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def and_list(names: Iterable[object]) -> str:
    """Names in a row: "a", "a and b", "a, b and c"."""
    *first, last = [str(name) for name in names] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def capitalised(text: object) -> str:
    """Text with its first letter in upper case, the rest as it is; "" where it is missing."""
    words = "" if is_missing(text) else str(text)
    return words[:1].upper() + words[1:]


def months_of(text: str) -> tuple[int, ...]:
    """Months of the year that a text names, in order: "4-9", "11-2" (over the new year), "June-August", "3, 5-7".

    Raises
    ------
    ValueError
        It names none, in words of what it should be.

    Examples
    --------
    >>> months_of("11-2")
    (1, 2, 11, 12)
    """
    named: set[int] = set()
    for part in text.replace("–", "-").split(","):
        ends = [end.strip() for end in part.split("-")]
        codes = [_month(end) for end in ends]
        # A spreadsheet makes a date of 4-9, "04-Sep": which month it began with, nobody knows then.
        alike = len({end.isdecimal() for end in ends}) == 1
        if None in codes or len(codes) > 2 or not alike:
            raise ValueError("must be months, as 4-9, 11-2, 6 or April-September")
        first, last = codes[0], codes[-1]
        named |= {(first + k - 1) % 12 + 1 for k in range((last - first) % 12 + 1)}  # type: ignore[operator]  # no None
    return tuple(sorted(named))


def _month(text: str) -> int | None:
    """Number of a month, of its name or of the first letters of it; None for any other text."""
    if text.isascii() and text.isdecimal():
        return int(text) if len(text) <= 2 and 1 <= int(text) <= 12 else None
    meant = [k for k, name in enumerate(MONTHS, 1) if len(text) >= 3 and name.lower().startswith(text.lower())]
    return meant[0] if meant else None


def day(text: str) -> str:
    """A date as people write it: "2026-11-27" gives "27 Nov 2026", which no line breaks; any other text as it is."""
    parts = _DATE.fullmatch(text)
    if not parts:
        return text
    year, month, date = map(int, parts.groups())
    return f"{date}\u00a0{MONTHS[month - 1][:3]}\u00a0{year}" if 1 <= month <= len(MONTHS) else text


def months_words(months: Collection[int]) -> str:
    """Months of the year (1–12) as people say them: "April to September", "all year"."""
    starts = [month for month in sorted(months) if (month - 2) % 12 + 1 not in months]
    runs = []
    for start in starts:
        last = start
        while last % 12 + 1 in months:
            last = last % 12 + 1
        runs.append(MONTHS[start - 1] + (f" to {MONTHS[last - 1]}" if last != start else ""))
    return and_list(runs) if starts or not months else "all year"
