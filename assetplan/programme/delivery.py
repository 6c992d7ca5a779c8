"""Rows of the summary on how the works are delivered: their sites, and the days of crews."""

from __future__ import annotations

from typing_extensions import TypedDict


class SitesRow(TypedDict):
    """Sites on the sections of a class: how many in each year, their lengths (m) and mean cost (£).

    The shortest is of those that are not committed; missing where all are.
    """

    asset_class: str
    by_year: tuple[int, ...]
    shortest_m: float | None
    median_m: float
    longest_m: float
    mean_cost: float


class SitesSummary(TypedDict):
    """Works that share a site: counts, lengths, and what sharing saves against a site for each (£).

    `without_rules` is the most that the same money could bring, in the unit of the objective, if sites might be of any
    size and number; missing where no rule holds.
    """

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
    without_rules: float | None
    by_class: tuple[SitesRow, ...]


class CrewRow(TypedDict):
    """Days that the works of a crew take it in a year, and those that it has; None where the plan states no limit."""

    crew: str
    year: int
    days_used: float
    days_available: float | None
