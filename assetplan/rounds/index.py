"""An index of a round's runs (SQLite), so that hundreds are listed at once; it can be made again at any time.

Runs and their records are the truth, and the index is what they come to. It has one row a run, written in one short
transaction, with the rollback journal: write-ahead logging needs memory that drives of a network do not share.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from assetplan.programme.summary_file import read_json
from assetplan.programme.writing import SUMMARY
from assetplan.rounds.folder import RUNS, run_names
from assetplan.rounds.records import DRAFT, RunEvent, events_of

INDEX = "runs.sqlite"
FIGURES = ("benefit", "bound", "gap", "cost", "treated")
"""What a run came to, of its summary."""

_TEXTS = ("run", "scenario", "stage", "made", "made_by", "changed", "changed_by", "body", "note", "parent", "version")
_COLUMNS = (*_TEXTS, *FIGURES)
_SECONDS = 60.0  # to wait for another writer


def put(place: Path, run: str) -> None:
    """Write the row of a run as its folder and its record are now.

    Parameters
    ----------
    place : Path; the round's folder
    run : str; identity of the run

    Raises
    ------
    OSError
        It cannot be written; runs and records stand, and `rebuild` makes it again.
    """
    with _written(place) as base:
        _insert(base, _row(place, run))


def rebuild(place: Path) -> int:
    """Make the index again from runs and records; how many runs there are.

    Parameters
    ----------
    place : Path; the round's folder

    Raises
    ------
    OSError
        It cannot be written.
    RegisterError
        A record cannot be read.
    """
    if _damaged(place):
        (place / INDEX).unlink()
    with _written(place) as base:
        base.execute("DELETE FROM runs")
        return _fill(base, place)


def _fill(base: sqlite3.Connection, place: Path) -> int:
    """Insert the row of every run; how many there are."""
    runs = run_names(place)
    for run in runs:
        _insert(base, _row(place, run))
    return len(runs)


def listed(place: Path) -> pd.DataFrame:
    """Every run of a round, in the order in which they were made.

    Parameters
    ----------
    place : Path; the round's folder

    Returns
    -------
    DataFrame
        Columns run, scenario, stage, made and changed (ISO 8601, UTC), made_by, changed_by, body and note (of the last
        change), parent, version, benefit and bound (in the unit of what the plan seeks), gap (share), cost (£) and
        treated.
    """
    if not (place / INDEX).is_file() or _damaged(place):
        rebuild(place)
    query = f"SELECT {', '.join(_COLUMNS)} FROM runs ORDER BY made, run"
    with closing(sqlite3.connect(f"{(place / INDEX).as_uri()}?mode=ro", uri=True, timeout=_SECONDS)) as base:
        return pd.DataFrame(base.execute(query).fetchall(), columns=list(_COLUMNS))


def figures_of(folder: Path) -> dict[str, Any]:
    """What a run came to, by `FIGURES`, and the version that made it; empty where there is no run.

    Parameters
    ----------
    folder : Path; the run's folder
    """
    summary = folder / SUMMARY
    known = read_json(summary) if summary.is_file() else {}
    return {name: known.get(name) for name in (*FIGURES, "version") if known}


def _row(place: Path, run: str) -> dict[str, Any]:
    events = events_of(place, run) or (RunEvent(DRAFT, "", ""),)
    first, last = events[0], events[-1]
    return {
        "run": run,
        "scenario": first.scenario,
        "stage": last.stage,
        "made": first.when,
        "made_by": first.who,
        "changed": last.when,
        "changed_by": last.who,
        "body": last.body,
        "note": last.note,
        "parent": first.parent,
        **figures_of(place / RUNS / run),
    }


def _insert(base: sqlite3.Connection, row: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(_COLUMNS))
    values = [row.get(name) for name in _COLUMNS]
    base.execute(f"INSERT OR REPLACE INTO runs ({', '.join(_COLUMNS)}) VALUES ({marks})", values)


@contextmanager
def _written(place: Path) -> Iterator[sqlite3.Connection]:
    """The index within one transaction of this writer alone; an error of SQLite is one of its file."""
    try:
        with closing(sqlite3.connect(place / INDEX, timeout=_SECONDS, isolation_level=None)) as base:
            base.execute("BEGIN IMMEDIATE")
            if _columns(base) != set(_COLUMNS):  # there is none yet, or it is an earlier version's
                base.execute("DROP TABLE IF EXISTS runs")
                texts = ", ".join(f"{name} TEXT{' PRIMARY KEY' if name == 'run' else ''}" for name in _TEXTS)
                base.execute(f"CREATE TABLE runs ({texts}, {', '.join(f'{c} REAL' for c in FIGURES)})")
                _fill(base, place)
            yield base
            base.execute("COMMIT")
    except sqlite3.Error as error:
        rule = f"{place / INDEX} cannot be written ({error}): runs and records stand, and rebuild lists them"
        raise OSError(rule) from error


def _columns(base: sqlite3.Connection) -> set[str]:
    return {row[1] for row in base.execute("PRAGMA table_info(runs)")}


def _damaged(place: Path) -> bool:
    """Whether a file of that name is there that is no index of ours."""
    if not (place / INDEX).is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{(place / INDEX).as_uri()}?mode=ro", uri=True, timeout=_SECONDS)) as base:
            held = _columns(base)
            whole = base.execute("PRAGMA quick_check").fetchone() == ("ok",)
        return not (whole and held == set(_COLUMNS))
    except sqlite3.DatabaseError as error:
        return "locked" not in str(error)
