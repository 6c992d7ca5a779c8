"""A register's network in a drawing of some kilobytes: main roads as lines, all else as the places where it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from assetplan._types import Ints
from assetplan.notebook.pieces import Piece

if TYPE_CHECKING:
    import geopandas as gpd

_SIZE = 300  # the longer side (pixels)
_CELL = 4  # of what is no main road (pixels)
_STEP = 2  # between two corners of a main road (pixels)
_MAIN = {"A": ("#14365f", 1.6), "B": ("#3f97d0", 1.1)}
_OTHER = "#c3c8ce"
_MOST = 30_000  # characters of the main roads


@dataclass(frozen=True)
class Outline(Piece):
    """The drawing: its size (pixels), what it shows in words, and paths with colour and width."""

    width: int
    height: int
    words: str
    paths: tuple[tuple[str, str, float], ...]


def outline(assets: gpd.GeoDataFrame) -> Outline | None:
    """Draw where assets are; None where none has a geometry.

    Parameters
    ----------
    assets : GeoDataFrame; table `assets` of a register, road_class among its columns
    """
    shapes = assets.geometry.to_numpy()
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not there.any():
        return None
    shapes, road_class = shapes[there], assets["road_class"].to_numpy(dtype=object)[there]
    west, south, east, north = shapely.total_bounds(shapes)
    scale = _SIZE / max(east - west, north - south, 1.0)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    pixels = np.stack([(xy[:, 0] - west) * scale, (north - xy[:, 1]) * scale], axis=1)
    paths = [(_cells(pixels), _OTHER, float(_CELL))]
    linear = shapely.get_dimensions(shapes) == 1
    for name in reversed(_MAIN):
        mine = ((road_class == name) & linear)[owner]
        path = _chained(pixels[mine], owner[mine])
        if path and len(path) < _MOST:
            paths.append((path, *_MAIN[name]))
    width, height = (max(_CELL, int(np.ceil(side * scale)) + 1) for side in (east - west, north - south))
    return Outline(width, height, f"Where the {len(shapes):,} assets with a geometry are", tuple(paths))


def _cells(pixels: np.ndarray) -> str:
    """Cells in which there is anything, run by run."""
    grid = pixels.astype(np.int64) // _CELL
    across = int(grid[:, 0].max()) + 1
    cells = np.stack(np.divmod(np.unique(grid[:, 1] * across + grid[:, 0]), across), axis=1)
    runs = np.flatnonzero((np.diff(cells[:, 0], prepend=-9) != 0) | (np.diff(cells[:, 1], prepend=-9) != 1))
    ends = [*runs[1:], len(cells)]
    half = _CELL / 2
    return "".join(
        f"M{cells[first, 1] * _CELL} {cells[first, 0] * _CELL + half:g}h{(last - first) * _CELL}"
        for first, last in zip(runs, ends, strict=True)
    )


def _chained(pixels: np.ndarray, owner: Ints) -> str:
    """Lines on a coarse grid, no step drawn twice, and joined where one goes on from another."""
    if not len(pixels):
        return ""
    grid = np.rint(pixels / _STEP).astype(np.int64)
    across = int(grid[:, 0].max()) + 1
    place = grid[:, 1] * across + grid[:, 0]
    steps = np.sort(np.stack([place[:-1], place[1:]], axis=1), axis=1)
    steps = np.unique(steps[(np.diff(owner) == 0) & (np.diff(place) != 0)], axis=0)
    onward: dict[int, list[int]] = {}
    for one, other in steps.tolist():
        onward.setdefault(one, []).append(other)
        onward.setdefault(other, []).append(one)
    return "".join(_drawn([divmod(place, across)[::-1] for place in walk]) for walk in _walks(onward))


def _walks(onward: dict[int, list[int]]) -> Iterator[list[int]]:
    """Steps one after another until there is none left to take, then from the next place; ends of lines come first."""
    for start in sorted(onward, key=lambda place: (len(onward[place]) % 2 == 0, place)):
        while onward[start]:
            walk = [start]
            while onward[walk[-1]]:
                here = walk[-1]
                there = onward[here].pop()
                onward[there].remove(here)
                walk.append(there)
            yield walk


def _drawn(walk: list[tuple[int, int]]) -> str:
    steps = ((bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(walk))
    start = f"M{walk[0][0] * _STEP} {walk[0][1] * _STEP}l"
    return start + " ".join(f"{x * _STEP} {y * _STEP}" for x, y in steps)
