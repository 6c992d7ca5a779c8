"""Commands on budget rounds: make their plans, list and look at runs, move them from stage to stage, verify them."""

from __future__ import annotations

from pathlib import Path

import click

from assetplan.cli.answer import JSON, answer, remark_files
from assetplan.cli.layout import echo
from assetplan.cli.options import FILE, FOLDER, FORCE, TRUST_EDITS, LaterChoice, output
from assetplan.cli.rolling import roll


def _stages() -> tuple[str, ...]:
    from assetplan.rounds.records import STAGES

    return STAGES


_STAGE = LaterChoice(_stages)
_ROUND = click.argument("folder", metavar="ROUND", type=FOLDER)
_RUN = click.argument("run", metavar="RUN")
_WHO = click.option("--who", default="", help="Who does it; by default the user of this machine.")
_NOTE = click.option("--note", default="", help="Why; it is kept with the run.")


@click.command()
@click.argument("round_file", metavar="ROUND", type=FILE)
@output("Folder of the round; made, or gone on with.")
@click.option("--workers", type=click.IntRange(1, 256), help="Plans made at once on this machine; 1 by default.")
@click.option("--dask", metavar="ADDRESS", default="", help="Plan on a Dask cluster, as tcp://host:8786.")
@click.option("--yes", is_flag=True, help="Run a round of more than 200 scenarios.")
@_WHO
@_NOTE
@JSON
def batch(round_file: Path, output: Path, workers: int | None, dask: str, yes: bool, who: str, note: str) -> None:
    """Plan every scenario of a ROUND (TOML), each in a folder of its own; what is there already is kept."""
    from assetplan.cli.round_work import run_batch

    if dask and workers:
        raise click.UsageError("--workers has no effect with --dask, whose workers are the cluster's: leave it out")
    run_batch(round_file, output, workers or 1, dask, yes, who, note)


@click.command()
@_ROUND
@click.option("--stage", type=_STAGE, help="Only runs of this stage.")
@JSON
def runs(folder: Path, stage: str | None) -> None:
    """List the runs of a ROUND's folder: stage, scenario, benefit and cost, what each revises; and meetings to come."""
    from assetplan.cli.round_work import print_runs

    print_runs(folder, stage)


@click.command()
@_ROUND
@_RUN
@JSON
def show(folder: Path, run: str) -> None:
    """Show a RUN of a ROUND: who moved it to which stage, when and why, what it came to, and whether it was edited.

    A RUN is its identity, the first letters of it (four or more), or a scenario, for the latest run of it.
    """
    from assetplan.cli.round_work import print_run

    print_run(folder, run)


@click.command()
@_ROUND
@_RUN
@click.option("--stage", type=_STAGE, help="Stage to move it to; by default approved, or as --at decides.")
@click.option("--at", default="", help="Body of the round's calendar that decides it.")
@_WHO
@_NOTE
def approve(folder: Path, run: str, stage: str | None, at: str, who: str, note: str) -> None:
    """Approve a RUN of a ROUND, or move it to another --stage; an approved run may only be retired."""
    from assetplan.cli.round_text import event_text
    from assetplan.rounds import approve

    echo(event_text(approve(folder, run, stage, who, note, at)))


@click.command()
@_ROUND
@_RUN
@output("Folder to write.")
@FORCE
def export(folder: Path, run: str, output: Path, force: bool) -> None:
    """Copy a RUN of a ROUND, as it was written, to a folder of its own."""
    from assetplan.rounds import export_run

    remark_files(export_run(folder, run, output, force))


@click.command()
@_ROUND
@JSON
def rebuild(folder: Path) -> None:
    """Make the index of a ROUND's runs again from the runs themselves."""
    from assetplan.rounds import rebuild
    from assetplan.words import plural

    count = rebuild(folder)
    answer(plural(count, "run"), {"runs": count})


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--inputs", type=FOLDER, help="Folder of the plan's inputs: plan again from them and compare.")
@JSON
def verify(folder: Path, inputs: Path | None) -> None:
    """Check that a planned FOLDER is as it was written and, with --inputs, that its inputs bring it again."""
    from assetplan.cli.round_work import run_verify

    run_verify(folder, inputs)


@click.command()
@click.argument("before", type=FOLDER)
@click.argument("after", type=FOLDER)
@output("Folder to write: a map, a workbook, a CSV each; by default it is only printed.", required=False)
@TRUST_EDITS
@FORCE
@JSON
def compare(before: Path, after: Path, output: Path | None, trust_edits: bool, force: bool) -> None:
    """Set two planned folders beside each other: what came in, went out, moved or is treated otherwise, and why."""
    from assetplan.cli.work import run_compare

    run_compare(before, after, output, trust_edits, force)


ROUND_COMMANDS = (batch, runs, show, approve, export, rebuild, verify, compare, roll)
