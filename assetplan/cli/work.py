"""Work that more than one command does, with progress on a terminal and quiet in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from assetplan.programme import FILES, Programme


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Something to call with the name of each stage; shows it on a terminal, is silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading") as status:
        yield lambda stage: status.update(stage)


def run_plan(plan_file: Path, output: Path, force: bool) -> None:
    """Read a plan, choose its programme, write folder and report, print the summary.

    Parameters
    ----------
    plan_file : Path
        Plan to read (TOML).
    output : Path
        Folder to write.
    force : bool
        Whether an output of that name may be replaced.
    """
    from assetplan import read_plan
    from assetplan.cli.plan_text import summary_text
    from assetplan.output import refuse_existing
    from assetplan.planning import plan
    from assetplan.report import write_report

    refuse_existing(output, force, FILES)
    configuration = read_plan(plan_file)
    with progress() as stage:
        programme = plan(configuration, progress=stage)
        stage("report")

        def report(made: Programme, folder: Path) -> None:
            write_report(made, folder / "report.html")

        programme.write(output, force, also=report)
    click.echo(summary_text(programme, output))


def run_finance(plan_file: Path, output: Path, force: bool) -> None:
    """Read a plan, solve it, write its statements of finance, print what they say of borrowing.

    Parameters
    ----------
    plan_file : Path
        Plan to read (TOML).
    output : Path
        Folder to write.
    force : bool
        Whether an output of that name may be replaced.
    """
    from assetplan import read_plan
    from assetplan.cli.plan_text import finance_text
    from assetplan.output import refuse_existing
    from assetplan.planning import finance_statements
    from assetplan.programme import statement_files, write_statements

    refuse_existing(output, force, statement_files(output))
    configuration = read_plan(plan_file)
    with progress() as stage:
        tables = finance_statements(configuration, progress=stage)
        stage("files")
        write_statements(tables, configuration, output, force)
    click.echo(finance_text(tables, configuration, output))
