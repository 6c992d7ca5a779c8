"""What is asked of a plan file beside its programme: programmes near the optimum, and Plan B."""

from __future__ import annotations

from pathlib import Path

import click

from assetplan.cli.answer import JSON, answer, plain
from assetplan.cli.options import FILE, FORCE, INPUTS, PLAN_OR_FOLDER, Share, output

_FILES = ("steps", "changes", "condition")


@click.command()
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.option("--within", type=Share(), default="1%", show_default=True, help="Benefit that each may give up.")
@output("Folder to write: programmes, and the works of each, as CSV; by default only printed.", required=False)
@FORCE
@JSON
def alternatives(plan_file: Path, within: float, output: Path | None, force: bool) -> None:
    """Show programmes near the optimum of a PLAN: unlike it, or best at something else, and what each gives up."""
    from assetplan.cli.work import run_alternatives

    run_alternatives(plan_file, within, output, force)


@click.command("plan-b")
@click.argument("plan_file", metavar="PLAN", type=PLAN_OR_FOLDER)
@click.option("--sum", "amount", type=float, help="A sum that fails, and that appears, in the plan's unit of money.")
@click.option("--steps", type=int, default=4, show_default=True, help="Equal steps in which the sum goes or comes.")
@INPUTS
@output("Folder to write: steps, changes and condition as CSV; by default only printed.", required=False)
@FORCE
@JSON
def plan_b_command(
    plan_file: Path, amount: float | None, steps: int, inputs: Path | None, output: Path | None, force: bool
) -> None:
    """Show what drops first if income of a PLAN fails, and what comes first if money appears.

    PLAN is a plan file, or a planned folder with --inputs.
    """
    from functools import partial

    from assetplan.analyses import plan_b
    from assetplan.cli.plan_b_text import plan_b_text
    from assetplan.cli.work import solved_into
    from assetplan.delimited import write_csv

    solve = partial(plan_b, amount=amount, steps=steps)
    with solved_into(plan_file, output, force, solve, "files", inputs) as (plan, solved, folder):
        for name in _FILES if folder is not None else ():
            write_csv(getattr(solved, name), folder / f"{name}.csv")
    answer(plan_b_text(solved), {"unit": plan.objective.sought.unit, **plain(solved)}, output)


QUESTION_COMMANDS = (alternatives, plan_b_command)
