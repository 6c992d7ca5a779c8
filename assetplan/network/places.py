"""Places on lines: all vertices in one row, and positions along them.

A place on any line is one number, its position: the number of the vertex before it plus the share of the segment that
follows. Positions sort by line and along each line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from assetplan._types import Bools, Floats, Ints, Shapes
from assetplan.network.graph import pieces

# Vertices nearer than this are one vertex [m]: far below survey accuracy, far above rounding.
SAME_M = 0.001


@dataclass(frozen=True, eq=False)
class Vertices:
    """Vertices of all lines, one line after another.

    Attributes
    ----------
    xy : array (n, 2); easting and northing [m], equal to the last digit where vertices are in one place
    place : array (n,) of int; number of that place, by easting, then northing
    line : array (n,) of int; row of the line layer
    level : array (n,); level of the line
    end : array (n,) of bool; first or last of its line
    along : array (n,); distance from the line's start [m]
    """

    xy: Floats
    place: Ints
    line: Ints
    level: Floats
    end: Bools
    along: Floats

    def segments(self) -> Ints:
        """First vertex of each segment."""
        return np.flatnonzero(self.line[1:] == self.line[:-1])

    def _between(self, position: Floats, values: Floats) -> Floats:
        before = position.astype(np.intp)
        share = (position - before).reshape(-1, *[1] * (values.ndim - 1))
        after = before + (position > before)
        return values[before] + share * (values[after] - values[before])

    def xy_at(self, position: Floats) -> Floats:
        """Easting and northing of positions [m], shape (n_positions, 2); to 0.1 mm where there is no vertex."""
        # Rounded, so that the order of the lines does not show in the last digits.
        xy = self._between(position, self.xy)
        return np.where((position % 1 > 0)[:, None], np.round(xy, 4), xy)

    def along_at(self, position: Floats) -> Floats:
        """Distance of positions from the start of their lines [m]."""
        return self._between(position, self.along)

    def to_end(self, position: Floats) -> Floats:
        """Distance along the line from positions to its nearer end [m]."""
        length = np.zeros(self.line.max(initial=-1) + 1)
        np.maximum.at(length, self.line, self.along)
        along = self.along_at(position)
        return np.minimum(along, length[self.line_at(position)] - along)

    def line_at(self, position: Floats) -> Ints:
        """Line of each position."""
        return self.line[position.astype(np.intp)]

    def kind_at(self, position: Floats) -> Ints:
        """What is at each position: 0 no vertex, 1 a vertex, 2 the end of the line."""
        before = position.astype(np.intp)
        return np.where(position == before, 1 + self.end[before], 0)

    def nearest(self, segment: Ints, xy: Floats) -> Floats:
        """Position on each segment, given by its first vertex, that is nearest to each point."""
        start, step = self.xy[segment], self.xy[segment + 1] - self.xy[segment]
        share = ((xy - start) * step).sum(axis=1) / (step**2).sum(axis=1)
        # A vertex is hit exactly, so that its position is a whole number.
        share[(xy == start).all(axis=1)] = 0.0
        share[(xy == self.xy[segment + 1]).all(axis=1)] = 1.0
        return segment + np.clip(share, 0.0, 1.0)


def vertices_of(lines: Shapes, level: Floats) -> Vertices:
    """Vertices of lines (n,) [m] of levels (n,), without repeats; None, and a line all in one place, has none."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    place = groups(xy, SAME_M)
    count = int(place.max(initial=-1)) + 1
    repeat = np.zeros(len(line), dtype=bool)
    repeat[1:] = (line[1:] == line[:-1]) & (place[1:] == place[:-1])
    kept = ~repeat & (np.bincount(line[~repeat], minlength=len(lines))[line] > 1)
    order = np.lexsort((xy[:, 1], xy[:, 0]))[::-1]
    lowest = np.zeros(count, dtype=np.intp)
    lowest[place[order]] = order
    xy, line, place = xy[lowest[place[kept]]], line[kept], place[kept]
    first = np.diff(line, prepend=-1) > 0
    last = np.diff(line, append=len(lines)) > 0
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    run = np.cumsum(np.where(first, 0.0, step))
    along = run - run[first][np.cumsum(first) - 1]
    return Vertices(xy, place, line, level[line], first | last, along)


def groups(xy: Floats, reach: float, level: Floats | None = None, kind: Ints | None = None) -> Ints:
    """Group points that steps of at most the reach join.

    A step joins two points of one level, two ends, or an end and a vertex in its place.

    Parameters
    ----------
    xy : array (n, 2); points [m]
    reach : float; longest step [m]
    level : array (n,), optional; by default all points are on one level
    kind : array (n,) of int, optional; 0 no vertex (the default), 1 a vertex, 2 the end of a line

    Returns
    -------
    array (n,) of int
        Group of each point, numbered by the lowest easting, then northing, in each.
    """
    if not len(xy):
        return np.zeros(0, dtype=np.intp)
    level = np.zeros(len(xy)) if level is None else level
    kind = np.zeros(len(xy), dtype=np.intp) if kind is None else kind
    order = np.lexsort((kind, level, xy[:, 1], xy[:, 0]))
    table = np.column_stack([xy, level, kind])[order]
    new = np.r_[True, (table[1:] != table[:-1]).any(axis=1)]
    unique = table[new]
    number = np.empty(len(xy), dtype=np.intp)
    number[order] = np.cumsum(new) - 1
    # A micrometre more, for a distance measured by another road.
    one, other = cKDTree(unique[:, :2]).query_pairs(reach + 1e-6, output_type="ndarray").T
    kinds = unique[one, 3] + unique[other, 3]
    apart = np.hypot(*(unique[one, :2] - unique[other, :2]).T)
    joined = (unique[one, 2] == unique[other, 2]) | (kinds == 4) | ((kinds == 3) & (apart <= SAME_M))
    one, other = one[joined], other[joined]
    label = pieces(one, other, len(unique))
    # Labels in the order of their first point, which is the lowest.
    first = np.unique(label, return_index=True)[1]
    rank = np.empty(len(first), dtype=np.intp)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[label][number]
