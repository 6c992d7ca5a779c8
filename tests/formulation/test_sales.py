"""Sales of premises as choices, each with its components: sold without works, or kept."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case_of, outcome_at, small_plan, small_register
from places import county_register

from assetplan import schema
from assetplan.answers.outlook import in_futures
from assetplan.errors import ConfigError
from assetplan.finance import stages
from assetplan.formulation.sales import SOLD
from assetplan.outcome.notes import notes
from assetplan.outcome.reasons import reasons
from assetplan.planning import plan
from assetplan.register import Register

TERMS = {"line": "property", "stage": "marketed"}
LINES = {"property": [60_000.0] * 3, "bridges": [60_000.0] * 3}


def register_of(*premises: dict[str, Any]) -> Register:
    """Two bridges, and premises of one block with two components each."""
    county = county_register().assets
    parts = county[(county["asset_class"] == "building") & (county["committed_treatment"] == "")]
    own = parts.iloc[: 2 * len(premises)].reset_index(drop=True)
    blocks = [f"{each['premises_id']}-1" for each in premises]
    own = own.assign(parent_id=np.repeat(blocks, 2), value=3.0, quantity=100.0, measure="grade", retention="")
    bridges = small_register().assets.query("asset_class == 'bridge'").iloc[:2]
    assets = pd.concat([bridges, own], ignore_index=True)
    tables = {
        "premises": pd.DataFrame(premises),
        "blocks": pd.DataFrame({"block_id": blocks, "premises_id": [each["premises_id"] for each in premises]}),
    }
    tables["blocks"]["gas_kwh"] = 10_000.0
    checked = {name: schema.conform(frame, name, "r")[0] for name, frame in tables.items()}
    return replace(small_register(), assets=assets, **checked)


HOUSE = {"premises_id": "P1", "name": "Old house", "sale_value": 40_000.0, "retention": "under review"}
DEPOT = {"premises_id": "P2", "name": "Depot", "sale_value": -5_000.0, "holding_cost": 2_000.0, "retention": "dispose"}


def stated(*premises: dict[str, Any], **keys: Any) -> Case:
    register = register_of(*premises)
    return case_of(small_plan({"lines": LINES}, **({"disposals": TERMS} | keys)), register=register)


def begun(of: Case) -> dict[str, int]:
    """Plan year in which each sale is, −1 for none, in the best plan."""
    options = of.formulation.bids
    rows = of.formulation.chosen_bids(of.solve())
    return dict(zip(options.names.tolist(), options.start[rows].tolist(), strict=True))


def best_of_all(of: Case) -> float:
    """The most of any choice within the limits and the modes of its groups, every choice tried."""
    problem, best = of.problem, -np.inf
    usage, flows = problem.usage.toarray(), problem.flows
    ranges = [range(a, b) for a, b in itertools.pairwise(problem.starts)]
    for chosen in itertools.product(*ranges):
        rows = np.array(chosen)
        modes = {(int(g), int(m)) for g, m in zip(problem.group, problem.mode[rows], strict=True) if g >= 0}
        used = usage[rows].sum(axis=0)
        if len(modes) == len({g for g, _ in modes}) and (used <= problem.caps + 1e-6).all():
            best = max(best, float(problem.benefit[rows].sum()))
    assert not flows.benefit.any()
    return best


def test_a_sale_and_the_works_beside_it_are_the_best_of_every_choice() -> None:
    of = stated({**HOUSE, "sale_value": 0.0, "holding_cost": 300.0})
    assert of.solve().benefit == pytest.approx(best_of_all(of), abs=0.01)


def test_what_is_sold_takes_no_works_and_what_is_kept_may() -> None:
    for value in (-1e6, 1e6):
        of = stated({**HOUSE, "sale_value": value})
        solution = of.solve()
        done = of.formulation.options.schedule[of.formulation.chosen(solution)] >= 0
        sold = begun(of)["sale of P1"] >= 0
        assert sold == (value > 0)
        assert done[2:].any() != sold


def test_the_worth_of_a_sale_is_receipt_holding_energy_and_burdens_by_hand() -> None:
    keys = {"disposals": {**TERMS, "energy": 0.05, "sales": [{"premises": "P1", "cost": 1_000.0}]}}
    of = stated({**HOUSE, "holding_cost": 300.0}, **keys)
    free = stated({**HOUSE, "holding_cost": 0.0, "sale_value": 0.0})
    factor = of.inputs.model.rules.discount
    middle = np.sqrt(factor[1:] * factor[:-1])
    options, bare = of.formulation.bids, free.formulation.bids
    for row in np.flatnonzero(options.start >= 0):
        year = options.start[row]
        worth = (40_000 * stages()["marketed"] - 1_000) * factor[year] + (300 + 500) * middle[year + 1 :].sum()
        assert options.benefit[row] - bare.benefit[row] == pytest.approx(worth)
    # What its components would cost for ever without works, from the year of the sale on.
    nothing = outcome_at(free, free.solve()).nothing
    whole = sum(float(values[2:].sum()) for values in nothing.streams.values())
    assert bare.benefit[1] == pytest.approx(whole)


def test_what_is_to_be_disposed_of_is_sold_by_its_date_though_it_costs() -> None:
    keys = {"disposals": {**TERMS, "sales": [{"premises": "P2", "latest": 2020}]}}
    of = stated({**DEPOT, "holding_cost": 0.0}, **keys)
    year = begun(of)["sale of P2"]
    assert year in (0, 1)
    row = of.formulation.chosen_bids(of.solve())[0]
    assert of.formulation.bids.cost[row].sum() == 5_000.0
    assert of.formulation.bids.receipt[row].sum() == 0.0


def test_without_disposals_premises_are_no_choice_and_retained_ones_never_are() -> None:
    register = register_of(HOUSE)
    assert not case_of(small_plan({"lines": LINES}), register=register).formulation.bids.bids
    assert not stated({**HOUSE, "retention": "retain"}).formulation.bids.bids
    assert not stated({**HOUSE, "retention": ""}).formulation.bids.bids


@pytest.mark.parametrize(
    ("premises", "keys", "column", "rule"),
    [
        ({"retention": "retain"}, {"sales": [{"premises": "P1"}]}, "sales[1].premises", "to be retained"),
        ({}, {"sales": [{"premises": "P9"}]}, "sales[1].premises", "no such premises"),
        ({"sale_value": np.nan}, {"sales": [{"premises": "P1"}]}, "sales[1].value", "has no value"),
        ({}, {"stage": "hoped for"}, "stage", "must be one of identified"),
        ({}, {"line": "harbours"}, "line", "the envelope has no such line"),
        ({}, {"sales": [{"premises": "P1"}, {"premises": "P1"}]}, "sales[2].premises", "more than once"),
        ({}, {"sales": [{"premises": "P1", "latest": 2031}]}, "sales[1].latest", "must be one of the plan's years"),
    ],
)
def test_a_sale_that_does_not_fit_is_refused_with_its_row(
    premises: dict[str, Any], keys: dict[str, Any], column: str, rule: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        stated({**HOUSE, **premises}, disposals={**TERMS, **keys})
    assert {(f.column, rule in f.rule) for f in caught.value.faults} == {(f"disposals.{column}", True)}


def test_a_receipt_is_counted_once() -> None:
    source = {"name": "sold", "type": "receipt", "stage": "banked", "amounts": [1.0] * 3, "premises": "P1"}
    keys = {"sources": [source, {"name": "all", "amounts": [1e6] * 3}], "receipts": {"source": "sold"}}
    with pytest.raises(ConfigError, match="would count twice") as caught:
        stated(HOUSE, **keys)
    assert [fault.column for fault in caught.value.faults] == ["sources[1].premises"]


def test_committed_works_on_what_is_to_be_disposed_of_are_refused_with_the_row() -> None:
    register = register_of(DEPOT)
    assets = register.assets.copy()
    assets.loc[3, ["committed_treatment", "committed_year"]] = ["component_renewal", 2020.0]
    with pytest.raises(ConfigError, match="are to be disposed of, and works on it are committed"):
        case_of(small_plan({"lines": LINES}, disposals=TERMS), register=replace(register, assets=assets))


def test_works_where_an_extension_is_planned_are_flagged() -> None:
    of = stated({**HOUSE, "retention": "retain", "expansion_year": 2022.0})
    outcome = outcome_at(of, of.solve())
    treated = (outcome.schedule >= 0).any(axis=1)
    flagged = np.array(["due to be extended in 2022" in why for why in reasons(outcome)])
    assert treated[2:].any()
    assert flagged.tolist() == (treated & (np.arange(len(treated)) >= 2)).tolist()
    assert "works where an extension is planned" in {row["check"] for row in notes(outcome, [])}


def test_what_is_sold_leaves_condition_and_backlog_from_the_year_of_its_sale() -> None:
    keys = {"disposals": {**TERMS, "sales": [{"premises": "P2", "earliest": 2020, "latest": 2020}]}}
    of = stated({**HOUSE, "sale_value": -1e6}, DEPOT, **keys)
    solution = of.solve()
    outcome = outcome_at(of, solution)
    kept = of.formulation.kept(solution)
    # The house stays; the depot is there at the end of 2018 and of 2019, and sold in 2020.
    assert kept[:4].all()
    assert kept[4:].tolist() == [[True, True, False, False]] * 2
    np.testing.assert_allclose(outcome.plan.bands[4:].sum(axis=2), [[1, 1, 0, 0]] * 2, atol=1e-6)
    assert (outcome.plan.backlog[4:, 2:] == 0).all()
    assert (outcome.plan.backlog[4:, :2] > 0).all()
    np.testing.assert_array_equal(outcome.plan.backlog[4:, :2], outcome.nothing.backlog[4:, :2])
    # If nothing is done nothing is sold.
    assert (outcome.nothing.backlog[4:] > 0).all()
    texts = {row["check"]: row["message"] for row in notes(outcome, [])}
    assert texts["assets that are sold"].startswith("2 components of premises that are sold")


def test_forecasts_leave_out_what_is_sold() -> None:
    of = stated({**HOUSE, "sale_value": -1e6}, forecast={"futures": 3})
    nothing = np.full((4, 3), -1, dtype=np.int8)
    kept = np.ones((4, 4), dtype=bool)
    kept[2:, 2:] = False
    every = in_futures(of.inputs, {"plan": nothing})["plan"].backlog
    left = in_futures(of.inputs, {"plan": nothing}, {"plan": kept})["plan"].backlog
    np.testing.assert_array_equal(left[:, :2], every[:, :2])
    assert (left[:, 2:] == 0).all()
    assert (every > 0).all()


@pytest.mark.parametrize("target", [{"band": "C", "at_most": 0.5}, {"at_least": 55.0}])
def test_a_target_counts_the_stock_that_is_kept(target: dict[str, Any]) -> None:
    """What the row comes to, less its bound, is that of the kept stock by itself, for every way to keep or sell."""
    keys = {"targets": [{"asset_class": "building", "year": 2020, "name": "held", **target}]}
    of = stated(HOUSE, {**DEPOT, "retention": "under review"}, **keys)
    problem, row = of.problem, of.row("held 2020")
    bound = target.get("at_most") or target["at_least"]
    limit = problem.caps[row] if "band" in target else problem.floors[row]
    value = of.inputs.register.assets["replacement_value"].to_numpy(dtype=float) / 1e6
    assert limit == pytest.approx(bound * value[2:].sum())
    usage = problem.usage[:, [row]].toarray().ravel()
    nothing = outcome_at(of, of.solve()).nothing
    counted = nothing.bands[:, 2, 2:].sum(axis=1) if "band" in target else nothing.index[:, 2]
    for asset in range(2, 6):
        for option in range(problem.starts[asset], problem.starts[asset + 1]):
            sold = problem.mode[option] >= SOLD
            if sold and problem.mode[option] - SOLD <= 1:
                assert usage[option] == pytest.approx(bound * value[asset])
            elif (of.formulation.options.schedule[option] < 0).all():
                assert usage[option] == pytest.approx(counted[asset] * value[asset], rel=1e-4)
    assert (problem.mode >= SOLD).sum() == 4 * 3 + 2 * 3


@pytest.mark.slow
def test_a_programme_with_a_sale_holds_and_says_why() -> None:
    programme = plan(small_plan({"lines": LINES}, disposals=TERMS), register_of(HOUSE, DEPOT), cores=1)
    chosen = programme.bids[programme.bids["chosen"]].set_index("bid")
    assert chosen.loc["sale of P2", "option"].startswith("sale@")
    works = programme.works[programme.works["asset_class"] == "bid"]
    assert set(works["treatment"]) == {"sale"}
    sold = programme.assets["reason"].str.startswith("Its premises are sold in")
    assert sold.sum() == 2 * chosen["start"].notna().sum()
    assert (programme.assets.loc[sold, "strategy"] == "do-nothing").all()
    sources = [s.rows for s in programme.accounts if s.name == "bids"]
    assert set(sources[0]["bid"]) == {"sale of P1", "sale of P2"}
