"""Where the money comes from: sources and what is left of them, borrowing last, and the statement of financing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.config import Funder
from assetplan.finance import CASH, Statement, money_of, probability_of, reserve_left
from assetplan.finance.statement import StatementSpec, named, numbers, texts
from assetplan.statements.books import Books

_SOURCES = StatementSpec(
    "sources",
    "Sources of money",
    (
        *texts("source", "type"),
        *numbers("certainty"),
        *texts("stage", "site", "purpose", "may_fund", "year"),
        *numbers("available", "used", "left"),
    ),
)
_CHECKLIST = StatementSpec(
    "checklist",
    "Other funding before borrowing",
    (
        *texts("year"),
        *numbers(borrowed="", other_left="Other money left", could_have_paid="Other money that could have paid"),
        *texts("other_money_first"),
    ),
)
_FINANCING = StatementSpec("financing", "Capital financing statement", (*texts("year"), *numbers("spend", "financed")))
# £; a pound of rounding is no money left.
_LEAST = 1.0


def sources(books: Books) -> Iterator[Statement]:
    """What each source has, gives and keeps in each year."""
    plan = books.plan
    parts = []
    for source in plan.sources:
        used = books.used("source", source.name)
        had = money_of(plan, source)
        if source.type == "reserve":
            had = reserve_left(plan, source) - np.append(0.0, used.cumsum()[:-1])
        parts.append(
            pd.DataFrame(
                {
                    "source": source.name,
                    "type": source.type,
                    "certainty": probability_of(source),
                    "stage": source.stage or "",
                    "site": source.site,
                    "purpose": source.purpose,
                    "may_fund": _may_fund(source),
                    "year": books.years,
                    # What is had is the sum of what is printed, or a half penny would print as overdrawn.
                    "available": (books.said(used) + books.said(had - used)).round(9),
                    "used": books.said(used),
                    "left": books.said(had - used) + 0.0,
                }
            )
        )
    if parts:
        note = "Receipts count by how likely they are. A reserve has what is in it after its commitments to date."
        yield books.table(_SOURCES, pd.concat(parts, ignore_index=True), note)


def checklist(books: Books) -> Iterator[Statement]:
    """Whether other money was used up before any was borrowed."""
    if not books.plan.borrowing:
        return
    borrowed, able = np.zeros(books.plan.years), np.zeros(books.plan.years)
    for facility in books.plan.borrowing:
        borrowed += books.used("drawdown", facility.name)
    left = _left(books)
    lent = {facility.name for facility in books.plan.borrowing}
    flows = books.flows[books.flows["kind"] == "source"]
    every = [flow.key for flow in books.outcome.formulation.flows if flow.key.kind == "source"]
    for place, year in enumerate(books.plan.plan_years):
        mine = flows[(flows["year"] == year) & flows["source"].isin(lent) & (flows["amount"] > _LEAST)]
        paid = set(mine["funds"])
        might = {key.source for key in every if key.year == year and key.funds in paid} - lent
        able[place] = sum(left[str(name)][place] for name in might)
    rows = pd.DataFrame(
        {
            "year": books.years,
            "borrowed": books.said(borrowed),
            "other_left": books.said(sum(left.values(), np.zeros(books.plan.years))),
            "could_have_paid": books.said(np.where(able > _LEAST, able, 0.0)),
            "other_money_first": np.where(able > _LEAST, "no", "yes"),
        }
    )
    note = (
        "Other money left is what no borrowed-for works might be paid with: its purpose, or its year, does not allow. "
        "Reserves count what no later year needs."
    )
    yield _CHECKLIST.table(rows, CASH, note, books.unit)


def _left(books: Books) -> dict[str, Floats]:
    """What each source has left at the end of each year that no later year takes (£)."""
    out = {}
    for source in books.plan.sources:
        used = books.used("source", source.name)
        if source.type == "reserve":
            after = reserve_left(books.plan, source) - used.cumsum()
            out[source.name] = np.minimum.accumulate(after[::-1])[::-1]
        else:
            out[source.name] = money_of(books.plan, source) - used
    return out


def financing(books: Books) -> Iterator[Statement]:
    """Spend of each year and who pays it."""
    plan = books.plan
    if not plan.sources and not plan.borrowing:
        return
    rows = pd.DataFrame({"year": books.years, "spend": books.said(books.spent.sum(axis=0))})
    for source in plan.sources:
        rows[source.name] = books.said(books.used("source", source.name))
    for facility in plan.borrowing:
        rows[facility.name] = books.said(books.used("drawdown", facility.name))
    paid = rows.drop(columns=["year", "spend"]).sum(axis=1)
    rows["financed"] = paid.round(9)
    rows.loc[len(rows)] = ["total", *rows.drop(columns="year").sum().round(9)]
    borrowed = ", ".join(facility.name for facility in plan.borrowing) or "none"
    note = f"Borrowing: {borrowed}. Each column is rounded by itself, so the sum of a row may differ in its last place."
    payers = named(payer.name for payer in (*plan.sources, *plan.borrowing))
    yield books.table(_FINANCING, rows, note, payers)


def _may_fund(funder: Funder) -> str:
    """What a source may pay for, in words."""
    said = [f"{key} {' or '.join(names)}" for key, names in (funder.of_assets | funder.of_treatments).items()]
    if funder.asset is not None:
        said.append(f"asset {' or '.join(funder.asset)}")
    return ", ".join(said).replace("_", " ") or "anything"


STATEMENTS = (financing, sources, checklist)
