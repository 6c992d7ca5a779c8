"""One scenario in a process of its own: what a batch does on this machine, and what a task of a cluster does.

The process ends with its scenario, so memory does not grow, and where it dies the others go on. It ends, too, when what
started it does, for then its standard input closes: nothing is left to write into a round that nobody runs.
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
from typing import Any

from assetplan.config import make_plan
from assetplan.errors import FaultyInputError, InfeasibleError
from assetplan.planning import plan
from assetplan.process import collect_seldom, one_thread, peak_memory
from assetplan.rounds.round_file import Scenario

DONE, KEPT, REFUSED, FAILED = STATUSES = ("planned", "planned before", "refused", "failed")
_KILLED = 9  # signal by which the kernel ends a process where memory runs out
_COMMAND = (  # an interrupt of the batch is the batch's to handle
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN);from assetplan.rounds.apart import answer; answer()"
)
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

    _working: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: bool = False

    def plan(self, task: ScenarioTask) -> ScenarioEnd:
        """Plan a scenario in a process of its own, which is started once more where it dies without an answer.

        Parameters
        ----------
        task : ScenarioTask
        """
        began = time.monotonic()
        try:
            code, answered = self._run(task)
            if code and not self._ended:
                code, answered = self._run(task)
        except OSError as error:  # no memory for a process
            end = FAILED, f"no process could be started for it ({error})", 0.0
        else:
            lost = FAILED, f"its process ended twice without an answer: {_death(code)}", 0.0
            end = lost if code else pickle.loads(answered)
        status, message, memory = end
        return ScenarioEnd(task.scenario, task.run, status, message, time.monotonic() - began, memory)

    def _run(self, task: ScenarioTask) -> tuple[int, bytes]:
        """Exit status of a process that was given the task, and what it answered."""
        one_thread()  # the processes share the cores
        known = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
        pipe = subprocess.PIPE
        with self._lock:
            if self._ended:
                return -signal.SIGTERM, b""
            process = subprocess.Popen([sys.executable, "-P", "-c", _COMMAND], stdin=pipe, stdout=pipe, env=known)
            self._working.add(process)
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(BrokenPipeError):
                pickle.dump(task, process.stdin)
                process.stdin.flush()
            answered = process.stdout.read()
            process.wait()  # with its input open, or it would end itself
        self._working.discard(process)
        return process.returncode, answered

    def end(self) -> None:
        """End those at work, and start none again."""
        with self._lock:
            self._ended = True
        for process in list(self._working):
            process.terminate()


def _death(code: int) -> str:
    """How a process ended that gave no answer, in words."""
    if code >= 0:
        return f"exit status {code}"
    return f"signal {-code}" + (", as where the machine has no memory left" if -code == _KILLED else "")


def answer() -> None:
    """Plan the scenario that standard input holds and write to standard output how it ended: the work of a process."""
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # what is printed meanwhile is no answer
        task = pickle.load(sys.stdin.buffer)
        threading.Thread(target=_end_with_input, daemon=True).start()
        pickle.dump((*_planned(task), peak_memory()), out)


def _end_with_input() -> None:
    """End this process when its standard input closes; what it is writing is removed."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _planned(task: ScenarioTask) -> tuple[str, str]:
    """Plan a scenario in this process and write its run; its status and message."""
    collect_seldom()
    try:
        scenario = Scenario(task.scenario, task.data, task.file, make_plan(task.data, task.file))
        if scenario.identity() != task.run:
            return REFUSED, _CHANGED
        if not task.folder.is_dir():
            plan(scenario.plan).write(task.folder)
    except (FaultyInputError, InfeasibleError, OSError) as error:
        if not task.folder.is_dir():  # which another process may have made meanwhile
            return REFUSED, str(error)
    except MemoryError:
        return FAILED, "memory ran out"
    except Exception as error:
        traceback.print_exc()
        return FAILED, f"{type(error).__name__}: {error}"
    return DONE, ""
