"""Cells as spreadsheets and databases hold them, into numbers, dates and text.

Rules. A number may have a currency sign, thousands set apart (1,234.5, 1 234.5, or 1.234,5 where the comma is the
decimal sign) and blanks round it. A date may have a time behind it, which is left away; where day and month could be
either, a value of the same column that can be only one way decides, else the day comes first. A year of two digits is
no date: nobody can say which century.
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats

MISSING_WORDS = {"", "#n/a", "na", "n/a", "nan", "null", "none"}

DAY_FIRST, MONTH_FIRST = "day first", "month first"
"""What a format of dates may be called instead of being written with % signs."""

TWO_DIGITS = "has a year of two digits: write it with four"
"""The rule that a date such as 30/06/19 breaks."""

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?(?: ?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?"
_ISO = rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}"
_DAYS = rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_TIME}"
_WORDS = rf"(\d{{1,2}})[- ]([A-Za-z]{{3}})[a-z]*\.?[- ,]+(\d{{4}}){_TIME}"
_SHORT = rf"\d{{1,2}}[-/. ](?:\d{{1,2}}|[A-Za-z]{{3,9}})[-/. ]\d{{2}}{_TIME}"
_MONTHS = {"janfebmaraprmayjunjulaugsepoctnovdec"[3 * n : 3 * n + 3]: n + 1 for n in range(12)}
_EITHER = r"[+-]?\d{1,3},\d{3}"
_SURE_COMMA = r"[£$€]? ?[+-]?(?:\d+|\d{1,3}(?:[. ]\d{3})+),(?:\d{1,2}|\d{4,})|[£$€]? ?[+-]?\d{1,3}(?:\.\d{3})+,\d+"
_SURE_POINT = r"[£$€]? ?[+-]?(?:\d+|\d{1,3}(?:[, ]\d{3})+)\.(?:\d{1,2}|\d{4,})|[£$€]? ?[+-]?\d{1,3}(?:,\d{3})+\.\d+"


def text_of(values: pd.Series) -> pd.Series:
    """Cells as text, "" where there is nothing; a whole number has no decimals, a date no time of midnight.

    >>> text_of(pd.Series([1.0, 2.5, None])).tolist()
    ['1', '2.5', '']
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.strftime("%Y-%m-%d").fillna("").astype("str")
    if pd.api.types.is_float_dtype(values):
        text = values.astype(object).where(values.notna(), "").astype("str")
        return text.str.replace(r"\.0$", "", regex=True)
    if isinstance(values.dtype, pd.StringDtype):
        return values.fillna("").astype("str").str.strip()
    return pd.Series([_shown(value) for value in values], values.index, dtype="str", name=values.name)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return "" if value is pd.NaT else value.strftime("%Y-%m-%d")
    return "" if value is None or value is pd.NA else str(value)


def missing(text: pd.Series) -> Bools:
    """Where text is blank or a word for nothing known (n,)."""
    return text.str.lower().isin(MISSING_WORDS).to_numpy(dtype=bool)


def numbers(values: pd.Series, decimal: str = ".") -> Floats:
    """Numbers of cells (n,), NaN where there is none.

    Parameters
    ----------
    values : Series
        Numbers, or text as a spreadsheet shows them.
    decimal : {".", ",", ""}
        Sign before the decimals of text; the other, and blanks, set thousands apart. Where it is not known, "", what
        could be either, such as 1,234, is no number.

    >>> numbers(pd.Series(["£1,200", "12.5", "1,2"])).tolist()
    [1200.0, 12.5, nan]
    >>> numbers(pd.Series(["1.234,5", "12,5"]), ",").tolist()
    [1234.5, 12.5]
    """
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=float, na_value=np.nan)
    if pd.api.types.is_datetime64_any_dtype(values):
        return np.full(len(values), np.nan)
    text = text_of(values)
    plain = text if decimal != "," else text.where(~text.str.contains(".", regex=False), "")
    out = pd.to_numeric(plain.mask(missing(plain)), errors="coerce").to_numpy(dtype=float, na_value=np.nan, copy=True)
    out[~np.isfinite(out)] = np.nan
    left = np.flatnonzero(np.isnan(out) & (text != "").to_numpy())
    if not decimal:
        left = left[~text.iloc[left].str.fullmatch(_EITHER).to_numpy(dtype=bool)]
        decimal = "."
    if len(left):
        other = "," if decimal == "." else "."
        rest = text.iloc[left].str.replace(r"^([+-]?) ?[£$€] ?|[  ]?[£$€]$", r"\1", regex=True)
        good = rest.str.fullmatch(
            rf"[+-]?(?:\d+|\d{{1,3}}(?:[{other}' \u00a0\u202f]\d{{3}})+)(?:[{decimal}]\d+)?(?:[eE][+-]?\d+)?"
        )
        bare = rest.str.replace(rf"[{other}' \u00a0\u202f]", "", regex=True).str.replace(decimal, ".", regex=False)
        out[left] = pd.to_numeric(bare.where(good, None), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return out


def decimal_of(frame: pd.DataFrame) -> str:
    """The decimal sign that text is written with, as far as its cells show it.

    It is "," where some can be read in no other way and none with "."; "" where none shows either.

    Parameters
    ----------
    frame : DataFrame
        Columns of text; others are passed over.
    """
    comma = False
    for name in frame.columns:
        column = frame[name]
        if not isinstance(column.dtype, pd.StringDtype):
            continue
        if column.str.fullmatch(_SURE_POINT).any():
            return "."
        comma = comma or bool(column.str.fullmatch(_SURE_COMMA).any())
    return "," if comma else ""


def dates(values: pd.Series, form: str = "") -> pd.Series:
    """Dates of cells, NaT where there is none; a time behind a date is left away.

    Parameters
    ----------
    values : Series
        Dates, or text such as 2019-06-30, 2019-06-30T12:00:00Z, 30/06/2019 or 30 June 2019.
    form : str
        "day first", "month first", or a format such as "%d/%m/%Y"; by default the column decides.

    >>> dates(pd.Series(["30/06/2019", "2019-07-01 00:00:00", "1/2/19"])).dt.strftime("%d %b %Y").tolist()
    ['30 Jun 2019', '01 Jul 2019', nan]
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.tz_localize(None).astype("datetime64[s]")
    text = text_of(values)
    if form not in ("", DAY_FIRST, MONTH_FIRST):
        return pd.to_datetime(text, format=form, errors="coerce").astype("datetime64[s]")
    iso, days, words = text.str.extract(f"^{_ISO}$"), text.str.extract(f"^{_DAYS}$"), text.str.extract(f"^{_WORDS}$")
    first, second = pd.to_numeric(days[0]), pd.to_numeric(days[1])
    month_first = form == MONTH_FIRST or (form == "" and bool((second > 12).any()) and not bool((first > 12).any()))
    day, month = (second, first) if month_first else (first, second)
    parts = {
        "year": _first_of(iso[0], days[2], words[2]),
        "month": _first_of(iso[1], month, words[1].str.lower().map(_MONTHS)),
        "day": _first_of(iso[2], day, words[0]),
    }
    return pd.to_datetime(pd.DataFrame(parts), errors="coerce").astype("datetime64[s]")


def _first_of(*columns: pd.Series) -> pd.Series:
    out = pd.Series(np.nan, columns[0].index)
    for column in columns:
        out = out.fillna(pd.to_numeric(column).astype("float64"))
    return out


def short_years(text: pd.Series) -> Bools:
    """Where text is a date with a year of two digits (n,)."""
    return text.str.fullmatch(_SHORT).to_numpy(dtype=bool)


def years(values: pd.Series, form: str = "", decimal: str = ".") -> Floats:
    """Whole years of cells that hold years or dates (n,), NaN where there is neither.

    Parameters
    ----------
    values : Series
        Years as numbers or text, or dates as `dates` takes them.
    form, decimal : str
        As of `dates` and `numbers`.

    >>> years(pd.Series(["2018", "30/06/2017", "soon"])).tolist()
    [2018.0, 2017.0, nan]
    """
    out = numbers(values, decimal)
    dated = np.isnan(out)
    if dated.any():
        out = np.where(dated, dates(values, form).dt.year.to_numpy(dtype=float, na_value=np.nan), out)
    return out
