"""Rural roads and town streets put together into one network of the published lengths."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.optimize import brentq

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.example import streets
from assetplan.example.figures import Figures, figure
from assetplan.example.land import unit
from assetplan.example.skeleton import Skeleton, local_roads, main_roads, straighten, thin
from assetplan.example.streets import Streets
from assetplan.example.towns import Towns
from assetplan.network.graph import pieces

_A, _BC = 0, 1
_WAVES = np.arange(1, 5)
_RANK = {"A": 0, "B": 1, "C": 2, "U": 3}
_WANDER = {"A": 0.030, "B": 0.040, "C": 0.055, "U": 0.065}  # sideways, as a part of the road's length
_STRAIGHT, _MOST = -1.0, 7.0  # how little and how much a road may wander


@dataclass(frozen=True, eq=False)
class Roads:
    """Pieces of road between nodes.

    Attributes
    ----------
    lines : array (n,)
        LineStrings (m, to 0.1); those that meet share their end to the last digit.
    ends : array (n, 2); nodes of each piece
    road_class : array (n,); A, B, C or U
    urban : array (n,); whether it is built-up
    label : array (n,); pieces of one road or street share it
    town : array (n,); settlement of an urban piece, −1 for the others
    length : array (n,); length (m)
    """

    lines: Texts
    ends: Ints
    road_class: Texts
    urban: Bools
    label: Ints
    town: Ints
    length: Floats

    def take(self, which: Ints | Bools) -> Roads:
        """Some of the pieces."""
        return Roads(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def make_roads(
    skeleton: Skeleton, towns: Towns, figures: Figures, rng: np.random.Generator
) -> tuple[Roads, Skeleton, Floats]:
    """Build the network of the county, with more unclassified road than is wanted.

    Parameters
    ----------
    skeleton, towns : Skeleton, Towns; places and every road they might have, and settlements
    figures, rng : Figures, Generator; published lengths, and the source of chance

    Returns
    -------
    (Roads, Skeleton, array (n, 2))
        The pieces; the places after roads were straightened; the nodes of the pieces (m).
    """
    goal = figures.part("length_A") * 1000
    best, nearest, extra = None, np.inf, 0.0
    for _ in range(6):
        made = _attempt(skeleton, towns, figures, extra, rng)
        miss = goal - float(made[0].length[made[0].road_class == "A"].sum())
        if best is None or abs(miss) < nearest:
            best, nearest = made, abs(miss)
        if nearest < figure("exact_length") * goal:
            break
        # Streets of towns took more or less of the A roads than was thought: ask for that much less or more.
        extra += 1.3 * miss
    assert best is not None
    return best


def _attempt(
    skeleton: Skeleton, towns: Towns, figures: Figures, extra: float, rng: np.random.Generator
) -> tuple[Roads, Skeleton, Floats]:
    """A network whose rural A roads aim at `extra` (m) more than seems needed."""
    goal_a, goal_bc = figures.part("length_A") * 1000, figures.part("length_BC") * 1000
    ring = float(2 * np.pi * towns.radius[0]) if towns.population[0] >= figure("ring_from") else 0.0
    main = _main_roads_of_length(skeleton, towns, goal_a + extra - ring, goal_bc * figure("share_B"))
    skeleton, main = _built(skeleton, towns, main, figures.part("rural_length") * 1000, rng)
    within = figures.part("length_U") * 1000 + goal_bc + goal_a - skeleton.length.sum() * figure("bend")
    web = _streets_of_length(skeleton, towns, within / (1 - figure("spare_streets")), rng)
    distributors = float(web.length[web.kind == "distributor"].sum())
    rings = float(web.length[(web.kind == "ring") & (web.town > 0)].sum())
    straight = skeleton.length[main == "B"].sum()
    chosen = local_roads(skeleton, towns, main, (goal_bc - distributors - rings) / figure("bend") - straight)
    street_class = _street_classes(web, chosen)
    of_streets = [web.length[np.isin(street_class, list(names))].sum() for names in ("A", "BC")]
    target = np.array([goal_a, goal_bc]) - of_streets
    vertices, road, label = _rural_courses(skeleton, web, chosen, target, rng)
    return _together(web, chosen, street_class, shapely.linestrings(vertices, indices=road), label), skeleton, web.xy


def _built(
    skeleton: Skeleton, towns: Towns, main: Texts, length: float, rng: np.random.Generator
) -> tuple[Skeleton, Texts]:
    """The roads that were built, of about a length (m), main ones straightened; and the class of each."""
    classed = dict(zip(map(tuple, skeleton.ends.tolist()), main, strict=True))
    keep = (main != "U") | (skeleton.ends < towns.urban_count).any(axis=1)
    skeleton = thin(skeleton, keep, length, rng)
    kept = np.array([classed[tuple(pair)] for pair in skeleton.ends.tolist()], dtype=object)
    return straighten(skeleton, kept, towns), kept


def _main_roads_of_length(skeleton: Skeleton, towns: Towns, a: float, b: float) -> Texts:
    """Classes of which A has a length (m) that bends can make exact once the roads are straightened."""
    best, ask, nearest = np.empty(0, dtype=object), a, np.inf
    for turn in range(10):
        chosen = main_roads(skeleton, towns, ask, b / figure("bend"))
        straight = straighten(skeleton, chosen, towns).length[chosen == "A"].sum()
        miss = a / straight / figure("bend") - 1
        if abs(miss) < nearest:
            best, nearest = chosen, abs(miss)
        if nearest < figure("near_length"):
            break
        # Routes come whole, so the same step can be taken for ever: lean a little to one side, then the other.
        ask *= (1 + miss) * (1 + 0.004 * (turn % 3 - 1))
    return best


def _streets_of_length(skeleton: Skeleton, towns: Towns, goal: float, rng: np.random.Generator) -> Streets:
    """Streets, apart from the rural roads' own ways to the market place, of about the length wanted (m)."""
    spacing, seed = 110.0, int(rng.integers(2**31))
    for _ in range(4):
        web = streets.lay_streets(skeleton, towns, spacing, np.random.default_rng(seed))
        ratio = float(web.length[web.kind != "main"].sum()) / goal
        if abs(ratio - 1) < figure("spare_streets") / 6:
            break
        spacing = float(np.clip(spacing * ratio, 60.0, 200.0))
    return web


def _street_classes(web: Streets, chosen: Texts) -> Texts:
    out = np.full(len(web.kind), "U", dtype=object)
    main = web.kind == "main"
    out[main] = chosen[web.label[main]]
    out[web.kind == "distributor"] = "C"
    # The county town's ring road is of the first rank, other towns' are not.
    out[web.kind == "ring"] = np.where(web.town[web.kind == "ring"] == 0, "A", "B")
    return out


def _rural_courses(
    skeleton: Skeleton, web: Streets, chosen: Texts, target: Floats, rng: np.random.Generator
) -> tuple[Floats, Ints, Ints]:
    """Vertices (m), the road of each, and for each road the label it shares with those that carry on from it."""
    start, end = web.xy[web.gate[: len(chosen)]], web.xy[web.gate[len(chosen) :]]
    forth = end - start
    heading = np.arctan2(*np.vstack([forth, -forth]).T[::-1])
    node = skeleton.ends.ravel(order="F")
    # A road leaves a settlement in line with the street that brings it to its edge.
    settled = node < skeleton.towns
    outward = np.vstack([start, end])[settled] - web.xy[node[settled]]
    heading[settled] = np.arctan2(outward[:, 1], outward[:, 0])
    partner = _pair_roads(node, heading, np.tile(chosen, 2))
    smooth = np.where(settled, -1, partner)
    bends = _make_bends(start, end, heading, smooth, chosen, rng)
    bends.tangent_start[settled[: len(chosen)]] = unit(heading[: len(chosen)][settled[: len(chosen)]])
    bends.tangent_end[settled[len(chosen) :]] = -unit(heading[len(chosen) :][settled[len(chosen) :]])
    group = np.where(chosen == "A", _A, np.where(chosen == "U", 2, _BC))
    straight = np.zeros(len(chosen), dtype=bool)
    goals = np.append(target, np.nan)
    for _ in range(3):
        vertices, road = _draw(bends, _tune(bends, group, goals, straight))
        crossing = _crossing(vertices, road)
        if not len(crossing):
            break
        straight[crossing.ravel()] = True
    return vertices, road, _labels(partner, chosen)


def _labels(partner: Ints, chosen: Texts) -> Ints:
    """A number for each road that it shares with the roads of its class that carry on from it."""
    count = len(chosen)
    one = np.flatnonzero(partner >= 0)
    same = chosen[one % count] == chosen[partner[one] % count]
    joined = np.column_stack([one % count, partner[one] % count])[same]
    return pieces(joined[:, 0], joined[:, 1], count)


def _together(web: Streets, chosen: Texts, street_class: Texts, rural: Texts, label: Ints) -> Roads:
    town_lines = shapely.linestrings(web.xy[web.ends])
    # A street that a main road cuts across would need a bridge: it was not built.
    _, cut = shapely.STRtree(town_lines).query(rural, predicate="crosses")
    kept = np.ones(len(town_lines), dtype=bool)
    kept[cut[web.kind[cut] == "street"]] = False
    gates = np.column_stack([web.gate[: len(chosen)], web.gate[len(chosen) :]])
    main = web.kind == "main"
    street_label = web.label + len(chosen)
    street_label[main] = label[web.label[main]]
    lines = np.concatenate([rural, town_lines[kept]])
    return Roads(
        lines,
        np.vstack([gates, web.ends[kept]]),
        np.concatenate([chosen, street_class[kept]]),
        np.r_[np.zeros(len(chosen), dtype=bool), np.ones(kept.sum(), dtype=bool)],
        np.concatenate([label, street_label[kept]]).astype(np.intp),
        np.concatenate([np.full(len(chosen), -1), web.town[kept]]).astype(np.intp),
        shapely.length(lines),
    )


@dataclass(frozen=True, eq=False)
class _Bends:
    """Everything that fixes the course of each road but how far it wanders."""

    start: Floats
    end: Floats
    tangent_start: Floats
    tangent_end: Floats
    sideways: Floats


def _pair_roads(node: Ints, heading: Floats, road_class: Texts) -> Ints:
    """Which road each road carries on as at each of its ends."""
    partner = np.full(len(node), -1, dtype=np.intp)
    order = np.argsort(node, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(node[order]) != 0, True])
    for low, high in pairwise(starts.tolist()):
        around = order[low:high]
        options = []
        for i, one in enumerate(around):
            for other in around[:i]:
                turn = abs((heading[one] - heading[other]) % (2 * np.pi) - np.pi)
                if turn < np.radians(figure("straight_on")):
                    same = road_class[one] == road_class[other]
                    worst = max(_RANK[road_class[one]], _RANK[road_class[other]])
                    options.append((not same, worst, turn, int(one), int(other)))
        for _, _, _, one, other in sorted(options):
            if partner[one] < 0 and partner[other] < 0:
                partner[one], partner[other] = other, one
    return partner


def _make_bends(
    start: Floats, end: Floats, heading: Floats, partner: Ints, road_class: Texts, rng: np.random.Generator
) -> _Bends:
    """Fix each road's tangents and waves."""
    count, away = len(start), unit(heading)
    tangent = unit(heading + rng.uniform(-0.35, 0.35, 2 * count))
    joined = partner >= 0
    through = away[joined] - away[partner[joined]]
    tangent[joined] = through / np.hypot(*through.T)[:, None]
    length = np.hypot(*(end - start).T)
    wander = np.array([_WANDER[str(name)] for name in road_class]) * np.minimum(length, 3_500)
    sideways = wander[:, None] * rng.normal(0, 1, (count, len(_WAVES))) / _WAVES**1.4
    return _Bends(start, end, tangent[:count], -tangent[count:], sideways)


def _draw(bends: _Bends, wander: Floats) -> tuple[Floats, Ints]:
    """Vertices of each road."""
    chord = bends.end - bends.start
    length = np.hypot(*chord.T)
    curved = np.maximum(np.ceil(length / figure("vertex_spacing")), 2)
    steps = np.where(wander <= _STRAIGHT, 1, curved).astype(np.intp)
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


def _lengths(vertices: Floats, road: Ints, count: int) -> Floats:
    """Length (m) of each of `count` roads."""
    step = np.hypot(*np.diff(vertices, axis=0).T)
    same = road[1:] == road[:-1]
    return np.bincount(road[1:][same], weights=step[same], minlength=count).astype(np.float64)


def _crossing(vertices: Floats, road: Ints) -> Ints:
    """Pairs (n, 2) of roads that cross where there is no junction."""
    lines = shapely.linestrings(vertices, indices=road)
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    return np.column_stack([one, other])[one < other].astype(np.intp)


def _tune(bends: _Bends, group: Ints, target: Floats, straight: Bools) -> Floats:
    """Find the wander that gives each group of roads its length."""
    wander = np.ones(len(group))
    for number, goal in enumerate(target):
        inside = np.flatnonzero(group == number)
        if np.isnan(goal) or not len(inside):
            continue
        part = _Bends(*(getattr(bends, name)[inside] for name in _Bends.__dataclass_fields__))

        def miss(amount: float, part: _Bends = part, inside: Ints = inside, goal: float = goal) -> float:
            vertices, road = _draw(part, np.where(straight[inside], _STRAIGHT, amount))
            return float(_lengths(vertices, road, len(inside)).sum() - goal)

        low, high = miss(_STRAIGHT + 1e-9), miss(_MOST)
        if low >= 0 or high <= 0:
            wander[inside] = _STRAIGHT if low >= 0 else _MOST
        else:
            wander[inside] = brentq(miss, _STRAIGHT + 1e-9, _MOST, xtol=1e-5)
    return np.where(straight, _STRAIGHT, wander)
