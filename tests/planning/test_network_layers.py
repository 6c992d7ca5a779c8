"""The network of a register as layers, and the command that writes it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from assetplan.network import packaged_rules
from assetplan.planning.network_layers import LAYERS, NetworkLayers, network_layers, write_network
from assetplan.register import Register, read_register


@pytest.fixture(scope="module")
def register(small_county: Path) -> Register:
    return read_register(small_county / "register.gpkg")


@pytest.fixture(scope="module")
def found(register: Register) -> NetworkLayers:
    return network_layers(register, "register.gpkg")


def test_nothing_of_the_roads_is_lost(register: Register, found: NetworkLayers) -> None:
    roads = register.assets[register.assets["asset_class"] == "carriageway"]
    links, sections = found.layers["links"], found.layers["sections"]
    assert set(links["asset_id"]) == set(roads["asset_id"]) == set(sections["asset_id"])
    # Snapping moves ends by half a metre at most; lengths are kept to a centimetre.
    assert links["length_m"].sum() == pytest.approx(shapely.length(roads.geometry.to_numpy()).sum(), rel=1e-4)
    nodes = found.layers["nodes"]
    assert nodes["links"].sum() == 2 * len(links)
    assert set(links["start"]) | set(links["end"]) == set(nodes["node"])


def test_schemes_join_like_sections_of_one_link(found: NetworkLayers) -> None:
    sections, schemes, rules = found.layers["sections"], found.layers["schemes"], packaged_rules()
    inside = sections[sections["scheme_id"] != ""]
    assert schemes["length_m"].between(rules.minimum - 0.01, rules.maximum + 0.01).all()
    for column in ("link_id", "road_class", "group"):
        assert (inside.groupby("scheme_id")[column].nunique() == 1).all()
    assert (inside[~inside["bridged"]].groupby("scheme_id")["wanted"].nunique() == 1).all()
    counts = inside.groupby("scheme_id").size()
    assert (schemes.set_index("scheme_id")["sections"] == counts).all()
    assert len(schemes) == found.counts["candidate schemes"] > 100


def test_bridges_lie_on_the_section_that_carries_them(found: NetworkLayers) -> None:
    bridges = found.layers["bridges"]
    known = bridges[bridges["parent_id"].isin(found.layers["sections"]["asset_id"])]
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


def test_a_bridge_off_the_network_is_told_and_survived(register: Register) -> None:
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
    with pytest.raises(ValueError, match="r has no carriageway"):
        network_layers(none, "r")


def test_the_same_network_gives_the_same_bytes(found: NetworkLayers, tmp_path: Path) -> None:
    for name in ("a.gpkg", "b.gpkg"):
        write_network(found, tmp_path / name)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")] == [*LAYERS, "notes"]
    back = gpd.read_file(tmp_path / "a.gpkg", layer="links")
    assert back.crs == found.layers["links"].crs
    assert back["criticality"].sum() == pytest.approx(found.layers["links"]["criticality"].sum())


def test_the_command(small_county: Path, tmp_path: Path) -> None:
    tool = str(Path(sys.executable).with_name("assetplan"))

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        called = [tool, "network", str(small_county / "register.gpkg"), *words]
        return subprocess.run(called, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240)

    done = run("-o", "net.gpkg")
    assert done.returncode == 0, done.stderr
    assert "candidate schemes" in done.stdout
    assert "longest detours" in done.stdout
    again = run("-o", "net.gpkg")
    assert (again.returncode, "net.gpkg" in again.stderr) == (1, True)
    assert run("-o", "net.csv").returncode == 2
