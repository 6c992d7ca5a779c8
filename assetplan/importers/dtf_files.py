"""Files of the National Street Gazetteer in its transfer format DTF 8.1, as tables by type of record.

Streets are in `xxxx_LG.csv`, what is associated with them in `xxxx_AD.csv`; both are read alike. Records that end, or
that a change-only file deletes, are left out. USRN is text of eight figures; the number of an elementary street unit
(ESU) is text without the zeros in front that files keep or lose. Fields: reference/dtf_records.csv.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from assetplan.delimited import text_bytes
from assetplan.errors import Fault, RegisterError
from assetplan.input_files import regular_file
from assetplan.reference import load_table
from assetplan.register.sources import usrn_text

_HEADER, _TRAILER = "10", "99"
_CURLY = str.maketrans("“”", '""')

Notes = list[tuple[str, int]]


@dataclass(frozen=True, eq=False)
class Dtf:
    """What a gazetteer holds today.

    Attributes
    ----------
    file : str
        Its files, for faults.
    tables : dict of str → DataFrame
        By type of record, fields of reference/dtf_records.csv as text, and `line`.
    processed : str
        Date of the latest file.
    notes : list of (str, int)
        What was read, left out, and does not fit the files' own counts.
    """

    file: str
    tables: dict[str, pd.DataFrame]
    processed: str
    notes: Notes

    def live(self, kind: str) -> pd.DataFrame:
        """Records of a type without an end."""
        table = self.tables[kind]
        return table[table["end"] == ""] if "end" in table.columns else table


@cache
def _fields() -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for row in load_table("dtf_records").to_dict("records"):
        out.setdefault(str(row["type"]), {})[str(row["field"])] = int(row["place"])
    return out


def read_dtf(paths: Iterable[str | os.PathLike[str]]) -> Dtf:
    """Read the files of a gazetteer.

    Parameters
    ----------
    paths : iterable of path
        One or more, of streets and of associated data.

    Raises
    ------
    RegisterError
        One is no such file, or a record has too few fields; every fault is listed.
    FileNotFoundError
        One is not there.
    """
    rows: dict[str, list[list[object]]] = {kind: [] for kind in _fields()}
    notes: Notes = []
    faults: list[Fault] = []
    sources = [regular_file(Path(path), RegisterError) for path in paths]
    for source in sources:
        faults += _records(source, rows, notes)
    if faults:
        raise RegisterError(faults)
    tables = {
        kind: pd.DataFrame(rows[kind], columns=["line", *fields]).astype({"line": "int64"})
        for kind, fields in _fields().items()
    }
    for kind, table in tables.items():
        for name in _fields()[kind]:
            table[name] = table[name].astype("str").str.strip()
        if "change" in table.columns:
            gone = table["change"] == "D"
            if gone.any():
                notes.append((f"type {kind} records left out: deleted by a change-only file", int(gone.sum())))
            tables[kind] = table = table[~gone].reset_index(drop=True)
        if "usrn" in table.columns:
            table["usrn"] = usrn_text(table["usrn"])
        if "esuid" in table.columns:
            table["esuid"] = table["esuid"].str.lstrip("0")
    processed = str(tables[_HEADER]["processed"].max())
    return Dtf(", ".join(source.name for source in sources), tables, processed, notes)


def _records(source: Path, rows: dict[str, list[list[object]]], notes: Notes) -> list[Fault]:
    """Take up a file's records; what is wrong with it is returned."""
    content = text_bytes(source)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        notes.append((f"files read as Windows text, not UTF-8: {source.name}", 1))
    lines = text.translate(_CURLY).splitlines()
    if not lines or lines[0].partition(",")[0].strip(' "') != _HEADER:
        return [Fault(source.name, 1, "", "", "is no DTF file: its first record is not of type 10")]
    faults, count, stated, others = [], 0, "", 0
    for number, record in zip(range(1, len(lines) + 1), (next(csv.reader([line]), []) for line in lines), strict=True):
        kind = record[0].strip() if record else ""
        if not kind:
            continue
        count += kind not in (_HEADER, _TRAILER)
        fields = _fields().get(kind)
        if fields is None:
            others += 1
        elif len(record) <= max(fields.values()):
            rule = f"has {len(record)} fields where type {kind} has at least {max(fields.values()) + 1}"
            faults.append(Fault(source.name, number, "", kind[:40], rule))
        else:
            rows[kind].append([number, *(record[place] for place in fields.values())])
            stated = record[fields["count"]].strip() if kind == _TRAILER else stated
    notes.append((f"records read of {source.name}", count))
    notes.append((f"records of {source.name} that a register has no use for", others))
    if stated != str(count):
        notes.append((f"counts that do not fit: {source.name} states {stated or 'none'} for {count} records", 1))
    return faults
