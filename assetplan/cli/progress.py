"""What a terminal shows while a plan is solved: the stage, and how near to best the search is; a pipe shows nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assetplan.cli.answer import quiet


@contextmanager
def progress() -> Iterator[Callable[[str], None] | None]:
    """What is to be called with each stage; None where standard error is no terminal, or with --quiet.

    A terminal that cannot go back over a line (`TERM=dumb`) has a line a stage.
    """
    if quiet() or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if console.is_dumb_terminal:
        yield console.print
        return
    with console.status("reading") as status:
        yield status.update
