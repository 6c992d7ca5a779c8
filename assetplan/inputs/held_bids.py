"""Bids of an earlier programme: begun in years that are past, or firm, so that they need not be restated by hand.

A bid that was begun, or is firm, is one variant with one start, and must be done. The others keep their choice, of
which years that are past are no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.asset_classes import BID
from assetplan.config import Plan
from assetplan.delimited import TextColumns, csv_table
from assetplan.economics import NO_RISE, price_levels
from assetplan.errors import ConfigError, Fault
from assetplan.inputs.bids import StatedBid
from assetplan.inputs.firm import FIRM, SPENT, WORKS

BIDS = "bids.csv"


@dataclass(frozen=True)
class EarlierBid:
    """A bid that an earlier programme does.

    Attributes
    ----------
    name, variant : str; which it is
    start : int; year in which it starts
    firm : bool; whether any of its money falls in a year that is firm or spent there
    paid : mapping of (line, year) → float; what it costs there [£, prices of that programme's first year]
    """

    name: str
    variant: str
    start: int
    firm: bool
    paid: Mapping[tuple[str, int], float] = field(default_factory=dict)


def earlier_bids(folder: Path) -> tuple[EarlierBid, ...]:
    """The bids that a programme does, from its folder; none where it has no bids.

    Parameters
    ----------
    folder : Path; output folder of the programme

    Raises
    ------
    ConfigError
        Tables of bids or of works are faulty, or one has a bid that the other lacks; every fault is listed.
    """
    path, works_path = folder / BIDS, folder / WORKS
    if not (path.is_file() and works_path.is_file()):
        return ()
    needed = ("bid", "variant", "start", "chosen")
    text = TextColumns(str(path), csv_table(path, ConfigError, needed, comments=False, rows=False))
    start = text.numbers("start", 1900, 2300, needed=False)
    chosen = (text.text["chosen"] == "True").to_numpy(dtype=bool) & ~np.isnan(start)
    done = text.text["bid"].where(chosen)
    text.refuse(chosen & done.duplicated().to_numpy(dtype=bool), "bid", "is done more than once")
    rows = pd.DataFrame({"bid": text.text["bid"], "variant": text.text["variant"], "start": start})[chosen]
    works = _bid_works(works_path)
    faults = text.faults + [
        Fault(str(works_path), 0, "asset_id", name, f"is a bid that {BIDS} does not do")
        for name in dict.fromkeys(works["asset_id"])
        if name not in set(rows["bid"])
    ]
    if faults:
        raise ConfigError(faults)
    return tuple(_earlier_bid(name, variant, int(begins), works) for name, variant, begins in _triples(rows))


def _triples(rows: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    return zip(rows["bid"].astype(str), rows["variant"].astype(str), rows["start"], strict=True)


def _bid_works(path: Path) -> pd.DataFrame:
    """Works items of bids: asset_id (the bid's name), line, year, cost [£], held (firm or spent)."""
    needed = ("asset_id", "asset_class", "line", "year", "cost", "status")
    table = csv_table(path, ConfigError, needed, comments=False, rows=False)
    text = TextColumns(str(path), table[table["asset_class"] == BID.asset_class])
    year, cost = text.numbers("year", 1900, 2300, needed=True), text.numbers("cost", 0, 1e12, needed=True)
    if text.faults:
        raise ConfigError(text.faults)
    held = text.text["status"].isin([FIRM, SPENT]).to_numpy(dtype=bool)
    return text.text[["asset_id", "line"]].astype(object).assign(year=year.astype(int), cost=cost, held=held)


def _earlier_bid(name: str, variant: str, start: int, works: pd.DataFrame) -> EarlierBid:
    mine = works[works["asset_id"] == name]
    paid: dict[tuple[str, int], float] = {}
    for line, year, cost in zip(mine["line"], mine["year"], mine["cost"], strict=True):
        key = str(line), int(year)
        paid[key] = paid.get(key, 0.0) + float(cost)
    return EarlierBid(name, variant, start, bool(mine["held"].any()), paid)


def held_bids(
    plan: Plan, stated: Sequence[StatedBid], spent: Sequence[EarlierBid], firm: Sequence[EarlierBid], past: int
) -> tuple[StatedBid, ...]:
    """The bids of a plan with those that were begun, or are firm, as the earlier programmes have them.

    Parameters
    ----------
    plan : Plan
    stated : sequence of StatedBid; every variant that the plan states, and its sales of premises
    spent, firm : sequence of EarlierBid; bids of the programmes that `spent.from` and `stability.from` name
    past : int; years of the plan that are past

    Raises
    ------
    ConfigError
        A bid that was begun is not stated, one that is firm may not start when it did, or one that must be done was
        not begun in its years; every fault is listed.
    """
    open_year = plan.first_year + past
    begun = {_tidy(each.name): each for each in spent if each.start < open_year}
    held = {_tidy(each.name): each for each in firm if each.firm and each.start <= plan.plan_years[-1]}
    faults = [
        Fault("plan", 0, "spent.from", each.name, f"was begun in {each.start}: state it, for its money is committed")
        for name, each in begun.items()
        if name not in {_tidy(bid.name) for bid in stated}
    ]
    out: list[StatedBid] = []
    for bid in stated:
        name = _tidy(bid.name)
        earlier, key = (begun[name], "spent.from") if name in begun else (held.get(name), "stability.from")
        variants = [other.variant for other in stated if other.name == bid.name]
        if earlier is None:
            rest = replace(bid, earliest=max(bid.earliest, past))
            if rest.mandatory and max(each.latest for each in stated if each.name == bid.name) < past:
                rule = f"must start by {plan.first_year + bid.latest}, which is past, and was not begun"
                faults.append(Fault("plan", 0, "spent.from", bid.name, rule))
            out.append(rest)
        elif earlier.variant not in variants:
            rule = f"has the {earlier.variant} variant in that programme, and this plan states none"
            faults.append(Fault("plan", 0, key, bid.name, rule))
        elif bid.variant == earlier.variant:
            start = earlier.start - plan.first_year
            if start >= past and not bid.earliest <= start <= bid.latest:
                first, last = (plan.first_year + place for place in (bid.earliest, bid.latest))
                rule = f"is firm with a start in {earlier.start}, and this plan has it start from {first} to {last}"
                faults.append(Fault("plan", 0, key, bid.name, rule))
            at_outturn = _at_outturn(bid, earlier, start, past) if name in begun else bid
            out.append(_as_begun(at_outturn, start))
    if faults:
        raise ConfigError(dict.fromkeys(faults))
    return tuple(out)


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _at_outturn(bid: StatedBid, earlier: EarlierBid, start: int, past: int) -> StatedBid:
    """A bid with what it cost in past years as it was paid, its own funding taken off (0 is the plan's first year)."""
    gone, first = past - start, earlier.start
    works: dict[str, Floats] = {}
    for line in dict.fromkeys((*bid.works, *(line for line, _ in earlier.paid))):
        amounts = bid.works.get(line, np.zeros(0))
        # What was paid is paid: it bears no further rise of prices.
        levels = price_levels(bid.growth.get(line, NO_RISE), np.maximum(start + np.arange(gone), 0))
        paid = [earlier.paid.get((line, first + year), 0.0) / float(levels[year]) for year in range(gone)]
        works[line] = _cut(np.concatenate([paid, amounts[gone:]]), bid.length)
    grants, contributions = (np.where(np.arange(len(own)) < gone, 0.0, own) for own in (bid.grants, bid.contributions))
    after = replace(bid, works=works, costs=works, grants=grants, contributions=contributions)
    return replace(after, costs=after.net_costs())


def _cut(amounts: Floats, length: int) -> Floats:
    last = np.flatnonzero(amounts).max(initial=-1) + 1
    return amounts[: max(int(last), min(length, len(amounts)))]


def _as_begun(bid: StatedBid, start: int) -> StatedBid:
    """A bid that must start in one year; of one begun before the plan what is left of it from its first year on.

    Parameters
    ----------
    bid : StatedBid
    start : int; plan year in which it starts (0 is the first); below 0 before the plan
    """
    if start >= 0:
        return replace(bid, earliest=start, latest=start, mandatory=True, held=True)
    gone = -start
    saves = bid.length if bid.saving_from is None else bid.saving_from
    years = bid.saving_years
    return replace(
        bid,
        earliest=0,
        latest=0,
        mandatory=True,
        held=True,
        costs={line: amounts[gone:] for line, amounts in bid.costs.items()},
        works={line: amounts[gone:] for line, amounts in bid.works.items()},
        **{name: getattr(bid, name)[gone:] for name in ("grants", "contributions", "receipts", "revenue")},
        saving_from=max(saves - gone, 0),
        saving_years=None if years is None else max(years - max(gone - saves, 0), 0),
        benefit=bid.benefit if gone < bid.length else 0.0,
        streams=bid.streams if gone < bid.length else {},
    )
