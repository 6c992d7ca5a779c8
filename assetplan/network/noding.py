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
from assetplan.network.places import SAME_M, Vertices, groups, vertices_of

NOT_A_LINE = "not a line"
NO_LENGTH = "no length"
DUPLICATE = "duplicate"
CROSSING_JOINED = "crossing without a node, joined"
CROSSING_APART = "crossing left apart"
DANGLING = "dangling end"

# Two cuts of one line in one node and no further apart along it than this many tolerances are one.
_SAME_CUT = 4.0


@dataclass(frozen=True, eq=False, repr=False)
class Noded(Shown):
    """A network and what was noted on the way.

    Attributes
    ----------
    network : Network; links in the order of the lines and along each. Nodes are numbered by easting, then northing
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
    direction : array (n,) of int, optional; 0 both ways, 1 along the line only, −1 against it only; by default 0
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


@dataclass(frozen=True, eq=False)
class _Crossings:
    """Pairs of places where lines cross without a vertex in common, or with one on different levels."""

    one: Floats
    other: Floats
    joined: Bools


def _shared_vertices(vertices: Vertices) -> tuple[Floats, _Crossings]:
    """Positions of vertices that are junctions, and of those that levels keep apart."""
    place, level = vertices.place, vertices.level
    count = np.bincount(place)
    ends = np.bincount(place, weights=vertices.end)
    ranked = np.unique(level, return_inverse=True)[1]
    floor = np.unique(place * (ranked.max(initial=0) + 1) + ranked, return_inverse=True)[1]
    several = np.bincount(floor)[floor] > 1
    junction = np.where(ends[place] > 0, count[place] > 1, several)
    # No end there: one vertex of each level beside one of the next.
    order = np.lexsort((np.arange(len(place)), ranked, place))
    order = order[ends[place[order]] == 0]
    same_place = place[order[1:]] == place[order[:-1]]
    pair = np.flatnonzero(same_place & (level[order[1:]] != level[order[:-1]]))
    one, other = np.sort([order[pair], order[pair + 1]], axis=0).astype(np.float64)
    return np.flatnonzero(junction).astype(np.float64), _Crossings(one, other, np.zeros(len(pair), dtype=bool))


def _crossings(vertices: Vertices, tree: shapely.STRtree, at_grade: bool) -> _Crossings:
    """Where segments cross, or a vertex lies on one (within 1 mm), elsewhere than at a vertex of both."""
    segments, xy = vertices.segments(), vertices.xy
    one, other = _candidates(vertices, tree, segments)
    # No parallels among them, so each pair meets in a point.
    met, pair = shapely.get_coordinates(
        shapely.intersection(tree.geometries[one], tree.geometries[other]), return_index=True
    )
    here, there = (vertices.nearest(segments[each[pair]], met) for each in (one, other))
    vertex, touched = tree.query(shapely.points(xy), predicate="dwithin", distance=SAME_M)
    touched = segments[touched]
    place = vertices.place
    apart = (place[vertex] != place[touched]) & (place[vertex] != place[touched + 1])
    vertex, touched = vertex[apart], touched[apart]
    here, there = np.r_[here, vertex], np.r_[there, vertices.nearest(touched, xy[vertex])]
    level = vertices.level
    end = (vertices.kind_at(here) == 2) | (vertices.kind_at(there) == 2)
    joined = (level[here.astype(np.intp)] == level[there.astype(np.intp)]) & (end | at_grade)
    low, high = np.sort([here, there], axis=0)
    return _Crossings(low, high, joined)


def _candidates(vertices: Vertices, tree: shapely.STRtree, segments: Ints) -> tuple[Ints, Ints]:
    """Pairs of segments that cross, with no vertex in common and not parallel."""
    xy, place = vertices.xy, vertices.place
    one, other = tree.query(tree.geometries)
    ahead = one < other
    one, other = one[ahead], other[ahead]
    a, b = segments[one], segments[other]
    sharing = np.logical_or.reduce([place[a + i] == place[b + k] for i in (0, 1) for k in (0, 1)])
    step, step_b = xy[a + 1] - xy[a], xy[b + 1] - xy[b]
    turn = np.abs(step[:, 0] * step_b[:, 1] - step[:, 1] * step_b[:, 0])
    # Segments that lie on one another meet where they part, at a vertex; rounding says what it likes of the rest.
    parallel = turn <= 1e-9 * np.hypot(*step.T) * np.hypot(*step_b.T)
    kept = ~sharing & ~parallel
    one, other = one[kept], other[kept]
    meet = shapely.intersects(tree.geometries[one], tree.geometries[other])
    one, other = one[meet], other[meet]
    # The order of a pair must not change the last digit of the point.
    key = place[segments] * np.int64(place.max(initial=0) + 1) + place[segments + 1]
    swap = key[one] > key[other]
    return np.where(swap, other, one), np.where(swap, one, other)


def _near_lines(
    vertices: Vertices, tree: shapely.STRtree, position: Floats, group: Ints, fresh: Bools, tolerance: float
) -> Floats:
    """Positions on lines that pass points of their level within the tolerance and have no cut there yet."""
    chosen = np.flatnonzero(fresh)
    xy, level = vertices.xy_at(position[chosen]), vertices.level[position[chosen].astype(np.intp)]
    _, first = np.unique(np.column_stack([xy, level]), axis=0, return_index=True)
    chosen, xy, level = chosen[first], xy[first], level[first]
    point, segment = tree.query(shapely.points(xy), predicate="dwithin", distance=tolerance)
    segment = vertices.segments()[segment]
    kept = level[point] == vertices.level[segment]
    point, segment = point[kept], segment[kept]
    order = np.lexsort((segment, point))
    point, segment = point[order], segment[order]
    nearest = vertices.nearest(segment, xy[point])
    away = np.hypot(*(vertices.xy_at(nearest) - xy[point]).T)
    # Of segments in a row along one line, the nearest.
    linked = (np.diff(point) == 0) & (np.diff(segment) == 1) & (np.diff(vertices.line[segment]) == 0)
    run = np.cumsum(np.r_[True, ~linked])[: len(point)]
    best = np.lexsort((nearest, away, run))
    best = best[np.diff(run[best], prepend=0) > 0]
    nearest, own = nearest[best], group[chosen[point[best]]]
    before, after = _neighbours(vertices, position, group, nearest, tolerance)
    return np.unique(nearest[(before != own) & (after != own)])


def _neighbours(vertices: Vertices, position: Floats, group: Ints, at: Floats, tolerance: float) -> tuple[Ints, Ints]:
    """Groups of the cuts next before and after places on lines; −1 for one of another line or too far along."""
    along, line = vertices.along_at(at), vertices.line_at(at)

    def group_at(place: Ints) -> Ints:
        place = np.clip(place, 0, len(position) - 1)
        same = vertices.line_at(position[place]) == line
        close = np.abs(vertices.along_at(position[place]) - along) <= _SAME_CUT * tolerance
        return np.where(same & close, group[place], -1)

    after = np.searchsorted(position, at)
    return group_at(after - 1), group_at(after)


def _segment_tree(vertices: Vertices) -> shapely.STRtree:
    """Tree of all segments, in the order of `Vertices.segments`."""
    first = vertices.segments()
    shapes: Shapes = shapely.linestrings(np.stack([vertices.xy[first], vertices.xy[first + 1]], axis=1))
    return shapely.STRtree(shapes)


def _meet(vertices: Vertices, tolerance: float, at_grade: bool) -> tuple[Floats, Ints, list[_Crossings]]:
    """Positions of all ends and cuts, sorted; the group of those that become one node; the crossings."""
    tree = _segment_tree(vertices)
    cuts, over = _shared_vertices(vertices)
    crossed = _crossings(vertices, tree, at_grade)
    position = np.unique(
        np.r_[np.flatnonzero(vertices.end), cuts, crossed.one[crossed.joined], crossed.other[crossed.joined]]
    )
    fresh = np.ones(len(position), dtype=bool)
    # A cut that snapping makes may itself lie near a third line.
    while True:
        level = vertices.level[position.astype(np.intp)]
        group = groups(vertices.xy_at(position), tolerance, level, vertices.kind_at(position))
        added = _near_lines(vertices, tree, position, group, fresh, tolerance)
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
    vertices: Vertices, position: Floats, group: Ints, meetings: list[_Crossings], tolerance: float
) -> list[pd.DataFrame]:
    """_Crossings where the layer has no node: those joined, and those apart that nothing else joins on the spot."""
    one = np.concatenate([each.one for each in meetings])
    other = np.concatenate([each.other for each in meetings])
    joined: Bools = np.concatenate([each.joined for each in meetings])
    here = _neighbours(vertices, position, group, one, tolerance)
    there = _neighbours(vertices, position, group, other, tolerance)
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
