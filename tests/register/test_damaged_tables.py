"""Tables damaged at random give a right register or listed faults, never anything else."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.calibration import read_inspections
from assetplan.errors import RegisterError
from assetplan.register import import_table

pytestmark = pytest.mark.slow

HEAD = ["asset_id", "asset_class", "quantity", "length_m", "width_m", "measure", "value", "surveyed_year", "wkt"]
LINES = [
    [f"R{n}", "carriageway", "500", "100", "5", "pci", "71", "2019", f"LINESTRING ({4000 + n} 3000, {4100 + n} 3000)"]
    for n in range(6)
]
JUNK = [
    "", " ", "nan", "-1", "1e308", "1e999", "1,5", "£1,200", "2019-06-30", "30/06/19", "99999", "#REF!", "carriageway",
    "POINT (0 0)", "POINT EMPTY", "LINESTRING (0 0, 0 0)", "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", "\x00", "\x1b[2J",
    "MULTILINESTRING ((0 0, 1 0), (5 5, 6 6))", "GEOMETRYCOLLECTION EMPTY", "LINESTRING (1e300 0, 2e300 1)", "'", '"',
    "LINESTRING (450000 nan, 1 2)", "POINT Z (1 2 3)", "½", "true", "R1", "2019.5", "12 ft", "(3)",
]  # fmt: skip
CELLS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 8), st.sampled_from(JUNK)), max_size=8)
FORMS = st.tuples(st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
SYSTEMS = st.sampled_from(["EPSG:27700", "EPSG:4326", "EPSG:3857", "EPSG:2272"])


def written(folder: Path, cells: list[tuple[int, int, str]], order: list[int], form: tuple[str, str]) -> Path:
    rows = [list(row) for row in (HEAD, *LINES)]
    for row, column, value in cells:
        rows[row][column] = value
    text = io.StringIO()
    csv.writer(text, delimiter=form[0]).writerows([row[k] for k in order] for row in rows)
    path = folder / "a.csv"
    path.write_bytes(text.getvalue().encode(form[1], errors="replace"))
    return path


def listed(error: RegisterError) -> None:
    assert error.faults
    assert len(str(error).split("\n")) <= 50
    assert "\x1b" not in str(error)


@settings(max_examples=80)
@given(CELLS, st.lists(st.sampled_from(range(9)), min_size=1, max_size=9), FORMS, SYSTEMS, st.booleans())
def test_a_damaged_table(
    cells: list[tuple[int, int, str]], order: list[int], form: tuple[str, str], crs: str, whole: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), cells, list(range(9)) if whole else order, form)
        try:
            assets = import_table(path, {"file": {"crs": crs}}, fill=True).assets
        except RegisterError as error:
            listed(error)
        else:
            assert np.isfinite(assets.total_bounds).all()
            assert (assets["quantity"] > 0).all()


@settings(max_examples=30)
@given(CELLS, FORMS)
def test_damaged_inspections(cells: list[tuple[int, int, str]], form: tuple[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), cells, list(range(9)), form)
        try:
            readings = read_inspections(path, measure="pci", mapping={"columns": {"year": "surveyed_year"}})
        except RegisterError as error:
            listed(error)
        else:
            assert len(readings.time)
