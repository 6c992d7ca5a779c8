"""An earlier programme of the same plan whose first years are past: what was done, what it cost, who paid for it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.asset_classes import BID
from assetplan.config import Plan
from assetplan.delimited import TextColumns, csv_table
from assetplan.errors import ConfigError, Fault
from assetplan.inputs.earlier import ASSETS, earlier_strategies
from assetplan.inputs.firm import WORKS, as_registered
from assetplan.inputs.held_bids import EarlierBid, earlier_bids
from assetplan.strategies.names import steps_of

# What is read of the earlier programme.
FILES = ("summary.json", "plan.json", ASSETS, WORKS)

_WORKS = ("asset_id", "year", "treatment", "line", "cost")
_KEYS = ["asset_id", "year", "treatment"]
_PENNY = 0.01


@dataclass(frozen=True, eq=False)
class Spent:
    """The years of a plan that are past.

    Attributes
    ----------
    years : int; how many of the plan's years they are, from its first
    strategy : Series; strategy of each asset in the earlier programme, by asset_id
    cost : DataFrame
        What the works of each asset (asset_id) cost in each of these years (0, 1, …), prices of the first year (£).
    used : dict of str → array (years,)
        What each source gave and each borrowing facility drew, prices of the first year (£).
    mandatory : dict of (str, int) → float; what mandatory works of a line cost in a year that is past, likewise (£)
    bids : tuple of EarlierBid; bids that the earlier programme does
    """

    years: int
    strategy: pd.Series
    cost: pd.DataFrame
    used: dict[str, Floats]
    mandatory: dict[tuple[str, int], float] = field(default_factory=dict)
    bids: tuple[EarlierBid, ...] = ()

    def cost_of(self, asset_ids: pd.Series) -> Floats:
        """Cost of each asset in each year that is past (£), (n_assets, years)."""
        wide = self.cost.reindex(index=asset_ids, columns=range(self.years), fill_value=0.0)
        return wide.to_numpy(dtype=np.float64)


def read_spent(plan: Plan, assets: pd.DataFrame) -> Spent | None:
    """What the earlier programme that a plan names did in the years that are past.

    Parameters
    ----------
    plan : Plan
    assets : DataFrame; table `assets` of its register

    Raises
    ------
    ConfigError
        The folder is not one of a plan's output, its years or prices are not those of this plan, or its works are not
        those of its assets or do not add up to what its summary says was spent.
    """
    if plan.spent is None:
        return None
    folder, key, named = plan.path(plan.spent.from_), "spent.from", plan.spent.from_
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ConfigError(Fault("plan", 0, key, named, f"there is no {name} in it") for name in missing)
    years = plan.spent.until - plan.first_year + 1
    try:
        summary, settings = (json.loads((folder / name).read_text(encoding="utf-8-sig")) for name in FILES[:2])
        faults = [Fault("plan", 0, key, named, rule) for rule in _unlike(plan, summary, settings["plan"])]
        flows = [row for row in summary["flows"] if row["kind"] in ("source", "spent")]
        faults += _amount_faults(summary, folder / "summary.json")
        used = _used(flows, plan.first_year, years)
        spend = {(str(row["line"]), int(row["year"])): float(row["amount"]) for row in summary["spend"]}
        first = {(str(row["line"]), int(row["year"])): float(row.get("mandatory", 0.0)) for row in summary["spend"]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        rule = f"is not a folder of a plan that can be read: {str(error).splitlines()[0]}"
        raise ConfigError([Fault("plan", 0, key, named, rule)]) from error
    strategy = earlier_strategies(folder, key, named, assets)
    if faults:
        raise ConfigError(faults)
    chosen = {key: amount - first[key] for key, amount in spend.items()}
    works = _works(folder / WORKS, plan, strategy, assets, chosen)
    past = works[(works["year"] <= plan.spent.until) & ~works["of_bid"]]
    cost = past.assign(year=past["year"] - plan.first_year).pivot_table(
        index="asset_id", columns="year", values="cost", aggfunc="sum", fill_value=0.0
    )
    paid = {key: amount for key, amount in first.items() if amount > 0 and key[1] <= plan.spent.until}
    return Spent(years, strategy, cost, used, paid, earlier_bids(folder))


def _unlike(plan: Plan, summary: dict, earlier: dict) -> Iterator[str]:
    """Why an earlier programme is not one of the same plan, in words."""
    if summary["years"][0] != plan.first_year:
        yield f"begins in {summary['years'][0]}, this plan in {plan.first_year}"
    if summary["years"][-1] < plan.spent.until:  # type: ignore[union-attr]  # there is one, or nobody asks
        yield f"ends in {summary['years'][-1]}, before the last year that is spent"
    envelope = earlier["envelope"]
    for name in ("prices", "inflation"):
        was = tuple(envelope[name]) if isinstance(envelope[name], list) else envelope[name]
        if was != getattr(plan.envelope, name):
            yield f"has {name} {envelope[name]}, this plan {getattr(plan.envelope, name)}"


def _amount_faults(summary: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    """Amounts of money that are none, and lines whose spend in a year is there twice."""
    for table in ("spend", "flows"):
        for place, row in enumerate(summary[table], 1):
            for name in ("amount", "mandatory"):
                amount = row["amount"] if name == "amount" else row.get(name, 0.0)
                if isinstance(amount, bool) or not (math.isfinite(amount) and amount >= 0):
                    yield Fault(str(path), 0, f"{table}[{place}].{name}", str(amount), "must be a number of at least 0")
    seen = set()
    for place, row in enumerate(summary["spend"], 1):
        which = (row["line"], row["year"])
        if which in seen:
            yield Fault(str(path), 0, f"spend[{place}]", f"{which[0]} {which[1]}", "is there more than once")
        seen.add(which)


def _used(flows: list[dict], first_year: int, years: int) -> dict[str, Floats]:
    out: dict[str, Floats] = {}
    for row in flows:
        place = int(row["year"]) - first_year
        if place < years:
            out.setdefault(str(row["source"]), np.zeros(years))[place] += float(row["amount"])
    return out


def _works(
    path: Path, plan: Plan, strategy: pd.Series, assets: pd.DataFrame, spend: Mapping[tuple[str, int], float]
) -> pd.DataFrame:
    """Works items of the earlier programme: asset_id, year, treatment, line, cost (£), of_bid (what a bid spends).

    Raises
    ------
    ConfigError
        A row is faulty, missing or there twice, or rows do not add up to the spend of their line and year.
    """
    text = TextColumns(str(path), csv_table(path, ConfigError, _WORKS, comments=False, rows=False))
    works = pd.DataFrame({name: text.text[name].astype(object) for name in ("treatment", "line")})
    works["asset_id"] = as_registered(text.text["asset_id"], strategy.index)
    works["year"] = text.numbers("year", plan.first_year, plan.first_year + 100, needed=True)
    works["cost"] = text.numbers("cost", 0, 1e12, needed=True)
    text.refuse(works["year"] % 1 > 0, "year", "must be a whole year")
    of_bid = text.text["asset_class"] == BID.asset_class if "asset_class" in text.text else False
    works["of_bid"] = of_bid
    twice = works.duplicated(["asset_id", "year"]) & ~works["of_bid"]
    text.refuse(twice, "asset_id", "is there more than once in one year")
    past = works["year"] <= plan.spent.until  # type: ignore[union-attr]  # there is one, or nobody asks
    unknown = ~works["asset_id"].isin(set(assets["asset_id"]))
    text.refuse(past & unknown & ~works["of_bid"], "asset_id", "the register has no such asset")
    done = _steps(strategy)
    both = works[_KEYS].merge(done, how="left", indicator=True)
    none_such = (both["_merge"] == "left_only").to_numpy() & ~works["of_bid"].to_numpy()
    text.refuse(none_such, "treatment", f"{ASSETS} has no such works of this asset in this year")
    lost = done.merge(works[_KEYS], how="left", indicator=True).query("_merge == 'left_only'")
    faults = text.faults + [
        Fault(str(path), 0, "asset_id", str(row.asset_id), f"has no row for {row.treatment} in {row.year:.0f}")
        for row in lost.itertuples()
    ]
    if faults := faults or list(_sum_faults(works, spend, path)):
        raise ConfigError(faults)
    return works.astype({"year": "int64"})


def _steps(strategy: pd.Series) -> pd.DataFrame:
    """Works that strategies hold: asset_id, year, treatment."""
    steps = {text: steps_of(text) for text in strategy.unique()}
    rows = [(name, float(year), treatment) for name, text in strategy.items() for treatment, year in steps[text]]
    return pd.DataFrame(rows, columns=_KEYS).astype({"asset_id": object, "year": float, "treatment": object})


def _sum_faults(works: pd.DataFrame, spend: Mapping[tuple[str, int], float], path: Path) -> Iterator[Fault]:
    """Lines and years whose works do not come to what the summary says was spent, within a penny a row."""
    sums = works.groupby(["line", "year"])["cost"].agg(["sum", "size"])
    made = {(str(line), int(year)): (total, size) for (line, year), total, size in _rows(sums)}
    for line, year in sorted(set(made) | set(spend)):
        total, size = made.get((line, year), (0.0, 0))
        stated = spend.get((line, year), 0.0)
        if abs(total - stated) > _PENNY * (size + 1) + 1e-9 * stated:
            rule = (
                f"works come to £{total:,.2f}, and summary.json has a spend of £{stated:,.2f}: what was paid is in both"
            )
            yield Fault(str(path), 0, "cost", f"{line} {year}", rule)


def _rows(sums: pd.DataFrame) -> Iterable[tuple[Any, float, int]]:
    return zip(sums.index, sums["sum"], sums["size"], strict=True)
