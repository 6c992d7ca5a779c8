"""Invented statements of finance, as wide and as long as a county's; names of sources, loans and lines are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from assetplan.finance.statement import CASH, Statement, real
from assetplan.words import financial_year

DEBT_YEARS = 34
GRANT, BUDGET = "highways grant", "property budget"


def make_statements(lines: Mapping[str, str], years: Sequence[int], hostile: str) -> list[Statement]:
    """One table of each kind; the loan, a source and a line of the medium-term plan bear the hostile name."""
    labels = [financial_year(year) for year in years]
    return [
        *_profile(lines, labels),
        *_payers(labels, hostile),
        *_debt(labels, years[0]),
        *_books(labels, hostile),
        *_records(list(lines), labels, real(years[0]), hostile),
    ]


def _profile(lines: Mapping[str, str], labels: Sequence[str]) -> Iterator[Statement]:
    approved: list[dict[str, Any]] = []
    compared: list[dict[str, Any]] = []
    for place, (line, label) in enumerate(lines.items()):
        ends = {"low": 20.0, "high": 40.0} if line == "property" else {"": 8.4 + place}
        for side, amount in ends.items():
            row = {"line": line, "label": label, "range": side, "current": 2.5}
            approved.append(row | dict.fromkeys(labels, amount) | {"total_additional": amount * len(labels)})
        low, high = min(ends.values()) + 2.5, max(ends.values()) + 2.5
        for year, times in [*((name, 1) for name in labels), ("total", len(labels))]:
            rest = {"approved_low": low * times, "approved_high": high * times, "planned": (low - 1) * times}
            compared.append({"line": line, "label": label, "year": year, **rest, "variance": -1.0 * times})
    for name, side, sides in (
        ("total of lines without a range", "", ("",)),
        ("total", "low", ("", "low")),
        ("total", "high", ("", "high")),
    ):
        own = pd.DataFrame([row for row in approved if row["label"] and row["range"] in sides])
        sums = own[["current", *labels, "total_additional"]].sum().round(9).to_dict()
        approved.append({"line": name, "label": "", "range": side, **sums})
    yield Statement("approved_profile", "Approved profile", CASH, "£m", pd.DataFrame(approved), "A range is no survey.")
    yield Statement(
        "variance", "Programme against the approved profile", CASH, "£m", pd.DataFrame(compared), "Negative."
    )


def _payers(labels: Sequence[str], loan: str) -> Iterator[Statement]:
    n = len(labels)
    paid = {GRANT: [14.55] * n, BUDGET: [2.7] * n, loan: [15.98, 0.0, *[13.0] * (n - 2)]}
    rows = pd.DataFrame({"year": labels, "spend": np.sum(list(paid.values()), axis=0).round(3), **paid})
    rows["financed"] = rows["spend"]
    rows.loc[n] = ["total", *rows.drop(columns="year").sum().round(3)]
    yield Statement("financing", "Capital financing statement", CASH, "£m", rows, f"Borrowing: {loan}.")
    listed = [
        {"source": name, "type": kind, "certainty": sure, "stage": "", "site": "", "purpose": "", "may_fund": loan}
        | {"year": year, "available": had, "used": had, "left": 0.0}
        for name, kind, sure, had in ((GRANT, "grant", 1.0, 14.55), (BUDGET, "receipt", 0.8, 2.7))
        for year in labels
    ]
    yield Statement("sources", "Sources of money", CASH, "£m", pd.DataFrame(listed), "Receipts count by chance.")
    first = {"year": labels, "borrowed": paid[loan], "other_left": 0.0, "could_have_paid": 0.0}
    rows = pd.DataFrame({**first, "other_money_first": "yes"})
    yield Statement("checklist", "Other funding before borrowing", CASH, "£m", rows, "Reserves too.")


def _debt(labels: Sequence[str], start: int) -> Iterator[Statement]:
    place = np.arange(DEBT_YEARS + 3)
    cost = np.where(place < DEBT_YEARS, 444.0 * np.minimum(place + 1, 5) - 40.0 * np.maximum(place - 5, 0), 0.0)
    income = np.minimum(444.0 + 1500.0 * place, 5981.0)
    rows = pd.DataFrame({"year": [financial_year(start + k) for k in place], "debt_cost": cost.clip(5.0)})
    rows.loc[DEBT_YEARS:, "debt_cost"] = 0.0
    rows["confirmed_income"], rows["headroom"] = income, (income - rows["debt_cost"]).round(1)
    rows["forecast_income"] = np.where(place < 5, 0.0, 120.5)
    rows["buys"], rows["buys_from_then_on"] = np.where(place == 0, 0.22, 0.0), np.where(place == 0, 1.4567, 0.0)
    yield Statement(
        "affordability", "Debt cost and confirmed income", CASH, "£000", rows, "Forecast income bears none."
    )
    ten = rows[["year"]].iloc[:10].assign(capital_spend=33_227.0, capital_financing_requirement=406_477.5)
    ten = ten.assign(external_debt=382_824.5, authorised_limit=455_000.0, debt_within_requirement="yes")
    yield Statement("prudential", "Prudential indicators", CASH, "£000", ten.assign(financing_ratio=0.03539))
    tax = pd.DataFrame({"year": labels, "homes": 5239.0, "band_d": 1468.84, "confirmed": "yes", "swing": 925.1})
    yield Statement("tax_base", "Extra council tax from homes", CASH, "£000", tax.assign(low=-481.0, high=1369.2))


def _books(labels: Sequence[str], detail: str) -> Iterator[Statement]:
    rows = [["DEBT", "P", "Interest and provision", *[44.4] * len(labels)], ["LED", "S", detail, *[-98.1] * 5]]
    rows.append(["total", "", "All lines", *[-53.7] * len(labels)])
    table = pd.DataFrame(rows, columns=["reference", "type", "detail", *labels])
    changes = table.assign(total=table[list(labels)].sum(axis=1).round(1))
    yield Statement("medium_term", "Medium-term plan", CASH, "£000", changes, "P pressures, S savings.")
    yield Statement("medium_term_cumulative", "Medium-term plan, cumulative", CASH, "£000", table)


def _records(lines: Sequence[str], labels: Sequence[str], prices: str, gate: str) -> Iterator[Statement]:
    moved = {"reference": "V001", "kind": "virement", "from": lines[0], "to": lines[1], "year": labels[0]}
    moved |= {"to_year": labels[0], "amount": 0.154, "gate": gate}
    yield Statement("movements", "Virements and money carried over", CASH, "£m", pd.DataFrame([moved]))
    for name, share in (("today", 0.6), ("do_nothing", 0.4), ("plan", 0.58)):
        worth = pd.DataFrame({"component": ["A road carriageway", "Bridge", "total"], "grc": [892.2, 680.7, 1572.9]})
        worth["drc"] = (worth["grc"] * share).round(3)
        yield Statement(f"valuation_{name}", "Valuation", prices, "£m", worth, "GRC is gross, DRC depreciated.")
    late = pd.DataFrame([{"group": "bridge", "label": "Bridge", "early": "Waterproofing", "early_cost": 300.0}])
    late = late.assign(late="Replacement", late_cost=6500.0, price_base="2019", multiple=21.7, multiple_a_year=4.5)
    yield Statement(
        "late_multiple", "Cost of late treatment against early", prices, "£", late, "Of the plan's own costs."
    )
    case = pd.DataFrame([{"line": lines[0], "option": gate, "cost": 12.0, "benefit": 30.5}])
    yield Statement("business_case", "Options for each line", prices, "£m", case)
    cost = pd.DataFrame([{"line": lines[0], "avoided": 3.25}])
    yield Statement("avoided_cost", "Cost avoided", prices, "£m", cost, "Against doing nothing.")
