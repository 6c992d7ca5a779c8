"""From pieces of road to links between junctions, trimmed to the published length of unclassified road."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from assetplan._types import Floats, Ints, Texts
from assetplan.example.roads import Roads, pieces
from assetplan.example.skeleton import spanning
from assetplan.example.towns import Towns

_STUB = 25.0  # [m] a street is not cut shorter than this


def in_one_piece(roads: Roads) -> Roads:
    """The largest connected part of a network."""
    part = pieces(int(roads.ends.max()) + 1, roads.ends)[roads.ends[:, 0]]
    return roads.take(part == np.bincount(part, weights=roads.length).argmax())


def trim(roads: Roads, towns: Towns, goal: float, rng: np.random.Generator) -> Roads:
    """Take unclassified roads away until their length is what is published.

    Streets go that leave the rest connected; then one dead end is shortened by what is still too much.

    Parameters
    ----------
    roads : Roads
        A connected network with at least `goal` of unclassified road.
    towns : Towns
        Settlements: villages lose more streets than towns.
    goal : float
        Length of unclassified road to leave (m).
    rng : Generator
        Source of chance.

    Raises
    ------
    ValueError
        There is less unclassified road than wanted, or too little of it can go.
    """
    local = roads.road_class == "U"
    surplus = float(roads.length[local].sum() - goal)
    if surplus < 0:
        raise ValueError(f"{-surplus / 1000:.1f} km of unclassified road are missing")
    cost = np.where(local, roads.length * rng.uniform(0.3, 1.7, len(local)) + 1.0, 1e-3)
    tree = spanning(int(roads.ends.max()) + 1, np.sort(roads.ends, axis=1), cost)
    village = (roads.town >= towns.urban_count) | ~roads.urban
    order = np.argsort(rng.random(len(local)) + 0.1 * ~village, kind="stable")
    order = order[(local & ~tree)[order]]
    total = np.cumsum(roads.length[order])
    if not len(order) or total[-1] < surplus:
        raise ValueError("too little of the unclassified road can go without cutting places off")
    going = order[total <= surplus]
    surplus -= float(roads.length[going].sum())
    kept = np.ones(len(local), dtype=bool)
    kept[going] = False
    return _shorten(roads.take(kept), surplus)


def _shorten(roads: Roads, surplus: float) -> Roads:
    """Shorten dead ends by a length (m) in all."""
    degree = np.bincount(roads.ends.ravel())
    local = (roads.road_class == "U") & roads.urban
    lines, length = roads.lines.copy(), roads.length.copy()
    for side in (0, 1):
        dead = np.flatnonzero(local & (degree[roads.ends[:, side]] == 1) & (degree[roads.ends[:, 1 - side]] > 1))
        for road in dead[np.argsort(-length[dead], kind="stable")]:
            cut = min(surplus, length[road] - _STUB)
            if cut <= 0:
                break
            points = shapely.get_coordinates(lines[road])[:: 1 if side else -1]
            part = (length[road] - cut) / length[road]
            points[-1] = np.round(points[0] + part * (points[-1] - points[0]), 1)
            lines[road] = shapely.LineString(points[:: 1 if side else -1])
            length[road] = lines[road].length
            surplus -= cut
    return replace(roads, lines=lines, length=length)


def merge(roads: Roads) -> Roads:
    """Join pieces of one road that meet where nothing else does, so that links run from junction to junction.

    Parameters
    ----------
    roads : Roads
        A network of pieces.

    Returns
    -------
    Roads
        Links, each the pieces of one road, class and environment between two junctions or ends.
    """
    ends = roads.ends
    degree = np.bincount(ends.ravel())
    node = ends.ravel(order="F")
    piece = np.tile(np.arange(len(ends)), 2)
    order = np.argsort(node, kind="stable")
    order = order[degree[node[order]] == 2].reshape(-1, 2)
    pair = piece[order]
    key = [roads.label, roads.road_class, roads.urban, roads.town]
    same = (pair[:, 0] != pair[:, 1]) & np.all([values[pair[:, 0]] == values[pair[:, 1]] for values in key], axis=0)
    link = pieces(len(ends), pair[same])
    joint = np.zeros(len(degree), dtype=bool)
    joint[node[order[same, 0]]] = True
    return _chains(roads, link, joint)


def _chains(roads: Roads, link: Ints, joint: np.ndarray) -> Roads:
    """Put the pieces of each link in a row; `joint` marks the nodes inside links."""
    members: dict[int, list[int]] = {}
    for piece, number in enumerate(link.tolist()):
        members.setdefault(number, []).append(piece)
    lines, ends, first = [], [], []
    for group in members.values():
        way, points = _walk(roads, group, joint)
        lines.append(shapely.LineString(points) if len(group) > 1 else roads.lines[group[0]])
        ends.append(way)
        first.append(group[0])
    out = roads.take(np.array(first, dtype=np.intp))
    whole = np.array(lines, dtype=object)
    return replace(out, lines=whole, ends=np.array(ends, dtype=np.intp), length=shapely.length(whole))


def _walk(roads: Roads, group: list[int], joint: np.ndarray) -> tuple[tuple[int, int], Floats | Texts]:
    if len(group) == 1:
        a, b = roads.ends[group[0]]
        return (int(a), int(b)), roads.lines
    at: dict[int, list[int]] = {}
    for piece in group:
        for node in roads.ends[piece].tolist():
            at.setdefault(node, []).append(piece)
    # A ring has no end of its own; it starts where its first piece does.
    start = next((node for node in at if not joint[node]), int(roads.ends[group[0], 0]))
    node, left = start, set(group)
    parts: list[Floats] = []
    while any(piece in left for piece in at[node]):
        piece = next(piece for piece in at[node] if piece in left)
        left.discard(piece)
        points = shapely.get_coordinates(roads.lines[piece])
        a, b = roads.ends[piece].tolist()
        forward = a == node
        parts.append((points if forward else points[::-1])[1 if parts else 0 :])
        node = b if forward else a
    return (start, node), np.vstack(parts)
