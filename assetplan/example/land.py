"""The county's border, the districts that tile it, and its streams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay

from assetplan._types import Floats, Ints
from assetplan.example.figures import figure

CRS = "EPSG:27700"
_CENTRE = (455_000.0, 232_000.0)  # [m] well inland, so that every coordinate has its usual size
_GRID = 0.1  # [m] precision of every coordinate


def make_outline(area: float, rng: np.random.Generator) -> shapely.Polygon:
    """Draw an irregular county of an area (km², above 0), in EPSG:27700 (m): one ring without holes."""
    waves = np.arange(2, 70)
    angle = np.linspace(0, 2 * np.pi, 560, endpoint=False)
    # Border detail at every scale, as rivers and parish bounds give it: amplitude falls with frequency.
    size = np.minimum(0.34 / waves**1.55 * rng.exponential(1.0, len(waves)), 0.085)
    phase = rng.uniform(0, 2 * np.pi, len(waves))
    radius = 1 + (size * np.cos(np.outer(angle, waves) + phase)).sum(axis=1)
    turn = rng.uniform(0, np.pi)
    flat = np.column_stack([1.22 * radius * np.cos(angle), radius * np.sin(angle)])
    points = flat @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    scale = np.sqrt(area * 1e6 / shapely.Polygon(points).area)
    return shapely.Polygon(np.round(points * scale + np.array(_CENTRE), 1))


def unit(angle: Floats) -> Floats:
    """Vectors (n, 2) of length one in directions (radians)."""
    return np.column_stack([np.cos(angle), np.sin(angle)])


def delaunay_edges(points: Floats) -> Ints:
    """Edges (n, 2) of the Delaunay triangulation of points (m), each once, in a fixed order."""
    corners = Delaunay(points).simplices
    pairs = np.sort(corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    return np.unique(pairs, axis=0).astype(np.intp)


def _jittered_grid(outline: shapely.Polygon, spacing: float, margin: float, rng: np.random.Generator) -> Floats:
    """Points (n, 2) about `spacing` apart (m) over the county's bounds and `margin` (m) beyond."""
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(
        np.arange(west - margin, east + margin, spacing), np.arange(south - margin, north + margin, spacing)
    )
    grid = np.column_stack([x.ravel(), y.ravel()])
    return grid + rng.uniform(-0.4 * spacing, 0.4 * spacing, grid.shape)


def make_districts(
    outline: shapely.Polygon, seeds: Floats, city_radius: float, rng: np.random.Generator
) -> list[shapely.Polygon]:
    """Divide the county into districts that tile it.

    Parameters
    ----------
    outline, rng : Polygon, Generator; the county, and the source of chance
    seeds : array (n, 2); the towns that districts grow from (m); the first may be a city
    city_radius : float; distance that the first district keeps to (m); 0 lets it grow as the others do

    Returns
    -------
    list of Polygon
        One for each seed; together the county, without overlap.
    """
    spacing = np.sqrt(outline.area) / figure("parishes")
    parishes = _jittered_grid(outline, spacing, 2 * spacing, rng)
    label = _grow(parishes, seeds, city_radius, rng)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(parishes)))
    parish, cell = shapely.STRtree(cells).query(shapely.points(parishes), predicate="within")
    cells = cells[cell[np.argsort(parish, kind="stable")]]
    pieces = shapely.set_precision(shapely.intersection(cells, outline), _GRID)
    parts, owner = shapely.get_parts(pieces, return_index=True)
    areas = shapely.get_dimensions(parts) == 2
    parts, owner = parts[areas], label[owner[areas]]
    merged = [shapely.unary_union(parts[owner == i], grid_size=_GRID) for i in range(len(seeds))]
    return _one_piece_each(merged)


def _grow(parishes: Floats, seeds: Floats, city_radius: float, rng: np.random.Generator) -> Ints:
    """Give each parish to the seed from which it is reached first over neighbouring parishes."""
    edges = delaunay_edges(parishes)
    cost = np.hypot(*(parishes[edges[:, 0]] - parishes[edges[:, 1]]).T) * rng.uniform(0.5, 1.5, len(edges))
    city = np.hypot(*(parishes - seeds[0]).T) < city_radius
    # A city's bounds cannot be crossed by a neighbour's growth, so every district stays in one piece.
    cost = np.where(city[edges].any(axis=1) & (city_radius > 0), cost * 1e3, cost)
    graph = coo_array((cost, (edges[:, 0], edges[:, 1])), shape=(len(parishes),) * 2).tocsr()
    start = np.argmin(((parishes[None] - seeds[:, None]) ** 2).sum(axis=2), axis=1)
    reach = dijkstra(graph, directed=False, indices=start)
    if city_radius > 0:
        reach[0, ~city] = np.inf
        reach[1:, city] = np.inf
        city[start[0]] = True
    return np.argmin(reach, axis=0).astype(np.intp)


def _one_piece_each(merged: list[shapely.Geometry]) -> list[shapely.Polygon]:
    """Give pieces that the border cut off to the neighbour with the longest common bound."""
    pieces = [sorted(shapely.get_parts(shape), key=lambda part: -part.area) for shape in merged]
    whole = [parts[0] for parts in pieces]
    for stray in [part for parts in pieces for part in parts[1:]]:
        shared = [shapely.length(shapely.intersection(stray, shape, grid_size=_GRID)) for shape in whole]
        best = int(np.argmax(shared))
        whole[best] = shapely.unary_union([whole[best], stray], grid_size=_GRID)
    return whole


@dataclass(frozen=True, eq=False)
class Rivers:
    """Reaches of the county's rivers: not assets, but bridges stand on them, and the county town grew by one.

    Attributes
    ----------
    lines : array (n, 2, 2); ends of each reach (m)
    flow : array (n,); how many springs feed each reach
    """

    lines: Floats
    flow: Floats


def make_rivers(outline: shapely.Polygon, rng: np.random.Generator) -> Rivers:
    """Drain the county to one side: a tree of streams over scattered springs."""
    springs = _jittered_grid(outline, figure("spring_spacing"), figure("spring_spacing"), rng)
    edges = delaunay_edges(springs)
    length = np.hypot(*(springs[edges[:, 0]] - springs[edges[:, 1]]).T)
    cost = length**1.6 * rng.uniform(0.4, 2.2, len(edges))
    graph = coo_array((cost, (edges[:, 0], edges[:, 1])), shape=(len(springs),) * 2).tocsr()
    heading = rng.uniform(0, 2 * np.pi)
    outlet = int(np.argmax(springs @ np.array([np.cos(heading), np.sin(heading)])))
    distance, down = dijkstra(graph, directed=False, indices=outlet, return_predecessors=True)
    flow = np.ones(len(springs))
    for spring in np.argsort(-distance, kind="stable")[:-1]:
        flow[down[spring]] += flow[spring]
    reach = np.flatnonzero(np.arange(len(springs)) != outlet)
    lines = np.stack([springs[reach], springs[down[reach]]], axis=1)
    inside = shapely.contains_xy(outline, *lines.mean(axis=1).T)
    return Rivers(lines[inside], flow[reach][inside])
