"""Bids that need, exclude or follow each other: rows of the problem on whether bids are done, each counted as one.

With x_i = 1 where a variant is done, y_j = 1 where another bid is, and s, e the year of start and the year after the
last cost: x_i ≤ y_j where it needs it, x_i + y_j ≤ 1 where it excludes it, and where it follows it
Σ x[s ≤ t] ≤ Σ y[e ≤ t] for every year t in which it may start. Of variants of one bid, one choice, at most one is done.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assetplan._types import Bools
from assetplan.formulation.bids import NOT, BidOptions
from assetplan.formulation.constraints import Basis, Constraints, Entries, LimitRow
from assetplan.limits import BID_LINK, LimitKey

UNIT = "bids"
_Row = tuple[LimitKey, float, Bools, Bools, float]


def bid_links(basis: Basis) -> Constraints:
    """A row for each bid that another needs or excludes, and for each year in which it may follow one."""
    options, first = basis.bids, int(basis.options.starts[-1])
    rows: list[LimitRow] = []
    entries: list[Entries] = []
    for key, cap, mine, other, sign in _links(options):
        place = np.full(len(options.bid), len(rows), dtype=np.intp)
        for where, amount in ((mine, 1.0), (other, sign)):
            picked = np.flatnonzero(where)
            entries.append(Entries(first + picked, place[picked], np.full(len(picked), amount)))
        rows.append(LimitRow(key, f"bids: {key.name}", UNIT, cap=cap))
    return Constraints(tuple(rows), Entries.stack(entries))


def _links(options: BidOptions) -> Iterator[_Row]:
    """Key, cap, options that wait or exclude, options of the other bid and their sign, of each row."""
    done = options.start != NOT
    ends = options.start + np.array([options.stated[place].length for place in options.variant], dtype=np.intp)
    names = options.names
    for number, each in enumerate(options.bids):
        own = done & (options.bid == number)
        variants = [options.stated[place] for place in np.unique(options.variant[own])]
        for link in ("needs", "excludes", "follows"):
            for name in dict.fromkeys(name for variant in variants for name in getattr(variant, link)):
                states = [name in getattr(options.stated[place], link) for place in options.variant]
                mine, other = own & np.array(states, dtype=bool), done & (names[options.bid] == name)
                what = f"{each.name} {link} {name}"
                if link != "follows":
                    cap, sign = (0.0, -1.0) if link == "needs" else (1.0, 1.0)
                    yield LimitKey(BID_LINK, what), cap, mine, other, sign
                    continue
                for start in np.unique(options.start[mine]):
                    key = LimitKey(BID_LINK, f"{what} by plan year {int(start) + 1}")
                    yield key, 0.0, mine & (options.start <= start), other & (ends <= start), -1.0
