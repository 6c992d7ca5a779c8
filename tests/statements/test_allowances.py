"""Allowances add to what works cost, stand apart in a statement, and design and supervision may be limited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from constraint_cases import Case, case, check, outcome_at, small_plan

from assetplan.config import Plan
from assetplan.errors import ConfigError
from assetplan.finance.allowances import allowance_shares, with_allowances
from assetplan.inputs.bids import load_bids
from assetplan.outcome.tables import programme_tables
from assetplan.statements.allowances import allowances
from assetplan.statements.ledger import Ledger

SHARES: dict[str, Any] = {
    "design": {"default": 0.1, "bridges": 0.2},
    "risk": {"default": 0.05, "outline": 0.3, "in delivery": 0.0},
    "optimism": {"surface_dressing": 0.15, "outline": 0.24},
}


def plan_of(**keys: object) -> Plan:
    return small_plan(allowances=SHARES, **keys)


def test_the_nearest_name_that_is_stated_counts() -> None:
    plan = plan_of()
    assert allowance_shares(plan, "surface_dressing", "carriageway_preventative").tolist() == [0.1, 0.05, 0.15]
    assert allowance_shares(plan, "anything", "bridges").tolist() == [0.2, 0.05, 0.0]
    assert with_allowances(plan, "School", "outline", "property") == pytest.approx(1.64)
    assert with_allowances(small_plan(), "surface_dressing") == 1.0


def test_works_and_their_sites_cost_their_allowances_more() -> None:
    plain, dearer = case(sites={"costs": "single"}), case(sites={"costs": "single"}, allowances=SHARES)
    groups = plain.inputs.model.catalogue.treatments
    for group, own in dearer.inputs.model.catalogue.treatments.items():
        for with_them, without in zip(own, groups[group], strict=True):
            times = with_allowances(dearer.inputs.plan, without.name, without.line)
            assert with_them.unit_cost == pytest.approx(without.unit_cost * times)
            for money in ("fixed", "traffic_management"):
                before, after = (each.inputs.sites.loc[without.name, money] for each in (plain, dearer))
                assert after == pytest.approx(before * times, nan_ok=True)


def test_a_bid_bears_the_allowance_of_its_stage() -> None:
    bids = [
        {"name": name, "costs": {"bridges": [1_000.0]}, "criteria": ["statutory"], "stage": stage}
        for name, stage in (("early", "outline"), ("late", "in delivery"))
    ]
    plan = plan_of(bids=bids)
    cost = {
        bid.name: float(bid.costs["bridges"].sum())
        for bid in load_bids(plan, case().inputs.register.assets, case().inputs.tables)
    }
    assert cost == pytest.approx({"early": 1_740.0, "late": 1_200.0})


@pytest.fixture(scope="module")
def stated() -> Case:
    return case(allowances=SHARES)


def test_the_parts_of_a_line_come_to_what_it_spends(stated: Case) -> None:
    outcome = outcome_at(stated, stated.settled(1e-2, 10.0))
    ledger = Ledger(outcome, programme_tables(outcome)[0])
    (table,) = allowances(ledger)
    parts = table.rows.groupby("line", sort=False)[ledger.years].sum()
    for line, spent in ledger.spent.iterrows():
        np.testing.assert_allclose(parts.loc[str(line)], spent, atol=2.0)  # four parts, each to the pound
    bridges = table.rows.query("line == 'bridges'").set_index("part")["total"]
    assert bridges["Works"] > 0
    assert bridges["Design and supervision"] / bridges["Works"] == pytest.approx(0.2, abs=1e-3)
    assert bridges["Optimism bias"] == 0
    plain = replace(outcome, inputs=replace(outcome.inputs, plan=small_plan()))
    assert list(allowances(Ledger(plain, ledger.works))) == []


def test_a_limit_on_design_and_supervision_binds() -> None:
    limit = {"name": "design staff", "of": "design", "at_most": [2_000.0] * 3}
    check(case(allowances=SHARES, limits=[limit]), "design staff 2020", 100.0)


@pytest.mark.parametrize(
    ("keys", "key", "rule"),
    [
        ({"allowances": {"risk": {"roads": 0.1}}}, "allowances.risk", "must be one of default"),
        ({"allowances": {"design": {"default": -0.1}}}, "allowances.design.default", "greater than or equal to 0"),
        ({"limits": [{"name": "staff", "of": "design", "at_most": 1.0}]}, "limits[1].of", "state allowances.design"),
    ],
)
def test_what_an_allowance_may_not_be(keys: dict[str, Any], key: str, rule: str) -> None:
    with pytest.raises(ConfigError) as caught:
        case(**keys)
    fault = caught.value.faults[0]
    assert fault.column == key
    assert rule in fault.rule
