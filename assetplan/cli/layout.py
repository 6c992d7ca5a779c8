"""How text is laid out on a terminal and in a log: tables, lists, blocks."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest

import click

WIDTH = 80
"""Characters in a line of text."""
_LONG = 40  # characters of a word, as of a path, beyond which it stands out of its column
_NAMES = 28, 18  # characters that a name may take in a table that is short of room, and the least before it is parted

# Control characters but the tab and the line feed: a name from a register must not steer a terminal.
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")


def echo(text: str, err: bool = False) -> None:
    """Print text, without what a terminal would take for a command."""
    click.echo(text.translate(_CONTROLS), err=err)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: Collection[int] = (0,)) -> str:
    """A table no wider than `WIDTH`, some columns to the left and the others to the right.

    Headings, then columns to the left, take as many lines as they need; columns that have no room all the same follow
    in a table below, beside the first column again.

    Parameters
    ----------
    head, rows : sequence of str, sequence of sequences of str; headings, and the cells of each row
    left : collection of int, optional; places of the columns to the left, by default the first
    """
    columns = [_Column(name, tuple(row[k] for row in rows), k in left) for k, name in enumerate(head)]
    return "\n\n".join("\n".join(_drawn(part)) for part in _parts(columns))


@dataclass(frozen=True)
class _Column:
    """A column of a table: its heading, its cells, and whether they stand to the left."""

    head: str
    cells: tuple[str, ...]
    left: bool

    @property
    def whole(self) -> int:
        """Its width where nothing of it is broken."""
        return max(map(len, (self.head, *self.cells)))

    @property
    def least(self) -> int:
        """Its least width: its heading broken and, where it is text, its cells too."""
        heads = max(map(len, self.head.split()), default=0)
        cells = max(map(len, self.cells), default=0)
        if self.left:
            words = max((min(len(word), _LONG) for cell in self.cells for word in cell.split()), default=0)
            cells = min(cells, max(words, _NAMES[1]))
        return max(heads, cells)

    def lines(self, text: str, width: int) -> list[str]:
        """A text of it, as lines of a width."""
        parts = [text] if len(text) <= width else wrapped(text, width)
        return [part.ljust(width) if self.left else part.rjust(width) for part in parts]


def _parts(columns: list[_Column]) -> Iterator[list[tuple[_Column, int]]]:
    """Columns with their widths, as tables one below the other."""
    first = columns[0]
    names = [min(first.whole, max(first.least, most)) for most in _NAMES]
    name = next((width for width in names if _fitting(columns, width) == len(columns)), names[0])
    rest = columns[1:]
    while True:
        fits = _fitting([first, *rest], name) - 1
        # Where not all fit, tables of about as many columns each are easier to read than a last one of one.
        taken = min(fits, -(-len(rest) // -(-len(rest) // max(fits, 1)))) if rest else 0
        yield _widths([first, *rest[:taken]], name)
        rest = rest[taken:]
        if not rest:
            return


def _fitting(columns: list[_Column], name: int) -> int:
    """How many columns fit beside each other, with the first of a width; two at least, however wide."""
    ends = list(accumulate((2 + each.least for each in columns[1:]), initial=name))
    return max(sum(end <= WIDTH for end in ends), min(2, len(columns)))


def _widths(columns: list[_Column], name: int) -> list[tuple[_Column, int]]:
    """The widths of columns that fit beside each other: the room that is left goes first to those that need least."""
    widths = [name, *(each.least for each in columns[1:])]
    room = WIDTH - sum(widths) - 2 * (len(columns) - 1)
    for place in sorted(range(len(columns)), key=lambda k: (columns[k].whole - widths[k], k)):
        more = max(min(columns[place].whole - widths[place], room), 0)
        widths[place] += more
        room -= more
    return list(zip(columns, widths, strict=True))


def _drawn(part: list[tuple[_Column, int]]) -> Iterator[str]:
    """The lines of a table: headings end on the line above the rule, cells begin on the first of their row."""
    heads = [each.lines(each.head, width) for each, width in part]
    above = max(map(len, heads))
    padded = [[" " * width] * (above - len(head)) + head for head, (_, width) in zip(heads, part, strict=True)]
    top = [_joined(line) for line in zip(*padded, strict=True)]
    yield from [*top, "-" * max(map(len, top))]
    for cells in zip(*(each.cells for each, _ in part), strict=True):
        broken = [each.lines(cell, width) for cell, (each, width) in zip(cells, part, strict=True)]
        for line in zip_longest(*broken):
            yield _joined(cell or " " * width for cell, (_, width) in zip(line, part, strict=True))


def _joined(cells: Iterable[str]) -> str:
    return "  ".join(cells).rstrip()


def figure(value: float, decimals: str) -> str:
    """A number in a format of Python, a dash where it is missing."""
    return "–" if value != value else format(value, decimals)


def items(texts: Sequence[str]) -> list[str]:
    """Lines of a list, each of its texts after a dash."""
    return [line for text in texts for line in wrapped(text, initial_indent="  - ", subsequent_indent="    ")]


def block(title: str, *lines: str) -> str:
    """Lines under a title."""
    return "\n".join([title, *lines])


def paragraph(text: str, indent: str = "  ") -> str:
    """Text over as many lines as it needs, those after the first set in by `indent`."""
    return "\n".join(wrapped(text, subsequent_indent=indent))


def wrapped(text: str, width: int = WIDTH, **indents: str) -> list[str]:
    """Text as lines of a width, its words whole: a path or a name stays as it is.

    Parameters
    ----------
    text : str
    width : int, optional; characters in a line
    indents : str; initial_indent and subsequent_indent, as of `textwrap.wrap`
    """
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False, **indents)  # type: ignore[arg-type]
