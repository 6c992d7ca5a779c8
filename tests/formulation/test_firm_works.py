"""Firm works of an earlier programme stand in the next plan, where they can still be done."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case, exact, outcome_at, small_plan, small_register, street

from assetplan.delimited import write_csv
from assetplan.errors import ConfigError, InfeasibleError
from assetplan.formulation.build import less_firm
from assetplan.formulation.firm import CHECK
from assetplan.inputs.load import load_inputs
from assetplan.optimisation.problem import Solution
from assetplan.outcome.tables import programme_tables

LATER = {"first_year": 2020, "later_surveys": "hold", "sites": {"costs": "none", "closed_again": 0}}
"""The plan of a year later; what was done in 2019 does not keep its works away."""


@cache
def approved() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Works and assets of the plan that begins in 2019, firm in 2019 and 2020."""
    stated = case()
    works, assets = programme_tables(outcome_at(stated, stated.solve()))
    return works.drop(columns="geometry"), pd.DataFrame(assets.drop(columns="geometry"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Output folder of that plan."""
    works, assets = approved()
    write_csv(works, tmp_path / "programme.csv")
    assets.to_parquet(tmp_path / "assets.parquet")
    return tmp_path


def firm_works() -> set[tuple[str, str]]:
    """The firm works of its second year, by asset."""
    works = approved()[0]
    second = works[works["year"] == 2020]
    return {(row.asset_id, f"{row.treatment}@2020") for row in second.itertuples()}


def works_of(stated: Case, solution: Solution) -> set[tuple[str, str]]:
    """The works of a plan, by asset."""
    ids = stated.inputs.register.assets["asset_id"]
    steps = zip(ids, map(stated.strategy, solution.chosen), strict=True)
    return {(asset, step) for asset, strategy in steps for step in strategy.split("+") if step != "do-nothing"}


def later(folder: Path, price: float = 0.0, **keys: object) -> Case:
    firm = {"firm": keys.pop("firm")} if "firm" in keys else {}
    return case(stability={"from": str(folder), "price": price, **firm}, **{**LATER, **keys})


def notes(stated: Case) -> list[str]:
    return [message for check, message in stated.formulation.notes if check == CHECK]


def test_works_are_firm_in_the_first_two_years_unless_the_plan_says_otherwise() -> None:
    works = approved()[0]
    assert dict(zip(works["year"], works["status"], strict=True)) == {2019: "firm", 2020: "firm", 2021: "indicative"}
    for stated, firm in ((0, set()), (1, {2019}), (3, {2019, 2020, 2021})):
        inputs = load_inputs(small_plan(programme={"firm_years": stated}), small_register())
        assert set(inputs.firm_years) == firm


@pytest.mark.slow
def test_firm_works_of_the_second_year_all_stand_in_the_next_plan(folder: Path) -> None:
    firm = firm_works()
    assert len(firm) > 5
    moved = later(folder, firm="price")
    assert firm - works_of(moved, moved.solve()), "nothing holds them at a price of 0"
    for price in (0.0, 3_000.0):
        stated = later(folder, price)
        solution = stated.solve()
        assert not firm - works_of(stated, solution)
        # Not this choice alone: every candidate of such an asset has its firm works.
        assert all(step in stated_one for asset, step in firm for stated_one in stated.names(asset))
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    assert notes(stated) == [f"{len(firm)} works items of the earlier programme's firm years held as approved."]


def test_works_in_a_year_that_the_earlier_programme_did_not_have_are_no_change(folder: Path) -> None:
    stated = later(folder, 1.0)
    assets, earlier = stated.inputs.register.assets["asset_id"], approved()[1].set_index("asset_id")["strategy"]
    for option, changed in enumerate(stated.formulation.changes):
        was = earlier[assets[stated.formulation.options.asset[option]]]
        kept = [
            {step for step in text.split("+") if step.endswith(("@2020", "@2021"))}
            for text in (was, stated.strategy(option))
        ]
        assert changed == (kept[0] != kept[1])


def test_firm_works_of_assets_that_are_gone_or_may_not_have_them_are_let_go_and_named(folder: Path) -> None:
    assets = small_register().assets
    gone, sold = sorted(asset for asset, _ in firm_works())[:2]
    left = assets[assets["asset_id"] != gone].reset_index(drop=True)
    left.loc[left["asset_id"] == sold, ["committed_treatment", "committed_year"]] = ["resurfacing", 2021.0]
    stated = later(folder, assets=left)
    held, *others = notes(stated)
    assert held.startswith(f"{len(firm_works()) - 2} works items")
    assert [(name in text, "S0" in text) for name, text in zip((gone, sold), others, strict=True)] == [(True, True)] * 2
    kept = {works for works in firm_works() if works[0] not in (gone, sold)}
    assert not kept - works_of(stated, stated.solve())


def test_firm_works_of_a_scheme_share_a_site_as_they_did_whatever_their_neighbours_do(tmp_path: Path) -> None:
    road, rich = street([35.0] * 4), {"lines": {"carriageway_preventative": [9e9] * 3, "carriageway_major": [9e9] * 3}}
    keys = {**LATER, "sites": {"costs": "shared"}}
    free = case(rich, road, **keys)
    assert len(set(free.formulation.sharing.group)) == 1
    works = pd.DataFrame({"asset_id": ["R0", "R1"], "scheme_id": "S1", "year": 2020, "treatment": "resurfacing"})
    write_csv(works.assign(status="firm"), tmp_path / "programme.csv")
    strategy = ["resurfacing@2020"] * 2 + ["do-nothing"] * 2
    pd.DataFrame({"asset_id": road["asset_id"], "strategy": strategy}).to_parquet(tmp_path / "assets.parquet")
    stated = case(rich, road, stability={"from": str(tmp_path), "price": 0.0}, **keys)
    group = stated.formulation.sharing.group.tolist()
    assert group[0] == group[1] != group[2] == group[3]
    solution = stated.solve()
    sites = stated.formulation.sharing.sites(solution.chosen)
    assert {0, 1} <= set(sites.loc[(sites["year"] == 0) & (sites["saved"] > 0), "asset"])
    assert {("R0", "resurfacing@2020"), ("R1", "resurfacing@2020")} <= works_of(stated, solution)


POOR = {"carriageway_major": [0, 9e9, 0, 0], "carriageway_preventative": [0, 0, 0, 9e9], "bridges": [0, 9e9, 0, 0]}
"""Roads are closed for the one line in 2020, for the other in 2022."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "closed"),
    [([35.0, 36.0, 35.0], [2020]), ([35.0, 64.0, 35.0, 62.0, 36.0, 66.0], [2020, 2022])],
    ids=["once", "twice, the bridge on a section of the second closure"],
)
def test_firm_works_of_a_road_and_its_bridge_cost_no_more_a_year_later(
    values: list[float], closed: list[int], tmp_path: Path
) -> None:
    assets, keys = street(values, bridge=64.0), {"years": 4, "programme": {"firm_years": 4}}
    keys["sites"] = {"costs": "shared", "closed_again": 2}
    first = case({"lines": POOR}, assets, **keys)
    assert len(first.formulation.sharing.modes["scheme"].unique()) == 1
    works, table = programme_tables(outcome_at(first, first.solve()))
    assert sorted(set(works["year"])) == closed
    assert len(works) == len(assets)
    assert works["scheme_id"].nunique() == len(closed)
    write_csv(works.drop(columns="geometry"), tmp_path / "programme.csv")
    pd.DataFrame(table.drop(columns="geometry")).to_parquet(tmp_path / "assets.parquet")
    rich, stability = {"lines": dict.fromkeys(POOR, [9e9] * 4)}, {"from": str(tmp_path), "price": 0.0}
    second = case(rich, assets, first_year=2020, later_surveys="hold", stability=stability, **keys)
    after = programme_tables(outcome_at(second, second.solve()))[0]
    on = ["asset_id", "year", "treatment"]
    both = works.merge(after, on=on, how="left", suffixes=("", "_after"))
    group = first.inputs.register.assets["group"][0]
    was, now = (each.inputs.model.catalogue.treatments[group][0].unit_cost for each in (first, second))
    assert both["cost_after"].to_numpy() == pytest.approx(both["cost"] * now / was, abs=0.02)
    assert both.groupby("scheme_id")["scheme_id_after"].nunique().eq(1).all()


def test_later_works_of_a_firm_section_are_of_the_least_size_too(tmp_path: Path) -> None:
    assets, rich = street([45.0]), {"lines": dict.fromkeys(POOR, [9e9] * 6)}
    works = pd.DataFrame({"asset_id": ["R0"], "scheme_id": "S1", "year": 2020, "treatment": "patching"})
    write_csv(works.assign(status="firm"), tmp_path / "programme.csv")
    pd.DataFrame({"asset_id": ["R0"], "strategy": ["patching@2020"]}).to_parquet(tmp_path / "assets.parquet")
    twice = {"max_treatments": 2, "min_interval": 3}
    stability = {"from": str(tmp_path), "price": 0.0}
    ruled, free = (
        case(rich, assets, years=6, strategies=twice, stability=stability, **{**LATER, "sites": {"minimum": least}})
        for least in (None, 0)
    )
    later = [
        {len(each.works(option)) for option in range(len(each.formulation.options.asset))} for each in (ruled, free)
    ]
    assert later == [{1}, {1, 2}]


def test_firm_works_of_a_scheme_of_the_plan_file_save_no_site_that_it_does_not_pay(tmp_path: Path) -> None:
    assets, rich = street([35.0, 36.0]), {"lines": dict.fromkeys(POOR, [9e9] * 3)}
    works = pd.DataFrame({"asset_id": ["R0", "R1"], "scheme_id": "S1", "year": 2020, "treatment": "resurfacing"})
    write_csv(works.assign(status="firm"), tmp_path / "programme.csv")
    strategy = ["resurfacing@2020"] * 2
    pd.DataFrame({"asset_id": assets["asset_id"], "strategy": strategy}).to_parquet(tmp_path / "assets.parquet")
    keys = {**LATER, "schemes": [{"name": "Bypass", "assets": ["R0", "R1"], "treatment": "resurfacing"}]}
    stability = {"from": str(tmp_path), "price": 0.0}
    unit, shared = (
        case(rich, assets, stability=stability, **{**keys, "sites": {"costs": costs}}) for costs in ("none", "shared")
    )
    assert not shared.formulation.sharing.copies.any()
    assert np.array_equal(shared.formulation.options.cost, unit.formulation.options.cost)


def test_a_row_of_another_status_is_no_longer_firm(folder: Path) -> None:
    works = approved()[0].copy()
    released = works["asset_id"] == min(firm_works())[0]
    works.loc[released, "status"] = "indicative"
    write_csv(works, folder / "programme.csv")
    assert notes(later(folder))[0].startswith(f"{len(firm_works()) - 1} works items")


def test_a_rule_that_contradicts_firm_works_is_named_with_them(folder: Path) -> None:
    asset, works = min(firm_works())
    forbid = {"asset": asset, "treatment": works.partition("@")[0], "years": 2020}
    with pytest.raises(ConfigError) as caught:
        later(folder, rules={"forbid": [forbid]})
    (fault,) = caught.value.faults
    assert (fault.column, fault.value) == ("stability.firm", asset)
    assert fault.rule == f"its firm works, {works}, contradict rules.forbid[1]"
    with pytest.raises(ConfigError, match=rf"{works}, contradict calendar\[1\]"):
        later(folder, calendar=[{"name": "new main", "asset": asset, "years": [2020]}])
    with pytest.raises(ConfigError, match=r"contradict rules\.lock\[1\]"):
        later(folder, rules={"lock": [{"asset": asset, "strategy": "do-nothing"}]})


def test_a_scheme_of_the_plan_file_that_contradicts_firm_works_is_named_with_them(folder: Path) -> None:
    asset, works = min(firm_works())
    scheme = {"name": "Bypass", "assets": [asset], "treatment": works.partition("@")[0]}
    with pytest.raises(ConfigError, match=r"schemes\[1\].*'Bypass'.*rules or firm works \(stability\.firm\)"):
        later(folder, schemes=[{**scheme, "years": [2021]}])
    stated = later(folder, schemes=[scheme])
    assert (asset, works) in works_of(stated, stated.solve())


def test_money_too_short_for_firm_works_says_that_they_stand(folder: Path) -> None:
    poor = later(folder, envelope={"lines": {"carriageway_preventative": [1.0] * 3, "carriageway_major": [1.0] * 3}})
    with pytest.raises(InfeasibleError) as caught:
        poor.solve()
    assert "Firm works of the earlier programme stand on" in str(poor.formulation.in_plan_words(caught.value))


def test_a_folder_that_does_not_say_what_is_firm_holds_nothing_and_says_so(folder: Path) -> None:
    write_csv(approved()[0].drop(columns="status"), folder / "programme.csv")
    assert notes(later(folder)) == ["The earlier programme does not say which of its works are firm: none is held."]
    with pytest.raises(ConfigError, match=r"stability\.from.*does not say which of its works are firm"):
        later(folder, firm="lock")


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("status", "sure", "must be firm, indicative or spent"),
        ("year", "2019.5", "has no such works of this asset in this year"),
        ("treatment", "paint", "has no such works of this asset in this year"),
        ("asset_id", "R9", "has no such works of this asset in this year"),
    ],
)
def test_firm_works_that_the_earlier_programme_does_not_have_are_faults(
    folder: Path, column: str, value: str, rule: str
) -> None:
    works = approved()[0].astype({column: object})
    works.loc[0, column] = value
    write_csv(works, folder / "programme.csv")
    with pytest.raises(ConfigError) as caught:
        later(folder)
    (fault,) = caught.value.faults
    assert fault.row == 2
    assert rule in fault.rule


def test_what_firm_works_use_is_taken_off_their_options_and_the_limits_alike() -> None:
    stated = case().problem
    firm = np.array([0, 3, 7])
    less = less_firm(stated, firm)
    draw = np.random.default_rng(1)
    for _ in range(20):
        chosen = draw.integers(stated.starts[:-1], stated.starts[1:])
        left, now = (each.caps - each.usage[chosen].sum(axis=0) for each in (stated, less))
        np.testing.assert_allclose(now, left)
    assert not less.usage[less.starts[firm]].sum()
    assert less_firm(stated, firm[:0]) is stated
