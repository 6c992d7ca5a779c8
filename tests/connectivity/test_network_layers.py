"""The network of a register as layers, and the command that writes it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from commands import run
from places import county_register, made_case, part_of, plain_plan
from shapely import MultiLineString
from shapely.affinity import translate

from assetplan import schema
from assetplan.asset_classes import load_asset_classes
from assetplan.cli.network_text import network_facts, network_text
from assetplan.connectivity.layers import LAYERS, NetworkLayers, network_layers, write_network
from assetplan.connectivity.layout import lay_out, off_network
from assetplan.connectivity.levels import asset_levels
from assetplan.errors import RegisterError
from assetplan.network import packaged_rules
from assetplan.register import Register, import_table, validate_register, write_register


@pytest.fixture(scope="module")
def register() -> Register:
    return county_register()


@pytest.fixture(scope="module")
def county(register: Register) -> NetworkLayers:
    return network_layers(register, "register.gpkg")


def test_nothing_of_the_roads_is_lost(register: Register, county: NetworkLayers) -> None:
    roads = register.assets[register.assets["asset_class"] == "carriageway"]
    links, sections = county.layers["links"], county.layers["sections"]
    assert set(links["asset_id"]) == set(roads["asset_id"]) == set(sections["asset_id"])
    # Snapping moves ends by half a metre at most; lengths are kept to a centimetre.
    assert links["length_m"].sum() == pytest.approx(shapely.length(roads.geometry.to_numpy()).sum(), rel=1e-4)
    nodes = county.layers["nodes"]
    assert nodes["links"].sum() == 2 * len(links)
    assert set(links["start"]) | set(links["end"]) == set(nodes["node"])


def test_schemes_join_like_sections_of_one_link(county: NetworkLayers) -> None:
    sections, schemes, rules = county.layers["sections"], county.layers["schemes"], packaged_rules()
    inside = sections[sections["scheme_id"] != ""]
    assert schemes["length_m"].between(rules.minimum - 0.01, rules.maximum + 0.01).all()
    for column in ("link_id", "road_class", "group"):
        assert (inside.groupby("scheme_id")[column].nunique() == 1).all()
    assert (inside[~inside["bridged"]].groupby("scheme_id")["wanted"].nunique() == 1).all()
    counts = inside.groupby("scheme_id").size()
    assert (schemes.set_index("scheme_id")["sections"] == counts).all()
    assert len(schemes) == county.counts["candidate schemes"] > 100


def test_bridges_lie_on_the_section_that_carries_them(county: NetworkLayers) -> None:
    bridges = county.layers["bridges"]
    known = bridges[bridges["parent_id"].isin(county.layers["sections"]["asset_id"])]
    assert len(known) > 50
    assert (known["carried_by"] == known["parent_id"]).all()
    free = bridges["limit_t"].isna()
    assert (bridges.loc[free, "detour_cost"] == 0).all()
    assert (bridges["closure_cost_per_day"] >= 0).all()
    # A heavy vehicle may use no more than others, so its way round is no shorter.
    both = bridges[["detour_km", "heavy_detour_km"]].dropna()
    assert (both["heavy_detour_km"] >= both["detour_km"] - 1e-6).all()


def test_a_limit_costs_what_its_heavy_vehicles_drive(register: Register) -> None:
    """120 heavy vehicles a day over 3 t, all above the limit, by their mean of £1.10 a km (domain section 10)."""
    assets = register.assets.copy()
    mine = assets["asset_class"] == "bridge"
    row = assets.index[mine][0]
    assets.loc[row, ["aadt", "hgv", "weight_limit_t"]] = [120.0, 120.0, 3.0]
    bridges = network_layers(replace(register, assets=assets), "r").layers["bridges"].set_index("asset_id")
    bridge = bridges.loc[assets.loc[row, "asset_id"]]
    assert bridge["detour_cost"] == pytest.approx(120 * 365 * bridge["heavy_detour_km"] * 1.10, rel=1e-3)


def test_a_bridge_off_the_network_is_noted_and_survived(register: Register) -> None:
    assets = register.assets.copy()
    row = assets.index[assets["asset_class"] == "bridge"][0]
    assets.loc[row, "parent_id"] = ""
    assets.loc[[row], "geometry"] = gpd.GeoSeries([shapely.Point(10.0, 10.0)], index=[row], crs=assets.crs)
    made = network_layers(replace(register, assets=assets), "r")
    lost = made.notes[made.notes["kind"] == "bridge off the network"]
    assert lost["asset_id"].tolist() == [assets.loc[row, "asset_id"]]
    bridge = made.layers["bridges"].set_index("asset_id").loc[assets.loc[row, "asset_id"]]
    assert bridge["link"] == -1
    assert np.isnan(bridge["detour_km"])
    assert bridge["closure_cost_per_day"] == 0


def test_no_roads_no_network(register: Register) -> None:
    none = replace(register, assets=register.assets[register.assets["asset_class"] == "footway"])
    with pytest.raises(RegisterError, match="no carriageway is drawn as a line"):
        network_layers(none, "r")


def test_the_same_network_gives_the_same_bytes(county: NetworkLayers, tmp_path: Path) -> None:
    for name in ("a.gpkg", "b.gpkg"):
        write_network(county, tmp_path / name)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")] == [*LAYERS, "notes"]
    back = gpd.read_file(tmp_path / "a.gpkg", layer="links")
    assert back.crs == county.layers["links"].crs
    assert back["criticality"].sum() == pytest.approx(county.layers["links"]["criticality"].sum())


@pytest.mark.slow
def test_the_command(small_county: Path, tmp_path: Path) -> None:
    network = partial(run, "network", small_county / "register.gpkg", cwd=tmp_path)
    done = network("-o", "net.gpkg")
    assert done.returncode == 0, done.stderr
    assert "candidate schemes" in done.text
    assert "longest detours" in done.text
    again = network("-o", "net.gpkg")
    assert (again.returncode, "net.gpkg" in again.stderr) == (1, True)
    assert network("-o", "net.csv").returncode == 2


ORIGIN = np.array([480_000.0, 300_000.0])


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(np.array(points) + ORIGIN)


def spot(x: float, y: float) -> shapely.Point:
    return shapely.Point(np.array([x, y]) + ORIGIN)


Rows = dict[str, tuple[Any, dict[str, Any]]]


def small_register(assets: Rows, others: Rows | None = None, places: Rows | None = None) -> Register:
    """Assets, roads of others and places by identifier, each a shape and what else matters."""

    def layer(name: str, rows: Rows | None) -> gpd.GeoDataFrame | None:
        table = [{name: key, "geometry": shape, **more} for key, (shape, more) in (rows or {}).items()]
        return gpd.GeoDataFrame(table, geometry="geometry", crs=27700) if table else None

    owned = layer("asset_id", assets)
    for column, value in {"asset_class": "carriageway", "quantity": 100.0, "road_class": "U"}.items():
        owned[column] = owned[column].fillna(value) if column in owned else value
    parts = schema.empty("inspections"), layer("name", places), None, (), layer("road_id", others)
    return validate_register(Register(owned, *parts))


FAULTY = {
    "main": (line((0, 0), (1000, 0)), {}),
    "over": (line((500, -300), (500, 300)), {}),
    "ring": (line((0, 0), (0, 400), (1000, 400), (1000, 0)), {}),
    "nothing": (line((200, 200), (200, 200)), {}),
    "twice": (line((1000, 0), (1400, 0)), {}),
    "again": (line((1400, 0), (1000, 0)), {}),
    "far-1": (line((9000, 0), (9100, 0)), {"link_id": "L", "chainage_m": 0.0, "length_m": 100.0}),
    "far-2": (line((9100, 0), (9200, 0)), {"link_id": "L", "chainage_m": 50.0, "length_m": 100.0}),
    "lost": (spot(5000, 5000), {"asset_class": "bridge"}),
}


def test_bad_input_is_noted_by_identifier_and_survived_by_the_command(tmp_path: Path) -> None:
    write_register(small_register(FAULTY, places={"Nowhere": (spot(-5000, -5000), {})}), tmp_path / "r.gpkg")
    done = run("network", "r.gpkg", "-o", "n.gpkg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    notes = gpd.read_file(tmp_path / "n.gpkg", layer="notes").fillna({"other": ""})
    listed = {kind: set(zip(rows["asset_id"], rows["other"], strict=True)) for kind, rows in notes.groupby("kind")}
    assert listed.pop("dangling end") >= {("far-1", ""), ("far-2", "")}
    assert listed == {
        "no length": {("nothing", "")},
        "crossing without a node, joined": {("main", "over")},
        "duplicate": {("again", "twice")},
        "on a link whose sections overlap": {("far-1", ""), ("far-2", "")},
        "island": {("far-1", "")},
        "bridge off the network": {("lost", "")},
        "place off the network": {("Nowhere", "")},
    }
    assert notes.set_index("kind").loc["island", "sections"] == 2
    for kind, named in listed.items():
        assert f"{kind}: {len(named)}" in done.text


def test_the_command_names_places_cut_off() -> None:
    places = {
        "Hospital": (spot(0, 320), {"kind": "hospital"}),
        "Town": (spot(-20, 0), {}),
        "Farm": (spot(2000, 20), {}),
    }
    limited = RING | {"west": (RING["west"][0], RING["west"][1] | {"weight_limit_t": 18.0})}
    text = network_text(network_facts(network_layers(small_register(limited, TRUNK, places), "r")))
    assert "one closed road would cut off 1 place (hospital 1): Hospital" in text
    words = "limits in force take farther from help, for the heaviest vehicles, 1 place (settlement 1): Farm"
    assert words in " ".join(text.split())


# A council road from west to east over a bridge, and a trunk road with which it makes a ring.
RING = {
    "west": (line((0, 0), (1000, 0)), {"road_class": "A", "aadt": 1000.0, "hgv": 100.0}),
    "deck": (line((1000, 0), (1100, 0)), {"road_class": "B", "aadt": 1000.0, "hgv": 100.0}),
    "east": (line((1100, 0), (2000, 0)), {"road_class": "U", "aadt": 10.0, "hgv": 1.0}),
    "path": (line((1100, 0), (2000, 0)), {"asset_class": "footway", "parent_id": "east"}),
    "tail": (line((2000, 0), (2300, 0)), {"road_class": "U"}),
    "own": (line((0, 0), (0, 300)), {"road_class": "U", "hierarchy": "strategic"}),
    "bridge": (spot(1050, 0), {"asset_class": "bridge", "parent_id": "deck", "aadt": 1000.0}),
    "loose": (spot(1500, 3), {"asset_class": "bridge"}),
    "gully": (spot(0, 0), {"asset_class": "drainage"}),
}
TRUNK = {"t1": (line((0, 0), (0, -500), (2000, -500), (2000, 0)), {"road": "A1", "road_class": "trunk"})}


def test_roads_of_others_carry_detours_and_are_no_assets() -> None:
    alone, both = (network_layers(small_register(RING, others), "r") for others in (None, TRUNK))
    assert alone.layers["bridges"].set_index("asset_id").loc["bridge", "severed"]
    # Between its junctions, the ends of the ring, the council road is 2,000 m and the way round 3,000 m.
    bridge = both.layers["bridges"].set_index("asset_id").loc["bridge"]
    assert (bridge["severed"], bridge["detour_km"]) == (False, pytest.approx(1.0))
    links = both.layers["links"].set_index("asset_id")
    assert links.index[~links["owned"]].tolist() == ["t1"]
    assert links.loc["t1", ["aadt", "criticality"]].isna().all()
    assert links.loc["t1", "hierarchy"] == "strategic"
    assert links.loc[links["owned"], "criticality"].notna().all()
    assert set(both.layers["sections"]["asset_id"]) == {"west", "deck", "east", "tail", "own"}
    assert set(alone.layers["links"]["asset_id"]) == set(links.index) - {"t1"}
    # Loose ends of others are not the council's fault.
    assert "t1" not in set(both.notes["asset_id"])


def test_a_limit_on_a_road_of_others_closes_it_to_the_heavy() -> None:
    others = {"t1": (TRUNK["t1"][0], {"road_class": "A", "weight_limit_t": 7.5})}
    places = {
        "Hospital": (spot(0, 20), {"kind": "hospital"}),
        "Farm": (spot(2000, 20), {}),
    }
    assets = RING | {"bridge": (RING["bridge"][0], RING["bridge"][1] | {"weight_limit_t": 3.0})}
    bridges = network_layers(small_register(assets, others, places), "r").layers["bridges"].set_index("asset_id")
    assert not bridges.loc["bridge", "severed"]
    assert bridges.loc["bridge", "heavy_severed"]


def test_places_far_from_help_and_cut_off() -> None:
    places = {
        "Hospital": (spot(0, 320), {"kind": "hospital"}),
        "Farm": (spot(2000, 20), {}),
        "Town": (spot(-20, 0), {"population": 5000.0}),
        "School": (spot(1000, 20), {"kind": "school"}),
        "Beyond": (spot(9000, 0), {"kind": "growth site"}),
        # These say how much footways are used; the network serves those above.
        "Bakery": (spot(2000, 10), {"kind": "shop"}),
        "High Street": (spot(1000, 10), {"kind": "shops"}),
        "Halt": (spot(0, 310), {"kind": "station"}),
    }
    limited = RING | {"west": (RING["west"][0], RING["west"][1] | {"weight_limit_t": 18.0})}
    network = network_layers(small_register(limited, TRUNK, places), "r")
    layer = network.layers["places"].set_index("name")
    assert layer["kind"].to_dict() == {
        **{"Hospital": "hospital", "Farm": "settlement", "Town": "settlement", "School": "school"},
        "Beyond": "growth site",
    }
    assert layer["hospital_km"].tolist() == pytest.approx([0.0, 2.3, 0.3, 1.3, np.nan], nan_ok=True)
    assert layer["fire_station_km"].isna().all()
    # With the western road closed to them, heavy vehicles reach farm and school by the trunk road.
    assert layer["heavy"].to_dict() == {
        **{"Hospital": "", "Farm": "farther", "Town": "", "School": "farther"},
        "Beyond": "off the network",
    }
    assert layer.loc[["Farm", "School"], "heavy_extra_km"].tolist() == pytest.approx([1.0, 3.0])
    # The hospital alone stands on a dead end.
    assert layer["cut_off_by"].tolist() == [1, 0, 0, 0, 0]
    links = network.layers["links"].set_index("asset_id")
    assert links["places_cut_off"].to_dict() == {
        **{"west": 0, "deck": 0, "east": 0, "tail": 0, "own": 1},
        "t1": 0,
    }


def test_nobody_lives_on_a_trunk_road() -> None:
    halves = {
        "t1": (line((0, 0), (0, -500), (1000, -500)), {"road_class": "trunk"}),
        "t2": (line((1000, -500), (2000, -500), (2000, 0)), {"road_class": "trunk"}),
    }
    layby = {"Layby": (spot(1000, -520), {})}
    for road_class, node in (("trunk", -1), ("B", 2)):
        halves["t2"][1]["road_class"] = halves["t1"][1]["road_class"] = road_class
        assert network_layers(small_register(RING, halves, layby), "r").layers["places"]["node"].tolist() == [node]


def test_one_way_roads_are_worked_both_ways_when_nothing_else_is_left() -> None:
    """A closed arc of a roundabout costs its traffic the other arc, not a trip it cannot make."""
    rows = {
        "in": (line((-500, 0), (0, 0)), {}),
        "north": (line((0, 0), (50, 50), (100, 0)), {"one_way": "forward"}),
        "south": (line((100, 0), (50, -30), (0, 0)), {"one_way": "forward"}),
        "out": (line((100, 0), (600, 0)), {}),
    }
    links = network_layers(small_register(rows), "r").layers["links"].set_index("asset_id")
    assert not links.loc[["north", "south"], "severed"].any()
    assert links.loc["south", "detour_km"] == pytest.approx(2 * (np.hypot(50, 50) - np.hypot(50, 30)) / 1000, abs=1e-4)
    assert links.loc["north", "detour_km"] == 0
    assert links.loc[["in", "out"], "severed"].all()


def test_levels_are_inherited_by_bridges_and_footways() -> None:
    assets = small_register(RING, TRUNK).assets
    layout = lay_out(assets)
    levels = dict(zip(assets["asset_id"], asset_levels(assets, layout, load_asset_classes()), strict=True))
    assert levels == {
        **{"west": "main distributor", "deck": "secondary distributor", "east": "local access"},
        **{"tail": "local access", "own": "strategic"},
        **{"path": "local access", "bridge": "secondary distributor", "loose": "local access", "gully": ""},
    }


def test_the_resilient_network_takes_main_roads_and_the_way_to_a_town() -> None:
    places = {"Town": (spot(1100, 20), {"population": 5000.0})}
    made = network_layers(small_register(RING, TRUNK, places), "r").layers
    links, sections = (made[name].set_index("asset_id")["resilient"] for name in ("links", "sections"))
    assert set(links.index[links]) == {"west", "deck", "own", "t1"}
    assert set(sections.index[sections]) == {"west", "deck", "own"}
    village = {"Town": (places["Town"][0], {"population": 50.0})}
    links = network_layers(small_register(RING, TRUNK, village), "r").layers["links"].set_index("asset_id")
    assert not links.loc["deck", "resilient"]


def test_links_with_a_way_round_are_ranked_before_those_without_and_ties_are_stated(tmp_path: Path) -> None:
    """A ring of 24 roads with twenty closes of 30 m on it, all of one traffic; and one of the closes alone."""
    ring = import_table(made_case("critical_dead_ends", tmp_path) / "roads.gpkg", fill=True)
    close = replace(ring, assets=ring.assets[ring.assets["asset_id"] == "C00"].reset_index(drop=True))
    for register, more in ((ring, True), (close, False)):
        ranked, _, severed = network_text(network_facts(network_layers(register, "r"))).partition(
            "links with no way round"
        )
        assert ("most critical links" in ranked, "M00" in ranked) == (more, more)
        assert ("Close" in ranked, "C00" in severed, "Ring Road" in severed) == (False, True, False)
        assert ("10 more links, left out here" in severed) == more


@pytest.mark.slow
def test_sections_off_the_network_are_named_by_every_command(tmp_path: Path) -> None:
    register = part_of(county_register(), county_register().assets.index % 20 == 0)
    assets = register.assets.copy()
    road = assets.index[(assets["asset_class"] == "carriageway") & (assets["committed_treatment"] == "")][0]
    line = assets.geometry[road]
    assets.loc[road, "geometry"] = MultiLineString([line, translate(line, 500, 500)])
    write_register(replace(register, assets=assets), tmp_path / "register.gpkg")
    plain_plan(tmp_path, register=False)
    name = assets.loc[road, "asset_id"]
    words = f"carriageway sections are not single lines, so nothing joins them ({name})"
    assert f"{words}: 1" in run("validate", "plan.toml", cwd=tmp_path).stdout
    assert "section that is no single line: 1" in run("network", "register.gpkg", "-o", "n.gpkg", cwd=tmp_path).stdout
    assert off_network(assets, lay_out(assets))[0] == ("not on the network", words, 1)
