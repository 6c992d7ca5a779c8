"""The runs of a round as its people work with them: list, look at, move from stage to stage, hand out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from assetplan.errors import Fault, RegisterError
from assetplan.output import edited_or_gone, new_folder, read_manifest
from assetplan.rounds import index
from assetplan.rounds.calendar import Meeting, calendar_table, read_calendar
from assetplan.rounds.folder import RUNS, opened, run_of
from assetplan.rounds.records import APPROVED, DRAFT, NEXT, RETIRED, RunEvent, events_of, latest_of, set_stage
from assetplan.words import and_list


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
    meeting : Meeting or None; the next of the round's calendar that may move it to another stage, if there is one
    """

    run: str
    folder: Path
    events: tuple[RunEvent, ...]
    figures: dict[str, Any]
    edited: tuple[str, ...]
    meeting: Meeting | None


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


def list_meetings(folder: str | Path, today: date | None = None) -> pd.DataFrame:
    """The meetings of a round's calendar that are to come; columns as of `calendar_table`.

    Parameters
    ----------
    folder : path; the round's folder
    today : date, optional; from which on; by default today

    Raises
    ------
    RegisterError
        As `list_runs`; or the calendar cannot be read.
    """
    place = opened(folder)
    return calendar_table(_ahead(place, today), index.listed(place))


def _ahead(place: Path, today: date | None) -> tuple[Meeting, ...]:
    return tuple(meeting for meeting in read_calendar(place) if meeting.date >= (today or date.today()))


def show_run(folder: str | Path, run: str, today: date | None = None) -> KeptRun:
    """One run of a round.

    Parameters
    ----------
    folder : path; the round's folder
    run : str; identity of the run, its first four letters or more, or a scenario, for the latest run of it
    today : date, optional; from which on meetings are to come; by default today

    Raises
    ------
    RegisterError
        As `list_runs`; or there is no such run, or several.
    """
    place = opened(folder)
    known = run_of(place, run, latest_of(place))
    path = place / RUNS / known
    events = events_of(place, known)
    open_to = NEXT[events[-1].stage if events else DRAFT]
    meeting = next((each for each in _ahead(place, today) if each.decides in open_to), None)
    return KeptRun(known, path, events, index.figures_of(path), tuple(edited_or_gone(path)), meeting)


def approve(
    folder: str | Path, run: str, stage: str | None = None, who: str = "", note: str = "", at: str = ""
) -> RunEvent:
    """Move a run to another stage of the round, and record who did, when and why.

    Parameters
    ----------
    folder, run : as of `show_run`
    stage : str, optional
        "draft", "proposed", "approved" or "retired"; from which stage to which, `set_stage` says. By default what the
        body decides or, without one, "approved".
    who, note : str, optional; who decides it, by default the user of this process; and why
    at : str, optional; body of the round's calendar that decides it

    Raises
    ------
    RegisterError
        As `show_run`; the run may not move there, or was edited; or the calendar has no such body, or one that does
        not decide on that stage.
    OSError
        The record or the index cannot be written.
    """
    shown = _whole(folder, run, "so it keeps its stage")
    place = opened(folder)
    if not at:
        event = set_stage(place, shown.run, stage or APPROVED, who, note)
    else:
        meeting = _meeting(place, at, stage)
        event = set_stage(place, shown.run, stage or str(meeting.decides), who, note, at, str(meeting.date))
    index.put(place, shown.run)
    return event


def _meeting(place: Path, body: str, stage: str | None) -> Meeting:
    """The meeting of a body, which may propose or approve only as the calendar says; any may send back and retire."""
    meetings = {meeting.body: meeting for meeting in read_calendar(place)}
    if body not in meetings:
        rule = f"is no body of the round's calendar; it has {and_list(meetings) if meetings else 'none'}"
        raise RegisterError([Fault(str(place), 0, "at", body, rule)])
    decides = meetings[body].decides
    if stage in (DRAFT, RETIRED) or (decides is not None and stage in (None, decides)):
        return meetings[body]
    rule = f"decides what is {decides}, by the round's calendar" if decides else "decides on no stage of a run"
    raise RegisterError([Fault(str(place), 0, "at", body, rule)])


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
