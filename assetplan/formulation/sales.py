"""Sales of premises and bids that stand in for treatments, chosen with their assets.

What is sold takes no works, and costs nothing from then on. An asset for whose treatment a bid stands in has it in the
year in which the bid starts, at the bid's cost, and no other works of its own beside it.

The components of premises whose sale is a choice are one group with it. Its modes: kept, where every component chooses
by itself, or sold in a year, where each has its strategy without works.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.asset_classes import SALE
from assetplan.consequences import WORKS
from assetplan.errors import ConfigError, Fault
from assetplan.formulation.bids import NOT, BidOptions
from assetplan.formulation.sharing import SharedSites
from assetplan.formulation.site_costs import charge
from assetplan.inputs.bids import StatedBid
from assetplan.inputs.load import Inputs
from assetplan.register.premises import kept_by_others
from assetplan.strategies import Candidates, simulate, starting_condition

SOLD = 10**6
"""Mode of a sale in the first plan year; others follow, and no scheme has so many."""
STANDS_IN = SOLD // 2
"""Mode of an asset for whose treatment a bid stands in that starts in the first plan year; others follow."""


def year_of_sale(mode: Ints, years: int) -> Ints:
    """Plan year in which options of assets have theirs sold (0 is the first), `years` where they keep it.

    Parameters
    ----------
    mode : array (n,); modes of the options
    years : int; plan years
    """
    return np.where(mode >= SOLD, mode - SOLD, years)


def with_burdens(inputs: Inputs, options: BidOptions) -> BidOptions:
    """Sales with what their components cost from the year of the sale on, if nothing were done to them, as a benefit.

    Parameters
    ----------
    inputs : Inputs; the plan with its register
    options : BidOptions; the bids, sales among them
    """
    rows = np.unique([row for each in options.bids if each.kind == SALE for row in each.components]).astype(np.intp)
    rows = rows[~kept_by_others(inputs.register.assets.iloc[rows])]
    if not len(rows):
        return options
    part, model = inputs.register.assets.iloc[rows].reset_index(drop=True), inputs.model
    nothing = np.full((len(rows), model.rules.years), -1, dtype=np.int8)
    future = simulate(part, starting_condition(part, model), nothing, model)
    left: Floats = np.zeros(nothing.shape)
    for name, amounts in future.yearly.items():
        factor = model.rules.works_discount if name == WORKS else model.rules.burden_discount
        spent = np.cumsum(amounts * factor, axis=1)
        left += future.streams[name][:, None] - np.pad(spent, ((0, 0), (1, 0)))[:, :-1]
    benefit = options.benefit.copy()
    for option in np.flatnonzero(options.start != NOT):
        mine = np.isin(rows, options.bids[options.bid[option]].components)
        benefit[option] += left[mine, options.start[option]].sum()
    return replace(options, benefit=benefit)


def of_sales(options: BidOptions, n_assets: int) -> Ints:
    """Sale, or bid that stands in for its treatment, that each asset goes with: the bid's number, −1 for none.

    Parameters
    ----------
    options : BidOptions; the bids
    n_assets : int; assets of the register

    Raises
    ------
    ConfigError
        Two bids or sales have an asset in common.

    Returns
    -------
    array (n_assets,)
    """
    out = np.full(n_assets, -1, dtype=np.intp)
    for place, each in enumerate(options.bids):
        rows = list(each.components)
        if (taken := out[rows][out[rows] >= 0]).size:
            rule = f"shares an asset with {options.bids[taken[0]].name}: an asset goes with one bid or sale"
            raise ConfigError([Fault("plan", 0, "bids.instead_of", each.name, rule)])
        out[rows] = place
    return out


def with_sold(inputs: Inputs, sharing: SharedSites, options: BidOptions, sale: Ints) -> tuple[SharedSites, BidOptions]:
    """Candidates with one more for each asset and year of its bid; starts of bids that an asset bars are left out.

    Parameters
    ----------
    inputs : Inputs; the plan
    sharing : SharedSites; the candidates
    options : BidOptions; the bids
    sale : array (n_assets,); sale that each asset goes with, −1 for none

    Raises
    ------
    ConfigError
        Assets of a sale or bid that is mandatory cannot go with it in any year; each such bid is listed.
    """
    if (sale < 0).all():
        return sharing, options
    rows, modes = [np.arange(len(sharing.mode))], [sharing.mode]
    kept = np.ones(len(options.bid), dtype=bool)
    for asset in np.flatnonzero(sale >= 0):
        mine = np.flatnonzero((options.bid == sale[asset]) & (options.start != NOT))
        for start in np.unique(options.start[mine]):
            row = _with_bid(inputs, sharing.options, int(asset), options.bids[sale[asset]], int(start))
            kept[mine[options.start[mine] == start]] &= row >= 0
            if row >= 0:
                rows.append(np.array([row]))
                modes.append(np.array([_first_mode(options.bids[sale[asset]]) + start]))
    begun = np.bincount(options.bid, kept & (options.start != NOT), len(options.bids)) > 0
    must = [each for each, can in zip(options.bids, begun, strict=True) if each.mandatory and not can]
    if must:
        raise ConfigError(Fault("plan", 0, *_BARRED[each.kind == SALE](each)) for each in must)
    every, mode = np.concatenate(rows), np.concatenate(modes)
    order = np.lexsort((np.arange(len(every)), sharing.options.asset[every]))
    copied = sharing.taking(every[order], mode[order])
    return _paid_by_bids(inputs, copied, options, sale), options.taking(np.flatnonzero(kept))


_BARRED: dict[bool, Callable[[StatedBid], tuple[str, str, str]]] = {
    True: lambda bid: (
        "disposals",
        bid.name,
        "a rule, a commitment or firm works ask for works on a component of premises that are to be disposed of",
    ),
    False: lambda bid: (
        "bids.instead_of",
        bid.name,
        f"in no year in which it may start may all of its assets have {bid.treatment} alone",
    ),
}


def _first_mode(bid: StatedBid) -> int:
    """Mode of what goes with a bid that starts in the first plan year."""
    return SOLD if bid.kind == SALE else STANDS_IN


def _with_bid(inputs: Inputs, options: Candidates, asset: int, bid: StatedBid, start: int) -> int:
    """Strategy of an asset that goes with a bid that starts in a year: none of its own works; −1 where it has none.

    Of a sale it has no works at all, of a bid that stands in for its treatment that alone, in that year.
    """
    schedule = options.schedule[options.starts[asset] : options.starts[asset + 1]]
    wanted = np.full(schedule.shape[1], -1)
    if bid.treatment:
        names = [each.name for each in inputs.model.catalogue.treatments[inputs.register.assets["group"].iloc[asset]]]
        wanted[start] = names.index(bid.treatment)
    same = np.flatnonzero((schedule == wanted).all(axis=1))
    return int(options.starts[asset] + same[0]) if len(same) else -1


def _paid_by_bids(inputs: Inputs, sharing: SharedSites, options: BidOptions, sale: Ints) -> SharedSites:
    """Candidates whose works are paid for by the bids that stand in for them."""
    stands = np.array([bool(each.treatment) for each in options.bids])
    of = sale[sharing.options.asset]
    paid = np.flatnonzero((of >= 0) & stands[of] & (sharing.mode >= STANDS_IN))
    option, year = np.nonzero(sharing.options.cost[paid])
    amount = -sharing.options.cost[paid[option], year]
    charged = charge(sharing.options, paid[option], year, amount, inputs.model.rules.discount)
    return replace(sharing, options=charged) if len(paid) else sharing


def joint(options: BidOptions, sale: Ints, group: Ints, mode: Ints) -> tuple[Ints, Ints]:
    """Groups and modes of assets' options and of bids' options after them.

    Parameters
    ----------
    options : BidOptions; the bids
    sale : array (n_assets,); sale that each asset goes with, −1 for none
    group, mode : array (n_assets,), (n_options,); those of the assets without sales
    """
    first = int(group.max(initial=-1)) + 1
    linked = np.isin(np.arange(len(options.bids)), sale)
    of_bid = np.where(linked, first + np.arange(len(linked)), -1)
    group = np.where(sale >= 0, first + sale, group)
    base = np.array([_first_mode(each) for each in options.bids], dtype=np.intp)
    of_option = np.where(linked[options.bid] & (options.start != NOT), base[options.bid] + options.start, -1)
    return np.concatenate([group, of_bid]), np.concatenate([mode, of_option])
