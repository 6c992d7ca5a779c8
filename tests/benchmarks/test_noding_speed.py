"""Seconds to node a county's lines, by size.

Run by hand: `python -m pytest tests/benchmarks/test_noding_speed.py -m benchmark -s --override-ini addopts=`. It prints
a table and judges nothing on time. The whole county is made only with ASSETPLAN_BENCHMARK=full. Beside the
example county, whose sections share their ends, streets on a grid, none of them split at a junction.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from tables import FULL, head, row

from assetplan.example import make_county
from assetplan.network import components, node_lines

pytestmark = pytest.mark.benchmark


def _grid(streets: int) -> NDArray[np.object_]:
    """Streets of 1 km on a grid of 100 m with bends between: nothing but crossings, each without a vertex."""
    along = np.arange(0, 1001, 200.0) - 25
    place = np.arange(streets)
    row_, column = place // 100, place % 100
    x, y = (column * 1000)[:, None] + along, np.repeat((row_ * 100.0)[:, None], len(along), axis=1)
    y = y + 3 * np.sin(along / 70)
    return shapely.linestrings(np.r_[np.stack([x, y], axis=2), np.stack([y, x], axis=2)])


def _cases() -> Iterator[tuple[str, NDArray[np.object_]]]:
    for size in ("small", "county") if FULL else ("small",):
        assets = make_county(size).assets
        yield f"example, {size}", assets.geometry[(assets["asset_class"] == "carriageway").to_numpy()].to_numpy()
    for streets in (250, 2_500, *([25_000] if FULL else [])):
        yield "grid, all crossings unsplit", _grid(streets)


def test_noding() -> None:
    head("Noding", "lines", "how many", "vertices", "links", "nodes", "components", "seconds", "components, seconds")
    for name, lines in _cases():
        began = time.perf_counter()
        network = node_lines(lines).network
        noded = time.perf_counter()
        count = components(network).max() + 1
        spent = time.perf_counter() - noded
        sizes = (len(lines), shapely.get_num_coordinates(lines).sum(), len(network.line), len(network.nodes), count)
        row(name, *(f"{size:,}" for size in sizes), f"{noded - began:.2f}", f"{spent:.2f}")
        assert network.length.sum() == pytest.approx(shapely.length(lines).sum(), rel=1e-3)
