"""A real county, from OpenStreetMap to the board's map, by the commands a user types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from places import ROOT

from assetplan.programme import read_programme

pytestmark = pytest.mark.slow  # a whole page of commands


@pytest.fixture(scope="module")
def rutland(tutorial) -> tuple[Path, str]:
    """The folder of the tutorial on it, and all that its commands print."""
    text, folder = tutorial(ROOT / "docs" / "tutorials" / "02-real-county.md")
    return folder, text


def test_import_prints_what_it_left_out_and_what_it_assumed(rutland) -> None:
    _, imported = rutland
    for words in ("trunk road", "track", "private access", "path, bridleway or steps", "assumed by rule", "value 100%"):
        assert words in imported
    before = int(imported.split("connected pieces before splitting: ")[1].split()[0].replace(",", ""))
    after = int(imported.split("connected pieces after splitting: ")[1].split()[0].replace(",", ""))
    assert after < before / 10, "ways must be joined at shared vertices"


def test_envelope_is_in_proportion(rutland) -> None:
    folder, _ = rutland
    summary = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    programme = read_programme(folder / "out").check()
    roads = programme.assets[programme.assets["asset_class"] == "carriageway"]
    length = roads["length_m"].sum() / 1000
    assert 400 < length < 700, "Rutland has about 550 km of council road"
    highways = sum(row["limit"] for row in summary["spend"] if row["line"] != "property")
    # Amounts are printed to £100 in the plan file.
    assert highways == pytest.approx(152.75e6 * length / 4656, rel=2e-3)
    assert summary["status"] == "optimal"
    assert summary["benefit"] > summary["cost"] * 0.5
    assert (folder / "out" / "report.html").stat().st_size > 200_000
    assert {row["asset_class"] for row in summary["assumed_share"]} >= {"carriageway", "bridge", "building"}
