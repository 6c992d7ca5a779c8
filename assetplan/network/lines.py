"""Road lines as they are drawn: sections of even length, ends that meet, length near a point."""

from __future__ import annotations

import numpy as np
import shapely

from assetplan._types import Bools, Floats, Ints, Shapes
from assetplan.network.graph import pieces
from assetplan.network.places import SAME_M, groups


def _split_at(coordinates: Floats, first: Bools, cuts: Bools) -> tuple[Shapes, Ints]:
    """Lines from one run of vertices, each new at `first` and split at `cuts`, and the first vertex of each."""
    # A cut vertex ends one part and starts the next, so it is written twice.
    order = np.repeat(np.arange(len(coordinates)), 1 + cuts)
    again = np.r_[False, order[1:] == order[:-1]]
    part = np.cumsum(first[order] & ~again | again) - 1
    starts = np.flatnonzero(np.r_[True, part[1:] != part[:-1]])
    return shapely.linestrings(coordinates[order], indices=part), order[starts]


def cut_sections(links: Shapes, target: float = 100.0) -> tuple[Shapes, Ints, Floats]:
    """Cut each link into equal sections of about the target length.

    Parameters
    ----------
    links : array of LineString, shape (n,); in a projected CRS (m), each longer than 0
    target : float; length aimed at [m], above 0; a link shorter than 1.5 times this stays whole

    Returns
    -------
    (array of LineString, array of int, array of float)
        Sections in the order of the links and along each, the link of each (0 to n − 1), and the distance of its
        start along the link [m].

    Raises
    ------
    ValueError
        The target is not above 0.
    """
    if not target > 0:
        raise ValueError("the target length of sections must be above 0 m")
    links = np.asarray(links, dtype=object)
    lengths = shapely.length(links)
    parts = np.maximum(np.round(lengths / target), 1).astype(np.intp)
    coordinates, owner = shapely.get_coordinates(links, return_index=True)
    if not len(owner):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.intp), np.empty(0)
    link = np.repeat(np.arange(len(links)), parts)
    number = np.arange(len(link)) - np.repeat(np.cumsum(parts) - parts, parts)
    chainage = number * (lengths / parts)[link]
    first = np.r_[True, owner[1:] != owner[:-1]]
    steps = np.hypot(*np.diff(coordinates, axis=0, prepend=coordinates[:1]).T)
    along = np.cumsum(np.where(first, 0.0, steps))
    inside = number > 0
    cut_owner = link[inside]
    cut_along = chainage[inside] + along[first][cut_owner]
    # Two links meet at one distance along the whole run; a cut is strictly inside its own, so it never sees the other.
    points = np.stack([np.interp(cut_along, along, coordinates[:, axis]) for axis in (0, 1)], axis=1)
    every_owner = np.r_[owner, cut_owner]
    every_along = np.r_[along, cut_along]
    is_cut = np.r_[np.zeros(len(owner), dtype=bool), np.ones(len(cut_owner), dtype=bool)]
    order = np.lexsort((is_cut, every_along, every_owner))
    owner_sorted = every_owner[order]
    sections, _ = _split_at(
        np.vstack([coordinates, points])[order],
        np.r_[True, owner_sorted[1:] != owner_sorted[:-1]],
        is_cut[order],
    )
    return shapely.remove_repeated_points(sections), link.astype(np.intp), chainage


def one_line(shapes: Shapes) -> Shapes:
    """Shapes in the plane, those of several parts that join end to end as one line; all others as they are."""
    flat = shapely.force_2d(np.asarray(shapes, dtype=object))
    several = shapely.get_type_id(flat) == shapely.GeometryType.MULTILINESTRING
    flat[several] = shapely.line_merge(flat[several])
    return flat


def end_nodes(lines: Shapes) -> tuple[Ints, Ints]:
    """Numbers of the places where each line starts and ends, the same for lines that meet end to end."""
    ends = np.vstack(
        [shapely.get_coordinates(shapely.get_point(lines, 0)), shapely.get_coordinates(shapely.get_point(lines, -1))]
    )
    if not len(ends):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    ids = groups(ends, SAME_M)
    return ids[: len(lines)], ids[len(lines) :]


def connected_pieces(lines: Shapes) -> int:
    """Number of pieces that the lines make when joined at their ends only."""
    start, end = end_nodes(np.asarray(lines, dtype=object))
    if not len(start):
        return 0
    return len(np.unique(pieces(start, end, int(max(start.max(), end.max())) + 1)))


def midpoints(lines: Shapes) -> Shapes:
    """Point half-way along each line."""
    return shapely.line_interpolate_point(lines, 0.5, normalized=True)


def length_near(points: Shapes, lines: Shapes, radius: float) -> Floats:
    """Length of line near each point.

    Parameters
    ----------
    points, lines : array of Point, array of LineString
        In a projected CRS (m). Lines count whole by their midpoint, so they should be short against the radius.
    radius : float; distance within which a line's midpoint counts [m]

    Returns
    -------
    array of float, shape (n_points,)
        Length [m].
    """
    if not len(points) or not len(lines):
        return np.zeros(len(points))
    tree = shapely.STRtree(midpoints(lines))
    point, line = tree.query(points, predicate="dwithin", distance=radius)
    return np.bincount(point, weights=shapely.length(lines)[line], minlength=len(points)).astype(np.float64)
