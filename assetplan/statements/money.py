"""Where the money comes from: sources and what is left of them, borrowing last, and the statement of financing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.config import Funder, Source
from assetplan.finance import CASH, Statement, probability_of, reserve_left
from assetplan.finance.statement import declared, named
from assetplan.limits import LimitKey
from assetplan.statements.ledger import Ledger

# £; a pound of rounding is no money left.
_LEAST = 1.0


def sources(ledger: Ledger) -> Iterator[Statement]:
    """What each source has, gives and keeps in each year."""
    plan = ledger.plan
    parts = []
    for source in plan.sources:
        used = ledger.used("source", source.name)
        had = ledger.had(source)
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
                    "year": ledger.years,
                    # What is had is the sum of what is printed, or a half penny would print as overdrawn.
                    "available": (ledger.shown(used) + ledger.shown(had - used)).round(9),
                    "used": ledger.shown(used),
                    "left": ledger.shown(had - used) + 0.0,
                }
            )
        )
    if parts:
        note = (
            "Receipts count by how likely they are. A reserve has what is in it above its least balance, after its "
            "commitments to date."
        )
        yield ledger.table(declared("sources"), pd.concat(parts, ignore_index=True), note)


def reserves(ledger: Ledger) -> Iterator[Statement]:
    """Reserves that have a least balance: what is in them at each year's end, and what holding it costs."""
    plan = ledger.plan
    parts = []
    for source in plan.sources:
        if not source.least_balance:
            continue
        least = source.least_balance * plan.envelope.pounds
        part = pd.DataFrame({"reserve": source.name, "year": ledger.years})
        part["closing"] = ledger.shown(reserve_left(plan, source) - ledger.used("source", source.name).cumsum() + least)
        part["least_balance"] = ledger.shown(np.full(plan.years, least))
        part["above"] = (part["closing"] - part["least_balance"]).round(9) + 0.0
        parts.append(part.assign(price=_worth(ledger, source).round(4) + 0.0))
    if parts:
        note = (
            f"Price: what £1 less to be held, spent in that year, would add to what the plan seeks "
            f"({plan.objective.sought.unit}); of all years, the largest. Zero where other money, or more borrowing, "
            "would pay for as much. Blank where it is not known."
        )
        yield ledger.table(declared("reserves"), pd.concat(parts, ignore_index=True), note)


def _worth(ledger: Ledger, source: Source) -> Floats:
    """What £1 of a reserve would add to what the plan seeks, spent in each year, (n_years,); NaN where not known.

    It is the price of the dearest works that the reserve may pay for: the row of its own has no price of its own where
    none of it may be taken at all.
    """
    plan, formulation = ledger.plan, ledger.outcome.formulation
    anything = not (source.of_assets or source.of_treatments or source.asset)
    worth = np.full(plan.years, np.nan)
    for key in (flow.key for flow in formulation.flows):
        if key.kind == "source" and (anything or key.source == source.name):
            row = formulation.place[LimitKey("funding", key.funds, year=key.year)]
            year = int(key.year or 0) - plan.first_year
            worth[year] = np.fmax(worth[year], ledger.outcome.solution.prices[row] / ledger.price[year])
    return worth


def checklist(ledger: Ledger) -> Iterator[Statement]:
    """Whether other money was used up before any was borrowed."""
    if not ledger.plan.borrowing:
        return
    able = np.zeros(ledger.plan.years)
    left = _left(ledger)
    lent = {facility.name for facility in ledger.plan.borrowing}
    flows = ledger.flows[ledger.flows["kind"] == "source"]
    every = [flow.key for flow in ledger.outcome.formulation.flows if flow.key.kind == "source"]
    for place, year in enumerate(ledger.plan.plan_years):
        mine = flows[(flows["year"] == year) & flows["source"].isin(lent) & (flows["amount"] > _LEAST)]
        paid = set(mine["funds"])
        might = {key.source for key in every if key.year == year and key.funds in paid} - lent
        able[place] = sum(left[str(name)][place] for name in might)
    rows = pd.DataFrame(
        {
            "year": ledger.years,
            "borrowed": ledger.shown(ledger.borrowed("drawn", ledger.plan.years)),
            "other_left": ledger.shown(sum(left.values(), np.zeros(ledger.plan.years))),
            "could_have_paid": ledger.shown(np.where(able > _LEAST, able, 0.0)),
            "other_money_first": np.where(able > _LEAST, "no", "yes"),
        }
    )
    note = (
        "Other money left is what no borrowed-for works might be paid with: its purpose, or its year, does not allow. "
        "Reserves count what no later year needs."
    )
    yield declared("checklist").table(rows, CASH, note, ledger.unit)


def _left(ledger: Ledger) -> dict[str, Floats]:
    """What each source has left at the end of each year that no later year takes (£)."""
    out = {}
    for source in ledger.plan.sources:
        used = ledger.used("source", source.name)
        after = ledger.had(source) - used
        stays = source.type == "reserve" or source.name == ledger.plan.receipts.source
        out[source.name] = np.minimum.accumulate(after[::-1])[::-1] if stays else after
    return out


def financing(ledger: Ledger) -> Iterator[Statement]:
    """Spend of each year and who pays it."""
    plan = ledger.plan
    if not plan.sources and not plan.borrowing:
        return
    rows = pd.DataFrame({"year": ledger.years, "spend": ledger.shown(ledger.spent.sum(axis=0))})
    for source in plan.sources:
        rows[source.name] = ledger.shown(ledger.used("source", source.name))
    for facility in plan.borrowing:
        rows[facility.name] = ledger.shown(ledger.used("drawdown", facility.name))
    paid = rows.drop(columns=["year", "spend"]).sum(axis=1)
    rows["financed"] = paid.round(9)
    rows.loc[len(rows)] = ["total", *rows.drop(columns="year").sum().round(9)]
    borrowed = ", ".join(facility.name for facility in plan.borrowing) or "none"
    note = f"Borrowing: {borrowed}. Each column is rounded by itself, so the sum of a row may differ in its last place."
    payers = named(payer.name for payer in (*plan.sources, *plan.borrowing))
    yield ledger.table(declared("financing"), rows, note, payers)


def _may_fund(funder: Funder) -> str:
    """What a source may pay for, in words."""
    parts = [f"{key} {' or '.join(names)}" for key, names in (funder.of_assets | funder.of_treatments).items()]
    if funder.asset is not None:
        parts.append(f"asset {' or '.join(funder.asset)}")
    return ", ".join(parts).replace("_", " ") or "anything"


STATEMENTS = (financing, sources, reserves, checklist)
