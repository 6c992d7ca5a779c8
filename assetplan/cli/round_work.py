"""Work of the commands on rounds and their runs."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from assetplan.cli.answer import answer, plain, quiet
from assetplan.cli.layout import echo


def run_batch(round_file: Path, output: Path, workers: int, cluster: str, confirmed: bool, who: str, note: str) -> None:
    """Read a round, plan its scenarios, print and write its table; ends with status 1 where one was not planned.

    Parameters
    ----------
    round_file, output : Path; the round's file, and its folder
    workers : int; plans made at once on this machine
    cluster : str; address of a Dask cluster that plans in its place; "" for none
    confirmed : bool; whether a large round may be run
    who, note : str; who makes the runs, and why
    """
    from assetplan.cli.round_text import outcome_text, round_text
    from assetplan.errors import ConfigError, Fault
    from assetplan.rounds import ScenarioEnd, read_round_file, run_round
    from assetplan.rounds.apart import DONE, KEPT
    from assetplan.rounds.round_file import MOST
    from assetplan.rounds.table import round_table, write_round_table

    stated = read_round_file(round_file)
    if len(stated.scenarios) > MOST and not confirmed:
        rule = f"has {len(stated.scenarios):,} scenarios, more than {MOST}: add --yes to run them all"
        raise ConfigError([Fault(str(round_file), 0, "", "", rule)])
    began, fresh = time.monotonic(), list[str]()

    def listen(outcome: ScenarioEnd, done: int, of: int) -> None:
        if outcome.status != KEPT:
            fresh.append(outcome.run)
        if outcome.status != KEPT and not quiet():
            echo(outcome_text(outcome, done, of, (time.monotonic() - began) / len(fresh)), err=True)

    outcomes = run_round(stated, output, workers, listen, who, note, cluster)
    rows = round_table(outcomes, output)
    written = write_round_table(rows, output)
    answer(round_text(stated.name, rows), {"round": stated.name, "scenarios": rows}, written)
    if not rows["status"].isin((DONE, KEPT)).all():
        sys.exit(1)


def run_verify(folder: Path, inputs: Path | None) -> None:
    """Verify a folder of a plan and print what differs; ends with status 1 where anything does.

    Parameters
    ----------
    folder : Path; folder of a plan
    inputs : Path or None; folder of its inputs; None to plan nothing again
    """
    from assetplan.cli.round_text import verification_text
    from assetplan.rounds import verify

    checked = verify(folder, inputs)
    answer(verification_text(checked), {"holds": checked.holds, **plain(checked)})
    if not checked.holds:
        sys.exit(1)


def print_runs(folder: Path, stage: str | None) -> None:
    """Print the runs of a round, and the meetings to come.

    Parameters
    ----------
    folder : Path; the round's folder
    stage : str or None; the one stage to print; None for all
    """
    from assetplan.cli.round_text import meetings_text, runs_text
    from assetplan.rounds import list_meetings, list_runs

    rows, ahead = list_runs(folder), list_meetings(folder)
    shown = rows if stage is None else rows[rows["stage"] == stage]
    texts = [runs_text(shown), *([meetings_text(ahead)] if len(ahead) else [])]
    answer("\n\n".join(texts), {"runs": shown, "meetings": ahead})


def print_run(folder: Path, run: str) -> None:
    """Print one run of a round; ends with status 1 where it is not as it was written.

    Parameters
    ----------
    folder, run : Path, str; the round's folder, and the run, as of `show_run`
    """
    from assetplan.cli.round_text import run_text
    from assetplan.rounds import show_run

    shown = show_run(folder, run)
    answer(run_text(shown), shown)
    if shown.edited:
        sys.exit(1)
