"""What the programme's works emit, and of how much of them that is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan.asset_classes import BID
from assetplan.finance import Statement
from assetplan.finance.statement import Column, declared
from assetplan.formulation.carbon import carbon_of_works
from assetplan.formulation.works import Works
from assetplan.statements.ledger import Ledger
from assetplan.words import and_list

_TOTAL = "total"


def carbon(ledger: Ledger) -> Iterator[Statement]:
    """Carbon of the programme's works by line, kind and year [t CO2e], of a plan that states it."""
    outcome, inputs = ledger.outcome, ledger.outcome.inputs
    if not inputs.plan.states_carbon:
        return
    works = Works.of(inputs.register.assets, inputs.model, outcome.options.take(outcome.chosen))
    emitted = carbon_of_works(inputs, works)
    items = works.treatments.iloc[works.treatment].reset_index(drop=True)
    items = items.assign(year=works.year, cost=works.cost, carbon=emitted, known=~np.isnan(emitted))
    beside = _of_bids(ledger)
    items = pd.concat([items, beside], ignore_index=True) if len(beside) else items
    if not len(items):
        return
    labels = inputs.tables.labels
    rows = [
        {"line": line, "label": labels[str(line)], "kind": kind, **_figures(part, ledger)}
        for (line, kind), part in items.groupby(["line", "kind"])
    ]
    table = pd.DataFrame([*rows, {"line": _TOTAL, "label": "", "kind": "", **_figures(items, ledger)}])
    note = f"Carbon is known of works that are {table['known'].iloc[-1]:.0%} of the cost."
    unknown = items[~items["known"]].groupby("label")["cost"].sum().sort_values(ascending=False, kind="stable")
    if len(unknown):
        note += f" It is not known of {and_list(map(str, unknown.index))}, which are left out, not counted as nothing."
    years = [Column(year, year, "number or blank") for year in ledger.years]
    yield declared("carbon").table(table, "", note, own=years)


def _of_bids(ledger: Ledger) -> pd.DataFrame:
    """Works of bids, of which nobody says what they emit."""
    rows = ledger.works[ledger.works["asset_class"] == BID.asset_class]
    items = rows[["line", "kind", "label", "cost"]].assign(year=rows["year"] - ledger.plan.first_year)
    return items.assign(carbon=np.nan, known=False)


def _figures(items: pd.DataFrame, ledger: Ledger) -> dict[str, float]:
    """Carbon by year [t CO2e], blank where there are works of which none is known, their sum, and what is known."""
    n_years, cost = len(ledger.years), items["cost"]
    emitted = np.bincount(items["year"], items["carbon"].fillna(0.0), n_years)
    works, known = (np.bincount(items["year"], each, n_years) for each in (np.ones(len(items)), items["known"]))
    by_year = np.where((works > 0) & (known == 0), np.nan, emitted.round(3))
    total = round(float(emitted.sum()), 3) if items["known"].any() else np.nan
    share = float(cost[items["known"]].sum() / cost.sum()) if cost.sum() else 0.0
    return {**dict(zip(ledger.years, by_year.tolist(), strict=True)), "total": total, "known": round(share, 4)}


STATEMENTS = (carbon,)
