"""Statements of finance by themselves: how they are read, what is wrong with one, their sentences on borrowing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from assetplan.finance.statement import CASH, Statement
from assetplan.objectives import OBJECTIVES
from assetplan.programme.borrowing import borrowing_sentences
from assetplan.programme.statements import statement_faults, tables_of

YEARS = ["2019/20", "2020/21"]


def checklist(borrowed: list[float], could: list[float], unit: str = "£m") -> Statement:
    rows = pd.DataFrame({"year": YEARS, "borrowed": borrowed, "could_have_paid": could, "other_money_first": "yes"})
    return Statement("checklist", "Other funding before borrowing", CASH, unit, rows)


def affordability(cost: list[float], income: list[float], **more: list[float]) -> Statement:
    rows = pd.DataFrame({"year": YEARS, "debt_cost": cost, "confirmed_income": income})
    rows["headroom"] = rows["confirmed_income"] - rows["debt_cost"]
    rows["forecast_income"] = 0.0
    return Statement("affordability", "Debt cost", CASH, "£000", rows.assign(**more))


def test_sentences_take_amounts_from_each_tables_own_unit():
    tables = [
        checklist([1.5, 0.25], [0.0, 0.0]),
        affordability([40.0, 50.0], [100.0, 51.0], buys_from_then_on=[0.25, 3.5]),
    ]
    assert borrowing_sentences(tables, OBJECTIVES["benefit"].sought) == [
        "Borrowed, cash: £1.5m in 2019/20, £250,000 in 2020/21: £1.75m in all.",
        "In the tightest year, 2020/21, debt costs £50,000 against confirmed income of £51,000.",
        "£1 more confirmed income in 2020/21 and every later year buys £3.50 of benefit.",
        "Other money was used before borrowing in every year.",
    ]
    assert "buys 3.5 index-years of condition." in borrowing_sentences(tables, OBJECTIVES["condition"].sought)[2]


def test_sentences_name_what_is_not_as_it_should_be():
    tables = [checklist([1.5, 0.0], [0.2, 0.0]), affordability([40.0, 50.0], [30.0, 60.0])]
    sentences = borrowing_sentences(tables, OBJECTIVES["benefit"].sought)
    assert sentences[1].endswith("Debt costs more than confirmed income in 1 year.")
    assert sentences[-1] == "Other money could have paid for what is borrowed: £200,000 in 2019/20."
    assert len(sentences) == 3, "no price where there is none"


def test_sentences_of_plans_that_borrow_nothing():
    tables = [checklist([0.0, 0.0], [0.0, 0.0]), affordability([0.0, 0.0], [1.0, 1.0], buys_from_then_on=[0.0, 0.0])]
    assert borrowing_sentences(tables, OBJECTIVES["benefit"].sought) == [
        "Nothing is borrowed.",
        "More confirmed income would buy nothing: it does not hold the plan back.",
    ]
    assert borrowing_sentences([], OBJECTIVES["benefit"].sought) == []


def test_columns_are_read_with_the_decimals_they_have():
    rows = pd.DataFrame(
        {
            "year": ["a", "b"],
            "2019/20": [1.0, 2.5],
            "2020/21": [1.0, 2.125],
            "count": [3.0, None],
            "third": [1 / 3, 0.0],
        }
    )
    assert Statement("t", "T", CASH, "£m", rows).decimals == {"2019/20": 3, "2020/21": 3, "count": 0, "third": 5}


def good() -> list[dict[str, Any]]:
    return [checklist([1.5, 0.25], [0.0, 0.0]).as_json(), affordability([40.0, 50.0], [100.0, 51.0]).as_json()]


def test_statements_come_back_as_they_were():
    statements = tables_of(good())
    assert [table.as_json() for table in statements] == good()
    assert list(statement_faults(good(), "summary.json")) == []
    assert tables_of([]) == ()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"name": "../x"}, "must have a name of letters and digits that no other has"),
        ({"name": "affordability"}, "must have a name of letters and digits that no other has"),
        ({"title": 3}, "must have text for title"),
        ({"unit": None}, "must have text for unit"),
        ({"unit": "€"}, "must have a unit of money: £, £000, £m"),
        ({"columns": []}, "must have a list of columns"),
        ({"columns": ["year"] * 4}, "must name each column once"),
        ({"columns": ["year", "borrowed", "could_have_paid", "x"]}, "must have the columns other_money_first"),
        ({"kinds": ["text"] * 3}, "must have a heading and a kind (text, number, number or blank) for each column"),
        ({"kinds": ["money"] * 4}, "must have a heading and a kind"),
        ({"headings": None}, "must have a heading and a kind"),
        ({"rows": []}, "must have rows"),
        ({"rows": [["2019/20", 1.0]]}, "must have rows of 4 cells"),
        ({"rows": [["2019/20", 1.0, [], "yes"]]}, "must have a text, a number or nothing in every cell"),
        ({"rows": [["2019/20", float("inf"), 0.0, "yes"]]}, "must have a text, a number or nothing in every cell"),
        ({"rows": [["2019/20", "1.0", 0.0, "yes"]]}, "must have numbers in column borrowed"),
        ({"rows": [[2019, 1.0, 0.0, "yes"]]}, "must have text in column year"),
    ],
)
def test_a_damaged_statement_is_a_fault(change: dict[str, Any], rule: str):
    listed = good()
    listed[0] |= change
    assert rule in " ".join(fault.rule for fault in statement_faults(listed, "summary.json"))


@pytest.mark.parametrize("listed", [None, "x", {"name": "x"}, [1]])
def test_finance_that_is_no_list_of_tables_is_a_fault(listed: object):
    assert [fault.rule for fault in statement_faults(listed, "summary.json")] == ["must be a list of tables"]
