"""A council's roads from OS Open Roads."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from register_helpers import faults_of
from shapely import LineString, MultiLineString, Point

from assetplan.errors import RegisterError
from assetplan.importers import import_open_roads


def link(name: str, kind: str, x: float, **values: Any) -> dict[str, Any]:
    plain = {
        "id": name,
        "fictitious": False,
        "road_classification": kind,
        "road_function": "",
        "form_of_way": "Single Carriageway",
        "road_classification_number": None,
        "name_1": None,
        "trunk_road": False,
        "geometry": LineString([(x, 300000), (x + 250, 300000)]),
    }
    return plain | values


LINKS = [
    link("L1", "A Road", 450000, road_classification_number="A606", name_1="Main Road"),
    link("L2", "Classified Unnumbered", 450250, name_1="Side Road"),
    link("L3", "Unclassified", 450500),
    link("L4", "A Road", 450750, trunk_road=True),
    link("L5", "Motorway", 451000),
    link("L6", "Not Classified", 451250),
    link("L7", "B Road", 451500, fictitious=True),
    link("L8", "B Road", 460000, road_classification_number="B640"),
]


def write(folder: Path, links: list[dict[str, Any]] = LINKS, layer: str = "road_link", crs: Any = 27700) -> Path:
    frame = gpd.GeoDataFrame(pd.DataFrame(links), geometry="geometry", crs=crs)
    pyogrio.write_dataframe(frame, folder / "roads.gpkg", layer=layer)
    return folder / "roads.gpkg"


@pytest.mark.parametrize("flag", [True, "true"])
def test_what_a_council_has_of_open_roads(tmp_path: Path, flag: object) -> None:
    links = [
        one | {name: flag if one[name] else type(flag)() for name in ("trunk_road", "fictitious")} for one in LINKS
    ]
    register = import_open_roads(write(tmp_path, links))
    classes = register.assets.groupby("link_id")["road_class"].first()
    assert classes.to_dict() == {"L1": "A", "L2": "C", "L3": "U", "L8": "B"}
    assert register.assets["road"].tolist()[:2] == ["A606", "A606"]
    assert register.assets.groupby("link_id")["length_m"].sum().tolist() == [250] * 4
    assert register.assets["chainage_m"].tolist()[:2] == [0, 125]
    source = r"road_class = OS Open Roads 20\d\d-\d\d-\d\d; road = .*; name = .*; length_m = OS Open Roads [\d-]{10}"
    assert register.assets["sources"].iloc[:2].str.fullmatch(source).all()
    assert register.other_roads[["road_id", "road_class", "level"]].to_numpy().tolist() == [
        ["L4", "trunk", 1],
        ["L5", "motorway", 1],
    ]
    assert dict(register.notes) == {
        "links read": 8,
        "links left out: motorway": 1,
        "links left out: trunk road": 1,
        "links left out: fictitious": 1,
        "links left out: not classified": 1,
        "links kept": 4,
        "connected pieces": 2,
    }


def test_dense_streets_are_urban(tmp_path: Path) -> None:
    grid = [
        link(f"G{n}", "Unclassified", 0, geometry=LineString([(450000, y), (450300, y)]))
        for n, y in enumerate(range(300000, 300500, 40))
    ]
    far = link("F", "Unclassified", 470000)
    assets = import_open_roads(write(tmp_path, [*grid, far])).assets.set_index("link_id")
    assert set(assets.loc["G6", "environment"]) == {"urban"}
    assert set(assets.loc["F", "environment"]) == {"rural"}


def test_files_of_another_shape(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="no layer road_link; there are roads"):
        import_open_roads(write(tmp_path, layer="roads"))
    with pytest.raises(FileNotFoundError):
        import_open_roads(tmp_path / "none.gpkg")


def test_faults_of_a_layer_are_listed_together(tmp_path: Path) -> None:
    bare = [{key: value for key, value in one.items() if key != "trunk_road"} for one in LINKS]
    with pytest.raises(RegisterError) as error:
        import_open_roads(write(tmp_path, bare))
    assert faults_of(error) == {(0, "trunk_road", "this column is missing")}


def test_a_link_twice_and_a_point(tmp_path: Path) -> None:
    links = [LINKS[0], LINKS[0], link("P", "A Road", 0, geometry=Point(1, 1))]
    frame = gpd.GeoDataFrame(pd.DataFrame(links), geometry="geometry", crs=27700)
    pyogrio.write_dataframe(frame, tmp_path / "r.gpkg", layer="road_link", geometry_type="Unknown")
    with pytest.raises(RegisterError) as error:
        import_open_roads(tmp_path / "r.gpkg")
    assert {(row, column) for row, column, _ in faults_of(error)} == {(2, "id"), (3, "geometry")}


def test_nothing_but_trunk_roads(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="no road of a council"):
        import_open_roads(write(tmp_path, LINKS[3:7]))


def test_links_of_several_parts(tmp_path: Path) -> None:
    halves = MultiLineString([[(450100, 300000, 7), (450250, 300000, 7)], [(450000, 300000, 5), (450100, 300000, 7)]])
    joined = import_open_roads(write(tmp_path, [LINKS[0] | {"geometry": halves}]))
    assert joined.assets["length_m"].sum() == 250
    apart = MultiLineString([[(450000, 300000), (450100, 300000)], [(450200, 300000), (450250, 300000)]])
    with pytest.raises(RegisterError) as error:
        import_open_roads(write(tmp_path, [LINKS[0] | {"geometry": apart}]))
    assert faults_of(error) == {(1, "geometry", "must be one line")}
