"""OS NGD road links and streets: what they measure, what is left out, and how they join a register."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from register_helpers import faults_of
from shapely import LineString, MultiLineString, MultiPolygon, Point, box

from assetplan.errors import RegisterError
from assetplan.importers import import_ngd, import_open_roads
from assetplan.register import read_register, write_register
from assetplan.register.sources import source_summary


def link(name: str, kind: str, x: float, **values: Any) -> dict[str, Any]:
    plain = {
        "osid": name,
        "toid": f"osgb{name}",
        "versiondate": "2025-03-27",
        "description": "Single Carriageway",
        "roadclassification": kind,
        "roadclassificationnumber": None,
        "name1_text": None,
        "operationalstate": "Open",
        "directionality": "Both Directions",
        "roadstructure": None,
        "trunkroad": False,
        "roadwidth_average": 6.2,
        "presenceofpavement_left_m": 0.0,
        "presenceofpavement_right_m": 0.0,
        "presenceofpavement_overall_m": 0.0,
        "presenceofpavement_averagewidth_m": np.nan,
        "presenceofstreetlight_coverage": "Fully Lit",
        "capturespecification": "Urban",
        "geometry": LineString([(x, 300000), (x + 240, 300000)]),
    }
    return plain | values


LINKS = [
    link("L1", "A Road", 450000, roadclassificationnumber="A606", name1_text="Main Road",
         presenceofpavement_left_m=240.0, presenceofpavement_right_m=120.0, presenceofpavement_averagewidth_m=2.0),
    link("L2", "Unclassified", 450240, roadwidth_average=np.nan, capturespecification="Rural",
         directionality="In Direction"),
    link("L3", "Classified Unnumbered", 450480, roadstructure="On Bridge", directionality="In Opposite Direction"),
    link("L4", "A Road", 450720, trunkroad=True),
    link("L5", "Motorway", 451000),
    link("L6", "Not Classified", 451300),
    link("L7", "Unclassified", 451600, operationalstate="Permanently Closed"),
    link("L8", "Unclassified", 451900, description="Track"),
    link("L9", "Unclassified", 452200, operationalstate="Prospective"),
]  # fmt: skip
STREETS = [
    {"usrn": "00801245", "geometry": MultiLineString([[(450000, 300001), (450240, 300001)]])},
    {"usrn": "39900012", "geometry": LineString([(450240, 300000), (450720, 300000)])},
]


def write(folder: Path, links: list[dict[str, Any]] = LINKS, streets: list[dict[str, Any]] = STREETS) -> Path:
    for layer, rows in (("trn_ntwk_roadlink", links), ("trn_ntwk_street", streets)):
        frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=27700)
        pyogrio.write_dataframe(frame, folder / "ngd.gpkg", layer=layer, geometry_type="Unknown")
    return folder / "ngd.gpkg"


def test_what_links_measure(tmp_path: Path) -> None:
    register = import_ngd(write(tmp_path))
    assets = register.assets.set_index("asset_id")
    roads = assets[assets["asset_class"] == "carriageway"]
    first = roads.groupby("link_id").first()
    assert first["road_class"].to_dict() == {"L1": "A", "L2": "U", "L3": "C"}
    assert first["usrn"].to_dict() == {"L1": "00801245", "L2": "39900012", "L3": "39900012"}
    assert first["environment"].tolist() == ["urban", "rural", "urban"]
    assert first["one_way"].tolist() == ["", "forward", "backward"]
    assert first["width_m"].tolist() == pytest.approx([6.2, 4.14, 6.2])
    assert [("width_m" in text) for text in first["assumed"]] == [False, True, False]
    assert not first["assumed"].str.contains("environment").any()
    assert first["sources"]["L1"].startswith("usrn = OS NGD 2025-03-27; road_class = OS NGD 2025-03-27")
    assert "width_m" not in first["sources"]["L2"]
    footway = assets[assets["asset_class"] == "footway"]
    # Pavement of 240 m and 120 m along 240 m is one and a half sides, 2 m wide.
    assert footway["quantity"].sum() == pytest.approx(240 * 1.5 * 2)
    assert set(footway["link_id"]) == {"L1"}
    assert footway["sources"].str.contains("quantity = OS NGD 2025-03-27").all()
    bare = import_ngd(write(tmp_path, [LINKS[0] | {"presenceofpavement_averagewidth_m": np.nan}])).assets
    usual = bare[bare["asset_class"] == "footway"]
    assert usual["assumed"].str.contains("width_m").all()
    assert not usual["sources"].str.contains("width_m|quantity").any()
    bridge = assets.loc["bridge-L3"]
    assert (bridge["length_m"], bridge["level"] == bridge["level"]) == (240, False)
    assert assets.loc[bridge["parent_id"], "level"] == 1
    others = register.other_roads[["road_id", "road_class"]].to_numpy().tolist()
    assert others == [["L4", "trunk"], ["L5", "motorway"]]


def test_every_link_is_counted(tmp_path: Path) -> None:
    register = import_ngd(write(tmp_path))
    counts = dict(register.notes)
    left = sum(number for note, number in register.notes if note.startswith("links left out"))
    assert counts["links read"] == counts["links kept"] + left == 9
    assert counts["links left out: track, path or link across an island"] == 1
    assert counts["links without a width: the usual one is assumed"] == 1
    assert counts["links joined to a street by place"] == 3
    assert counts["metres of road by street lighting: Fully Lit"] == 720
    again = read_register(write_register(register, tmp_path / "r.gpkg"))
    assert again.assets[["usrn", "sources"]].equals(register.assets[["usrn", "sources"]])


def test_what_a_register_has_no_column_for_is_counted(tmp_path: Path) -> None:
    more = {"presenceofcyclelane_overall_m": 120.0, "presenceofbuslane_left_m": 0.4, "presenceofcyclelane_side": "x"}
    wide = {"roadwidth_confidencelevel": "Very High"}
    links = [LINKS[0] | more | wide, LINKS[1] | wide, LINKS[2] | {"roadstructure": "In Tunnel"}, LINKS[3] | more]
    path = write(tmp_path, links)
    extra = gpd.GeoDataFrame({"name": ["Mill Bridge"]}, geometry=[Point(450000, 300000)], crs=27700)
    for layer in ("str_fts_structureline", "trn_fts_rail"):
        pyogrio.write_dataframe(extra, path, layer=layer)
    counts = dict(import_ngd(path).notes)
    assert counts["metres of presenceofcyclelane_overall_m, no assets"] == 120
    assert counts["metres of presenceofbuslane_left_m, no assets"] == 0
    assert counts["links in a tunnel, read as a level below the ground and no assets of their own"] == 1
    assert counts["links by confidence of their width: Very High"] == 2
    assert (
        counts["features of layer str_fts_structureline, whose list of kinds was not at hand, not read"],
        counts["features of layer trn_fts_rail, which is none of links, streets or structures, not read"],
    ) == (1, 1)


def structure(name: str, shape: Any, **values: Any) -> dict[str, Any]:
    """A compound structure by the published schema, with the columns that are read."""
    plain = {
        "osid": name, "versiondate": "2026-03-26", "description": "Bridge", "name1_text": None, "status": "Active",
        "geometry_area_m2": 0.0, "networkover": "Road", "networkunder": "Water", "capturespecification": "Rural",
    }  # fmt: skip
    return plain | values | {"geometry": MultiPolygon([shape])}


STRUCTURES = [
    # Over L3, which is on a bridge, though a road passes below.
    structure("S1", box(450500, 299995, 450700, 300007), name1_text="Mill Bridge", networkunder="Road"),
    # No link here states that it is on a bridge: over water the road in the area is carried, over a road nobody knows.
    structure("S2", box(450100, 299994, 450130, 300006)),
    structure("S3", box(450300, 299994, 450330, 300006), networkunder="Road"),
    structure("S4", box(450350, 299994, 450360, 300006), networkover="Railway", networkunder="Road"),
    structure("S5", box(450370, 299994, 450380, 300006), description="Footbridge", networkover="Path"),
    structure("S6", box(450390, 299994, 450400, 300006), description="Dam"),
    structure("S7", box(450400, 299994, 450410, 300006), status="Derelict"),
    structure("S8", box(450420, 299994, 450430, 300006), description="Folly"),
]


def write_structures(path: Path, rows: list[dict[str, Any]] = STRUCTURES) -> Path:
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=27700)
    pyogrio.write_dataframe(frame, path, layer="str_fts_compoundstructure")
    return path


@pytest.mark.slow
def test_compound_structures_are_the_bridges_that_carry_a_road(tmp_path: Path) -> None:
    apart = write_structures(tmp_path / "str.gpkg")
    register = import_ngd([write(tmp_path), apart])
    bridges = register.assets[register.assets["asset_class"] == "bridge"].set_index("asset_id")
    # The structure takes the place of the bridge that the link alone would be.
    assert bridges.index.tolist() == ["bridge-S1", "bridge-S2"]
    assert bridges["quantity"].tolist() == [200 * 12, 30 * 12]
    assert bridges["length_m"].tolist() == [200, 30]
    assert bridges["width_m"].tolist() == [12, 12]
    assert bridges["name"].tolist() == ["Mill Bridge", "A606 Main Road bridge"]
    assert bridges.geom_type.tolist() == ["Polygon"] * 2
    assert bridges["parent_id"].str[:2].tolist() == ["L3", "L1"]
    assert not bridges["assumed"].str.contains("quantity|width_m").any()
    assert bridges["assumed"].str.contains("value").all()
    counts = {note: n for note, n in register.notes if note.startswith("structures")}
    assert counts == {
        "structures read": 8,
        "structures kept as bridges": 2,
        "structures left out: a kind that is not known": 1,
        "structures left out: it carries a path": 1,
        "structures left out: it carries a railway": 1,
        "structures left out: it carries no road of the council": 1,
        "structures left out: it is no bridge": 1,
        "structures left out: it is not in use": 1,
    }
    # In one file or in two, as GeoPackage or as text, the register is the same.
    whole = import_ngd(write_structures(write(tmp_path)))
    assert whole.assets.equals(register.assets)
    table = pd.DataFrame(STRUCTURES).assign(geometry=lambda frame: [shape.wkt for shape in frame["geometry"]])
    table.to_csv(tmp_path / "str.csv", index=False)
    (tmp_path / "ngd.gpkg").unlink()
    assert import_ngd([write(tmp_path), tmp_path / "str.csv"]).assets.equals(register.assets)
    assert ("structures not read, for a register that is joined takes columns and no new assets", 8) in import_ngd(
        [tmp_path / "ngd.gpkg", apart], register
    ).notes


def test_structures_of_the_first_schema_need_a_link_on_a_bridge(tmp_path: Path) -> None:
    old = [
        {key: value for key, value in row.items() if key not in ("status", "networkover", "networkunder")}
        | {"operationalstatus": "Active"}
        for row in STRUCTURES[:3]
    ]
    assets = import_ngd([write(tmp_path), write_structures(tmp_path / "str.gpkg", old)]).assets
    assert assets.loc[assets["asset_class"] == "bridge", "asset_id"].tolist() == ["bridge-S1"]


def test_wrong_structures_are_faults(tmp_path: Path) -> None:
    rows = [STRUCTURES[0], STRUCTURES[0] | {"name1_text": "again"}, STRUCTURES[1] | {"geometry": Point(450000, 300000)}]
    with pytest.raises(RegisterError) as error:
        import_ngd([write(tmp_path), write_structures(tmp_path / "str.gpkg", rows)])
    assert {(row, column) for row, column, _ in faults_of(error)} == {(2, "osid"), (3, "geometry")}


def test_lighting_is_kept_on_the_road(tmp_path: Path) -> None:
    lit = [LINKS[0], LINKS[1] | {"presenceofstreetlight_coverage": "Unknown"},
           LINKS[2] | {"presenceofstreetlight_coverage": "Mostly Unlit"}]  # fmt: skip
    register = import_ngd(write(tmp_path, lit))
    roads = register.assets[register.assets["asset_class"] == "carriageway"].groupby("link_id").first()
    assert roads["lighting"].tolist() == ["fully lit", "", "mostly unlit"]
    assert "lighting = OS NGD" in roads["sources"]["L1"]
    assert dict(register.notes)["metres of road by street lighting: Mostly Unlit"] == 240
    again = read_register(write_register(register, tmp_path / "r.gpkg"))
    assert again.assets["lighting"].equals(register.assets["lighting"])


@pytest.mark.parametrize("kind", ["ngd", "open"])
@pytest.mark.slow
def test_layers_of_any_shapes_with_measures(tmp_path: Path, kind: str) -> None:
    """As `import table` reads them: measures dropped and noted."""
    path = tmp_path / "m.gpkg"
    if kind == "ngd":
        write(tmp_path, LINKS[:3]).rename(path)
        reads, layer = import_ngd, "trn_ntwk_roadlink"
    else:
        rows = [{"id": "O", "road_classification": "A Road", "trunk_road": False, "geometry": LINKS[0]["geometry"]}]
        frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=27700)
        pyogrio.write_dataframe(frame, path, layer="road_link", geometry_type="Unknown")
        reads, layer = import_open_roads, "road_link"
    plain = reads(path)
    with closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE gpkg_geometry_columns SET m = 1 WHERE table_name = ?", (layer,))
        base.commit()
    made = reads(path)
    assert made.assets.equals(plain.assets)
    assert any("measures (M) of lines were dropped" in note for note, _ in made.notes)


@pytest.mark.slow
def test_a_csv_of_links(tmp_path: Path) -> None:
    frame = pd.DataFrame(LINKS).assign(geometry=lambda table: [shape.wkt for shape in table["geometry"]])
    frame.rename(columns=str.upper).to_csv(tmp_path / "links.csv", index=False)
    register = import_ngd(tmp_path / "links.csv")
    plain = import_ngd(write(tmp_path))
    assert register.assets["width_m"].tolist() == plain.assets["width_m"].tolist()
    assert set(register.assets["usrn"]) == {""}


def test_links_without_pavements(tmp_path: Path) -> None:
    assets = import_ngd(write(tmp_path, LINKS[1:2])).assets
    assert set(assets["asset_class"]) == {"carriageway"}
    assert assets["sources"].str.contains("environment = OS NGD").all()


def test_a_line_to_nowhere_is_a_fault(tmp_path: Path) -> None:
    text = 'osid,roadclassification,geometry\nA,A Road,"LINESTRING (1 2, 1e400 3)"\nB,A Road,LINE\n'
    (tmp_path / "links.csv").write_text(text)
    with pytest.raises(RegisterError) as error:
        import_ngd(tmp_path / "links.csv")
    assert {(row, column) for row, column, _ in faults_of(error)} == {(1, "geometry"), (2, "geometry")}


def test_faults_are_listed_together(tmp_path: Path) -> None:
    wrong = [
        link("", "A Road", 0),
        link("X", "A Road", 0, geometry=Point(1, 1)),
        link("X", "A Road", 0, presenceofpavement_left_m=-1.0),
    ]
    with pytest.raises(RegisterError) as error:
        import_ngd(write(tmp_path, wrong))
    assert {(row, column) for row, column, _ in faults_of(error)} == {
        (1, "osid"), (2, "geometry"), (3, "osid"), (3, "presenceofpavement_left_m"),
    }  # fmt: skip
    bare = [{key: value for key, value in one.items() if key != "osid"} for one in LINKS]
    (tmp_path / "ngd.gpkg").unlink()
    with pytest.raises(RegisterError, match="has 0 layers with columns osid and roadclassification"):
        import_ngd(write(tmp_path, bare))
    (tmp_path / "ngd.gpkg").unlink()
    with pytest.raises(RegisterError, match="no road of a council"):
        import_ngd(write(tmp_path, LINKS[3:]))


def test_links_give_another_register_what_it_assumed(tmp_path: Path) -> None:
    open_links = [
        {"id": f"O{n}", "road_classification": kind, "trunk_road": False, "geometry": one["geometry"]}
        for n, (kind, one) in enumerate(zip(("A Road", "Unclassified"), LINKS[:2], strict=True))
    ]
    frame = gpd.GeoDataFrame(pd.DataFrame(open_links), geometry="geometry", crs=27700)
    pyogrio.write_dataframe(frame, tmp_path / "open.gpkg", layer="road_link")
    before = import_open_roads(tmp_path / "open.gpkg")
    after = import_ngd(write(tmp_path), before)
    one = after.assets[after.assets["link_id"] == "O0"].iloc[0]
    assert (one["width_m"], one["environment"], one["usrn"]) == (6.2, "urban", "00801245")
    assert one["quantity"] == pytest.approx(one["length_m"] * 6.2)
    assert not {"width_m", "environment"} & set(one["assumed"].split())
    assert "width_m = OS NGD 2025-03-27" in one["sources"]
    # Where the link has no width, the rule's own stays and is still named.
    other = after.assets[after.assets["link_id"] == "O1"].iloc[0]
    assert "width_m" in other["assumed"]
    counts = dict(after.notes)
    assert counts["assets joined to OS NGD 2025-03-27 by place"] == len(before.assets)
    assert ("width_m", "OS NGD 2025-03-27", (after.assets["link_id"] == "O0").sum()) in source_summary(after.assets)
    # A class that the register measured stands.
    assert after.assets["road_class"].equals(before.assets["road_class"])
