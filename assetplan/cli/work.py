"""Work that more than one command does, with progress on a terminal and quiet in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from assetplan.programme import FILES, statement_files, write_statements

if TYPE_CHECKING:
    from assetplan.config import Plan

Result = TypeVar("Result")


@contextmanager
def _solved(plan_file: Path, solve: Callable[..., Result], last: str) -> Iterator[tuple[Plan, Result]]:
    """A plan as read and solved; a terminal shows each stage while it lasts, the caller's own named `last`."""
    from assetplan import read_plan

    configuration = read_plan(plan_file)
    if not sys.stderr.isatty():
        yield configuration, solve(configuration)
        return
    from rich.console import Console

    with Console(stderr=True).status("reading") as status:
        result = solve(configuration, progress=status.update)
        status.update(last)
        yield configuration, result


def run_plan(plan_file: Path, output: Path, force: bool) -> None:
    """Read a plan, choose its programme, write folder and report, print the summary.

    Parameters
    ----------
    plan_file : Path; plan to read (TOML)
    output : Path; folder to write
    force : bool; whether an output of that name may be replaced
    """
    from assetplan.cli.plan_text import summary_text
    from assetplan.output import refuse_existing
    from assetplan.planning import plan
    from assetplan.report import write_report

    refuse_existing(output, force, FILES)
    with _solved(plan_file, plan, "report") as (_, programme):
        programme.write(output, force, also=lambda made, folder: write_report(made, folder / "report.html"))
    click.echo(summary_text(programme, output))


def run_finance(plan_file: Path, output: Path, force: bool) -> None:
    """Read a plan, solve it, write its statements of finance, print what they say of borrowing; as `run_plan`.

    Parameters
    ----------
    plan_file, output, force : Path, Path, bool; as of `run_plan`
    """
    from assetplan.cli.plan_text import finance_text
    from assetplan.output import refuse_existing
    from assetplan.planning import finance_statements

    refuse_existing(output, force, statement_files(output))
    with _solved(plan_file, finance_statements, "files") as (configuration, tables):
        write_statements(tables, configuration, output, force)
    click.echo(finance_text(tables, configuration, output))
