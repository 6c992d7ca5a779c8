"""What would have turned a choice, one thing at a time: the price of the works, the money of their line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assetplan._types import Floats
from assetplan.answers.market import Market, Options, turning_share
from assetplan.display import Shown
from assetplan.words import financial_year


@dataclass(frozen=True, repr=False)
class Lever(Shown):
    """One thing that, changed by itself, would have turned the choice.

    Attributes
    ----------
    of : str; "cost" of the asset's works, money of a "line", or "condition" today
    strategy : str
        What comes in first, or goes out last; "" where nothing turns the choice.
    value : float or None
        Where the choice turns: cost of that strategy's works (£), change of the line's money over the years (£, less
        than nothing for a cut), or condition index (0–100); None where nothing of this kind would turn it.
    share : float or None; cost only: that cost as a share of the present one
    by_year : dict of int → float; line only: the change in each year (£)
    line : str; line only: the budget line
    instead : tuple of str
        Line only: what holds the asset back, or would have put it out, where its line's money does not, in words.
    note : str; what was left out of account, or why nothing turns the choice
    """

    of: str
    strategy: str = ""
    value: float | None = None
    share: float | None = None
    by_year: dict[int, float] = field(default_factory=dict, hash=False)
    line: str = ""
    instead: tuple[str, ...] = ()
    note: str = ""


def cost_lever(market: Market, options: Options) -> Lever:
    """Cost at which the choice turns if all works of this asset cost the same share of their present cost.

    Their present value, where the objective bears it, and their use of limits on money go with the cost; what else they
    use does not.
    """
    priced = options.usage[:, market.money] @ market.prices[market.money]
    if market.pays:
        priced += options.present_cost
    turning = turning_share(options.net + priced, priced, options.treats, options.idle)
    if turning is None:
        return Lever("cost")
    share, place = turning
    return Lever("cost", str(options.names[place]), share * float(options.cost[place]), share)


def line_lever(market: Market, options: Options) -> Lever:
    """Money more (or less) for the line of an asset's works at which the choice turns.

    The prices of the line's years are scaled together until doing nothing and the best treatment are worth the same;
    what all assets would then use of the line, less what it has, is the change. It is exact, rounding to whole works
    apart, for money phased as those prices phase it, which may be more in one year and less in another.
    """
    place = options.chosen if options.treated else options.best
    lines = _lines_of(market, options, place)
    if not lines:
        return Lever("line", instead=_holding(market, options, place, ""))
    for line in lines:
        years = list(market.lines[line].values())
        priced = options.usage[:, years] @ market.prices[years]
        turning = turning_share(options.net + priced, priced, options.treats, options.idle)
        if turning is not None:
            break
    else:
        return Lever("line", line=lines[0], instead=_holding(market, options, place, lines[0]))
    share, turned = turning
    prices = market.with_line(line, share)
    # The money of the asset's own works is part of the change.
    more = market.demand(prices, options.asset, options.idle if options.treated else turned) + market.flowing
    change: dict[int, float] = {}
    for year, limit in market.lines[line].items():
        by = float(more[limit]) - float(market.limits[limit]["cap"] or 0.0)
        # A year whose money is not all used is worth nothing more or less.
        change[year] = by if market.prices[limit] > 0 else max(by, 0.0)
    return Lever("line", str(options.names[turned]), sum(change.values()), share, change, line)


def _lines_of(market: Market, options: Options, place: int) -> list[str]:
    """Lines with a price that treatments are paid from: those of one strategy first, the line it pays most for leading.

    A treated asset is put out by the line of its own works alone.
    """

    def paid(line: str, rows: Any) -> float:
        years = list(market.lines[line].values())
        return float((options.usage[rows][..., years] @ market.prices[years]).max(initial=0.0))

    own = sorted((line for line in market.lines if paid(line, place) > 0), key=lambda line: -paid(line, place))
    if options.treated:
        return own[:1]
    return own + [line for line in market.lines if line not in own and paid(line, options.treats) > 0]


def _holding(market: Market, options: Options, place: int, line: str) -> tuple[str, ...]:
    """Limits outside a line whose price a strategy pays, dearest first."""
    paid: Floats = options.usage[place] * market.prices
    paid[list(market.lines.get(line, {}).values())] = 0.0
    order = np.argsort(-paid, kind="stable")
    return tuple(dict.fromkeys(_holder(market, int(limit)) for limit in order[:3] if paid[limit] > 0.5))


def _holder(market: Market, limit: int) -> str:
    """What a limit is called; money that sources and borrowing bring together is short where its own limits are."""
    key = market.keys[limit]
    if key.kind != "funding":
        return f"“{str(key).replace('_', ' ')}”"
    debt = [k for k, other in enumerate(market.keys) if other.kind == "affordability" and market.prices[k] > 0]
    dearest = max(debt, key=lambda k: market.prices[k] * (market.limits[k]["cap"] or 0.0), default=None)
    held = "" if dearest is None else f", with borrowing held by “{market.keys[dearest]}”"
    return f"what sources and borrowing bring in {financial_year(key.year)}{held}"
