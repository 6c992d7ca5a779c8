"""How prices of each kind of cost rise beside all prices, from the rates that a plan states by kind and year."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from assetplan._types import Floats
from assetplan.config import Plan
from assetplan.config.inflation import Inflation, rises
from assetplan.economics import NO_RISE, price_levels

Rises = tuple[float, ...]


def rises_by_kind(plan: Plan) -> dict[str, Rises]:
    """Kind of cost → how much more than all prices those of it rise from year to year."""
    return {name: _above(plan, kind) for name, kind in plan.inflation.items()}


def rises_by_name(plan: Plan, of: str = "of") -> dict[str, Rises]:
    """Name that a kind of cost names → how much more than all prices those of the kind rise from year to year.

    Parameters
    ----------
    plan : Plan
    of : str; "of" for costs, "revenue_of" for effects of bids on revenue
    """
    by_kind = rises_by_kind(plan)
    return {name: by_kind[kind] for kind, stated in plan.inflation.items() for name in getattr(stated, of) or ()}


def rises_of(known: Mapping[str, Rises], *names: str) -> Rises:
    """Rises of the first of some names that is known, the narrowest first; none where no kind names any.

    Parameters
    ----------
    known : mapping of name → rises; from `rises_by_name`
    names : str; as a treatment, its budget line and "works"
    """
    return next((known[name] for name in names if name in known), NO_RISE)


def cash_levels(plan: Plan, kind: str, years: int) -> Floats:
    """What costs of a kind that are £1 in the first year cost in each year, cash, (years,).

    Parameters
    ----------
    plan : Plan; in cash
    kind, years : str, int; the kind of cost, and how many years from the plan's first
    """
    own, place = plan.inflation[kind], np.arange(years)
    if own.rate is not None:
        return price_levels(rises(own.rate), place)
    return price_levels(rises(plan.envelope.inflation), place) * price_levels(rises(own.above or 0.0), place)


def _above(plan: Plan, kind: Inflation) -> Rises:
    """How much more than all prices those of a kind rise: (1 + rate) / (1 + inflation) − 1 where its rate is cash."""
    if kind.rate is None:
        return rises(kind.above or 0.0)
    own, general = rises(kind.rate), rises(plan.envelope.inflation)
    years = range(max(len(own), len(general)))
    return tuple((1 + own[min(t, len(own) - 1)]) / (1 + general[min(t, len(general) - 1)]) - 1 for t in years)
