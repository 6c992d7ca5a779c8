"""Rows of summary.json on the years ahead: weight limits on bridges, and forecasts over futures."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class PostedCount(TypedDict):
    """Bridges that are posted with one weight limit (t)."""

    limit_t: float
    bridges: int


class RestrictionYear(TypedDict):
    """Weight limits at the end of a year: bridges posted, cost of detours (£ a year), places cut off."""

    year: int
    case: str
    restricted: int
    by_limit: list[PostedCount]
    detour_cost: float
    cut_off: int


class FallingBridge(TypedDict):
    """A bridge whose limit falls if nothing is done: when, to what (t), and what its detour costs (km, £ a year)."""

    asset_id: str
    name: str
    year: int
    limit_t: float
    today_t: float | None
    detour_km: float | None
    cost: float
    plan: str
    plan_t: float | None


CutOffPlace = TypedDict("CutOffPlace", {"place": str, "kind": str, "do-nothing": list[int], "plan": list[int]})
"""A named place, and the years of each case in which limits cut it off."""


class Restrictions(TypedDict):
    """Weight limits on bridges in the years ahead."""

    years: list[RestrictionYear]
    falling: list[FallingBridge]
    cut_off: list[CutOffPlace]
    unplaced: list[str]


PLAN = "plan"
"""The case of the programme that was chosen."""
CURRENT_SPEND = "current spend"
"""The case beside do-nothing and the plan: the money of `envelope.current` and no other."""


class FuturesBasis(TypedDict):
    """How many futures the forecasts rest on, the share of them that an interval holds (0–1), and the seed.

    `current_spend` says how today's money is spent in that case, as the plan file has it; it is there with the case.
    """

    futures: int
    level: float
    seed: int
    current_spend: NotRequired[str]


class ForecastRow(TypedDict):
    """Median and interval of one measure at the end of a year over all futures."""

    measure: str
    band: str
    unit: str
    year: int
    case: str
    middle: float
    low: float
    high: float
