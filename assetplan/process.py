"""A process of its own that plans and ends: threads of linear algebra, collection of garbage, memory it took."""

from __future__ import annotations

import gc
import os
import re
from pathlib import Path

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
