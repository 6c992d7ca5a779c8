"""A process of its own that plans and ends: its threads, its collection of garbage, the memory that it took."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")  # of Linux
# Read when numpy is loaded.
_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# Objects made between collections, and collections between those of older objects. Nearly all that a plan makes lives
# as long as it does: at Python's own 700 a tenth of a county's time goes on looking through it, for the same memory.
_SELDOM = (50_000, 20, 20)


def one_thread() -> None:
    """Keep linear algebra to one thread in this process, if numpy is not loaded yet, and in those that it starts.

    Sums are then added in one order on any number of cores. What the user has set stands.
    """
    for name in _VARIABLES:
        os.environ.setdefault(name, "1")


def collect_seldom() -> None:
    """Let Python look for garbage in rings of objects less often in this process."""
    gc.set_threshold(*_SELDOM)


def peak_memory() -> float:
    """Most memory that this process has held at once [MB]; 0 where the system does not say."""
    held = re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text() if _STATUS.is_file() else "")
    return int(held[1]) * 1024 / 1e6 if held else 0.0


class _Later(Future[Any]):
    """What is worked out when its result is first asked for."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> Any:
        if not self.done():
            self.set_result(self._work())
        return super().result(timeout)


class InTurn(Executor):
    """What it is given is done by whoever asks for the result: for a process that has one core.

    A second thread of Python costs more than it brings where it has no core of its own: the two wait for each other.
    """

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        """Keep work until its result is asked for.

        Parameters
        ----------
        work, args, named : callable, and what it is called with
        """
        return _Later(partial(work, *args, **named))
