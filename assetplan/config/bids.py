"""What a plan says of bids, which treat no registered asset, and of the receipts that they and sales bring."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assetplan.config.base import Amount, Frozen, Name, Names, Number, Share, Whole

Profile = Annotated[tuple[Amount, ...], Field(max_length=60)]


class Bid(Frozen):
    """Works that treat no registered asset, done as a whole or not at all: amounts in the envelope's unit."""

    name: Name
    costs: dict[str, Profile]
    """budget line → what it pays in each year from the bid's start, prices of the plan's first year"""
    earliest: Whole | None = None
    latest: Whole | None = None
    """first and last year in which it may start; those of the plan where left out"""
    mandatory: bool = False
    """whether it must start by `latest`"""
    benefit: Amount = 0.0
    """present value of what it brings where it starts in the plan's first year, its cost not taken off"""
    saving: Amount = 0.0
    """what it saves in each year after its last year of cost"""
    saving_years: Whole | None = Field(default=None, ge=1, le=150)
    """years in which it saves; to the horizon where left out"""
    receipts: Profile = ()
    """money that comes in each year from its start"""
    stage: Name | None = None
    """of its receipts: identified, marketed, exchanged or banked, which says how likely they are"""
    probability: Share | None = None
    """of its receipts, in place of what the stage says"""
    district: str = ""
    division: str = ""
    source: str = ""
    """where its figures come from"""


class Contingency(Frozen):
    """Latent defects that may come to light, each by itself: what they are expected to cost is held in a line."""

    name: Name
    line: Name
    """budget line whose money holds their expected cost"""
    number: Annotated[Whole, Field(ge=1, le=100_000)]
    """projects or sites that may have such a defect"""
    chance: Share
    """how likely each has it"""
    cost: Amount
    """what putting one right costs (the envelope's unit)"""


class Sale(Frozen):
    """What is known of the sale of one premises, in place of what the register and `[disposals]` say."""

    premises: Name
    value: Annotated[Number, Field(ge=-1e12, le=1e12)] | None = None
    """what it brings (the envelope's unit); below 0 the council pays"""
    cost: Amount = 0.0
    """what selling costs beside the value"""
    stage: Name | None = None
    probability: Share | None = None
    earliest: Whole | None = None
    latest: Whole | None = None


class Disposals(Frozen):
    """Sales of premises as choices."""

    line: Name
    """budget line that pays what selling costs"""
    stage: Name = "identified"
    """how far a sale is of which no row says it"""
    energy: Annotated[Number, Field(ge=0, le=10)] = 0.0
    """price of the energy that is no longer bought (£/kWh)"""
    sales: tuple[Sale, ...] = ()


class Receipts(Frozen):
    """What the receipts of bids and sales pay for."""

    lines: Names | None = None
    """budget lines that they may add to; all of the envelope where left out"""
    source: str = ""
    """source of money, of type "receipt", that they add to; needed where the plan has sources"""
