"""Borrowing is drawn within what the council can bear in every year until it is paid off, after all other money."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case, check, relaxed, small_plan
from scipy.optimize import linprog

from assetplan.errors import ConfigError
from assetplan.finance import ceilings, horizon, income_by_year, loan_schedule, mrp_schedule
from assetplan.finance.maturity import falls_due
from assetplan.formulation import build_problem
from assetplan.optimisation.problem import Solution

CASH = {"prices": "cash", "inflation": 0.03}
COUNCIL = {"name": "council", "type": "revenue", "amounts": [40_000.0] * 3}
LOAN = {"name": "PWLB", "rate": 0.028, "years": 10, "method": "eip"}
INCOME = {"name": "council tax", "amounts": [700.0, 3_000.0, 6_000.0], "status": "confirmed"}


def borrowing(loan: dict[str, Any] | None = None, **keys: object) -> Case:
    base = {"sources": [COUNCIL], "borrowing": [LOAN | (loan or {})], "income": [INCOME]}
    return case(CASH, **(base | keys))


def settled(stated: Case) -> Solution:
    """Near enough to the optimum for what every programme must keep."""
    return stated.settled(5e-3, 20.0)


def spent(stated: Case, solution: Solution) -> np.ndarray:
    """Cash by year, from the strategies themselves."""
    cost = stated.formulation.options.cost[solution.chosen].sum(axis=0)
    return np.asarray(cost * 1.03 ** np.arange(3))


def flows(stated: Case, solution: Solution, kind: str) -> dict[str, np.ndarray]:
    """Cash by source and year."""
    out: dict[str, np.ndarray] = {}
    for flow, amount in zip(stated.formulation.flows, solution.amounts, strict=True):
        if flow.key.kind == kind:
            year = flow.key.year - 2019
            out.setdefault(flow.key.source, np.zeros(3))[year] += amount * 1.03**year
    return out


def debt_cost(drawn: np.ndarray, loan: dict[str, Any]) -> np.ndarray:
    """Interest and provision by year, loan by loan and period by period."""
    out = np.zeros(60)
    terms = {"method": "annuity", "per_year": 2, "drawn": "start", "mrp": "equal"} | loan
    for year, amount in enumerate(drawn):
        if amount <= 0:
            continue
        provided = mrp_schedule(
            amount, terms.get("mrp_years", terms["years"]), terms["mrp"],
            None if terms["mrp"] == "equal" else terms["rate"],
        )  # fmt: skip
        for row in provided.itertuples():
            out[year + row.year] += row.mrp
        if loan.get("type") == "internal":
            left = amount
            out[year] += amount * terms["rate"]
            for row in provided.itertuples():
                out[year + row.year] += left * terms["rate"]
                left = row.closing
            continue
        late = {"start": 0.0, "middle": 0.5, "end": 1.0}[terms["drawn"]]
        schedule = loan_schedule(amount, terms["rate"], terms["years"], terms["method"], terms["per_year"])
        for row in schedule.itertuples():
            # A payment at the end of a period falls in the year in which that period ends.
            when = int(np.ceil(row.period / terms["per_year"] + late)) - 1
            out[year + when] += row.interest
        if "refinance" in loan:
            again = loan["refinance"]
            left = amount - provided.loc[provided["year"] < terms["years"] + late, "mrp"].sum()
            for row in loan_schedule(left, again["rate"], again["years"], "eip", terms["per_year"]).itertuples():
                when = int(np.ceil(row.period / terms["per_year"] + late)) - 1 + terms["years"]
                out[year + when] += row.interest
    return out


@pytest.mark.parametrize(
    "loan",
    [
        {},
        {"method": "annuity", "mrp": "annuity"},
        {"method": "annuity", "per_year": 1, "drawn": "end"},
        {"method": "maturity", "mrp_years": 25},
        {"method": "maturity", "mrp_years": 25, "refinance": {"rate": 0.04, "years": 15}},
        {"drawn": "middle", "per_year": 4},
        {"type": "internal", "method": "annuity", "rate": 0.013},
    ],
)
def test_debt_cost_is_within_confirmed_income_in_every_year(loan: dict[str, Any]) -> None:
    stated = borrowing(loan)
    solution = settled(stated)
    drawn = flows(stated, solution, "drawdown")["PWLB"]
    assert drawn.sum() > 5_000
    cost = debt_cost(drawn, LOAN | loan)
    income = np.array([700.0, 3_000.0] + [6_000.0] * 58)
    # A tenth of a penny: drawdowns of tens of thousands are known to a billionth.
    assert (cost <= income + 1e-3).all()
    # It binds: a programme with no such limit draws more.
    assert (cost > 0.95 * income).any()  # near the optimum, not at it
    for row, limit in enumerate(stated.formulation.rows):
        if limit.key.name == "debt cost":
            assert solution.used[row] == pytest.approx(cost[limit.key.year - 2019], abs=1e-3)
            assert stated.problem.caps[row] == income[limit.key.year - 2019]
    assert debt_cost_years(stated)


def test_all_spend_is_paid_by_somebody() -> None:
    stated = borrowing()
    solution = settled(stated)
    given = flows(stated, solution, "source")
    np.testing.assert_allclose(sum(given.values()), spent(stated, solution), atol=1e-3)
    np.testing.assert_allclose(given["PWLB"], flows(stated, solution, "drawdown")["PWLB"], atol=1e-6)
    assert (given["council"] <= 40_000 + 1e-3).all()


def debt_cost_years(stated: Case) -> list[int]:
    return [row.key.year for row in stated.formulation.rows if row.key.name == "debt cost"]


def test_years_left_out_follow_from_those_kept() -> None:
    """Debt cost of a loan of equal instalments falls after the plan, so one later year stands for all."""
    stated = borrowing()
    assert debt_cost_years(stated) == [2019, 2020, 2021, 2022]
    dear = borrowing({"method": "maturity", "mrp_years": 25, "refinance": {"rate": 0.09, "years": 15}})
    assert max(debt_cost_years(dear)) > 2022


def test_a_limit_on_debt_cost_has_a_price_and_without_it_more_is_drawn() -> None:
    stated = borrowing()
    solution = check(stated, "debt cost 2022", 20.0)
    free = borrowing(treasury={"within_income": False})
    assert not debt_cost_years(free)
    more = settled(free)
    assert more.benefit > solution.benefit
    few = flows(stated, stated.formulation.settle(solution), "drawdown")["PWLB"]
    assert flows(free, more, "drawdown")["PWLB"].sum() > few.sum()


@pytest.mark.parametrize("year", [1, 2])
def test_more_income_never_lowers_the_optimum(year: int) -> None:
    values = []
    for extra in (0.0, 300.0, 900.0):
        amounts = list(INCOME["amounts"])
        amounts[year] += extra
        stated = borrowing(income=[INCOME | {"amounts": amounts}])
        values.append(relaxed(stated.problem))
    assert values == sorted(values)
    assert values[-1] > values[0] + 1


LIMITS = {
    "operational boundary 2021": ({"external_debt": 100_000.0, "operational_boundary": 130_000.0}, 500.0),
    "authorised limit 2021": ({"external_debt": [90e3, 95e3, 100e3], "authorised_limit": [130e3] * 3}, 500.0),
    "capital financing requirement 2021": ({"cfr": 400_000.0, "mrp": 9_500.0, "cfr_limit": 400_000.0}, 500.0),
    "financing ratio 2022": (
        {"interest": 14e3, "mrp": 9.5e3, "investment_income": 2e3, "net_revenue": 620e3, "financing_ratio": 0.038},
        50.0,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_councils_own_limits_bind(name: str) -> None:
    treasury, step = LIMITS[name]
    check(borrowing(treasury={"within_income": False} | treasury), name, step)


def test_room_is_what_the_published_sums_leave() -> None:
    """CFR 400 + 60 − 38 − 9.5 = 412.5 (60 spent, 38 of it not borrowed); ratio (14 + 9.5 − 2) / 620 (domain 8)."""
    treasury = {
        "cfr": 400e6, "unfinanced_capital": 22e6, "mrp": 9.5e6, "cfr_limit": 420e6, "interest": 14e6,
        "investment_income": 2e6,
        "net_revenue": 620e6, "financing_ratio": 0.04,
    }  # fmt: skip
    plan = small_plan(CASH, borrowing=[LOAN], income=[INCOME], treasury=treasury)
    room = {ceiling.name: ceiling.room[0] for ceiling in ceilings(plan, horizon(plan))}
    assert room["capital financing requirement"] == pytest.approx(420e6 - 412.5e6)
    assert room["financing ratio"] == pytest.approx((0.04 - 0.034677) * 620e6, rel=1e-3)  # 3.468 % to its digits


def test_internal_borrowing_is_limited_by_itself() -> None:
    facilities = [LOAN, {"name": "cash", "type": "internal", "rate": 0.013, "years": 10}]
    treasury = {"investments": 40_000.0, "internal_share": 0.25}
    stated = borrowing(borrowing=facilities, treasury=treasury)
    solution = settled(stated)
    drawn = flows(stated, solution, "drawdown")
    # A tenth is provided for each year, which makes room for as much again.
    assert 9_000 < drawn["cash"].sum() <= 10_000 + 1_000 + 1_100 + 1e-3
    assert drawn["PWLB"].sum() > 1_000
    row = stated.row("internal borrowing 2019")
    assert stated.problem.caps[row] == 10_000
    assert relaxed(stated.problem) > relaxed(borrowing().problem)


def test_cheap_debt_goes_before_dear_debt() -> None:
    facilities = [LOAN | {"name": "dear", "rate": 0.06}, LOAN]
    rich = [INCOME | {"amounts": [90_000.0] * 3}]
    stated = borrowing(borrowing=facilities, income=rich)
    drawn = flows(stated, settled(stated), "drawdown")
    assert drawn["dear"].sum() == pytest.approx(0, abs=1e-3)
    assert drawn["PWLB"].sum() > 10_000


def test_other_money_goes_first() -> None:
    """A solver may borrow while a grant lies idle, since neither costs the objective anything; the plan may not."""
    grant = {"name": "grant", "type": "grant", "amounts": [25_000.0] * 3, "asset_class": "carriageway"}
    stated = borrowing(sources=[grant, COUNCIL], income=[INCOME | {"amounts": [90_000.0] * 3}])
    solution = settled(stated)
    drawn = flows(stated, solution, "drawdown")["PWLB"]
    # Second method: per year, what the works cost less what the two sources can give, the grant to roads alone.
    options, assets = stated.formulation.options, stated.inputs.register.assets
    road = (assets["asset_class"] == "carriageway").to_numpy()
    cost = options.cost[solution.chosen] * 1.03 ** np.arange(3)
    for year in range(3):
        roads, rest = cost[road, year].sum(), cost[~road, year].sum()
        rows = [[-1, 0, -1, -1, 0], [0, -1, 0, 0, -1], [0, 0, 0, 1, 1]]
        most = [(0, None), (0, None), (0, 25_000), (0, None), (0, None)]
        least = linprog([1, 1, 0, 0, 0], A_ub=rows, b_ub=[-roads, -rest, 40_000], bounds=most)
        assert drawn[year] == pytest.approx(least.fun, abs=0.01)
    assert drawn.sum() > 0


def test_a_reserve_keeps_what_it_does_not_give_and_never_goes_below_zero() -> None:
    reserve = {"name": "reserve", "type": "reserve", "balance": 60_000.0, "amounts": [0.0, 5_000.0, 0.0]}
    reserve["committed"] = [0.0, 0.0, 20_000.0]
    stated = case(CASH, sources=[reserve])
    solution = check(stated, "reserve 2021", 200.0)
    used = flows(stated, stated.formulation.settle(solution), "source")["reserve"]
    left = np.cumsum([60_000, 5_000, -20_000] - used)
    assert (left >= -1e-3).all()
    # £45,000 may go in any year: no more than a purse of that size, and no less.
    assert used.sum() == pytest.approx(45_000, rel=0.1)
    yearly = case(CASH, sources=[{"name": "grant", "type": "grant", "amounts": [15_000.0] * 3}])
    assert solution.benefit > yearly.solve().benefit


def test_receipts_count_by_how_likely_they_are() -> None:
    def with_receipt(**keys: object) -> float:
        receipt = {"name": "depot", "type": "receipt", "amounts": [0.0, 40_000.0, 0.0]} | keys
        stated = case(CASH, sources=[COUNCIL | {"amounts": [15_000.0] * 3}, receipt])
        row = stated.row("depot 2020")
        return float(stated.problem.caps[row] * 1.03)

    assert with_receipt(stage="banked") == pytest.approx(40_000)
    assert with_receipt(stage="exchanged") == pytest.approx(38_000)
    assert with_receipt(probability=0.4) == pytest.approx(16_000)
    with pytest.raises(ConfigError, match="identified, marketed, exchanged, banked"):
        with_receipt(stage="hoped for")


def test_a_contribution_is_for_its_own_assets() -> None:
    register = borrowing().inputs.register.assets
    bridges = register.loc[register["asset_class"] == "bridge", "asset_id"].tolist()
    site = {
        "name": "s106",
        "type": "contribution",
        "amounts": [30_000.0] * 3,
        "site": "North Field",
        "purpose": "bridge",
    }
    stated = case(CASH, sources=[site | {"asset": bridges[:1]}])
    solution = stated.solve()
    cost = stated.formulation.options.cost[solution.chosen].sum(axis=1)
    assert set(register["asset_id"][cost > 0]) <= set(bridges[:1])


def test_who_may_fund_nothing_is_refused() -> None:
    idle = {"name": "idle", "type": "grant", "amounts": [1.0] * 3, "asset_class": "bridge", "line": "footways"}
    with pytest.raises(ConfigError, match="funds no works") as caught:
        borrowing({"asset_class": "footway", "kind": "major", "line": "bridges"}, sources=[COUNCIL, idle])
    assert [(fault.column, fault.value) for fault in caught.value.faults] == [
        ("borrowing[1]", "PWLB"),
        ("sources[2]", "idle"),
    ]


def test_some_assets_alone_may_leave_a_source_nothing_to_fund() -> None:
    """`explain` states a plan for one asset again: its limits have the names that they have for all."""
    idle = {"name": "idle", "type": "grant", "amounts": [1.0] * 3, "asset_class": "bridge", "line": "footways"}
    stated = borrowing()
    plan = small_plan(CASH, sources=[COUNCIL, idle], borrowing=[LOAN], income=[INCOME])
    part = build_problem(replace(stated.inputs, plan=plan), stated.candidates, whole=False)
    assert "fundable by council or PWLB 2019" in [str(row.key) for row in part.rows]
    with pytest.raises(ConfigError, match="funds no works"):
        build_problem(replace(stated.inputs, plan=plan), stated.candidates)


def test_sources_for_any_works_are_one_in_the_names_of_limits() -> None:
    others = [COUNCIL | {"name": name} for name in ("council", "county", "crown")]
    bridges = COUNCIL | {"name": "bridges' own", "asset_class": "bridge"}
    keys = [row.key for row in borrowing(sources=[*others, bridges]).formulation.rows]
    assert {str(key) for key in keys if key.kind == "funding" and key.name and key.year == 2019} == {
        "fundable by money for any works 2019", "fundable by bridges' own or money for any works 2019",
    }  # fmt: skip


def test_a_year_without_money_has_no_limit_and_no_price() -> None:
    stated = borrowing(sources=[COUNCIL, {"name": "depot", "amounts": [0.0, 9_000.0, 0.0], "type": "grant"}])
    assert [str(row.key) for row in stated.formulation.rows if row.key.source == "depot"] == ["depot 2020"]


def test_borrowing_against_income_of_which_none_is_confirmed_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"borrowing:.*none is: give tax_base\.confirmed"):
        borrowing(income=[INCOME | {"status": "forecast"}])
    borrowing(income=[INCOME | {"status": "forecast"}], treasury={"within_income": False})


def test_a_tax_base_that_falls_short_pays_for_no_debt_and_asks_for_none() -> None:
    short = {
        "base": 1_000.0, "growth": 0.02, "homes": [1.0] * 3, "band_d": [1_500.0], "confirmed": 2021,
    }  # fmt: skip
    stated = borrowing(income=[], tax_base=short)
    assert income_by_year(stated.inputs.plan, 3).confirmed.max() < 0
    assert sum(drawn.sum() for drawn in flows(stated, settled(stated), "drawdown").values()) == pytest.approx(
        0, abs=0.01
    )


def test_a_most_for_all_years_and_for_each() -> None:
    total = borrowing({"at_most": 8_000.0})
    assert 7_000 < flows(total, settled(total), "drawdown")["PWLB"].sum() <= 8_000 + 1e-3
    each = borrowing({"at_most": [0.0, 5_000.0, 0.0]})
    drawn = flows(each, settled(each), "drawdown")["PWLB"]
    assert drawn[[0, 2]].tolist() == [0, 0]
    assert 0 < drawn[1] <= 5_000 + 1e-3


def test_confirmed_and_forecast_income_are_kept_apart() -> None:
    tax = {
        "base": 246_841.0, "growth": 0.02, "homes": [5239.0, 6169.0, 5954.0], "band_d": [1468.84], "confirmed": 2019,
        "band_d_growth": 0.0199, "share": 0.5,
    }  # fmt: skip
    rent = [{"name": "rent", "amounts": [100.0] * 3, "until": 2020}]
    plan = small_plan(CASH, tax_base=tax, income=rent)
    income = income_by_year(plan, 6)
    np.testing.assert_allclose(income.confirmed, 443_854 / 2, rtol=1e-5)
    both = pd.Series(income.confirmed + income.forecast)
    assert both.iloc[0] == pytest.approx(443_854 / 2 + 100, rel=1e-5)
    assert income.forecast[2] == income.forecast[3] > income.forecast[1] - 100 > 0


def bands(**binding: object) -> dict[str, Any]:
    """Debt of £40,000 that falls due beyond five years, and bands of which the nearer holds at most a tenth."""
    near = {"from": 0, "to": 5, "at_most": 0.1, "debt": 0.0}
    return {"within_income": False, "maturity": [near, {"from": 5, "debt": 40_000.0}], **binding}


def test_the_maturity_structure_binds_what_is_drawn() -> None:
    """A loan of four years falls due in the nearer band: d is at most a tenth of d + 40,000 while all of it is owed."""
    short = {"method": "maturity", "years": 4, "per_year": 1}
    free = borrowing(short, treasury=bands())
    bound = borrowing(short, treasury=bands(maturity_binds=True))
    most = 40_000 / 9
    drawn = flows(bound, settled(bound), "drawdown")["PWLB"]
    assert drawn.sum() <= most * (1 + 1e-6)
    assert drawn.sum() > most / 2
    assert flows(free, settled(free), "drawdown")["PWLB"].sum() > most * 1.5
    assert relaxed(bound.problem) < relaxed(free.problem)
    assert bound.row("debt due in 0 to 5 years at most 2021")


def test_what_falls_due_in_each_band_is_all_that_is_owed() -> None:
    """By EIP, £1 of ten years owes a tenth in each year to come; of one drawn a year later the same a year later."""
    plan = small_plan(CASH, borrowing=[LOAN | {"per_year": 1}], income=[INCOME], treasury=bands())
    due = falls_due(plan.borrowing[0], plan.treasury.maturity, 2, 11)
    np.testing.assert_allclose(due[0, :, 0], [0.5] * 5 + [0.4, 0.3, 0.2, 0.1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(due[1, :, 0], [0.4, 0.3, 0.2, 0.1, 0, 0, 0, 0, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(due[:, 1:, 1], due[:, :-1, 0], atol=1e-12)
    assert not due[:, 0, 1].any()
