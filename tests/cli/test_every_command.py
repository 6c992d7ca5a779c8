"""Every command: which print figures as JSON, and how wide what they print is."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from commands import run

from assetplan.cli.main import main

# Commands that print no figures, and why.
NO_FIGURES = {
    "approve": "moves a run to a stage, and says so",
    "example": "writes files",
    "export": "copies a folder",
    "publish": "writes tables of a database",
    "report": "writes a page",
}


def leaves(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words that call it."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for each, inner in command.commands.items():
        yield from leaves(inner, f"{name} {each}".strip())


COMMANDS = dict(leaves(main))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_that_prints_figures_prints_them_as_json(name: str) -> None:
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert ("--json" in options) != (name in NO_FIGURES)


def test_the_list_of_commands_without_figures_names_commands() -> None:
    assert set(NO_FIGURES) <= set(COMMANDS)


@pytest.mark.parametrize("name", ["", "import", *sorted(COMMANDS)])
def test_help_fits_80_columns(name: str) -> None:
    done = run(*name.split(), "--help")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
