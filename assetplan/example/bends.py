"""Rural roads as they lie: bent gently, straight on through junctions, and of the published length to the metre."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.optimize import brentq

from assetplan._types import Bools, Floats, Ints, Texts

_STEP = 130.0  # [m] between the vertices of a bend
_WAVES = np.arange(1, 5)
_RANK = {"A": 0, "B": 1, "C": 2, "U": 3}
_WANDER = {"A": 0.030, "B": 0.040, "C": 0.055, "U": 0.065}  # sideways, as a part of the road's length
STRAIGHT, _MOST = -1.0, 7.0  # how little and how much a road may wander
_STRAIGHT_ON = np.radians(55)  # a road that turns more at a junction is another road


@dataclass(frozen=True)
class Bends:
    """Everything that fixes the course of each road but how far it wanders.

    Attributes
    ----------
    start, end : array (m, 2)
        Ends (m).
    tangent_start, tangent_end : array (m, 2)
        Unit vectors along the road from start to end.
    sideways : array (m, n_waves)
        Amplitude of each wave for a wander of one (m).
    """

    start: Floats
    end: Floats
    tangent_start: Floats
    tangent_end: Floats
    sideways: Floats


def pair_roads(node: Ints, heading: Floats, road_class: Texts) -> Ints:
    """Which road each road carries on as at each of its ends.

    Parameters
    ----------
    node : array (2m,)
        Node of each road's start, then of each road's end.
    heading : array (2m,)
        Direction in which the road leaves that node (radians).
    road_class : array (2m,)
        Class of the road, better classes carry on first.

    Returns
    -------
    array (2m,)
        The end that each end is joined to, −1 where the road stops at the junction.
    """
    partner = np.full(len(node), -1, dtype=np.intp)
    order = np.argsort(node, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(node[order]) != 0, True])
    for low, high in pairwise(starts.tolist()):
        around = order[low:high]
        options = []
        for i, one in enumerate(around):
            for other in around[:i]:
                turn = abs((heading[one] - heading[other]) % (2 * np.pi) - np.pi)
                if turn < _STRAIGHT_ON:
                    same = road_class[one] == road_class[other]
                    worst = max(_RANK[road_class[one]], _RANK[road_class[other]])
                    options.append((not same, worst, turn, int(one), int(other)))
        for _, _, _, one, other in sorted(options):
            if partner[one] < 0 and partner[other] < 0:
                partner[one], partner[other] = other, one
    return partner


def make_bends(
    start: Floats, end: Floats, heading: Floats, partner: Ints, road_class: Texts, rng: np.random.Generator
) -> Bends:
    """Fix each road's tangents and waves.

    Parameters
    ----------
    start, end : array (m, 2)
        Ends of each road (m).
    heading : array (2m,)
        Direction in which each road leaves its start, then its end (radians).
    partner : array (2m,)
        As `pair_roads` gives it.
    road_class : array (m,)
        A, B, C or U.
    rng : Generator
        Source of chance.
    """
    count = len(start)
    away = np.column_stack([np.cos(heading), np.sin(heading)])
    loose = heading + rng.uniform(-0.35, 0.35, 2 * count)
    tangent = np.column_stack([np.cos(loose), np.sin(loose)])
    joined = partner >= 0
    through = away[joined] - away[partner[joined]]
    tangent[joined] = through / np.hypot(*through.T)[:, None]
    length = np.hypot(*(end - start).T)
    wander = np.array([_WANDER[str(name)] for name in road_class]) * np.minimum(length, 3_500)
    sideways = wander[:, None] * rng.normal(0, 1, (count, len(_WAVES))) / _WAVES**1.4
    return Bends(start, end, tangent[:count], -tangent[count:], sideways)


def draw(bends: Bends, wander: Floats) -> tuple[Floats, Ints]:
    """Vertices of each road.

    Parameters
    ----------
    bends : Bends
        Roads.
    wander : array (m,)
        How far each road strays from its smooth course: 0 not at all; −1 is the straight line, and between them it is
        partly straightened.

    Returns
    -------
    (array (n, 2), array (n,))
        Vertices (m, to 0.1) in order along each road, and the road of each.
    """
    chord = bends.end - bends.start
    length = np.hypot(*chord.T)
    steps = np.where(wander <= STRAIGHT, 1, np.maximum(np.ceil(length / _STEP), 2)).astype(np.intp)
    road = np.repeat(np.arange(len(length)), steps + 1)
    first = np.cumsum(steps + 1) - (steps + 1)
    t = (np.arange(len(road)) - first[road]) / steps[road]
    pull = (np.clip(1 + wander, 0.0, 1.0) * np.minimum(length, 2_600) * 0.8)[road, None]
    cubic = (2 * t**3 - 3 * t**2 + 1)[:, None] * bends.start[road] + (3 * t**2 - 2 * t**3)[:, None] * bends.end[road]
    cubic += (t**3 - 2 * t**2 + t)[:, None] * pull * bends.tangent_start[road]
    cubic += (t**3 - t**2)[:, None] * pull * bends.tangent_end[road]
    waves = np.sin(np.pi * t[:, None] * _WAVES) * bends.sideways[road]
    off = np.maximum(wander, 0.0)[road] * waves.sum(axis=1) * np.sin(np.pi * t)
    normal = np.column_stack([-chord[:, 1], chord[:, 0]]) / np.maximum(length, 1.0)[:, None]
    return np.round(cubic + off[:, None] * normal[road], 1), road


def lengths(vertices: Floats, road: Ints, count: int) -> Floats:
    """Length (m) of each of `count` roads."""
    step = np.hypot(*np.diff(vertices, axis=0).T)
    same = road[1:] == road[:-1]
    return np.bincount(road[1:][same], weights=step[same], minlength=count).astype(np.float64)


def crossing(vertices: Floats, road: Ints) -> Ints:
    """Pairs (n, 2) of roads that cross where there is no junction."""
    lines = shapely.linestrings(vertices, indices=road)
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    return np.column_stack([one, other])[one < other].astype(np.intp)


def tune(bends: Bends, group: Ints, target: Floats, straight: Bools) -> Floats:
    """Find the wander that gives each group of roads its length.

    Parameters
    ----------
    bends : Bends
        Roads.
    group : array (m,)
        Group of each road, 0 to n − 1.
    target : array (n,)
        Length of each group (m); NaN leaves a group at a wander of one.
    straight : array (m,)
        Roads that must stay straight lines.

    Returns
    -------
    array (m,)
        Wander of each road. A group whose length cannot be reached takes the nearest end of −1 to 7.
    """
    wander = np.ones(len(group))
    for number, goal in enumerate(target):
        inside = np.flatnonzero(group == number)
        if np.isnan(goal) or not len(inside):
            continue
        part = Bends(*(getattr(bends, name)[inside] for name in Bends.__dataclass_fields__))

        def miss(amount: float, part: Bends = part, inside: Ints = inside, goal: float = goal) -> float:
            vertices, road = draw(part, np.where(straight[inside], STRAIGHT, amount))
            return float(lengths(vertices, road, len(inside)).sum() - goal)

        low, high = miss(STRAIGHT + 1e-9), miss(_MOST)
        if low >= 0 or high <= 0:
            wander[inside] = STRAIGHT if low >= 0 else _MOST
        else:
            wander[inside] = brentq(miss, STRAIGHT + 1e-9, _MOST, xtol=1e-5)
    return np.where(straight, STRAIGHT, wander)
