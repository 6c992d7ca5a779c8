"""Town and village streets: between the roads that meet at the market place, blocks laid out as the ground allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assetplan._types import Floats, Ints, Texts
from assetplan.example.figures import figure
from assetplan.example.land import unit
from assetplan.example.skeleton import Skeleton
from assetplan.example.towns import Towns


@dataclass(frozen=True, eq=False)
class Streets:
    """Streets as straight pieces from corner to corner.

    Attributes
    ----------
    xy : array (n, 2); nodes (m, to 0.1): those of the rural graph in their order, then gates and street corners
    gate : array (2m,); node where each rural road starts, then where each ends
    ends : array (k, 2); nodes of each piece
    kind : array (k,); main (a rural road's way to the market place), ring, distributor or street
    label : array (k,)
        Pieces of one street share it; that of a main is its rural road (0 to m − 1).
    town : array (k,); settlement of each piece
    """

    xy: Floats
    gate: Ints
    ends: Ints
    kind: Texts
    label: Ints
    town: Ints

    @property
    def length(self) -> Floats:
        """Length of each piece (m)."""
        return np.hypot(*(self.xy[self.ends[:, 0]] - self.xy[self.ends[:, 1]]).T)


@dataclass
class _Web:
    """What is being drawn of one settlement, around a market place at 0, 0."""

    nodes: list[Floats]
    ends: list[Ints]
    kinds: list[str]
    labels: list[Ints]
    count: int = 1
    labelled: int = 0

    def add_nodes(self, xy: Floats) -> Ints:
        self.nodes.append(xy)
        self.count += len(xy)
        return np.arange(self.count - len(xy), self.count)

    def add_path(self, path: Ints, kind: str, label: int) -> None:
        self.add_ends(np.column_stack([path[:-1], path[1:]]), kind, np.full(len(path) - 1, label))

    def add_ends(self, ends: Ints, kind: str, labels: Ints) -> None:
        self.ends.append(ends)
        self.kinds += [kind] * len(ends)
        self.labels.append(labels)


@dataclass(frozen=True, eq=False)
class _Sector:
    """The wedge between two main roads: cross streets at `rho` along its middle line, lanes at `tau` beside it."""

    middle: float
    half: float
    rho: Floats
    tau: Floats


def lay_streets(skeleton: Skeleton, towns: Towns, spacing: float, rng: np.random.Generator) -> Streets:
    """Lay out the streets of every settlement.

    Parameters
    ----------
    skeleton, towns : Skeleton, Towns; the rural network, whose roads end at the edges of settlements, and these
    spacing, rng : float, Generator; typical distance between streets (m), above 0, and the source of chance
    """
    roads = len(skeleton.ends)
    node = skeleton.ends.ravel(order="F")
    away = skeleton.xy[skeleton.ends[:, ::-1].ravel(order="F")] - skeleton.xy[node]
    angle = np.arctan2(away[:, 1], away[:, 0])
    gate = node.copy()
    xy, ends, kinds, labels, owner = [skeleton.xy], [], [], [], []
    used, label = len(skeleton.xy), roads
    for town in range(skeleton.towns):
        here = np.flatnonzero(node == town)
        here = here[np.argsort(angle[here], kind="stable")]
        web = _web(towns, town, angle[here], spacing, rng)
        # Local node 0 is the market place, nodes 1, 2, … are the gates; the rest follow.
        number = np.r_[town, np.arange(used, used + web.count - 1)]
        gate[here] = number[1 : len(here) + 1]
        xy.append(np.vstack(web.nodes) + skeleton.xy[town])
        used += web.count - 1
        ends.append(number[np.vstack(web.ends)])
        kinds += web.kinds
        local = np.concatenate(web.labels)
        main = local < 0
        labels.append(np.where(main, here[np.where(main, -local - 1, 0)] % roads, local + label))
        owner.append(np.full(len(local), town))
        label += web.labelled
    points = np.vstack(xy)
    moved = np.r_[np.arange(skeleton.towns), np.arange(len(skeleton.xy), len(points))]
    points[moved] = _warp(points[moved])
    return Streets(
        np.round(points, 1),
        gate.astype(np.intp),
        np.vstack(ends).astype(np.intp),
        np.array(kinds, dtype=object),
        np.concatenate(labels).astype(np.intp),
        np.concatenate(owner).astype(np.intp),
    )


def _warp(xy: Floats) -> Floats:
    """Bend straight lines over the whole county a little, as the lie of the land does (m)."""
    x, y = xy[:, 0] / 1000, xy[:, 1] / 1000
    east = 34 * np.sin(3.1 * y + 0.9 * x) + 15 * np.sin(8.3 * y - 3.7 * x)
    north = 34 * np.sin(2.7 * x - 1.1 * y) + 15 * np.sin(7.9 * x + 4.1 * y)
    return xy + np.column_stack([east, north])


def _web(towns: Towns, town: int, angles: Floats, spacing: float, rng: np.random.Generator) -> _Web:
    """Draw one settlement; main roads leave it at `angles` (radians, rising)."""

    def reach(angle: Floats) -> Floats:
        return towns.edge(np.full(np.shape(angle), town), np.asarray(angle))

    gates = reach(angles)
    web = _Web([], [], [], [])
    web.add_nodes(unit(angles) * gates[:, None])
    every, real = _fill_gaps(angles)
    sectors = _sectors(every, spacing, float(towns.radius[town]), rng)
    corners = _main_roads(web, sectors, every, real, reach)
    big = towns.population[town] >= figure("distributor_from")
    for i, sector in enumerate(sectors):
        if len(sector.rho):
            left, right = corners[i][0], corners[(i + 1) % len(every)][1]
            _sector_streets(web, sector, left, right, reach, float(towns.radius[town]) * 0.5 if big else np.inf)
    if towns.population[town] >= figure("ring_from") and len(angles) > 2:
        _ring(web, angles, reach)
    stacked = np.vstack(web.nodes)
    stacked[len(angles) :] += rng.normal(0, 5.0, (web.count - 1 - len(angles), 2))
    web.nodes = [stacked]
    return web


def _fill_gaps(angles: Floats) -> tuple[Floats, Ints]:
    """Angles (rising) with wide gaps divided, and the gate of each, −1 for those added."""
    gaps = np.diff(np.r_[angles, angles[0] + 2 * np.pi])
    every, real = [], []
    for i, (angle, gap) in enumerate(zip(angles, gaps, strict=True)):
        parts = int(np.ceil(gap / np.radians(figure("widest_wedge"))))
        every += [angle + gap * k / parts for k in range(parts)]
        real += [i] + [-1] * (parts - 1)
    return np.array(every), np.array(real)


def _sectors(angles: Floats, spacing: float, radius: float, rng: np.random.Generator) -> list[_Sector]:
    sectors = []
    for angle, gap in zip(angles, np.diff(np.r_[angles, angles[0] + 2 * np.pi]), strict=True):
        across, along = spacing * rng.uniform(0.85, 1.05), spacing * rng.uniform(1.3, 1.9)
        rows = 0 if gap < np.radians(figure("narrowest_wedge")) else int(1.25 * radius / across)
        rho = across * (np.arange(rows, dtype=np.float64) + rng.uniform(0.65, 1.15))
        half = int(1.3 * radius / along) + 1
        tau = along * (np.arange(-half, half + 1, dtype=np.float64) + rng.uniform(-0.5, 0.5))
        sectors.append(_Sector(angle + gap / 2, gap / 2, rho, tau))
    return sectors


def _main_roads(
    web: _Web, sectors: list[_Sector], angles: Floats, real: Ints, reach: Callable[[Floats], Floats]
) -> list[tuple[Ints, Ints]]:
    """Draw the roads to the market place; the corner on each (left of it, right of it) of every cross street."""
    corners = []
    for i, angle in enumerate(angles):
        sides = [sectors[i].rho / np.cos(sectors[i].half), sectors[i - 1].rho / np.cos(sectors[i - 1].half)]
        far = float(reach(np.array([angle]))[0])
        distance = np.concatenate(sides)
        inside = np.flatnonzero(distance < far - max(25.0, 0.05 * far))
        inside = inside[np.argsort(distance[inside], kind="stable")]
        corner = np.cumsum(np.diff(distance[inside], prepend=-np.inf) > figure("same_corner")) - 1
        place = np.bincount(corner, weights=distance[inside]) / np.maximum(np.bincount(corner), 1)
        ids = web.add_nodes(place[:, None] * np.array([np.cos(angle), np.sin(angle)]))
        path = np.r_[0, ids, [real[i] + 1] if real[i] >= 0 else []].astype(np.intp)
        if real[i] >= 0:
            web.add_path(path, "main", -1 - real[i])
        else:
            web.add_path(path, "street", web.labelled)
            web.labelled += 1
        corner_of = np.full(len(distance), -1, dtype=np.intp)
        corner_of[inside] = ids[corner]
        corners.append((corner_of[: len(sides[0])], corner_of[len(sides[0]) :]))
    return corners


def _sector_streets(
    web: _Web, sector: _Sector, left: Ints, right: Ints, reach: Callable[[Floats], Floats], half_way: float
) -> None:
    rho, tau = np.meshgrid(sector.rho, sector.tau, indexing="ij")
    angle, distance = sector.middle + np.arctan2(tau, rho), np.hypot(rho, tau)
    step = float(np.diff(sector.tau[:2])[0])
    inside = np.abs(tau) < rho * np.tan(sector.half) - 0.4 * step
    inside &= distance < 0.95 * reach(angle)
    ids = np.full((len(sector.rho), len(sector.tau) + 2), -1, dtype=np.intp)
    ids[:, 1:-1][inside] = web.add_nodes(unit(angle[inside]) * distance[inside, None])
    ids[:, 0], ids[:, -1] = left, right
    row, column = np.nonzero(ids >= 0)
    same = row[1:] == row[:-1]
    pair = np.column_stack([ids[row[:-1], column[:-1]], ids[row[1:], column[1:]]])[same]
    row = row[1:][same]
    at = int(np.argmin(np.abs(sector.rho - half_way))) if np.isfinite(half_way) else -1
    web.add_ends(pair[row == at], "distributor", np.full((row == at).sum(), web.labelled + at))
    web.add_ends(pair[row != at], "street", web.labelled + row[row != at])
    web.labelled += len(sector.rho)
    both = (ids[:-1, 1:-1] >= 0) & (ids[1:, 1:-1] >= 0)
    row, column = np.nonzero(both)
    web.add_ends(np.column_stack([ids[row, column + 1], ids[row + 1, column + 1]]), "street", web.labelled + column)
    web.labelled += len(sector.tau)


def _ring(web: _Web, angles: Floats, reach: Callable[[Floats], Floats]) -> None:
    for i, (angle, gap) in enumerate(zip(angles, np.diff(np.r_[angles, angles[0] + 2 * np.pi]), strict=True)):
        parts = max(1, int(np.ceil(gap / np.radians(figure("ring_step")))))
        between = angle + gap * np.arange(1, parts) / parts
        ids = web.add_nodes(unit(between) * reach(between)[:, None])
        web.add_path(np.r_[i + 1, ids, (i + 1) % len(angles) + 1], "ring", web.labelled)
    web.labelled += 1
