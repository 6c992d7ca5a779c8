"""The money of a plan file: faults by key and rule, what is dumped reads again, a profile's lines and floors."""

from __future__ import annotations

from typing import Any

import pytest
from test_config import check_first_fault

from assetplan.config import make_plan
from assetplan.errors import ConfigError

CASH: dict[str, Any] = {"prices": "cash", "inflation": 0.03, "lines": {"bridges": [1.0, 2.0, 3.0]}}
PLAN = {"name": "p", "register": "r.gpkg", "first_year": 2019, "years": 3, "envelope": CASH}
LOAN = {"name": "PWLB", "rate": 0.028, "years": 10}
INCOME = {"name": "tax", "amounts": [1.0] * 3, "status": "confirmed"}
TAX = {"base": 1000.0, "growth": 0.02, "homes": [30.0] * 3, "band_d": [1500.0]}
RESERVE = {"name": "r", "type": "reserve", "balance": 1.0, "amounts": [0.0] * 3}


def _loan(**keys: Any) -> dict:
    return {"borrowing": [LOAN | keys], "income": [INCOME]}


def _source(**keys: Any) -> dict:
    return {"sources": [{"name": "s", "amounts": [1.0] * 3, **keys}]}


def _profile(**keys: Any) -> dict:
    return {"envelope": {"additional": {"bridges": [1.0] * 3}, **keys}}


def _bands(*rows: dict) -> dict:
    return {"treasury": {"maturity": list(rows)}}


def _line(**keys: Any) -> dict:
    return {"medium_term": [{"reference": "A", "type": "P", "detail": "d", "changes": [1.0] * 3, **keys}]}


def _saving(**keys: Any) -> dict:
    return _line(**({"type": "S", "changes": [0.0, -2.0, 0.0], "stage": "in delivery", "base_budget": 2.0} | keys))


@pytest.mark.parametrize(
    ("change", "key", "rule"),
    [
        # rates
        (_loan(rate=-0.01), "borrowing[1].rate", "greater than or equal to 0"),
        (_loan(mrp="annuity", mrp_rate=-0.01), "borrowing[1].mrp_rate", "greater than or equal to 0"),
        (_loan(method="maturity", refinance={"rate": -0.1, "years": 5}), "borrowing[1].refinance.rate", "greater than"),
        ({"tax_base": TAX | {"growth": -0.6}}, "tax_base.growth", "greater than or equal to -0.5"),
        (_source(type="receipt", probability=1.2), "sources[1].probability", "less than or equal to 1"),
        (_loan(rate=[0.028, 0.03]), "borrowing[1].rate", "has 2 amounts, but the plan has 3 years"),
        (_loan(rate=[0.028, 0.03, 0.6]), "borrowing[1].rate[3]", "less than or equal to 0.5"),
        (_loan(mrp="reducing", mrp_years=20), "borrowing[1].mrp_years", "never wholly provided for"),
        (_loan(type="internal", cash_rate=0.01), "borrowing[1].cash_rate", "that is its rate"),
        (
            {"borrowing": [LOAN | {"mrp": "reducing"}], "income": [INCOME | {"until": 2199}]},
            "income[1].until",
            "never ends",
        ),
        (_bands({"from": 1}), "treasury.maturity[1].from", "must be 0"),
        (_bands({"from": 0, "to": 5}), "treasury.maturity[1].to", "the last band has no end"),
        (_bands({"from": 0}, {"from": 5}), "treasury.maturity[1].to", "only the last band has no end"),
        (
            _bands({"from": 0, "to": 5, "at_least": 0.5, "at_most": 0.4}, {"from": 5}),
            "treasury.maturity[1].at_least",
            "is above at_most",
        ),
        (_bands({"from": 0, "to": 5, "debt": 1.0}, {"from": 5}), "treasury.maturity[2].debt", "in every band"),
        (_bands({"from": 0, "to": 5, "at_most": 0.3}, {"from": 5, "at_most": 0.6}), "treasury.maturity", "together 0"),
        ({"treasury": {"maturity_binds": True}}, "treasury.maturity", "needs its bands"),
        (_profile(contingency={"roads": 0.1}), "envelope.contingency", "no such line"),
        (_profile(contingency={"bridges": [0.1]}), "envelope.contingency.bridges", "has 1 amounts"),
        (_profile(contingency={"bridges": 1.1}), "envelope.contingency.bridges", "less than or equal to 1"),
        (_profile(contingency={"bridges": 0.2}, below={"default": 0.1}), "envelope.floors.bridges", "is above what"),
        # profile
        ({"envelope": {"prices": "cash"}}, "envelope.lines", "this key is missing"),
        (_profile(current={"footways": 1.0}), "envelope.additional", "nothing additional"),
        (_profile(additional={"bridges": [1.0]}), "envelope.additional.bridges", "has 1 amounts"),
        (
            _profile(additional={"bridges": {"low": [1.0] * 3, "high": [2.0]}}),
            "envelope.additional.bridges.high",
            "has 1 amounts",
        ),
        (_profile(additional={"bridges": {"low": [1.0] * 3}}), "envelope.additional.bridges.high", "missing"),
        (
            _profile(additional={"bridges": {"low": [1.0, 3.0, 1.0], "high": [2.0] * 3}}),
            "envelope.additional.bridges",
            "low is above high",
        ),
        (_profile(additional={"bridges": [1.0, -1.0, 1.0]}), "envelope.additional.bridges[2]", "greater than"),
        (_profile(additional={"bridges": [1e9] * 3}), "envelope.additional.bridges", "must be at most"),
        (_profile(below={"footways": 0.5}), "envelope.below", "no such line"),
        (_profile(above={"footways": 0.5}), "envelope.above", "no such line"),
        (_profile(below={"bridges": 1.5}), "envelope.below.bridges", "less than or equal to 1"),
        (_profile(floors={"bridges": [0.0, 2.0, 0.0]}), "envelope.floors.bridges", "above what the line may spend"),
        # sources
        (_source(stage="banked"), "sources[1].stage", "only a receipt has one"),
        (_source(type="revenue", probability=0.5), "sources[1].probability", "has one"),
        (_source(type="receipt"), "sources[1].stage", "how likely is it"),
        (_source(type="contribution", site="North"), "sources[1].purpose", "a contribution needs one"),
        (_source(type="contribution", purpose="roads"), "sources[1].site", "a contribution needs one"),
        (_source(site="North"), "sources[1].site", "only a contribution has one"),
        (_source(type="reserve"), "sources[1].balance", "a reserve needs one"),
        (_source(balance=0.0), "sources[1].balance", "only a reserve has one"),
        (_source(committed=[1.0] * 3), "sources[1].committed", "only a reserve"),
        (_source(least_balance=1.0), "sources[1].least_balance", "only a reserve has one"),
        ({"sources": [{**RESERVE, "least_balance": 2.0}]}, "sources[1].least_balance", "is above its balance of 1"),
        (
            {"sources": [{**RESERVE, "least_balance": 0.8, "committed": [0.1, 0.2, 0.0]}]},
            "sources[1].committed",
            "overdraws the reserve at the end of 2020, in which 0.8 must stay",
        ),
        ({"sources": [RESERVE | {"committed": [1.0]}]}, "sources[1].committed", "has 1 amounts"),
        ({"sources": [RESERVE | {"committed": [0.0, 1.5, 0.0]}]}, "sources[1].committed", "at the end of 2020"),
        (
            {"sources": [RESERVE | {"amounts": [0.0, 0.0, 9.0], "committed": [1.0, 0.5, 0.0]}]},
            "sources[1].committed",
            "at the end of 2020",
        ),
        # borrowing
        (_loan(refinance={"rate": 0.03, "years": 5}), "borrowing[1].refinance", "only a maturity loan"),
        (
            _loan(type="internal", refinance={"rate": 0.03, "years": 5}),
            "borrowing[1].refinance",
            "only a maturity loan",
        ),
        (_loan(mrp_rate=0.03), "borrowing[1].mrp_rate", "equal provision has no rate"),
        (_loan(drawn="middle", per_year=1), "borrowing[1].drawn", "two or four payments"),
        (_loan(type="internal", method="eip"), "borrowing[1].method", "not paid back"),
        (_loan(type="internal", per_year=4), "borrowing[1].per_year", "not paid back"),
        (_loan(at_most=[1.0]), "borrowing[1].at_most", "has 1 amounts"),
        (_loan(years=61), "borrowing[1].years", "less than or equal to 60"),
        (_loan(name="bridges"), "borrowing[1].name", "name is taken"),
        (_loan(name="financed"), "borrowing[1].name", "name is taken"),
        (_loan(line="footways"), "borrowing[1].line", "no such line"),
        # income
        ({"borrowing": [LOAN]}, "borrowing", "there is none"),
        (_loan() | {"income": [INCOME | {"until": 2030}]}, "income[1].until", "the last debt cost falls in 2031"),
        ({"income": [INCOME | {"amounts": [1.0]}]}, "income[1].amounts", "has 1 amounts"),
        ({"income": [INCOME, INCOME]}, "income.name", "more than once"),
        ({"tax_base": TAX | {"homes": [1.0]}}, "tax_base.homes", "has 1 amounts"),
        ({"tax_base": TAX | {"band_d": [1.0] * 4}}, "tax_base.band_d", "has 4 amounts"),
        ({"tax_base": TAX | {"confirmed": 2022}}, "tax_base.confirmed", "2019 to 2021"),
        # limits
        ({"treasury": {"mrp": [1.0]}}, "treasury.mrp", "has 1 amounts"),
        ({"treasury": {"operational_boundary": []}}, "treasury.operational_boundary", "has 0 amounts"),
        ({"treasury": {"financing_ratio": 0.1}}, "treasury.net_revenue", "financing_ratio needs it"),
        ({"treasury": {"internal_share": 0.1}}, "treasury.investments", "internal_share needs it"),
        (
            {"treasury": {"operational_boundary": 5.0, "authorised_limit": 4.0}},
            "treasury.operational_boundary",
            "is above authorised_limit",
        ),
        (
            {"treasury": {"external_debt": [1.0, 1.0, 1.0, 9.0], "authorised_limit": 5.0}},
            "treasury.external_debt",
            "is above authorised_limit",
        ),
        (
            {"treasury": {"external_debt": 4.0, "other_liabilities": 2.0, "authorised_limit": 5.0}},
            "treasury.external_debt",
            "is above authorised_limit",
        ),
        (
            {"treasury": {"external_debt": 4.0, "operational_boundary": [5.0, 5.0, 3.0]}},
            "treasury.external_debt",
            "is above operational_boundary",
        ),
        # records
        (_line(changes=[1.0]), "medium_term[1].changes", "has 1 amounts"),
        (_line(amounts=[1.0]), "medium_term[1].amounts", "is now called medium_term.changes"),
        (_line(one_off=True), "medium_term[1].one_off", "must sum to zero"),
        (_line(stage="in delivery"), "medium_term[1].stage", "only a saving"),
        (_line(type="S", stage="in delivery"), "medium_term[1].base_budget", "needs today's base budget"),
        (_saving(base_budget=1.5), "medium_term[1].base_budget", "is less than the saving comes to, 2"),
        (_saving(works=2021), "medium_term[1].works", "the saving starts in 2020, before the works"),
        (_saving(stage="hoped"), "medium_term[1].stage", "'forecast', 'in delivery' or 'realised'"),
        (_line(reference="DEBT"), "medium_term[1].reference", "writes itself"),
        (_line(reference="total"), "medium_term[1].reference", "writes itself"),
        (_line(type="X"), "medium_term[1].type", "'P' or 'S'"),
        ({"gates": [{"name": "a", "above": 2.0}, {"name": "b", "above": 1.0}]}, "gates", "in the order"),
        ({"gates": [{"name": "a"}, {"name": "a"}]}, "gates.name", "more than once"),
        ({"gates": [{"name": "a", "of": ["tea"]}]}, "gates[1].of[1]", "'scheme', 'virement' or 'carry-over'"),
        ({"spent": {"from": "out", "until": 2021}}, "spent.until", "2019 to 2020"),
        ({"spent": {"from": "out", "until": 2018}}, "spent.until", "2019 to 2020"),
    ],
)
def test_faults_name_the_key(change: dict, key: str, rule: str) -> None:
    check_first_fault({**PLAN, **change}, key, rule)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (_loan(), "borrowing"),
        ({"tax_base": TAX}, "tax_base"),
        ({"income": [INCOME]}, "income"),
        ({"treasury": {"cfr": 1.0}}, "treasury"),
        (_line(), "medium_term"),
    ],
)
def test_cash_does_not_stand_beside_real_prices(table: dict, key: str) -> None:
    real = {"envelope": {"lines": CASH["lines"]}}
    with pytest.raises(ConfigError, match="envelope is in real prices") as caught:
        make_plan({**PLAN, **real, **table})
    assert key in {fault.column for fault in caught.value.faults}
    make_plan({**PLAN, **table})


def test_income_may_end_once_nothing_is_owed_or_where_nothing_hangs_on_it() -> None:
    for change in (
        _loan() | {"income": [INCOME | {"until": 2031}]},
        _loan() | {"income": [INCOME, INCOME | {"name": "hope", "status": "forecast", "until": 2020}]},
        _loan() | {"income": [INCOME | {"until": 2020}], "treasury": {"within_income": False}},
        {"income": [INCOME | {"until": 2020}]},
    ):
        make_plan({**PLAN, **change})


@pytest.mark.parametrize(
    ("keys", "last"),
    [
        ({}, 10),
        ({"drawn": "end", "mrp_years": 5}, 10),
        ({"mrp_years": 5}, 9),
        ({"mrp_years": 40}, 40),
        ({"method": "maturity", "refinance": {"rate": 0.0, "years": 20}}, 29),
        ({"type": "internal", "mrp_years": 7}, 7),
    ],
)
def test_years_of_cost(keys: dict, last: int) -> None:
    assert make_plan({**PLAN, **_loan(**keys)}).borrowing[0].years_of_cost == last


def test_what_is_dumped_reads_again_with_every_table() -> None:
    plan = make_plan(
        {
            **PLAN,
            "envelope": CASH
            | {
                "current": {"footways": 1.0, "property": 2.7},
                "additional": {"footways": [1.0] * 3, "property": {"low": [4.0] * 3, "high": [8.0] * 3}},
                "below": {"default": 0.5, "property": 0.1},
                "above": {"default": 0.1},
            },
            "sources": [
                RESERVE | {"committed": [0.0, 0.5, 0.0]},
                {"name": "d", "type": "receipt", "stage": "marketed", "amounts": [1.0] * 3},
                {"name": "s", "type": "contribution", "site": "N", "purpose": "p", "amounts": [1.0] * 3, "asset": "a"},
            ],
            "borrowing": [
                LOAN | {"method": "maturity", "refinance": {"rate": 0.03, "years": 5}, "at_most": [1.0, 2.0, 3.0]},
                {"name": "own", "type": "internal", "rate": 0.01, "years": 5, "at_most": 2.0, "line": "bridges"},
            ],
            "tax_base": TAX | {"confirmed": 2020},
            "income": [INCOME, {"name": "rent", "amounts": [1.0] * 3, "until": 2020}],
            "treasury": {"external_debt": [1.0] * 5, "authorised_limit": 9.0, "within_income": False, "cfr": 2.0},
            "printed": [{"name": "£10m", "principal": 10.0, "rate": 0.028, "years": 30, "mean": 0.5, "total": 14.4}],
            "gates": [{"name": "a", "of": ["virement"]}, {"name": "b", "above": 1.0}],
            "spent": {"from": "out", "until": 2019},
            **_line(),
        }
    )
    again = make_plan(plan.model_dump(mode="json", by_alias=True, exclude_none=True))
    assert again == plan
    assert again.envelope.lines == plan.envelope.lines


def test_a_profile_is_lines_and_floors() -> None:
    envelope = make_plan(
        {
            **PLAN,
            "envelope": {
                "current": {"bridges": 1.8, "property": 2.0},
                "additional": {
                    "bridges": [0.5, 2.0, 2.25],
                    "property": {"low": [4.0] * 3, "high": [8.0] * 3},
                    "footways": [1.0] * 3,
                },
                "below": {"default": 0.5, "footways": 1.0},
                "above": {"property": 0.1},
                "lines": {"signals": [1.0] * 3},
            },
        }
    ).envelope
    assert envelope.approved["bridges"] == ((2.3, 3.8, 4.05),) * 2
    assert envelope.approved["property"] == ((6.0,) * 3, (10.0,) * 3)
    assert list(envelope.lines) == ["bridges", "property", "footways", "signals"]
    assert envelope.lines["bridges"] == pytest.approx((2.3, 3.8, 4.05))
    assert envelope.lines["property"] == pytest.approx((11.0,) * 3)
    assert set(envelope.floors) == {"bridges", "property"}
    assert envelope.floors["bridges"] == pytest.approx((1.15, 1.9, 2.025))
    assert envelope.floors["property"] == pytest.approx((3.0,) * 3)


def test_a_line_of_its_own_wins_over_the_profile() -> None:
    envelope = make_plan({**PLAN, **_profile(lines={"bridges": [9.0] * 3}, floors={"bridges": [0.5] * 3})}).envelope
    assert (envelope.lines["bridges"], envelope.floors["bridges"]) == ((9.0,) * 3, (0.5,) * 3)
    assert envelope.approved["bridges"] == ((1.0,) * 3,) * 2
