"""Scenarios on a Dask cluster: one task is one scenario is one folder, and the folders are all that lasts.

A task is small, its answer too, and whatever the cluster forgets lies in the round's folder: a task that is run again,
because its worker died before it could answer, sees the run that is there. Each task plans in a process of its own, as
`apart` says why: a worker lives long, and its memory is the cluster's.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from distributed import Client, Future, KilledWorker, as_completed

from assetplan.config import make_plan
from assetplan.errors import ConfigError, Fault
from assetplan.inputs.load import files_of
from assetplan.rounds.apart import FAILED, Processes, ScenarioEnd, ScenarioTask
from assetplan.words import plural

CONNECT = 10.0
"""Seconds in which a scheduler has to answer."""

# What must be the same: of the scheduler what it speaks, of workers also what a plan depends on.
_SPEAKS = ("python", "dask", "distributed")
_PLANS = ("assetplan", "highspy", "numpy", "pandas", "pulp", "scipy")
_KILLED = "every worker that had it died, as where a machine has no memory left"


def on_cluster(tasks: list[ScenarioTask], place: Path, address: str) -> Iterator[ScenarioEnd]:
    """Scenarios as they end on a cluster; what waits is cancelled where this is ended.

    Parameters
    ----------
    tasks : list of ScenarioTask; files and folders by paths that this machine and the workers share
    place : Path; the round's folder
    address : str; of the scheduler, as "tcp://host:8786"

    Raises
    ------
    ConfigError
        Nothing answers there; there are no workers; versions differ; a worker does not see the files.
    """
    with _connected(address) as client:
        faults = _version_rules(client) or _sight_rules(client, tasks, place)
        if faults:
            raise ConfigError(Fault(address, 0, "", "", rule) for rule in faults)
        killed = []
        for task, ended in _ends(client, tasks):
            if ended is None:
                killed.append(task)
            else:
                yield ended
        # A worker's death counts against every task that it had. Each by itself shows which of them it was.
        for alone in killed:
            for task, ended in _ends(client, [alone]):
                yield ended or ScenarioEnd(task.scenario, task.run, FAILED, _KILLED)


def _ends(client: Client, tasks: list[ScenarioTask]) -> Iterator[tuple[ScenarioTask, ScenarioEnd | None]]:
    """Tasks as they end; None for one whose workers died."""
    # Not pure: a key of the task alone would be that of another round's.
    waiting = {client.submit(_plan, task, pure=False): task for task in tasks}
    try:
        for future in as_completed(list(waiting), loop=client.loop):
            task = waiting.pop(future)
            yield task, _end(future, task)
            future.release()
    finally:
        with suppress(OSError):
            client.cancel(list(waiting))


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    log = logging.getLogger("distributed.client")
    level = log.level
    log.setLevel(logging.CRITICAL)  # what goes wrong is in our own messages
    try:
        try:
            client = Client(address, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            rule = f"no Dask scheduler answers there ({' '.join(str(error).split())})"
            raise ConfigError([Fault(address, 0, "", "", rule)]) from error
        with closing(client):
            yield client
    finally:
        log.setLevel(level)


def _version_rules(client: Client) -> list[str]:
    """What of the cluster is of another version than here."""
    known: Any = client.get_versions(packages=list(_PLANS))
    here = known["client"]["packages"]
    held = [
        ("the scheduler", known["scheduler"]["packages"], _SPEAKS),
        *(("worker", worker["packages"], (*_SPEAKS, *_PLANS)) for worker in known["workers"].values()),
    ]
    others = Counter(
        (machine, f"{name} {packages.get(name) or '(none)'}, and this machine {here[name]}: they must be the same")
        for machine, packages, names in held
        for name in names
        if packages.get(name) != here[name]
    )
    rules = [f"{plural(n, who) if who == 'worker' else who} has {rule}" for (who, rule), n in others.items()]
    return rules if known["workers"] else ["the cluster has no workers", *rules]


def _sight_rules(client: Client, tasks: list[ScenarioTask], place: Path) -> list[str]:
    """Which paths of this machine workers do not see, of the round's folder and of what plans are made from."""
    inputs = {str(path) for task in tasks for path in files_of(make_plan(task.data, task.file)).values()}
    with tempfile.NamedTemporaryFile(prefix=".", dir=place) as mark:
        unseen = client.run(_unseen, mark.name, sorted(inputs))
    counts = Counter(path for paths in unseen.values() for path in paths)
    rule = "may not use {}: give round and inputs by a path that all machines share and may write to"
    return [f"{plural(n, 'worker')} of {len(unseen)} {rule.format(path)}" for path, n in counts.items()]


def _unseen(mark: str, inputs: list[str]) -> list[str]:
    """Of a file in the round's folder and of inputs, what a worker does not see; the folder where it may not write."""
    folder = os.path.dirname(mark)
    writes = os.path.isfile(mark) and os.access(folder, os.W_OK)
    return [folder] * (not writes) + [path for path in inputs if not os.path.exists(path)]


def _plan(task: ScenarioTask) -> ScenarioEnd:
    """A scenario, on a worker."""
    processes = Processes()
    try:
        return processes.plan(task)
    finally:
        processes.end()  # a worker may wait for hours for the next task


def _end(future: Future, task: ScenarioTask) -> ScenarioEnd | None:
    if future.status == "finished":
        ended: ScenarioEnd = future.result()
        return ended
    if future.status == "cancelled":
        words = "the cluster gave it up, as where its scheduler ended"
    elif isinstance(error := future.exception(), KilledWorker):
        return None
    else:
        words = f"{type(error).__name__}: {error}"
    return ScenarioEnd(task.scenario, task.run, FAILED, words)
