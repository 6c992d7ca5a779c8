"""HMDIF, the exchange file of UKPMS: a file that names its own separators, record types and fields.

The first line gives the quotes, the end of a record, the separator of fields and that of the record's name. Lines from
TSTART to TEND name the fields of each type of record; those from DSTART to DEND are records, nested by their order:
SURVEY, SECTION, OBSERV, OBVAL. Counts on TEND, DEND and HMEND that do not fit are noted and not refused, for writers
count differently. Every type and field is kept, whether anything reads it or not.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan.delimited import text_bytes
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError
from assetplan.input_files import regular_file

NESTED = ("SURVEY", "SECTION", "OBSERV")
"""Types of record that others stand within, the outermost first."""

_WORD = re.compile(r"[A-Za-z0-9_]{1,40}")
_FRAME = ("HMSTART", "TSTART", "TEND", "DSTART", "DEND", "HMEND")


@dataclass(frozen=True)
class Separators:
    """What ends a record, parts its fields, parts its name from them, and quotes text ("" where nothing does)."""

    record: str
    field: str
    name: str
    quote: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Hmdif(Shown):
    """An HMDIF file.

    Attributes
    ----------
    file : str
        Its name, for faults.
    separators : Separators
        Those that its first line names.
    records : dict of str → DataFrame
        By type of record its fields as text, indexed by line of the file, and in columns `survey`, `section` and
        `observ` the line of the record that each stands within, 0 where none.
    notes : tuple of (str, int)
        What was read, and what in the file's own counts does not fit.
    """

    file: str
    separators: Separators
    records: dict[str, pd.DataFrame]
    notes: tuple[tuple[str, int], ...]

    def _shown(self) -> dict[str, Any]:
        return {"file": self.file, **{name: f"{len(table):,}" for name, table in self.records.items()}}


def read_hmdif(path: str | os.PathLike[str]) -> Hmdif:
    """Read an HMDIF file of any kind of survey.

    Parameters
    ----------
    path : path
        Text in UTF-8, else read as Latin-1.

    Raises
    ------
    RegisterError
        It is no such file, or a record is of no type that the file names or has more values than its type has fields;
        every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    source = regular_file(Path(path), RegisterError)
    content = text_bytes(source)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    head = lines[0][1] if lines else ""
    separators = _separators(head)
    if separators is None:
        rule = "is no HMDIF file: its first line is not HMSTART with three separators of one character each"
        raise RegisterError([Fault(source.name, 1, "", head[:40], rule)])
    return _records(source.name, lines[1:], separators)


def _separators(head: str) -> Separators | None:
    parts = head.split()
    if len(parts) < 6 or parts[0] != "HMSTART" or any(len(part) != 1 for part in parts[-3:]):
        return None
    if len(set(parts[-3:])) != 3:
        return None
    quote = parts[3] if len(parts) > 6 and len(parts[3]) == 1 else ""
    return Separators(parts[-3], parts[-2], parts[-1], quote)


@dataclass
class _Reading:
    """What has been read so far."""

    fields: dict[str, list[str]]
    rows: dict[str, list[list[Any]]]
    within: list[int]
    faults: list[Fault]
    notes: list[tuple[str, int]]


def _records(file: str, lines: list[tuple[int, str]], separators: Separators) -> Hmdif:
    reading = _Reading({}, {}, [0] * len(NESTED), [], [])
    part, started, unended = "", 0, 0
    for number, name, values, ended in _split(lines, separators):
        unended += not ended
        if name in _FRAME:
            if name.endswith("END"):
                _compare(reading, name, values, number if name == "HMEND" else number - started + 1, number)
            part, started = ("", started) if name.endswith("END") else (name, number)
        elif part == "TSTART" and not _WORD.fullmatch(name):
            reading.faults.append(Fault(file, number, "", name[:40], "is no name of a type of record"))
        elif part == "TSTART":
            reading.fields[name] = [value.strip() for value in values]
            reading.rows[name] = []
        elif part == "DSTART":
            _keep(reading, file, number, name, values)
        else:
            reading.faults.append(
                Fault(file, number, "", name[:40], "stands outside TSTART to TEND and DSTART to DEND")
            )
    if not reading.fields:
        reading.faults.append(Fault(file, 0, "", "", "names no types of record between TSTART and TEND"))
    if reading.faults:
        raise RegisterError(reading.faults)
    read = [(f"{name} records read", len(rows)) for name, rows in reading.rows.items()]
    more = [("records without their end mark", unended)] if unended else []
    if part:
        more.append((f"sections of the file cut off: {part} has no end", 1))
    tables = {name: _table(reading.fields[name], rows) for name, rows in reading.rows.items()}
    return Hmdif(file, separators, tables, (*read, *more, *reading.notes))


def _split(lines: list[tuple[int, str]], marks: Separators) -> Iterator[tuple[int, str, list[str], bool]]:
    """Line, name and values of each record, and whether it ends as the file says that records do."""
    for number, line in lines:
        ended = line.endswith(marks.record)
        quoted = bool(marks.quote) and marks.quote in line
        records = [line.removesuffix(marks.record)] if quoted else line.split(marks.record)
        for record in records:
            if not record.strip():
                continue
            name, _, rest = record.partition(marks.name)
            if quoted:
                values = next(csv.reader([rest], delimiter=marks.field, quotechar=marks.quote), [])
            else:
                values = rest.split(marks.field)
            yield number, name.strip(), values, ended


def _compare(reading: _Reading, name: str, values: list[str], count: int, line: int) -> None:
    stated = values[0].strip() if values else ""
    if stated != str(count):
        note = f"counts that do not fit: {name} on line {line} has {stated or 'none'} for {count} lines"
        reading.notes.append((note, 1))


def _keep(reading: _Reading, file: str, number: int, name: str, values: list[str]) -> None:
    fields = reading.fields.get(name)
    if fields is None:
        reading.faults.append(Fault(file, number, "", name[:40], "is no type of record that the file names"))
        return
    while len(values) > len(fields) and not values[-1].strip():
        values = values[:-1]
    if len(values) > len(fields):
        rule = f"has {len(values)} values where {name} has {len(fields)} fields"
        reading.faults.append(Fault(file, number, "", values[-1][:40], rule))
        return
    if name in NESTED:
        level = NESTED.index(name)
        reading.within[level:] = [number, *[0] * (len(NESTED) - level - 1)]
    row = [number, *reading.within, *values, *[""] * (len(fields) - len(values))]
    reading.rows[name].append(row)


def _table(fields: list[str], rows: list[list[Any]]) -> pd.DataFrame:
    columns = ["line", *(name.lower() for name in NESTED), *fields]
    values = np.array(rows, dtype=object).reshape(len(rows), len(columns))
    table = pd.DataFrame({n: values[:, at] for at, n in enumerate(columns)}, columns=list(dict.fromkeys(columns)))
    table = table.astype(dict.fromkeys(columns[: 1 + len(NESTED)], "int64") | dict.fromkeys(fields, "str"))
    for name in dict.fromkeys(fields):
        table[name] = table[name].str.strip()
    return table.set_index("line")
