"""The runs of a round as its people work with them: list, look at, move from stage to stage, hand out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from assetplan.errors import Fault, RegisterError
from assetplan.output import edited_or_gone, new_folder, read_manifest
from assetplan.rounds import index
from assetplan.rounds.folder import RUNS, opened, run_of
from assetplan.rounds.records import APPROVED, RunEvent, events_of, latest_of, set_stage


@dataclass(frozen=True)
class KeptRun:
    """A run of a round.

    Attributes
    ----------
    run : str; its identity
    folder : Path; its files
    events : tuple of RunEvent; what was decided of it, the first event first
    figures : dict; `FIGURES` of its summary and the version that made it
    edited : tuple of str; files that are not as they were written, or gone
    """

    run: str
    folder: Path
    events: tuple[RunEvent, ...]
    figures: dict[str, Any]
    edited: tuple[str, ...]


def list_runs(folder: str | Path) -> pd.DataFrame:
    """Every run of a round; columns as of `assetplan.rounds.index.listed`.

    Parameters
    ----------
    folder : path; the round's folder

    Raises
    ------
    RegisterError
        It is no round's folder, or a record cannot be read.
    """
    return index.listed(opened(folder))


def show_run(folder: str | Path, run: str) -> KeptRun:
    """One run of a round.

    Parameters
    ----------
    folder : path; the round's folder
    run : str; identity of the run, its first four letters or more, or a scenario, for the latest run of it

    Raises
    ------
    RegisterError
        As `list_runs`; or there is no such run, or several.
    """
    place = opened(folder)
    known = run_of(place, run, latest_of(place))
    path = place / RUNS / known
    return KeptRun(known, path, events_of(place, known), index.figures_of(path), tuple(edited_or_gone(path)))


def approve(folder: str | Path, run: str, stage: str = APPROVED, who: str = "", note: str = "") -> RunEvent:
    """Move a run to another stage of the round, and record who did, when and why.

    Parameters
    ----------
    folder, run : as of `show_run`
    stage : str; "draft", "proposed", "approved" or "retired"; from which stage to which, `set_stage` says
    who, note : str, optional; who decides it, by default the user of this process; and why

    Raises
    ------
    RegisterError
        As `show_run`; or the run may not move there, or was edited.
    OSError
        The record or the index cannot be written.
    """
    shown = _whole(folder, run, "so it keeps its stage")
    place = opened(folder)
    event = set_stage(place, shown.run, stage, who, note)
    index.put(place, shown.run)
    return event


def export_run(folder: str | Path, run: str, output: str | Path, force: bool = False) -> Path:
    """Copy a run, as it was written, to a folder outside its round.

    Parameters
    ----------
    folder, run : as of `show_run`
    output : path; folder to write, whole or not at all
    force : bool, optional; whether a folder of a plan of that name may be replaced

    Raises
    ------
    RegisterError
        As `show_run`; or a file of the run was edited or is gone.
    OutputExistsError
        The folder exists and may not be replaced.
    """
    shown = _whole(folder, run, "and a run is handed out as it was")
    with new_folder(output, force, {"run": shown.folder}) as part:
        for name in read_manifest(shown.folder) or ():
            shutil.copyfile(shown.folder / name, part / name)
    return Path(output)


def _whole(folder: str | Path, run: str, then: str) -> KeptRun:
    """A run whose files are all as they were written."""
    shown = show_run(folder, run)
    if shown.edited:
        rule = f"is not as it was written, {then}"
        raise RegisterError(Fault(str(shown.folder / name), 0, "", "", rule) for name in shown.edited)
    return shown


def rebuild(folder: str | Path) -> int:
    """Make the index of a round again from its runs and records; how many runs there are.

    Parameters
    ----------
    folder : path; the round's folder

    Raises
    ------
    RegisterError
        As `list_runs`.
    OSError
        The index cannot be written.
    """
    return index.rebuild(opened(folder))
