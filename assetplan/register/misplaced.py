"""The one rule by which every import leaves out, refuses or names what lies where it cannot.

Rules. Which assets those are `positions` says. They are left out, each reason with its count and first rows, and what
is strange is kept and named; where half of all or more lie wrong the file is refused, each of them a fault.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assetplan._types import Bools, Ints
from assetplan.errors import Fault, RegisterError
from assetplan.register.positions import placing

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_MOST = 0.5  # share in wrong places from which a file is refused
_FEW = 5
_HINT = "are its coordinates in the CRS that the file states?"

Notes = list[tuple[str, int]]


@dataclass(frozen=True, eq=False)
class Sifted:
    """What of some shapes lies where it can.

    Attributes
    ----------
    keep : array (n,) of bool
    notes : list of (str, int); what was left out and what is strange, with the first of them
    faults : list of Fault; of a file that is refused, each by its place among the shapes, from 1
    """

    keep: Bools
    notes: Notes
    faults: list[Fault]


def sift(
    geometry: gpd.GeoSeries, names: pd.Series, file: str, rows: Ints | None = None, what: str = "assets"
) -> Sifted:
    """Sort shapes by whether they can lie where they do.

    Parameters
    ----------
    geometry : GeoSeries (n,); in the CRS that the file states
    names : Series (n,) of str; what each is called
    file : str; for faults
    rows : array (n,) of int, optional; row or line of each in the file
    what : str; what they are, in the plural
    """
    if not len(geometry):
        return Sifted(np.zeros(0, dtype=bool), [], [])
    strays = placing(geometry)
    if strays.lost.mean() >= _MOST:
        faults = [
            Fault(file, int(i) + 1, "geometry", str(names.iloc[i])[:80], f"lies {why}", strays.hints.get(why, ""))
            for why, some in strays.wrong.items()
            for i in np.flatnonzero(some)
        ]
        return Sifted(~strays.lost, [], faults)
    notes = [(f"{what} left out, for they lie {why}", some) for why, some in strays.wrong.items()]
    notes += [(f"{what} that lie {why}", some) for why, some in strays.strange.items()]
    shown = [(f"{text}: {_named(names, rows, some)}", int(some.sum())) for text, some in notes if some.any()]
    return Sifted(~strays.lost, shown, [])


def only_placed(
    frame: gpd.GeoDataFrame, names: pd.Series, file: str, what: str, rows: Ints | None = None
) -> tuple[gpd.GeoDataFrame, Notes]:
    """Rows of a frame that lie where they can, numbered from 0, and notes of the others.

    Parameters
    ----------
    frame : GeoDataFrame (n,); in the CRS that the file states
    names, file, what, rows : as of `sift`

    Raises
    ------
    RegisterError
        Half of all or more lie where they cannot; each is a fault.
    """
    sifted = sift(frame.geometry, names, file, rows, what)
    if sifted.faults:
        raise RegisterError(
            [replace(one, row=0 if rows is None else int(rows[one.row - 1]), hint=_HINT) for one in sifted.faults]
        )
    return frame if sifted.keep.all() else frame[sifted.keep].reset_index(drop=True), sifted.notes


def _named(names: pd.Series, rows: Ints | None, some: Bools) -> str:
    """The first of some shapes with their rows."""
    at = np.flatnonzero(some)
    shown = [f"{names.iloc[i]}" + ("" if rows is None else f" (row {rows[i]})") for i in at[:_FEW]]
    return ", ".join(shown) + (", …" if len(at) > _FEW else "")
