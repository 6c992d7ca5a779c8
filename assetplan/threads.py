"""How many threads linear algebra takes: one, so that sums are added in one order on any number of cores."""

from __future__ import annotations

import os

# Read when numpy is loaded.
_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread() -> None:
    """Keep linear algebra to one thread in this process, if numpy is not loaded yet, and in those that it starts.

    What the user has set stands.
    """
    for name in _VARIABLES:
        os.environ.setdefault(name, "1")
