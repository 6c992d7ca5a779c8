"""Delimited text as spreadsheets leave it: repeated names, line breaks inside quotes, stray blanks."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan.errors import Fault, RegisterError

_ENCODING_HINT = 'name its encoding in the mapping, as [file] encoding = "cp1252"'


def read_text(
    path: Path, encoding: str = "", delimiter: str = ",", quote: str = '"', strict: bool = True
) -> tuple[pd.DataFrame, pd.Series]:
    """Read a delimited text file, every value as text.

    Blanks and line breaks inside a value become one space and those around it go. Where several columns share a name
    they become `name#1`, `name#2`, ….

    Parameters
    ----------
    path : path
        The file; its first line holds the names.
    encoding : str
        Name of its encoding; by default UTF-8, with or without a byte order mark.
    delimiter, quote : str
        One character each.
    strict : bool
        Refuse text after a closing quote, which is the sign of a quote that was not doubled.

    Returns
    -------
    (DataFrame, Series of int)
        The values, and the line each record starts on: the header is on line 1, a line break inside quotes counts, a
        lone carriage return does not.

    Raises
    ------
    RegisterError
        The text is not in that encoding, has no header, or holds records that do not fit the header; every one of
        these is listed.
    """
    text = _decoded(path, encoding)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, quotechar=quote, strict=strict)
    records: list[list[str]] = []
    lines: list[int] = []
    header: list[str] | None = None
    faults: list[Fault] = []
    start = 1
    try:
        for record in reader:
            if header is None:
                header = [_tidy(name) for name in record]
            elif any(value.strip() for value in record):
                if len(record) == len(header):
                    records.append([_tidy(value) for value in record])
                    lines.append(start)
                else:
                    said = f"has {len(record)} values where the header has {len(header)} names"
                    faults.append(Fault(path.name, start, "", "", said))
            start = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(path.name, start, "", "", f"cannot be read as delimited text: {error}"))
    if header is None or not any(header):
        faults.append(Fault(path.name, 1, "", "", "there is no header line of column names"))
    if faults or header is None:
        raise RegisterError(faults)
    values = np.array(records, dtype=object).reshape(len(records), len(header))
    return pd.DataFrame(values, columns=_distinct(header)), pd.Series(lines, dtype="int64")


def _decoded(path: Path, encoding: str) -> str:
    content = path.read_bytes()
    try:
        return content.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        said = f"is not {encoding} text" if encoding else f"is not UTF-8 text: {_ENCODING_HINT}"
        raise RegisterError([Fault(path.name, line, "", "", said)]) from error
    except LookupError as error:
        raise RegisterError([Fault(path.name, 0, "", encoding, "is no encoding Python knows")]) from error


def _tidy(value: str) -> str:
    return " ".join(value.split())


def _distinct(header: list[str]) -> list[str]:
    counts = Counter(header)
    seen: Counter[str] = Counter()
    names = []
    for name in header:
        seen[name] += 1
        names.append(f"{name}#{seen[name]}" if counts[name] > 1 else name)
    return names
