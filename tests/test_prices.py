"""Money of every table in prices of one year: indices by hand, and what they do not reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assetplan.config import make_plan
from assetplan.config.inflation import Inflation
from assetplan.config.plan import Benefit
from assetplan.errors import ConfigError
from assetplan.inputs.tables import load_tables, read_parameters
from assetplan.prices import CONSTRUCTION, GENERAL, Prices, load_prices
from assetplan.reference import load_table

PRICES = Prices("p.csv", {(CONSTRUCTION, 2016): 50.0, (CONSTRUCTION, 2019): 60.0, (GENERAL, 2016): 100.0})


def money(*bases: float) -> pd.DataFrame:
    return pd.DataFrame({"cost": 10.0, "price_base": bases}, index=range(2, 2 + len(bases)))


def plan(folder: Path, year: int = 2019, **tables: str):
    data = {"name": "p", "register": "r", "first_year": year, "years": 1, "tables": tables}
    return make_plan({**data, "envelope": {"lines": {"footways": [1.0]}}}, folder / "plan.toml")


def test_each_row_is_brought_to_one_year_from_its_own():
    table, faults = PRICES.indexed(money(2016, 2019), "t.csv", ["cost"], CONSTRUCTION)
    assert not faults
    assert table["cost"].tolist() == [12.0, 10.0]  # the latest base where there is no plan
    assert table["price_base"].tolist() == [2016, 2019]
    back = Prices(PRICES.file, PRICES.index, 2016).indexed(money(2016, 2019), "t.csv", ["cost"], CONSTRUCTION)[0]
    assert back["cost"].tolist() == [10.0, pytest.approx(10 * 50 / 60)]


def test_what_has_no_price_base_or_none_that_the_indices_reach():
    kinds = pd.Series([CONSTRUCTION, CONSTRUCTION, GENERAL], index=[2, 3, 4])
    prices = Prices(PRICES.file, PRICES.index, 2019)
    faults = prices.indexed(money(np.nan, 2001, 2016), "t.csv", ["cost"], kinds)[1]
    assert [(f.file, f.row, f.column, f.value) for f in faults] == [
        ("t.csv", 2, "price_base", ""),
        ("t.csv", 3, "price_base", "2001"),
        ("p.csv", 0, "year", "2019"),
    ]
    assert "state the year whose prices" in faults[0].rule
    assert "known from 2016 to 2019" in faults[1].rule
    assert "plan's first year is 2019" in faults[2].rule


def test_prices_of_the_plans_own_year_need_no_index():
    far = Prices("p.csv", {}, 2190).indexed(money(2190), "t.csv", ["cost"], CONSTRUCTION)
    assert far[0]["cost"].tolist() == [10.0]
    assert far[1] == []


def test_buildings_of_2016_stand_beside_roads_of_2019(tmp_path):
    ratio = 112.2 / 101.7
    for parameters in (load_tables(plan(tmp_path)).parameters, read_parameters()):
        assert parameters.groups["brick_wall"].replacement_unit_cost == pytest.approx(
            load_table("groups").set_index("group").loc["brick_wall", "replacement_unit_cost"] * ratio
        )
        walls = parameters.catalogue.own("brick_wall")
        assert [t.unit_cost for t in walls] == [pytest.approx(257.543 * ratio)] * 2
        assert next(iter(parameters.catalogue.own("carriageway_A"))).unit_cost == 4.5
        assert parameters.catalogue.price_year == 2019
    later = load_tables(plan(tmp_path, 2024)).parameters
    assert later.catalogue.own("carriageway_A")[0].unit_cost == pytest.approx(4.5 * 146.4 / 112.2)
    claims = next(row for row in later.consequences["carriageway_A"] if row.stream == "claims")
    assert claims.rate[0] == pytest.approx(0.2 * 133.9 / 107.8)
    assert later.sites.loc["resurfacing", "fixed"] == pytest.approx((1800 + 0.5 * 900) * 146.4 / 112.2)


def test_a_plan_beyond_the_indices_is_refused_with_what_to_state(tmp_path):
    with pytest.raises(ConfigError, match="state the index of 2040, measured or forecast"):
        load_tables(plan(tmp_path, 2040))
    own = load_table("price_indices").query("year <= 2019")
    own.to_csv(tmp_path / "own.csv", index=False)
    with pytest.raises(ConfigError) as caught:
        load_tables(plan(tmp_path, 2020, price_indices="own.csv"))
    assert {fault.file for fault in caught.value.faults} == {str(tmp_path / "own.csv")}
    own_prices = load_tables(plan(tmp_path, 2019, price_indices="own.csv")).parameters.prices
    assert own_prices.file == str(tmp_path / "own.csv")


@pytest.mark.parametrize("name", ["treatments", "groups", "consequences", "sites"])
def test_a_row_without_a_price_base_is_a_fault(name, tmp_path):
    table = load_table(name).astype(object)
    table.loc[1, "price_base"] = ""
    table.to_csv(tmp_path / "own.csv", index=False)
    with pytest.raises(ConfigError) as caught:
        load_tables(plan(tmp_path, **{name: "own.csv"}))
    assert [(f.row, f.column) for f in caught.value.faults] == [(3, "price_base")]


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("kind", "pay", "must be one of"),
        ("index", "0", "above 0"),
        ("year", "2011", "twice"),
        ("year", "2011.5", "whole"),
    ],
)
def test_a_bad_index_is_a_fault_in_its_place(column, value, rule, tmp_path):
    table = load_table("price_indices").astype(object)
    table.loc[0, column] = value
    table.to_csv(tmp_path / "own.csv", index=False)
    with pytest.raises(ConfigError, match=rule):
        load_prices(tmp_path / "own.csv")


def rising(above: float | tuple[float, ...]) -> dict[str, Inflation]:
    return {"construction": Inflation(above=above, of=("works",))}


@pytest.mark.parametrize(("years", "followed", "lowest"), [(5, 7, "3.5%"), (60, 60, "3.0%"), (130, 130, "2.0%")])
def test_a_plan_states_how_many_years_are_followed(years, followed, lowest, tmp_path):
    stated = plan(tmp_path).model_copy(update={"years": 5, "benefit": Benefit(horizon=years)})
    assert len(load_tables(stated).model.rules.discount) == followed + 1
    with pytest.raises(ConfigError, match=f"must be below {lowest} a year"):
        load_tables(stated.model_copy(update={"inflation": rising(0.035)}))


@pytest.mark.parametrize(
    ("above", "rule"),
    [
        (0.03, "must be below 2.5% a year, the lowest discount rate"),
        (0.4, "cost no less in present value the longer they wait"),
        ((0.0, 0.03), "beside all prices at the end"),
    ],
)
def test_growth_that_discounting_does_not_bear_is_refused(above, rule, tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_tables(plan(tmp_path).model_copy(update={"inflation": rising(above)}))
    assert [fault.column for fault in caught.value.faults] == ["inflation.construction"]
    assert rule in caught.value.faults[0].rule
    load_tables(plan(tmp_path).model_copy(update={"inflation": rising((0.4, 0.02))}))  # the last goes on


def test_a_level_of_prices_is_a_factor_of_unit_costs(tmp_path):
    level = {"default": 2.0, "bridges": 3.0, "surface_dressing": 0.5}
    plain = load_tables(plan(tmp_path)).parameters.catalogue
    dear = load_tables(plan(tmp_path).model_copy(update={"price_level": level})).parameters.catalogue
    for group, rows in plain.own_all.items():
        for before, after in zip(rows, dear.own_all[group], strict=True):
            assert after.unit_cost == before.unit_cost * level.get(before.name, level.get(before.line, 2.0))
    with pytest.raises(ConfigError, match="must be one of default, carriageway_preventative"):
        load_tables(plan(tmp_path).model_copy(update={"price_level": {"gilding": 1.0}}))
