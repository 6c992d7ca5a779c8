"""Shapes as the planner takes them: flat, and one line, point or area where several parts can be one."""

from __future__ import annotations

import numpy as np
import shapely

from assetplan._types import Bools, Floats, Shapes

_MULTI = {4, 5, 6, 7}  # type numbers of shapely: several points, lines, areas, or a collection
_MULTILINE, _LINE = 5, 1


def plain_shapes(shapes: Shapes) -> Shapes:
    """Shapes without heights; those of one part as that part; lines whose parts meet end to end as one line.

    Parts joined keep their direction where they agree on one.

    Parameters
    ----------
    shapes : array (n,)
        Any shapes, None where one is missing. Never written to.

    >>> plain_shapes(np.array([shapely.from_wkt("MULTILINESTRING Z ((0 0 5, 1 0 5), (1 0 5, 2 0 5))")]))[0].wkt
    'LINESTRING (0 0, 1 0, 2 0)'
    """
    out = shapely.force_2d(np.asarray(shapes, dtype=object))
    several = np.isin(shapely.get_type_id(out), list(_MULTI))
    single = several & (shapely.get_num_geometries(out) == 1)
    out[single] = shapely.get_geometry(out[single], 0)
    for directed in (True, False):
        left = np.flatnonzero(shapely.get_type_id(out) == _MULTILINE)
        if len(left):
            merged = shapely.line_merge(out[left], directed=directed)
            done = (shapely.get_type_id(merged) == _LINE) & ~shapely.is_empty(merged)
            out[left[done]] = merged[done]
    return out


def in_parts(shapes: Shapes) -> Bools:
    """Where a line has parts that do not meet end to end (n,): no single way runs along it."""
    return np.asarray(shapely.get_type_id(plain_shapes(shapes)) == _MULTILINE)


def with_heights(shapes: Shapes) -> Bools:
    """Where a shape has heights (n,)."""
    return np.asarray(shapely.has_z(np.asarray(shapes, dtype=object)))


def pieces(lines: Shapes, start: Floats, end: Floats) -> Shapes:
    """The piece of each line between two distances along it; None where there is no line or no length between them.

    Parameters
    ----------
    lines : array (n,); lines, None where there is none
    start, end : array (n,); distances from the line's start [m]; what lies past an end is cut there
    """
    from shapely.ops import substring

    low, high = np.minimum(start, end), np.maximum(start, end)
    good = (shapely.get_type_id(lines) == _LINE) & (high > low) & (low < shapely.length(lines))
    out = np.full(len(lines), None, dtype=object)
    for i in np.flatnonzero(good):
        out[i] = substring(lines[i], low[i], high[i])
    return out
