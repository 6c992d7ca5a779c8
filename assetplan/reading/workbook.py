"""A sheet of an Excel or LibreOffice workbook as columns."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan import cells
from assetplan.errors import Fault, RegisterError
from assetplan.headers import SEARCHED, distinct_names, header_place
from assetplan.reading.mapping import tidy_name

_Rows = list[list[Any]]


def read_sheet(path: Path, sheet: str, header_row: int, known: Collection[str]) -> pd.DataFrame:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : Path
        The workbook: .xlsx, .xlsm, .xlsb, .xls or .ods.
    sheet : str
        Name of the sheet; "" the only one that holds anything, or the only one with known names.
    header_row : int
        Row that the names stand on; 0 where it is to be recognised, see `delimited.header_place`.
    known : collection of str
        Names that some columns are likely to have.

    Returns
    -------
    DataFrame
        Numbers where a column holds nothing else, dates likewise, text otherwise; indexed by row of the sheet (the
        first is 1). Blank rows and columns are left out.

    Raises
    ------
    RegisterError
        The file is no workbook, is locked by a password, or there is no such sheet or no header in it.
    """
    name, rows = _chosen(path, _sheets(path), sheet, known)
    start = max(header_row - 1, 0)
    filled = [place for place in range(start, len(rows)) if any(cell != "" for cell in rows[place])]
    if not filled:
        raise RegisterError([Fault(f"{path.name}, sheet {name}", 0, "", "", "there is no header row of column names")])
    first = [[cells.text_of(pd.Series([cell], dtype=object))[0] for cell in rows[place]] for place in filled[:SEARCHED]]
    head = 0 if header_row else header_place(first, known)
    header = [tidy_name(cell) for cell in first[head]]
    body = filled[head + 1 :]
    return _columns([rows[place] for place in body], header, [place + 1 for place in body])


def _sheets(path: Path) -> dict[str, _Rows]:
    """Rows of each sheet that holds anything, the first row of the sheet being the first."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            kinds = {each.name for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet}
            sheets = [book.get_sheet_by_name(name) for name in book.sheet_names if name in kinds]
            return {each.name: each.to_python(skip_empty_area=False) for each in sheets if each.height}
    except PasswordError as error:
        rule = "is locked by a password: save it without one"
        raise RegisterError([Fault(path.name, 0, "", "", rule)]) from error
    except (CalamineError, OSError, ValueError) as error:
        raise RegisterError([Fault(path.name, 0, "", "", f"cannot be read as a workbook: {error}")]) from error


def _chosen(path: Path, sheets: dict[str, _Rows], sheet: str, known: Collection[str]) -> tuple[str, _Rows]:
    if sheet:
        if sheet not in sheets:
            rule = f"is no sheet of {path.name} that holds anything; there are {', '.join(sheets) or 'none'}"
            raise RegisterError([Fault(path.name, 0, "", sheet, rule)])
        return sheet, sheets[sheet]
    likely = {name.lower() for name in known}
    hits = {
        name: max((len({str(cell).strip().lower() for cell in row} & likely) for row in rows[:SEARCHED]), default=0)
        for name, rows in sheets.items()
    }
    named = [name for name, count in hits.items() if count >= 2]
    choice = list(sheets) if len(sheets) == 1 else named
    if len(choice) != 1:
        rule = f"has {len(sheets)} sheets ({', '.join(sheets)}): name one in the mapping"
        hint = f'[file] sheet = "{next(iter(named or sheets), "Sheet1")}"'
        raise RegisterError([Fault(path.name, 0, "", "", rule, hint)])
    return choice[0], sheets[choice[0]]


def _columns(rows: _Rows, header: list[str], places: list[int]) -> pd.DataFrame:
    names = distinct_names(header)
    out = {}
    for place, name in enumerate(names):
        column = [row[place] if place < len(row) else "" for row in rows]
        if header[place] or any(cell != "" for cell in column):
            out[name] = _typed(column)
    return pd.DataFrame(out).set_axis(pd.Index(places, dtype="int64"), axis=0)


def _typed(column: list[Any]) -> pd.Series:
    """Numbers where all cells that are filled hold them, dates likewise, else text."""
    kinds = {type(cell) for cell in column if cell != ""}
    if kinds and kinds <= {int, float}:
        return pd.Series([np.nan if cell == "" else float(cell) for cell in column], dtype="float64")
    if kinds and kinds <= {datetime.date, datetime.datetime}:
        return pd.to_datetime(pd.Series([None if cell == "" else cell for cell in column], dtype=object)).astype(
            "datetime64[s]"
        )
    text = cells.text_of(pd.Series(column, dtype=object))
    return text.str.split().str.join(" ").astype("str")
