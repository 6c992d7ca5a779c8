"""Which rural road is an A road, a B road, a C road or an unclassified lane."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from assetplan._types import Floats, Ints, Texts
from assetplan.example.land import delaunay_edges
from assetplan.example.skeleton import Skeleton
from assetplan.example.towns import Towns

_PULL = 0.7  # a road that is in the class already costs this part of its length, so that routes come together
_WELL_KNOWN = 650  # people: a village of this size has a B road to it


def main_roads(skeleton: Skeleton, towns: Towns, a: float, b: float) -> Texts:
    """Choose the A and B roads.

    Parameters
    ----------
    skeleton : Skeleton
        Places and roads.
    towns : Towns
        Settlements.
    a, b : float
        Length of A and of B roads to choose (m).

    Returns
    -------
    array (m,)
        A, B, or U for the rest; the lengths fall short of what was asked by about a link.
    """
    length = skeleton.length
    chosen = np.full(len(length), "U", dtype=object)
    main = np.arange(towns.urban_count)
    gates = skeleton.exits[:: max(2, round(len(skeleton.exits) / (3 + towns.urban_count * 0.4)))]
    a_pairs = _pairs(towns, main) + _ways_out(skeleton, towns, gates, towns.urban_count)
    _route(skeleton, chosen, "A", a_pairs, a, length)
    known = np.flatnonzero((towns.population >= _WELL_KNOWN) | (np.arange(len(towns.xy)) < towns.urban_count))
    others = np.setdiff1d(skeleton.exits[1::3], gates)
    _route(skeleton, chosen, "B", _pairs(towns, known) + _ways_out(skeleton, towns, others, len(towns.xy)), b, length)
    return chosen


def local_roads(skeleton: Skeleton, towns: Towns, chosen: Texts, length: float) -> Texts:
    """Choose the C roads: those that most people pass.

    Parameters
    ----------
    skeleton : Skeleton
        Places and roads.
    towns : Towns
        Settlements.
    chosen : array (m,)
        A, B, and U for those to choose from.
    length : float
        Length to choose (m).

    Returns
    -------
    array (m,)
        A, B, C or U.
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
        cost = length * np.where(chosen == name, _PULL, np.where(chosen == "U", 1.0, 0.8))
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
    ways_out = [pair for pair in pairs if pair[0] in set(exits.tolist())]
    between = [pair for pair in pairs if pair[0] not in set(exits.tolist())]
    rank = [(i / max(len(between), 1), pair) for i, pair in enumerate(between)]
    rank += [(0.6 * i / max(len(ways_out), 1), pair) for i, pair in enumerate(ways_out)]
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
