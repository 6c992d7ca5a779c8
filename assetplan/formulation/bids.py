"""Bids as choices beside those of the assets: not at all, or begun in one of the years that they may begin in.

Their options stand after those of all assets, so what is known of an asset by its row stays as it is. Their costs are
works items of no asset: limits on money select them by line, district and name, and no selector of asset classes,
groups, roads or treatments means them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.asset_classes import BID
from assetplan.display import Shown
from assetplan.economics import NO_RISE
from assetplan.formulation.works import Works
from assetplan.inputs.bids import StatedBid
from assetplan.inputs.load import Inputs
from assetplan.strategies.names import NOTHING, strategy_text

_BY_OPTION = ("bid", "variant", "start", "cost", "later", "receipt", "present_cost", "benefit")
NOT = -1
"""Start of the option of leaving a bid out."""


@dataclass(frozen=True, eq=False, repr=False)
class BidOptions(Shown):
    """Options of all bids, sorted by bid; leaving it out, where that is one, is the first of each.

    Attributes
    ----------
    stated : tuple of StatedBid; every variant, those of a bid together
    bids : tuple of StatedBid; what is chosen on: the first variant of each bid
    lines : tuple of str; budget lines of the plan
    bid, variant : array (n,); bid of each option, and its variant's place in `stated`; left out, its first one's
    start : array (n,); plan year in which it begins (0 is the first), `NOT` where it is left out
    cost : array (n, n_lines, years); what each line pays in each plan year [£, prices of the first year]
    later : array (n,); what is to be paid after the plan years [£]
    receipt : array (n, years); what comes in each plan year, by how likely it is [£]
    present_cost : array (n,); present value of the cost in the plan years [£]
    benefit : array (n,)
        Present value of what it brings, saves and receives, less that of all it costs [£].
    starts : array (n_bids + 1,); bid p owns rows starts[p] to starts[p + 1] − 1
    """

    stated: tuple[StatedBid, ...]
    bids: tuple[StatedBid, ...]
    lines: tuple[str, ...]
    bid: Ints
    variant: Ints
    start: Ints
    cost: Floats
    later: Floats
    receipt: Floats
    present_cost: Floats
    benefit: Floats
    starts: Ints

    def none(self) -> BidOptions:
        """No bid of the same plan."""
        return replace(self.taking(np.zeros(0, dtype=np.intp)), stated=(), bids=(), starts=self.starts[:1])

    def taking(self, rows: Ints) -> BidOptions:
        """The same bids with some of their options."""
        part = {name: getattr(self, name)[rows] for name in _BY_OPTION}
        return replace(self, starts=np.searchsorted(part["bid"], np.arange(len(self.starts))), **part)

    @property
    def names(self) -> Texts:
        """Name of each bid, (n_bids,)."""
        return np.array([bid.name for bid in self.bids], dtype=object)

    def bids_of(self, chosen: Ints) -> list[StatedBid]:
        """Variants that are done of options (n_bids,) that are chosen."""
        return [self.stated[self.variant[row]] for row in chosen if self.start[row] != NOT]

    @property
    def spends(self) -> Bools:
        """Where a line pays something, or nothing yet in the year of the start, (n, n_lines, years)."""
        out: Bools = self.cost > 0
        begun = np.flatnonzero(self.start != NOT)
        bare = begun[~out[begun, :, self.start[begun]].any(axis=1)]
        paying = [self.lines.index(self.stated[place].main_line) for place in self.variant[bare]]
        out[bare, paying, self.start[bare]] = True
        return out

    @property
    def most_paid(self) -> Floats:
        """The most that all bids together can cost in each plan year, (years,)."""
        return self.most(self.cost.sum(axis=1))

    def most_received(self, price: Floats) -> Floats:
        """The most that may be left of what all bids brought by each plan year, (years,) [£].

        Parameters
        ----------
        price : array (years,); what £1 of the first year is in the money that receipts are kept in
        """
        return self.most((self.receipt * price).cumsum(axis=1)) / price

    def confirmed_saving(self, years: int) -> Floats:
        """What confirmed savings each option makes in each year from the plan's first, (n, years) [£].

        Parameters
        ----------
        years : int; how many years, those after the plan among them
        """
        out = np.zeros((len(self.bid), years))
        for row in np.flatnonzero(self.start != NOT):
            each, begins = self.stated[self.variant[row]], int(self.start[row])
            if each.saving_confirmed:
                out[row, begins:] = np.maximum(each.saved(years - begins, begins, self.cost.shape[2] - 1), 0.0)
        return out

    def most(self, amount: Floats) -> Floats:
        """The most that the options of all bids together can come to of an amount (n, years), (years,)."""
        if not self.bids:
            return np.zeros(amount.shape[1])
        return np.asarray(np.maximum.reduceat(amount, self.starts[:-1], axis=0).sum(axis=0), dtype=np.float64)

    def places(self, assets: pd.DataFrame) -> pd.DataFrame:
        """One row a bid under the register's columns: name, class and place; all else is blank, or zero.

        Parameters
        ----------
        assets : DataFrame; table `assets` of the register
        """
        known = {"asset_id": self.names, "name": self.names, "asset_class": BID.asset_class}
        known |= {key: [getattr(bid, key) for bid in self.bids] for key in ("district", "division")}
        other = {
            name: 0.0 if pd.api.types.is_numeric_dtype(assets[name]) else ""
            for name in assets.columns
            if name != "geometry"
        }
        return pd.DataFrame(other | known, index=range(len(self.bids)))


def bid_options(inputs: Inputs, whole: bool = True) -> BidOptions:
    """Every option of every bid of a plan.

    Parameters
    ----------
    inputs : Inputs; the plan
    whole : bool; whether all of the plan is stated; beside some of its assets no bid is
    """
    stated = inputs.bids if whole else ()
    names = list(dict.fromkeys(each.name for each in stated))
    first = [next(place for place, each in enumerate(stated) if each.name == name) for name in names]
    choices = [
        (number, place, start) for number, begins in enumerate(first) for place, start in _choices(stated, begins)
    ]
    bid, variant, start = np.array(choices, dtype=np.intp).reshape(-1, 3).T
    lines, years = inputs.limits.lines, inputs.plan.years
    cost, receipt = np.zeros((len(choices), len(lines), years)), np.zeros((len(choices), years))
    later, benefit = np.zeros((2, len(choices)))
    for row, (_, place, begins) in enumerate(choices):
        if begins != NOT:
            each = stated[place]
            for line, amounts in each.net_costs(begins).items():
                within = amounts[: years - begins]
                cost[row, lines.index(line), begins : begins + len(within)] = within
                later[row] += amounts[years - begins :].sum()
            came = each.receipts[: years - begins]
            receipt[row, begins : begins + len(came)] = came * each.probability
            benefit[row] = _worth(each, begins, inputs.model.rules.discount)
    present_cost = cost.sum(axis=1) @ inputs.model.rules.works_discount
    bids, starts = tuple(stated[place] for place in first), np.searchsorted(bid, np.arange(len(first) + 1))
    return BidOptions(stated, bids, lines, bid, variant, start, cost, later, receipt, present_cost, benefit, starts)


def _choices(stated: Sequence[StatedBid], first: int) -> Iterator[tuple[int, int]]:
    """Variant and start of each option of the bid whose variants begin at a place; left out first, where it may be."""
    if not stated[first].mandatory:
        yield first, NOT
    for place in range(first, len(stated)):
        if stated[place].name != stated[first].name:
            return
        yield from ((place, start) for start in range(stated[place].earliest, stated[place].latest + 1))


def _worth(bid: StatedBid, begins: int, discount: Floats) -> float:
    """Present value of a bid begun in a plan year: what it brings, saves and receives less what it costs [£].

    Costs and receipts fall at the start of their years, effects on revenue in the middle; beyond the horizon nothing is
    saved, and costs bear its last factor.
    """
    factor = np.pad(discount, (0, len(bid.receipts) + bid.length), mode="edge")[begins:]
    paid = sum((amounts @ factor[: len(amounts)] for amounts in bid.net_costs(begins).values()), 0.0)
    came = bid.probability * float(bid.receipts @ factor[: len(bid.receipts)])
    middle = np.sqrt(discount[1:] * discount[:-1])[begins:]
    saved = bid.saved(len(middle), begins) @ middle
    return float(bid.benefit * discount[begins] + saved + came - paid)


def bid_strategies(inputs: Inputs, options: BidOptions, rows: Ints) -> Texts:
    """Some options of bids as a strategy's text, by the year in which each begins, (n_rows,).

    Parameters
    ----------
    inputs, options : Inputs, BidOptions; the plan, and options of its bids
    rows : array (n_rows,); which of them
    """
    first, stated = inputs.plan.first_year, options.stated
    texts = [
        NOTHING
        if options.start[row] == NOT
        else strategy_text([(stated[options.variant[row]].works_name, first + int(options.start[row]))])
        for row in rows
    ]
    return np.array(texts, dtype=object)


def with_bids(works: Works, options: BidOptions) -> Works:
    """Works of the assets' candidates with what bids spend, an item for each line and year of an option.

    Parameters
    ----------
    works : Works; of all candidates of the assets
    options : BidOptions; options that follow them
    """
    if not options.bids:
        return works
    option, line, year = np.nonzero(options.spends)
    order = np.lexsort((line, year, option))
    option, line, year = option[order], line[order], year[order]
    assets = works.assets
    kind = BID.asset_class
    paid = {"group": kind, "treatment": kind, "label": BID.label, "kind": kind, "line": list(options.lines)}
    growth = [NO_RISE] * len(options.lines)  # it is in their cost already
    rows = pd.DataFrame({**paid, "growth": growth, "unit": BID.unit}).reindex(columns=works.treatments.columns)
    return replace(
        works,
        assets=pd.concat(
            [pd.DataFrame(assets.drop(columns="geometry", errors="ignore")), options.places(assets)], ignore_index=True
        ),
        treatments=pd.concat([works.treatments, rows], ignore_index=True),
        option=np.concatenate([works.option, works.n_options + option]),
        asset=np.concatenate([works.asset, len(assets) + options.bid[option]]),
        year=np.concatenate([works.year, year]),
        treatment=np.concatenate([works.treatment, len(works.treatments) + line]),
        cost=np.concatenate([works.cost, options.cost[option, line, year]]),
        n_options=works.n_options + len(options.bid),
    )
