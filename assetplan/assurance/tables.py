"""A council's own tables of indicators and risks, read as text and checked once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from assetplan import cells, schema
from assetplan.delimited import csv_table
from assetplan.errors import ConfigError, Fault
from assetplan.words import is_missing

Rule = str | Callable[[dict[Hashable, Any]], str]
"""What a row breaks, in words, or a function of the row (column → value) that gives them."""


def read_own(table: str, path: Path) -> tuple[pd.DataFrame, list[Fault]]:
    """A CSV as a table of the schema, and what is wrong with its values.

    Parameters
    ----------
    table, path : str, Path; name of the table in `schema.csv`, and the file

    Returns
    -------
    (DataFrame, list of Fault)
        Columns of the schema, and `file` and `row` where each row stands; the faults.

    Raises
    ------
    ConfigError
        The file is no such table.
    FileNotFoundError
        There is no such file.
    """
    needed = schema.required(table)
    text = csv_table(path, ConfigError, needed, comments=False)
    lines = pd.Series(text.index, index=text.index)
    out, faults = schema.conform(text, table, str(path), lines)
    return out.assign(file=str(path), row=lines), faults


def faults_where(table: pd.DataFrame, column: str, wrong: pd.Series, rule: Rule) -> Iterator[Fault]:
    """A fault of each row that breaks a rule.

    Parameters
    ----------
    table : DataFrame; from `read_own`
    column : str; column at fault
    wrong : Series of bool; rows that break it
    rule : str or callable; in words, or row → words
    """
    for row in table[wrong.astype(bool)].to_dict("records"):
        value = row[column]
        shown = "" if is_missing(value) else f"{value:g}" if isinstance(value, float) else str(value)[:80]
        yield Fault(row["file"], int(row["row"]), column, shown, rule if isinstance(rule, str) else rule(row))


def by_row(rules: Mapping[int, str]) -> Rule:
    """A rule in the words of each row, by `row`."""
    return lambda row: rules[row["row"]]


def dates_of(table: pd.DataFrame, column: str) -> tuple[pd.Series, list[Fault]]:
    """Dates of a column of text, and what is no date.

    Parameters
    ----------
    table, column : DataFrame, str; from `read_own`, and one of its columns; blank is no fault
    """
    text = table[column]
    dates, short = cells.dates(text), pd.Series(cells.short_years(text), table.index)
    faults = [*faults_where(table, column, short, cells.TWO_DIGITS)]
    wrong = dates.isna() & (text != "") & ~short
    return dates, [*faults, *faults_where(table, column, wrong, "must be a date such as 2026-09-30")]
