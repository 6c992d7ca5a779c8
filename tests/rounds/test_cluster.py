"""A round on a Dask cluster: each scenario ends once as it would on this machine; a cluster that cannot is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from commands import run
from round_cases import write_inputs

import assetplan
from assetplan.errors import ConfigError
from assetplan.output import read_manifest
from assetplan.rounds import RoundFile, ScenarioEnd, read_round_file, run_round
from assetplan.rounds.apart import DONE, FAILED, REFUSED, ScenarioTask

distributed = pytest.importorskip("distributed")
from assetplan.rounds import cluster  # noqa: E402

ROUND = """
name = "round"
plan = "plan.toml"
[[grids]]
name = "money"
scale = { "envelope.lines" = [0.5, 1, 2] }
"""


@pytest.fixture
def stated(tmp_path: Path) -> RoundFile:
    write_inputs(tmp_path)
    (tmp_path / "round.toml").write_text(ROUND, encoding="utf-8")
    return read_round_file(tmp_path / "round.toml")


@pytest.fixture(scope="module")
def here() -> Iterator[Any]:
    """A cluster within this process, without workers to begin with."""
    with distributed.LocalCluster(
        n_workers=0, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None
    ) as made:
        yield made


@pytest.fixture
def worker(here: Any) -> Any:
    """That cluster with one worker."""
    here.scale(1)
    with distributed.Client(here.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(1)
    return here


def refused(stated: RoundFile, folder: Path, address: str) -> str:
    with pytest.raises(ConfigError) as caught:
        run_round(stated, folder / "out", cluster=address)
    assert not list((folder / "out" / "runs").iterdir())
    return str(caught.value)


def test_where_nothing_answers_that_is_the_message(
    stated: RoundFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 0.2)
    assert "tcp://127.0.0.1:9: no Dask scheduler answers there" in refused(stated, tmp_path, "tcp://127.0.0.1:9")
    assert "no Dask scheduler answers there" in refused(stated, tmp_path, "nowhere://127.0.0.1:9")


def test_without_the_package_the_command_says_how_to_install_it(
    stated: RoundFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "assetplan.rounds.cluster")
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = run("batch", "round.toml", "-o", "out", "--dask", "tcp://127.0.0.1:9", cwd=tmp_path)
    assert (done.returncode, "pip install 'assetplan[dask]'" in done.stderr) == (1, True)
    both = run("batch", "round.toml", "-o", "out", "--workers", 1, "--dask", "tcp://127.0.0.1:9", cwd=tmp_path)
    assert (both.returncode, "--workers has no effect with --dask" in both.text) == (2, True)


def test_a_cluster_without_workers_is_refused(here: Any, stated: RoundFile, tmp_path: Path) -> None:
    assert "has no workers" in refused(stated, tmp_path, here.scheduler_address)


def test_a_cluster_of_other_versions_is_refused(
    worker: Any, stated: RoundFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = distributed.Client.get_versions

    def others(*args: Any, **named: Any) -> Any:
        versions = known(*args, **named)
        (one,) = versions["workers"].values()
        one["packages"] = {**one["packages"], "python": "3.9.1.final.0", "assetplan": None}
        scheduler = {**versions["scheduler"]["packages"], "distributed": "2020.1.0"}
        return {**versions, "scheduler": {**versions["scheduler"], "packages": scheduler}}

    monkeypatch.setattr(distributed.Client, "get_versions", others)
    text = refused(stated, tmp_path, worker.scheduler_address)
    assert "3 faults" in text
    assert "1 worker has python 3.9.1.final.0, and this machine" in text
    assert "1 worker has assetplan (none), and this machine" in text
    assert "the scheduler has distributed 2020.1.0, and this machine" in text


def test_a_worker_that_cannot_see_the_files_is_refused(
    worker: Any, stated: RoundFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unseen = cluster._unseen

    def elsewhere(mark: str, inputs: list[str]) -> list[str]:
        return unseen(mark.replace("out", "away"), [path + ".away" for path in inputs])

    monkeypatch.setattr(cluster, "_unseen", elsewhere)
    text = refused(stated, tmp_path, worker.scheduler_address)
    assert "2 faults" in text
    assert "1 worker of 1 may not use" in text
    assert "register.gpkg" in text


GOING_ON = threading.Event()


def quick(task: ScenarioTask) -> ScenarioEnd:
    """In place of planning: one raises, the others wait."""
    if "0.5" in task.scenario:
        raise ModuleNotFoundError("no module of that name")
    GOING_ON.wait(5)
    return ScenarioEnd(task.scenario, task.run, REFUSED, "too little money")


def test_a_task_that_fails_is_named_and_what_waits_is_cancelled(
    worker: Any, stated: RoundFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_plan", quick)
    tasks = [ScenarioTask(s.name, s.identity(), s.data, s.file, tmp_path / s.identity()) for s in stated.scenarios]
    ends = cluster.on_cluster(tasks, tmp_path, worker.scheduler_address)
    first = next(ends)
    assert (first.scenario, first.status) == (tasks[0].scenario, FAILED)
    assert first.message == "ModuleNotFoundError: no module of that name"
    ends.close()
    GOING_ON.set()
    until = time.monotonic() + 5
    while worker.scheduler.tasks and time.monotonic() < until:
        time.sleep(0.01)
    assert not worker.scheduler.tasks


# What every worker is started with: one scenario ends it each time.
DEADLY = """
import os, signal
from assetplan.rounds import cluster
from assetplan.rounds.apart import Processes
def deadly(task):
    if task.scenario == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return Processes().plan(task)
cluster._plan = deadly
"""


def bytes_of(folder: Path) -> dict[str, object]:
    """A run's files, but for the seconds of its summary."""
    files: dict[str, object] = {name: (folder / name).read_bytes() for name in read_manifest(folder) or {}}
    files["summary.json"] = {**json.loads((folder / "summary.json").read_text(encoding="utf-8")), "seconds": None}
    return files


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers in processes of their own: its address, and the workers."""
    (tmp_path / "deadly.py").write_text(DEADLY, encoding="utf-8")
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    known["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = "1"
    file = tmp_path / "scheduler.json"

    def started(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--no-dashboard", "--scheduler-file", str(file)]
        begun = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=known, cwd=tmp_path, start_new_session=True)
        stack.callback(begun.wait)
        stack.callback(os.killpg, begun.pid, signal.SIGKILL)
        return begun

    with ExitStack() as stack:
        started("scheduler", "--host", "127.0.0.1", "--port", "0")
        workers = [started("worker", "--nthreads", "1", "--preload", "deadly.py") for _ in range(2)]
        while not (file.is_file() and file.read_text()):
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2)
        yield address, workers


@pytest.mark.slow
def test_with_a_worker_killed_every_scenario_ends_once_as_on_this_machine(
    apart: tuple[str, list[subprocess.Popen[bytes]]], stated: RoundFile, tmp_path: Path
) -> None:
    address, workers = apart
    text = ROUND + '[[scenarios]]\nname = "deadly"\nset = { "forecast.seed" = 3 }\n'
    (tmp_path / "round.toml").write_text(text, encoding="utf-8")
    heard: list[str] = []

    def listen(ended: ScenarioEnd, done: int, of: int) -> None:
        if not heard:
            os.killpg(workers[0].pid, signal.SIGKILL)  # and what would start it anew
        heard.append(ended.run)

    ended = run_round(read_round_file(tmp_path / "round.toml"), tmp_path / "out", listener=listen, cluster=address)
    assert len(set(heard)) == len(heard) == 4
    assert {each.scenario: each.status for each in ended}.pop("deadly") == FAILED
    for scenario, each in zip(stated.scenarios, ended[1:], strict=True):
        assert (each.scenario, each.status) == (scenario.name, DONE)
        direct = assetplan.plan(scenario.plan).write(tmp_path / "direct" / each.run)
        assert bytes_of(tmp_path / "out" / "runs" / each.run) == bytes_of(direct)
