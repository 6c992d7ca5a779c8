"""Calendar of a round: kept with its folder, what is due at which meeting, and bodies that decide what it says."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from commands import run
from test_kept import add_run
from test_round_file import refused, round_of

from assetplan.errors import RegisterError
from assetplan.rounds import Meeting, approve, list_meetings, list_runs, read_round, run_round, show_run
from assetplan.rounds.calendar import CALENDAR, read_calendar
from assetplan.rounds.folder import made
from assetplan.rounds.records import APPROVED, DRAFT, PROPOSED, RETIRED

STATED = """
[[scenarios]]
name = "as it is"
[[calendar]]
body = "Programme board"
date = 2999-11-19
decides = "proposed"
[[calendar]]
body = "Scrutiny committee"
date = 3000-01-09
[[calendar]]
body = "Cabinet"
date = 3000-01-27
decides = "approved"
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A round's folder with three runs, of which one revises another, and a calendar."""
    stated = round_of(tmp_path, STATED)
    folder = made(tmp_path / "round")
    run_round(replace(stated, scenarios=()), folder)
    add_run(folder, "aaaa0001", "as it is")
    add_run(folder, "aaab0002", "half")
    add_run(folder, "bbbb0003", "half", parent="aaab0002")
    return folder


def test_its_faults_are_listed_together(tmp_path: Path) -> None:
    text = STATED.replace("3000-01-09", "2999-11-18").replace("3000-01-27", "2999-11-17")
    order = "state them in the order of their dates"
    assert refused(tmp_path, text.replace("Cabinet", "Programme board")) == [
        ("round.toml", "calendar", "is there twice: each needs a name of its own, as Cabinet, January"),
        ("round.toml", "calendar[2].date", f"is before Programme board on 2999-11-19: {order}"),
        ("round.toml", "calendar[3].date", f"is before Scrutiny committee on 2999-11-18: {order}"),
    ]
    wrong = refused(tmp_path, STATED.replace('"proposed"', '"drafts"').replace("3000-01-27", '"in January"'))
    assert [column for _, column, _ in wrong] == ["calendar[1].decides", "calendar[3].date"]


def test_papers_are_out_five_clear_working_days_before() -> None:
    for day in range(1, 31):
        meeting = Meeting(body="Cabinet", date=datetime.date(2026, 11, day))
        between = (meeting.papers + datetime.timedelta(k) for k in range(1, (meeting.date - meeting.papers).days))
        assert sum(each.weekday() < 5 for each in between) == 5
        assert meeting.papers.weekday() < 5


def test_it_is_kept_until_another_is_stated_and_says_what_is_due(place: Path, tmp_path: Path) -> None:
    run_round(replace(round_of(tmp_path, '[[scenarios]]\nname = "other"'), scenarios=()), place)
    assert [meeting.body for meeting in read_calendar(place)] == ["Programme board", "Scrutiny committee", "Cabinet"]
    approve(place, "as it is", at="Programme board")
    due = list_meetings(place, datetime.date(2999, 11, 20))
    assert due[["body", "decides", "runs"]].to_numpy().tolist() == [
        ["Scrutiny committee", "", 0],
        ["Cabinet", "approved", 2],
    ]
    assert read_round(place).calendar["runs"].tolist() == [1, 0, 2], "a run that another revises waits for nobody"
    shown = show_run(place, "as it is").meeting
    assert shown is not None
    assert shown.body == "Cabinet"
    assert show_run(place, "as it is", datetime.date(3000, 2, 1)).meeting is None
    run_round(replace(round_of(tmp_path, 'calendar = []\n[[scenarios]]\nname = "other"'), scenarios=()), place)
    assert not read_calendar(place)
    (place / CALENDAR).write_text("[{}]", encoding="utf-8")
    with pytest.raises(RegisterError, match="does not hold a calendar"):
        list_meetings(place)


def test_a_body_decides_what_the_calendar_says(place: Path) -> None:
    for body, stage, rule in (
        ("Board", None, "no body of the round's calendar; it has Programme board, Scrutiny committee and Cabinet"),
        ("Programme board", APPROVED, "decides what is proposed"),
        ("Cabinet", PROPOSED, "decides what is approved"),
        ("Scrutiny committee", None, "decides on no stage"),
    ):
        with pytest.raises(RegisterError, match=rule):
            approve(place, "half", stage, at=body)
    events = [
        approve(place, "half", at="Programme board"),
        approve(place, "half", DRAFT, at="Scrutiny committee"),
        approve(place, "half", at="Cabinet"),
        approve(place, "half", RETIRED, at="Cabinet"),
    ]
    assert [(event.stage, event.body, event.meeting) for event in events] == [
        (PROPOSED, "Programme board", "2999-11-19"), (DRAFT, "Scrutiny committee", "3000-01-09"),
        (APPROVED, "Cabinet", "3000-01-27"), (RETIRED, "Cabinet", "3000-01-27"),
    ]  # fmt: skip
    assert show_run(place, "half").events[1:] == tuple(events)
    assert list_runs(place).set_index("run")["body"].to_dict()["bbbb0003"] == "Cabinet"


def test_the_commands_show_what_is_next_and_record_the_body(place: Path, tmp_path: Path) -> None:
    printed = run("runs", place).stdout
    assert "Programme board" in printed
    assert "2999-11-11" in printed, "papers by"
    assert "may be proposed at Programme board, 2999-11-19" in run("show", place, "half").text
    done = run("approve", place, "half", "--at", "Programme board", "--who", "A. Clerk")
    assert done.stdout.startswith("proposed by A. Clerk at Programme board of 2999-11-19, ")
    assert "may be approved at Cabinet" in run("show", place, "half").text
    refused_ = run("approve", place, "half", "--at", "Scrutiny committee")
    assert (refused_.returncode, "decides on no stage" in refused_.text) == (1, True)
    assert "next" not in run("runs", made(tmp_path / "without")).stdout
