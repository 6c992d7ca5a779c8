"""The small example county with statutory works: they are paid first, and the rest is traded at one price of money."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from places import SMALL_COUNTY, county_register

from assetplan import read_plan
from assetplan.config import Plan
from assetplan.limits import LimitKey
from assetplan.preparation import Clock, Prepared, prepare, solved

pytestmark = pytest.mark.slow

FIRE_DOORS = 60_000.0


def stated(folder: Path, statutory: bool) -> Plan:
    """The example's plan with all money free to move between its lines, with or without statutory works."""
    plan = read_plan(SMALL_COUNTY / "plan.toml")
    free = plan.envelope.model_copy(update={"virement": dict.fromkeys(["default", *plan.envelope.virement], 1.0)})
    plan = plan.model_copy(update={"envelope": free})
    if not statutory:
        return plan
    assets = county_register().assets
    school = assets.loc[assets["asset_class"] == "building", "asset_id"].iloc[0]
    rows = (
        "asset_id,regime,last,criterion_met,remedial_cost,remedial_year,price_base\n"
        f"{school},gas_appliances,2018-06-01,yes,,,\n"
        f"{school},fire_risk_assessment,2016-05-01,no,{FIRE_DOORS},2020,2019\n"
    )
    (folder / "tests.csv").write_text(rows, encoding="utf-8")
    tables = plan.tables.model_copy(update={"statutory_tests": str(folder / "tests.csv")})
    return plan.model_copy(update={"tables": tables})


def test_statutory_works_are_paid_first_and_the_rest_has_one_price_on_roads_and_on_buildings(tmp_path: Path) -> None:
    def solve(plan: Plan):  # type: ignore[no-untyped-def]
        made: Prepared = prepare(plan, None, Clock(lambda stage: None))
        return made, made.formulation.settle(solved(plan, made.formulation, Clock(lambda stage: None)))

    (plain, before), (made, after) = (solve(stated(tmp_path, statutory)) for statutory in (False, True))
    formulation = made.formulation
    paid = {str(flow.key): a for flow, a in zip(formulation.flows, after.amounts, strict=True)}
    # Works rise by 1 % a year beside all other prices, these too.
    assert paid["property mandatory works 2020"] == pytest.approx(1.01 * FIRE_DOORS)
    assert not plain.formulation.mandatory_use.any()
    # What they take is no longer there for the rest, which brings less.
    assert after.benefit <= before.benefit + 1e-6 * abs(before.benefit)
    lines = [k for k, row in enumerate(formulation.rows) if row.key.kind == "line"]
    traded = ("carriageway_preventative", "carriageway_major", "property")
    for year in made.inputs.plan.plan_years:
        prices = [after.prices[formulation.place[LimitKey("line", line=line, year=year)]] for line in traded]
        assert prices[0] > 0
        assert prices[0] == pytest.approx(prices[1], rel=1e-6)
        # A line that has given all its money to others may be worth less to them than theirs.
        assert prices[2] <= prices[0] * (1 + 1e-6)
        if year == 2020:
            assert prices[2] == pytest.approx(prices[0], rel=1e-6)
    spent = np.asarray(formulation.problem.usage[after.chosen].sum(axis=0)).ravel() + formulation.mandatory_use
    of_2020 = [k for k in lines if formulation.rows[k].key.year == 2020]
    assert spent[of_2020].sum() <= formulation.problem.caps[of_2020].sum() + 0.01
