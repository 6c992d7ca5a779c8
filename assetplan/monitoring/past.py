"""A programme with its past years as they turned out: what the next plan names in `[spent]`.

Works of a scheme go into the year in which most of its outturn lies, at what was paid in it. Works of which most is
still to come are taken out of the years that are past and are for the next plan to choose. What was paid beside, for
inclusions, statutory works and schemes in other years than that of their works, is paid first by line and year, so that
every line has spent in each year what was paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from assetplan.errors import ConfigError, Fault
from assetplan.inputs.firm import SPENT
from assetplan.monitoring.actuals import Actuals
from assetplan.monitoring.approved import Approved
from assetplan.monitoring.outturn import Monitoring
from assetplan.programme import Programme
from assetplan.programme.summary import FlowRow, SpendRow
from assetplan.strategies.names import steps_of, strategy_text

_OUT = -1  # year of works that are taken out


class AsDone(NamedTuple):
    """A programme as it turned out, and what that changed.

    Attributes
    ----------
    programme : Programme; with works, spend and payers of past years as they were; not to be reported
    moved : DataFrame; works whose year is another now, or that are taken out: asset_id, scheme, was, year (−1 for out)
    to_pay : DataFrame; line, year, amount [£]: forecast in years ahead of schemes whose works are past
    assumed : int; schemes of past years of which nothing is reported, taken as done at their budget
    until : int; last year that is past
    """

    programme: Programme
    moved: pd.DataFrame
    to_pay: pd.DataFrame
    assumed: int
    until: int


def past_until(actuals: Actuals, years: tuple[int, ...]) -> int | None:
    """Last of the plan's years whose last quarter is reported; None where none is past.

    Parameters
    ----------
    actuals : Actuals
    years : tuple of int; plan years
    """
    if actuals.until is None:
        return None
    last = actuals.until.year - (actuals.until.quarter < 4)
    return last if last >= years[0] else None


def as_done(programme: Programme, approved: Approved, actuals: Actuals, monitoring: Monitoring) -> AsDone:
    """The programme with its years that are past as they turned out.

    Parameters
    ----------
    programme, approved : Programme, Approved; as it was approved
    actuals, monitoring : Actuals, Monitoring; what is reported of its schemes, and what they come to

    Raises
    ------
    ConfigError
        No year of the plan is past, or all are; or two works of one asset were done in one year.
    """
    until = past_until(actuals, approved.years)
    if until is None or until >= approved.years[-1]:
        rule = (
            "no year of the plan is past" if until is None else "all years of the plan are past: none is left to plan"
        )
        raise ConfigError([Fault("actuals", 0, "quarter", str(actuals.until or ""), rule)])
    cells = monitoring.cells
    # In prices of the first year, as works are.
    cells = cells.assign(paid=cells["outturn"] / approved.price[cells["year"] - approved.years[0]])
    most = cells.loc[cells.groupby("scheme")["outturn"].idxmax()].set_index("scheme")["year"]
    works, moved = _placed(programme, most, until)
    works = _paid(works, cells, until)
    past = cells[cells["year"] <= until]
    spend = tuple(_spend(programme, works, past, until))
    share = _of_before(programme.summary.spend, spend, until)
    flows = tuple(_scaled(row, share) for row in programme.summary.flows)
    summary = programme.summary.model_copy(update={"spend": spend, "flows": flows})
    assets = _paths(programme.assets, moved, approved.years).assign(strategy=_strategies(programme.assets, moved))
    done = replace(
        programme, summary=summary, works=works, assets=assets, candidates=None, accounts=(), mandatory=None
    )  # fmt: skip
    begun = cells["scheme"].map(most).le(until)
    to_pay = cells[begun & (cells["year"] > until) & cells["reported"]]
    to_pay = to_pay.groupby(["line", "year"], as_index=False)[["forecast"]].sum().rename(columns={"forecast": "amount"})
    assumed = int(past.loc[~past["reported"], "scheme"].nunique())
    return AsDone(done, moved, to_pay[to_pay["amount"] > 0].reset_index(drop=True), assumed, until)


def _placed(programme: Programme, most: pd.Series, until: int) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Works of assets in the years in which they were done, and those whose year that changed."""
    works = programme.works
    assets = works["asset_id"].isin(set(programme.assets["asset_id"])).to_numpy(dtype=bool)
    was = works["year"].to_numpy(dtype=np.int64)
    year = np.where(assets, works["scheme_id"].map(most).to_numpy(dtype=np.int64), was)
    ahead = year > until
    year = np.where(ahead, np.where(was <= until, _OUT, was), year)
    changed = year != was
    moved = pd.DataFrame({"asset_id": works["asset_id"], "scheme": works["scheme_id"], "was": was, "year": year})
    moved = moved.assign(treatment=works["treatment"])[changed].reset_index(drop=True)
    placed = works.assign(year=year.astype(works["year"].dtype))[year != _OUT]
    placed["status"] = placed["status"].mask(placed["year"] <= until, SPENT)
    if (twice := placed[assets[year != _OUT] & placed.duplicated(["asset_id", "year"])]).size:
        rule = "has two works in one year now: state in which year each scheme spent"
        raise ConfigError(
            Fault("actuals", 0, "scheme", row.scheme_id, rule, asset=row.asset_id) for row in twice.itertuples()
        )
    return placed.sort_values(["year", "line", "scheme_id", "asset_id"], kind="stable").reset_index(drop=True), moved


def _paid(works: gpd.GeoDataFrame, cells: pd.DataFrame, until: int) -> gpd.GeoDataFrame:
    """Works of past years at what was paid for them in their year, shared as they were to cost."""
    of = ["scheme_id", "line", "year"]
    planned = works.groupby(of)["cost"].transform("sum").to_numpy()
    count = works.groupby(of)["cost"].transform("size").to_numpy(dtype=float)
    share = np.divide(works["cost"].to_numpy(), planned, out=1 / count, where=planned > 0)
    paid = cells.set_index(["scheme", "line", "year"])["paid"].reindex(pd.MultiIndex.from_frame(works[of])).fillna(0.0)
    cost = np.maximum(paid.to_numpy(), 0.0) * share
    return works.assign(cost=np.where(works["year"] <= until, cost.round(2), works["cost"]))


def _strategies(assets: gpd.GeoDataFrame, moved: pd.DataFrame) -> pd.Series:
    """Strategies of assets with works in the years in which they were done."""
    strategy = assets.set_index("asset_id")["strategy"].astype(object)
    of = (moved[name].tolist() for name in ("asset_id", "treatment", "was", "year"))
    for asset, treatment, was, year in zip(*of, strict=True):
        steps = [step for step in steps_of(str(strategy[asset])) if step != (treatment, was)]
        strategy[asset] = strategy_text(steps if year == _OUT else [*steps, (treatment, year)])
    return strategy.to_numpy(dtype=object)


def _paths(assets: gpd.GeoDataFrame, moved: pd.DataFrame, years: tuple[int, ...]) -> gpd.GeoDataFrame:
    """Condition under the plan of assets whose works were done in another year: it moves with the works."""
    out, place = assets.copy(), pd.Index(assets["asset_id"]).get_indexer(pd.Index(moved["asset_id"]))
    for year in years:
        plan, nothing = (assets[f"{case}_{year}"].to_numpy()[place] for case in ("plan", "do_nothing"))
        when = (year + moved["was"] - moved["year"]).clip(years[0], years[-1])
        shifted = np.array([assets[f"plan_{then}"].iloc[row] for then, row in zip(when, place, strict=True)])
        done = ((moved["year"] != _OUT) & (moved["year"] <= year)).to_numpy(dtype=bool)
        before = (year < moved[["was", "year"]].min(axis=1)).to_numpy(dtype=bool) & (moved["year"] != _OUT).to_numpy()
        values = np.where(done, shifted, np.where(before, plan, nothing))
        out.iloc[place, out.columns.get_loc(f"plan_{year}")] = values
    return out


def _spend(programme: Programme, works: gpd.GeoDataFrame, past: pd.DataFrame, until: int) -> Iterator[SpendRow]:
    """Spend of each line and year; of past years all that was paid, what no works stand for as paid first."""
    own = works.groupby(["line", "year"])["cost"].sum().to_dict()
    paid = past.groupby(["line", "year"])["paid"].sum().to_dict()
    for row in programme.summary.spend:
        key = (row["line"], row["year"])
        first = row.get("mandatory", 0.0)
        if row["year"] <= until:
            first = round(max(paid.get(key, 0.0) - own.get(key, 0.0), 0.0), 2)
        now: SpendRow = {**row, "amount": round(own.get(key, 0.0) + first, 2)}
        yield {**now, "mandatory": first} if first or "mandatory" in row else now


def _of_before(before: Iterable[SpendRow], now: Iterable[SpendRow], until: int) -> dict[int, float]:
    """What was spent in each past year over what was planned."""
    planned, paid = ({}, {})  # type: tuple[dict[int, float], dict[int, float]]
    for rows, sums in ((before, planned), (now, paid)):
        for row in rows:
            sums[row["year"]] = sums.get(row["year"], 0.0) + row["amount"]
    return {year: paid[year] / amount for year, amount in planned.items() if year <= until and amount}


def _scaled(row: FlowRow, share: dict[int, float]) -> FlowRow:
    """What a payer gave in a past year, in proportion to what was spent in it."""
    if row["kind"] not in ("source", "spent") or row["year"] not in share:
        return row
    return {**row, "amount": round(row["amount"] * share[row["year"]], 2)}
