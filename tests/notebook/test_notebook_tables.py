"""The tables behind a programme's figures hold its own figures, with units in the names of their columns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from frontier_cases import frontier_of_three

import assetplan
from assetplan.notebook.tables import in_name
from assetplan.programme import Programme


def test_spend_adds_up_to_the_works_and_what_is_paid_first(small_programme: Programme) -> None:
    spend = small_programme.table.spend()
    assert spend["spend_gbp"].sum() == pytest.approx(small_programme.works["cost"].sum(), abs=0.5)
    wide = small_programme.spend()
    for label, rows in spend.groupby("line"):
        assert rows.set_index("year")["spend_gbp"].to_dict() == pytest.approx(wide.loc[label].drop("total").to_dict())
    assert (spend["spend_gbp"] <= spend["limit_gbp"] + 1).all()


def test_spend_has_what_is_paid_first_in_a_column_of_its_own(small_programme: Programme) -> None:
    rows = tuple({**row, "mandatory": 5.0} for row in small_programme.summary.spend)
    summary = small_programme.summary.model_copy(update={"spend": rows})
    first = replace(small_programme, summary=summary).table.spend()
    assert first["mandatory_gbp"].eq(5.0).all()
    assert "mandatory_gbp" not in small_programme.table.spend()


def test_condition_is_the_same_stock_in_every_year_and_shares_are_of_it(small_programme: Programme) -> None:
    roads = small_programme.table.condition()
    assert list(roads) == ["asset_class", "case", "year", "band", "quantity_km", "share_percent"]
    assets = small_programme.assets
    km = assets.loc[assets["asset_class"] == "carriageway", "length_m"].sum() / 1000
    by_year = roads.groupby(["case", "year"])
    assert by_year["quantity_km"].sum().to_numpy() == pytest.approx(km, abs=0.01)
    assert by_year["share_percent"].sum().to_numpy() == pytest.approx(100)
    assert by_year.ngroups == 2 * (1 + len(small_programme.years))
    bridges = small_programme.table.condition("bridge")
    assert set(bridges["asset_class"]) == {"bridge"}
    assert "quantity_m2_of_deck" in bridges


def test_a_class_without_condition_is_refused_with_those_there_are(small_programme: Programme) -> None:
    with pytest.raises(assetplan.ConfigError, match=r"'bridg' must be one of carriageway, footway, bridge"):
        small_programme.table.condition("bridg")
    summary = small_programme.summary.model_copy(update={"condition": ()})
    with pytest.raises(assetplan.ConfigError, match="no class with a condition"):
        replace(small_programme, summary=summary).table.condition()


def test_prices_are_those_of_the_limits_on_money(small_programme: Programme) -> None:
    prices = small_programme.table.prices()
    money = [row for row in small_programme.summary.limits if row["unit"] == "£"]
    assert prices["limit"].to_list() == [row["limit"] for row in money]
    assert prices["price_gbp_per_gbp"].to_list() == [row["price"] for row in money]
    lines = prices[prices["kind"] == "line"]
    assert set(lines["line"]) == set(small_programme.table.spend()["line"])
    assert set(lines["year"]) == set(small_programme.years)


def test_a_lifecycle_has_the_condition_and_works_of_its_asset(small_programme: Programme) -> None:
    works = small_programme.works
    asset_id = works["asset_id"].value_counts().index[0]
    rows = small_programme.table.lifecycle(asset_id)
    own = works[works["asset_id"] == asset_id]
    plan = rows[rows["case"] == "plan"].set_index("year")
    assert plan["cost_gbp"].sum() == pytest.approx(own["cost"].sum())
    assert plan.loc[own["year"], "treatment"].to_list() == own["label"].to_list()
    asset = small_programme.assets.set_index("asset_id").loc[asset_id]
    for case, name in (("plan", "plan"), ("do-nothing", "do_nothing")):
        years = rows[rows["case"] == case]
        assert years["index_points"].to_list() == [asset[f"{name}_{year}"] for year in years["year"]]
    assert (rows.loc[rows["case"] == "do-nothing", "cost_gbp"] == 0).all()
    with pytest.raises(assetplan.RegisterError, match="is no asset of this plan; did you mean"):
        small_programme.table.lifecycle(f"{asset_id}0")


def test_a_frontier_that_was_solved_is_the_table(small_programme: Programme) -> None:
    table = small_programme.table.frontier(frontier_of_three())
    assert {"money_gbp", "benefit_gbp", "bound_gbp", "cost_gbp", "treated_assets"} <= set(table)
    assert table["price_gbp_per_gbp"].to_list()[1:] == [1.5, 1.2]
    assert "price_gbp_per_tco2e" in small_programme.table.frontier(frontier_of_three(carbon=True))


def test_a_frontier_that_was_not_solved_asks_for_what_it_needs(small_programme: Programme) -> None:
    with pytest.raises(assetplan.ConfigError, match=r"solve it first, frontier\(assetplan.frontier\(plan\)\)"):
        small_programme.table.frontier()
    with pytest.raises(assetplan.ConfigError, match="solve it first"):
        replace(small_programme, settings=None).table.frontier(register=object())


@pytest.mark.slow
def test_a_programme_solves_its_frontier_from_its_settings_and_the_register(two_programmes: tuple) -> None:
    from constraint_cases import small_plan, small_register

    reached = two_programmes[0].table.frontier(shares=(0.5, 1.0), register=small_register())
    keys = {"forecast": {"futures": 0}, "solver": {"target_gap": 1e-6}}
    again = assetplan.frontier(small_plan(**keys), (0.5, 1.0), small_register())
    assert reached["benefit_gbp"].to_list() == again.points["benefit"].to_list()
    assert reached["benefit_gbp"].iloc[1] == pytest.approx(two_programmes[0].benefit, rel=2e-3)


@pytest.mark.parametrize(
    ("unit", "name"),
    [("£", "gbp"), ("km", "km"), ("m2 of deck", "m2_of_deck"), ("£m replacement", "gbp_million_replacement"),
     ("index-years", "index_years"), ("number", "number")],
)  # fmt: skip
def test_units_in_names_of_columns(unit: str, name: str) -> None:
    assert in_name(unit) == name
