"""Figures that the county printed of its money, held by the statements to the digit, or shown where they do not tie."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from constraint_cases import small_plan

from assetplan.config import Borrowing
from assetplan.config.finance import PrintedTaxBase
from assetplan.finance import ceilings, charges, loan_schedule, printed_tax_base, tax_base_income, tax_base_table
from assetplan.reference import load_table

HOMES = [5239, 6169, 5954, 6379, 5714]
BAND_D = [1468.84, 1498.07, 1527.89]


def money() -> dict[str, float]:
    return load_table("published_money").set_index("name")["value"].to_dict()


def income():
    return tax_base_income(246_841, 0.02, HOMES, BAND_D, 0.0199, 2019)


def test_extra_council_tax_by_year_and_to_date() -> None:
    rows = tax_base_table(income()).rows
    assert rows["increment"].tolist() == [443.9, 1698.0, 1249.4, 1776.5, 588.4]
    # The council's working has 443.8: £443,854 to the nearest £10, and that half to the even tenth. Of all years this
    # changes the first alone.
    known = [Decimal(f"{amount / 1e3:.2f}") for amount in income()["increment"]]
    assert known[0] == Decimal("443.85")
    twice = [float(each.quantize(Decimal("0.1"), ROUND_HALF_EVEN)) for each in known]
    assert twice == [443.8, 1698.0, 1249.4, 1776.5, 588.4]
    assert round(rows["cumulative"].iloc[-1] / 1e3, 2) == 5.98
    assert rows["mtfp_base"].round().tolist() == [251_778, 256_813, 261_950, 267_189, 272_532]
    assert round(rows["swing"].iloc[0] / 1e3, 1) == 0.9


def test_printed_totals_stand_beside_what_they_add_up_to() -> None:
    years = load_table("published_tax_base")["printed_000"].iloc[1:].tolist()
    stated = [
        PrintedTaxBase(name=row.name, of=row.of, total=row.total, amounts=years if row.of == "increment" else ())
        for row in load_table("published_totals").itertuples(index=False)
    ]
    rows = printed_tax_base(income(), stated).rows
    totals = rows[rows["year"] == "total"].set_index("what")
    assert totals["printed"].tolist() == [29_455, 3_763, 6_549, 5_755]
    assert totals["computed"].round().tolist() == [29_455, 3_764, 3_764, 5_756]
    assert totals.loc["Homes above original projections", "difference"] == pytest.approx(-2_785.3, abs=0.1)
    assert totals.loc["Extra council tax", "adds_up_to"] == 5_754
    assert totals["adds_up_to"].isna().tolist() == [True, True, True, False]
    by_year = rows[rows["year"] != "total"]
    assert by_year["difference"].tolist() == [-0.1, 0.0, 0.4, 0.5, 1.4]


def test_the_two_printed_loans() -> None:
    loan = loan_schedule(120e6, 0.028, 30, "eip")
    assert (loan["payment"].sum() / 1e6).round(2) == 171.24
    assert (loan["payment"].sum() / 30e6).round(3) == 5.708
    assert (loan.loc[loan["year"] == 1, "payment"].sum() / 1e6).round(2) == 7.33
    ten = loan_schedule(10e6, 0.028, 30, "eip")["payment"].sum() / 1e6
    assert (ten.round(2), (ten / 30).round(4)) == (14.27, 0.4757)
    # Rounded as printed: 0.5 a year, and 0.48 × 30.
    assert round(round(ten / 30, 2) * 30, 1) == 14.4
    for per_year, mean, total in ((1, 5.965, 178.95), (2, 5.939, 178.17)):
        annuity = loan_schedule(120e6, 0.028, 30, "annuity", per_year)["payment"].sum() / 1e6
        assert ((annuity / 30).round(3), annuity.round(2)) == (mean, total)


def test_treasury_of_31_march_2018() -> None:
    known = money()
    assert known["external_debt"] == pytest.approx(317.38 + 45 + 5)
    assert known["external_debt"] - known["cfr"] == pytest.approx(22.11)
    assert known["internal_share"] * known["investments"] == pytest.approx(94, abs=0.5)
    names = ("external_debt", "other_liabilities", "authorised_limit", "operational_boundary", "investments")
    treasury = {name: known[name] for name in (*names, "internal_share")} | {"within_income": False}
    plan = small_plan({"prices": "cash", "inflation": 0.0}, treasury=treasury)
    rooms = {ceiling.name: ceiling.room[0] for ceiling in ceilings(plan, 1)}
    # Not 87.6: other long-term liabilities count.
    assert rooms["authorised limit"] == pytest.approx(66.62)
    assert rooms["internal borrowing"] == pytest.approx(94.285, abs=1e-3)


def test_reserves_and_the_least_balance() -> None:
    table = load_table("published_reserves").pivot_table(index="reserve", values="balance", columns="year")
    assert table.loc["capital"].tolist() == [33.374, 33.389, 27.515, 9.481]
    assert table.loc["insurance"].tolist() == [6.080, 6.180, 6.280, 6.380]
    assert money()["general_balances"] == 16.3


def test_ten_million_as_domain_section_8_has_it() -> None:
    for terms, first, total in (
        ({"method": "annuity"}, 494_903.27, 4_847_098.09),
        ({"method": "eip"}, 611_000.00, 4_270_000.00),
        ({"method": "maturity"}, 280_000.00, 8_400_000.00),
    ):
        cost = charges(Borrowing.model_validate({"name": "loan", "rate": 0.028, "years": 30, **terms}))
        assert np.round(10e6 * (cost.interest + cost.repaid)[0], 2) == first
        assert np.round(10e6 * cost.interest.sum(), 2) == total
