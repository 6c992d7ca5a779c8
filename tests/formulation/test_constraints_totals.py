"""Limits on totals, sources and targets bind, do what they state, and have the price that a little more is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case, check, exact
from places import county_register

from assetplan import condition
from assetplan.config import make_plan
from assetplan.errors import ConfigError, InfeasibleError
from assetplan.formulation.works import Works
from assetplan.inputs import load_inputs
from assetplan.strategies import simulate, starting_condition


def works_of(stated: Case, chosen: np.ndarray) -> pd.DataFrame:
    """The works of some strategies as a table, one at a time."""
    rows = []
    options, assets = stated.formulation.options, stated.inputs.register.assets
    for option in chosen:
        asset = assets.loc[options.asset[option]]
        for year, code in enumerate(options.schedule[option]):
            if code >= 0:
                treatment = stated.inputs.model.catalogue.treatments[asset["group"]][code]
                rows.append({**asset[["asset_class", "district", "quantity", "length_m"]], "year": 2019 + year})
                rows[-1] |= {"treatment": treatment.name, "kind": treatment.kind, "line": treatment.line}
                rows[-1] |= {"cost": options.cost[option, year]}
    return pd.DataFrame(rows)


def test_cost_of_a_district_over_the_whole_plan() -> None:
    stated = case(limits=[{"name": "north", "district": "Uphampton", "at_most": 50_000}])
    solution = check(stated, "north", 500.0)
    works = works_of(stated, solution.chosen)
    assert works.loc[works["district"] == "Uphampton", "cost"].sum() == pytest.approx(
        solution.used[stated.row("north")]
    )
    assert stated.formulation.rows[-1].words == 'limits[1] "north" at_most'
    assert stated.formulation.rows[-1].unit == "£"


def test_delivery_capacity_of_a_treatment_in_each_year() -> None:
    capacity = {"name": "dressing", "of": "quantity", "treatment": "surface_dressing", "at_most": [800.0] * 3}
    stated = case(limits=[capacity])
    solution = check(stated, "dressing 2020", 40.0)
    works = works_of(stated, solution.chosen)
    mine = works[works["treatment"] == "surface_dressing"]
    assert mine.groupby("year")["quantity"].sum().max() <= 800
    assert stated.formulation.rows[-1].unit == "m2"
    assert stated.formulation.rows[-1].words == 'limits[1] "dressing" at_most 2021'


def test_capacity_in_some_years_only() -> None:
    capacity = {"name": "dressing", "of": "quantity", "treatment": ["surface_dressing", "micro_asphalt"]}
    stated = case(limits=[{**capacity, "at_most": [500.0, 0.0], "years": [2019, 2021]}])
    assert stated.names_of_limits[-2:] == ("dressing 2019", "dressing 2021")
    works = works_of(stated, check(stated, "dressing 2021", 40.0).chosen)
    mine = works[works["treatment"].isin(["surface_dressing", "micro_asphalt"])]
    assert mine.loc[mine["year"] == 2019, "quantity"].sum() <= 500
    assert not (mine["year"] == 2021).any()


def test_number_of_sites_and_a_kind() -> None:
    stated = case(
        limits=[{"name": "gangs", "of": "number", "kind": "major", "asset_class": "carriageway", "at_most": 3}]
    )
    solution = check(stated, "gangs", 0.2)
    works = works_of(stated, solution.chosen)
    assert ((works["kind"] == "major") & (works["asset_class"] == "carriageway")).sum() == 3
    assert stated.formulation.rows[-1].unit == "works"


def test_length_at_least() -> None:
    rule = {"name": "renewed", "of": "length_m", "asset_class": "carriageway", "kind": "major", "at_least": 1_400.0}
    stated = case(limits=[rule])
    solution = check(stated, "renewed", 5.0, -1)
    works = works_of(stated, solution.chosen)
    renewed = (works["asset_class"] == "carriageway") & (works["kind"] == "major")
    assert works.loc[renewed, "length_m"].sum() >= 1_400
    assert stated.formulation.rows[-1].unit == "m"


def test_cap_and_floor_of_one_limit_are_one_row() -> None:
    stated = case(limits=[{"name": "roads", "asset_class": "carriageway", "at_least": 40_000, "at_most": 60_000}])
    row = stated.formulation.rows[-1]
    assert (row.cap, row.floor, row.words) == (60_000, 40_000, 'limits[1] "roads" at_least and at_most')
    check(stated, "roads", 500.0)


def test_a_total_of_several_years_of_cash_counts_each_year_at_its_prices() -> None:
    money = {"prices": "cash", "inflation": 0.1}
    stated = case(money, limits=[{"name": "roads", "asset_class": "carriageway", "at_most": 60_000}])
    solution = stated.solve()
    works = works_of(stated, solution.chosen)
    roads = works[works["asset_class"] == "carriageway"]
    cash = (roads["cost"] * 1.1 ** (roads["year"] - 2019)).sum()
    assert solution.used[stated.row("roads")] == pytest.approx(cash)
    assert cash <= 60_000
    assert stated.formulation.rows[-1].unit == "£ of the day"
    yearly = case(money, limits=[{"name": "roads", "asset_class": "carriageway", "at_most": [6e4, 6e4, 6e4]}])
    np.testing.assert_allclose(yearly.problem.caps[-3:], [6e4, 6e4 / 1.1, 6e4 / 1.21])


def test_a_limit_that_selects_no_works_is_noted() -> None:
    stated = case(limits=[{"name": "odd", "asset_class": "bridge", "treatment": "patching", "at_most": 1}])
    assert stated.formulation.notes == (
        ("limit without works", 'No strategy has works that count for limits[1] "odd" at_most.'),
    )


def test_quantities_of_two_units_have_no_sum() -> None:
    lines = {"carriageway_major": [6e4] * 3, "drainage": [1e4] * 3}
    limit = {"name": "all", "of": "quantity", "at_most": 5.0}
    data = {"name": "p", "register": "register.gpkg", "first_year": 2019, "years": 3}
    plan = make_plan({**data, "envelope": {"unit": "£", "lines": lines}, "limits": [limit]})
    register = county_register()
    assets = register.assets[register.assets["committed_treatment"] == ""]
    with pytest.raises(ConfigError, match="counted in m2 and no"):
        load_inputs(plan, replace(register, assets=assets.reset_index(drop=True)))


GRANT = {"name": "grant", "amounts": [30_000] * 3, "asset_class": "bridge"}
COUNCIL = {"name": "council", "amounts": [20_000] * 3}


def test_a_ring_fenced_source_funds_only_what_it_may() -> None:
    stated = case(sources=[GRANT, COUNCIL])
    solution = check(stated, "council 2019", 200.0)
    works = works_of(stated, solution.chosen)
    for year in (2019, 2020, 2021):
        mine = works[works["year"] == year]
        bridges, other = (mine.loc[(mine["asset_class"] == "bridge") == own, "cost"].sum() for own in (True, False))
        # Hall's condition: what only the council may pay, and everything.
        assert other <= 20_000 + 1e-6
        assert bridges + other <= 50_000 + 1e-6
    # One source that may fund everything is worth as much as a cap on all spend.
    alone = case(sources=[{"name": "council", "amounts": [50_000] * 3}])
    capped = case(limits=[{"name": "all", "at_most": [50_000] * 3}])
    assert alone.solve().benefit == pytest.approx(capped.solve().benefit, abs=0.01)


def test_settled_sources_give_no_more_than_is_spent() -> None:
    stated = case(sources=[GRANT, COUNCIL])
    solution = stated.settled()
    works = works_of(stated, solution.chosen)
    flows = stated.formulation.flows
    for year in (2019, 2020, 2021):
        given = sum(a for f, a in zip(flows, solution.amounts, strict=True) if f.key.year == year)
        assert given == pytest.approx(works.loc[works["year"] == year, "cost"].sum(), abs=1e-6)
    assert (solution.used <= stated.problem.caps + 1e-6).all()


SEALS = {"asset_class": "carriageway", "kind": "preventative"}


def seals(stated: Case, chosen: np.ndarray) -> float:
    works = works_of(stated, chosen)
    mine = (works["asset_class"] == "carriageway") & (works["kind"] == "preventative")
    return float(works.loc[mine, "cost"].sum())


def test_a_grant_that_must_be_used_is_used_on_works() -> None:
    grant = {"name": "grant", "amounts": [20_000] * 3, **SEALS}
    council = {"name": "council", "amounts": [150_000] * 3}
    stated = case(sources=[council, grant], limits=[{"name": "grant use", "source": "grant", "at_least": 26_000}])
    free = case(sources=[council, grant])
    assert seals(free, free.solve().chosen) < 26_000
    solution = check(stated, "grant use", 200.0, -1)
    assert seals(stated, solution.chosen) >= 26_000
    settled = stated.formulation.settle(solution)
    flows = stated.formulation.flows
    given = {"grant": 0.0, "council": 0.0}
    for flow, amount in zip(flows, settled.amounts, strict=True):
        if flow.key.kind == "source":
            given[flow.key.source] += amount
    # Named last, and yet kept, because it must be used; together they give what is spent.
    assert given["grant"] >= 26_000 - 1e-6
    assert sum(given.values()) == pytest.approx(works_of(stated, solution.chosen)["cost"].sum())


def test_two_grants_that_must_be_used_share_what_both_may_fund() -> None:
    """£13,000 of each of two, both for the same works, needs £26,000 of such works."""
    both = [{"name": name, "amounts": [20_000] * 3, **SEALS} for name in ("a", "b")]
    council = {"name": "council", "amounts": [150_000] * 3}
    floors = [{"name": f"use {name}", "source": name, "at_least": 13_000} for name in ("a", "b")]
    stated = case(sources=[*both, council], limits=floors)
    solution = stated.solve()
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    assert seals(stated, solution.chosen) >= 26_000
    alone = case(sources=[*both, council], limits=floors[:1])
    assert seals(alone, alone.solve().chosen) < 26_000


def test_a_cap_on_a_source_over_the_whole_plan() -> None:
    stated = case(sources=[COUNCIL], limits=[{"name": "loan", "source": "council", "at_most": 40_000}])
    solution = check(stated, "loan", 300.0)
    assert works_of(stated, solution.chosen)["cost"].sum() <= 40_000


def test_spend_that_no_source_may_fund_is_zero_or_refused() -> None:
    stated = case(sources=[GRANT])
    works = works_of(stated, stated.solve().chosen)
    assert set(works["asset_class"]) == {"bridge"}
    row = stated.row("fundable by no source 2019")
    assert stated.problem.caps[row] == 0
    assets = stated.inputs.register.assets.copy()
    assets.loc[0, ["committed_treatment", "committed_year"]] = ["resurfacing", 2020.0]
    with pytest.raises(ConfigError, match="works that no source may fund") as caught:
        case(assets=assets, sources=[GRANT])
    assert [fault.value for fault in caught.value.faults] == [assets["asset_id"][0]]


def poor_share(stated: Case, chosen: np.ndarray, year: int, members: np.ndarray) -> float:
    """Share of length in the two worst bands, from the trajectories as the summary counts them."""
    assets, model = stated.inputs.register.assets, stated.inputs.model
    trajectories = simulate(
        assets, starting_condition(assets, model), stated.formulation.options.schedule[chosen], model
    )
    length = assets["length_m"].to_numpy(dtype=float) * members
    index = trajectories.index.round(2)[:, year - 2018]
    totals = condition.quantity_in_bands("index", index, length)
    return float(totals[-2:].sum() / totals.sum())


def test_a_target_is_met_as_the_summary_counts_it() -> None:
    target = {"asset_class": "carriageway", "band": "poor", "year": 2019, "at_most": 0.2}
    stated = case(targets=[target])
    roads = (stated.inputs.register.assets["asset_class"] == "carriageway").to_numpy()
    solution = check(stated, "poor carriageway 2019", 0.01)
    share = poor_share(stated, solution.chosen, 2019, roads)
    assert share <= 0.2
    row = stated.row("poor carriageway 2019")
    # Kilometres of the row are those of the table.
    total = stated.inputs.register.assets["length_m"].to_numpy(dtype=float)[roads].sum() / 1000
    assert solution.used[row] == pytest.approx(share * total)
    assert stated.formulation.rows[row].unit == "km"


def test_index_of_candidates_is_that_of_the_trajectories() -> None:
    stated = case()
    options, inputs = stated.candidates, stated.inputs
    starting = starting_condition(inputs.register.assets, inputs.model)
    for place in range(0, 6):
        chosen = np.minimum(options.starts[:-1] + place * 3, options.starts[1:] - 1)
        trajectories = simulate(inputs.register.assets, starting, options.schedule[chosen], inputs.model)
        # Single precision of a figure to 0.01.
        np.testing.assert_allclose(options.index[chosen], trajectories.index[:, 1:].round(2), atol=1e-4)


def test_below_an_index_and_in_a_district() -> None:
    target = {"asset_class": "carriageway", "district": "Uphampton", "below": 45.5, "year": 2020, "at_most": 0.1}
    stated = case(targets=[{**target, "name": "Uphampton roads"}])
    assert stated.formulation.rows[-1].words == 'targets[1] "Uphampton roads" at_most 0.1 2020'
    solution = stated.solve()
    assets = stated.inputs.register.assets
    roads = ((assets["asset_class"] == "carriageway") & (assets["district"] == "Uphampton")).to_numpy()
    index = stated.formulation.options.index[solution.chosen, 1]
    length = assets["length_m"].to_numpy(dtype=float)
    assert length[roads & (index < 45.5)].sum() <= 0.1 * length[roads].sum()


def test_a_target_out_of_reach_is_named() -> None:
    target = {"asset_class": "carriageway", "band": "very poor", "year": 2019, "at_most": 0.0}
    stated = case({"lines": {"bridges": [60_000] * 3}}, targets=[target])
    with pytest.raises(InfeasibleError, match="very poor carriageway 2019"):
        stated.solve()


def test_works_are_every_treatment_of_every_candidate() -> None:
    stated = case()
    works = Works.of(stated.inputs.register.assets, stated.inputs.model, stated.candidates)
    assert len(works.option) == (stated.candidates.schedule >= 0).sum()
    assert works.cost.sum() == pytest.approx(stated.candidates.cost.sum())
