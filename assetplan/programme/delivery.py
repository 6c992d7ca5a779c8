"""Rows of the summary on how the works are delivered: their sites, and the days of crews."""

from __future__ import annotations

from typing_extensions import TypedDict


class SitesSummary(TypedDict):
    """Works that share a site: counts, lengths, and what sharing saves against a site for each (£)."""

    costs: str
    candidates: int
    works: int
    sharing: int
    schemes: int
    sections: int
    length_km: float
    median_m: float
    longest_m: float
    with_neighbour: int
    saved: float


class CrewRow(TypedDict):
    """Days that the works of a crew take it in a year, and those that it has; None where the plan states no limit."""

    crew: str
    year: int
    days_used: float
    days_available: float | None
