"""Work of the commands on indicators and risks: read, work out, write, and what is then printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assetplan.cli.assurance_text import dashboard_text, forecast_text, schemes_text, shown

if TYPE_CHECKING:
    import pandas as pd

    from assetplan.assurance.periods import Period
    from assetplan.finance.statement import Statement


def run_indicators(
    definitions: Path,
    values: Path | None,
    programme: Path | None,
    schemes: Path | None,
    actuals: Path | None,
    until: Period | None,
    output: Path | None,
    force: bool,
) -> tuple[str, list[Statement]]:
    """Indicators as text and as tables and, with `output`, as a folder of those.

    Parameters
    ----------
    definitions, values, schemes : Path, Path or None; tables `indicators`, `indicator_values`, `scheme_progress`
    programme, actuals : Path or None; planned folder that forecasts them, and table `actuals` of its schemes
    until : Period or None; the last that counts
    output, force : Path or None, bool; folder to write, and whether it may be replaced
    """
    from assetplan import read_programme
    from assetplan.answers.indicator_forecast import indicator_forecast
    from assetplan.assurance.indicators import dashboard, read_indicators
    from assetplan.assurance.schemes import scheme_lights
    from assetplan.monitoring import approved_of, monitor, read_actuals
    from assetplan.statements.indicators import dashboard_statement, forecast_statement, schemes_statement

    read = read_indicators(definitions, values)
    rows = dashboard(read, until)
    texts, tables = [dashboard_text(rows)], [dashboard_statement(rows)]
    lights = scheme_lights(schemes) if schemes is not None else None
    if programme is not None:
        planned = read_programme(programme)
        if actuals is not None:
            approved = approved_of(planned)
            lights = monitor(approved, read_actuals(actuals, approved)).schemes
        ahead = indicator_forecast(read, planned)
        if len(ahead):
            texts.append(forecast_text(ahead))
            tables.append(forecast_statement(ahead))
    if lights is not None:
        texts.append(schemes_text(lights))
        tables.append(schemes_statement(lights))
    sources = {
        "definitions": definitions, "values": values, "programme": programme, "schemes": schemes, "actuals": actuals,
    }  # fmt: skip
    inputs = {name: path for name, path in sources.items() if path is not None}
    write(tables, "Performance indicators", "indicators.xlsx", output, force, inputs)
    return shown(texts), tables


def write(
    tables: Sequence[Statement],
    title: str,
    book: str,
    output: Path | None,
    force: bool,
    inputs: dict[str, Path],
    others: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write tables to a folder, where one is asked for.

    Parameters
    ----------
    tables : sequence of Statement; each a sheet and a CSV
    title, book : str; title of the workbook, and name of its file
    output, force : Path or None, bool; folder to write, and whether it may be replaced
    inputs : dict; files that the tables are made from
    others : mapping of name → DataFrame, optional; further tables, a CSV each
    """
    from assetplan.delimited import write_csv
    from assetplan.output import new_folder
    from assetplan.programme import fill_tables

    if output is None:
        return
    with new_folder(output, force, inputs) as folder:
        fill_tables(tables, title, folder, book)
        for name, table in (others or {}).items():
            write_csv(table, folder / f"{name}.csv")
