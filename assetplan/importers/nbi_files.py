"""Files of the US National Bridge Inventory as text: delimited, under any year's header, or of fixed width.

A header names its items by number (`STRUCTURE_NUMBER_008`), which stay while names change from year to year. The quote
character of these files is ', which names hold too and nobody doubles: a quote ends where a delimiter or the end of the
line follows.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import pandas as pd

from assetplan.delimited import text_bytes
from assetplan.errors import Fault, RegisterError
from assetplan.reference import load_table

_DELIMITERS = (",", "\t", "|", ";")
_ITEM = re.compile(r"(?:^|[^0-9A-Z])(?:NBI|ITEM)?[ _]*0*(\d{1,3})([A-C]?)$")
# A record of fixed width holds at least its last item read, and no more than was ever laid out.
_LONGEST = 460
_QUOTE = "'"
# Stands for a quote that is a part of a name; a text file holds none of it.
_HELD = "\x00"
_NAMES = ("number", "carries")
_ASKED = "item "
_SHOWN = 20
# Data items of the form of 2022, as B.ID.01 or BID01.
_SNBI = re.compile(r"\bB\.?(?:ID|L|CL|SP|SB|G|LR|AP|C|PS)\.?\d\d\b")
_HEAD = 65536
_NEW_FORM = (
    "is in the form of 2022 (SNBI, items such as B.ID.01), which is not read: ask for the file in the form of 1995, "
    "whose items have numbers such as 008"
)


@dataclass(frozen=True, eq=False)
class NbiText:
    """Records as text, indexed by line.

    Attributes
    ----------
    table : DataFrame
        Columns by `name` of reference/nbi_items.csv, blank where the file has no such item.
    heads : dict of str → str
        What the file calls each column; an item that it does not have is not among them.
    notes : list of (str, int)
        What was done to read it.
    more : DataFrame
        Further items that were asked for, by their numbers.
    """

    table: pd.DataFrame
    heads: dict[str, str]
    notes: list[tuple[str, int]]
    more: pd.DataFrame


def read_nbi(path: Path, more: Sequence[str] = ()) -> NbiText:
    """Read a file of the inventory, delimited or of fixed width.

    Parameters
    ----------
    path : Path
        The file.
    more : sequence of str
        Numbers of further items to read, as 003.

    Raises
    ------
    RegisterError
        It is no text or of the form of 2022, lacks an item that is needed or asked for, or a record does not fit the
        header; every fault is listed.
    """
    text, notes = _decoded(path)
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise RegisterError([Fault(path.name, 0, "", "", "there are no records in it")])
    items = load_table("nbi_items")
    first = lines[0][1]
    if _SNBI.search(text[:_HEAD] if first.lstrip().startswith(("{", "[")) else first):
        raise RegisterError([Fault(path.name, lines[0][0], "", "", _NEW_FORM)])
    if int(items["last"].max()) <= len(first.rstrip()) <= _LONGEST and not _delimiter(first):
        names = dict(zip(items["item"], items["name"], strict=True))
        _refuse_lacking(path, 0, more, list(names))
        table = _fixed(lines, items)
        asked = pd.DataFrame({item: table[names[item]] for item in more}, index=table.index)
        return NbiText(table, {name: item for item, name in names.items()}, notes, asked)
    return _delimited(path, lines, items, notes, more)


def _refuse_lacking(path: Path, line: int, items: Sequence[str], there: Sequence[str]) -> None:
    """Raise a fault for each item that a mapping asks for and the file does not have."""
    rule = "a mapping asks for this item, and it is not in the file"
    shown = ", ".join(there[:_SHOWN]) + (", …" if len(there) > _SHOWN else "")
    lacking = [item for item in items if item not in there]
    if lacking:
        raise RegisterError([Fault(path.name, line, f"item {i}", "", rule, f"it has {shown}") for i in lacking])


def _decoded(path: Path) -> tuple[str, list[tuple[str, int]]]:
    content = text_bytes(path)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace"), []
    if b"\x00" in content:
        raise RegisterError([Fault(path.name, 0, "", "", "is no text file")])
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return content.decode("latin-1"), [(f"files read as Latin-1: not UTF-8 from line {line} on", 1)]


def _delimiter(header: str) -> str:
    """The delimiter under which a line names the most items; "" where it names none."""
    named = {mark: sum(item_number(name) != "" for name in header.split(mark)) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: named[mark])
    return best if named[best] > 1 else ""


def item_number(name: str) -> str:
    """Number of the item that a column's name ends in, as 005A; "" for none."""
    match = _ITEM.search(name.strip().strip("\"'").upper())
    return f"{int(match[1]):03d}{match[2]}" if match else ""


def _fixed(lines: list[tuple[int, str]], items: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for item in items.to_dict("records"):
        cut = slice(int(item["first"]) - 1, int(item["last"]))
        values = [" ".join(line[cut].split()) for _, line in lines]
        columns[item["name"]] = [_pointed(value, int(item["decimals"])) for value in values]
    return pd.DataFrame(columns, pd.Index([number for number, _ in lines], dtype="int64"), dtype="str")


def _pointed(digits: str, decimals: int) -> str:
    """Digits with the decimal point that a fixed-width file leaves out."""
    return f"{int(digits) / 10**decimals:.{decimals}f}" if decimals and digits.isdecimal() else digits


def _delimited(
    path: Path, lines: list[tuple[int, str]], items: pd.DataFrame, notes: list[tuple[str, int]], more: Sequence[str]
) -> NbiText:
    delimiter = _delimiter(lines[0][1]) or ","
    header = [name.strip() for name in _fields(lines[0][1], delimiter)]
    place: dict[str, int] = {}
    for at, name in enumerate(header):
        place.setdefault(item_number(name), at)
    wanted = dict(zip(items["item"], items["name"], strict=True))
    lacking = items["item"][(items["needed"] == "yes") & ~items["item"].isin(list(place))]
    rule = "this column is missing: a header of the inventory names its items by number, as DECK_COND_058"
    if len(lacking):
        raise RegisterError([Fault(path.name, lines[0][0], f"item {item}", "", rule) for item in lacking])
    _refuse_lacking(path, lines[0][0], more, [item for item in place if item])
    held = [item for item in wanted if item in place]
    take = itemgetter(*(place[item] for item in (*held, *more)))
    records, faults = [], []
    for number, record in zip(
        (number for number, _ in lines[1:]), _records(lines[1:], delimiter, len(header)), strict=True
    ):
        if len(record) == len(header):
            records.append((number, *take(record)))
        else:
            rule = f"has {len(record)} values where the header has {len(header)} names"
            faults.append(Fault(path.name, number, "", "", rule))
    if faults:
        raise RegisterError(faults)
    asked = [f"{_ASKED}{item}" for item in more]
    table = pd.DataFrame(records, columns=["", *(wanted[item] for item in held), *asked], dtype="str").set_index("")
    table.index = table.index.astype("int64")
    for name in table.columns:
        values = table[name].str.strip()
        if name in (*_NAMES, *asked):
            values = values.str.replace(_HELD, _QUOTE, regex=False).str.replace(r"\s+", " ", regex=True)
        table[name] = values
    heads = {wanted[item]: header[place[item]] for item in held}
    known = table.reindex(columns=list(wanted.values()), fill_value="")
    return NbiText(known, heads, notes, table[asked].rename(columns=lambda name: name.removeprefix(_ASKED)))


def _records(lines: list[tuple[int, str]], delimiter: str, count: int) -> Iterator[list[str]]:
    """Values of each line; one that does not come to the count is cut by the rule for quotes, which is slower."""
    mark = re.escape(delimiter)
    # A quote with neither a delimiter nor an end beside it is a part of a name.
    inner = re.compile(rf"(?<=[^{mark}]){_QUOTE}(?=[^{mark}])")
    for _, line in lines:
        kept = inner.sub(_HELD, line) if _QUOTE in line else line
        values = next(csv.reader([kept], delimiter=delimiter, quotechar=_QUOTE))
        yield values if len(values) == count else _fields(line, delimiter)


def _fields(line: str, delimiter: str) -> list[str]:
    mark = re.escape(delimiter)
    value = re.compile(rf"(?:^|{mark})(?:\s*{_QUOTE}(.*?){_QUOTE}\s*(?={mark}|$)|([^{mark}]*))")
    return [match[2] if match[1] is None else match[1] for match in value.finditer(line)]
