"""How long 80,000 sections take from a database, beside the same rows of a GeoPackage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import geopandas as gpd
import numpy as np
import pytest
import shapely
from postgis_server import Server
from tables import head, row

from assetplan.output import digest_of
from assetplan.postgis.reading import read_table, rows_digest
from assetplan.postgis.writing import write_tables
from assetplan.reading.layers import read_layer
from assetplan.register import import_table

pytestmark = pytest.mark.benchmark
ROWS, CORNERS = 80_000, 10


def _sections() -> gpd.GeoDataFrame:
    drawn = np.random.default_rng(0)
    start = np.stack([430_000 + 150 * (np.arange(ROWS) % 300), 290_000 + 150 * (np.arange(ROWS) // 300)], axis=1)
    steps = drawn.uniform(1, 14, (ROWS, CORNERS, 2)).cumsum(axis=1)
    numbers = {name: drawn.uniform(1, 100, ROWS).round(3) for name in ("value", "width_m", "aadt", "hgv")}
    texts = {
        name: [f"{name} {n % 997}" for n in range(ROWS)] for name in ("name", "road", "district", "link_id", "usrn")
    }
    plain = {"asset_class": "carriageway", "road_class": "B", "measure": "rci", "environment": "rural"}
    return gpd.GeoDataFrame(
        {"asset_id": [f"S{n:06}" for n in range(ROWS)], "quantity": 700.0, "surveyed_year": 2018}
        | numbers | texts | plain,
        geometry=shapely.linestrings(start[:, None] + steps), crs=27700,
    )  # fmt: skip


def test_a_database_beside_a_geopackage(server: Server, tmp_path: Path) -> None:
    sections, layer, table = _sections(), tmp_path / "sections.gpkg", server.table("speed.sections")
    written = {"sections": sections}, {"sections": ["asset_id"]}
    head(f"{ROWS:,} sections with lines of {CORNERS} corners, seconds", "", "GeoPackage", "PostGIS")
    pairs: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("write", lambda: sections.to_file(layer), lambda: write_tables(table.url, "speed", *written, "")),
        ("read", lambda: read_layer(layer), lambda: read_table(table)),
        ("digest alone", lambda: digest_of(layer), lambda: rows_digest(table)),
        ("a register", lambda: import_table(layer), lambda: import_table(table)),
    ]
    for what, of_file, of_table in pairs:
        clock = [perf_counter()]
        made = []
        for work in (of_file, of_table):
            made.append(work())
            clock.append(perf_counter())
        row(what, *(f"{seconds:.2f}" for seconds in np.diff(clock)))
    assert made[0].assets.equals(made[1].assets)
