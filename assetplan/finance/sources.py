"""What sources of money have by year: grants, receipts by how likely they are, reserves by what is left in them."""

from __future__ import annotations

import numpy as np

from assetplan._types import Floats
from assetplan.config import Plan, Source
from assetplan.reference import load_table


def probability_of(source: Source) -> float:
    """How likely a source's money is [0–1]: by its own probability, or the stage of a receipt; else for certain."""
    if source.probability is not None:
        return source.probability
    return 1.0 if source.stage is None else stages()[source.stage]


def stages() -> dict[str, float]:
    """Stages of a sale, and how likely a receipt is in each [0–1]."""
    table = load_table("receipt_stages")
    return dict(zip(table["stage"], table["probability"].astype(float), strict=True))


def money_of(plan: Plan, source: Source) -> Floats:
    """What a source brings in each plan year, weighted by how likely it is [the envelope's £], (n_years,)."""
    return np.asarray(source.amounts, dtype=np.float64) * plan.envelope.pounds * probability_of(source)


def reserve_left(plan: Plan, source: Source) -> Floats:
    """What this plan might take from a reserve by the end of each plan year [the envelope's £].

    What it had above its least balance, and what was paid in, less what is promised to others.
    """
    committed = np.asarray(source.committed or np.zeros(plan.years), dtype=np.float64) * plan.envelope.pounds
    free = (source.balance or 0.0) - source.least_balance
    return free * plan.envelope.pounds + np.cumsum(money_of(plan, source) - committed)
