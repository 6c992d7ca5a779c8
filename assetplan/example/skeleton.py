"""The rural network as a graph: which places are joined, and by roads of which class."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import cKDTree

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.example.figures import Figures, figure
from assetplan.example.land import delaunay_edges
from assetplan.example.towns import Towns, scatter


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Places and the roads between them, not yet bent.

    Attributes
    ----------
    xy : array (n, 2)
        Nodes (m): settlements in their order, then rural junctions, then places where roads leave the county.
    towns : int; how many nodes are settlements
    exits : array (n_exits,); nodes on the border
    ends : array (m, 2); nodes that each road joins
    """

    xy: Floats
    towns: int
    exits: Ints
    ends: Ints

    @property
    def length(self) -> Floats:
        """Straight length of each road (m)."""
        return np.hypot(*(self.xy[self.ends[:, 0]] - self.xy[self.ends[:, 1]]).T)


def make_skeleton(outline: shapely.Polygon, towns: Towns, figures: Figures, rng: np.random.Generator) -> Skeleton:
    """Join settlements, rural junctions and the border.

    Parameters
    ----------
    outline, towns : Polygon, Towns; the county and its settlements
    figures, rng : Figures, Generator; number of rural junctions, and the source of chance
    """
    count = figures.count("rural_nodes") - len(towns.xy)
    room = np.full(max(count, 0), figure("junction_room"))
    xy = scatter(outline.buffer(-500), towns.xy, towns.radius * 1.15, room, 1_150.0, rng)
    steps = max(4, round(outline.length / figure("exit_spacing") / 1.3))
    along = (np.arange(steps) + rng.uniform(-0.3, 0.3, steps)) / steps
    border = shapely.get_coordinates(shapely.line_interpolate_point(outline.exterior, along % 1, normalized=True))
    edges = _neighbours(xy, towns.urban_count)
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    outside = ~shapely.covers(outline, shapely.linestrings(xy[edges]))
    # A road may leave the county and come back only where nothing else would join the places.
    edges = edges[~outside | spanning(len(xy), edges, length * np.where(outside, 100.0, 1.0))]
    exits = np.arange(len(border)) + len(xy)
    way_out = np.column_stack([cKDTree(xy).query(border)[1], exits])
    edges = np.delete(edges, _sharp(xy, edges), axis=0)
    ends = np.vstack([edges, way_out]).astype(np.intp)
    return Skeleton(np.vstack([xy, border]), len(towns.xy), exits.astype(np.intp), ends)


def _neighbours(points: Floats, towns: int) -> Ints:
    """Pairs of places whose own circle holds no other place (a Gabriel graph), and all neighbours of a town."""
    edges = delaunay_edges(points)
    ends = points[edges]
    middle, radius = ends.mean(axis=1), np.hypot(*(ends[:, 0] - ends[:, 1]).T) / 2
    nearest = cKDTree(points).query(middle)[0]
    return edges[(nearest >= radius * (1 - 1e-9)) | (edges < towns).any(axis=1)]


def spanning(count: int, ends: Ints, cost: Floats) -> Bools:
    """Which edges (m,) are of the cheapest tree that joins `count` nodes; costs above 0, no edge twice.

    Parameters
    ----------
    count : int; how many places
    ends : array (m, 2) of int; places that each road joins
    cost : array (m,); what each road costs [any unit]
    """
    number = coo_array((np.arange(1, len(ends) + 1), (ends[:, 0], ends[:, 1])), shape=(count, count)).tocsr()
    graph = coo_array((cost, (ends[:, 0], ends[:, 1])), shape=(count, count)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    inside = np.zeros(len(ends), dtype=bool)
    inside[np.asarray(number[tree.row, tree.col]).ravel() - 1] = True
    return inside


def thin(skeleton: Skeleton, keep: Bools, target: float, rng: np.random.Generator) -> Skeleton:
    """Drop roads that a county would not have built, never the only one that joins two places.

    Parameters
    ----------
    skeleton, keep : Skeleton, array (m,); places and every road they might have; roads that must stay
    target, rng : float, Generator; length of road to leave (m), and the source of chance
    """
    length, ends = skeleton.length, skeleton.ends
    needed = keep | spanning(len(skeleton.xy), ends, length)
    degree = np.bincount(ends.ravel(), minlength=len(skeleton.xy))
    gone = np.zeros(len(ends), dtype=bool)
    left = float(length.sum())
    for road in np.argsort(-(length**0.5) * rng.uniform(0.4, 1.6, len(ends)), kind="stable"):
        a, b = ends[road]
        if left <= target:
            break
        if not needed[road] and degree[a] > 2 and degree[b] > 2:
            gone[road] = True
            degree[[a, b]] -= 1
            left -= length[road]
    return replace(skeleton, ends=ends[~gone])


def _sharp(points: Floats, ends: Ints) -> Ints:
    """Roads that would leave a place at a sharp angle to a shorter one, unless only they join the places."""
    away = points[ends[:, 1]] - points[ends[:, 0]]
    length = np.hypot(*away.T)
    angle = np.arctan2(away[:, 1], away[:, 0])
    needed = spanning(len(points), ends, length)
    leaving: list[list[float]] = [[] for _ in points]
    gone = []
    for road in np.lexsort((length, ~needed)):
        a, b = ends[road]
        here, there = angle[road], angle[road] + np.pi
        turns = np.array([here - other for other in leaving[a]] + [there - other for other in leaving[b]])
        if not needed[road] and np.any(np.cos(turns) > np.cos(np.radians(figure("sharp_angle")))):
            gone.append(road)
            continue
        leaving[a].append(here)
        leaving[b].append(there)
    return np.array(gone, dtype=np.intp)


def straighten(skeleton: Skeleton, road_class: Texts, towns: Towns) -> Skeleton:
    """Move places so that better roads run straighter, and the others follow.

    Parameters
    ----------
    skeleton, road_class : Skeleton, array (m,); places and roads, and the class of each: A, B or U
    towns : Towns; settlements: towns stay where they are, and no junction comes to lie among houses
    """
    xy = skeleton.xy.copy()
    stay = np.arange(len(xy)) < towns.urban_count
    stay[skeleton.exits] = True
    for name, turns, step in (("A", 12, 0.5), ("B", 7, 0.45), ("U", 4, 0.25)):
        ends = skeleton.ends[road_class == name]
        degree = np.bincount(ends.ravel(), minlength=len(xy))
        moving = ~stay & (degree == 2) if name != "U" else ~stay
        every = ends if name != "U" else skeleton.ends
        count = np.maximum(np.bincount(every.ravel(), minlength=len(xy)), 1)[:, None]
        for _ in range(turns):
            total = np.zeros_like(xy)
            np.add.at(total, every[:, 0], xy[every[:, 1]])
            np.add.at(total, every[:, 1], xy[every[:, 0]])
            xy[moving] += step * (total / count - xy)[moving]
        stay |= degree > 0
    rim = np.zeros(skeleton.exits[0])
    rim[: skeleton.towns] = towns.radius
    for town in range(skeleton.towns):
        # Villages are kept out of towns, junctions out of both.
        others = np.arange(towns.urban_count if town < towns.urban_count else skeleton.towns, skeleton.exits[0])
        away = xy[others] - xy[town]
        gap, room = np.hypot(*away.T), 1.2 * (towns.radius[town] + rim[others]) + figure("junction_room")
        near = gap < room
        xy[others[near]] = xy[town] + (away * (room / np.maximum(gap, 1.0))[:, None])[near]
    return replace(skeleton, xy=xy)


def main_roads(skeleton: Skeleton, towns: Towns, a: float, b: float) -> Texts:
    """Choose the A and B roads: A, B or U of each (m,), whose lengths fall short of what was asked by about a link.

    Parameters
    ----------
    skeleton, towns : Skeleton, Towns; places and roads, and settlements
    a, b : float; length of A and of B roads to choose (m)
    """
    length = skeleton.length
    chosen = np.full(len(length), "U", dtype=object)
    main = np.arange(towns.urban_count)
    gates = skeleton.exits[:: max(2, round(len(skeleton.exits) / (3 + towns.urban_count * 0.4)))]
    a_pairs = _pairs(towns, main) + _ways_out(skeleton, towns, gates, towns.urban_count)
    _route(skeleton, chosen, "A", a_pairs, a, length)
    known = np.flatnonzero((towns.population >= figure("well_known")) | (np.arange(len(towns.xy)) < towns.urban_count))
    others = np.setdiff1d(skeleton.exits[1::3], gates)
    _route(skeleton, chosen, "B", _pairs(towns, known) + _ways_out(skeleton, towns, others, len(towns.xy)), b, length)
    return chosen


def local_roads(skeleton: Skeleton, towns: Towns, chosen: Texts, length: float) -> Texts:
    """Choose the C roads, those that most people pass: the classes (m,) with these.

    Parameters
    ----------
    skeleton, towns : Skeleton, Towns; places and roads, and settlements
    chosen : array (m,); A, B, and U for those to choose from
    length : float; length to choose (m)
    """
    free = np.flatnonzero(chosen == "U")
    order = free[np.argsort(-_use(skeleton, towns)[free], kind="stable")]
    out = chosen.copy()
    out[order[np.cumsum(skeleton.length[order]) <= length]] = "C"
    return out


def _ways_out(skeleton: Skeleton, towns: Towns, gates: Ints, count: int) -> list[tuple[int, int]]:
    """Each gate with the town of the first `count` that its traffic comes from."""
    gap = np.hypot(*(towns.xy[None, :count] - skeleton.xy[gates][:, None]).transpose(2, 0, 1))
    nearest = np.argmin(gap / towns.population[:count] ** 0.25, axis=1)
    return [(int(gate), int(town)) for gate, town in zip(gates, nearest, strict=True)]


def _pairs(towns: Towns, which: Ints) -> list[tuple[int, int]]:
    """Neighbouring places, those with the most traffic between them first."""
    if len(which) < 4:
        pairs = np.array([(i, j) for i in range(len(which)) for j in range(i)], dtype=np.intp).reshape(-1, 2)
    else:
        pairs = delaunay_edges(towns.xy[which])
    ends = which[pairs]
    gap = np.hypot(*(towns.xy[ends[:, 0]] - towns.xy[ends[:, 1]]).T)
    pull = np.sqrt(towns.population[ends[:, 0]] * towns.population[ends[:, 1]]) / gap**2
    pairs_in_order = [(int(a), int(b)) for a, b in ends[np.argsort(-pull, kind="stable")]]
    # All roads lead to the county town: its neighbours come first.
    return sorted(pairs_in_order, key=lambda pair: min(pair) > 0)


def _route(
    skeleton: Skeleton, chosen: Texts, name: str, pairs: list[tuple[int, int]], budget: float, length: Floats
) -> None:
    """Mark the roads of shortest ways between pairs, each way while the budget (m) holds, the last one in part."""
    spent, count = 0.0, len(skeleton.xy)
    edge_of = {tuple(sorted(map(int, pair))): i for i, pair in enumerate(skeleton.ends)}
    left: list[list[int]] = []
    # Ways out of the county come in turn with the ways between towns, so that neither eats all of the budget.
    for start, goal in _in_turn(pairs, skeleton.exits):
        # A better class carries a road on its way, but does not become part of it.
        cost = length * np.where(chosen == name, figure("route_pull"), np.where(chosen == "U", 1.0, 0.8))
        weights = coo_array((cost, (skeleton.ends[:, 0], skeleton.ends[:, 1])), shape=(count, count)).tocsr()
        before = dijkstra(weights, directed=False, indices=goal, return_predecessors=True)[1]
        way, node = [], start
        while before[node] >= 0:
            way.append(edge_of[tuple(sorted((node, int(before[node]))))])
            node = int(before[node])
        fresh = [edge for edge in way if chosen[edge] == "U"]
        need = float(length[fresh].sum())
        if spent + need <= budget:
            chosen[fresh] = name
            spent += need
        else:
            left.append(fresh)
    for fresh in left:
        for edge in fresh[::-1]:
            if chosen[edge] == "U" and spent + length[edge] <= budget:
                chosen[edge] = name
                spent += length[edge]
            elif chosen[edge] == "U":
                break


def _in_turn(pairs: list[tuple[int, int]], exits: Ints) -> list[tuple[int, int]]:
    gates = set(exits.tolist())
    ways_out, between = ([pair for pair in pairs if (pair[0] in gates) == out] for out in (True, False))
    rank = [(i / len(between), pair) for i, pair in enumerate(between)]
    rank += [(0.6 * i / len(ways_out), pair) for i, pair in enumerate(ways_out)]
    return [pair for _, pair in sorted(rank, key=lambda item: item[0])]


def _use(skeleton: Skeleton, towns: Towns) -> Floats:
    """How many people pass each road on their way to every town (people)."""
    count, ends, length = len(skeleton.xy), skeleton.ends, skeleton.length
    weights = coo_array((length, (ends[:, 0], ends[:, 1])), shape=(count, count)).tocsr()
    number = {(int(a), int(b)): i for i, (a, b) in enumerate(np.sort(ends, axis=1))}
    people = np.full(count, 40.0)
    people[: skeleton.towns] += towns.population
    use = np.zeros(len(length))
    goals = np.arange(min(len(towns.xy), 3 * towns.urban_count))
    distances, before = dijkstra(weights, directed=False, indices=goals, return_predecessors=True)
    for goal, distance, up in zip(goals, distances, before, strict=True):
        flow = people * np.exp(-distance / 12_000) * towns.population[goal] ** 0.5
        for node in np.argsort(-distance, kind="stable")[:-1]:
            above = int(up[node])
            flow[above] += flow[node]
            use[number[(min(node, above), max(node, above))]] += flow[node]
    return use
