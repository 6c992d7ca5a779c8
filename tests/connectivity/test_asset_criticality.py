"""Criticality carried to assets: against the layers of the network, and row by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from constraint_cases import small_plan, small_register
from places import county_register
from shapely import LineString

from assetplan.connectivity.criticality import criticality, weighed
from assetplan.connectivity.layers import network_layers
from assetplan.connectivity.layout import Layout, lay_out
from assetplan.inputs.load import load_inputs
from assetplan.network import network_rules
from assetplan.register import Register


@pytest.fixture(scope="module")
def register() -> Register:
    return county_register()


@pytest.fixture(scope="module")
def layout(register: Register) -> Layout:
    return lay_out(register.assets)


@pytest.fixture(scope="module")
def costs(register: Register, layout: Layout) -> pd.Series:
    return pd.Series(criticality(register.assets, layout, network_rules()), index=register.assets["asset_id"])


def test_sections_and_bridges_have_what_the_network_layers_have(register: Register, costs: pd.Series) -> None:
    layers = network_layers(register, "register.gpkg").layers
    links, bridges = layers["links"], layers["bridges"]
    sections = links.groupby("asset_id")["criticality"].max()
    # The layers are rounded to the penny.
    np.testing.assert_allclose(costs[sections.index], sections, atol=0.00501)
    on = bridges[bridges["link"] >= 0]
    expected = links.set_index("link")["criticality"][on["link"]].to_numpy()
    np.testing.assert_allclose(costs[on["asset_id"]], expected, atol=0.00501)
    assert len(on) > 50


@pytest.mark.slow
def test_layers_and_assets_agree_where_roads_are_one_way(register: Register) -> None:
    roads = register.assets.index[register.assets["asset_class"] == "carriageway"]
    assets = register.assets.copy()
    assets.loc[roads[::7], "one_way"] = "forward"
    cost = pd.Series(criticality(assets, lay_out(assets), network_rules()), index=assets["asset_id"])
    links = network_layers(replace(register, assets=assets), "register.gpkg").layers["links"]
    sections = links.groupby("asset_id")["criticality"].max()
    np.testing.assert_allclose(cost[sections.index], sections, atol=0.00501)  # layers are rounded to the penny


def test_others_have_what_the_section_or_link_they_name_has(register: Register, costs: pd.Series) -> None:
    assets = register.assets
    sections = assets[assets["asset_class"] == "carriageway"]
    own = dict(zip(sections["asset_id"], costs[sections["asset_id"]], strict=True))
    on_link: dict[str, float] = {}
    for asset, link in zip(sections["asset_id"], sections["link_id"], strict=True):
        on_link[link] = max(on_link.get(link, 0.0), own[asset])
    rest = assets[~assets["asset_class"].isin(["carriageway", "bridge"])]
    for row in rest.itertuples():
        expected = own.get(row.parent_id, on_link.get(row.link_id) if row.link_id else None)
        if expected is None:
            assert np.isnan(costs[row.asset_id])
        else:
            assert costs[row.asset_id] == expected
    by_class = costs.notna().groupby(assets["asset_class"].to_numpy()).mean()
    assert by_class["footway"] == 1
    assert by_class["building"] == 0


def test_a_parent_goes_before_a_link(register: Register, layout: Layout, costs: pd.Series) -> None:
    assets = register.assets.copy()
    row = assets.index[assets["asset_class"] == "footway"][0]
    dear = costs[assets.loc[assets["asset_class"] == "carriageway", "asset_id"]].idxmax()
    assets.loc[row, "parent_id"] = dear
    assert criticality(assets, layout, network_rules())[row] == costs[dear] > costs.iloc[row]


def test_roads_of_others_carry_detours_and_have_no_row(register: Register, layout: Layout, costs: pd.Series) -> None:
    rows = layout.road_rows.copy()
    rows[::3] = -1
    part = criticality(register.assets, replace(layout, road_rows=rows), network_rules())
    kept = rows[rows >= 0]
    np.testing.assert_array_equal(part[kept], costs.to_numpy()[kept])
    # What has no row of its own has at most what its link has.
    lost = layout.road_rows[::3]
    known = np.isfinite(part[lost])
    assert known.any()
    assert not known.all()


def test_a_stated_weight_wins_and_buildings_have_one(register: Register, layout: Layout) -> None:
    assets = register.assets.copy()
    assets.loc[assets.index[:2], "importance"] = [0.25, 9.0]
    inputs = load_inputs(small_plan(), replace(register, assets=assets))
    table = weighed(inputs, layout).register.assets
    assert table["importance"].iloc[:2].tolist() == [0.25, 9.0]
    assert (table.loc[table["asset_class"] == "building", "importance"] == 1).all()
    rest = table.iloc[2:]
    assert rest["importance"].between(1, network_rules()["importance_most"]).all()
    assert rest["importance"].nunique() > 100
    assert (table["criticality"].dropna() * 100 % 1).between(1e-6, 1 - 1e-6).sum() == 0


def test_a_register_without_roads_is_weighed_alike() -> None:
    register = small_register()
    footways = register.assets[register.assets["asset_class"] == "footway"].reset_index(drop=True)
    inputs = load_inputs(small_plan(), replace(register, assets=footways))
    table = weighed(inputs, lay_out(footways)).register.assets
    assert table["criticality"].isna().all()
    assert (table["importance"] == 1).all()


def test_a_close_weighs_by_the_road_it_cuts_off() -> None:
    """A ring of four links of 2 km, a close of 30 m, 10 km to an island with 5 km of road; alike in traffic."""
    corners = [(0, 0), (2000, 0), (2000, 2000), (0, 2000)]
    lines = {f"r{n}": [corners[n], corners[(n + 1) % 4]] for n in range(4)}
    lines |= {"close": [(0, 0), (-30, 0)], "way": [(2000, 0), (12000, 0)], "island": [(12000, 0), (17000, 0)]}
    assets = small_register().assets.head(len(lines)).copy()
    assets = assets.assign(asset_id=list(lines), asset_class="carriageway", link_id="", parent_id="")
    assets = assets.assign(aadt=1000.0, hgv=0.0)
    assets = assets.set_geometry([LineString(line) for line in lines.values()], crs=27700).assign(importance=np.nan)
    inputs = load_inputs(small_plan(), replace(small_register(), assets=assets))
    table = weighed(inputs, lay_out(assets)).register.assets.set_index("asset_id")
    assert table["criticality"]["close"] == table["criticality"]["way"] > table["criticality"]["r0"], "charged alike"
    importance = table["importance"]
    assert importance["close"] == 1 < importance["r0"] < importance["way"]
    # by hand: 4 km round a side of 2 km; 15 km beyond the way; £100 counts once, £100,000 thrice
    cost_per_km = table["criticality"]["close"] / 30
    for name, km in (("r0", 4), ("island", 5), ("way", 15)):
        assert importance[name] == pytest.approx(1 + 2 * np.log(km * cost_per_km / 100) / np.log(1000), abs=1e-3)
