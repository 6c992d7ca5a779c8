"""Seconds and memory of the expected backlog of an estate over 30 years, and of every table of it.

Run by hand: `python -m pytest tests/benchmarks/test_property_speed.py -m benchmark -s --override-ini addopts=`. It
prints a table; the bar for the expected backlog of 250,000 components is 10 s and 2 GB.
"""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from tables import head, row

from assetplan import schema
from assetplan.inputs import Parameters, read_parameters
from assetplan.process import peak_memory
from assetplan.property import Estate, decay, estate_of, property_statements
from assetplan.property.backlog import by_year
from assetplan.register import Register

pytestmark = pytest.mark.benchmark
YEARS = 30


def _estate(count: int, parameters: Parameters) -> Estate:
    """So many components of every group, grade, confidence and year of survey since 2000, twenty to a block."""
    rng = np.random.default_rng(1)
    names = [name for name, group in parameters.groups.items() if group.asset_class == "building"]
    blocks = pd.DataFrame({"block_id": [f"b{n}" for n in range(count // 20)]})
    blocks["premises_id"] = [f"p{n // 2}" for n in range(len(blocks))]
    premises = pd.DataFrame({"premises_id": blocks["premises_id"].unique()})
    parts = pd.DataFrame(
        {
            "asset_id": [f"c{n}" for n in range(count)],
            "asset_class": "building",
            "group": rng.choice(names, count),
            "parent_id": blocks["block_id"].to_numpy()[np.arange(count) % len(blocks)],
            "quantity": rng.uniform(10, 900, count).round(1),
            "measure": "grade",
            "value": rng.choice([1.0, 2.0, 3.0, 4.0], count),
            "priority": rng.choice([1.0, 2.0, 3.0, 4.0, np.nan], count),
            "surveyed_year": rng.integers(2000, 2026, count),
            "confidence": rng.choice(["high", "medium", "low", ""], count),
            "replacement_value": rng.uniform(1e3, 3e5, count).round(0),
        }
    )
    assets = schema.conform(parts, "assets", "drawn")[0]
    tables = {"premises": premises, "blocks": blocks}
    made = {name: schema.conform(table, name, "drawn")[0] for name, table in tables.items()}
    nothing = gpd.GeoDataFrame(geometry=[], crs=27700)
    shapes = gpd.GeoDataFrame(assets, geometry=[None] * count, crs=27700)
    return estate_of(Register(shapes, pd.DataFrame(), nothing, nothing, **made), parameters, 2025)


def test_expected_backlog() -> None:
    parameters = read_parameters()
    head("Expected backlog over 30 years", "components", "kinds", "seconds", "all tables, seconds", "peak, MB")
    for count in (10_000, 50_000, 250_000):
        estate = _estate(count, parameters)
        began = time.perf_counter()
        ahead = decay(estate, YEARS)
        table = by_year(estate, ahead)
        spent = time.perf_counter() - began
        assert len(table) == YEARS + 1
        property_statements(estate, YEARS)
        whole = time.perf_counter() - began
        row(f"{count:,}", f"{len(ahead.share):,}", f"{spent:.2f}", f"{whole:.1f}", f"{peak_memory():,.0f}")
