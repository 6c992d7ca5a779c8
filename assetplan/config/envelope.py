"""The envelope: what may be spent, by line and year, from which sources, on what."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from assetplan.config.base import (
    LIST,
    ONE,
    POUNDS,
    RANGE,
    Amount,
    Amounts,
    Frozen,
    Funder,
    KeyUnit,
    Name,
    Names,
    Number,
    Share,
    WorksSelector,
    Years,
)  # fmt: skip


class Range(Frozen):
    """Amounts known only within a range: one low and one high a plan year."""

    low: tuple[Amount, ...]
    """least of it in each plan year"""
    high: tuple[Amount, ...]
    """most of it in each plan year"""


Additional = Annotated[
    Annotated[tuple[Amount, ...], Tag(ONE)] | Annotated[Range, Tag(RANGE)],
    Discriminator(lambda value: RANGE if isinstance(value, dict | Range) else ONE),
]
"""One amount a year, or a range of them."""
Amounts_ = tuple[float, ...]
Part = Annotated[Number, Field(ge=0, le=10), KeyUnit("share")]
GeneralRise = Annotated[Number, Field(ge=-0.05, le=0.25), KeyUnit("1/year")]
GeneralRiseByYear = Annotated[
    Annotated[GeneralRise, Tag(ONE)] | Annotated[tuple[GeneralRise, ...], Tag(LIST), Field(min_length=1)],
    Discriminator(lambda value: LIST if isinstance(value, list | tuple) else ONE),
]
"""One rise of prices, or a list of those from each year to the next, whose last goes on."""
Shares = Annotated[
    Annotated[Share, Tag(ONE)] | Annotated[tuple[Share, ...], Tag(LIST)],
    Discriminator(lambda value: LIST if isinstance(value, list | tuple) else ONE),
]
"""One share, or a list with one a plan year."""


class Preventative(WorksSelector):
    """The share of spend that is preventative, of the whole plan or of each year."""

    min: Share | None = None
    """least share of spend that is preventative"""
    max: Share | None = None
    """most of it"""
    each_year: bool = False
    """whether the share must hold in every year, not only over the whole plan"""


class Envelope(Frozen):
    """What each budget line may spend in each year of the plan."""

    unit: Literal["£", "£000", "£m"] = "£m"
    """unit of the amounts below"""
    prices: Literal["real", "cash"] = "real"
    """real: the prices of the plan's first year; cash: money of each year, deflated by `inflation`"""
    inflation: GeneralRiseByYear = 0.0
    """rise of all prices (1/year) that deflates a cash envelope, or a list of those from each year to the next"""
    lines_: dict[str, tuple[Amount, ...]] = Field(default={}, alias="lines")
    """budget line → the most it may spend in each plan year, in place of what the profile below says of it"""
    floors_: dict[str, tuple[Amount, ...]] = Field(default={}, alias="floors")
    """budget line → the least it must spend in each plan year, in place of what the profile below says of it"""
    current: dict[str, Amount] = Field(default={})
    """budget line → what it spends in a year today, a case of the forecasts; with `additional` the approved profile"""
    additional: dict[str, Additional] = Field(default={})
    """budget line → what was approved beside it for each plan year, or a range"""
    below: dict[str, Share] = Field(default={})
    """budget line, or `default` → share of its approved money that it may leave unspent (1 unless given)"""
    above: dict[str, Part] = Field(default={})
    """budget line, or `default` → share of its approved money that it may spend beside it (0 unless given)"""
    carry_over: dict[str, Share] = Field(default={})
    """budget line, or `default` → share of a year's amount that may be spent a year later"""
    virement: dict[str, Share] = Field(default={})
    """budget line, or `default` → share of a year's amount that may move to other lines in that year"""
    contingency: dict[str, Shares] = Field(default={})
    """budget line, or `default` → share of its money that is held back and spent on no works, one or one a plan year"""
    preventative: Preventative | None = None

    @property
    def pounds(self) -> float:
        """Pounds in one unit of the amounts."""
        return POUNDS[self.unit]

    @property
    def approved(self) -> dict[str, tuple[Amounts_, Amounts_]]:
        """Budget line → its approved money by plan year, low and high: the same but for a range."""
        out = {}
        for line, added in self.additional.items():
            low, high = (added.low, added.high) if isinstance(added, Range) else (added, added)
            now = self.current.get(line, 0.0)
            # Sums of printed figures keep their digits.
            out[line] = tuple(tuple(round(now + amount, 9) for amount in side) for side in (low, high))
        return out  # type: ignore[return-value]  # two sides each

    @property
    def lines(self) -> dict[str, Amounts_]:
        """Budget line → the most it may spend in each plan year."""
        most = {
            line: tuple(amount * (1 + self._part("above", line, 0.0)) for amount in high)
            for line, (_, high) in self.approved.items()
        }
        return most | self.lines_

    @property
    def floors(self) -> dict[str, Amounts_]:
        """Budget line → the least it must spend in each plan year, of the lines that must."""
        least = {
            line: tuple(amount * (1 - self._part("below", line, 1.0)) for amount in low)
            for line, (low, _) in self.approved.items()
            if self._part("below", line, 1.0) < 1
        }
        return least | self.floors_

    def _part(self, table: Literal["below", "above"], line: str, otherwise: float) -> float:
        parts: dict[str, float] = getattr(self, table)
        return parts.get(line, parts.get("default", otherwise))

    def held_back(self, line: str, years: int) -> Amounts_:
        """Share of a line's money that its contingency holds in each plan year."""
        stated = self.contingency.get(line, self.contingency.get("default", 0.0))
        return stated if isinstance(stated, tuple) else (stated,) * years

    def share(self, table: Literal["carry_over", "virement"], line: str) -> float:
        """Share of a line that may be carried over or moved: its own, or the default."""
        shares: dict[str, float] = getattr(self, table)
        return shares.get(line, shares.get("default", 0.0))


class Limit(WorksSelector):
    """A cap, a floor or both on a total of the works selected."""

    name: Name
    """what it is called"""
    of: Literal[
        "cost", "design", "quantity", "length_m", "number", "carbon", "carbon with energy", "risk", "planned share"
    ] = "cost"
    """what is added up: cost, or the design and supervision in it (in the envelope's unit), quantity (in the assets'
    unit), metres, works items, or carbon (t CO2e) of works, or of works and of all energy of the assets selected; or
    what the streams of risk of the assets selected cost, whatever is done to them (in the envelope's unit); or the
    share (0–1) of works on the assets selected in these works and reactive repairs of the same assets together"""
    at_least: Amounts | None = None
    """a floor (in the unit of what is added up): one amount for the years together, or a list with one a year"""
    at_most: Amounts | None = None
    """a cap, likewise (in the unit of what is added up)"""
    years: Years | None = None
    """the years meant; all plan years where left out"""
    source: Names | None = None
    """money of these sources, whatever it is spent on"""


class Source(Funder):
    """A source of money and what it may fund."""

    amounts: tuple[Amount, ...]
    """one a plan year, in the envelope's unit: what it has; of a reserve, what is paid into it"""
    type: Literal["grant", "receipt", "contribution", "revenue", "reserve", "other"] = "other"
    """what kind of money it is"""
    stage: Name | None = None
    """of a receipt: identified, marketed, exchanged or banked, which says how likely it is"""
    probability: Share | None = None
    """of a grant, a receipt (in place of what its stage says) or a contribution; certain where left out"""
    premises: str = ""
    """of a receipt: the premises whose sale brings it"""
    site: str = ""
    """of a contribution: the development that pays it"""
    purpose: str = ""
    """of a contribution: the development that pays it, and what for"""
    balance: Amount | None = None
    """of a reserve: what is in it when the plan begins"""
    least_balance: Amount = 0.0
    """of a reserve: what must always stay in it"""
    committed: tuple[Amount, ...] = ()
    """of a reserve: what is promised from it to others in each plan year"""
