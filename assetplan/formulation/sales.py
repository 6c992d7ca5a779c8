"""Sales of premises, chosen with their components: what is sold takes no works, and costs nothing from then on.

The components of premises whose sale is a choice are one group with it. Its modes: kept, where every component chooses
by itself, or sold in a year, where each has its strategy without works.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.consequences import WORKS
from assetplan.errors import ConfigError, Fault
from assetplan.formulation.bids import NOT, BidOptions
from assetplan.formulation.sharing import SharedSites
from assetplan.inputs.load import Inputs
from assetplan.register.premises import kept_by_others
from assetplan.strategies import simulate, starting_condition

SOLD = 10**6
"""Mode of a sale in the first plan year; others follow, and no scheme has so many."""


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
    rows = np.unique([row for each in options.bids for row in each.components]).astype(np.intp)
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
    """Sale that each asset goes with, as the bid's number, −1 for none, (n_assets,)."""
    out = np.full(n_assets, -1, dtype=np.intp)
    for place, each in enumerate(options.bids):
        out[list(each.components)] = place
    return out


def with_sold(sharing: SharedSites, options: BidOptions, sale: Ints) -> tuple[SharedSites, BidOptions]:
    """Candidates with one more for each component and year of its sale; sales that a component bars are left out.

    Parameters
    ----------
    sharing : SharedSites; the candidates
    options : BidOptions; the bids
    sale : array (n_assets,); sale that each asset goes with, −1 for none

    Raises
    ------
    ConfigError
        A component of premises that must be sold cannot be left without works; each such sale is listed.
    """
    if (sale < 0).all():
        return sharing, options
    starts = sharing.options.starts
    idle: Bools = np.all(sharing.options.schedule < 0, axis=1)
    rows, modes = [np.arange(len(idle))], [sharing.mode]
    barred: Bools = np.zeros(len(options.bids), dtype=bool)
    for asset in np.flatnonzero(sale >= 0):
        mine = np.flatnonzero(idle[starts[asset] : starts[asset + 1]])
        begins = options.start[options.starts[sale[asset]] : options.starts[sale[asset] + 1]]
        begins = begins[begins != NOT]
        if len(mine):
            rows.append(np.full(len(begins), starts[asset] + mine[0]))
            modes.append(SOLD + begins)
        barred[sale[asset]] |= not len(mine)
    must = [each.name for each, no in zip(options.bids, barred, strict=True) if no and each.mandatory]
    if must:
        rule = "a rule, a commitment or firm works ask for works on a component of premises that are to be disposed of"
        raise ConfigError(Fault("plan", 0, "disposals", name, rule) for name in must)
    row, mode = np.concatenate(rows), np.concatenate(modes)
    order = np.lexsort((np.arange(len(row)), sharing.options.asset[row]))
    copied = sharing.taking(row[order], mode[order])
    return copied, options.taking(np.flatnonzero(~barred[options.bid] | (options.start == NOT)))


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
    of_option = np.where(linked[options.bid] & (options.start != NOT), SOLD + options.start, -1)
    return np.concatenate([group, of_bid]), np.concatenate([mode, of_option])
