"""The envelope: what may be spent, by line and year, from which sources, on what."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assetplan.config.base import Amount, Amounts, Frozen, Name, Names, Share, WorksSelector, Years


class Preventative(WorksSelector):
    """The share of spend that is preventative, of the whole plan or of each year."""

    min: Share | None = None
    max: Share | None = None
    each_year: bool = False
    """whether the share must hold in every year, not only over the whole plan"""


class Envelope(Frozen):
    """What each budget line may spend in each year of the plan."""

    unit: Literal["£", "£000", "£m"] = "£m"
    """unit of the amounts below"""
    prices: Literal["real", "cash"] = "real"
    """real: the prices of the plan's first year; cash: money of each year, deflated by `inflation`"""
    inflation: float = Field(default=0.0, ge=-0.05, le=0.25)
    """construction inflation (1/year) that deflates a cash envelope"""
    lines: dict[str, tuple[Amount, ...]] = Field(min_length=1)
    """budget line → the most it may spend in each plan year"""
    floors: dict[str, tuple[Amount, ...]] = Field(default={})
    """budget line → the least it must spend in each plan year"""
    carry_over: dict[str, Share] = Field(default={})
    """budget line, or `default` → share of a year's amount that may be spent a year later"""
    virement: dict[str, Share] = Field(default={})
    """budget line, or `default` → share of a year's amount that may move to other lines in that year"""
    preventative: Preventative | None = None

    @property
    def pounds(self) -> float:
        """Pounds in one unit of the amounts."""
        return {"£": 1.0, "£000": 1e3, "£m": 1e6}[self.unit]

    def share(self, table: Literal["carry_over", "virement"], line: str) -> float:
        """Share of a line that may be carried over or moved: its own, or the default."""
        shares: dict[str, float] = getattr(self, table)
        return shares.get(line, shares.get("default", 0.0))


class Limit(WorksSelector):
    """A cap, a floor or both on a total of the works selected."""

    name: Name
    of: Literal["cost", "quantity", "length_m", "number"] = "cost"
    """what is added up: cost (in the envelope's unit), quantity (in the assets' unit), metres, or works items"""
    at_least: Amounts | None = None
    at_most: Amounts | None = None
    """one amount for the years together, or a list with one a year"""
    years: Years | None = None
    """the years meant; all plan years where left out"""
    source: Names | None = None
    """money of these sources, whatever it is spent on"""


class Source(WorksSelector):
    """A source of money and what it may fund."""

    name: Name
    amounts: tuple[Amount, ...]
    """one a plan year, in the envelope's unit"""
