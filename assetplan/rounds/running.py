"""Run the scenarios of a round, here or on a cluster, each into a folder named by its identity.

A run is written whole or not at all, and one that is there is never made again: a batch that was ended goes on where
it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from assetplan.errors import ConfigError, Fault, OutputExistsError
from assetplan.inputs.load import source_digest
from assetplan.output import tidy_end
from assetplan.rounds.apart import DONE, KEPT, Processes, ScenarioEnd, ScenarioTask
from assetplan.rounds.calendar import write_calendar
from assetplan.rounds.folder import RUNS, made
from assetplan.rounds.index import put
from assetplan.rounds.records import latest_of, record_run
from assetplan.rounds.round_file import RoundFile, Scenario

_LOCK = ".lock"

Listener = Callable[[ScenarioEnd, int, int], None]


def run_round(
    round_: RoundFile,
    folder: str | Path,
    workers: int = 1,
    listener: Listener = lambda outcome, done, of: None,
    who: str = "",
    note: str = "",
    cluster: str = "",
) -> tuple[ScenarioEnd, ...]:
    """Plan every scenario of a round that has no run yet, and keep its calendar where it states one.

    Every run is recorded as a draft, made by whom and why, that revises the latest earlier run of its scenario.

    Parameters
    ----------
    round_ : RoundFile; from `read_round_file`
    folder : path; the round's folder; it is made, or is that of an earlier batch
    workers : int; processes at once [1 or more]
    listener : callable; called with each outcome as it ends, how many have ended, and of how many
    who, note : str, optional; who makes the runs, by default the user of this process; and why
    cluster : str, optional
        Address of the scheduler of a Dask cluster, as "tcp://host:8786", whose workers plan in place of this machine.

    Returns
    -------
    tuple of ScenarioEnd
        One a scenario, in their order. Scenarios of one identity share a run.

    Raises
    ------
    OutputExistsError
        The folder is there and is no round's, or another batch is at work in it.
    ConfigError
        The cluster does not answer, has no workers or other versions, or its workers do not see the round's files.
    ValueError
        Fewer than one worker; or more than one, and a cluster.
    """
    if workers < 1 or (cluster and workers > 1):
        raise ValueError(f"workers is {workers}; it must be 1 or more, and 1 with a cluster, which has its own")
    with tidy_end(), _held(made(folder)) as place:
        if round_.calendar is not None:
            write_calendar(place, round_.calendar)
        earlier = latest_of(place)
        digest = cache(source_digest)  # scenarios share what they are made from
        wanted = [(scenario, scenario.identity(digest)) for scenario in round_.scenarios]
        first: dict[str, Scenario] = {}
        for scenario, run in wanted:
            first.setdefault(run, scenario)
        ended: dict[str, ScenarioEnd] = {}
        for run, scenario in list(first.items()):
            if (place / RUNS / run).is_dir():
                ended[run] = ScenarioEnd(scenario.name, run, KEPT)
                _record(place, ended[run], earlier, who, note)
                listener(ended[run], len(ended), len(first))
        tasks = [
            ScenarioTask(scenario.name, run, scenario.data, scenario.file.absolute(), place / RUNS / run)
            for run, scenario in first.items()
            if run not in ended
        ]
        for outcome in _on_cluster(tasks, place, cluster) if cluster else _local(tasks, workers):
            ended[outcome.run] = outcome
            if outcome.status == DONE:
                _record(place, outcome, earlier, who, note)
            listener(outcome, len(ended), len(first))
    return tuple(replace(ended[run], scenario=scenario.name) for scenario, run in wanted)


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


def _local(tasks: list[ScenarioTask], workers: int) -> Iterator[ScenarioEnd]:
    """Scenarios as they end on this machine, with so many processes at once."""
    processes, pool = Processes(), ThreadPoolExecutor(workers)
    try:
        for ended in as_completed([pool.submit(processes.plan, task) for task in tasks]):
            yield ended.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        processes.end()


def _on_cluster(tasks: list[ScenarioTask], place: Path, address: str) -> Iterator[ScenarioEnd]:
    """Scenarios as they end on a cluster."""
    try:
        from assetplan.rounds.cluster import on_cluster
    except ModuleNotFoundError as error:
        rule = f"a Dask cluster needs {error.name}: pip install 'assetplan[dask]'"
        raise ConfigError([Fault(address, 0, "", "", rule)]) from error
    return on_cluster(tasks, place, address)
