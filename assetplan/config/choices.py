"""What a plan says of its choices: rules, schemes, targets, the objective and stability."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from assetplan.config.base import Amount, Frozen, Name, Names, Number, PlaceSelector, Share, Whole, WorksSelector, Years
from assetplan.objectives import OBJECTIVES, Sought, known


class Forbid(WorksSelector):
    """Works that no strategy may hold."""

    asset: Names | None = None
    """the only assets meant"""
    years: Years | None = None
    """years in which they may not be done; all plan years where left out"""


class Lock(Frozen):
    """Assets whose strategy is given."""

    asset: Names
    """the assets"""
    strategy: Name
    """as in assets.parquet: "do-nothing", or treatments as "surface_dressing@2020+resurfacing@2023" """


class Require(WorksSelector):
    """Assets that must get one of the works selected, by a year if one is given."""

    asset: Names | None = None
    """the only assets meant"""
    by_year: Whole | None = None
    """last year in which they may be done; the plan's last where left out"""


class ChoiceRules(Frozen):
    """Strategies forbidden, locked and required."""

    forbid: tuple[Forbid, ...] = ()
    lock: tuple[Lock, ...] = ()
    require: tuple[Require, ...] = ()


class Scheme(Frozen):
    """Assets that are treated together in one year, or not at all."""

    name: Name
    """what it is called"""
    assets: Names
    """its members: two or more assets"""
    treatment: Names
    """each member gets one of these"""
    years: Years | None = None
    """years in which the scheme may go ahead; all plan years where left out"""
    mobilisation: Amount = 0.0
    """cost shared by the members (£, prices of the first year), paid once"""
    line: str = ""
    """budget line that pays it; by default the line of the first member's treatment"""


class Target(PlaceSelector):
    """The most of a class's stock that may be in poor condition at the end of a year, or its least average index."""

    name: str = ""
    """what it is called; band and class where left out"""
    asset_class: Name
    """the class meant"""
    year: Whole
    """year by whose end it holds"""
    band: str = ""
    """this band of the condition index or a worse one"""
    below: Number | None = Field(default=None, gt=0, le=100)
    """condition index (points), in place of a band"""
    at_most: Share | None = None
    """share of the stock selected"""
    at_least: Number | None = Field(default=None, ge=0, le=100)
    """average condition index of the stock selected (points), in place of `at_most` of a band"""

    @property
    def of_assets(self) -> dict[str, tuple[str, ...]]:
        """Column of the register → names allowed; a target has one class, and so one unit of stock."""
        return {"asset_class": (self.asset_class,)} | super().of_assets


class ObjectiveChoice(Frozen):
    """What the plan seeks."""

    of: Annotated[str, AfterValidator(known)] = "benefit"
    """benefit: the most benefit within the limits; condition: the most condition gained over the plan years, by value
    and importance; least cost: the least present value of works in the plan years; least carbon: the least that
    works and energy emit in them; or one that was added"""
    cut_off: Number = Field(default=40.0, ge=0, lt=100)
    """condition index (points) below which condition earns nothing"""

    @property
    def sought(self) -> Sought:
        """How the objective behaves, and its words."""
        return OBJECTIVES[self.of].sought


class Stability(Frozen):
    """What holds a plan to an earlier programme: its firm works, and a price on every other change."""

    from_: Name = Field(alias="from")
    """output folder of the earlier plan, beside the plan file"""
    price: Amount
    """£ for every asset whose strategy differs"""
    firm: Literal["lock", "price"] = "lock"
    """lock: firm works of the earlier plan stand; price: they bear the price as all others do"""
