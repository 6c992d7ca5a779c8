"""A heat map of risks: counts by likelihood and impact, each cell named by its band, whose colour the page gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assetplan._types import Ints
from assetplan.assurance.risk_scale import LEVELS, band_of, level_labels
from assetplan.report.markup import Part
from assetplan.words import number


@dataclass(frozen=True)
class HeatRow:
    """One likelihood of a heat map: its label and its cells, each a count and a band."""

    label: str
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Heat(Part):
    """A heat map, which a template shows by naming it.

    Attributes
    ----------
    name, caption : str; makes its element ids; what it counts
    heads : sequence of str; impacts, the gravest to the right
    rows : sequence of HeatRow; the likeliest first
    """

    name: str
    caption: str
    heads: Sequence[str]
    rows: Sequence[HeatRow]


def heat(name: str, caption: str, counts: Ints) -> Heat:
    """A heat map of counts.

    Parameters
    ----------
    name, caption : str; as of `Heat`
    counts : array (5, 5); by likelihood 1 to 5 and impact 1 to 5
    """
    likelihood, impact = level_labels("likelihood"), level_labels("impact")
    rows = []
    for level in range(LEVELS, 0, -1):
        bands = band_of(level * np.arange(1, LEVELS + 1, dtype=float))
        cells = [(number(n), str(band)) for n, band in zip(counts[level - 1], bands, strict=True)]
        rows.append(HeatRow(f"{level} {likelihood[level - 1]}", cells))
    return Heat(name, caption, [f"{k} {label}" for k, label in enumerate(impact, 1)], rows)
