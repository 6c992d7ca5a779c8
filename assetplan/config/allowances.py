"""What a plan adds to the cost of works: design and supervision, risk, optimism bias."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assetplan.config.base import Frozen, KeyUnit, Name, Number

Uplift = Annotated[Number, Field(ge=0, le=5), KeyUnit("share")]


class Allowances(Frozen):
    """Shares on the cost of works, each by treatment, budget line, bid, stage of a bid, or `default`."""

    design: dict[Name, Uplift] = Field(default={})
    """design and supervision"""
    risk: dict[Name, Uplift] = Field(default={})
    """risk allowance"""
    optimism: dict[Name, Uplift] = Field(default={})
    """optimism bias"""
