"""Buildings by grade and priority, and why life-expired components wait."""

from __future__ import annotations

import numpy as np
import pytest
from component_cases import MONEY, block, planned
from constraint_cases import Case, outcome_at

from assetplan.finance import Statement
from assetplan.outcome.outcome import Outcome
from assetplan.outcome.tables import programme_tables
from assetplan.outcome.waiting import waiting
from assetplan.statements.grades import STATEMENTS
from assetplan.statements.ledger import Ledger


def solved(stated: Case) -> Outcome:
    return outcome_at(stated, stated.solve())


def statements(outcome: Outcome) -> dict[str, Statement]:
    ledger = Ledger(outcome, programme_tables(outcome)[0])
    return {table.name: table for make in STATEMENTS for table in make(ledger)}


def causes(outcome: Outcome) -> list[str]:
    return waiting(outcome, np.arange(len(outcome.chosen)))["cause"].tolist()


def test_grades_by_priority_add_up_to_the_value_and_backlog_of_what_the_council_keeps_up() -> None:
    register = block("ABCDDC", priority=[1, 2, np.nan, 1, 4, 1.0], responsibility=["", "", "", "", "", "tenant"])
    outcome = solved(planned(register))
    rows = statements(outcome)["grades"].rows
    today = rows[(rows["when"] == "today")].set_index("priority")
    value = register.assets["replacement_value"].to_numpy() / 1e6
    assert today.loc["all", list("ABCD")].tolist() == pytest.approx(
        [value[0], value[1], value[2], value[3] + value[4]], abs=1e-3
    )
    assert today["D"]["1: urgent"] == pytest.approx(value[3], abs=1e-3)
    assert today["C"]["not stated"] == pytest.approx(value[2], abs=1e-3)
    for when, part in rows.groupby("when"):
        own = part.set_index("priority")
        assert own.drop("all").sum(numeric_only=True).to_numpy() == pytest.approx(
            own.loc["all"].drop("when").to_numpy(dtype=float), abs=3e-3
        ), when
    assert today["backlog"]["all"] == pytest.approx(outcome.nothing.backlog[:, 0].sum() / 1e6, abs=1e-3)


def test_each_cause_of_waiting_stands_where_it_holds() -> None:
    whose, going = ["tenant", *[""] * 5], ["retain", "dispose", *["retain"] * 4]
    priority = [1, 1, 4, 1, 1, 1.0]
    late = ["", "", "", "", "", "component_renewal"]
    due = [np.nan] * 5 + [2019.0]
    one = {"lines": {"property": [100_000.0, 1_000.0, 1_000.0]}}
    register = block(
        "DDDDDD", responsibility=whose, retention=going, priority=priority, committed_treatment=late, committed_year=due
    )
    outcome = solved(planned(register, money=one))
    # What is committed leaves too little for the fifth; the fourth costs more than all there is in a year.
    assert causes(outcome) == ["responsibility", "disposal", "urgency", "money", "duty", "treated"]
    without = block("DDDDDD", responsibility=whose, retention=going, priority=priority)
    assert causes(solved(planned(without, money=one)))[4] != "duty"


def test_works_that_cost_more_than_any_years_budget_wait_for_money() -> None:
    tiny = {"lines": {"property": [2_000.0] * 3}}
    assert causes(solved(planned(block("DD"), money=tiny))) == ["money", "money"]


@pytest.mark.parametrize(("grades", "money", "by_worth"), [("DDDDDD", 12_000.0, 0), ("DC" * 8, 15_000.0, 4)])
def test_what_waits_brings_less_than_its_money_or_does_not_fit_what_is_left(
    grades: str, money: float, by_worth: int
) -> None:
    outcome = solved(planned(block(grades, quantity=40.0), money={"lines": {"property": [money] * 3}}))
    table, problem = waiting(outcome, np.arange(len(grades))), outcome.problem
    left = problem.caps - outcome.solution.used
    for asset, (cause, ratio) in enumerate(table.itertuples(index=False)):
        own = np.arange(problem.starts[asset], problem.starts[asset + 1])
        usage, prices = problem.usage[own].toarray(), outcome.solution.prices
        brings = problem.benefit[own] > 0
        if cause == "worth":
            assert (problem.benefit[own] <= usage @ prices + 1e-6).all() or not brings.any()
            assert not ratio > 1
        elif cause == "money":
            assert not (brings & (usage <= left + 1e-6).all(axis=1)).any()
    assert (table["cause"] == "worth").sum() == by_worth
    assert set(table["cause"]) <= {"worth", "money", "treated"}


def test_a_later_priority_is_no_urgency_in_the_plan_and_a_near_one_is() -> None:
    money = {"lines": {"property": [30_000.0] * 3}}
    kept = {"priority": [2.0, 3.0, 4.0], "quantity": 400.0}
    near = causes(solved(planned(block("DDD", **kept), money=money)))
    assert near[1:] == ["urgency", "urgency"]
    assert near[0] != "urgency"


def test_counts_and_money_of_causes_add_up_to_all_that_is_life_expired() -> None:
    outcome = solved(planned(block("DDDDCDAD", responsibility=["tenant", *[""] * 7])))
    rows = statements(outcome)["life_expired"].rows.set_index("reason")
    waits = rows[rows.index.str.startswith("Waits")]
    assert waits["components"].sum() == rows["components"]["All that wait"]
    assert rows["components"].drop("All that wait").sum() == 6
    assert waits["backlog"].sum() == pytest.approx(rows["backlog"]["All that wait"], abs=5e-3)
    assert rows["backlog"]["Waits: somebody else keeps it up"] == 0


def test_a_plan_without_buildings_has_no_such_statements() -> None:
    assert MONEY["lines"].keys() == {"property"}
    outcome = solved(planned(block("AB")))
    assert "life_expired" not in statements(outcome)
