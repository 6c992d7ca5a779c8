"""Commands on what boards read beside a plan: indicators, risks and statutory compliance."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from assetplan.cli.answer import JSON, answer
from assetplan.cli.business_cases import business_case_command
from assetplan.cli.compliance import compliance_command
from assetplan.cli.monitoring import monitor
from assetplan.cli.options import FILE, FOLDER, FORCE, MAPPING, output


@click.command()
@click.argument("definitions", type=FILE)
@click.option("--values", type=FILE, help="CSV of values: indicator, period, value.")
@click.option("--programme", type=FOLDER, help="Planned folder that forecasts indicators with a column from.")
@click.option("--schemes", type=FILE, help="CSV of schemes' dates and money, for their own traffic lights.")
@click.option("--actuals", type=FILE, help="In place of --schemes: actuals and forecasts of the programme's schemes.")
@click.option("--until", metavar="PERIOD", default="", help="Last period that counts, as 2026/27 or '2026/27 Q2'.")
@output("Folder to write: a workbook, a CSV each; by default it is only printed.", required=False)
@FORCE
@JSON
def indicators(
    definitions: Path,
    values: Path | None,
    programme: Path | None,
    schemes: Path | None,
    actuals: Path | None,
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
    if actuals and (schemes or not programme):
        raise click.UsageError("--actuals are of the schemes of --programme: state that, and no --schemes")
    text, tables = run_indicators(definitions, values, programme, schemes, actuals, last, output, force)
    answer(text, {"tables": tables}, output)


@click.command()
@click.argument("source", metavar="SOURCE", type=click.Path(exists=True, path_type=Path))
@MAPPING
@click.option("--previous", type=FILE, help="Register of the last report, for movement and identifiers.")
@click.option("--as-at", type=click.DateTime(["%Y-%m-%d"]), help="Date of the report; by default the plan's, or today.")
@output("Folder to write: a workbook, a CSV each, the register; by default it is only printed.", required=False)
@FORCE
@JSON
def risk(
    source: Path, mapping: Path | None, previous: Path | None, as_at: datetime | None, output: Path | None, force: bool
) -> None:
    """Show risks of SOURCE: a register of risks (CSV, workbook), a PLAN (TOML), which is solved, or a planned folder.

    A plan shows the likelihood and impact of each asset's failure, without and with its works, risk removed per pound,
    and the register that it names; a planned folder does where its plan states [risk] assets = true.
    """
    from assetplan.cli.risk_work import programme_risk, register_risk

    if source.is_dir() or source.suffix.lower() == ".toml":
        if mapping or previous or as_at:
            raise click.UsageError(
                "--mapping, --previous and --as-at are of a register: a plan states its own in [risk]"
            )
        text, tables = programme_risk(source, output, force)
    else:
        text, tables = register_risk(source, mapping, previous, as_at.date() if as_at else None, output, force)
    answer(text, {"tables": tables}, output)


ASSURANCE_COMMANDS = (indicators, risk, compliance_command, monitor, business_case_command)
