"""Run the scenarios of a round in processes of their own, each into a folder named by its identity.

A run is written whole or not at all, and one that is there is never made again: a batch that was ended goes on where
it stood. A process that dies without an answer is started once more. Each ends with its scenario, so memory does not
grow.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assetplan.errors import FaultyInputError, InfeasibleError, OutputExistsError
from assetplan.output import tidy_end
from assetplan.process import collect_seldom, one_thread
from assetplan.rounds.folder import RUNS, made
from assetplan.rounds.index import put
from assetplan.rounds.records import latest_of, record_run
from assetplan.rounds.round_file import RoundFile, Scenario

_LOCK = ".lock"
_TRIES = 2  # of a process that dies without an answer

DONE, KEPT, REFUSED, FAILED = STATUSES = ("planned", "planned before", "refused", "failed")

Listener = Callable[["ScenarioEnd", int, int], None]


@dataclass(frozen=True)
class ScenarioEnd:
    """How a scenario ended.

    Attributes
    ----------
    scenario : str; its name
    run : str; its identity, which is its folder's name below `runs`
    status : str
        One of `STATUSES`: planned, planned before, refused (its data or limits, as the message says) or failed.
    message : str; why it was refused or failed
    seconds : float; time taken [s]
    """

    scenario: str
    run: str
    status: str
    message: str = ""
    seconds: float = 0.0


def run_round(
    round_: RoundFile,
    folder: str | Path,
    workers: int = 1,
    listener: Listener = lambda outcome, done, of: None,
    who: str = "",
    note: str = "",
) -> tuple[ScenarioEnd, ...]:
    """Plan every scenario of a round that has no run yet.

    Every run is recorded as a draft, made by whom and why, that revises the latest earlier run of its scenario.

    Parameters
    ----------
    round_ : RoundFile; from `read_round_file`
    folder : path; the round's folder; it is made, or is that of an earlier batch
    workers : int; processes at once [1 or more]
    listener : callable; called with each outcome as it ends, how many have ended, and of how many
    who, note : str, optional; who makes the runs, by default the user of this process; and why

    Returns
    -------
    tuple of ScenarioEnd
        One a scenario, in their order. Scenarios of one identity share a run.

    Raises
    ------
    OutputExistsError
        The folder is there and is no round's, or another batch is at work in it.
    ValueError
        Fewer than one worker.
    """
    if workers < 1:
        raise ValueError(f"workers is {workers}; it must be 1 or more")
    with tidy_end(), _held(made(folder)) as place:
        earlier = latest_of(place)
        wanted = [(scenario, scenario.identity()) for scenario in round_.scenarios]
        first: dict[str, Scenario] = {}
        for scenario, run in wanted:
            first.setdefault(run, scenario)
        ended: dict[str, ScenarioEnd] = {}
        for run, scenario in list(first.items()):
            if (place / RUNS / run).is_dir():
                ended[run] = ScenarioEnd(scenario.name, run, KEPT)
                _record(place, ended[run], earlier, who, note)
                listener(ended[run], len(ended), len(first))
        todo = [(scenario, run) for run, scenario in first.items() if run not in ended]
        for outcome in _supervised(todo, place / RUNS, workers):
            ended[outcome.run] = outcome
            if outcome.status == DONE:
                _record(place, outcome, earlier, who, note)
            listener(outcome, len(ended), len(first))
    mine = (ended[run] for _, run in wanted)
    return tuple(
        ScenarioEnd(scenario.name, each.run, each.status, each.message, each.seconds)
        for (scenario, _), each in zip(wanted, mine, strict=True)
    )


def _record(place: Path, outcome: ScenarioEnd, earlier: dict[str, str], who: str, note: str) -> None:
    record_run(place, outcome.run, outcome.scenario, who, note, earlier.get(outcome.scenario, ""))
    put(place, outcome.run)


@contextmanager
def _held(place: Path) -> Iterator[Path]:
    """The folder of a round for this batch alone."""
    lock = FileLock(place / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise OutputExistsError(f"{place} is in use by another batch: wait for it, or choose another name") from None
    try:
        yield place
    finally:
        lock.release()


@dataclass
class _Job:
    """A scenario in its process."""

    scenario: Scenario
    run: str
    process: BaseProcess
    answer: Connection
    began: float
    tries: int


def _supervised(todo: list[tuple[Scenario, str]], runs: Path, workers: int) -> Iterator[ScenarioEnd]:
    """Outcomes as they come, with so many processes at once."""
    waiting, working = list(reversed(todo)), dict[Any, _Job]()
    try:
        while waiting or working:
            while waiting and len(working) < workers:
                job = _started(*waiting.pop(), runs)
                working[job.process.sentinel] = job
            for sentinel in wait(list(working)):
                job = working.pop(sentinel)
                outcome = _ended(job)
                if outcome is not None:
                    yield outcome
                elif job.tries < _TRIES:
                    again = _started(job.scenario, job.run, runs, job.tries + 1)
                    working[again.process.sentinel] = again
                else:
                    words = f"its process ended {job.tries} times without an answer (exit {job.process.exitcode})"
                    yield ScenarioEnd(job.scenario.name, job.run, FAILED, words, time.monotonic() - job.began)
    finally:
        for job in working.values():
            job.process.terminate()
            job.process.join()


def _started(scenario: Scenario, run: str, runs: Path, tries: int = 1) -> _Job:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(scenario.data, scenario.file, runs / run, sender))
    one_thread()  # the workers share the cores
    process.start()
    sender.close()
    return _Job(scenario, run, process, receiver, time.monotonic(), tries)


def _ended(job: _Job) -> ScenarioEnd | None:
    """What a process that has ended answered; None where it died."""
    job.process.join()
    try:
        status, message = job.answer.recv() if job.answer.poll() else ("", "")
    except EOFError:
        status, message = "", ""
    job.answer.close()
    if not status:
        return None
    return ScenarioEnd(job.scenario.name, job.run, status, message, time.monotonic() - job.began)


def _work(data: dict[str, Any], file: Path, folder: Path, answer: Connection) -> None:
    """Plan one scenario in this process and write its run."""
    from assetplan.config import make_plan
    from assetplan.planning import plan

    collect_seldom()
    try:
        plan(make_plan(data, file)).write(folder)
        answer.send((DONE, ""))
    except (FaultyInputError, InfeasibleError, OSError) as error:
        answer.send((REFUSED, str(error)))
    except Exception as error:
        answer.send((FAILED, f"{type(error).__name__}: {error}"))
        raise
