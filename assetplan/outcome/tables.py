"""Tables of a programme: one row a works item, one row an asset."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from assetplan._types import Ints, Texts
from assetplan.formulation.closed_years import months_left
from assetplan.formulation.works import Works
from assetplan.inputs.firm import FIRM, INDICATIVE, SPENT
from assetplan.inputs.load import Inputs
from assetplan.outcome.outcome import Outcome
from assetplan.outcome.reasons import reasons
from assetplan.register.premises import kept_by_others
from assetplan.sites import ALL_YEAR, bits_words
from assetplan.strategies.names import strategy_labels, strategy_names

_ASSET_COLUMNS = [
    *("asset_id", "asset_class", "group", "name", "parent_id", "road", "link_id", "chainage_m", "road_class"),
    *("hierarchy", "environment", "district", "division", "quantity", "length_m", "aadt", "replacement_value"),
    *("assumed", "built_year", "hgv", "one_way", "level", "weight_limit_t", "posting", "limit_reason", "capacity_t"),
    *("retention", "committed_treatment", "committed_year", "criticality", "importance", "footway_use", "use_factor"),
]
_WORKS_COLUMNS = ("asset_class", "name", "road", "road_class", "hierarchy", "district", "division")


def programme_tables(outcome: Outcome) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Works items and assets of a solved plan, columns as in `Programme.works` and `Programme.assets`."""
    why = reasons(outcome)
    works = _works(outcome, why)
    return works, _assets(outcome, works, why)


def _works(outcome: Outcome, why: Texts) -> gpd.GeoDataFrame:
    """One row a works item, sorted by year, then line, then asset."""
    assets, model = outcome.inputs.register.assets, outcome.inputs.model
    codes, groups = pd.factorize(assets["group"], sort=True)
    treatments, first = model.catalogue.table(groups)
    asset, year = np.nonzero(outcome.schedule >= 0)
    done = treatments.iloc[first[codes[asset]] + outcome.schedule[asset, year]].reset_index(drop=True)
    cost = outcome.cost[asset, year]
    total = np.bincount(asset, cost, len(assets))[asset]
    # Works that cost nothing share alike.
    share = np.divide(cost, total, out=1 / np.bincount(asset, minlength=len(assets))[asset], where=total > 0)
    of = assets.iloc[asset].reset_index(drop=True)
    when = year + model.first_year
    works = gpd.GeoDataFrame(
        {
            "asset_id": of["asset_id"],
            "scheme_id": "",
            **{name: of[name] for name in _WORKS_COLUMNS},
            "year": when,
            "months": _months(outcome),
            **{name: done[name] for name in ("treatment", "label", "kind", "line")},
            "quantity": of["quantity"],
            "unit": pd.Series([model.groups[g].unit for g in of["group"]], dtype="str"),
            "length_m": of["length_m"],
            "cost": cost.round(2),
            "benefit": (outcome.benefit[asset] * share).round(2),
            "reason": why[asset],
            "committed": (of["committed_treatment"] == done["treatment"]) & (of["committed_year"] == when),
            "status": status_of(outcome.inputs, when),
        },
        geometry=of.geometry,
        crs=assets.crs,
    )
    works["scheme_id"] = _schemes(outcome, works, of, asset)
    return works.sort_values(["year", "line", "scheme_id", "asset_id"], kind="stable").reset_index(drop=True)


def status_of(inputs: Inputs, when: Ints) -> Texts:
    """Status of works by their year.

    Parameters
    ----------
    inputs : Inputs; the plan
    when : array (n_works,) of int; year of each
    """
    past = inputs.plan.plan_years[: inputs.past]
    return np.where(np.isin(when, past), SPENT, np.where(np.isin(when, inputs.firm_years), FIRM, INDICATIVE))


def _months(outcome: Outcome) -> Texts:
    """Months in which each of the works may be done, "" for all of the year; works in the order of their assets."""
    inputs = outcome.inputs
    works = Works.of(inputs.register.assets, inputs.model, outcome.options.take(outcome.chosen))
    bits, place = np.unique(months_left(inputs, works), return_inverse=True)
    words = np.array(["" if left == ALL_YEAR else bits_words(left) for left in bits.tolist()], dtype=object)
    return words[place]


def _schemes(outcome: Outcome, works: pd.DataFrame, of: pd.DataFrame, asset: Ints) -> pd.Series:
    """A scheme is one of the plan file, or what shares a site, or by itself.

    Where the plan has no sites, it is one treatment in one year on one link or, where there is none, one asset.
    """
    place = of["link_id"].where(of["link_id"] != "", of["parent_id"].where(of["parent_id"] != "", of["asset_id"]))
    formulation, first = outcome.formulation, outcome.inputs.model.first_year
    key = works["year"].astype(str) + "|" + works["treatment"] + "|" + place
    if outcome.inputs.plan.sites.costs == "shared":
        key = key.where(~works["treatment"].isin(outcome.inputs.sites.index), key + "|" + of["asset_id"])
        sites = formulation.sharing.sites(outcome.chosen)
        mode = np.full((len(outcome.chosen), outcome.schedule.shape[1]), -1)
        mode[sites["asset"], sites["year"]] = sites["mode"]
        mine = pd.Series(mode[asset, works["year"] - first], index=works.index)
        key = key.where(mine < 0, works["year"].astype(str) + "|site|" + mine.astype(str))
    codes, _ = pd.factorize(key, sort=True)
    schemes = np.array([f"S{code + 1:05d}" for code in codes], dtype=object)
    modes = outcome.problem.mode
    for name, members in formulation.schemes.items():
        ahead = -1 if modes is None else int(modes[outcome.chosen[members[0]]])
        if ahead >= 0:
            schemes[np.isin(asset, members) & (works["year"] == first + ahead).to_numpy(dtype=bool)] = name
    return pd.Series(schemes, index=works.index, dtype="str")


def _shared_sites(outcome: Outcome, works: pd.DataFrame) -> Texts:
    """Scheme with which each asset shares a site, "" for none (n_assets,)."""
    sites = outcome.formulation.sharing.sites(outcome.chosen)
    out = np.full(len(outcome.chosen), "", dtype=object)
    if len(sites):
        ids = outcome.inputs.register.assets["asset_id"].to_numpy(dtype=object)[sites["asset"]]
        when = outcome.inputs.model.first_year + sites["year"].to_numpy()
        known = works.set_index(["asset_id", "year"])["scheme_id"]
        out[sites["asset"]] = known.loc[list(zip(ids, when, strict=True))].to_numpy(dtype=object)
    return out


def _candidate_schemes(outcome: Outcome) -> Texts:
    """Candidate scheme of each section, "" for none (n_assets,); what lies beside one chooses by itself."""
    sharing = outcome.formulation.sharing
    joined = (sharing.group >= 0) & ~sharing.beside
    _, place = np.unique(sharing.group[joined], return_inverse=True)
    out = np.full(len(joined), "", dtype=object)
    out[joined] = [f"C{code + 1:05d}" for code in place]
    return out


def _assets(outcome: Outcome, works: pd.DataFrame, why: Texts) -> gpd.GeoDataFrame:
    """One row an asset: chosen strategy, reason, condition by year in both futures."""
    inputs, assets = outcome.inputs, outcome.inputs.register.assets
    chosen = outcome.options.take(outcome.chosen)
    name, names = strategy_names(assets, inputs.model, chosen)
    table = pd.DataFrame(assets[_ASSET_COLUMNS]).assign(
        unit=[inputs.model.groups[g].unit for g in assets["group"]],
        strategy=names[name],
        treatments=strategy_labels(assets, inputs.model, chosen),
        cost=outcome.cost.sum(axis=1).round(2),
        benefit=outcome.benefit.round(2),
        pace=outcome.starting.pace.round(6),
        residual_life=outcome.nothing.residual_life[:, 0].round(2),
        shared_site=_shared_sites(outcome, works),
        candidate_scheme=_candidate_schemes(outcome),
        reason=why,
    )
    if kept_by_others(assets).any():
        table["responsibility"] = assets["responsibility"]
    if outcome.starting.texture is not None:
        table["texture_points"] = outcome.starting.texture.round(3)
    futures = {}
    for place, year in enumerate(outcome.years):
        futures[f"do_nothing_{year}"] = outcome.nothing.index[:, place]
        futures[f"plan_{year}"] = outcome.plan.index[:, place]
    table = pd.concat([table, pd.DataFrame(futures, index=table.index)], axis=1)
    return gpd.GeoDataFrame(table, geometry=assets.geometry, crs=assets.crs)
