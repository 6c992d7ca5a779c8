"""Command `roll`: last year's plan becomes this year's start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assetplan.cli.answer import JSON, answer
from assetplan.cli.layout import wrapped
from assetplan.cli.options import FILE, FOLDER, FORCE, TRUST_EDITS, output

if TYPE_CHECKING:
    import pandas as pd

_MOST = 40  # changes listed


@click.command()
@click.argument("plan_file", metavar="PLAN", type=FILE)
@click.argument("folder", metavar="OUT", type=FOLDER)
@output("Folder to write: plan.toml, its register and changes.csv.")
@click.option("--until", type=int, help="Last year that is past; by default OUT's last spent year, or its first.")
@click.option("--carry", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="Share of unspent money.")
@TRUST_EDITS
@FORCE
@JSON
def roll(
    plan_file: Path, folder: Path, output: Path, until: int | None, carry: float, trust_edits: bool, force: bool
) -> None:
    """Roll PLAN forward from its programme in the folder OUT, or from that as it turned out (`monitor --spent`).

    Years move on and prices are re-based; works of the past years are in the register, firm works of years to come
    stand, and unspent money is carried. What changed is printed and written.
    """
    from assetplan.delimited import write_csv
    from assetplan.output import new_folder, refuse_existing
    from assetplan.programme import read_programme
    from assetplan.register import write_register
    from assetplan.rolling import REGISTER, last_past_year, roll, toml_text

    inputs = {"plan": plan_file, "programme": folder}
    refuse_existing(output, force, folder=True, inputs=inputs)
    programme = read_programme(folder, trust_edits)
    last = last_past_year(programme) if until is None else until
    rolled = roll(plan_file, programme, folder, output, last, carry)
    with new_folder(output, force, inputs) as part:
        head = f"Rolled forward from {plan_file.name}: its years up to {last} are past. changes.csv says what changed."
        (part / "plan.toml").write_text(toml_text(rolled.data, head), encoding="utf-8", newline="\n")
        write_register(rolled.register, part / REGISTER)
        write_csv(rolled.changes, part / "changes.csv")
    text = f"Rolled forward: {last} and earlier are past\n\n{changes_text(rolled.changes)}"
    answer(text, {"until": last, "changes": rolled.changes}, output)


def changes_text(changes: pd.DataFrame) -> str:
    """What changed, a line each: the key, what it is now, and why."""
    lines = []
    for row in changes.head(_MOST).to_dict("records"):
        now = f" {row['was']} → {row['now']}" if row["was"] else f" {row['now']}" if row["now"] else ""
        text = f"{row['key']}:{now} ({row['why']})"
        lines += wrapped(text, initial_indent="  ", subsequent_indent="    ")
    more = len(changes) - _MOST
    return "\n".join([*lines, *([f"  and {more} more in changes.csv"] if more > 0 else [])])
