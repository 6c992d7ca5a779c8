"""What a plan says of risks and indicators: which streams are risk, the council's own registers beside it."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from assetplan.config.base import Frozen, Names, Number


def _no_works(names: tuple[str, ...]) -> tuple[str, ...]:
    if "works" in names:
        raise ValueError("works are what removes risk: state streams of what poor condition costs")
    if len(set(names)) != len(names):
        raise ValueError("names one more than once")
    return names


class RiskSettings(Frozen):
    """Risk of assets, and the council's register of risks."""

    streams: Annotated[Names, AfterValidator(_no_works)] = ("risk",)
    """cost streams that count as risk, for risk removed, limits on risk and risk removed per pound"""
    assets: bool = False
    """whether the likelihood and impact of each asset's failure are worked out"""
    register_: str = Field(default="", alias="register")
    """the council's register of risks, a CSV beside the plan file"""
    previous: str = ""
    """the register of the last report"""
    as_at: datetime.date | None = None
    """date of the report that the register is for"""
    plan_review: datetime.date | None = None
    """date by which the asset management plan is to be reviewed"""


class IndicatorSettings(Frozen):
    """The council's performance indicators, CSV files beside the plan file."""

    definitions: str = ""
    """table of indicators"""
    values_: str = Field(default="", alias="values")
    """table of their values"""
    schemes: str = ""
    """table of schemes' dates and money"""
    late_days: Number | None = Field(default=None, ge=0, le=3650)
    """days that a scheme may be late and be AMBER"""
    over_percent: Number | None = Field(default=None, ge=0, le=1000)
    """per cent that a scheme may be above its budget and be AMBER"""
