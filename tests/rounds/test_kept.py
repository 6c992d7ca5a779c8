"""Runs of a round are recorded, listed, moved from stage to stage and handed out, whoever writes and whatever ends."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from commands import nobody, run

from assetplan.errors import OutputExistsError, RegisterError
from assetplan.output import read_manifest, write_manifest
from assetplan.rounds import approve, export_run, list_runs, rebuild, show_run
from assetplan.rounds.folder import RUNS, made
from assetplan.rounds.index import FIGURES, INDEX, put
from assetplan.rounds.records import APPROVED, DRAFT, PROPOSED, RECORDS, RETIRED, STAGES, events_of, record_run

ALLOWED = {(DRAFT, PROPOSED), (DRAFT, APPROVED), (DRAFT, RETIRED), (PROPOSED, DRAFT), (PROPOSED, APPROVED),
           (PROPOSED, RETIRED), (APPROVED, RETIRED)}  # fmt: skip


def add_run(place: Path, run: str, scenario: str, benefit: float = 1.0, parent: str = "") -> None:
    """A run as a batch leaves it, with one file beside its summary."""
    folder = place / RUNS / run
    folder.mkdir(parents=True)
    figures = {name: benefit + k for k, name in enumerate(FIGURES)}
    (folder / "summary.json").write_text(json.dumps({**figures, "version": "0.1.0"}), encoding="utf-8")
    (folder / "programme.csv").write_text("asset_id\nA\n", encoding="utf-8")
    write_manifest(folder)
    record_run(place, run, scenario, "engineer", "first", parent)
    put(place, run)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made(tmp_path / "round")
    add_run(tmp_path / "round", "aaaa0001", "as it is", 100.0)
    add_run(tmp_path / "round", "aaab0002", "half", 50.0)
    return tmp_path / "round"


def test_a_run_goes_from_stage_to_stage_as_the_rule_says(place: Path) -> None:
    for number, (before, after) in enumerate(itertools.product(STAGES, STAGES)):
        name = f"cccc{number:04d}"
        add_run(place, name, "another")
        if before != DRAFT:
            approve(place, name, before, "board", "to begin with")
        count = len(events_of(place, name))
        if (before, after) in ALLOWED:
            event = approve(place, name, after, "board", "why")
            assert (event.stage, event.who, event.note) == (after, "board", "why")
            assert list_runs(place).set_index("run").loc[name, "stage"] == after
        else:
            with pytest.raises(RegisterError, match=f"is {before}"):
                approve(place, name, after)
            assert len(events_of(place, name)) == count


def test_the_list_is_what_runs_and_records_come_to(place: Path) -> None:
    approve(place, "half", PROPOSED, "A. Officer", "for the board; '); DROP TABLE runs; --")
    add_run(place, "bbbb0003", "half", 55.0, parent="aaab0002")
    rows = list_runs(place).set_index("run")
    assert list(rows["scenario"]) == ["as it is", "half", "half"]
    assert rows.loc["aaab0002", ["stage", "changed_by", "made_by", "note"]].tolist() == [
        PROPOSED, "A. Officer", "engineer", "for the board; '); DROP TABLE runs; --",
    ]  # fmt: skip
    assert rows.loc["bbbb0003", "parent"] == "aaab0002"
    assert rows.loc["bbbb0003", list(FIGURES)].tolist() == [55.0, 56.0, 57.0, 58.0, 59.0]
    whole = rows.reset_index()
    for spoil in (lambda path: path.unlink(), lambda path: path.write_bytes(b"no database" * 500)):
        spoil(place / INDEX)
        pd.testing.assert_frame_equal(list_runs(place), whole)
    assert rebuild(place) == 3
    pd.testing.assert_frame_equal(list_runs(place), whole)


def test_an_index_of_an_earlier_version_is_made_again_by_whoever_writes(place: Path) -> None:
    whole = list_runs(place)
    with closing(sqlite3.connect(place / INDEX)) as base, base:
        base.execute("ALTER TABLE runs DROP COLUMN body")
        base.execute("DELETE FROM runs WHERE run = 'aaaa0001'")
    put(place, "aaab0002")
    pd.testing.assert_frame_equal(list_runs(place), whole)


def test_a_run_that_is_not_whole_is_never_listed_and_one_without_a_record_is_a_draft(place: Path) -> None:
    half, late = place / RUNS / ".dddd0004.draft" / "new" / "dddd0004", place / RUNS / "eeee0005"
    for folder in (half, late):
        folder.mkdir(parents=True)
        (folder / "summary.json").write_text('{"benefit": 1}', encoding="utf-8")
        write_manifest(folder)
    (place / RUNS / "ffff0006").mkdir()
    rebuild(place)
    rows = list_runs(place).set_index("run")
    assert set(rows.index) == {"aaaa0001", "aaab0002", "eeee0005"}
    assert rows.loc["eeee0005", "stage"] == DRAFT
    assert approve(place, "eeee0005").stage == APPROVED


def test_a_run_is_called_by_its_identity_its_beginning_or_its_scenario(place: Path) -> None:
    add_run(place, "bbbb0003", "half", parent="aaab0002")
    for name, meant in (("aaaa0001", "aaaa0001"), ("aaaa", "aaaa0001"), ("half", "bbbb0003"), ("aaab0", "aaab0002")):
        assert show_run(place, name).run == meant
    add_run(place, "aaaa0009", "third")
    for name, rule in (("aaaa", "beginning of 2 runs"), ("aab", "no run"), ("none", "no run"), ("../runs", "no run")):
        with pytest.raises(RegisterError, match=rule):
            show_run(place, name)
    with pytest.raises(RegisterError, match="no round's folder"):
        list_runs(place / RUNS)


def test_an_edited_run_is_named_and_neither_approved_nor_handed_out(place: Path, tmp_path: Path) -> None:
    out = export_run(place, "half", tmp_path / "out")
    names = {*(read_manifest(out) or {})}
    assert names == {"summary.json", "programme.csv"}
    assert all((out / name).read_bytes() == (place / RUNS / "aaab0002" / name).read_bytes() for name in names)
    with pytest.raises(OutputExistsError, match="exists already"):
        export_run(place, "half", tmp_path / "out")
    with (place / RUNS / "aaab0002" / "programme.csv").open("a", encoding="utf-8") as file:
        file.write("B\n")
    for work in (lambda: approve(place, "half"), lambda: export_run(place, "half", tmp_path / "new")):
        with pytest.raises(RegisterError, match="is not as it was written"):
            work()
    assert not (tmp_path / "new").exists()
    done = run("show", "round", "half", cwd=tmp_path)
    assert (done.returncode, "programme.csv" in done.stdout) == (1, True)


def test_of_two_who_approve_at_once_one_does(place: Path) -> None:
    ended: list[str] = []

    def both() -> None:
        try:
            ended.append(approve(place, "aaaa0001").stage)
        except RegisterError as error:
            ended.append(str(error))

    threads = [threading.Thread(target=both) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended.count(APPROVED) == 1
    assert sum("is approved: it may be retired" in text for text in ended) == 3
    assert [event.stage for event in events_of(place, "aaaa0001")] == [DRAFT, APPROVED]


def test_the_commands_list_show_move_and_rebuild(place: Path, tmp_path: Path) -> None:
    moved = run("approve", "round", "half", "--who", "Capital board", "--note", "3 December", cwd=tmp_path)
    assert moved.stdout.startswith("approved by Capital board, ")
    assert "3 December" in run("show", "round", "half", cwd=tmp_path).stdout
    kept = run("runs", "round", "--stage", "approved", cwd=tmp_path).stdout
    assert ("aaab0002" in kept, "aaaa0001" in kept) == (True, False)
    again = run("approve", "round", "half", cwd=tmp_path)
    assert (again.returncode, "is approved: it may be retired" in again.stderr) == (1, True)
    assert run("rebuild", "round", cwd=tmp_path).stdout == "2 runs\n"
    assert run("export", "round", "half", "-o", "out", cwd=tmp_path).returncode == 0


@pytest.mark.slow
def test_where_nothing_may_be_written_one_plain_line_says_so_and_all_stands() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)  # nobody else may look into pytest's own folders
        folder = Path(scratch)
        place = made(folder / "round")
        add_run(place, "aaab0002", "half", 50.0)
        for path in (place, *place.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}

        def no_byte() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        command = [Path(sys.executable).with_name("assetplan"), "approve", "round", "half"]
        full = subprocess.run(command, cwd=folder, capture_output=True, text=True, preexec_fn=no_byte, check=False)
        assert run("runs", "round", cwd=folder).returncode == 0
        with nobody():
            forbidden = run("approve", "round", "half", cwd=folder)
            seen = run("runs", "round", cwd=folder)
        for done in (full, forbidden):
            assert done.returncode == 1
            assert done.stderr.startswith("assetplan: ")
            assert done.stderr.count("\n") == 1
        assert seen.stdout.startswith("1 run\n")
        assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before


def _write(place: Path, writer: int, seconds: float) -> None:
    """Add runs of its own and move one of everybody's between stages."""
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        add_run(place, f"{writer:04d}{number:08d}", f"scenario {writer}", float(number))
        for stage in (PROPOSED, DRAFT):
            try:
                approve(place, "aaaa0001", stage, f"writer {writer}")
            except RegisterError:  # the other was first
                continue
        number += 1


@pytest.mark.slow
def test_two_writers_lose_no_row(place: Path) -> None:
    seconds = float(os.environ.get("ASSETPLAN_WRITERS_SECONDS", "8"))  # of the writers; a minute by hand
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(place, k, seconds)) for k in range(2)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert set(list_runs(place)["stage"]) <= {DRAFT, PROPOSED}
    assert [writer.exitcode for writer in writers] == [0, 0]
    rows = list_runs(place)
    assert sorted(rows["run"]) == sorted(path.name for path in (place / RUNS).iterdir())
    assert len(rows) > 10
    rebuild(place)
    pd.testing.assert_frame_equal(list_runs(place), rows)


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_what_the_next_reads(place: Path) -> None:
    context, moments, events = multiprocessing.get_context("fork"), random.Random(5), 0
    for number in range(20):
        writer = context.Process(target=_write, args=(place, number, 60.0))
        writer.start()
        time.sleep(moments.uniform(0.02, 0.4))
        os.kill(writer.pid, signal.SIGKILL)  # type: ignore[arg-type]  # it has begun
        writer.join()
        assert len(events_of(place, "aaaa0001")) >= events
        events = len(events_of(place, "aaaa0001"))
        rows = list_runs(place)
        assert {"aaaa0001", "aaab0002"} <= set(rows["run"])
    assert events > 1
    rebuild(place)
    rows = list_runs(place)
    assert sorted(rows["run"]) == sorted(path.parent.name for path in (place / RUNS).glob("*/manifest.json"))
    stage = PROPOSED if events_of(place, "aaaa0001")[-1].stage == DRAFT else DRAFT
    assert approve(place, "aaaa0001", stage).stage == stage
    # One that was killed just after its event was there leaves the draft of it.
    numbers = sorted(path.stem for path in (place / RECORDS / "aaaa0001").glob("[0-9]*"))
    assert numbers == [f"{k:04d}" for k in range(1, len(numbers) + 1)]
