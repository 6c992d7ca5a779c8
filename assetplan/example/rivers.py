"""Streams: not assets, but where they run is where bridges stand and where the county town grew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from assetplan._types import Floats
from assetplan.example.outline import delaunay_edges, jittered_grid

_SPACING = 2_150.0  # [m] between springs


@dataclass(frozen=True)
class Rivers:
    """Reaches of the county's rivers.

    Attributes
    ----------
    lines : array (n, 2, 2)
        Ends of each reach (m).
    flow : array (n,)
        How many springs feed each reach.
    """

    lines: Floats
    flow: Floats


def make_rivers(outline: shapely.Polygon, rng: np.random.Generator) -> Rivers:
    """Drain the county to one side: a tree of streams over scattered springs.

    Parameters
    ----------
    outline : Polygon
        The county.
    rng : Generator
        Source of chance.
    """
    springs = jittered_grid(outline, _SPACING, _SPACING, rng)
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
