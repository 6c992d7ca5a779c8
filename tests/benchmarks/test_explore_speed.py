"""Seconds until the map of a register is made, and until it is drawn in a cell with networking off (bar: 3 s).

The small county, and with ASSETPLAN_BENCHMARK=full the whole one. Run by hand: `python -m pytest
tests/benchmarks/test_explore_speed.py -m benchmark -s --override-ini addopts=`. It judges nothing on time.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from map_pages import cell, opened
from tables import FULL, head, row

from assetplan.example import make_county

pytestmark = pytest.mark.benchmark


def test_the_map_of_a_register(tmp_path: Path, browser: Any) -> None:
    head("The map of a register in a notebook", "county", "assets", "card, s", "map made, s", "MB", "opens, s")
    for size in ("small", "county") if FULL else ("small",):
        register = make_county(size)
        register.explore(asset_class="signal")  # so that nothing is imported while the clock runs
        register._repr_html_()
        start = time.perf_counter()
        register._repr_html_()
        card = time.perf_counter() - start
        start = time.perf_counter()
        shown = register.explore()
        made = time.perf_counter() - start
        page, inner, seconds = opened(browser, cell(shown, tmp_path))
        assert inner.locator("canvas.leaflet-tile").count() > 0
        page.context.close()
        times = (f"{card:.1f}", f"{made:.1f}", f"{len(shown.page) / 1e6:.1f}", f"{seconds:.1f}")
        row(size, f"{len(register.assets):,}", *times)
