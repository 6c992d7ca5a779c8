"""What is asked of a plan file beside its programme: programmes near the optimum, and Plan B."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import pandas as pd

from assetplan.cli.layout import echo, paragraph, table
from assetplan.cli.options import FILE, FORCE, Share, output
from assetplan.words import millions, pounds

if TYPE_CHECKING:
    from assetplan.answers.plan_b import PlanB

_SHOWN = 5  # changes of a step that are printed
_FILES = ("steps", "changes", "condition")


@click.command()
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.option("--within", type=Share(), default="1%", show_default=True, help="Benefit that each may give up.")
@output("Folder to write: programmes, and the works of each, as CSV; by default only printed.", required=False)
@FORCE
def alternatives(plan_file: Path, within: float, output: Path | None, force: bool) -> None:
    """Show programmes near the optimum of a PLAN: unlike it, or best at something else, and what each gives up."""
    from assetplan.cli.work import run_alternatives

    run_alternatives(plan_file, within, output, force)


@click.command("plan-b")
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.option("--sum", "amount", type=float, help="A sum that fails, and that appears, in the plan's unit of money.")
@click.option("--steps", type=int, default=4, show_default=True, help="Equal steps in which the sum goes or comes.")
@output("Folder to write: steps, changes and condition as CSV; by default only printed.", required=False)
@FORCE
def plan_b_command(plan_file: Path, amount: float | None, steps: int, output: Path | None, force: bool) -> None:
    """Show what drops first if income of a PLAN fails, and what comes first if money appears."""
    from functools import partial

    from assetplan import read_plan
    from assetplan.analyses import plan_b
    from assetplan.cli.work import solved_into
    from assetplan.delimited import write_csv

    solve = partial(plan_b, amount=amount, steps=steps)
    if output is None:
        echo(plan_b_text(solve(read_plan(plan_file))))
        return
    with solved_into(plan_file, output, force, solve, "files") as (_, answer, folder):
        for name in _FILES:
            write_csv(getattr(answer, name), folder / f"{name}.csv")
    echo(f"{plan_b_text(answer)}\n\nFiles in {output}")


def plan_b_text(answer: PlanB) -> str:
    """Each failure with its steps, and what changes first in each.

    Parameters
    ----------
    answer : PlanB; from `plan_b`
    """
    heads = ["what fails", "chance", "step", "amount, £m", "benefit lost, £m", "works, £m", "changes", "gap"]
    rows = [
        [row["failure"], _share(row["chance"]), str(row["step"]), millions(row["amount"]), *_outcome(row)]
        for row in answer.steps.to_dict("records")
    ]
    parts = [table(heads, rows)]
    for (failure, step), mine in answer.changes.groupby(["failure", "step"], sort=False):
        first = "; ".join(_change(row) for row in mine.head(_SHOWN).to_dict("records"))
        more = len(mine) - _SHOWN
        parts.append(paragraph(f"{failure}, step {step}: {first}{f'; and {more:,} more' if more > 0 else ''}.", ""))
    note = (
        "Each step is solved as the plan is, and the gap says how near to best it is proved to be. Benefit lost is "
        "against the step before; less than nothing is gained. What goes is listed by what it brings for its money, "
        "the least first, then what comes in its place."
    )
    return "\n\n".join([*parts, paragraph(note, "")])


def _outcome(row: dict[str, object]) -> list[str]:
    if pd.isna(row.get("benefit")):
        return [str(row["status"]), "", "", ""]
    return [millions(row["lost"]), millions(row["cost"]), f"{row['changes']:,.0f}", f"{row['gap']:.2%}"]


def _share(chance: float) -> str:
    return "" if pd.isna(chance) else f"{chance:.0%}"


def _change(row: dict[str, object]) -> str:
    cost, benefit = (pounds(float(row[key])) for key in ("cost", "benefit"))  # type: ignore[arg-type]
    return f"{row['name']} {row['change']} ({row['before']} → {row['after']}; cost {cost}, benefit {benefit})"


QUESTION_COMMANDS = (alternatives, plan_b_command)
