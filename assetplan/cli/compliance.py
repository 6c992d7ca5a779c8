"""The command that shows statutory compliance by itself."""

from __future__ import annotations

from pathlib import Path

import click

from assetplan.cli.answer import JSON, answer
from assetplan.cli.options import FILE, FORCE, output


@click.command("compliance")
@click.argument("plan_file", metavar="PLAN", type=FILE)
@output("Folder to write: a workbook, a CSV each, JSON; by default it is only printed.", required=False)
@FORCE
@JSON
def compliance_command(plan_file: Path, output: Path | None, force: bool) -> None:
    """Show which statutory tests of a PLAN are overdue, fall due in each year and what they cost; nothing is solved."""
    from assetplan import read_plan
    from assetplan.analyses import compliance
    from assetplan.cli.plan_text import statements_text
    from assetplan.inputs.load import files_of
    from assetplan.output import refuse_existing
    from assetplan.programme import write_statements

    plan = read_plan(plan_file)
    if output is not None:
        refuse_existing(output, force, folder=True, inputs={"plan": plan_file, **files_of(plan)})
    tables = compliance(plan)
    if output is not None:
        write_statements(tables, plan, output, force)
    short = [each for each in tables if not each.long]
    answer(statements_text(short), {"tables": short}, output)
