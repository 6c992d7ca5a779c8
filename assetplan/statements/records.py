"""Records for the ledger: lines of the medium-term plan, money moved, schemes and who releases them, valuation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.finance import (
    CASH,
    Statement,
    cumulative_table,
    late_multiple,
    late_multiple_table,
    medium_term_table,
    real,
    recurring_line,
    savings_apart_table,
    valuation,
    valuation_table,
)
from assetplan.finance.statement import declared, named
from assetplan.inputs.mandatory import MANDATORY
from assetplan.statements.ledger import Ledger
from assetplan.words import financial_year

_DEBT = "DEBT"


def medium_term(ledger: Ledger) -> Iterator[Statement]:
    """Lines of the medium-term plan: debt cost, and the council's own; savings that may not be booked yet apart.

    Reactive repairs avoided against doing nothing are a benefit of the case and no change to the base: a saving enters
    when it is in delivery and cashable, as a line of the council's own.
    """
    plan, own = ledger.plan, ledger.outcome.inputs.medium_term
    if ledger.prices != CASH:
        return
    lines, years = own.booked, own.years or plan.plan_years[: plan.medium_term_years]
    if plan.borrowing:
        cost = ledger.borrowed("cost", len(years))
        detail = "Interest and provision on what this plan borrows"
        lines = [recurring_line(_DEBT, "P", detail, cost.tolist()), *lines]
    if lines:
        table = medium_term_table(lines, years)
        if years[-1] < plan.plan_years[-1]:
            last = financial_year(plan.plan_years[-1])
            more = f" The programme goes on to {last}; debt cost and income has what its debt costs in every year."
            table = replace(table, note=table.note + more)
        yield table
        yield cumulative_table(lines, years)
    if own.apart:
        yield savings_apart_table(own.apart, years)


def movements(ledger: Ledger) -> Iterator[Statement]:
    """Virements and money carried over, each with who has to agree to it."""
    flows = ledger.flows
    kept = flows[flows["kind"] == "carry-over"]
    parts = [kept.assign(**{"from": kept["line"], "to": kept["line"]})]
    for year, both in flows[flows["kind"] == "virement"].groupby("year", sort=True):
        rows = pd.DataFrame(list(_paired(both)), columns=["from", "to", "amount"])
        parts.append(rows.assign(kind="virement", year=year, to_year=year))
    table = pd.concat(parts, ignore_index=True)[["kind", "from", "to", "year", "to_year", "amount"]]
    table = table[ledger.shown(table["amount"]) > 0].reset_index(drop=True)
    if not len(table):
        return
    for name in ("year", "to_year"):
        table[name] = [financial_year(int(year)) for year in table[name]]
    table.insert(0, "reference", [f"V{number:03d}" for number in range(1, len(table) + 1)])
    table["gate"] = [
        gate_of(ledger, str(kind), float(a)) for kind, a in zip(table["kind"], table["amount"], strict=True)
    ]
    table["amount"] = ledger.shown(table["amount"])
    yield ledger.table(declared("movements"), table)


def _paired(moved: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Who gave how much to whom: what lines take is met by those that give, in the order of the lines."""
    out, into = (moved[moved["direction"] == direction] for direction in ("out", "in"))
    ends = [part["amount"].to_numpy(dtype=float).cumsum() for part in (out, into)]
    # Laid end to end, what is given and what is taken are cut at every end of either.
    cuts = np.unique(np.round(np.concatenate([[0.0], *ends]), 2))
    for begin, end in pairwise(cuts.tolist()):
        giver, taker = (int(np.searchsorted(known, (begin + end) / 2)) for known in ends)
        if giver < len(out) and taker < len(into):
            yield str(out["line"].iloc[giver]), str(into["line"].iloc[taker]), end - begin


def capital_programme(ledger: Ledger) -> Iterator[Statement]:
    """Every scheme with its cost by year and the gate that releases it."""
    works = pd.concat([pd.DataFrame(ledger.works), _as_schemes(ledger.outcome.inputs.mandatory)], ignore_index=True)
    cost = works["cost"].to_numpy(dtype=float) * ledger.price[works["year"].to_numpy() - ledger.plan.first_year]
    table = pd.DataFrame(works.drop(columns="geometry", errors="ignore")).assign(cost=cost)
    grouped = table.groupby(["scheme_id", "line"], sort=False)
    rows = grouped.agg(
        name=("name", "first"), road=("road", "first"), district=("district", "first"), kind=("kind", "first"),
        works=("asset_id", "size"), total=("cost", "sum"),
    ).reset_index()  # fmt: skip
    place = grouped.ngroup().to_numpy()
    scheme = rows.groupby("scheme_id")["total"].transform("sum")
    total = rows.pop("total")
    for year, label in zip(ledger.plan.plan_years, ledger.years, strict=True):
        mine = (table["year"] == year).to_numpy()
        rows[label] = np.bincount(place[mine], cost[mine], len(rows)).round()
    rows["total"] = total.round()
    if ledger.plan.gates:
        rows["gate"] = [gate_of(ledger, "scheme", float(amount)) for amount in scheme]
    note = "One row a scheme and line. Each figure is rounded to the pound by itself."
    yield ledger.table(declared("capital_programme"), rows, note, named(ledger.years))


def _as_schemes(mandatory: pd.DataFrame) -> pd.DataFrame:
    """Mandatory works as works of schemes, one a place; none is an asset's own."""
    place = mandatory["premises_id"].where(mandatory["premises_id"] != "", mandatory["reference"])
    return mandatory.assign(scheme_id=MANDATORY + " " + place)


def gate_of(ledger: Ledger, kind: str, amount: float) -> str:
    """The last gate that an amount has to pass; "" where there is none.

    Parameters
    ----------
    ledger, kind, amount : Ledger, str, float; the plan, "scheme", "virement" or "carry-over", and [£]
    """
    pounds = ledger.plan.envelope.pounds
    passed = [gate.name for gate in ledger.plan.gates if kind in gate.of and amount >= gate.above * pounds]
    return passed[-1] if passed else ""


def valuations(ledger: Ledger) -> Iterator[Statement]:
    """Replacement cost of what is owned, today and when the plan has run."""
    inputs = ledger.outcome.inputs
    assets, groups = inputs.register.assets, inputs.model.groups
    gross = assets["replacement_value"].to_numpy(dtype=float)
    new = {name: float(group.residual_life(group.index(np.zeros(1)))[0]) for name, group in groups.items()}
    life = assets["group"].map(new).to_numpy(dtype=float) / ledger.outcome.starting.pace
    component = assets["group"].map({name: group.label for name, group in groups.items()})
    nothing, planned = ledger.outcome.nothing.residual_life, ledger.outcome.plan.residual_life
    cases: tuple[tuple[str, str, Floats], ...] = (
        ("valuation_today", "today", nothing[:, 0]),
        ("valuation_do_nothing", "at the end of the plan if nothing is done", nothing[:, -1]),
        ("valuation_plan", "at the end of the plan", planned[:, -1]),
    )
    for name, when, left in cases:
        table = valuation_table(valuation(gross, life, left, component), real(ledger.plan.first_year))
        yield replace(table, name=name, title=f"{table.title}, {when}")


def late_against_early(ledger: Ledger) -> Iterator[Statement]:
    """What late treatment costs against early, from the plan's own catalogue."""
    inputs = ledger.outcome.inputs
    present = {name: inputs.model.groups[name] for name in sorted(set(inputs.register.assets["group"]))}
    yield late_multiple_table(late_multiple(inputs.model.catalogue, present))


STATEMENTS = (medium_term, movements, capital_programme, valuations, late_against_early)
