"""Commands on what boards read beside a plan: indicators, risks and statutory compliance."""

from __future__ import annotations

from pathlib import Path

import click

from assetplan.cli.compliance import compliance_command
from assetplan.cli.layout import echo
from assetplan.cli.options import FILE, FOLDER, FORCE, output


@click.command()
@click.argument("definitions", type=FILE)
@click.option("--values", type=FILE, help="CSV of values: indicator, period, value.")
@click.option("--programme", type=FOLDER, help="Planned folder that forecasts indicators with a column from.")
@click.option("--schemes", type=FILE, help="CSV of schemes' dates and money, for their own traffic lights.")
@click.option("--until", metavar="PERIOD", default="", help="Last period that counts, as 2026/27 or '2026/27 Q2'.")
@output("Folder to write: a workbook, a CSV each; by default it is only printed.", required=False)
@FORCE
def indicators(
    definitions: Path,
    values: Path | None,
    programme: Path | None,
    schemes: Path | None,
    until: str,
    output: Path | None,
    force: bool,
) -> None:
    """Show the indicators of DEFINITIONS (a CSV): traffic lights, direction of travel, year to date, forecasts."""
    from assetplan.assurance.periods import any_period
    from assetplan.cli.assurance_work import run_indicators

    last = any_period(until)
    if until and last is None:
        raise click.BadParameter(f"{until} is no period such as 2026/27, '2026/27 Q2' or 2026-06", param_hint="--until")
    echo(run_indicators(definitions, values, programme, schemes, last, output, force))


ASSURANCE_COMMANDS = (indicators, compliance_command)
