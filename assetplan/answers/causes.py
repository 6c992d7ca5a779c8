"""Which input turned an asset's choice between two programmes.

At a plan's prices p an asset takes the strategy of the largest net o − p·u. Between what it had, a, and what it has, b,
the advantage of b is d = net(b) − net(a): as a rule below 0 in the first plan and above 0 in the second. The difference
of the two, d₂ − d₁, is a sum, exactly, of what the works are worth, what they cost and what each limit's price makes of
what they use; the largest part is the cause. Assets of one candidate scheme are added up first.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import sparse

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.answers.market import Market
from assetplan.finance.treasury import DEBT_COST
from assetplan.limits import LimitKey
from assetplan.programme import Programme

CAUSES = {
    "price": "the price of a limit", "cost": "what its works cost", "condition": "its condition",
    "worth": "what its works are worth", "possible": "works that could not be chosen before",
    "barred": "works that can no longer be chosen", "register": "assets that only one register has",
    "close": "choices of nearly the same worth", "tax_base": "the tax base, whose confirmed growth bears debt",
}  # fmt: skip
"""Causes, and in words."""

_OF_DEBT = ("borrowing", "treasury", "income", "sources")  # of a plan, what bounds its debt beside the tax base
_STATE = 0.05  # index points, or share of the pace, below which an asset's condition is the same but for rounding
_LEAST = 0.01  # of the objective's unit: figures are stored to the penny


def cause_words(cause: str, what: str, labels: Mapping[str, str]) -> str:
    """A cause in words, with the line or limit whose price it is; "" for none.

    Parameters
    ----------
    cause, what : str; as of a row of a `Comparison`
    labels : mapping; what a reader calls each budget line
    """
    of = f": {labels[what].lower() if what in labels else what}" if what else ""
    return f"{CAUSES[cause]}{of}" if cause else ""


def causes_of(before: Programme, after: Programme, changed: pd.DataFrame) -> tuple[Texts, Texts]:
    """Cause of each change, and the limit whose price it is.

    Parameters
    ----------
    before, after : Programme; plans of the same years
    changed : DataFrame; columns asset_id, before and after, as of a `Comparison` (n)

    Returns
    -------
    (array (n,), array (n,))
        Keys of `CAUSES`; subject of the limit, "" where the cause is no price of one.

    Raises
    ------
    RegisterError
        A programme was written without its strategies.
    """
    markets = Market.of(before), Market.of(after)
    rows = [pd.Index(each.assets["asset_id"]).get_indexer(changed["asset_id"]) for each in (before, after)]
    both = (rows[0] >= 0) & (rows[1] >= 0)
    cause, what = np.full(len(changed), "register", dtype=object), np.full(len(changed), "", dtype=object)
    if not both.any():
        return cause, what
    places = [each[both] for each in rows]
    at = [
        [_row_of(market, place, changed[column].to_numpy(dtype=object)[both]) for column in ("before", "after")]
        for market, place in zip(markets, places, strict=True)
    ]
    part, label = _largest(markets, at, _unit(after, places[1]), _same_state(before, after, places))
    part = np.where((part == "price") & np.isin(label, _borne(before, after)), "tax_base", part)
    part = np.where(at[0][1] < 0, "possible", np.where(at[1][0] < 0, "barred", part))
    cause[both], what[both] = part, np.where(np.isin(part, ("price", "tax_base")), label, "")
    return cause, what


def _borne(before: Programme, after: Programme) -> list[str]:
    """Subjects of the limits on borrowed money, where the tax base alone made another limit on the cost of debt."""
    plans = [(each.settings or {}).get("plan") or {} for each in (before, after)]
    caps = [
        [row["cap"] for row in each.summary.limits if row["key"].get("name") == DEBT_COST] for each in (before, after)
    ]
    if caps[0] == caps[1] or any(plans[0].get(key) != plans[1].get(key) for key in _OF_DEBT):
        return []
    loans = [facility["name"] for facility in plans[0].get("borrowing") or ()]
    flows = [flow for each in (before, after) for flow in each.summary.flows]
    return [*loans, *(flow["funds"] for flow in flows if flow["kind"] == "source" and flow["source"] in loans)]


def _row_of(market: Market, assets: Ints, wanted: Texts) -> Ints:
    """Row of each asset's strategy of a name, −1 where it has none, (n,)."""
    strategies = market.strategies
    counts = np.diff(strategies.starts)[assets]
    of = np.repeat(np.arange(len(assets)), counts)
    row = strategies.starts[assets][of] + np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    same = np.flatnonzero(strategies.names[strategies.name[row]] == wanted[of])[::-1]  # the first of two stands
    out = np.full(len(assets), -1, dtype=np.int64)
    out[of[same]] = row[same]
    return out


def _unit(programme: Programme, assets: Ints) -> Ints:
    """What is decided on as one, a candidate scheme or an asset by itself, as a number of each asset's."""
    if "candidate_scheme" not in programme.assets:  # a folder of before there were any
        return np.arange(len(assets))
    scheme = programme.assets["candidate_scheme"].to_numpy(dtype=object)[assets]
    ids = programme.assets["asset_id"].to_numpy(dtype=object)[assets]
    return pd.factorize(pd.Series(scheme).where(scheme != "", "\0" + pd.Series(ids)))[0]


def _same_state(before: Programme, after: Programme, places: list[Ints]) -> Bools:
    """Whether each asset begins in the same condition and ages at the same pace."""
    column = f"do_nothing_{before.years[0] - 1}"
    same: Bools = np.ones(len(places[0]), dtype=bool)
    for name in (column, "pace"):
        was, now = (
            each.assets[name].to_numpy(dtype=float)[place] for each, place in zip((before, after), places, strict=True)
        )
        same &= ~(np.abs(was - now) > _STATE)
    return same


def _largest(markets: tuple[Market, Market], at: list[list[Ints]], unit: Ints, same: Bools) -> tuple[Texts, Texts]:
    """The largest part of the difference, of each asset's unit, and the subject of the limit where it is a price."""
    known = np.min([row for each in at for row in each], axis=0) >= 0
    parts, subjects = parts_of(markets, [[np.maximum(row, 0) for row in each] for each in at])
    total = np.zeros((unit.max() + 1, parts.shape[1]))
    np.add.at(total, unit, np.where(known[:, None], parts, 0.0))
    best = total.argmax(axis=1)[unit]
    names = np.array(["worth", "cost", *["price"] * len(subjects)], dtype=object)
    cause = np.where((best == 0) & ~same, "condition", names[best])
    cause = np.where(total.max(axis=1)[unit] < _LEAST, "close", cause)
    return cause, np.array(["", "", *subjects], dtype=object)[best]


def parts_of(markets: tuple[Market, Market], at: list[list[Ints]]) -> tuple[Floats, list[str]]:
    """Parts of the difference between the advantages that one strategy has over another in two plans.

    Parameters
    ----------
    markets : pair of Market
    at : of each market two arrays (n,); rows of the strategy left and of the one taken

    Returns
    -------
    (array (n, 2 + n_subjects), list of str)
        What the works are worth, what they cost, and what the price of each subject of limits makes of what they use
        [unit of the objective]; the subjects.
    """
    keys = sorted({key for market in markets for key in market.keys})
    place = {key: number for number, key in enumerate(keys)}
    prices, steps, worth, paid = [], [], [], []
    for market, (was, now) in zip(markets, at, strict=True):
        strategies, column = market.strategies, [place[key] for key in market.keys]
        shape = (len(column), len(keys))
        to = sparse.csr_array((np.ones(len(column)), (np.arange(len(column)), column)), shape=shape)
        prices.append(market.prices @ to)
        steps.append((strategies.usage[now] - strategies.usage[was]) @ to)
        paid.append((strategies.present_cost[now] - strategies.present_cost[was]) * market.pays)
        worth.append(strategies.objective[now] - strategies.objective[was] + paid[-1])
    cost = paid[0] - paid[1] - np.asarray((steps[1] - steps[0]) @ prices[1])
    subjects, of = _subjects(keys)
    by_subject = steps[0] @ sparse.diags_array(prices[0] - prices[1]) @ of
    return np.column_stack([worth[1] - worth[0], cost, by_subject.toarray()]), subjects


def _subjects(keys: list[LimitKey]) -> tuple[list[str], sparse.csr_array]:
    """What the limits are of, years together, and which each is of (n_limits, n_subjects)."""
    code, subjects = pd.factorize(np.array([key.subject for key in keys], dtype=object), sort=True)
    shape = (len(keys), len(subjects))
    return list(subjects), sparse.csr_array((np.ones(len(keys)), (np.arange(len(keys)), code)), shape=shape)
