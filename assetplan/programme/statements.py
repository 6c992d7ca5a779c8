"""Statements of finance as files: a workbook, a CSV a table and one JSON file; and reading them from a summary."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from assetplan.config.base import POUNDS
from assetplan.delimited import write_csv
from assetplan.errors import Fault
from assetplan.finance.statement import CASH, Column, Kind, Statement, StatementTable, declared_unit, is_number, real
from assetplan.output import new_folder
from assetplan.programme.sheets import add_sheet, new_book
from assetplan.reference import load_table

if TYPE_CHECKING:
    import xlsxwriter

    from assetplan.config import Plan

BOOK, _JSON = "finance.xlsx", "finance.json"
_SHEET_NAME = 31  # characters, the most that a workbook takes
_TEXTS = ("name", "title", "prices", "unit", "note")


def write_statements(tables: Sequence[Statement], plan: Plan, folder: str | Path, force: bool = False) -> Path:
    """Write statements of finance: finance.xlsx, finance.json and one CSV a table, named as it is.

    A CSV is a header and rows, and its last column, `basis`, says in every row which money the amounts are in: the file
    says so when it is sent by itself, and its other columns keep the names that they have in the JSON.

    Parameters
    ----------
    tables : sequence of Statement; from `statements`, or the accounts of a programme
    plan : Plan; the plan that they are of
    folder : path; folder to make; it takes its name only once everything is in it
    force : bool; whether a folder of statements of that name may be replaced

    Raises
    ------
    OutputExistsError
        The folder exists and `force` is false, or it holds what was not written with it.
    """
    with new_folder(folder, force) as part:
        fill_statements(tables, plan, part)
    return Path(folder)


def fill_statements(tables: Sequence[Statement], plan: Plan, folder: Path) -> None:
    """Write, to a folder that is there, what `write_statements` writes.

    Parameters
    ----------
    tables : sequence of Statement
        From `statements`, or the accounts of a programme.
    plan : Plan
        The plan that they are of.
    folder : Path
        The folder.
    """
    prices = CASH if plan.envelope.prices == "cash" else real(plan.first_year)
    listed = {"plan": plan.name, "prices": prices, "tables": [table.as_json() for table in tables]}
    fill_tables(tables, plan.report.title or plan.name, folder, BOOK)
    text = json.dumps(listed, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / _JSON).write_text(text + "\n", encoding="utf-8", newline="\n")


def fill_tables(tables: Sequence[Statement], title: str, folder: Path, book: str) -> None:
    """Write statements, to a folder that is there, as one workbook and a CSV each, as `write_statements` does.

    Parameters
    ----------
    tables : sequence of Statement
    title : str; title of the workbook
    folder : Path; the folder
    book : str; name of the workbook's file
    """
    write_book(tables, title, folder / book)
    for table in tables:
        rows = table.rows.copy()
        # A source of money may have the same name.
        rows.insert(len(rows.columns), "basis", table.basis, allow_duplicates=True)
        write_csv(rows, folder / f"{table.name}.csv")


def write_book(tables: Sequence[Statement], title: str, path: Path) -> None:
    """Statements as one workbook, a sheet each: title, basis and note, then header and rows.

    Parameters
    ----------
    tables : sequence of Statement; in the order of the sheets
    title : str; title of the workbook
    path : Path; file to write
    """
    with new_book(path, title) as book:
        add_statements(book, tables)


def add_statements(book: xlsxwriter.Workbook, tables: Iterable[Statement]) -> None:
    """Add statements to a workbook, a sheet each: title, basis, note, what a reader calls the columns, and rows.

    Parameters
    ----------
    book : Workbook; from `new_book`
    tables : iterable of Statement; in the order of the sheets
    """
    for table in tables:
        formats = {name: f"#,##0.{'0' * places}".rstrip(".") for name, places in table.decimals.items()}
        heads = [table.heading(str(name)) for name in table.rows.columns]
        add_sheet(book, table.name[:_SHEET_NAME], table.rows, formats, (table.title, table.basis, table.note), heads)


def tables_of(listed: Iterable[StatementTable]) -> tuple[Statement, ...]:
    """The statements that the `finance` of a summary lists."""
    return tuple(Statement.from_json(table) for table in listed)


def statement_faults(listed: object, file: str) -> Iterator[Fault]:
    """What the `finance` of a summary has of the wrong kind."""
    if not isinstance(listed, list) or not all(isinstance(table, dict) for table in listed):
        yield Fault(file, 0, "finance", str(listed)[:80], "must be a list of tables")
        return
    seen: set[str] = set()
    for number, table in enumerate(listed, start=1):
        name = table.get("name")
        what = f"finance, table {name if isinstance(name, str) else number}"
        if not isinstance(name, str) or not name.isidentifier() or name in seen:
            yield Fault(file, 0, what, str(name)[:80], "must have a name of letters and digits that no other has")
        else:
            seen.add(name)
        yield from (
            Fault(file, 0, what, str(table.get(key))[:80], f"must have text for {key}")
            for key in _TEXTS[1:]
            if not isinstance(table.get(key), str)
        )
        rule = _shape(table) or _content(str(name), table)
        if rule:
            yield Fault(file, 0, what, "", rule)


def _shape(table: dict[str, Any]) -> str:
    """What is wrong with the columns and rows of a table, "" if nothing."""
    columns, rows = table.get("columns"), table.get("rows")
    if not isinstance(columns, list) or not columns or not all(isinstance(name, str) for name in columns):
        return "must have a list of columns"
    if len(set(columns)) < len(columns):
        return "must name each column once"
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        return f"must have rows of {len(columns)} cells"
    if not all(cell is None or isinstance(cell, str) or is_number(cell) for row in rows for cell in row):
        return "must have a text, a number or nothing in every cell"
    headings, kinds = table.get("headings"), table.get("kinds")
    if not _are(headings, len(columns)) or not _are(kinds, len(columns), get_args(Kind)):
        return f"must have a heading and a kind ({', '.join(get_args(Kind))}) for each column"
    return ""


def _are(listed: object, count: int, allowed: Sequence[str] = ()) -> bool:
    """Whether something is a list of so many texts, each an allowed one if any are named."""
    texts = isinstance(listed, list) and len(listed) == count and all(isinstance(text, str) for text in listed)
    return texts and (not allowed or set(listed) <= set(allowed))  # type: ignore[call-overload]


def _content(name: str, table: dict[str, Any]) -> str:
    """What a table of known shape lacks to be read, "" if nothing."""
    declared = load_table("statement_columns").query("read == 'yes'").groupby("statement")["column"].agg(list)
    # The three valuations have the same columns.
    read = declared.get("valuation" if name.startswith("valuation") else name, [])
    missing = [column for column in read if column not in table["columns"]]
    if missing:
        return f"must have the columns {', '.join(missing)}"
    of_money = declared_unit(name) in ("", *POUNDS)
    if read and of_money and table.get("unit") not in POUNDS:
        return f"must have a unit of money: {', '.join(POUNDS)}"
    if read and not table["rows"]:
        return "must have rows"
    columns = map(Column, table["columns"], table["headings"], table["kinds"])
    wrong = (column.wrong(row[place] for row in table["rows"]) for place, column in enumerate(columns))
    return next(filter(None, wrong), "")
