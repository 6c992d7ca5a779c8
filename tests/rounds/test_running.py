"""A round runs each scenario once, whole or not at all, whatever ends a process."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from commands import run, run_alone
from filelock import FileLock
from round_cases import PLAN, write_inputs

import assetplan
from assetplan.errors import OutputExistsError
from assetplan.output import edited, read_manifest
from assetplan.rounds import ScenarioEnd, apart, list_runs, read_round_file, run_round
from assetplan.rounds.apart import DONE, FAILED, KEPT, REFUSED

ROUND = """
name = "round"
plan = "plan.toml"
[[scenarios]]
name = "as it is"
[[scenarios]]
name = "the same"
set = { years = 3 }
[[scenarios]]
name = "cannot be met"
set = { targets = [{ asset_class = "carriageway", year = 2019, below = 99, at_most = 0.0 }] }
[[grids]]
name = "money"
scale = { "envelope.lines" = [0.5, 2] }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_inputs(tmp_path)
    (tmp_path / "round.toml").write_text(ROUND, encoding="utf-8")
    return tmp_path


def runs_in(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "runs").iterdir() if not path.name.startswith("."))


def whole(path: Path) -> bool:
    """Whether a run is as it was written, with all that a programme's folder has."""
    return bool(read_manifest(path)) and not edited(path) and (path / "summary.json").is_file()


@pytest.mark.slow
def test_every_scenario_ends_once_and_a_second_batch_keeps_what_is_there(folder: Path) -> None:
    heard: list[tuple[ScenarioEnd, int, int]] = []
    stated = read_round_file(folder / "round.toml")
    first = run_round(stated, folder / "out", 2, lambda *each: heard.append(each))
    assert [each.status for each in first] == [DONE, DONE, REFUSED, DONE, DONE]
    assert first[0].run == first[1].run
    assert "cannot hold" in first[2].message
    assert [done for _, done, _ in heard] == [1, 2, 3, 4]
    assert {path.name for path in runs_in(folder / "out")} == {each.run for each in first if each.status == DONE}
    # As each plan is by itself, in this process; the last one's process had planned others before.
    for scenario, end in ((stated.scenarios[k], first[k]) for k in (0, -1)):
        direct = assetplan.plan(scenario.plan).write(folder / "direct", force=True)
        for name in ("assets.parquet", "strategies.parquet", "programme.csv", "plan.json"):
            assert (folder / "out" / "runs" / end.run / name).read_bytes() == (direct / name).read_bytes()
    before = {path: path.stat().st_mtime_ns for path in folder.glob("out/runs/*/*")}
    second = run_round(stated, folder / "out")
    assert [each.status for each in second] == [KEPT, KEPT, REFUSED, KEPT, KEPT]
    assert {path: path.stat().st_mtime_ns for path in folder.glob("out/runs/*/*")} == before
    # Another plan's runs revise those of the same scenarios; what is there keeps its record.
    write_inputs(folder, PLAN.replace("90_000, 90_000, 90_000", "90_000, 90_000, 80_000"))
    alone = read_round_file(folder / "round.toml")
    revised = run_round(replace(alone, scenarios=alone.scenarios[:1]), folder / "out", who="A. Engineer", note="less")
    rows = list_runs(folder / "out").set_index("run")
    assert rows.loc[revised[0].run, ["parent", "made_by", "note", "scenario"]].tolist() == [
        first[0].run, "A. Engineer", "less", "as it is",
    ]  # fmt: skip
    assert (rows.loc[first[0].run, "parent"], len(rows)) == ("", 4)


KILLED = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
LITTLE_MEMORY = """
import numpy
from assetplan.rounds import apart
apart.plan = lambda plan, shared, cores: numpy.empty(10**16)
apart.answer()
"""


def test_a_process_that_dies_twice_fails_its_scenario_and_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_COMMAND", KILLED)
    stated = read_round_file(folder / "round.toml")
    ended = run_round(stated, folder / "out", 2)
    assert {(each.status, each.message) for each in ended} == {
        (FAILED, "its process ended twice without an answer: signal 9, as where the machine has no memory left")
    }
    assert not runs_in(folder / "out")


@pytest.mark.slow
def test_a_process_that_is_killed_is_started_once_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = f"import os, pathlib; p = pathlib.Path({str(folder / 'begun')!r}); p.exists() or p.touch() or os.abort()\n"
    monkeypatch.setattr(apart, "_COMMAND", first + apart._COMMAND)
    stated = read_round_file(folder / "round.toml")
    ended = run_round(stated, folder / "out")
    assert (folder / "begun").exists()
    assert [each.status for each in ended] == [DONE, DONE, REFUSED, DONE, DONE]
    assert all(map(whole, runs_in(folder / "out")))
    assert all(100 < each.memory < 2000 for each in ended)  # MB


@pytest.mark.slow
def test_a_scenario_without_memory_fails_and_one_whose_inputs_were_changed_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = read_round_file(folder / "round.toml")
    one = replace(stated, scenarios=stated.scenarios[:1])
    with monkeypatch.context() as patch:
        patch.setattr(apart, "_COMMAND", LITTLE_MEMORY)
        (ended,) = run_round(one, folder / "out")
    assert (ended.status, ended.message) == (FAILED, "memory ran out")
    known = one.scenarios[0].identity()
    with (folder / "register.gpkg").open("ab") as file:
        file.write(b" ")
    scenario = one.scenarios[0]
    task = apart.ScenarioTask(scenario.name, known, scenario.data, scenario.file, folder / "out" / "runs" / known)
    processes = apart.Processes()
    ended = processes.plan(task)
    processes.end()
    assert (ended.status, "its inputs are not those" in ended.message) == (REFUSED, True)


@pytest.mark.slow
def test_a_batch_that_is_killed_leaves_whole_runs_and_the_next_goes_on(folder: Path) -> None:
    command = [str(Path(sys.executable).with_name("assetplan")), "batch", "round.toml", "-o", "out", "--workers", "2"]
    moments = random.Random(4)
    for _ in range(4):
        begun = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.5, 4.0))
        begun.kill()  # and not the processes that it started, which end by themselves
        begun.wait()
        if (folder / "out" / "runs").is_dir():
            assert all(map(whole, runs_in(folder / "out")))
    done = run_alone(*command[1:], cwd=folder)
    assert done.returncode == 1  # for one cannot be met
    assert "cannot be met" in done.text
    table = pd.read_csv(folder / "out" / "runs.csv", encoding="utf-8-sig")
    assert len(runs_in(folder / "out")) == 3
    assert sorted(list_runs(folder / "out")["run"]) == [path.name for path in runs_in(folder / "out")]
    assert all(map(whole, runs_in(folder / "out")))
    for row in table[table["status"] != REFUSED].to_dict("records"):
        summary = json.loads((folder / "out" / "runs" / row["run"] / "summary.json").read_text(encoding="utf-8"))
        assert row["benefit"] == pytest.approx(summary["benefit"])
        assert row["treated"] == summary["treated"]


def test_a_folder_of_somebody_else_or_of_another_batch_is_refused(folder: Path) -> None:
    stated = read_round_file(folder / "round.toml")
    with pytest.raises(OutputExistsError, match="no round's folder"):
        run_round(stated, folder)
    assert not (folder / "runs").exists()
    (folder / "out").mkdir()
    (folder / "out" / "round.txt").write_text("a round")
    with FileLock(folder / "out" / ".lock"), pytest.raises(OutputExistsError, match="another batch"):
        run_round(stated, folder / "out")
    with pytest.raises(ValueError, match="workers is 0"):
        run_round(stated, folder / "out", 0)


def test_a_large_round_is_to_be_confirmed(folder: Path) -> None:
    text = ROUND.replace("[0.5, 2]", str([round(1 + k / 1000, 3) for k in range(200)]))
    (folder / "round.toml").write_text(text, encoding="utf-8")
    done = run("batch", folder / "round.toml", "-o", folder / "out")
    assert done.returncode == 1
    assert "has 203 scenarios, more than 200: add --yes" in done.text
    assert not (folder / "out").exists()
