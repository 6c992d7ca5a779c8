"""Allowances on the cost of works, and how much of a cost each is."""

from __future__ import annotations

import numpy as np

from assetplan._types import Floats
from assetplan.config import Plan

ALLOWANCES = {"design": "Design and supervision", "risk": "Risk allowance", "optimism": "Optimism bias"}
"""Allowances by key of `[allowances]`, and what a reader calls them."""


def allowance_shares(plan: Plan, *names: str) -> Floats:
    """Share of each allowance on the cost of works, in the order of `ALLOWANCES`.

    Parameters
    ----------
    plan : Plan
    names : str; treatment and line, or bid, its stage and line: the first that is stated counts
    """
    tables = (getattr(plan.allowances, allowance) for allowance in ALLOWANCES)
    return np.array([next((of[name] for name in (*names, "default") if name in of), 0.0) for of in tables])


def with_allowances(plan: Plan, *names: str) -> float:
    """What works cost with their allowances, as a multiple of what they cost without; names as above."""
    return 1.0 + float(allowance_shares(plan, *names).sum())
