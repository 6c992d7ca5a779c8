"""How text is laid out on a terminal and in a log: tables, lists, blocks."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import click

WIDTH = 100
"""Characters in a line of text."""

# Control characters but the tab and the line feed: a name from a register must not steer a terminal.
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")


def echo(text: str, err: bool = False) -> None:
    """Print text, without what a terminal would take for a command."""
    click.echo(text.translate(_CONTROLS), err=err)


def remark(sentence: str, err: bool = False) -> None:
    """Print a sentence, if there is one."""
    if sentence:
        echo(paragraph(sentence), err)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with its first column to the left and the others to the right."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *rows]
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def figure(value: float, decimals: str) -> str:
    """A number in a format of Python, a dash where it is missing."""
    return "–" if value != value else format(value, decimals)


def items(texts: Sequence[str]) -> list[str]:
    """Lines of a list, each of its texts after a dash."""
    return [
        line for text in texts for line in textwrap.wrap(text, WIDTH, initial_indent="  - ", subsequent_indent="    ")
    ]


def block(title: str, *lines: str) -> str:
    """Lines under a title."""
    return "\n".join([title, *lines])


def paragraph(text: str, indent: str = "  ") -> str:
    """Text over as many lines as it needs, those after the first set in by `indent`."""
    return textwrap.fill(text, WIDTH, subsequent_indent=indent)
