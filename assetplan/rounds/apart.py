"""Scenarios in processes of their own: what a batch does on this machine, and what a task of a cluster does.

A process plans one scenario after another, with the stages that they have in common made once, and ends after some, so
that memory does not grow; where it dies the others go on. It ends, too, when what started it does, for then its
standard input closes: nothing is left to write into a round that nobody runs.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from assetplan.config import make_plan
from assetplan.errors import FaultyInputError, InfeasibleError
from assetplan.planning import plan
from assetplan.preparation import SharedStages
from assetplan.process import collect_seldom, one_thread, peak_memory
from assetplan.rounds.round_file import Scenario

DONE, KEPT, REFUSED, FAILED = STATUSES = ("planned", "planned before", "refused", "failed")
_MOST = 10  # scenarios of a process, which then ends with what memory it has gathered
_KILLED = 9  # signal by which the kernel ends a process where memory runs out
_COMMAND = (  # an interrupt of the batch is the batch's to handle
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN);from assetplan.rounds.apart import answer; answer()"
)
_End = tuple[str, str, float]  # status, message, most memory [MB]
_NO_END: _End = ("", "", 0.0)
_CHANGED = "its inputs are not those that the batch began with: they were changed since, or are others on this machine"


@dataclass(frozen=True)
class ScenarioTask:
    """What a process needs to plan a scenario.

    Attributes
    ----------
    scenario : str; its name
    run : str; its identity
    data : dict; the resolved plan, keys as in a plan file
    file : Path; the base plan's file
    folder : Path; the run's folder, which is written whole or not at all
    """

    scenario: str
    run: str
    data: dict[str, Any]
    file: Path
    folder: Path


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
    memory : float; most memory that its process held at once [MB]; 0 where that is not known
    """

    scenario: str
    run: str
    status: str
    message: str = ""
    seconds: float = 0.0
    memory: float = 0.0


@dataclass
class Processes:
    """Processes that plan, which are ended together."""

    _idle: list[_Process] = field(default_factory=list)
    _working: set[_Process] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: bool = False

    def plan(self, task: ScenarioTask) -> ScenarioEnd:
        """Plan a scenario in a process beside this one, and once more in another where it dies without an answer.

        Parameters
        ----------
        task : ScenarioTask
        """
        began = time.monotonic()
        try:
            code, end = self._run(task)
            if code and not self._ended:
                code, end = self._run(task)
        except OSError as error:  # no memory for a process
            end = FAILED, f"no process could be started for it ({error})", 0.0
        else:
            if code:
                end = FAILED, f"its process ended twice without an answer: {_death(code)}", 0.0
        status, message, memory = end
        return ScenarioEnd(task.scenario, task.run, status, message, time.monotonic() - began, memory)

    def _run(self, task: ScenarioTask) -> tuple[int, _End]:
        """What a process that was given the task answered; where it died, its exit status."""
        with self._lock:
            if self._ended:
                return -signal.SIGTERM, _NO_END
            process = self._idle.pop() if self._idle else _Process()
            self._working.add(process)
        end = process.plan(task)
        with self._lock:
            self._working.discard(process)
            if end and process.planned < _MOST and not self._ended:
                self._idle.append(process)
                return 0, end
        code = process.close()
        return (0, end) if end else (code, _NO_END)

    def end(self) -> None:
        """End those at work, and start none again."""
        with self._lock:
            self._ended = True
            idle, self._idle = self._idle, []
            working = list(self._working)
        for process in working:
            process.popen.terminate()
        for process in idle:
            process.close()


class _Process:
    """A process that plans, and how many scenarios it has planned."""

    def __init__(self) -> None:
        one_thread()  # the processes share the cores
        known = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
        pipe = subprocess.PIPE
        self.popen = subprocess.Popen([sys.executable, "-P", "-c", _COMMAND], stdin=pipe, stdout=pipe, env=known)
        self.planned = 0

    def plan(self, task: ScenarioTask) -> _End | None:
        """What it answers; None where it dies."""
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        self.planned += 1
        try:
            pickle.dump(task, self.popen.stdin)
            self.popen.stdin.flush()
            end: _End = pickle.load(self.popen.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            return None
        return end

    def close(self) -> int:
        """Exit status, once its input is closed, which ends it."""
        with suppress(BrokenPipeError):
            self.popen.communicate()
        return self.popen.wait()


def _death(code: int) -> str:
    """How a process ended that gave no answer, in words."""
    if code >= 0:
        return f"exit status {code}"
    return f"signal {-code}" + (", as where the machine has no memory left" if -code == _KILLED else "")


def answer() -> None:
    """Plan scenarios as standard input brings them and write to standard output how each ended: a process's work."""
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # what is printed meanwhile is no answer
        tasks, shared = SimpleQueue[ScenarioTask](), SharedStages()
        threading.Thread(target=_read, args=(tasks,), daemon=True).start()
        while True:
            pickle.dump((*_planned(tasks.get(), shared), peak_memory()), out)
            out.flush()


def _read(tasks: SimpleQueue[ScenarioTask]) -> None:
    """Read tasks, and end this process when standard input closes; what it is writing is removed."""
    with suppress(EOFError, pickle.UnpicklingError):  # the latter where a task is cut short
        while True:
            tasks.put(pickle.load(sys.stdin.buffer))
    os.kill(os.getpid(), signal.SIGTERM)


def _planned(task: ScenarioTask, shared: SharedStages) -> tuple[str, str]:
    """Plan a scenario in this process and write its run; its status and message."""
    collect_seldom()
    try:
        scenario = Scenario(task.scenario, task.data, task.file, make_plan(task.data, task.file))
        if scenario.identity() != task.run:
            return REFUSED, _CHANGED
        if not task.folder.is_dir():
            plan(scenario.plan, shared=shared, cores=1).write(task.folder)
    except (FaultyInputError, InfeasibleError, OSError) as error:
        if not task.folder.is_dir():  # which another process may have made meanwhile
            return REFUSED, str(error)
    except MemoryError:
        return FAILED, "memory ran out"
    except Exception as error:
        traceback.print_exc()
        return FAILED, f"{type(error).__name__}: {error}"
    return DONE, ""
