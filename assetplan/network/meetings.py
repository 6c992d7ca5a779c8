"""Where lines meet: shared vertices, crossings, ends that nearly touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from assetplan._types import Bools, Floats, Ints, Shapes
from assetplan.network.places import SAME_M, Vertices

# Two cuts of one line in one node and no further apart along it than this many tolerances are one.
_SAME_CUT = 4.0


@dataclass(frozen=True, eq=False)
class Crossings:
    """Pairs of places where lines cross without a vertex in common, or with one on different levels.

    Attributes
    ----------
    one, other : array (n,)
        Position on each of the two lines.
    joined : array (n,) of bool
        Whether the two become a node.
    """

    one: Floats
    other: Floats
    joined: Bools


def shared_vertices(vertices: Vertices) -> tuple[Floats, Crossings]:
    """Positions of vertices that are junctions, and of those that levels keep apart.

    Vertices in one place are a junction where one of them is the end of its line, or two are on one level.
    """
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
    return np.flatnonzero(junction).astype(np.float64), Crossings(one, other, np.zeros(len(pair), dtype=bool))


def crossings(vertices: Vertices, tree: shapely.STRtree, at_grade: bool) -> Crossings:
    """Where segments cross, or a vertex lies on one (within 1 mm), elsewhere than at a vertex of both.

    Parameters
    ----------
    vertices : Vertices
        Of all lines.
    tree : STRtree
        Of their segments.
    at_grade : bool
        Whether lines of one level that cross with no vertex in common are joined there.
    """
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
    return Crossings(low, high, joined)


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


def near_lines(
    vertices: Vertices, tree: shapely.STRtree, position: Floats, group: Ints, fresh: Bools, tolerance: float
) -> Floats:
    """Positions on lines that pass points of their level within the tolerance and have no cut there yet.

    Parameters
    ----------
    vertices : Vertices
        Of all lines.
    tree : STRtree
        Of their segments.
    position : array (n,)
        Ends and cuts, sorted.
    group : array (n,) of int
        Group of points that become one node.
    fresh : array (n,) of bool
        Points to look around.
    tolerance : float
        [m].
    """
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
    before, after = neighbours(vertices, position, group, nearest, tolerance)
    return np.unique(nearest[(before != own) & (after != own)])


def neighbours(vertices: Vertices, position: Floats, group: Ints, at: Floats, tolerance: float) -> tuple[Ints, Ints]:
    """Groups of the cuts next before and after places on lines; −1 for one of another line or too far along.

    Parameters
    ----------
    vertices, position, group, tolerance : Vertices, array (n,), array (n,), float
        As for `near_lines`.
    at : array (m,)
        Places on lines, as positions.
    """
    along, line = vertices.along_at(at), vertices.line_at(at)

    def group_at(place: Ints) -> Ints:
        place = np.clip(place, 0, len(position) - 1)
        same = vertices.line_at(position[place]) == line
        close = np.abs(vertices.along_at(position[place]) - along) <= _SAME_CUT * tolerance
        return np.where(same & close, group[place], -1)

    after = np.searchsorted(position, at)
    return group_at(after - 1), group_at(after)


def segment_tree(vertices: Vertices) -> shapely.STRtree:
    """Tree of all segments, in the order of `Vertices.segments`."""
    first = vertices.segments()
    shapes: Shapes = shapely.linestrings(np.stack([vertices.xy[first], vertices.xy[first + 1]], axis=1))
    return shapely.STRtree(shapes)
