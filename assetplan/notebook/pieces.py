"""What a card of HTML is put together from: static, every text escaped, on a ground of its own in any theme."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from assetplan.condition import band_names
from assetplan.report.charts import Chart
from assetplan.report.markup import render
from assetplan.report.wording import band_colours, percent
from assetplan.words import is_missing

PACKAGE = "assetplan.notebook"
BAR = 180  # width of a bar (pixels)


class Piece:
    """A part of a card, which a template shows by naming it: it is its own template, named for its class."""

    def __html__(self) -> Markup:
        """Return the part as HTML."""
        name = type(self).__name__.lower()
        return render(f"{name}.html", PACKAGE, **{name: self})


def card(title: str, parts: Sequence[Piece | None]) -> str:
    """A card: its title and its parts; those that are None are left out.

    Parameters
    ----------
    title, parts : str, sequence of Piece or None
    """
    return str(render("card.html", PACKAGE, title=title, parts=[part for part in parts if part is not None]))


@dataclass(frozen=True)
class CardTable(Piece):
    """A table: caption, heads, rows of texts or pieces, and which columns hold numbers."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    numbers: Collection[int] = ()


@dataclass(frozen=True)
class Sentence(Piece):
    """A sentence; a soft one is a remark."""

    text: str
    soft: bool = True


@dataclass(frozen=True)
class Tiles(Piece):
    """Headline figures, each with a name, a figure and a detail."""

    tiles: Sequence[Any]


@dataclass(frozen=True)
class Drawing(Piece):
    """A chart of the report, in a card."""

    chart: Chart


@dataclass(frozen=True)
class Picture(Piece):
    """A PNG picture, as base64, and what it shows in words."""

    data: str
    words: str


@dataclass(frozen=True)
class Key(Piece):
    """What colours mean: a caption, and names with their colours."""

    caption: str
    entries: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Bar(Piece):
    """A bar of shares, best first: where each piece begins, its width (pixels) and colour; and it in words."""

    pieces: Sequence[tuple[float, float, str]]
    words: str


def condition_bar(scale: str, shares: Sequence[float]) -> Bar | str:
    """The bar of the shares of a stock in each band of a scale, best first; "not known" where they are missing.

    Parameters
    ----------
    scale, shares : str, sequence of float; a scale of reference/bands.csv, a share (0–1) for each of its bands
    """
    if any(map(is_missing, shares)) or not sum(shares) > 0:
        return "not known"
    pieces, at, total = [], 0.0, sum(shares)
    for share, colour in zip(shares, band_colours(scale), strict=True):
        width = BAR * share / total
        pieces.append((round(at, 1), round(width, 1), colour))
        at += width
    shown = zip(band_names(scale), shares, strict=True)
    return Bar(
        [piece for piece in pieces if piece[1] > 0], ", ".join(f"{name} {percent(one, 1)}" for name, one in shown)
    )


def condition_key(scales: Collection[str]) -> list[Key]:
    """The key to the bars of some scales.

    Parameters
    ----------
    scales : collection of str; in their order
    """
    names = {"index": "Condition"}
    return [
        Key(names.get(scale, scale.capitalize()), list(zip(band_names(scale), band_colours(scale), strict=True)))
        for scale in scales
    ]
