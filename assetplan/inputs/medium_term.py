"""The council's own lines of the medium-term plan, from the plan file and from a table as councils print it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from assetplan import cells, schema
from assetplan._types import Floats
from assetplan.config import Plan
from assetplan.config.base import POUNDS
from assetplan.config.finance import MediumTerm
from assetplan.config.finance_checks import faults_of_line
from assetplan.delimited import csv_table
from assetplan.errors import ConfigError, Fault
from assetplan.finance import CouncilLines, MediumTermLine
from assetplan.finance.inflation import cash_levels
from assetplan.words import financial_year

_TABLE = "medium_term"
_UNIT = "£000"  # of the table, as councils print it
_NEEDED = ("reference", "type", "detail")
_MONEY = ("total", "base_budget")
_YEAR = re.compile(r"(\d{4})/\d{2}")
_LAST = 40  # years after the plan's first that a line may go on


def load_medium_term(plan: Plan) -> CouncilLines:
    """The council's own lines: those of the plan file, then those of its table.

    Parameters
    ----------
    plan : Plan
        `tables.medium_term` may name a CSV with the columns of table `medium_term` of the schema and one for each
        financial year, as 2019/20: changes to the base in £000, blank where there is none.

    Raises
    ------
    ConfigError
        A row breaks its rules, or a column is no year of the medium-term plan; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    of_table, last = _read(plan) if plan.tables.medium_term else ([], plan.plan_years[plan.medium_term_years - 1])
    # Lines of the plan file may be known for more years than the medium-term plan has.
    last = max(last, *(plan.first_year + len(row.changes) - 1 for row in plan.medium_term), plan.first_year)
    years = tuple(range(plan.first_year, last + 1))
    lines = [_line(plan, row, plan.envelope.pounds, len(years)) for row in plan.medium_term]
    lines += [_line(plan, row, POUNDS[_UNIT], len(years)) for row in of_table]
    return CouncilLines(years, tuple(lines))


def _line(plan: Plan, row: MediumTerm, pounds: float, n_years: int) -> MediumTermLine:
    changes = np.zeros(n_years)
    if row.inflation:
        base = (row.base_budget or 0.0) * pounds
        changes[1:] = np.diff(base * cash_levels(plan, row.inflation, n_years))
    else:
        changes[: len(row.changes)] = np.array(row.changes) * pounds
    return MediumTermLine(
        row.reference, row.type, row.detail, tuple(changes.tolist()), row.one_off, row.stage or "", row.cashable
    )


def _read(plan: Plan) -> tuple[list[MediumTerm], int]:
    """Lines of the table, money in £000, and the last year of the plan or of a column."""
    path = plan.path(plan.tables.medium_term)
    text = csv_table(path, ConfigError, _NEEDED)
    text = text.assign(**{name: _without_thousands(text[name]) for name in _MONEY if name in text})
    table, faults = schema.conform(text, _TABLE, str(path), pd.Series(text.index, index=text.index))
    columns, last = {}, plan.plan_years[plan.medium_term_years - 1]
    for name in text.columns:
        if (match := _YEAR.fullmatch(str(name).strip())) is None:
            continue
        year = int(match.group(1))
        if str(name).strip() != financial_year(year) or not 0 <= year - plan.first_year <= _LAST:
            rule = f"is no year of the medium-term plan, which begins with {financial_year(plan.first_year)}"
            faults.append(Fault(str(path), 0, str(name), "", rule))
            continue
        columns[year], last = text[name], max(last, year)
    if not columns:
        rule = f"there is no column of a year, as {financial_year(plan.first_year)}"
        faults.append(Fault(str(path), 0, "", "", rule))
    changes = np.zeros((len(text), last - plan.first_year + 1))
    for year, column in columns.items():
        known, blank = cells.numbers(column), cells.missing(column)
        wrong = ~blank & ~np.isfinite(known)
        faults += [
            Fault(str(path), int(line), financial_year(year), str(column.loc[line])[:80], "must be a number of £000")
            for line in text.index[wrong]
        ]
        changes[:, year - plan.first_year] = np.where(blank | wrong, 0.0, known)
    if faults:
        raise ConfigError(faults)
    lines: list[MediumTerm] = []
    for place, (line, row) in enumerate(table.iterrows()):
        made = MediumTerm.model_validate(_values(row, changes[place]))
        faults += [Fault(str(path), int(line), *fault) for fault in _faults(plan, made, row, changes[place])]  # type: ignore[call-overload]
        lines.append(made)
    if faults:
        raise ConfigError(faults)
    return lines, last


def _without_thousands(column: pd.Series) -> pd.Series:
    """Numbers as 3300 where a paper has 3,300; what is no number stays as it is."""
    known = cells.numbers(column)
    return column.where(np.isnan(known), [f"{value:.12g}" for value in known])


def _values(row: pd.Series, changes: Floats) -> dict[str, Any]:
    """Keys of a line from a row of the table."""
    values: dict[str, Any] = {name: row[name] for name in _NEEDED}
    values |= {"changes": tuple(changes.tolist()), "one_off": row["one_off"] == "yes"}
    values |= {"stage": row["stage"] or None, "cashable": row["cashable"] != "no", "inflation": row["inflation"]}
    if not np.isnan(row["base_budget"]):
        values["base_budget"] = float(row["base_budget"])
    if not np.isnan(row["works"]):
        values["works"] = int(row["works"])
    return values


def _faults(plan: Plan, line: MediumTerm, row: pd.Series, changes: Floats) -> Iterator[tuple[str, str, str]]:
    yield from faults_of_line(plan, line)
    total = float(changes.sum())
    if not np.isnan(row["total"]) and abs(row["total"] - total) > 1e-6:
        yield "total", f"{row['total']:g}", f"must be the sum of the changes, {total:g}"
