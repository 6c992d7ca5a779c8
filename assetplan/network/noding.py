"""From any line layer to a network: lines split where they meet, ends snapped, faults by row.

What counts as joined:

- Vertices in one place (1 mm), of lines of one level; and of any level where one of the lines ends there, as a bridge
  does on either bank.
- The end of a line, or any node, within the tolerance of a line of its level.
- Ends within the tolerance of each other, of any level.
- Lines of one level that cross with no vertex in common, unless the layer is known to be split at every junction.

Lines of different level that merely cross stay apart. Nodes are one where lines are joined, not where they share a
place, so that a bridge over a crossroads is no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats, Ints, Shapes
from assetplan.display import Shown
from assetplan.network.graph import Network
from assetplan.network.meetings import Crossings, crossings, near_lines, neighbours, segment_tree, shared_vertices
from assetplan.network.places import SAME_M, Vertices, groups, vertices_of

NOT_A_LINE = "not a line"
NO_LENGTH = "no length"
DUPLICATE = "duplicate"
CROSSING_JOINED = "crossing without a node, joined"
CROSSING_APART = "crossing left apart"
DANGLING = "dangling end"


@dataclass(frozen=True, eq=False, repr=False)
class Noded(Shown):
    """A network and what was found on the way.

    Attributes
    ----------
    network : Network
        Links in the order of the lines and along each. Nodes are numbered by easting, then northing.
    duplicate : array (n_links,) of int
        First link with the same ends and the same shape within the tolerance, −1 for none. Duplicates stay in the
        network; two one-way links that go opposite ways are none.
    notes : DataFrame
        One row a finding: `kind` (not a line, no length, duplicate, crossing without a node joined, crossing left
        apart, dangling end), `line` and `other` (rows of the layer, −1 for none), `x`, `y` [m]. Lines that are not
        lines or have no length are no part of the network.
    """

    network: Network
    duplicate: Ints
    notes: pd.DataFrame


def node_lines(
    lines: Shapes,
    level: ArrayLike | None = None,
    direction: ArrayLike | None = None,
    tolerance: float = 0.5,
    at_grade: bool = True,
) -> Noded:
    """Split lines where they meet and join them into a network.

    Parameters
    ----------
    lines : array (n,) of LineString
        In a projected CRS [m]. A multi-line of one part counts as a line; heights are dropped.
    level : array (n,), optional
        Level of each line: 0 the ground, 1 a bridge, −1 a tunnel; by default 0, also where it is not a number.
    direction : array (n,) of int, optional
        0 both ways, 1 along the line only, −1 against it only; by default 0.
    tolerance : float
        Distance within which ends are snapped [m], at least 0.001. Points that lie closer in a chain become one node.
    at_grade : bool
        Whether lines of one level that cross with no vertex in common are joined there. False for layers that are
        split at every junction, as OS Open Roads is, where such a crossing is a bridge.

    Returns
    -------
    Noded
        The network, its duplicate links and notes by row.

    Raises
    ------
    ValueError
        The tolerance is under 1 mm, the arrays are not as long as the lines, or a direction is not −1, 0 or 1.
    """
    lines = np.asarray(lines, dtype=object)
    if not tolerance >= SAME_M:
        raise ValueError(f"the tolerance must be at least {SAME_M} m, not {tolerance}")
    levels = np.nan_to_num(_by_line(level, lines, "level"))
    directions = _by_line(direction, lines, "direction")
    if not np.isin(directions, (-1, 0, 1)).all():
        raise ValueError("direction must be -1, 0 or 1")
    usable = _as_lines(lines)
    vertices = vertices_of(usable, levels)
    position, group, meetings = _meet(vertices, tolerance, at_grade)
    network = _network(vertices, position, group, directions, tolerance)
    duplicate = _duplicates(network, tolerance)
    wrong = np.array([one is None for one in usable], dtype=bool)
    without = np.setdiff1d(np.flatnonzero(~wrong), network.line)
    notes = [_rows(NOT_A_LINE, np.flatnonzero(wrong)), _rows(NO_LENGTH, without), _repeated(network, duplicate)]
    notes += _crossed(vertices, position, group, meetings, tolerance)
    notes.append(_dangling(network))
    return Noded(network, duplicate, pd.concat(notes, ignore_index=True))


def _by_line(values: ArrayLike | None, lines: Shapes, name: str) -> Floats:
    given = np.zeros(len(lines)) if values is None else np.asarray(values, dtype=np.float64)
    if given.shape != lines.shape:
        raise ValueError(f"{name} has shape {given.shape}, the lines {lines.shape}")
    return given


def _as_lines(lines: Shapes) -> Shapes:
    """Plane lines; None for what is none, has no vertex or a coordinate that is not a number."""
    lines = shapely.force_2d(lines)
    single = (shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING) & (
        shapely.get_num_geometries(lines) == 1
    )
    lines = np.where(single, shapely.get_geometry(lines, 0), lines)
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    right = shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING
    right &= ~shapely.is_empty(lines)
    right[owner[~np.isfinite(xy).all(axis=1)]] = False
    return np.where(right, lines, np.full(len(lines), None))


def _meet(vertices: Vertices, tolerance: float, at_grade: bool) -> tuple[Floats, Ints, list[Crossings]]:
    """Positions of all ends and cuts, sorted; the group of those that become one node; the crossings."""
    tree = segment_tree(vertices)
    cuts, over = shared_vertices(vertices)
    crossed = crossings(vertices, tree, at_grade)
    position = np.unique(
        np.r_[np.flatnonzero(vertices.end), cuts, crossed.one[crossed.joined], crossed.other[crossed.joined]]
    )
    fresh = np.ones(len(position), dtype=bool)
    # A cut that snapping makes may itself lie near a third line.
    while True:
        level = vertices.level[position.astype(np.intp)]
        group = groups(vertices.xy_at(position), tolerance, level, vertices.kind_at(position))
        added = near_lines(vertices, tree, position, group, fresh, tolerance)
        if not len(added):
            return position, group, [crossed, over]
        before, position = position, np.union1d(position, added)
        fresh = ~np.isin(position, before)


def _network(vertices: Vertices, position: Floats, group: Ints, direction: Floats, tolerance: float) -> Network:
    """Links between neighbouring cuts of each line; a piece that stays within its node is dropped."""
    xy = vertices.xy_at(position)
    # Vertices within lines stay where they are, then ends; what lies between vertices moves.
    order = np.lexsort((xy[:, 1], xy[:, 0], np.array([2, 0, 1])[vertices.kind_at(position)], group))
    nodes = xy[order[np.diff(group[order], prepend=-1) > 0]]
    reach = np.zeros(len(nodes))
    np.maximum.at(reach, group, np.hypot(*(xy - nodes[group]).T))
    line = vertices.line_at(position)
    piece = np.flatnonzero(line[1:] == line[:-1])
    inner, owner = _inner_vertices(position[piece], position[piece + 1])
    start, end = group[piece], group[piece + 1]
    furthest = np.zeros(len(piece))
    np.maximum.at(furthest, owner, np.hypot(*(vertices.xy[inner] - nodes[start[owner]]).T))
    kept = (start != end) | (furthest > reach[start] + tolerance)
    piece, start, end = piece[kept], start[kept], end[kept]
    inside = kept[owner]
    inner, owner = inner[inside], (np.cumsum(kept) - 1)[owner[inside]]
    link = np.r_[np.arange(len(piece)), owner, np.arange(len(piece))]
    place = np.r_[position[piece], inner, position[piece + 1]]
    points = np.vstack([nodes[start], vertices.xy[inner], nodes[end]])
    order = np.lexsort((place, link))
    shapes = shapely.linestrings(points[order], indices=link[order]) if len(piece) else np.empty(0, dtype=object)
    shapes = shapely.remove_repeated_points(shapes, SAME_M)
    used, number = np.unique(np.r_[start, end], return_inverse=True)
    # Groups are numbered by their lowest point, nodes by their own.
    order = np.lexsort((nodes[used, 1], nodes[used, 0]))
    number = np.argsort(order)[number]
    return Network(
        nodes=nodes[used[order]],
        start=number[: len(piece)],
        end=number[len(piece) :],
        length=shapely.length(shapes),
        direction=direction[line[piece]].astype(np.intp),
        line=line[piece],
        from_m=vertices.along_at(position[piece]),
        to_m=vertices.along_at(position[piece + 1]),
        geometry=shapes,
    )


def _inner_vertices(start: Floats, end: Floats) -> tuple[Ints, Ints]:
    """Vertices strictly between two positions of a line, and the pair each lies between."""
    first = np.floor(start).astype(np.intp) + 1
    count = np.ceil(end).astype(np.intp) - first
    owner = np.repeat(np.arange(len(start)), count)
    return first[owner] + np.arange(len(owner)) - (np.cumsum(count) - count)[owner], owner


def _duplicates(network: Network, tolerance: float) -> Ints:
    low, high = np.sort([network.start, network.end], axis=0)
    forward = network.direction * np.where(network.start == low, 1, -1)
    table = pd.DataFrame({"low": low, "high": high, "link": np.arange(len(low))})
    table = table[table.duplicated(["low", "high"], keep=False)]
    pairs = table.merge(table, on=["low", "high"])
    pairs = pairs[pairs["link_x"] < pairs["link_y"]]
    one, other = pairs["link_x"].to_numpy(), pairs["link_y"].to_numpy()
    apart = shapely.hausdorff_distance(network.geometry[one], network.geometry[other])
    same = (apart <= tolerance) & (forward[one] * forward[other] >= 0)
    first = np.full(len(low), len(low), dtype=np.intp)
    np.minimum.at(first, other[same], one[same])
    return np.where(first < len(low), first, -1)


def _rows(kind: str, line: Ints, other: Ints | int = -1, xy: Floats | float = np.nan) -> pd.DataFrame:
    x, y = np.broadcast_to(xy, (len(line), 2)).T
    return pd.DataFrame({"kind": kind, "line": line, "other": other, "x": x, "y": y})


def _repeated(network: Network, duplicate: Ints) -> pd.DataFrame:
    again = np.flatnonzero(duplicate >= 0)
    middle = shapely.line_interpolate_point(network.geometry[again], 0.5, normalized=True)
    return _rows(DUPLICATE, network.line[again], network.line[duplicate[again]], shapely.get_coordinates(middle))


def _crossed(
    vertices: Vertices, position: Floats, group: Ints, meetings: list[Crossings], tolerance: float
) -> list[pd.DataFrame]:
    """Crossings where the layer has no node: those joined, and those apart that nothing else joins on the spot."""
    one = np.concatenate([each.one for each in meetings])
    other = np.concatenate([each.other for each in meetings])
    joined: Bools = np.concatenate([each.joined for each in meetings])
    here = neighbours(vertices, position, group, one, tolerance)
    there = neighbours(vertices, position, group, other, tolerance)
    meet = np.logical_or.reduce([(a == b) & (a >= 0) for a in here for b in there])
    # An end that reaches another line, or overshoots it, is snapped and no crossing.
    at_end = np.minimum(vertices.to_end(one), vertices.to_end(other)) <= tolerance
    notes = []
    for kind, which in ((CROSSING_JOINED, joined & ~at_end), (CROSSING_APART, ~joined & ~meet)):
        line = np.column_stack([vertices.line_at(one[which]), vertices.line_at(other[which])])
        # A vertex lies on two segments.
        place = np.column_stack([line, np.round(vertices.xy_at(one[which]), 3)])
        first = np.unique(place, axis=0, return_index=True)[1]
        notes.append(_rows(kind, line[first, 0], line[first, 1], place[first, 2:]))
    return notes


def _dangling(network: Network) -> pd.DataFrame:
    loose = network.degree == 1
    ends = np.r_[network.start, network.end]
    link = np.flatnonzero(loose[ends])
    line = np.tile(network.line, 2)[link]
    order = np.argsort(line, kind="stable")
    return _rows(DANGLING, line[order], xy=network.nodes[ends[link[order]]])
