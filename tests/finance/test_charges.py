"""What £1 borrowed costs by year, against schedules added up by plain loops and the figures of domain section 8."""

from __future__ import annotations

from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.config import Borrowing
from assetplan.finance import Charges, by_draw, by_year, charges, loan_schedule, mrp_schedule, vintages

TEN = 10e6
PENNY = 0.005
LATE = {"start": 0.0, "middle": 0.5, "end": 1.0}


def way(**keys: Any) -> Borrowing:
    return Borrowing.model_validate({"name": "loan", "rate": 0.028, "years": 30, **keys})


def looped(terms: Borrowing) -> dict[str, list[float]]:
    """Interest, provision and repayments by year of £1, period by period."""
    n = 200
    out = {name: [0.0] * n for name in ("interest", "mrp", "repaid")}
    rate = (terms.rate if terms.mrp_rate is None else terms.mrp_rate) if terms.mrp == "annuity" else None
    for row in mrp_schedule(1.0, terms.mrp_years or terms.years, terms.mrp, rate).itertuples():
        out["mrp"][int(row.year)] += row.mrp
    late = LATE[terms.drawn]
    if terms.type == "internal":
        left = 1.0
        for year in range(n):
            out["interest"][year] += terms.rate * left * (1 - late if year == 0 else 1)
            left -= out["mrp"][year]
        return out

    def add(schedule: Any, begin: float) -> None:
        for row in schedule.itertuples():
            # A payment falls in the year in which its period ends; one that ends with a year is of that year.
            ends = begin + row.period / terms.per_year
            year = floor(ends - 1e-9)
            out["interest"][year] += row.interest
            out["repaid"][year] += row.repaid

    add(loan_schedule(1.0, terms.rate, terms.years, terms.method, terms.per_year), late)
    if terms.refinance is not None:
        due = floor(late + terms.years - 1e-9)
        left = 1.0 - sum(out["mrp"][: due + 1])
        again = terms.refinance
        add(loan_schedule(max(left, 0.0), again.rate, again.years, again.method, terms.per_year), late + terms.years)
        out["repaid"][due] -= left
    return out


def same(reckoned: Charges, terms: Borrowing) -> None:
    known = looped(terms)
    for name, values in known.items():
        mine = getattr(reckoned, name)
        # The same sums in another order.
        np.testing.assert_allclose(mine, values[: len(mine)], atol=1e-12, err_msg=name)
        assert not any(abs(value) > 1e-12 for value in values[len(mine) :]), f"{name} goes on after the last year"


@pytest.mark.parametrize(
    ("terms", "first", "total"),
    [
        ({"method": "annuity"}, 494_903.27, 4_847_098.09),
        ({"method": "annuity", "per_year": 1}, 497_091.57, 4_912_747.00),
        ({"method": "eip"}, 611_000.00, 4_270_000.00),
        ({"method": "eip", "per_year": 1}, 613_333.33, 4_340_000.00),
        ({"method": "maturity"}, 280_000.00, 8_400_000.00),
    ],
)
def test_ten_million_at_2_8_percent(terms: dict[str, Any], first: float, total: float) -> None:
    reckoned = charges(way(**terms))
    assert TEN * (reckoned.interest + reckoned.repaid)[0] == pytest.approx(first, abs=PENNY)
    # The annual annuity is printed to the pound.
    to = 0.5 if terms.get("per_year") == 1 and terms["method"] == "annuity" else PENNY
    assert TEN * reckoned.interest.sum() == pytest.approx(total, abs=to)
    assert reckoned.cost[0] == reckoned.interest[0], "provision starts the year after"


def test_provision_of_ten_million() -> None:
    equal, annuity = charges(way(mrp="equal")), charges(way(mrp="annuity"))
    assert equal.mrp[0] == annuity.mrp[0] == 0
    np.testing.assert_allclose(TEN * equal.mrp[1:], 333_333.33, atol=PENNY)
    for year, printed in ((1, 217_091.57), (2, 223_170.13), (30, 483_552.11)):
        assert TEN * annuity.mrp[year] == pytest.approx(printed, abs=PENNY)
    assert TEN * annuity.mrp[1:6].sum() == pytest.approx(1_147_969.44, abs=PENNY)
    own = charges(way(mrp="annuity", mrp_rate=0.0, mrp_years=20))
    np.testing.assert_allclose(own.mrp[1:21], 1 / 20, rtol=1e-12)


def test_a_maturity_loan_is_refinanced_with_what_is_not_provided_for() -> None:
    """£10m over ten years, provided for over twenty-five: nine years' provision is paid off, the rest is lent anew."""
    loan = charges(
        way(method="maturity", years=10, mrp_years=25, refinance={"rate": 0.05, "years": 15, "method": "eip"})
    )
    assert TEN * loan.repaid[:9].sum() == 0
    assert TEN * loan.repaid[9] == pytest.approx(9 * 400_000, abs=PENNY)
    assert TEN * loan.owed[9] == pytest.approx(6_400_000, abs=PENNY)
    np.testing.assert_allclose(TEN * loan.interest[:10], 280_000, atol=PENNY)
    # 6.4m in thirty instalments: the second half-year bears interest on one less.
    second = 0.025 * (6_400_000 + 6_400_000 * 29 / 30)
    assert TEN * loan.interest[10] == pytest.approx(second, abs=PENNY)
    assert loan.owed[-1] == pytest.approx(0, abs=1e-12)


def test_internal_borrowing_costs_the_yield_on_what_is_not_provided_for() -> None:
    own = charges(way(type="internal", rate=0.013))
    assert TEN * own.interest[0] == pytest.approx(130_000, abs=PENNY)
    assert TEN * own.interest[1] == pytest.approx(130_000, abs=PENNY)
    assert TEN * own.interest[2] == pytest.approx(0.013 * (TEN - 333_333.333), abs=PENNY)
    # 1 + (30 + 29 + … + 1) / 30 years of the whole.
    assert TEN * own.interest.sum() == pytest.approx(130_000 * (1 + 15.5), abs=PENNY)
    assert not own.owed.any()
    assert not own.repaid.any()


def test_provision_by_reducing_balance_is_a_share_of_what_is_left() -> None:
    loan = charges(way(mrp="reducing"))
    np.testing.assert_allclose(TEN * loan.mrp[:4], [0, 400_000, 384_000, 368_640], atol=PENNY)
    # 0.96^30 is not provided for when the loan is paid off; what is left when it is no longer followed counts in all.
    assert TEN * loan.unprovided[30] == pytest.approx(TEN * 0.96**30, abs=PENNY)
    assert len(loan.mrp) == 61
    assert TEN * loan.total == pytest.approx(4_847_098.09 + TEN, abs=PENNY)
    left = 1.0
    for year in range(1, 61):
        assert loan.mrp[year] == pytest.approx(0.04 * left)
        left -= loan.mrp[year]
    assert charges(way(mrp="reducing", mrp_rate=0.1)).mrp[2] == pytest.approx(0.09)


def test_cash_that_repays_a_loan_before_it_is_provided_for_forgoes_its_yield() -> None:
    """£10m by EIP over ten years, provided for over twenty: after five years 5m is owed and 8m not provided for."""
    terms = {"method": "eip", "years": 10, "per_year": 1, "mrp_years": 20, "cash_rate": 0.013}
    loan, plain = charges(way(**terms)), charges(way(**(terms | {"cash_rate": None})))
    assert TEN * loan.owed[4] == pytest.approx(5_000_000, abs=PENNY)
    assert TEN * loan.unprovided[4] == pytest.approx(8_000_000, abs=PENNY)
    assert TEN * loan.forgone[5] == pytest.approx(0.013 * 3_000_000, abs=PENNY)
    assert loan.forgone[0] == 0, "nothing is repaid when the year begins"
    np.testing.assert_allclose(loan.cost - plain.cost, loan.forgone, atol=1e-15)
    assert not plain.forgone.any()
    # Of a maturity loan provision runs ahead: only its last instalment comes after the loan is paid off.
    maturity = charges(way(method="maturity", cash_rate=0.013)).forgone
    assert not maturity[:30].any()
    assert TEN * maturity[30] == pytest.approx(0.013 * TEN / 30, abs=PENNY)


def test_each_drawing_bears_the_rate_of_its_year() -> None:
    loan = way(rate=[0.02, 0.03, 0.04], method="maturity")
    cost = by_draw(loan, "interest", 3, 4)
    np.testing.assert_allclose(
        cost, [[0.02, 0, 0], [0.02, 0.03, 0], [0.02, 0.03, 0.04], [0.02, 0.03, 0.04]], atol=1e-15
    )
    table = vintages(loan, [1e6, 0.0, 2e6], 2019, 3)
    assert table.groupby("drawn_in")["interest"].max().round(2).to_dict() == {2019: 20_000.0, 2021: 80_000.0}
    same_rate = way(rate=[0.028] * 3)
    np.testing.assert_array_equal(by_draw(same_rate, "cost", 3, 40), by_draw(way(), "cost", 3, 40))


@pytest.mark.parametrize(("drawn", "share"), [("start", 1.0), ("middle", 0.5), ("end", 0.0)])
def test_interest_runs_from_when_it_is_drawn(drawn: str, share: float) -> None:
    loan = charges(way(method="maturity", drawn=drawn))
    own = charges(way(type="internal", rate=0.013, drawn=drawn))
    assert TEN * loan.interest[0] == pytest.approx(280_000 * share, abs=PENNY)
    assert TEN * own.interest[0] == pytest.approx(130_000 * share, abs=PENNY)
    assert TEN * loan.interest.sum() == pytest.approx(8_400_000, abs=PENNY), "thirty years all the same"
    assert len(loan.interest) == 31  # a loan of a 1 April ends with year 29, its provision with year 30


TERMS = st.fixed_dictionaries(
    {
        "rate": st.floats(0, 0.2),
        "years": st.integers(1, 40),
        "method": st.sampled_from(["annuity", "eip", "maturity"]),
        "per_year": st.sampled_from([2, 4]),
        "drawn": st.sampled_from(["start", "middle", "end"]),
        "mrp": st.sampled_from(["equal", "annuity"]),
        "mrp_years": st.one_of(st.none(), st.integers(1, 60)),
    }
)
AGAIN = st.one_of(st.none(), st.fixed_dictionaries({"rate": st.floats(0, 0.2), "years": st.integers(1, 30)}))


@settings(max_examples=80)
@given(terms=TERMS, again=AGAIN)
def test_any_loan_is_paid_off_and_provided_for(terms: dict[str, Any], again: dict[str, Any] | None) -> None:
    loan = way(**terms, **({"refinance": again} if again and terms["method"] == "maturity" else {}))
    reckoned = charges(loan)
    same(reckoned, loan)
    assert reckoned.repaid.sum() == pytest.approx(1, abs=1e-9)
    assert reckoned.mrp.sum() == pytest.approx(1, abs=1e-9)
    assert abs(reckoned.owed[-1]) < 1e-9
    assert abs(reckoned.unprovided[-1]) < 1e-9
    assert (reckoned.interest >= 0).all()
    assert (np.diff(reckoned.unprovided) <= 1e-12).all()
    assert (reckoned.owed > -1e-9).all()


@settings(max_examples=30)
@given(terms=TERMS)
def test_any_internal_borrowing_is_provided_for(terms: dict[str, Any]) -> None:
    own = {name: terms[name] for name in ("rate", "years", "drawn", "mrp", "mrp_years")}
    reckoned = charges(way(type="internal", **own))
    same(reckoned, way(type="internal", **own))
    assert abs(reckoned.unprovided[-1]) < 1e-9


@settings(max_examples=30)
@given(
    drawn=st.lists(st.one_of(st.just(0.0), st.floats(1, 1e8)), min_size=1, max_size=6),
    n_years=st.integers(1, 40),
    terms=TERMS,
)
def test_several_drawdowns_are_the_sum_of_each(drawn: list[float], n_years: int, terms: dict[str, Any]) -> None:
    loan = way(**terms)
    reckoned = charges(loan)
    table = vintages(loan, drawn, 2019, n_years)
    total = {}
    for name in ("interest", "mrp", "repaid", "owed", "unprovided"):
        series = getattr(reckoned, name)
        by_hand = np.zeros(n_years)
        for draw, amount in enumerate(drawn):
            for age, each in enumerate(series):
                if draw + age < n_years:
                    by_hand[draw + age] += amount * each
        total[name] = by_hand
        np.testing.assert_allclose(by_year(series, len(drawn), n_years) @ drawn, by_hand, rtol=1e-9, atol=1e-4)
        summed = table.groupby("year")[name].sum().reindex(range(2019, 2019 + n_years), fill_value=0.0)
        np.testing.assert_allclose(summed, by_hand, rtol=1e-9, atol=1e-4)
    assert table["drawn"].sum() == pytest.approx(sum(drawn[:n_years]))
    assert (table["year"] >= table["drawn_in"]).all()
    assert set(table["drawn_in"] - 2019) == {at for at, amount in enumerate(drawn[:n_years]) if amount}
