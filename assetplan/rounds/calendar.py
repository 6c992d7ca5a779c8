"""Calendar of a round: which body meets when, and to which stage it moves runs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, TypeAdapter, ValidationError

from assetplan.config.base import Frozen
from assetplan.errors import Fault, RegisterError
from assetplan.output import new_file
from assetplan.rounds.records import NEXT

CALENDAR = "calendar.json"
_CLEAR_DAYS = 5  # between publishing papers and the meeting: Local Government Act 1972, section 100B


class Meeting(Frozen):
    """A date of a round."""

    body: str = Field(min_length=1)
    """who meets, or what falls due"""
    date: datetime.date
    decides: Literal["proposed", "approved"] | None = None
    """stage that it moves runs to; none where it moves none"""

    @property
    def papers(self) -> datetime.date:
        """Last day to publish its papers: five clear working days before, bank holidays not reckoned with."""
        published: datetime.date = np.busday_offset(self.date, -_CLEAR_DAYS - 1, roll="forward").astype(object)
        return published


_MEETINGS = TypeAdapter(tuple[Meeting, ...])


def calendar_faults(file: str, meetings: Sequence[Meeting]) -> Iterator[Fault]:
    """What is wrong with meetings that are each in order.

    Parameters
    ----------
    file : str; the round's file
    meetings : sequence of Meeting; as it states them
    """
    names = [meeting.body for meeting in meetings]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield Fault(file, 0, "calendar", name, "is there twice: each needs a name of its own, as Cabinet, January")
    for place, (one, other) in enumerate(pairwise(meetings), 2):
        if other.date < one.date:
            rule = f"is before {one.body} on {one.date}: state them in the order of their dates"
            yield Fault(file, 0, f"calendar[{place}].date", str(other.date), rule)


def write_calendar(place: Path, meetings: Sequence[Meeting]) -> None:
    """Keep a calendar with a round's folder, in place of an earlier one.

    Parameters
    ----------
    place : Path; the round's folder
    meetings : sequence of Meeting; in order of their dates
    """
    with new_file(place / CALENDAR, force=True) as part:
        part.write_bytes(_MEETINGS.dump_json(tuple(meetings), indent=1) + b"\n")


def read_calendar(place: Path) -> tuple[Meeting, ...]:
    """The calendar of a round's folder, in order of dates; empty where it has none.

    Parameters
    ----------
    place : Path; the round's folder

    Raises
    ------
    RegisterError
        Its file does not hold one.
    """
    path = place / CALENDAR
    if not path.is_file():
        return ()
    try:
        return _MEETINGS.validate_json(path.read_bytes())
    except ValidationError as error:
        rule = "does not hold a calendar: run the batch of the round's file again, which writes it"
        raise RegisterError([Fault(str(path), 0, "", "", rule)]) from error


def calendar_table(meetings: Sequence[Meeting], runs: pd.DataFrame) -> pd.DataFrame:
    """The calendar as a table.

    Parameters
    ----------
    meetings : sequence of Meeting
    runs : DataFrame; of `list_runs`

    Returns
    -------
    DataFrame
        Columns body, date, papers (last day to publish them), decides ("" for nothing), and runs: how many the body
        may move there as they stand now, those that another revises left out.
    """
    current = runs["stage"][~runs["run"].isin(runs["parent"])]
    rows = [
        (m.body, m.date, m.papers, m.decides or "", sum(m.decides in NEXT[stage] for stage in current))
        for m in meetings
    ]
    return pd.DataFrame(rows, columns=["body", "date", "papers", "decides", "runs"])
