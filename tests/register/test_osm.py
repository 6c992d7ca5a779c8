"""A county from OpenStreetMap: tags, a small file by hand, and Rutland."""

import bz2
import gzip
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from register_helpers import faults_of

from assetplan.deterioration import load_groups
from assetplan.errors import RegisterError
from assetplan.importers import import_osm, osm_roads
from assetplan.importers.osm_roads import is_bridge, left_out, road_class, tagged_footways
from assetplan.importers.osm_sites import count_people, public_kind
from assetplan.importers.osm_tags import count, metres, speed_mph, tonnes, year
from assetplan.inputs.footways import footway_levels
from assetplan.register import (
    Register,
    assumed_share,
    read_register,
    validate_register,
    write_register,
)


@pytest.mark.parametrize(
    ("function", "text", "value"),
    [
        (speed_mph, "30 mph", 30),
        (speed_mph, "30mph", 30),
        (speed_mph, "96.56064", 60),
        (speed_mph, "national", np.nan),
        (tonnes, "7.5", 7.5),
        (tonnes, "18 t", 18),
        (tonnes, "none", np.nan),
        (tonnes, "unsigned", np.nan),
        (tonnes, "0", np.nan),
        (tonnes, "7,5", 7.5),
        (tonnes, "7.5 st", 6.8039),
        (tonnes, "26000 lbs", 11.7934),
        (tonnes, "26,000 lbs", 11.7934),
        (tonnes, "3500 kg", 3.5),
        (tonnes, "60 cwt", 3.04814),
        (tonnes, "7500", np.nan),
        (tonnes, "7.5;3.5", np.nan),
        (tonnes, "10 tons", np.nan),
        (tonnes, None, np.nan),
        (metres, "5.5 m", 5.5),
        (metres, "12'", np.nan),
        (metres, "500", np.nan),
        (count, "2", 2),
        (count, "0", np.nan),
        (count, "1;2", np.nan),
        (year, "1931", 1931),
        (year, "1931-05-01", 1931),
        (year, "C19", np.nan),
        (count_people, "12,100", 12100),
        (count_people, "about 90", np.nan),
    ],
)
def test_tags_that_hold_a_quantity(function, text: str | None, value: float) -> None:
    assert function(text) == pytest.approx(value, nan_ok=True, rel=1e-5)


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"highway": "primary"}, ""),
        ({"highway": "motorway_link"}, "motorway"),
        ({"highway": "trunk", "ref": "A47"}, "trunk road"),
        ({"highway": "footway"}, "footway drawn as its own line"),
        ({"highway": "cycleway"}, "cycleway"),
        ({"highway": "steps"}, "path, bridleway or steps"),
        ({"highway": "track"}, "track"),
        ({"highway": "construction"}, "proposed or under construction"),
        ({"highway": "raceway"}, "other highway value"),
        ({"highway": "residential", "access": "private"}, "private access"),
        ({"highway": "residential", "motor_vehicle": "private"}, "private access"),
        ({"highway": "residential", "access": "no"}, "private access"),
        ({"highway": "residential", "access": "no", "bus": "yes"}, ""),
        ({"highway": "service"}, "service road that is not public"),
        ({"highway": "service", "name": "Mill Yard"}, ""),
        ({"highway": "service", "name": "Mill Yard", "service": "driveway"}, "service road that is not public"),
        ({"highway": "service", "name": "Mill Yard", "access": "customers"}, "service road that is not public"),
    ],
)
def test_which_ways_are_the_councils(tags: dict[str, str], why: str) -> None:
    assert left_out(tags) == why


def test_trunk_roads_the_caller_knows_to_be_the_councils() -> None:
    assert left_out({"highway": "trunk", "ref": "A606"}, {"A606"}) == ""
    assert road_class({"highway": "trunk", "ref": "A606"}) == "A"


def test_a_number_overrides_the_class() -> None:
    assert [road_class({"highway": kind}) for kind in ("primary_link", "secondary", "tertiary", "road")] == list("ABCU")
    assert road_class({"highway": "tertiary", "ref": "B668"}) == "B"
    assert road_class({"highway": "unclassified", "ref": "Back Lane"}) == "U"


def test_bridges_footways_and_public_buildings_by_their_tags() -> None:
    assert is_bridge({"bridge": "viaduct"})
    assert not is_bridge({"bridge": "no"})
    assert tagged_footways({"sidewalk": "both"}) == 2
    assert tagged_footways({"sidewalk": "separate"}) == 0
    assert tagged_footways({"sidewalk:left": "yes", "sidewalk:right": "no"}) == 1
    assert np.isnan(tagged_footways({}))
    assert public_kind({"amenity": "library"}) == ("library", 1.5)
    assert public_kind({"tourism": "museum"})[0] == ""
    assert public_kind({"tourism": "museum", "name": "County Museum"})[0] == "museum"


NODES = {
    1: (-0.7000, 52.6000),
    2: (-0.6980, 52.6000),
    3: (-0.6960, 52.6000),
    4: (-0.6980, 52.6010),
    5: (-0.6970, 52.5990),
    6: (-0.6970, 52.6010),
    7: (-0.6800, 52.6000),
    10: (-0.7100, 52.5900),
    11: (-0.6900, 52.5900),
    12: (-0.6900, 52.6100),
    13: (-0.7100, 52.6100),
    20: (-0.6990, 52.6005),
    21: (-0.6985, 52.6005),
    22: (-0.6985, 52.6008),
    23: (-0.6990, 52.6008),
}
WAYS = [
    ("100", [1, 2, 3], {"highway": "tertiary", "name": "Long Street", "maxspeed": "60 mph"}),
    ("101", [2, 4], {"highway": "residential", "name": "Short Street"}),
    ("102", [5, 6], {"highway": "unclassified", "bridge": "yes", "maxweight": "7.5", "layer": "1", "width": "5"}),
    ("103", [3, 7], {"highway": "primary", "ref": "A1234", "lanes": "2", "maxspeed": "30 mph", "sidewalk": "none"}),
    ("104", [1, 4], {"highway": "footway"}),
    ("105", [4, 6], {"highway": "cycleway", "bridge": "yes"}),
    ("200", [10, 11, 12, 13, 10], {"boundary": "administrative", "admin_level": "6", "name": "Smallshire"}),
    ("300", [20, 21, 22, 23, 20], {"building": "yes", "amenity": "library", "building:levels": "2", "name": "Library"}),
]


def small_file(folder: Path, ways=WAYS) -> Path:
    nodes = [f'<node id="{n}" lat="{lat}" lon="{lon}" version="1"/>' for n, (lon, lat) in NODES.items()]
    tags = '<tag k="place" v="village"/><tag k="name" v="Ham"/><tag k="population" v="1,200"/>'
    nodes.append(f'<node id="900" lat="52.6001" lon="-0.6999" version="1">{tags}</node>')
    lines = []
    for name, refs, values in ways:
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inside += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in values.items())
        lines.append(f'<way id="{name}" version="1">{inside}</way>')
    path = folder / "small.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{"".join(nodes)}{"".join(lines)}</osm>')
    return path


def test_a_small_county(tmp_path: Path) -> None:
    register = import_osm(small_file(tmp_path))
    assets = register.assets.set_index("asset_id")
    notes = dict(register.notes)
    assert notes["ways kept"] == 4
    assert notes["links after splitting at junctions"] == 5
    assert (notes["connected pieces before splitting"], notes["connected pieces after splitting"]) == (3, 2)
    assert notes["ways left out: cycleway"] == notes["ways left out: footway drawn as its own line"] == 1
    assert notes["bridges left out: carrying no road of the council"] == 1
    assert assets.loc["100-1-1", ["road_class", "environment", "district"]].tolist() == ["C", "rural", "Smallshire"]
    assert assets.loc["101-1-1", ["road_class", "environment"]].tolist() == ["U", "urban"]
    main = assets[assets["link_id"] == "103-1"]
    assert set(main["environment"]) == {"urban"}
    assert main["width_m"].tolist() == [6.4] * len(main)
    assert main["assumed"].str.contains("width_m").all()
    # The way's middle is inside the boundary up to longitude -0.69; beyond it is another council's.
    assert notes["sections left out: outside the council's boundary"] > 3
    assert len(main) > 3
    bridge = assets.loc["bridge-102"]
    assert assets.loc[bridge["parent_id"], "link_id"] == "102-1"
    assert (bridge["weight_limit_t"], bridge["width_m"]) == (7.5, 7.5)
    assert bridge["quantity"] == pytest.approx(bridge.geometry.length * 7.5, rel=1e-4)  # the length is kept to 1 cm
    assert assets.loc["101-1-1-footway", "quantity"] == pytest.approx(assets.loc["101-1-1", "length_m"] * 3.6, abs=0.1)
    assert not any(name.startswith(("103", "100")) and name.endswith("footway") for name in assets.index)
    library = assets[assets["parent_id"] == "building-300"]
    assert len(library) == 8
    assert library.set_index("group").loc["heating", "quantity"] == pytest.approx(
        library.geometry.iloc[0].area * 2, abs=0.1
    )
    assert register.places[["name", "population"]].to_numpy().tolist() == [["Ham", 1200]]
    assert register.districts["name"].tolist() == ["Smallshire"]


def test_roads_of_others_are_kept_for_detours_and_are_no_assets(tmp_path: Path) -> None:
    trunk = [
        ("400", [4, 6], {"highway": "trunk", "ref": "A1", "oneway": "yes"}),
        ("401", [5, 6], {"highway": "motorway", "ref": "M9", "bridge": "yes", "maxweight": "40"}),
        ("402", [2, 6], {"highway": "trunk", "access": "private"}),
    ]
    register = import_osm(small_file(tmp_path, [*WAYS, *trunk]))
    plain = import_osm(small_file(tmp_path))
    assert register.assets.equals(plain.assets)
    others = register.other_roads.set_index("road_id")
    national = others.loc[["way-400", "way-401"]]
    assert national["road"].tolist() == ["A1", "M9"]
    assert national["road_class"].tolist() == ["trunk", "motorway"]
    assert national["one_way"].tolist() == ["forward", ""]
    assert national["level"].tolist() == pytest.approx([np.nan, 1], nan_ok=True)
    assert national["weight_limit_t"].tolist() == pytest.approx([np.nan, 40], nan_ok=True)
    # Beyond the boundary lies the rest of A1234, cut to sections like the council's.
    beyond = others.drop(index=["way-400", "way-401"])
    assert set(beyond["road"]) == {"A1234"}
    assert set(beyond["road_class"]) == {"A"}
    assert len(beyond) == dict(register.notes)["sections left out: outside the council's boundary"]
    path = write_register(register, tmp_path / "r.gpkg")
    again = read_register(path)
    assert again.other_roads.drop(columns="geometry").equals(register.other_roads.drop(columns="geometry"))
    assert again.other_roads.crs == register.assets.crs


def test_places_by_their_tags(tmp_path: Path) -> None:
    sites = [
        ("500", [20, 21, 22, 23, 20], {"amenity": "school", "name": "High School"}),
        ("501", [20, 21, 22, 20], {"amenity": "school", "name": "House of it"}),
        ("502", [20, 21, 22, 23, 20], {"amenity": "fire_station"}),
        ("503", [10, 11, 12, 13, 10], {"place": "village", "name": "Parish"}),
        ("510", [20, 21, 22, 23, 20], {"landuse": "retail", "name": "The Parade"}),
        ("511", [20, 21, 22, 20], {"building": "retail", "shop": "bakery", "name": "Bakery"}),
        ("512", [10, 11, 12, 13, 10], {"landuse": "retail", "name": "Town centre"}),
    ]
    path = small_file(tmp_path, [*WAYS, *sites])
    more = "".join(
        f'<node id="{id_}" lat="52.6009" lon="-0.698{id_}" version="1"><tag k="{key}" v="{value}"/></node>'
        for id_, key, value in ((910, "shop", "vacant"), (911, "railway", "halt"), (912, "amenity", "bus_station"))
    )
    path.write_text(path.read_text().replace("<way ", more + "<way ", 1))
    register = import_osm(path)
    # Of shops, the smallest stands for the retail land that it is in; an empty one is none.
    assert sorted(register.places[["name", "kind"]].to_numpy().tolist()) == [
        ["Bakery", "shop"],
        ["Fire station, Ham", "fire station"],
        ["Ham", "settlement"],
        ["High School", "school"],
        ["Station, Ham", "station"],
        ["Station, Ham", "station"],
    ]
    assert register.places["name"].iloc[0] == "Ham"
    assert (register.places.geom_type == "Point").all()
    ways = register.assets[register.assets["asset_class"] == "footway"]
    assert set(footway_levels(ways, register.places)) == {"primary"}
    assert "primary" not in footway_levels(ways, register.places[register.places["kind"] != "station"])


def test_without_a_boundary_the_hull_of_the_network_stands_in(tmp_path: Path) -> None:
    register = import_osm(small_file(tmp_path, [way for way in WAYS if way[0] != "200"]))
    assert register.districts["name"].tolist() == ["Area of the roads"]
    assert any(note.startswith("boundaries assumed") for note, _ in register.notes)


def test_nothing_lies_outside_the_hull_of_itself(tmp_path: Path) -> None:
    streets = [("1", [10, 11], {"highway": "residential"}), ("2", [11, 12, 13, 10], {"highway": "residential"})]
    register = import_osm(small_file(tmp_path, streets))
    assert dict(register.notes)["sections left out: outside the council's boundary"] == 0
    assert not len(register.other_roads)


def test_weight_limits_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    register = import_osm(
        small_file(tmp_path, [(name, refs, tags | {"maxweight": "heavy"}) for name, refs, tags in WAYS[:1]])
    )
    note = "weight limits left blank: no weight in a unit that is known ('heavy')"
    assert dict(register.notes)[note] == 1


def test_a_file_whose_nodes_are_in_no_order(tmp_path: Path) -> None:
    whole = small_file(tmp_path).read_text()
    nodes = re.findall(r"<node[^>]*/>|<node.*?</node>", whole)
    place = whole.index(nodes[0]), whole.index(nodes[-1]) + len(nodes[-1])
    for name, order in (("sorted", nodes), ("mixed", nodes[::-1])):
        (tmp_path / f"{name}.osm").write_text(whole[: place[0]] + "".join(order) + whole[place[1] :])
    one, other = (import_osm(tmp_path / f"{name}.osm") for name in ("sorted", "mixed"))
    # GDAL's slower index rounds coordinates.
    pd.testing.assert_frame_equal(other.assets.drop(columns="geometry"), one.assets.drop(columns="geometry"), rtol=1e-3)
    assert (shapely.hausdorff_distance(other.assets.geometry, one.assets.geometry) < 0.01).all()


def test_a_file_is_known_by_its_first_bytes_packed_or_not(tmp_path: Path) -> None:
    plain = small_file(tmp_path)
    assets = import_osm(plain).assets
    content = plain.read_bytes()
    dated = content.replace(b'<osm version="0.6">', b'<osm version="0.6"><meta osm_base="2026-04-01T10:00:00Z"/>')
    for name, packed in (("a.osm.gz", gzip.compress(dated, mtime=0)), ("a.bin", bz2.compress(dated))):
        (tmp_path / name).write_bytes(packed)
        again = import_osm(tmp_path / name).assets
        assert again.drop(columns="sources").equals(assets.drop(columns="sources"))
    first = assets.set_index("asset_id").loc["100-1-1", "sources"]
    given = "road_class = OpenStreetMap; road = OpenStreetMap; name = OpenStreetMap; district = OpenStreetMap"
    assert first == given
    again = again.set_index("asset_id")
    assert again.loc["100-1-1", "sources"] == given.replace("Map", "Map 2026-04-01")
    assert "width_m = OpenStreetMap 2026-04-01" in again.loc["102-1-1", "sources"]
    assert not again.loc["101-1-1-footway", "sources"].count("width_m")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (gzip.compress(b"<osm>" * 9000, mtime=0)[:-20], "is damaged and cannot be unpacked"),
        (bz2.compress(b"<osm>" * 9000)[:-20], "is damaged and cannot be unpacked"),
        (b"\xff\xe0\x04o5m2", "in the form o5m, which is not read: make it an extract as .osm.pbf"),
        (b'<?xml version="1.0"?><osmChange version="0.6"/>', "is no OpenStreetMap file: it is a file of changes"),
        (b"<osm/><!-- <OGRVRTDataSource></OGRVRTDataSource> -->", "it is XML or HTML"),
        (b"<OGRVRTDataSource><osm/></OGRVRTDataSource>", "it is XML or HTML"),
        (gzip.compress(b"%PDF-1.4", mtime=0), "is no OpenStreetMap file"),
        (b"", "is no OpenStreetMap file"),
        (b"\x00\x00\x00\x0d\n\tOSMHeader\x18\xff\xff", "is no OpenStreetMap file"),
    ],
)
def test_what_is_no_extract_is_refused_by_what_it_is(tmp_path: Path, content: bytes, rule: str) -> None:
    (tmp_path / "x.osm.pbf").write_bytes(content)
    with pytest.raises(RegisterError, match=rule):
        import_osm(tmp_path / "x.osm.pbf")


def test_the_day_of_a_pbf_is_that_of_its_header(rutland: Register) -> None:
    assert rutland.assets["sources"].str.contains("road_class = OpenStreetMap 20\\d\\d-").any()


def test_the_practice_of_other_countries(tmp_path: Path) -> None:
    assert left_out({"highway": "secondary"}, (), "DE") == "road of another authority"
    assert left_out({"highway": "primary"}, (), "FR") == ""
    assert road_class({"highway": "tertiary", "ref": "B4"}, "DE") == "C"
    assert road_class({"highway": "residential"}, "US") == "U"
    ways = [("103", [3, 7], {"highway": "secondary", "ref": "L 9"}), *WAYS[:2]]
    german = import_osm(small_file(tmp_path, ways), country="DE")
    assert dict(german.notes)["ways left out: road of another authority"] == 1
    assert german.other_roads[["road_id", "road_class"]].to_numpy().tolist()[0] == ["way-103", "trunk"]
    with pytest.raises(ValueError, match="no practice is known of country 'XX'"):
        import_osm(small_file(tmp_path), country="XX")


def test_files_that_hold_no_county(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="no road of a council"):
        import_osm(small_file(tmp_path, WAYS[4:]))
    with pytest.raises(RegisterError, match="no boundary of this name"):
        import_osm(small_file(tmp_path), council="Bigshire")
    (tmp_path / "bad.osm.pbf").write_bytes(b"not osm")
    with pytest.raises(RegisterError, match="is no OpenStreetMap file"):
        import_osm(tmp_path / "bad.osm.pbf")
    with pytest.raises(FileNotFoundError):
        import_osm(tmp_path / "none.osm.pbf")


@pytest.fixture(scope="module")
def rutland(shared: Path) -> Register:
    return import_osm(shared / "rutland.osm.pbf")


def test_rutland_is_a_county_of_the_right_size(rutland: Register) -> None:
    assets = rutland.assets
    roads = assets[assets["asset_class"] == "carriageway"]
    km = roads.groupby("road_class")["length_m"].sum() / 1000
    assert km["A"] < km["B"] < km["C"] < km["U"]
    # Recorded from this extract (506 km), not a published length: a rule that drops or doubles roads shows here.
    assert 450 < km.sum() < 560
    assert rutland.districts["name"].tolist() == ["Rutland"]
    # Area of Rutland [m2]; the extract's own outline.
    assert rutland.districts.area.iloc[0] == pytest.approx(393.7e6, rel=0.01)
    assert {"Oakham", "Uppingham", "Rutland Memorial Hospital", "Oakham Fire Station"} <= set(rutland.places["name"])
    assert 20 <= (rutland.places["kind"] == "school").sum() <= 30
    assert "A1" in set(rutland.other_roads["road"])
    assert roads["length_m"].max() <= 150
    assert 20 <= (assets["asset_class"] == "bridge").sum() <= 60
    assert (assets["asset_class"] == "building").sum() % 8 == 0


def test_rutland_hangs_together_once_split(rutland: Register) -> None:
    notes = dict(rutland.notes)
    assert notes["connected pieces before splitting"] > 500
    assert notes["connected pieces after splitting"] < 60
    for reason in ("trunk road", "track", "private access", "service road that is not public", "cycleway"):
        assert notes[f"ways left out: {reason}"] > 0
    left = sum(number for note, number in rutland.notes if note.startswith("ways left out"))
    # Every highway of the file is either kept or left out for a reason.
    assert left + notes["ways kept"] == 4458


def test_rutland_assumes_what_the_rules_have(rutland: Register) -> None:
    share = assumed_share(rutland.assets)
    assert share["value"] == 1
    roads = rutland.assets[rutland.assets["asset_class"] == "carriageway"]
    assert (roads["quantity"] - roads["length_m"] * roads["width_m"]).abs().max() < 1e-6
    groups = load_groups()
    life = np.concatenate(
        [
            groups[name].residual_life(roads.loc[roads["road_class"].isin(list(classes)), "value"].to_numpy())
            for name, classes in (("carriageway_A", "A"), ("carriageway_BC", "BC"), ("carriageway_U", "U"))
        ]
    )
    order = np.concatenate([np.flatnonzero(roads["road_class"].isin(list(kind))) for kind in ("A", "BC", "U")])
    weight = roads["length_m"].to_numpy()[order]
    # Some 2,000 links of uneven length: three standard errors are about 0.06.
    assert np.average(life < 5, weights=weight) == pytest.approx(0.10, abs=0.06)
    assert np.average(life > 15, weights=weight) == pytest.approx(0.45, abs=0.06)


@pytest.mark.slow
def test_rutland_writes_and_reads_back_the_same(rutland: Register, tmp_path: Path) -> None:
    one = write_register(rutland, tmp_path / "one.gpkg")
    two = write_register(rutland, tmp_path / "two.gpkg")
    assert one.read_bytes() == two.read_bytes()
    again = read_register(one)
    assert again.assets.drop(columns="geometry").equals(rutland.assets.drop(columns="geometry"))
    assert shapely.equals_exact(again.assets.geometry.to_numpy(), rutland.assets.geometry.to_numpy()).all()
    assert again.notes == rutland.notes
    assert len(validate_register(again).assets) == len(rutland.assets)


@pytest.mark.slow
def test_rutland_comes_out_the_same_twice(rutland: Register, shared: Path) -> None:
    started = time.perf_counter()
    again = import_osm(shared / "rutland.osm.pbf", council="Rutland")
    print(f"rutland imported in {time.perf_counter() - started:.1f} s")
    assert again.assets.equals(rutland.assets)


def test_an_unknown_council_is_a_fault(shared: Path) -> None:
    with pytest.raises(RegisterError) as error:
        import_osm(shared / "rutland.osm.pbf", council="Narnia")
    assert faults_of(error) == {(0, "boundary", "there is no boundary of this name")}


@pytest.mark.parametrize(
    ("tags", "level", "one_way"),
    [
        ({}, np.nan, ""),
        ({"bridge": "yes"}, 1.0, ""),
        ({"bridge": "yes", "layer": "2", "oneway": "yes"}, 2.0, "forward"),
        ({"tunnel": "yes", "oneway": "-1"}, -1.0, "backward"),
        ({"tunnel": "building_passage", "junction": "roundabout"}, np.nan, "forward"),
        ({"bridge": "no", "layer": "up", "junction": "roundabout", "oneway": "no"}, np.nan, ""),
        ({"layer": "-40", "oneway": "1"}, -9.0, "forward"),
    ],
)
def test_level_and_direction_of_a_way(tags: dict, level: float, one_way: str) -> None:
    assert osm_roads.one_way(tags) == one_way
    assert osm_roads.level_of(tags) == pytest.approx(level, nan_ok=True)
