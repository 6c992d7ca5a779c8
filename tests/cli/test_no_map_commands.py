"""A register without geometry through the whole command line: planned without a map, and never quietly."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from commands import Done, run

NO_MAP = "No asset has a geometry: there is no map"
MAPPING = """
[file]
geometry = "none"
[columns]
asset_id = "Section"
link_id = "Road"
chainage_m = "From"
[constants]
asset_class = "carriageway"
measure = "rci"
surveyed_year = 2018
"""
SCHEME = """
[[schemes]]
name = "High Street"
assets = ["S0", "S1"]
treatment = ["resurfacing"]
mobilisation = 1000
"""


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Done], Path]:
    """How each command ended on a linear-referenced list of roads, and the folder that they wrote to."""
    folder, draw = tmp_path_factory.mktemp("no_map"), random.Random(1)
    rows = [f"S{n},L{n // 4},{n % 4 * 200},200,6,B,{draw.randint(0, 160)}" for n in range(12)]
    text = "\n".join(["Section,Road,From,length_m,width_m,road_class,value", *rows])
    (folder / "roads.csv").write_text(text + "\n", encoding="utf-8")
    (folder / "map.toml").write_text(MAPPING, encoding="utf-8")
    readings = "link_id,start_m,end_m,year,value\nL0,0,200,2020,40\n"
    (folder / "readings.csv").write_text(readings, encoding="utf-8")
    done = {}
    for words in (
        ("import", "table", "roads.csv", "--mapping", "map.toml", "-o", "r.gpkg"),
        ("init", "r.gpkg", "-o", "plan.toml"),
        ("inspect", "r.gpkg"),
        ("network", "r.gpkg", "-o", "n.gpkg"),
        ("survey", "r.gpkg", "readings.csv", "-o", "s.gpkg"),
        ("validate", "plan.toml"),
        ("predict", "plan.toml", "-o", "p.csv"),
        ("plan", "plan.toml", "-o", "out"),
        ("explain", "out", "S0"),
        ("report", "out", "-o", "again.html"),
        ("finance", "plan.toml", "-o", "money"),
    ):
        done[words[0]] = run(*words, cwd=folder)
        if words[0] == "init":
            with (folder / "plan.toml").open("a", encoding="utf-8") as plan:
                plan.write(SCHEME)
    return done, folder


@pytest.mark.slow
def test_every_command_says_that_there_is_no_map(ended: tuple[dict[str, Done], Path]) -> None:
    done, _ = ended
    for name, one in done.items():
        assert one.text.count(NO_MAP) == 1, name
        assert one.returncode == (name == "network"), one.stderr
    assert "no carriageway is drawn as a line: there is no network" in done["network"].stderr
    assert "carriageway 12 2.4" in done["validate"].text
    assert done["predict"].stdout.strip() == "p.csv"


@pytest.mark.slow
def test_its_report_has_everything_but_the_map(ended: tuple[dict[str, Done], Path]) -> None:
    _, folder = ended
    text = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert text == (folder / "again.html").read_text(encoding="utf-8")
    assert NO_MAP in text
    assert "map-heading" not in text
    assert "<script" not in text
    for section in ("headline", "condition", "spend", "works", "value", "about"):
        assert f'id="{section}-heading"' in text
