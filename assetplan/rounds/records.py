"""Records of a round's runs: which stage of the round each is at, who put it there, when, why, and what it revises.

A run's folder never changes. What is decided of it lies beside it, in `records/RUN`, as one file for every event,
numbered from 1: events are added, whole or not at all, and none is changed or removed. Of two writers of one number the
second reads what the first wrote and decides anew.
"""

from __future__ import annotations

import getpass
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from assetplan.errors import Fault, OutputExistsError, RegisterError
from assetplan.output import take_name
from assetplan.rounds.folder import run_names

RECORDS = "records"
DRAFT, PROPOSED, APPROVED, RETIRED = STAGES = ("draft", "proposed", "approved", "retired")
NEXT = {
    DRAFT: (PROPOSED, APPROVED, RETIRED),
    PROPOSED: (DRAFT, APPROVED, RETIRED),
    APPROVED: (RETIRED,),
    RETIRED: (),
}
"""To which stages a run may move from each."""

_FORMAT = 1
_TRIES = 100  # of a number that others take


@dataclass(frozen=True)
class RunEvent:
    """One thing that was decided of a run.

    Attributes
    ----------
    stage : str; one of `STAGES`
    who : str; who decided it
    when : str; ISO 8601, in UTC, to the second
    note : str; why, "" where nothing was noted
    scenario : str; of the first event, the scenario that the run was made for; of later ones ""
    parent : str; of the first event, the run of the same scenario that it revises, "" where it is the first
    body, meeting : str; of the round's calendar, who decided it and on which date (ISO 8601); "" where none is named
    """

    stage: str
    who: str
    when: str
    note: str = ""
    scenario: str = ""
    parent: str = ""
    body: str = ""
    meeting: str = ""


def events_of(place: Path, run: str) -> tuple[RunEvent, ...]:
    """What was decided of a run, the first event first; empty where it has no record.

    Parameters
    ----------
    place : Path; the round's folder
    run : str; identity of the run

    Raises
    ------
    RegisterError
        An event cannot be read, or was written by a later version of the program.
    """
    events = []
    for path in _event_files(place, run):
        try:
            text = json.loads(path.read_text(encoding="utf-8"))
            known = int(text.pop("format")) <= _FORMAT and text["stage"] in STAGES
            event = RunEvent(**{str(name): str(value) for name, value in text.items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            known = False
        if not known:
            raise RegisterError([Fault(f"{RECORDS}/{run}/{path.name}", 0, "", "", "is no event of a run")])
        events.append(event)
    return tuple(events)


def _event_files(place: Path, run: str) -> list[Path]:
    return sorted(path for path in (place / RECORDS / run).glob("*.json") if path.stem.isdigit())


def latest_of(place: Path) -> dict[str, str]:
    """The latest run of each scenario, by the scenario's name.

    Parameters
    ----------
    place : Path; the round's folder
    """
    made = [(events[0].when, run, events[0].scenario) for run, events in _records(place) if events]
    return {scenario: run for _, run, scenario in sorted(made)}


def _records(place: Path) -> Iterator[tuple[str, tuple[RunEvent, ...]]]:
    for run in run_names(place):
        yield run, events_of(place, run)


def record_run(place: Path, run: str, scenario: str, who: str = "", note: str = "", parent: str = "") -> None:
    """Begin the record of a run as a draft; one that has a record keeps it.

    Parameters
    ----------
    place : Path; the round's folder
    run, scenario : str; its identity, and the scenario that it was made for
    who, note : str; who made it, by default the user of this process; and why
    parent : str; identity of the run that it revises, if any
    """
    if not _event_files(place, run):
        revised = parent if parent != run else ""
        _add(place, run, 1, RunEvent(DRAFT, who or user_name(), _now(), note, scenario, revised))


def set_stage(
    place: Path, run: str, stage: str, who: str = "", note: str = "", body: str = "", meeting: str = ""
) -> RunEvent:
    """Move a run to another stage of the round.

    A draft may be proposed, approved or retired, and a proposed run may become a draft again; an approved one may only
    be retired, and a retired one stays so.

    Parameters
    ----------
    place : Path; the round's folder
    run : str; identity of the run
    stage : str; one of `STAGES`
    who, note : str; who decides it, by default the user of this process; and why
    body, meeting : str; as of `RunEvent`

    Returns
    -------
    RunEvent
        The event that was added.

    Raises
    ------
    RegisterError
        The run may not move there from where it is.
    OutputExistsError
        Others write its record all the time.
    """
    for _ in range(_TRIES):
        events = events_of(place, run)
        now = events[-1].stage if events else DRAFT
        if stage not in NEXT[now]:
            may = f": it may be {' or '.join(NEXT[now])}" if NEXT[now] else ", and stays so"
            rule = f"is {now}{may}"
            raise RegisterError([Fault("run", 0, "stage", run, rule)])
        event = RunEvent(stage, who or user_name(), _now(), note, body=body, meeting=meeting)
        if _add(place, run, len(events) + 1, event):
            return event
    raise OutputExistsError(f"the record of {run} is being written by others: try again")


def _add(place: Path, run: str, number: int, event: RunEvent) -> bool:
    """Write an event under its number, whole or not at all; whether nobody else had it."""
    folder = place / RECORDS / run
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"format": _FORMAT, **asdict(event)}, indent=1, ensure_ascii=False)
    with tempfile.TemporaryDirectory(prefix=".", dir=folder) as own:
        part = Path(own) / "event"
        part.write_text(text + "\n", encoding="utf-8", newline="\n")
        return take_name(part, folder / f"{number:04d}.json")


def user_name() -> str:
    """Who runs this process, by the system's name of the user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return "unknown"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
