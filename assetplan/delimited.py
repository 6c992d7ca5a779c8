"""Delimited text as spreadsheets leave it: repeated names, line breaks inside quotes, stray blanks.

Every value is read as text, so that an identifier keeps its leading zeros; each fault names file, line and column.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan import cells
from assetplan._types import Bools, Floats
from assetplan.errors import Fault, FaultyInputError, RegisterError
from assetplan.file_kinds import TEXT, file_kind, in_words
from assetplan.headers import SEARCHED, distinct_names, header_place, likely_delimiter
from assetplan.input_files import regular_file

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLOCK = 10_000  # records made into columns at a time

_Record = tuple[int, list[str]]

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_delimited(
    path: Path,
    encoding: str = "",
    delimiter: str = ",",
    quote: str = '"',
    strict: bool = True,
    comments: bool = False,
    encoding_hint: str = "",
    header_row: int = 0,
    known: Collection[str] = (),
) -> pd.DataFrame:
    """Read a delimited text file, every value as text.

    Blanks and line breaks inside a value become one space and those around it go; records of blanks and blank columns
    at the end are left out, and so is what stands above the names. Where several columns share a name they become
    `name#1`, `name#2`, …. A first line `sep=;`, as Excel writes it, is obeyed.

    Parameters
    ----------
    path : path
        The file.
    encoding : str
        Name of its encoding; by default that of its byte order mark, else UTF-8.
    delimiter, quote : str
        One character each; a delimiter of "" is recognised: the one of , ; tab | that gives most lines alike.
    strict : bool
        Refuse text after a closing quote, which is the sign of a quote that was not doubled.
    comments : bool
        Leave out lines that begin with #; within quotes a # belongs to its value.
    encoding_hint : str
        How to name another encoding, for the fault of a file that is not UTF-8.
    header_row : int
        Line that the names stand on; by default (0) it is recognised, see `header_place`.
    known : collection of str
        Names that some columns are likely to have.

    Returns
    -------
    DataFrame
        The values, indexed by the line that each record starts on: the first is 1, a line break inside quotes counts, a
        lone carriage return does not. Its attribute `delimiter` is the delimiter.

    Raises
    ------
    RegisterError
        The file is no text, the text is not in that encoding, has no header, or holds records that do not fit the
        header; every one of these is listed.
    """
    text, stated = _decoded(path, encoding, encoding_hint)
    delimiter = stated or delimiter or likely_delimiter(text, quote)
    lines = enumerate(io.StringIO(text, newline="\n"), 1)
    if stated:
        next(lines)
    faults: list[Fault] = []
    records = _records(lines, delimiter, quote, strict, comments, path.name, faults)
    filled = ((start, record) for start, record in records if start >= header_row and any(map(str.strip, record)))
    first = list(islice(filled, SEARCHED))
    header, place = _header([record for _, record in first], header_row, known)
    if not any(header):
        faults = faults or [Fault(path.name, 1, "", "", "there is no header line of column names")]
        raise RegisterError(faults)
    table = _table(chain(first[place + 1 :], records), header, len(first[place][1]), path.name, faults)
    if faults:
        raise RegisterError(faults)
    table.attrs["delimiter"] = delimiter
    return table


def _records(
    lines: Iterator[tuple[int, str]],
    delimiter: str,
    quote: str,
    strict: bool,
    comments: bool,
    file: str,
    faults: list[Fault],
) -> Iterator[_Record]:
    """Records that are no empty line, each with the line that it starts on."""
    start, begins = 0, True

    def fed() -> Iterator[str]:
        nonlocal start, begins
        for number, line in lines:
            if begins:
                if comments and line.startswith("#"):
                    continue
                start, begins = number, False
            yield line

    reader = csv.reader(fed(), delimiter=delimiter, quotechar=quote, strict=strict)
    try:
        for record in reader:
            begins = True
            if record:
                yield start, record
    except csv.Error as error:
        faults.append(Fault(file, start, "", "", f"cannot be read as delimited text: {error}"))


def _table(records: Iterable[_Record], header: list[str], widest: int, file: str, faults: list[Fault]) -> pd.DataFrame:
    """Records as columns of text, made in blocks so that a large file needs little more room than its text.

    Blank cells to the right of the header, as far as `widest`, are no fault, nor is a record of nothing else.
    """
    width = len(header)
    names = distinct_names(header)
    blocks: list[pd.DataFrame] = []
    places: list[int] = []
    source = iter(records)
    while some := list(islice(source, _BLOCK)):
        rows: list[list[str]] = []
        for start, record in some:
            if width < len(record) <= widest and not any(map(str.strip, record[width:])):
                record = record[:width]
            if len(record) <= width and not any(map(str.strip, record)):
                continue
            if len(record) == width:
                rows.append([_tidy(value) for value in record])
                places.append(start)
            else:
                rule = f"has {len(record)} values where the header has {width} names"
                faults.append(Fault(file, start, "", "", rule))
        values = np.array(rows, dtype=object).reshape(len(rows), width)
        blocks.append(pd.DataFrame(values, columns=names, dtype="str"))
    table = pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame(columns=names, dtype="str")
    table.index = pd.Index(places, dtype="int64")
    return table


def _header(records: list[list[str]], header_row: int, known: Collection[str]) -> tuple[list[str], int]:
    """Names of the columns, blank ones at the end left out, and which record they are."""
    place = 0 if header_row else header_place(records, known)
    header = [_tidy(name) for name in records[place]] if records else []
    while header and not header[-1]:
        header.pop()
    return header, place


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
    path: Path,
    error: type[FaultyInputError],
    needed: Iterable[str] = (),
    renamed: Mapping[str, str] | None = None,
    comments: bool = True,
    rows: bool = True,
) -> pd.DataFrame:
    """Read a CSV file that must have certain columns, each once, and as a rule at least one row.

    Parameters
    ----------
    path : path
        A CSV file in UTF-8; blank lines are left out.
    error : type
        What to raise: `ConfigError` or `RegisterError`; it lists every fault of the file's form.
    needed : iterable of str
        Columns that it must have.
    renamed : mapping of str → str, optional
        Columns that have another name now: an old one is refused with the new.
    comments : bool
        Leave out lines that begin with #; in data an identifier may begin with it.
    rows : bool; whether a file without rows is refused

    Returns
    -------
    DataFrame
        Cells as `str`, indexed by line of the file (the header's is the first).
    """
    try:
        table = read_delimited(path, comments=comments, known=(needed := tuple(needed)))
    except RegisterError as wrong:
        raise error(replace(f, file=str(path)) for f in wrong.faults) from wrong
    twice = sorted({name.rpartition("#")[0] for name in table.columns if name.endswith("#2")})
    rules = [(name, "this column is there more than once") for name in twice]
    rules += [(name, "this column is missing") for name in needed if name not in table.columns and name not in twice]
    rules += [(old, f"this column is now {new}") for old, new in (renamed or {}).items() if old in table.columns]
    rules += [("", "has no rows")] if rows and not len(table) else []
    if rules:
        raise error(Fault(str(path), 0, name, "", rule) for name, rule in rules)
    return table


@dataclass(frozen=True, eq=False)
class TextColumns:
    """Columns of text turned into arrays, with the faults listed as they are met.

    Attributes
    ----------
    file : str
        Name for the faults.
    text : DataFrame
        Cells as `str`, indexed by line of the file.
    faults : list of Fault
        What was wrong in the columns read up to now.
    decimal, date_format : str
        As of `cells.numbers` and `cells.dates`.
    """

    file: str
    text: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)
    decimal: str = "."
    date_format: str = ""

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
        return cells.missing(self.text[column])

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
        values = cells.numbers(self.text[column].mask(blank), self.decimal)
        good = np.isfinite(values)
        self.refuse(~blank & ~good, column, "must be a number")
        self.refuse(good & ((values < low) | (values > high)), column, f"must lie from {low:g} to {high:g}")
        if needed:
            self.refuse(blank, column, "a value is required")
        return values

    def times(self, column: str, *, needed: bool = True) -> Floats:
        """Dates, or years, of a column as years and parts of a year (n,); a time behind a date is left away."""
        words, blank = self.text[column], self.blank(column)
        years = cells.numbers(words.mask(blank), self.decimal)
        dates = cells.dates(words.mask(blank | np.isfinite(years)), self.date_format)
        length = np.where(dates.dt.is_leap_year, 366.0, 365.0)
        out = np.where(np.isfinite(years), years, dates.dt.year + (dates.dt.day_of_year - 1) / length)
        short = cells.short_years(words)
        self.refuse(short, column, cells.TWO_DIGITS)
        self.refuse(~blank & ~short & np.isnan(out), column, "must be a date such as 2019-06-30, or a year")
        self.refuse((out < 1800) | (out >= 2300), column, "must lie from 1800 to 2300")
        if needed:
            self.refuse(blank, column, "a date is required")
        return out


def text_bytes(path: Path) -> bytes:
    """What a file of text holds.

    Raises
    ------
    RegisterError
        The file is something else by its first bytes.
    """
    kind = file_kind(regular_file(path, RegisterError))
    if kind != TEXT:
        raise RegisterError([Fault(path.name, 0, "", "", f"is {in_words(kind)}, not delimited text")])
    return path.read_bytes()


def _decoded(path: Path, encoding: str, hint: str) -> tuple[str, str]:
    """Text of a file with its lines ended by line feeds, and the delimiter that its first line names, if it does."""
    content = text_bytes(path)
    if not encoding and b"\0" in content[:4000] and not content.startswith(_UTF16):
        encoding = "utf-16-be" if content[:2].startswith(b"\0") else "utf-16-le"
    try:
        text = content.decode(encoding or ("utf-16" if content.startswith(_UTF16) else "utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        rule = f"is not {encoding or 'UTF-8'} text" + (f": {hint}" if hint and not encoding else "")
        raise RegisterError([Fault(path.name, line, "", "", rule)]) from error
    except LookupError as error:
        raise RegisterError([Fault(path.name, 0, "", encoding, "is no encoding Python knows")]) from error
    text = text.removeprefix("\ufeff")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    first = text[: text.find("\n")] if "\n" in text else text
    named = re.fullmatch(r'"?sep=(.)"?', first.rstrip("\r\n"), re.IGNORECASE)
    return text, named[1] if named else ""


def _tidy(value: str) -> str:
    return _plain(" ".join(value.split()))
