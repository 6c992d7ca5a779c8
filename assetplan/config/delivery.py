"""What a plan says of delivery: crews, embargoes on roads, and the calendar of others' works and events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from assetplan.config.base import Frozen, Name, Number, RoadSelector, Whole, WorksSelector, Years
from assetplan.words import months_of


def _gangs(value: int) -> int:
    if value < 1:
        raise ValueError(
            "a crew without a gang does nothing: state 1 or more, or forbid its treatments in rules.forbid"
        )
    return value


def _weeks(value: float | None) -> float | None:
    if value is not None and value <= 0:
        raise ValueError(
            "a crew without a working week does nothing: state its weeks a year, leave the key out to take those of "
            "its season, or forbid its treatments in rules.forbid"
        )
    return value


def _months(value: Any) -> Any:
    """A number stands for its month."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _are_months(text: str) -> str:
    months_of(text)
    return text


class Crew(Frozen):
    """What a crew of the table of sites can do in a year."""

    crew: Name
    """a crew of the table of sites"""
    gangs: Annotated[Whole, Field(le=1000), AfterValidator(_gangs)] = 1
    """that work at the same time"""
    weeks: Annotated[Annotated[Number, Field(le=52)] | None, AfterValidator(_weeks)] = None
    """weeks that it works in a year; those of the season of its treatments where left out"""
    days: Number = Field(default=5, gt=0, le=7)
    """days that it works in a week"""
    years: Years | None = None
    """years in which this is so; all plan years where left out"""


class Embargo(RoadSelector, WorksSelector):
    """Months in which the works selected may not be done."""

    months: Annotated[str, BeforeValidator(_months), AfterValidator(_are_months)]
    """as "6-8" """
    years: Years | None = None
    """years in which this is so; all plan years where left out"""


class CalendarEntry(RoadSelector):
    """Works of others, or an event, that close roads to the council's own works, or open them in some years alone."""

    name: Name
    """what it is called"""
    kind: Literal["utility works", "event"] = "utility works"
    """what closes the roads"""
    years: Years | None = None
    """years in which no works may be done"""
    to: Years | None = None
    """the only years in which works may be done"""
