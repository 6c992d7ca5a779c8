"""The statements of a plan that borrows: each sums, and agrees with the others and with the programme."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constraint_cases import case_of, outcome_at

from assetplan.config import Plan, make_plan
from assetplan.finance import CASH, Statement, limits, line_labels, real
from assetplan.finance.statement import Column, StatementSpec
from assetplan.limits import LimitKey
from assetplan.outcome.outcome import Outcome
from assetplan.outcome.tables import programme_tables
from assetplan.programme.statements import statement_faults, tables_of, write_statements
from assetplan.report.statement_table import as_it_stands
from assetplan.statements import accounts, profile
from assetplan.statements.debt import printed_debt
from assetplan.statements.ledger import Ledger
from assetplan.statements.profile import approved_profile
from assetplan.statements.records import gate_of, movements

YEARS = ["2019/20", "2020/21", "2021/22", "2022/23", "2023/24"]
STEP = 0.1  # £000 as printed; a sum of k rounded figures is within k/2 of it

# The case for investment, council.md section 1: line, current, additional by year, total additional.
PAPER = [
    ("carriageway_preventative", 8.4, [7, 9, 10, 10, 8], 44),
    ("carriageway_major", 2.5, [2, 3, 3, 3, 3], 14),
    ("drainage", 0.9, [0.5, 1, 1, 1, 1], 4.5),
    ("footways", 0.7, [1, 1, 1, 1, 1], 5),
    ("bridges", 1.8, [0.5, 2, 2.25, 2.25, 4], 11),
    ("signals", 0.25, [0, 0.25, 0.25, 0.5, 0.5], 1.5),
]
PAPER_TOTAL = [14.55, 11, 16.25, 17.5, 17.75, 17.5, 80]

PLAN: dict[str, Any] = {
    "name": "p", "register": "r", "first_year": 2019, "years": 5, "sites": {"costs": "none"},
    "envelope": {
        "unit": "£000", "prices": "cash", "inflation": 0.03,
        "current": {"carriageway_preventative": 8.4, "carriageway_major": 25, "footways": 2, "bridges": 18},
        "additional": {
            "carriageway_preventative": [7, 9, 10, 10, 8], "carriageway_major": [20, 30, 30, 30, 30],
            "footways": [1] * 5, "bridges": [5, 20, 22.5, 22.5, 40], "property": {"low": [4] * 5, "high": [8] * 5},
        },
        "above": {"default": 0.1}, "carry_over": {"default": 0.1}, "virement": {"default": 0.1},
    },
    "sources": [
        {"name": "grant", "type": "grant", "amounts": [20] * 5},
        {"name": "depot", "type": "receipt", "stage": "exchanged", "amounts": [0, 15, 0, 0, 0]},
        {"name": "site", "type": "contribution", "site": "North Field", "purpose": "roads",
         "amounts": [0, 0, 8, 8, 0], "asset_class": "carriageway"},
        {"name": "reserve", "type": "reserve", "balance": 34, "least_balance": 4, "amounts": [0] * 5,
         "committed": [0, 0, 5, 0, 0]},
    ],
    "borrowing": [
        {"name": "PWLB", "rate": 0.028, "years": 10, "method": "eip"},
        {"name": "own cash", "type": "internal", "rate": 0.013, "years": 10},
    ],
    "income": [
        {"name": "tax", "amounts": [0.7, 2, 3, 4, 5], "status": "confirmed"},
        {"name": "hope", "amounts": [0.1] * 5},
    ],
    "treasury": {
        "external_debt": 100, "operational_boundary": 400, "authorised_limit": 450, "cfr": 120, "unfinanced_capital": 8,
        "mrp": [9.5] * 6, "interest": 4, "investment_income": 0.5, "net_revenue": 620, "investments": 50,
        "internal_share": 0.25,
        "maturity": [{"from": 0, "to": 1, "at_most": 0.2}, {"from": 1, "to": 5, "at_most": 0.25}, {"from": 5}],
    },
    "medium_term": [
        {"reference": "SURVEYS", "type": "P", "detail": "surveys", "changes": [0.2, 0, 0, 0, 0]},
        {"reference": "ONCE", "type": "P", "detail": "once", "changes": [0, 0.5, 0, -0.5, 0], "one_off": True},
        {"reference": "CUT", "type": "S", "detail": "cut", "changes": [0, -1, 0, 0, 0],
         "stage": "in delivery", "base_budget": 4, "works": 2020},
        {"reference": "HOPE", "type": "S", "detail": "hope", "changes": [0, 0, -2, 0, 0],
         "stage": "forecast", "base_budget": 4},
    ],
    "gates": [{"name": "officers"}, {"name": "board", "above": 1}, {"name": "cabinet", "above": 10, "of": ["scheme"]}],
}  # fmt: skip


def solved(plan: Plan) -> Outcome:
    stated = case_of(plan)
    return outcome_at(stated, stated.settled(1e-2, 15.0))


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    outcome = solved(make_plan(PLAN))
    return Ledger(outcome, programme_tables(outcome)[0])


@pytest.fixture(scope="module")
def tables(ledger: Ledger) -> dict[str, Statement]:
    return {table.name: table for table in accounts(ledger.outcome, ledger.works)}


def rows(tables: dict[str, Statement], name: str) -> pd.DataFrame:
    return tables[name].rows


def ledger_of(plan: Plan) -> Ledger:
    """Ledger of a plan, for statements that need no more of it."""
    inputs = SimpleNamespace(plan=plan, tables=SimpleNamespace(labels=line_labels()))
    return Ledger(SimpleNamespace(inputs=inputs), pd.DataFrame())  # type: ignore[arg-type]


def paper() -> Plan:
    envelope = {
        "current": {line: now for line, now, _, _ in PAPER} | {"property": 2.7},
        "additional": {line: added for line, _, added, _ in PAPER} | {"property": {"low": [4] * 5, "high": [8] * 5}},
    }
    debt = [
        {"name": "£10m", "principal": 10, "rate": 0.028, "years": 30, "mean": 0.5, "total": 14.4},
        {"name": "£120m", "principal": 120, "rate": 0.028, "years": 30, "mean": 5.7, "total": 171},
    ]
    return make_plan(
        {"name": "p", "register": "r", "first_year": 2019, "years": 5, "envelope": envelope, "printed": debt}
    )


def test_the_case_for_investment_is_read_and_printed_exactly() -> None:
    plan = paper()
    (table,) = approved_profile(ledger_of(plan))
    assert table.basis == "£m, prices of 2019/20"
    approved = table.rows.set_index(["line", "range"]).drop(columns="label")
    for line, now, added, total in PAPER:
        assert approved.loc[(line, "")].tolist() == [now, *added, total]
        assert plan.envelope.lines[line] == pytest.approx([now + amount for amount in added], abs=1e-9)
    assert approved.loc[("total of lines without a range", "")].tolist() == PAPER_TOTAL
    assert approved.loc[("property", "low")].tolist() == [2.7, *[4] * 5, 20]
    assert approved.loc[("property", "high")].tolist() == [2.7, *[8] * 5, 40]
    assert approved.loc[("total", "low")].tolist() == pytest.approx([17.25, 15, 20.25, 21.5, 21.75, 21.5, 100])
    assert approved.loc[("total", "high")].tolist() == pytest.approx([17.25, 19, 24.25, 25.5, 25.75, 25.5, 120])
    # Five years of the six lines with current spend: 152.75.
    amount = limits(plan).amount
    assert amount[:6].sum() == pytest.approx(152.75e6)


def test_printed_debt_is_set_beside_the_arithmetic() -> None:
    (table,) = printed_debt(ledger_of(paper()))
    printed = table.rows.set_index(["principal", "method", "paid"])
    assert printed.loc[(120.0, "eip", "half-yearly"), ["mean_a_year", "total", "first_year", "agrees"]].tolist() == [
        5.708, 171.24, 7.332, "yes",
    ]  # fmt: skip
    assert printed.loc[(120.0, "annuity", "annual"), ["mean_a_year", "total"]].tolist() == [5.965, 178.953]
    assert printed.loc[(10.0, "eip", "half-yearly"), ["total", "total_difference", "agrees"]].tolist() == [
        14.27,
        -0.13,
        "no",
    ]
    assert printed.loc[(10.0, "eip", "annual"), "total"] == 14.34
    assert (printed["agrees"] == "yes").sum() == 1


def test_every_statement_names_its_money(tables: dict[str, Statement]) -> None:
    known = {CASH, real(2019)}
    for name, table in tables.items():
        assert table.prices in known or name == "late_multiple", name
        assert table.unit, name
        assert table.prices == (real(2019) if name.startswith("valuation") else table.prices), name
    assert {name for name, table in tables.items() if table.prices == CASH} >= {"loans", "financing", "prudential"}


def test_variance_is_what_is_planned_less_what_was_approved(ledger: Ledger, tables: dict[str, Statement]) -> None:
    variance = rows(tables, "variance")
    works = ledger.works
    cash = works["cost"] * 1.03 ** (works["year"] - 2019) / 1e3
    for (line, year), row in variance.set_index(["line", "year"]).iterrows():
        mine = works["line"] == line
        if year != "total":
            mine &= works["year"] == 2019 + YEARS.index(year)
        assert row["planned"] == pytest.approx(cash[mine].sum(), abs=STEP / 2 + 1e-9)
        low, high = row["approved_low"], row["approved_high"]
        outside = max(row["planned"] - high, 0) + min(row["planned"] - low, 0)
        assert row["variance"] == pytest.approx(outside, abs=1e-9)
    years = variance[variance["year"] != "total"]
    sums, total = years.groupby("line").sum(numeric_only=True), variance[variance["year"] == "total"].set_index("line")
    for name in ("approved_low", "approved_high", "planned"):
        np.testing.assert_allclose(total[name], sums[name].loc[total.index], atol=6 * STEP / 2)
    point = [line for line in total.index if line != "property"]  # within a range variance is not a difference
    np.testing.assert_allclose(total["variance"][point], sums["variance"][point], atol=6 * STEP)
    assert (variance["variance"] != 0).any()


def test_all_spend_is_financed(tables: dict[str, Statement]) -> None:
    financing = rows(tables, "financing")
    payers = ["grant", "depot", "site", "reserve", "PWLB", "own cash"]
    np.testing.assert_allclose(financing[payers].sum(axis=1), financing["financed"], atol=1e-9)
    # Each of seven figures is rounded by itself; the total row adds those of five years.
    slack = np.append(np.full(5, 7 * STEP / 2), 5 * 7 * STEP / 2)
    assert (np.abs(financing["financed"] - financing["spend"]) <= slack).all()
    np.testing.assert_allclose(financing[payers].iloc[:5].sum(), financing[payers].iloc[5], atol=1e-9)
    assert financing.loc[5, "PWLB"] > 0


def test_sources_give_no_more_than_they_have(tables: dict[str, Statement]) -> None:
    sources = rows(tables, "sources")
    np.testing.assert_allclose(sources["available"] - sources["used"], sources["left"], atol=1e-9)
    assert (sources["left"] >= 0).all()
    given = {"grant": [20] * 5, "depot": [0, 14.25, 0, 0, 0], "site": [0, 0, 8, 8, 0]}
    financing = rows(tables, "financing").iloc[:5]
    for name, mine in sources.groupby("source"):
        np.testing.assert_allclose(mine["used"], financing[name], atol=1e-9)
        if name in given:
            np.testing.assert_allclose(mine["available"], given[name], atol=STEP)
    reserve = sources[sources["source"] == "reserve"].reset_index(drop=True)
    left = 30.0
    for place, committed in enumerate([0, 0, 5, 0, 0]):
        left -= committed
        assert reserve.loc[place, "available"] == pytest.approx(left, abs=STEP * (place + 1))
        left -= reserve.loc[place, "used"]
        assert left >= -STEP


def test_other_money_goes_before_borrowed(tables: dict[str, Statement]) -> None:
    checklist = rows(tables, "checklist")
    assert checklist["other_money_first"].tolist() == ["yes"] * 5
    assert not checklist["could_have_paid"].any()
    financing = rows(tables, "financing").iloc[:5]
    np.testing.assert_allclose(checklist["borrowed"], financing["PWLB"] + financing["own cash"], atol=STEP)


def test_debt_cost_is_that_of_the_loans_and_within_confirmed_income(tables: dict[str, Statement]) -> None:
    affordability, loans = rows(tables, "affordability").set_index("year"), rows(tables, "loans")
    income = [0.7, 2, 3, 4, 5]
    for place, (year, row) in enumerate(affordability.iterrows()):
        mine = loans[loans["year"] == year]
        cost = sum(loan.interest + loan.mrp for loan in mine.itertuples())
        assert row["debt_cost"] == pytest.approx(cost, abs=(2 * len(mine) + 1) * STEP / 2)
        assert row["confirmed_income"] == income[min(place, 4)]
        assert row["debt_cost"] <= row["confirmed_income"]
        assert row["headroom"] == pytest.approx(row["confirmed_income"] - row["debt_cost"], abs=1e-9)
        assert row["forecast_income"] == 0.1
    assert len(affordability) == 15
    assert (affordability["headroom"] == 0).any(), "somewhere it binds"
    assert affordability["buys"].max() > 0
    np.testing.assert_allclose(affordability["buys_from_then_on"].iloc[0], affordability["buys"].sum(), atol=15 * 5e-5)
    for _, drawdown in loans.groupby(["loan", "drawn_in"]):
        last = drawdown.iloc[-1]
        assert (last["owed"], last["unprovided"]) == (0, 0)
        assert drawdown["mrp"].sum() == pytest.approx(drawdown["drawn"].sum(), abs=12 * STEP / 2)


def test_prudential_indicators_follow_from_each_other(tables: dict[str, Statement]) -> None:
    prudential, loans = rows(tables, "prudential"), rows(tables, "loans")
    assert len(prudential) == 10
    mrp = loans.groupby("year")["mrp"].sum().reindex(prudential["year"], fill_value=0.0).to_numpy()
    owed = loans.groupby("year")["owed"].sum().reindex(prudential["year"], fill_value=0.0).to_numpy()
    before = 120.0
    # A row of `loans` is rounded by itself, and there are up to ten a year.
    slack = 12 * STEP / 2
    requirement = prudential["capital_financing_requirement"]
    for place, row in prudential.iterrows():
        assert requirement[place] == pytest.approx(before + row["borrowed"] + 8 - 9.5 - mrp[place], abs=slack)
        before = requirement[place]
        assert row["external_debt"] == pytest.approx(100 + owed[place], abs=slack)
        assert row["financing_cost"] == pytest.approx(4 + 9.5 - 0.5 + row["debt_cost_of_plan"], abs=STEP)
        assert row["financing_ratio"] == pytest.approx(row["financing_cost"] / 620, abs=STEP / 620)
        most = max([120.0, *requirement][place], *requirement[place : place + 3])
        assert row["debt_within_requirement"] == ("yes" if row["external_debt"] <= most else "no")
    assert set(prudential["operational_boundary"]) == {400}
    assert "cfr_limit" not in prudential
    np.testing.assert_allclose(prudential["capital_spend"][:5], rows(tables, "financing")["spend"][:5], atol=1e-9)
    assert not prudential["capital_spend"][5:].any()


def test_medium_term_lines_are_changes_to_the_base(tables: dict[str, Statement]) -> None:
    changes = rows(tables, "medium_term").set_index("reference")
    level = rows(tables, "medium_term_cumulative").set_index("reference")
    np.testing.assert_allclose(changes[YEARS].cumsum(axis=1), level[YEARS], atol=1e-9)
    np.testing.assert_allclose(changes["total"], level[YEARS[-1]], atol=1e-9)
    np.testing.assert_allclose(changes[YEARS].drop("total").sum(), changes.loc["total", YEARS], atol=1e-9)
    assert changes.loc["ONCE", [*YEARS, "total"]].tolist() == [0, 0.5, 0, -0.5, 0, 0]
    assert changes.loc["SURVEYS", [*YEARS, "total"]].tolist() == [0.2, 0, 0, 0, 0, 0.2]
    assert changes.loc["CUT", ["type", *YEARS, "total"]].tolist() == ["S", 0, -1, 0, 0, 0, -1]
    np.testing.assert_allclose(level.loc["DEBT", YEARS].tolist(), rows(tables, "affordability")["debt_cost"][:5])
    # What is avoided against doing nothing is a benefit of the case, never a change to the base.
    assert set(level.index) == {"DEBT", "ONCE", "SURVEYS", "CUT", "total"}
    # A saving that is only forecast is in no total; it stands apart.
    (apart,) = rows(tables, "savings_apart").to_dict("records")
    assert (apart["reference"], apart["stage"], apart["2021/22"], apart["total"]) == ("HOPE", "forecast", -2, -2)


def test_a_least_balance_stays_in_the_reserve_and_has_the_price_of_other_money(
    ledger: Ledger, tables: dict[str, Statement]
) -> None:
    held = rows(tables, "reserves")
    left = rows(tables, "sources").query("source == 'reserve'")["left"]
    np.testing.assert_allclose(held["above"], left, atol=1e-9)
    np.testing.assert_allclose(held["closing"], held["above"] + 4, atol=1e-9)
    assert (held["above"] >= 0).all()
    assert (held["price"] >= 0).all()
    # £1 spent in a year is worth at least what the reserve's own limits of that year and the later ones are priced at.
    own = [
        ledger.outcome.solution.prices[
            ledger.outcome.formulation.place[LimitKey("source", source="reserve", year=year)]
        ]
        for year in range(2019, 2024)
    ]
    for place, price in enumerate(held["price"]):
        assert price <= sum(own[place:]) + 1e-3


def test_core_cash_is_what_borrowing_and_reserves_leave_of_the_investments(tables: dict[str, Statement]) -> None:
    cash, loans = rows(tables, "core_cash"), rows(tables, "loans")
    taken = rows(tables, "sources").query("source == 'reserve'")["used"].sum()
    by_year = loans.groupby(["loan", "year"], sort=False)[["owed", "unprovided"]].sum()
    for row in cash.to_dict("records"):
        own = by_year["unprovided"].get(("own cash", row["year"]), 0.0)
        ahead = by_year.loc[("PWLB", row["year"])] if ("PWLB", row["year"]) in by_year.index else None
        assert row["internal_borrowing"] == pytest.approx(own, abs=5 * STEP)
        known = 0.0 if ahead is None else ahead["unprovided"] - ahead["owed"]
        assert row["repaid_ahead"] == pytest.approx(known, abs=10 * STEP)
        spent = row["internal_borrowing"] + row["repaid_ahead"] + row["reserves_used"]
        assert row["core_cash"] == pytest.approx(50 - spent, abs=1e-9)
    assert cash["reserves_used"].iloc[-1] == pytest.approx(taken, abs=5 * STEP)


def test_bands_of_maturity_come_to_the_debt_of_the_plan(tables: dict[str, Statement]) -> None:
    bands, owed = rows(tables, "maturity"), rows(tables, "prudential")["external_debt"] - 100
    np.testing.assert_allclose(bands.groupby("year")["debt"].sum(), owed[:5], atol=3 * STEP)
    assert bands["falls_due"].tolist()[:3] == ["0 to 1 years", "1 to 5 years", "5 years or more"]
    for row in bands.to_dict("records"):
        assert row["within"] == ("yes" if row["share"] <= row["at_most"] + 1e-4 else "no")
    # A loan by equal instalments over ten years owes most within five once it ages.
    assert set(bands["within"]) == {"yes", "no"}


def test_a_contingency_is_held_back_from_works_and_stands_apart() -> None:
    share = {"default": 0.1, "bridges": [0.0, 0.2, 0.2, 0.2, 0.5]}
    plan = make_plan(PLAN | {"envelope": PLAN["envelope"] | {"contingency": share}})
    (table,) = profile.contingency_held(ledger_of(plan))
    held = table.rows.set_index(["line", "year"])
    money = plan.envelope.lines["bridges"]
    assert held.loc["bridges", "held"].tolist() == pytest.approx(
        [0, *(0.2 * np.array(money[1:4])), money[4] / 2], abs=0.05
    )
    sums = held["held"] + held["for_works"]
    np.testing.assert_allclose(sums, held["money"], atol=1e-9)
    whole, less = limits(make_plan(PLAN)), limits(plan)
    kept = less.amount / whole.amount
    assert kept[whole.lines.index("bridges")].tolist() == pytest.approx([1, 0.8, 0.8, 0.8, 0.5])
    assert kept[whole.lines.index("footways")].tolist() == pytest.approx([0.9] * 5)


def test_movements_pair_givers_and_takers(ledger: Ledger, tables: dict[str, Statement]) -> None:
    listed, flows = rows(tables, "movements"), ledger.flows
    assert listed["reference"].tolist() == [f"V{k:03d}" for k in range(1, len(listed) + 1)]
    moved = listed[listed["kind"] == "virement"]
    assert len(moved)
    assert (moved["from"] != moved["to"]).all()
    slack = 5 * STEP  # up to eight parts a line and year
    known = flows[flows["kind"] == "virement"]
    for direction, column in (("out", "from"), ("in", "to")):
        true = known[known["direction"] == direction].groupby(["line", "year"])["amount"].sum() / 1e3
        for (line, year), amount in true.items():
            mine = moved[(moved[column] == line) & (moved["year"] == YEARS[year - 2019])]
            assert mine["amount"].sum() == pytest.approx(amount, abs=slack)
    kept = listed[listed["kind"] == "carry-over"]
    assert (kept["from"] == kept["to"]).all()
    for row in kept.itertuples():
        assert YEARS.index(row.to_year) == YEARS.index(row.year) + 1
    for row in listed.itertuples():
        # Cabinet hears of schemes alone; a figure on the line itself may be either before it was rounded.
        assert row.gate == ("board" if row.amount >= 1 else "officers") or abs(row.amount - 1) <= STEP


def test_a_line_that_moves_money_needs_it(ledger: Ledger) -> None:
    """In each line and year what is spent and given is within what it has and takes, and no money is moved idly."""
    flows, amounts = ledger.flows, pd.DataFrame(ledger.plan.envelope.lines, index=range(2019, 2024)).T * 1e3
    for line in amounts.index:
        for year in amounts.columns:
            mine = flows[flows["line"] == line]
            into = mine[(mine["direction"] == "in") & (mine["year"] == year)]["amount"].sum()
            into += mine[(mine["kind"] == "carry-over") & (mine["to_year"] == year)]["amount"].sum()
            out = mine[(mine["direction"] == "out") & (mine["year"] == year)]["amount"].sum()
            out += mine[(mine["kind"] == "carry-over") & (mine["year"] == year)]["amount"].sum()
            used = ledger.spent.loc[line, year] + out
            assert used <= amounts.loc[line, year] + into + 0.05
            if into > 1:  # £; what is taken is needed, to the rounding of works to pence
                assert used == pytest.approx(amounts.loc[line, year] + into, abs=0.05)


def test_gates_by_kind_and_amount(ledger: Ledger) -> None:
    expected = {("scheme", 999.99): "officers", ("scheme", 1000.0): "board", ("scheme", 10_000.0): "cabinet"}
    expected |= {("virement", 10_000.0): "board"}
    assert {key: gate_of(ledger, *key) for key in expected} == expected
    none = replace(ledger, outcome=ledger_of(paper()).outcome)
    assert gate_of(none, "scheme", 1e9) == ""


def test_the_capital_programme_is_the_spend(ledger: Ledger, tables: dict[str, Statement]) -> None:
    schemes = rows(tables, "capital_programme")
    assert tables["capital_programme"].unit == "£"
    by_line = schemes.groupby("line")[YEARS].sum()
    wide = ledger.spent.loc[by_line.index]
    # Each scheme is rounded to the pound by itself.
    assert np.abs(by_line.to_numpy() - wide.to_numpy()).max() <= 0.5 * len(schemes)
    np.testing.assert_allclose(schemes[YEARS].sum(axis=1), schemes["total"], atol=0.5 * 6)
    assert set(schemes["line"]) == set(ledger.works["line"])
    assert schemes["works"].sum() == len(ledger.works)
    for _, scheme in schemes.groupby("scheme_id"):
        assert scheme["gate"].nunique() == 1


def test_valuation_counts_every_asset(ledger: Ledger, tables: dict[str, Statement]) -> None:
    worth = ledger.outcome.inputs.register.assets["replacement_value"].sum() / 1e6
    after = {}
    for name in ("valuation_today", "valuation_do_nothing", "valuation_plan"):
        total = rows(tables, name).iloc[-1]
        # A component is rounded to £1,000.
        assert total["grc"] + total["grc_not_valued"] == pytest.approx(worth, abs=0.0005 * len(rows(tables, name)))
        assert total["grc"] - total["depreciation"] == pytest.approx(total["drc"], abs=1e-9)
        assert total["valued"] + total["not_valued"] == len(ledger.outcome.inputs.register.assets)
        after[name] = total["drc"]
    assert after["valuation_do_nothing"] < after["valuation_today"]
    assert after["valuation_do_nothing"] < after["valuation_plan"]


def test_years_without_works_and_no_works_at_all(ledger: Ledger) -> None:
    quiet = Ledger(ledger.outcome, ledger.works[ledger.works["year"] != 2021])
    assert quiet.spent[2021].tolist() == [0.0] * 5
    nothing = {table.name: table.rows for table in accounts(ledger.outcome, ledger.works.iloc[:0])}
    assert not nothing["variance"]["planned"].any()
    assert not len(nothing["capital_programme"])


def test_income_below_zero_leaves_nothing_for_debt() -> None:
    """A tax base that falls short of its plan must not make the programme impossible."""
    tax = {"base": 1000.0, "growth": 0.02, "homes": [10, 10, 50, 50, 50], "band_d": [100.0], "confirmed": 2023}
    outcome = solved(make_plan(PLAN | {"tax_base": tax, "income": []}))
    ledger = Ledger(outcome, programme_tables(outcome)[0])
    drawn = ledger.used("drawdown", "PWLB") + ledger.used("drawdown", "own cash")
    assert (drawn[:2] < 0.01).all(), "less than a penny, by which a limit may be passed"
    assert drawn.sum() > 100


def test_a_plan_that_moves_no_money_has_no_record_of_it(ledger: Ledger) -> None:
    still = ledger.outcome.solution
    kinds = np.array([flow.key.kind for flow in ledger.outcome.formulation.flows])
    none = np.where(np.isin(kinds, ["virement", "carry-over"]), 0.0, still.amounts)
    outcome = replace(ledger.outcome, solution=replace(still, amounts=none))
    assert not list(movements(Ledger(outcome, ledger.works)))


def test_a_new_statement_is_one_function_and_its_declaration(ledger: Ledger, tmp_path: Path, monkeypatch) -> None:
    """Its file alone: the folder, its check, the page and the workbook read what it declares."""
    spec = StatementSpec(
        "inflation", "What inflation takes", (Column("year", kind="text"), Column("lost", "Lost to prices, £")), "£"
    )

    def inflation(known: Ledger) -> Iterator[Statement]:
        yield known.table(spec, pd.DataFrame({"year": known.years, "lost": [0.0, 3.0, 6.1, 9.3, 12.6]}))

    monkeypatch.setattr(profile, "STATEMENTS", (*profile.STATEMENTS, inflation))
    made = accounts(ledger.outcome, ledger.works)
    assert made[2].name == "inflation"
    folder = write_statements(made, ledger.plan, tmp_path / "finance")
    listed = json.loads((folder / "finance.json").read_text(encoding="utf-8"))["tables"]
    assert list(statement_faults(listed, "finance.json")) == []
    assert listed[2]["headings"] == ["Year", "Lost to prices, £"]
    assert (folder / "inflation.csv").read_text(encoding="utf-8-sig").startswith("year,lost,basis\n2019/20,0.0,")
    (again,) = (table for table in tables_of(listed) if table.name == "inflation")
    shown = as_it_stands(again).table
    assert (shown.caption, list(shown.heads), shown.rows[1].cells) == (
        spec.title,
        ["Year", "Lost to prices, £"],
        ("3.0",),
    )
    listed[2]["rows"][0] = ["2019/20", "much"]
    assert [fault.rule for fault in statement_faults(listed, "f")] == ["must have numbers in column lost"]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ({"year": ["a"]}, "its columns are year"),
        ({"year": ["a"], "lost": [1.0], "more": [1.0]}, "its columns are year, lost, more"),
        ({"lost": [1.0], "year": ["a"]}, "its columns are lost, year"),
        ({"year": ["a"], "lost": [None]}, "must have numbers in column lost"),
        ({"year": [2019], "lost": [1.0]}, "must have text in column year"),
    ],
)
def test_rows_are_checked_against_what_is_declared(rows: dict, fault: str) -> None:
    spec = StatementSpec("inflation", "What inflation takes", (Column("year", kind="text"), Column("lost")))
    with pytest.raises(ValueError, match=fault):
        spec.table(pd.DataFrame(rows), CASH)
