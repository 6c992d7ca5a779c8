"""Assets that no deterioration group is known of are named at the import and by validate, with what mends it."""

from __future__ import annotations

from pathlib import Path

from commands import Done, run

HEAD = "asset_id,asset_class,group,parent_id,quantity,x,y,measure,value,surveyed_year,replacement_value\n"
PLAN = """
name = "p"
register = "r.gpkg"
first_year = 2019
years = 1
[envelope]
lines = { property = [0.1] }
"""


def imported(folder: Path, *rows: str) -> Done:
    (folder / "assets.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "map.toml").write_text('[file]\ncrs = "EPSG:27700"\nx = "x"\ny = "y"\n', encoding="utf-8")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return run("import", "table", "assets.csv", "--mapping", "map.toml", "-o", "r.gpkg", cwd=folder)


def building(name: str, group: str = "", parent: str = "") -> str:
    return f"{name},building,{group},{parent},600,450000,210000,index,60,2018,100000"


def test_buildings_without_components_are_named_with_what_mends_it(tmp_path: Path) -> None:
    done = imported(tmp_path, building("H1"), building("H2"), building("S1-roof", "roof_pitched", "S1"))
    assert done.returncode == 0, done.stderr
    assert "buildings without a deterioration group, which no plan can hold (H1, H2)" in done.text
    assert "[buildings] floor_area_m2" in done.text
    done = run("validate", "plan.toml", cwd=tmp_path)
    assert done.returncode == 1
    for row, name in ((1, "H1"), (2, "H2")):
        assert f"row {row}, column group: asset {name}: no deterioration group" in done.text
    assert "hint: a building is planned by its components" in done.text
    assert "S1" not in done.stderr


def test_a_group_of_no_table_is_answered_with_those_there_are(tmp_path: Path) -> None:
    done = imported(tmp_path, building("H1-roof", "roof", "H1"))
    done = run("validate", "plan.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert "'roof' asset H1-roof: no such deterioration group hint: those of a building are" in done.text
    assert "roof_pitched" in done.text
