"""Seconds of network functions over three sizes, the largest the whole example county.

Run by hand, with ASSETPLAN_BENCHMARK=full: `python -m pytest tests/benchmarks/test_network.py -m benchmark -s
--override-ini addopts=`. It prints
tables; the whole stage must take less than two minutes.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tables import full_only, head, row

from assetplan.connectivity.layers import network_layers
from assetplan.example.county import make_county
from assetplan.network import end_nodes
from assetplan.network.criticality import betweenness
from assetplan.network.detours import detours
from assetplan.network.graph import Network
from assetplan.register import Register

pytestmark = [pytest.mark.benchmark, full_only]


@cache
def register() -> Register:
    return make_county("county")


def county() -> gpd.GeoDataFrame:
    return register().assets


def west(frame: gpd.GeoDataFrame, edge: float) -> gpd.GeoDataFrame:
    return frame[shapely.get_x(shapely.centroid(frame.geometry.to_numpy())) <= edge].reset_index(drop=True)


def part(share: float) -> tuple[Network, np.ndarray]:
    """Sections in the west of the county as a two-way network, and the sections that bridges are on."""
    lines = county().query("asset_class == 'carriageway'").geometry.to_numpy()
    east = shapely.get_x(shapely.centroid(lines))
    edge = np.quantile(east, share)
    lines = lines[east <= edge]
    start, end = (ends.astype(np.intp) for ends in end_nodes(lines))
    where = np.zeros((int(max(start.max(), end.max())) + 1, 2))
    where[start] = shapely.get_coordinates(shapely.get_point(lines, 0))
    where[end] = shapely.get_coordinates(shapely.get_point(lines, -1))
    length, number = shapely.length(lines), np.arange(len(lines))
    one = Network(where, start, end, length, np.zeros_like(number), number, np.zeros(len(number)), length, lines)
    bridges = county().query("asset_class == 'bridge'").geometry.to_numpy()
    return one, shapely.STRtree(lines).nearest(bridges[shapely.get_x(bridges) <= edge])


def test_detours_and_betweenness() -> None:
    head("Detours and betweenness, seconds", "sections", "bridges", "detours", "severed", "sources", "betweenness")
    for share in (0.1, 0.4, 1.0):
        one, bridges = part(share)
        clock = time.perf_counter()
        ways = detours(one, bridges)
        took = time.perf_counter() - clock
        clock = time.perf_counter()
        sampled = betweenness(one, 200)
        sampling = time.perf_counter() - clock
        cells = (f"{len(one.length):,}", len(bridges), f"{took:.2f}", int(ways.severed.sum()))
        row(*cells, sampled.sources, f"{sampling:.1f}")
        assert np.isfinite(ways.extra_km).any()
        assert 0 < sampled.value.max() < 1


def test_the_whole_stage() -> None:
    head("All layers of a network, seconds", "sections", "bridges", "places", "seconds")
    lines = county().query("asset_class == 'carriageway'").geometry.to_numpy()
    for share in (0.1, 0.4, 1.0):
        edge = float(np.quantile(shapely.get_x(shapely.centroid(lines)), share))
        part_of = replace(register(), assets=west(county(), edge), places=west(register().places, edge))
        clock = time.perf_counter()
        layers = network_layers(part_of, "part").layers
        took = time.perf_counter() - clock
        row(f"{len(layers['sections']):,}", len(layers["bridges"]), len(layers["places"]), f"{took:.1f}")
        assert took < 120
