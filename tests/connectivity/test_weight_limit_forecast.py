"""Weight limits of a plan by year, on a network small enough to reckon by hand."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from constraint_cases import small_plan, small_register

import assetplan
from assetplan import schema
from assetplan.answers.condition import _at_conditions
from assetplan.cli.plan_text import summary_text
from assetplan.connectivity.layout import lay_out
from assetplan.connectivity.traffic import detour_costs, traffic_growth
from assetplan.network import network_rules
from assetplan.programme import Programme, Summary
from assetplan.reference import load_table
from assetplan.register import Register
from assetplan.words import pounds

RULES = network_rules()
CLASSES = load_table("vehicle_classes").set_index("weight_t")
HGV = 200.0
# A road east over a bridge, 1 km from crossroads to crossroads, with a way round of 4 km; then a road to its end.
ROADS = {
    "S1": [(-500, 0), (0, 0)],
    "S2": [(0, 0), (1000, 0)],
    "S3": [(0, 0), (0, 1500), (1000, 1500), (1000, 0)],
    "S4": [(1000, 0), (1500, 0)],
}
BRIDGES = {"B1": ("S2", 36.0, 44.0, np.nan), "B2": ("S4", 95.0, np.nan, 18.0)}
PLACES = {"Endham": ("", 1500, 0), "Endham School": ("school", 1500, 30), "Faraway School": ("school", 9000, 9000)}


def register(places: dict[str, tuple[str, float, float]] = PLACES, own: dict[str, float] | None = None) -> Register:
    lines = {name: shapely.LineString(line) for name, line in ROADS.items()}
    roads = pd.DataFrame(
        {
            "asset_id": list(ROADS),
            "asset_class": "carriageway",
            "road_class": "B",
            "quantity": 3000.0,
            "length_m": [line.length for line in lines.values()],
            "value": 95.0,
            "weight_limit_t": [(own or {}).get(name, np.nan) for name in ROADS],
        }
    )
    parents, index, capacity, posted = zip(*BRIDGES.values(), strict=True)
    bridges = pd.DataFrame(
        {
            "asset_id": list(BRIDGES),
            "asset_class": "bridge",
            "name": [f"Bridge {name}" for name in BRIDGES],
            "parent_id": parents,
            "quantity": 50.0,
            "length_m": 8.0,
            "value": index,
            "capacity_t": capacity,
            "weight_limit_t": posted,
        }
    )
    rows = pd.concat([roads, bridges], ignore_index=True)
    rows = rows.assign(measure="index", surveyed_year=2018, environment="rural", aadt=2000.0, hgv=HGV)
    shapes = [*lines.values(), *(lines[parent].centroid for parent in parents)]
    assets = gpd.GeoDataFrame(schema.conform(rows, "assets", "made")[0], geometry=shapes, crs=27700)
    kinds, x, y = zip(*places.values(), strict=True)
    named = schema.conform(pd.DataFrame({"name": list(places), "kind": kinds}), "places", "made")[0]
    spots = gpd.GeoDataFrame(named, geometry=shapely.points(x, y), crs=27700)
    return replace(small_register(), assets=assets, places=spots)


def planned(pounds: float, owned: Register) -> Programme:
    envelope = {"lines": {"carriageway_major": [1.0] * 3, "bridges": [pounds] * 3}}
    return assetplan.plan(small_plan(envelope, forecast={"futures": 0}), owned)


def summary_of(pounds: float, owned: Register) -> Summary:
    return planned(pounds, owned).summary


def cost(above: float, km: float) -> float:
    """Yearly cost of sending round what is heavier than a limit."""
    heavy = CLASSES[(CLASSES.index > above) & (CLASSES["traffic"] == "hgv")]
    return HGV * 365 * km * float(heavy["share"] @ heavy["cost_per_km"])


def test_limits_by_year_and_what_they_cost_by_hand() -> None:
    """B1 falls from 36 by about one a year: under 34.7, where 60 t × F is 44 t, in the second plan year."""
    restrictions = summary_of(1.0, register()).restrictions
    rows = {(row["case"], row["year"]): row for row in restrictions["years"]}
    # No way round to the end of the road: the distance charged stands for it.
    end = cost(18.0, RULES["severed_km"])
    for year, limited in ((2018, 1), (2019, 1), (2020, 2), (2021, 2)):
        row = rows["do-nothing", year]
        assert row["restricted"] == limited
        assert row["detour_cost"] == pytest.approx(end + (limited - 1) * cost(40.0, 3.0), abs=0.01)
        assert row["cut_off"] == 1
    assert rows["do-nothing", 2021]["by_limit"] == [{"limit_t": 40.0, "bridges": 1}, {"limit_t": 18.0, "bridges": 1}]
    assert restrictions["falling"] == [
        {
            "asset_id": "B1",
            "name": "Bridge B1",
            "year": 2020,
            "limit_t": 40.0,
            "today_t": None,
            "detour_km": 3.0,
            "cost": pytest.approx(cost(40.0, 3.0), abs=0.01),
            "plan": "",
            "plan_t": 40.0,
        }
    ]
    years = [2018, 2019, 2020, 2021]
    assert restrictions["cut_off"] == [{"place": "Endham School", "kind": "school", "do-nothing": years, "plan": years}]
    assert restrictions["unplaced"] == ["Faraway School"]


def test_a_plan_with_money_renews_the_bridge_and_is_credited_with_its_detours() -> None:
    summary = summary_of(200_000.0, register())
    rows = {(row["case"], row["year"]): row for row in summary.restrictions["years"]}
    assert rows["plan", 2021]["restricted"] == 0  # the sound bridge that is posted at 18 t is strengthened too
    falling = summary.restrictions["falling"][0]
    assert falling["plan"].startswith("Strengthening")
    assert falling["plan_t"] is None
    streams = {row["stream"]: row for row in summary.streams}
    saved = sum(row["do_nothing"] - row["plan"] for row in streams.values())
    assert summary.benefit == pytest.approx(saved, rel=1e-9)
    assert streams["detours"]["do_nothing"] - streams["detours"]["plan"] > 0.5 * cost(40.0, 3.0)
    assert any(words.startswith("Detours") for words in summary.unverified)


def test_an_explanation_grows_a_bridge_s_strategies_as_the_plan_did() -> None:
    """Its limits and the growth of its traffic too: at its own condition, all are worth what they are in the plan."""
    site = {"Land east of Endham": ("growth site", 1500.0, 0.0)}
    programme = planned(200_000.0, register({**PLACES, **site}))
    kept = programme.strategies
    assert kept is not None
    for name in BRIDGES:
        row = programme.assets["asset_id"].tolist().index(name)
        now = float(programme.assets["do_nothing_2018"].iloc[row])
        statement, names = _at_conditions(programme, row, np.array([now]))
        mine = slice(kept.starts[row], kept.starts[row + 1])
        assert names.tolist() == kept.names[kept.name[mine]].tolist()
        # Condition is stored to a hundredth of a point.
        assert statement.options.benefit == pytest.approx(kept.benefit[mine], rel=2e-3, abs=1.0)


def test_the_summary_on_a_terminal_lists_limits() -> None:
    text = summary_text(planned(1.0, register()))
    end, more = cost(18.0, RULES["severed_km"]), cost(40.0, 3.0)
    assert f"1 bridge, {pounds(end)} a year today" in " ".join(text.split())
    assert f"2 bridges, {pounds(end + more)} a year if nothing is done" in " ".join(text.split())


def test_a_detour_keeps_off_roads_with_limits_of_their_own() -> None:
    plain, barred = (detour_costs(lay_out(one.assets)) for one in (register(), register(own={"S3": 7.5})))
    heavy = CLASSES.index.to_numpy() > 7.5
    assert barred[0, ~heavy] == pytest.approx(plain[0, ~heavy])
    assert barred[0, heavy] == pytest.approx(plain[0, heavy] * RULES["severed_km"] / 3.0)


def test_growth_sites_raise_traffic_nearby_for_so_many_years() -> None:
    site = {"Land east of Endham": ("growth site", 1500.0, 0.0)}
    near = register({**PLACES, **site})
    rate, lasts = traffic_growth(near.assets, near.places)
    # From the site, S1 and all it lies on ends 1,500 m away; the way round comes as near as the crossroads.
    assert (rate == RULES["growth_near"]).all()
    far = register({**PLACES, "Land": ("growth site", 1500.0 + RULES["growth_reach"] + 1.0, 0.0)})
    assert (traffic_growth(far.assets, far.places)[0] == RULES["growth_base"]).all()
    still, grown = (summary_of(1.0, one) for one in (register(), near))
    for year in range(4):
        a, b = (s.restrictions["years"][year]["detour_cost"] for s in (still, grown))
        assert b == pytest.approx(a * (1 + RULES["growth_near"]) ** min(year, lasts), abs=0.02)
    a, b = ({row["stream"]: row["do_nothing"] for row in s.streams} for s in (still, grown))
    assert b["user"] > 1.1 * a["user"] > 0
    # What the plan leaves weak is strengthened after it, so detours grow over the plan years alone, each so much.
    still_by_year, grown_by_year = (
        [r["amount"] for r in s.yearly if (r["stream"], r["case"]) == ("detours", "do-nothing")] for s in (still, grown)
    )
    assert b["detours"] > (1 + RULES["growth_near"]) * a["detours"] > 0
    growth = (1 + RULES["growth_near"]) ** np.minimum(np.arange(len(still_by_year)) + 1, lasts)
    assert grown_by_year == pytest.approx(np.array(still_by_year) * growth, rel=1e-6)
    assert b["reactive"] == a["reactive"]
    assert any(words.startswith("Traffic") for words in grown.unverified)


def test_a_register_without_bridges_has_no_limits() -> None:
    whole = register()
    roads = replace(whole, assets=whole.assets[whole.assets["asset_class"] != "bridge"].reset_index(drop=True))
    envelope = {"lines": {"carriageway_major": [1.0] * 3}}
    summary = assetplan.plan(small_plan(envelope, forecast={"futures": 0}), roads).summary
    assert summary.restrictions == {"years": [], "falling": [], "cut_off": [], "unplaced": []}


def test_bridges_without_roads_are_off_the_network() -> None:
    whole = register()
    alone = replace(whole, assets=whole.assets[whole.assets["asset_class"] == "bridge"].reset_index(drop=True))
    envelope = {"lines": {"bridges": [1.0] * 3}}
    summary = assetplan.plan(small_plan(envelope, forecast={"futures": 0}), alone).summary
    row = summary.restrictions["years"][0]
    assert (row["restricted"], row["detour_cost"], row["cut_off"]) == (1, 0.0, 0)
    assert set(summary.restrictions["unplaced"]) == {"Endham School", "Faraway School"}
