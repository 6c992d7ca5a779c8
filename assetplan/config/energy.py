"""What a plan says of energy: what it costs, and how long lights burn."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assetplan.config.base import Frozen, Number, Share, Whole, WorksSelector

Fuel = Literal["electricity", "gas", "oil", "biomass", "other"]


class ConfirmedSaving(WorksSelector):
    """Works whose saving of energy is confirmed, so that it may pay for debt beside confirmed income."""

    starts_after: Whole = Field(default=1, ge=0, le=20)
    """years from the works to the first in which the saving pays"""
    share: Share = 1.0
    """share of what they save that is confirmed"""


class EnergySettings(Frozen):
    """What energy costs; a plan with this table states what its buildings and lights use."""

    prices: dict[Fuel, Annotated[Number, Field(ge=0, le=10)]] = Field(default={})
    """fuel → price (£ per kWh, prices of the first year); without any energy is counted in kWh and carbon alone"""
    growth: dict[Fuel, Annotated[Number, Field(ge=-0.2, le=0.2)]] = Field(default={})
    """fuel → how much more than other prices its price rises a year (1/year)"""
    burning_hours: Number | None = Field(default=None, gt=0, le=8784)
    """what a light burns in a year where its row does not say (hours); a table says what is left out"""
    confirmed: tuple[ConfirmedSaving, ...] = ()
    """works whose saving may pay for debt; of several rows that mean the same works the first counts"""
