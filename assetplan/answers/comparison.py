"""Two programmes beside each other: what came in, went out, moved year or changed treatment, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assetplan.answers.causes import causes_of
from assetplan.asset_classes import BID
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError
from assetplan.finance import Statement, real
from assetplan.finance.statement import declared
from assetplan.inputs.mandatory import MANDATORY
from assetplan.programme import Programme
from assetplan.programme.check import with_bids
from assetplan.strategies.names import NOTHING, steps_of, within

CHANGES = {
    "in": "came in", "out": "went out", "moved": "another year", "treatment": "another treatment",
    "new": "new in the register", "gone": "no longer in the register",
}  # fmt: skip
"""What may have changed of an asset, and in words."""

TOTALS = ("line", "asset_class", "road_class", "district", "division")
"""What totals are given by; by division where a register has them."""

_FACTS = ("asset_class", "name", "road", "road_class", "district", "division")
_PENCE = 100


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Shown):
    """What differs between two programmes in the years that both have.

    Attributes
    ----------
    years : tuple of int; those years
    assets : DataFrame
        One row an asset that differs: asset_id, asset_class, name, road, road_class, district, division, change (one
        of `CHANGES`), before and after (strategies as text), cost_before, cost_after, benefit_before and benefit_after
        (£), cause (one of `causes.CAUSES`, "" where plans are of other years or the prices of one are not known) and
        what (the limit whose price it is, or "").
    totals : DataFrame
        One row a line, class, road class, district and, where either register has them, electoral division: by, name,
        before, came_in, went_out, moved, treatment, repriced (works that both have, at another cost), mandatory (what
        either pays first, as statutory works: the second less the first; of plans that have any), after (£). What went
        out is below 0; the row sums to after.
    settings : DataFrame; what the two plan files state otherwise: key, before, after
    kept : tuple of (int, int, float)
        Works items of the first programme in those years, those that the second has too, and their share of the cost.
    change_paid : float; what the second plan bore for change from its earlier programme (£); 0 where it states no price
    """

    years: tuple[int, ...]
    assets: pd.DataFrame
    totals: pd.DataFrame
    settings: pd.DataFrame
    kept: tuple[int, int, float]
    change_paid: float

    def statements(self, prices: str) -> tuple[Statement, ...]:
        """The comparison as statements, for a workbook and files.

        Parameters
        ----------
        prices : str; which money the amounts are in
        """
        note = f"Of the years that both have, {self.years[0]} to {self.years[-1]}; £."
        parts = {
            "comparison_totals": self.totals, "comparison_causes": self.causes(), "comparison_assets": self.assets,
        }  # fmt: skip
        settings = declared("comparison_settings").table(self.settings, "")
        return (*(declared(name).table(rows, prices, note) for name, rows in parts.items()), settings)

    def causes(self) -> pd.DataFrame:
        """Assets that differ by cause: cause, what, assets, cost_before, cost_after (£), most assets first."""
        grouped = self.assets.groupby(["cause", "what"], sort=True)
        rows = grouped.agg(
            assets=("asset_id", "size"), cost_before=("cost_before", "sum"), cost_after=("cost_after", "sum")
        ).reset_index()
        rows = rows.sort_values("assets", ascending=False, kind="stable", ignore_index=True)
        return rows.round({"cost_before": 2, "cost_after": 2})


def compare(before: Programme, after: Programme) -> Comparison:
    """Set two programmes beside each other.

    Parameters
    ----------
    before, after : Programme; from `plan` or `read_programme`; assets are the same where their asset_id is

    Raises
    ------
    RegisterError
        The two have no year in common, their money is of different price bases, or one was written without its
        strategies.
    """
    years = tuple(sorted(set(before.years) & set(after.years)))
    bases = before.summary.price_base, after.summary.price_base
    faults = []
    if not years:
        spans = [f"{each.years[0]} to {each.years[-1]}" for each in (before, after)]
        faults.append(Fault("the programmes", 0, "years", " and ".join(spans), "have no year in common"))
    if bases[0] != bases[1]:
        rule = "are of different price bases: plan both in prices of one year, or compare their works by hand"
        faults.append(Fault("the programmes", 0, "price_base", f"{bases[0]} and {bases[1]}", rule))
    if faults:
        raise RegisterError(faults)
    assets = _assets(before, after, years)
    works = [_works(each, years) for each in (before, after)]
    for column, each in zip(("cost_before", "cost_after"), works, strict=True):
        cost = each.groupby("asset_id")["pence"].sum() / _PENCE
        assets[column] = assets["asset_id"].map(cost).fillna(0.0)
    first = [_mandatory(each, years) for each in (before, after)]
    totals = _totals(works, first, assets.set_index("asset_id")["change"])
    kept = _kept(*works)
    changed = assets[assets["change"] != ""].reset_index(drop=True)
    priced = before.summary.prices_known and after.summary.prices_known
    known = before.years == after.years and priced
    changed["cause"], changed["what"] = causes_of(before, after, changed) if known else ("", "")
    # What the prices of limits make of a bid stands in its own table of options.
    changed.loc[changed["asset_class"] == BID.asset_class, ["cause", "what"]] = ""
    settings = pd.DataFrame(_settings(before, after), columns=["key", "before", "after"])
    return Comparison(years, changed, totals, settings, kept, _change_paid(after))


def _assets(before: Programme, after: Programme, years: tuple[int, ...]) -> pd.DataFrame:
    """Every asset of either programme: facts, both strategies cut to these years, benefits (£), and what changed."""
    tables = [
        _chosen(each)[["asset_id", *_FACTS, "strategy", "benefit"]].set_index("asset_id") for each in (before, after)
    ]
    ids = tables[1].index.append(tables[0].index.difference(tables[1].index, sort=False))
    old, new = (each.reindex(ids) for each in tables)
    cut = {text: within(text, years) for each in tables for text in each["strategy"].unique()}
    was, now = (each["strategy"].map(cut) for each in (old, new))
    out = new[list(_FACTS)].where(now.notna(), old[list(_FACTS)]).fillna("").reset_index()
    # A bid that one plan does not state is one that it does not do.
    bid = (new["asset_class"].fillna(old["asset_class"]) == BID.asset_class).to_numpy(dtype=bool)
    was, now = (each.where(each.notna() | ~bid, NOTHING) for each in (was, now))
    out["change"] = [_change(*pair) for pair in zip(was, now, strict=True)]
    out["before"], out["after"] = was.fillna("").to_numpy(), now.fillna("").to_numpy()
    out["cost_before"] = out["cost_after"] = 0.0
    out["benefit_before"], out["benefit_after"] = (each["benefit"].fillna(0.0).to_numpy() for each in (old, new))
    return out


def _chosen(programme: Programme) -> pd.DataFrame:
    """Choices of assets and of bids."""
    assets = _with_division(programme.assets)
    if programme.bids is None or programme.bids.empty:
        return assets
    bids = programme.bids.assign(asset_class=BID.asset_class, name=programme.bids["bid"])
    return with_bids(assets, bids)


def _with_division(table: pd.DataFrame) -> pd.DataFrame:
    """A table as plain data, its electoral divisions blank where its folder is of before there were any."""
    plain = pd.DataFrame(table)
    return plain if "division" in plain else plain.assign(division="")


def _change(was: Any, now: Any) -> str:
    """What changed between two strategies as text; missing where the asset is not in the register."""
    if not isinstance(was, str):
        return "new" if now != NOTHING else ""
    if not isinstance(now, str):
        return "gone" if was != NOTHING else ""
    if was == now:
        return ""
    if NOTHING in (was, now):
        return "in" if was == NOTHING else "out"
    before, after = (sorted(name for name, _ in steps_of(text)) for text in (was, now))
    return "moved" if before == after else "treatment"


def _works(programme: Programme, years: tuple[int, ...]) -> pd.DataFrame:
    """Works of these years, with their cost in whole pence, so that sums of them tie."""
    works = _with_division(programme.works)[["asset_id", "treatment", "year", *TOTALS, "cost"]]
    works = works[works["year"].isin(years)].copy()
    works[list(TOTALS)] = works[list(TOTALS)].fillna("")
    return works.assign(pence=(works["cost"] * _PENCE).round().astype(np.int64))


def _mandatory(programme: Programme, years: tuple[int, ...]) -> pd.DataFrame:
    """Works of these years that are paid first, in whole pence, columns `TOTALS`, pence and kind."""
    rows = pd.DataFrame(columns=["year", "cost", *TOTALS]) if programme.mandatory is None else programme.mandatory
    mine = rows.loc[rows["year"].isin(years), [*TOTALS, "cost"]]
    return mine.assign(pence=(mine["cost"].astype(float) * _PENCE).round().astype(np.int64), kind=MANDATORY)


def _totals(works: list[pd.DataFrame], first: list[pd.DataFrame], change: pd.Series) -> pd.DataFrame:
    """Cost by line, class, road class and district, and what each kind of change makes of it (£)."""
    column = {"": "repriced", "in": "came_in", "new": "came_in", "out": "went_out", "gone": "went_out"}
    paid = [each.assign(kind=each["asset_id"].map(change).map(lambda kind: column.get(kind, kind))) for each in works]
    names = ["came_in", "went_out", "moved", "treatment", "repriced"]
    if any(map(len, first)):
        names.append(MANDATORY)
        paid = [pd.concat(parts, ignore_index=True) for parts in zip(paid, first, strict=True)]
    signed = pd.concat([each.assign(pence=sign * each["pence"]) for each, sign in zip(paid, (-1, 1), strict=True)])
    parts = []
    for by in TOTALS if signed["division"].any() else TOTALS[:-1]:
        wide = signed.pivot_table(index=by, columns="kind", values="pence", aggfunc="sum", fill_value=0)
        wide = wide.reindex(columns=names, fill_value=0)
        was = paid[0].groupby(by)["pence"].sum().reindex(wide.index, fill_value=0)
        wide.insert(0, "before", was)
        wide["after"] = wide.sum(axis=1)
        parts.append((wide / _PENCE).rename_axis("name").reset_index().assign(by=by))
    rows = pd.concat(parts, ignore_index=True)
    return rows[["by", "name", "before", *names, "after"]].rename_axis(columns=None)


def _kept(before: pd.DataFrame, after: pd.DataFrame) -> tuple[int, int, float]:
    """Works items of the first, those of them that the second has too, and the share of the cost that these are."""
    on = ["asset_id", "treatment", "year"]
    kept = pd.MultiIndex.from_frame(before[on]).isin(pd.MultiIndex.from_frame(after[on]))
    total = int(before["pence"].sum())
    return len(before), int(kept.sum()), float(before["pence"][kept].sum() / total) if total else 1.0


def _change_paid(programme: Programme) -> float:
    """Price of the changes from its earlier programme that a plan's choice bears (£)."""
    stability = ((programme.settings or {}).get("plan") or {}).get("stability") or {}
    strategies = programme.strategies
    if not stability.get("price") or strategies is None:
        return 0.0
    return float(stability["price"] * strategies.changes[strategies.chosen].sum())


def _settings(before: Programme, after: Programme) -> Iterator[tuple[str, str, str]]:
    """Keys of the two plan files that differ, and the own tables that do; values as text."""
    old, new = (dict(_flat((each.settings or {}).get("plan") or {})) for each in (before, after))
    for key in sorted(old.keys() | new.keys()):
        if old.get(key, "") != new.get(key, ""):
            yield key, old.get(key, ""), new.get(key, "")
    tables = [(each.settings or {}).get("tables") or {} for each in (before, after)]
    for name in sorted(tables[0].keys() | tables[1].keys()):
        if tables[0].get(name) != tables[1].get(name):
            was, now = ("own table" if name in each else "" for each in tables)
            yield f"tables.{name} (text)", was, now


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Dotted keys of nested settings and their values as text; entries of a list by their place, from 1."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _flat(each, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple) and any(isinstance(each, Mapping | list | tuple) for each in value):
        for place, each in enumerate(value, 1):
            yield from _flat(each, f"{key}[{place}]")
    elif isinstance(value, list | tuple):
        yield key, ", ".join(map(str, value))
    elif value is not None:
        yield key, str(value)


def money_of(programme: Programme) -> str:
    """Which money the amounts of a programme are in."""
    return real(programme.summary.price_base)
