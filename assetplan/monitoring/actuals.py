"""What schemes have spent and are to spend by quarter, as a council's ledger has it; every fault is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan.assurance.periods import QUARTERLY, Period, period_of
from assetplan.assurance.tables import dates_of, faults_where, read_own
from assetplan.errors import ConfigError, Fault
from assetplan.monitoring.approved import Approved
from assetplan.words import financial_year

_YES = "yes"
_PENNY = 0.005


@dataclass(frozen=True, eq=False)
class Actuals:
    """What was reported of schemes.

    Attributes
    ----------
    rows : DataFrame
        One row a scheme, quarter and line: scheme, line ("" where a scheme of several lines does not say), year,
        quarter (1–4), actual, forecast [£; 0 where blank], budget [£, of an inclusion], and in the order of quarters
        name, planned_finish, finish (dates) and benefits as they were stated.
    until : Period or None; last quarter with an actual; None where there is none
    inclusions : frozenset of str; schemes that the programme does not have
    """

    rows: pd.DataFrame
    until: Period | None
    inclusions: frozenset[str]


def read_actuals(path: Path, approved: Approved) -> Actuals:
    """Read actuals and forecasts of a programme's schemes.

    Parameters
    ----------
    path : Path; a CSV with the columns of table `actuals`
    approved : Approved; the programme's schemes

    Raises
    ------
    ConfigError
        A scheme, quarter or line is none of the programme, money or a date is none, a quarter is there twice, or
        figures contradict each other; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    table, faults = read_own("actuals", path)
    for name in ("planned_finish", "finish"):
        dates, wrong = dates_of(table, name)
        faults += wrong
        table[f"{name}_date"] = dates
    known = {text: period_of(text, QUARTERLY) for text in table["quarter"].unique()}
    when = table["quarter"].map(known)
    table["place"] = [np.nan if period is None else 4 * period.year + period.part - 1 for period in when]
    table["line"] = _only_line(table, approved)
    reported = table.loc[table["actual"].notna(), "place"].max()
    more = [*_scheme_faults(table, approved), *_quarter_faults(table, approved, reported)]
    more += [*_money_faults(table), *_benefit_faults(table)]
    listed = {(fault.row, fault.column) for fault in faults}
    faults += [fault for fault in more if (fault.row, fault.column) not in listed]
    if faults:
        raise ConfigError(faults)
    rows = table.sort_values("place", kind="stable").assign(
        year=lambda rows: (rows["place"] // 4).astype("int64"), quarter=lambda rows: (rows["place"] % 4 + 1).astype(int)
    )
    rows = rows.drop(columns=["planned_finish", "finish", "file", "row", "place"])
    rows = rows.rename(columns={"planned_finish_date": "planned_finish", "finish_date": "finish"})
    until = None if np.isnan(reported) else Period(int(reported) // 4, int(reported) % 4 + 1, QUARTERLY)
    included = frozenset(rows.loc[rows["inclusion"] == _YES, "scheme"])
    return Actuals(rows.fillna({"actual": 0.0, "forecast": 0.0, "budget": 0.0}), until, included)


def _only_line(table: pd.DataFrame, approved: Approved) -> pd.Series:
    """Line of each row; of a scheme that one line pays for, that line where the row has none."""
    lines = approved.lines_of.groupby("scheme")["line"].agg(["first", "size"])
    only = table["scheme"].map(lines.loc[lines["size"] == 1, "first"]).fillna("")
    return table["line"].where(table["line"] != "", only)


def _scheme_faults(table: pd.DataFrame, approved: Approved) -> Iterator[Fault]:
    """Schemes that are none, inclusions that are none, and lines that do not pay for them."""
    known, included = table["scheme"].isin(approved.names.index), table["inclusion"] == _YES
    stated, of_programme = table["line"] != "", table["line"].isin(approved.lines)
    rule = "the programme has no such scheme; for one beside it state inclusion = yes, and the line that pays it"
    yield from faults_where(table, "scheme", ~known & ~included & (table["scheme"] != ""), rule)
    yield from faults_where(table, "inclusion", known & included, "is a scheme of the programme, so no inclusion")
    yield from faults_where(table, "line", ~known & included & ~stated, "an inclusion needs the line that pays it")
    lines = ", ".join(approved.lines)
    yield from faults_where(table, "line", stated & ~of_programme, f"is no line of the programme: {lines}")
    pays = pd.MultiIndex.from_frame(approved.lines_of[["scheme", "line"]])
    own = pd.MultiIndex.from_frame(table[["scheme", "line"]]).isin(pays)
    yield from faults_where(table, "line", known & stated & of_programme & ~own, "does not pay for this scheme")
    some = stated.groupby(table["scheme"]).transform("any")
    rule = "other rows of this scheme state the line: state it in all of them, or in none"
    yield from faults_where(table, "line", known & ~stated & some, rule)
    rule = "is of inclusions alone: what was approved for a scheme is in its programme"
    yield from faults_where(table, "budget", known & table["budget"].notna(), rule)


def _quarter_faults(table: pd.DataFrame, approved: Approved, reported: float) -> Iterator[Fault]:
    """Quarters that are none, outside the plan or there twice; forecasts of what is past."""
    first, last = approved.years[0], approved.years[-1]
    place, none = table["place"], table["place"].isna()
    rule = "must be a quarter such as 2026/27 Q2"
    yield from faults_where(table, "quarter", none & (table["quarter"] != ""), rule)
    rule = f"is outside the plan, {financial_year(first)} to {financial_year(last)}"
    yield from faults_where(table, "quarter", (place < 4 * first) | (place >= 4 * (last + 1)), rule)
    twice = table.duplicated(["scheme", "line", "place"]) & ~none
    yield from faults_where(table, "quarter", twice, "is there more than once for this scheme and line")
    actual, forecast = table["actual"].notna(), table["forecast"].notna()
    yield from faults_where(table, "forecast", actual & forecast, "has an actual in the same row: state one of them")
    yield from faults_where(table, "actual", ~actual & ~forecast, "needs what was spent in the quarter, or a forecast")
    stale = forecast & ~actual & (place <= reported)
    rule = "is for a quarter in which others have actuals: state what was spent"
    yield from faults_where(table, "forecast", stale, rule)


def _money_faults(table: pd.DataFrame) -> Iterator[Fault]:
    """Credits that bring what a scheme has cost on a line to below zero."""
    rows = table[table["place"].notna()].sort_values("place", kind="stable")
    money = rows["actual"].fillna(0.0) + rows["forecast"].fillna(0.0)
    total = money.groupby([rows["scheme"], rows["line"]]).cumsum()
    below = ((total < -_PENNY) & (money < 0)).reindex(table.index, fill_value=False)
    for name in ("actual", "forecast"):
        rule = "takes off more than the scheme has cost on its line by then"
        yield from faults_where(table, name, below & (table[name] < 0), rule)


def _benefit_faults(table: pd.DataFrame) -> Iterator[Fault]:
    """Benefits that are in delivery, or realised, of schemes on which nothing has been spent."""
    spent = (table["actual"] > 0).groupby(table["scheme"]).transform("any")
    early = ~spent & table["benefits"].isin(["in delivery", "realised"])
    yield from faults_where(table, "benefits", early, "nothing has been spent on this scheme")
