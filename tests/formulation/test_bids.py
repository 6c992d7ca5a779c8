"""Bids beside the works of assets: chosen as the best of all choices, within the same limits."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from constraint_cases import LINES, Case, case, check, exact, outcome_at, small_plan, small_register

from assetplan.errors import ConfigError, InfeasibleError
from assetplan.finance import stages
from assetplan.inputs.load import load_inputs
from assetplan.limits import LimitKey
from assetplan.statements.bids import contingency
from assetplan.statements.ledger import Ledger
from assetplan.statements.money import sources

WORTH = {"criteria": ["financial benefit"], "source": "case"}
SCHOOL = {**WORTH, "name": "School", "costs": {"bridges": [20_000.0, 15_000.0]}, "benefit": 90_000.0}
LIGHTS = {**WORTH, "name": "Lights", "costs": {"footways": [9_000.0], "bridges": [1_000.0]}, "saving": 1_500.0}
DEPOT = {**WORTH, "name": "Depot", "costs": {"footways": [100.0]}}
HALL = {**WORTH, "name": "Hall", "costs": {"bridges": [30_000.0]}, "benefit": 31_000.0}


def few(bids: list[dict[str, Any]], money: float = 1.0, **keys: Any) -> Case:
    """Three assets and some bids, with so much of the lines' money."""
    assets = small_register().assets
    part = assets[assets["asset_class"].isin(["bridge", "footway"])].iloc[:3].reset_index(drop=True)
    lines = {line: [money * amount for amount in amounts] for line, amounts in LINES.items()}
    return case({"lines": lines}, part, bids=bids, **keys)


def best_of_all(stated: Case) -> float:
    """The most of any choice within the caps, every choice tried; money of receipts is used as far as it is needed."""
    problem = stated.problem
    ranges = [range(a, b) for a, b in itertools.pairwise(problem.starts)]
    best = -np.inf
    usage = problem.usage.toarray()
    for chosen in itertools.product(*ranges):
        used = usage[list(chosen)].sum(axis=0)
        if (used <= problem.caps + 1e-6).all():
            best = max(best, float(problem.benefit[list(chosen)].sum()))
    return best


def start_of(stated: Case, name: str) -> int:
    """Plan year in which a bid begins in the best plan, −1 where it is left out."""
    options = stated.formulation.bids
    chosen = stated.formulation.chosen_bids(stated.solve())
    return int(options.start[chosen[list(options.names).index(name)]])


@pytest.mark.parametrize("money", [0.3, 0.6, 1.0])
def test_the_plan_is_the_best_of_every_choice_of_assets_and_bids(money: float) -> None:
    stated = few([SCHOOL, LIGHTS, HALL], money)
    assert stated.solve().benefit == pytest.approx(best_of_all(stated), abs=0.01)


def test_a_plan_without_bids_is_stated_as_ever() -> None:
    plain, stated = few([]), few([SCHOOL])
    n = plain.problem.n_options
    assert plain.problem.n_assets == 3
    assert plain.formulation.bids.names.size == 0
    np.testing.assert_array_equal(stated.problem.benefit[:n], plain.problem.benefit)
    np.testing.assert_array_equal(stated.problem.usage[:n].toarray(), plain.problem.usage.toarray())


def test_a_bid_starts_so_that_the_plan_pays_for_all_of_it_unless_it_says_otherwise() -> None:
    def starts(**keys: Any) -> list[int]:
        options = few([{**SCHOOL, **keys}]).formulation.bids
        return options.start[options.start >= 0].tolist()

    assert starts() == [0, 1]
    assert starts(latest=2021) == [0, 1, 2]
    # Costs longer than the plan start with it, or when they may.
    assert starts(costs={"bridges": [1_000.0] * 5}) == [0]
    assert starts(costs={"bridges": [1_000.0] * 5}, earliest=2020) == [1]


def test_a_bids_worth_is_the_sum_of_its_years_by_hand() -> None:
    bid = {**SCHOOL, "saving": 1_000.0, "saving_years": 2, "receipts": [0, 8_000.0], "receipts_stage": "marketed"}
    options = few([{**bid, "earliest": 2020, "latest": 2020, "mandatory": True}]).formulation.bids
    factor = [1 / 1.035**k for k in range(6)]
    middle = [(factor[k] * factor[k + 1]) ** 0.5 for k in range(5)]
    worth = 90_000 * factor[1] - 20_000 * factor[1] - 15_000 * factor[2]
    worth += 1_000 * (middle[3] + middle[4]) + 8_000 * stages()["marketed"] * factor[2]
    assert options.benefit.tolist() == pytest.approx([worth])
    assert options.receipt.tolist() == [[0.0, 0.0, 4_000.0]]
    assert options.present_cost.tolist() == pytest.approx([20_000 * factor[1] + 15_000 * factor[2]])


def test_costs_after_the_plan_years_take_none_of_its_money_and_count_in_its_worth() -> None:
    options = few([{**SCHOOL, "earliest": 2021}]).formulation.bids
    assert options.start.tolist() == [-1, 2]
    assert options.cost.sum(axis=(1, 2)).tolist() == [0.0, 20_000.0]
    assert options.later.tolist() == [0.0, 15_000.0]
    assert options.benefit[1] == pytest.approx(70_000 / 1.035**2 - 15_000 / 1.035**3)


def test_bids_compete_for_a_line_at_its_price() -> None:
    check(case(bids=[SCHOOL, HALL]), "bridges 2020", 1.0)


@pytest.mark.parametrize("more", [1.2, 2.0])
def test_more_money_never_lowers_the_optimum(more: float) -> None:
    bids = [SCHOOL, {**HALL, "receipts": [0, 9_000.0], "receipts_probability": 0.5}, LIGHTS]
    less, rich = (few(bids, share).solve().benefit for share in (0.6, 0.6 * more))
    assert rich >= less - 0.01


def test_a_bid_of_least_money_is_left_out_and_a_mandatory_one_is_not() -> None:
    dear = {**HALL, "benefit": 0.0}
    assert start_of(few([dear]), "Hall") == -1
    assert start_of(few([{**dear, "mandatory": True}]), "Hall") >= 0
    due = few([{**dear, "mandatory": True, "latest": 2019}])
    assert start_of(due, "Hall") == 0


def test_a_mandatory_bid_that_cannot_be_paid_is_named_with_the_least_change() -> None:
    dear = {**WORTH, "name": "Defect", "costs": {"bridges": [75_000.0]}, "mandatory": True, "latest": 2019}
    stated = few([dear])
    with pytest.raises(InfeasibleError, match="bridges 2019") as caught:
        stated.solve()
    (change,) = caught.value.changes
    assert change.limit == LimitKey("line", line="bridges", year=2019)
    assert change.needed == pytest.approx(75_000.0)
    assert "envelope.lines.bridges 2019" in str(stated.formulation.in_plan_words(caught.value))


def test_receipts_are_spent_once_in_their_year_or_later_and_never_before() -> None:
    sale = {
        **WORTH,
        "name": "Depot",
        "costs": {"footways": [100.0]},
        "receipts": [0, 40_000.0],
        "receipts_probability": 0.5,
    }
    stated = case({"lines": {**LINES, "bridges": [20_000.0] * 3}}, bids=[sale, SCHOOL])
    solution = stated.settled()
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    came = stated.formulation.bids.receipt[stated.formulation.chosen_bids(solution)].sum(axis=0)
    assert came.sum() == 20_000.0
    given = np.zeros(3)
    for flow, amount in zip(stated.formulation.flows, solution.amounts, strict=True):
        if flow.key.kind == "receipt":
            given[flow.key.year - 2019] += amount
    assert given.sum() > 0
    assert (given.cumsum() <= came.cumsum() + 0.01).all()
    without = case({"lines": {**LINES, "bridges": [20_000.0] * 3}}, bids=[SCHOOL])
    assert without.solve().benefit < solution.benefit


def test_receipts_go_to_the_lines_that_are_named() -> None:
    sale = {
        **WORTH,
        "name": "Depot",
        "costs": {"footways": [100.0]},
        "receipts": [40_000.0],
        "receipts_probability": 1.0,
    }
    stated = case(bids=[sale], receipts={"lines": ["footways"]})
    assert {flow.key.line for flow in stated.formulation.flows if flow.key.kind == "receipt"} == {"footways"}


def test_receipts_of_bids_add_to_the_source_that_takes_them() -> None:
    own = {"name": "council", "amounts": [60_000.0] * 3}
    sales = {"name": "sales", "type": "receipt", "stage": "banked", "amounts": [0.0] * 3}
    sale = {
        **WORTH,
        "name": "Depot",
        "costs": {"footways": [100.0]},
        "receipts": [30_000.0],
        "receipts_probability": 1.0,
    }
    stated = case(sources=[own, sales], receipts={"source": "sales"}, bids=[{**sale, "latest": 2019}])
    solution = stated.settled()
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    used = [
        (flow.key.year, amount)
        for flow, amount in zip(stated.formulation.flows, solution.amounts, strict=True)
        if flow.key.kind == "source" and flow.key.source == "sales"
    ]
    assert 20_000.0 < sum(amount for _, amount in used) <= 30_000.01
    assert len({year for year, amount in used if amount > 1}) > 1  # what is not used in its year stays
    rows = next(sources(Ledger(outcome_at(stated, solution), pd.DataFrame()))).rows.query("source == 'sales'")
    assert rows["available"].iloc[0] == 30_000.0
    assert rows["left"].min() >= 0


def test_selectors_of_lines_and_districts_mean_bids_and_those_of_assets_do_not() -> None:
    place = small_register().assets["district"].iloc[0]
    caps = [
        {"name": "bridges at all", "line": "bridges", "at_most": 25_000.0},
        {"name": "here", "district": place, "at_most": 1e9},
        {"name": "of bridges", "asset_class": "bridge", "at_most": 1e9},
    ]
    stated = few([{**SCHOOL, "district": place}], limits=caps)
    first = len(stated.formulation.options.asset)
    uses = {
        str(key): stated.problem.usage[first:, [k]].toarray().max() for k, key in enumerate(stated.problem.resources)
    }
    assert [uses[limit["name"]] for limit in caps] == [35_000.0, 35_000.0, 0.0]


def test_assets_alone_keep_what_bids_leave() -> None:
    stated = few([SCHOOL, LIGHTS], 0.6)
    solution = stated.solve()
    alone, own = stated.formulation.of_assets(solution)
    assert alone.problem.n_assets == 3
    again = replace(stated, formulation=alone).solve()
    assert again.benefit == pytest.approx(own.benefit, abs=0.01)
    np.testing.assert_allclose(alone.problem.used(own.chosen, own.amounts), own.used)


def test_what_latent_defects_are_expected_to_cost_is_held_in_their_line() -> None:
    defects = {"name": "cladding", "line": "bridges", "number": 100, "chance": 0.1, "cost": 1_800.0}
    held, free = few([SCHOOL], contingency=[defects]), few([SCHOOL])
    caps = [each.problem.caps[each.row("bridges 2020")] for each in (held, free)]
    assert caps[1] - caps[0] == pytest.approx(100 * 0.1 * 1_800 / 3)
    (statement,) = contingency(Ledger(outcome_at(held, held.solve()), pd.DataFrame()))
    row = statement.rows.iloc[0]
    assert row["expected"] == 18_000
    assert row["expected"] * 0.9 < row["p50"] <= row["p80"]
    with pytest.raises(ConfigError, match="is expected to cost 18000 with what else the line holds"):
        small_plan({"lines": {**LINES, "bridges": [5_000.0] * 3}}, contingency=[defects])
    with pytest.raises(ConfigError, match=r"contingency\[1\]\.line"):
        small_plan(contingency=[{**defects, "line": "harbours"}])


FAULTS = [
    ({"costs": {}}, "costs", "a bid has a cost"),
    ({"costs": {"bridges": [0.0]}}, "costs", "a bid has a cost"),
    ({"costs": {"harbours": [1.0]}}, "costs", "the envelope has no such line"),
    ({"earliest": 2018}, "earliest", "must be one of the plan's years, 2019 to 2021"),
    ({"earliest": 2021, "latest": 2020}, "latest", "is before the earliest year"),
    ({"receipts": [1.0]}, "receipts_stage", "receipts need a stage or a probability"),
    ({"receipts_stage": "banked"}, "receipts_stage", "belongs to receipts"),
    ({"saving_years": 3}, "saving_years", "belongs to a saving"),
    ({"receipts": [1.0], "receipts_probability": 1.2}, "receipts_probability", "less than or equal to 1"),
]


@pytest.mark.parametrize(("keys", "column", "rule"), FAULTS)
def test_a_bid_that_does_not_fit_is_refused_with_its_row(keys: dict[str, Any], column: str, rule: str) -> None:
    with pytest.raises(ConfigError) as caught:
        small_plan(bids=[HALL, {**SCHOOL, **keys}])
    assert [(f.column, rule in f.rule) for f in caught.value.faults] == [(f"bids[2].{column}", True)]


def test_names_are_of_one_bid_and_of_no_asset() -> None:
    with pytest.raises(ConfigError, match="is there more than once"):
        small_plan(bids=[SCHOOL, SCHOOL])
    asset = str(small_register().assets["asset_id"].iloc[0])
    with pytest.raises(ConfigError, match="is an asset of the register"):
        case(bids=[{**SCHOOL, "name": asset}])
    with pytest.raises(ConfigError, match=r"receipts\.source"):
        small_plan(
            sources=[{"name": "a", "amounts": [1.0] * 3}],
            bids=[{**SCHOOL, "receipts": [1], "receipts_stage": "banked"}],
        )


TABLE = """name,line,costs,latest,mandatory,saving,receipts_stage,receipts,criteria
Roof of the annexe,bridges,12000;3000,2020,yes,,,,statutory
Old depot,footways,500,,,250,marketed,0;9000,financial benefit;emergency
"""


def test_bids_of_a_table_stand_beside_those_of_the_file(tmp_path) -> None:
    (tmp_path / "defects.csv").write_text(TABLE, encoding="utf-8")
    plan = small_plan(bids=[SCHOOL], tables={"bids": str(tmp_path / "defects.csv")})
    school, roof, depot = load_inputs(plan, small_register()).bids
    assert [each.name for each in (school, roof, depot)] == ["School", "Roof of the annexe", "Old depot"]
    assert roof.costs["bridges"].tolist() == [12_000.0, 3_000.0]
    assert (roof.mandatory, roof.earliest, roof.latest, roof.length) == (True, 0, 1, 2)
    assert (depot.saving, depot.saving_years, depot.receipts_stage) == (250.0, None, "marketed")
    assert depot.receipts.tolist() == [0.0, 9_000.0]
    assert depot.probability == stages()["marketed"]


def test_faults_of_a_table_are_listed_with_their_lines(tmp_path) -> None:
    text = TABLE.replace("12000;3000", "12,000").replace("bridges", "harbours")
    text = text.replace("12,000", '"12,000;x"') + "Old depot,footways,1,2018,no,,,,statutory\n"
    (tmp_path / "defects.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_inputs(small_plan(tables={"bids": str(tmp_path / "defects.csv")}), small_register())
    assert {(fault.row, fault.column) for fault in caught.value.faults} >= {(2, "costs"), (4, "name"), (4, "latest")}


def test_a_layer_of_bids_has_their_places_and_the_columns_of_the_table(tmp_path) -> None:
    rows = {
        "name": ["Hall"] * 2, "variant": ["reduced", "enhanced"], "line": "bridges", "costs": ["9000", "20000;8000"],
        "criteria": "emergency", "benefit": [20_000.0, 50_000.0], "benefits": ["", "claims=1500"], "source": "case",
        "promoter": "Estates", "stage": "outline", "grants": ["", "4000"], "grants_probability": [None, 0.25],
    }  # fmt: skip
    place = gpd.GeoSeries.from_wkt(["POINT (450000 200000)", "POLYGON ((0 0, 9 0, 9 9, 0 0))"], crs="EPSG:27700")
    gpd.GeoDataFrame(rows, geometry=place).to_file(tmp_path / "bids.gpkg", layer="bids", engine="pyogrio")
    reduced, enhanced = load_inputs(small_plan(tables={"bids": str(tmp_path / "bids.gpkg")}), small_register()).bids
    assert (reduced.place.wkt, enhanced.place.geom_type) == ("POINT (450000 200000)", "Polygon")
    assert (reduced.variant, enhanced.variant, enhanced.promoter, enhanced.stage) == (
        *("reduced", "enhanced"), *("Estates", "outline"),
    )  # fmt: skip
    assert (enhanced.benefit, dict(enhanced.streams)) == (51_500.0, {"claims": 1_500.0})
    assert enhanced.costs["bridges"].tolist() == [19_000.0, 8_000.0]
