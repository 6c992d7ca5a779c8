"""What a plan says of what may come otherwise than it expects: prices of works, grants, hard winters."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assetplan.config.base import Amount, Frozen, Name, Number, Share


class GrantAtRisk(Frozen):
    """Money of a budget line that may not come."""

    name: Name
    """what it is called"""
    line: Name
    """budget line that it pays into"""
    amounts: tuple[Amount, ...]
    """how much of the line's money it is in each plan year, in the envelope's unit"""
    fails: Share
    """how likely it is that none of it comes"""


class UncertaintySettings(Frozen):
    """How far prices, grants and winters may differ from what the plan expects; a table has what is left out."""

    price_spread: Number | None = Field(default=None, ge=0, le=0.5)
    """standard deviation of the growth of works' prices in a year about what the plan expects (share)"""
    winter_chance: Share | None = None
    """how likely a hard winter is in a year"""
    winter_potholes: Number | None = Field(default=None, ge=0, le=5)
    """how many more potholes roads then have (share)"""
    grants: tuple[GrantAtRisk, ...] = ()
    """grants that may fail"""
    surveys: dict[Name, Annotated[Number, Field(gt=0)]] = Field(default={})
    """group or asset class → what a survey of it costs (£, per unit of its stock)"""
