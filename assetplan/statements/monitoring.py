"""Monitoring as tables for a workbook, files and the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from assetplan.finance.statement import Statement, declared
from assetplan.monitoring import Actuals, Approved, Monitoring
from assetplan.monitoring.outturn import AMOUNTS
from assetplan.words import financial_year

_ALL = "all"


def monitoring_statements(approved: Approved, actuals: Actuals, monitoring: Monitoring) -> tuple[Statement, ...]:
    """Tables of a quarter's monitoring: by line and year, schemes, inclusions where there are some, benefits, detail.

    Parameters
    ----------
    approved, actuals, monitoring : as of `assetplan.monitoring`
    """
    return tuple(_statements(approved, actuals, monitoring))


def _statements(approved: Approved, actuals: Actuals, monitoring: Monitoring) -> Iterator[Statement]:
    note = (
        "Rephasing is money that moves between years at the approved cost, and comes to zero over them; variance is "
        "what schemes cost more or less than their latest budget. Schemes that are not reported are at their budget."
    )
    yield declared("monitoring_lines").table(_lines(approved, monitoring), approved.prices, note)
    schemes = monitoring.schemes.rename(columns={"forecast": "outturn"})
    schemes["included"] = schemes["included"].map({True: "yes", False: "no"})
    columns = [column.name for column in declared("monitoring_schemes").columns]
    note = (
        "Off track is RED: later, or further above its budget, than the tolerance. Benefit is as the programme has it."
    )
    yield declared("monitoring_schemes").table(_pence(schemes[columns]), approved.prices, note)
    names = monitoring.schemes.set_index("scheme")["name"]
    detail = monitoring.cells.assign(year=monitoring.cells["year"].map(financial_year))
    detail["name"] = detail["scheme"].map(approved.names).fillna(detail["scheme"].map(names))
    included = detail[detail["scheme"].isin(actuals.inclusions)]
    if len(included):
        columns = [column.name for column in declared("monitoring_inclusions").columns]
        yield declared("monitoring_inclusions").table(_pence(included[columns]), approved.prices)
    benefits = monitoring.benefits.rename(columns={"in delivery": "in_delivery"})
    note = "Present value as the programme has it. In delivery once money is spent; realised where that is stated."
    yield declared("monitoring_benefits").table(_pence(benefits), "", note)
    reported = detail[detail["reported"]]
    yield declared("monitoring_detail").table(
        _pence(reported[["scheme", "name", "line", "year", *AMOUNTS]]), approved.prices
    )


def _lines(approved: Approved, monitoring: Monitoring) -> pd.DataFrame:
    """Amounts by line and year, with all years of each line and all lines of each year."""
    parts = [
        monitoring.by("line", "year"),
        monitoring.by("line").assign(year=_ALL),
        monitoring.by("year").assign(line=_ALL),
        monitoring.cells[list(AMOUNTS)].sum().to_frame().T.assign(line=_ALL, year=_ALL),
    ]
    rows = pd.concat(parts, ignore_index=True)
    place = {line: k for k, line in enumerate([*approved.lines, _ALL])}
    when = {year: k for k, year in enumerate([*approved.years, _ALL])}
    order = rows.assign(line=rows["line"].map(place), year=rows["year"].map(when)).sort_values(["line", "year"]).index
    rows = rows.loc[order, ["line", "year", *AMOUNTS]].reset_index(drop=True)
    return _pence(rows.assign(year=[year if year == _ALL else financial_year(int(year)) for year in rows["year"]]))


def _pence(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with their numbers to the penny, and no negative zero."""
    numbers = list(rows.select_dtypes("number").columns)
    return rows.assign(**(rows[numbers].round(2) + 0.0)).reset_index(drop=True)
