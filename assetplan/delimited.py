"""Delimited text as spreadsheets leave it: repeated names, line breaks inside quotes, stray blanks.

Every value is read as text, so that an identifier keeps its leading zeros; each fault names file, line and column.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats
from assetplan.errors import Fault, FaultyInputError, RegisterError

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MISSING_WORDS = {"", "na", "n/a", "nan", "null", "none"}


def read_delimited(
    path: Path,
    encoding: str = "",
    delimiter: str = ",",
    quote: str = '"',
    strict: bool = True,
    comments: bool = False,
    encoding_hint: str = "",
) -> pd.DataFrame:
    """Read a delimited text file, every value as text.

    Blanks and line breaks inside a value become one space and those around it go; records of blanks are left out. Where
    several columns share a name they become `name#1`, `name#2`, ….

    Parameters
    ----------
    path : path
        The file; its first line holds the names.
    encoding : str
        Name of its encoding; by default UTF-8, with or without a byte order mark.
    delimiter, quote : str; one character each
    strict : bool; refuse text after a closing quote, which is the sign of a quote that was not doubled
    comments : bool; leave out lines that begin with #
    encoding_hint : str; how to name another encoding, for the fault of a file that is not UTF-8

    Returns
    -------
    DataFrame
        The values, indexed by the line that each record starts on: the header is on line 1, a line break inside quotes
        counts, a lone carriage return does not.

    Raises
    ------
    RegisterError
        The text is not in that encoding, has no header, or holds records that do not fit the header; every one of
        these is listed.
    """
    text = _decoded(path, encoding, encoding_hint)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    kept = [
        (number, line)
        for number, line in enumerate(io.StringIO(text, newline="\n"), 1)
        if not (comments and line.startswith("#"))
    ]
    numbers = [number for number, _ in kept] + [len(kept) + 1]
    reader = csv.reader((line for _, line in kept), delimiter=delimiter, quotechar=quote, strict=strict)
    records: list[list[str]] = []
    lines: list[int] = []
    header: list[str] = []
    faults: list[Fault] = []
    start = numbers[0]
    try:
        for record in reader:
            if not any(value.strip() for value in record) and len(record) <= max(len(header), 1):
                pass
            elif not header:
                header = [_tidy(name) for name in record]
            elif len(record) == len(header):
                records.append([_tidy(value) for value in record])
                lines.append(start)
            else:
                rule = f"has {len(record)} values where the header has {len(header)} names"
                faults.append(Fault(path.name, start, "", "", rule))
            start = numbers[reader.line_num]
    except csv.Error as error:
        faults.append(Fault(path.name, start, "", "", f"cannot be read as delimited text: {error}"))
    if not header and not faults:
        faults.append(Fault(path.name, 1, "", "", "there is no header line of column names"))
    if faults:
        raise RegisterError(faults)
    values = np.array(records, dtype=object).reshape(len(records), len(header))
    return pd.DataFrame(values, pd.Index(lines, dtype="int64"), _distinct(header), dtype="str")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as a CSV file that a spreadsheet shows as it stands: the rule of every CSV file written.

    It is UTF-8 with a byte order mark, by which a spreadsheet knows it, with lines that end in a line feed. A text that
    begins with =, +, -, @, a tab or a carriage return, which a spreadsheet would take for a formula, is preceded by an
    apostrophe, which reading takes off again.

    Parameters
    ----------
    table : DataFrame; its index is left out
    path : Path; file to write
    """
    out = table.copy()
    for place in range(len(out.columns)):
        column = out.iloc[:, place]
        if not pd.api.types.is_numeric_dtype(column):
            out.isetitem(place, column.map(_neutral, na_action="ignore").to_numpy())
    out.columns = out.columns.map(_neutral)
    out.to_csv(path, index=False, lineterminator="\n", encoding="utf-8-sig")


def _neutral(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _plain(value: str) -> str:
    return value[1:] if value[:1] == "'" and value[1:].startswith(_FORMULA) else value


def csv_table(
    path: Path, error: type[FaultyInputError], needed: Iterable[str] = (), renamed: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Read a CSV file that must have certain columns, each once, and at least one row.

    Parameters
    ----------
    path : path
        A CSV file in UTF-8; blank lines and lines that begin with # are left out.
    error : type
        What to raise: `ConfigError` or `RegisterError`; it lists every fault of the file's form.
    needed : iterable of str; columns that it must have
    renamed : mapping of str → str, optional; columns that have another name now: an old one is refused with the new

    Returns
    -------
    DataFrame
        Cells as `str`, indexed by line of the file (the header's is the first).
    """
    try:
        table = read_delimited(path, comments=True)
    except RegisterError as wrong:
        raise error(Fault(str(path), f.row, f.column, f.value, f.rule) for f in wrong.faults) from wrong
    twice = sorted({name.rpartition("#")[0] for name in table.columns if name.endswith("#2")})
    rules = [(name, "this column is there more than once") for name in twice]
    rules += [(name, "this column is missing") for name in needed if name not in table.columns and name not in twice]
    rules += [(old, f"this column is now {new}") for old, new in (renamed or {}).items() if old in table.columns]
    rules += [] if len(table) else [("", "has no rows")]
    if rules:
        raise error(Fault(str(path), 0, name, "", rule) for name, rule in rules)
    return table


@dataclass(frozen=True, eq=False)
class TextColumns:
    """Columns of text turned into arrays, with the faults listed as they are met.

    Attributes
    ----------
    file : str; name for the faults
    text : DataFrame; cells as `str`, indexed by line of the file
    faults : list of Fault; what was wrong in the columns read up to now
    """

    file: str
    text: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, wrong: ArrayLike, column: str, rule: str) -> None:
        """List a fault for each row that breaks a rule.

        Parameters
        ----------
        wrong : array (n,) of bool; where it does
        column, rule : str; column of the text, and the rule in words
        """
        rows = np.flatnonzero(np.asarray(wrong))
        shown = self.text[column].to_numpy(dtype=object)[rows]
        lines = self.text.index.to_numpy()[rows]
        self.faults.extend(
            Fault(self.file, int(n), column, str(v)[:80], rule) for n, v in zip(lines, shown, strict=True)
        )

    def blank(self, column: str) -> Bools:
        """Where a column is blank or a word for nothing known (n,)."""
        return self.text[column].str.lower().isin(MISSING_WORDS).to_numpy(dtype=bool)

    def numbers(self, column: str, low: float, high: float, *, needed: bool) -> Floats:
        """Numbers of a column (n,), NaN where blank.

        Parameters
        ----------
        column : str; column of the text
        low, high : float
            Range, both included; what lies outside it is a fault.
        needed : bool; whether a blank is a fault
        """
        blank = self.blank(column)
        values = pd.to_numeric(self.text[column].mask(blank), errors="coerce").to_numpy(dtype=float)
        good = np.isfinite(values)
        self.refuse(~blank & ~good, column, "must be a number")
        self.refuse(good & ((values < low) | (values > high)), column, f"must lie from {low:g} to {high:g}")
        if needed:
            self.refuse(blank, column, "a value is required")
        return values

    def times(self, column: str, *, needed: bool = True) -> Floats:
        """Dates, or years, of a column as years and parts of a year (n,)."""
        words, blank = self.text[column], self.blank(column)
        years = pd.to_numeric(words.mask(blank), errors="coerce").to_numpy(dtype=float)
        dates = pd.to_datetime(words.mask(blank | np.isfinite(years)), format="%Y-%m-%d", errors="coerce")
        start = pd.to_datetime(dates.dt.year.astype("Int64").astype("str") + "-01-01", errors="coerce")
        length = np.where(dates.dt.is_leap_year, 366.0, 365.0)
        out = np.where(np.isfinite(years), years, dates.dt.year + (dates - start).dt.days / length)
        self.refuse(~blank & np.isnan(out), column, "must be a date such as 2019-06-30, or a year")
        self.refuse((out < 1800) | (out >= 2300), column, "must lie from 1800 to 2300")
        if needed:
            self.refuse(blank, column, "a date is required")
        return out


def _decoded(path: Path, encoding: str, hint: str) -> str:
    content = path.read_bytes()
    try:
        return content.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        rule = f"is not {encoding or 'UTF-8'} text" + (f": {hint}" if hint and not encoding else "")
        raise RegisterError([Fault(path.name, line, "", "", rule)]) from error
    except LookupError as error:
        raise RegisterError([Fault(path.name, 0, "", encoding, "is no encoding Python knows")]) from error


def _tidy(value: str) -> str:
    return _plain(" ".join(value.split()))


def _distinct(header: list[str]) -> list[str]:
    counts = Counter(header)
    seen: Counter[str] = Counter()
    names = []
    for name in header:
        seen[name] += 1
        names.append(f"{name}#{seen[name]}" if counts[name] > 1 else name)
    return names
