"""What a plan says of bids, which treat no registered asset or stand in for works on some, and of what they bring."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from assetplan.config.base import Amount, Frozen, Name, Names, Number, Share, Whole

Profile = Annotated[tuple[Amount, ...], Field(max_length=60)]
Effects = Annotated[tuple[Annotated[Number, Field(ge=-1e12, le=1e12)], ...], Field(max_length=60)]
Links = Annotated[tuple[Name, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
Criterion = Literal["financial benefit", "statutory", "emergency"]
RECOMMENDED: Literal["recommended"] = "recommended"
Variant = Literal["reduced", "recommended", "enhanced"]


class Bid(Frozen):
    """One variant of a bid, done as a whole or not at all: amounts in the envelope's unit.

    Of the variants of one name at most one is done.
    """

    name: Name
    """what it is called; variants share it"""
    variant: Variant = RECOMMENDED
    """which variant of the bid this is"""
    costs: dict[str, Profile]
    """budget line → what its works cost in each year from the bid's start, prices of the plan's first year"""
    criteria: tuple[Criterion, ...] = ()
    """what the money is for: at least one"""
    earliest: Whole | None = None
    """first year in which it may start; the plan's first where left out"""
    latest: Whole | None = None
    """last year in which it may start; where left out the last from which its costs end within the plan"""
    mandatory: bool = False
    """whether it must start by `latest`"""
    benefit: Amount = 0.0
    """present value of what it brings where it starts in the plan's first year, its cost not taken off"""
    benefits: dict[str, Amount] = Field(default_factory=dict)
    """cost stream → present value of what it saves of that, beside `benefit`"""
    saving: Amount = 0.0
    """what it saves in each year from `saving_from` on"""
    saving_from: Whole | None = Field(default=None, ge=0, le=60)
    """years from its start to the first that saves; the year after its last cost where left out"""
    saving_years: Whole | None = Field(default=None, ge=1, le=150)
    """years in which it saves; to the horizon where left out"""
    saving_confirmed: bool = False
    """whether the saving is confirmed, so that it may pay for debt"""
    running_cost: Amount = 0.0
    """what it costs revenue in each year after its last year of cost"""
    revenue: Effects = ()
    """other effects on revenue in each year from its start (the envelope's unit): above 0 saves, below 0 costs"""
    grants: Profile = ()
    """grants for this bid alone in each year from its start"""
    grants_probability: Share | None = None
    """how likely they are; certain where left out"""
    contributions: Profile = ()
    """contributions of others in each year from its start, which come only if matched"""
    contributions_probability: Share | None = None
    """how likely they are; certain where left out"""
    match: Amount | None = None
    """own money that the contributions ask for"""
    receipts: Profile = ()
    """money for any works that comes in each year from its start"""
    receipts_stage: Name | None = None
    """identified, marketed, exchanged or banked, which says how likely the receipts are"""
    receipts_probability: Share | None = None
    """of its receipts, in place of what the stage says"""
    needs: Links = ()
    """bids that are done too"""
    excludes: Links = ()
    """bids that are not done beside it"""
    follows: Links = ()
    """bids that are done and finished before it starts"""
    stage: str = ""
    """how far its business case is"""
    gate: str = ""
    """approval gate that it has passed"""
    instead_of: Links = ()
    """assets for whose treatment it stands in: they have it in the year it starts, at the bid's cost"""
    treatment: str = ""
    """what that treatment is"""
    promoter: str = ""
    """who puts it forward"""
    district: str = ""
    """district that it is in"""
    division: str = ""
    """electoral division that it is in"""
    wkt: str = ""
    """its place, in the register's coordinates"""
    source: str = ""
    """where its figures come from"""


class Contingency(Frozen):
    """Latent defects that may come to light, each by itself: what they are expected to cost is held in a line."""

    name: Name
    """the defects"""
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
    """identifier of the premises"""
    value: Annotated[Number, Field(ge=-1e12, le=1e12)] | None = None
    """what it brings (the envelope's unit); below 0 the council pays"""
    cost: Amount = 0.0
    """what selling costs beside the value"""
    stage: Name | None = None
    """identified, marketed, exchanged or banked, which says how likely the receipt is"""
    probability: Share | None = None
    """how likely the receipt is, in place of what the stage says"""
    earliest: Whole | None = None
    """first year in which it may be sold; the plan's first where left out"""
    latest: Whole | None = None
    """last year in which it may be sold; the plan's last where left out"""


class Disposals(Frozen):
    """Sales of premises as choices."""

    line: Name
    """budget line that pays what selling costs"""
    stage: Name = "identified"
    """how far a sale is of which no row says it"""
    energy: Annotated[Number, Field(ge=0, le=10)] = 0.0
    """price of the energy that is no longer bought (£/kWh)"""
    sales: tuple[Sale, ...] = ()
    """premises of which more is known than the register says"""


class Receipts(Frozen):
    """What the receipts of bids and sales pay for."""

    lines: Names | None = None
    """budget lines that they may add to; all of the envelope where left out"""
    source: str = ""
    """source of money, of type "receipt", that they add to; needed where the plan has sources"""
