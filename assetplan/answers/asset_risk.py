"""Likelihood and impact of each asset's failure, if nothing is done and with the plan, and what removing risk costs."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from assetplan._types import Codes, Floats
from assetplan.assurance.risk_scale import band_of, load_risk_mapping
from assetplan.inputs.load import Inputs
from assetplan.outcome.outcome import Outcome
from assetplan.strategies import Futures, load_doubts

LEVELS = ("failure_nothing", "failure_plan", "likelihood_nothing", "likelihood_plan", "impact", "risk_removed")
"""Columns that `with_asset_risk` adds to the assets of a programme."""


def failure_chance(inputs: Inputs, schedules: Mapping[str, Codes]) -> dict[str, Floats]:
    """Chance that each asset is below its group's failure index at the end of the plan, by case, (n_assets,) [0–1].

    It is the share of the futures of the plan's forecasts (`assetplan.strategies.futures`) in which it is.

    Parameters
    ----------
    inputs : Inputs; the plan's, whose `forecast` says how many futures
    schedules : mapping of case → array (n_assets, years); treatment codes, −1 for none
    """
    assets, forecast = inputs.register.assets, inputs.plan.forecast
    failure = assets["group"].map({name: group.failure_index for name, group in inputs.model.groups.items()})
    least, failed = failure.to_numpy(dtype=float), {case: np.zeros(len(assets)) for case in schedules}
    futures = Futures.of(assets, inputs.model, load_doubts(), forecast.seed, forecast.futures)
    for number in range(forecast.futures):
        future = futures.draw(number)
        for case, schedule in schedules.items():
            for rows, states in future.live(schedule):
                failed[case][rows] += states[-1].index() < least[rows]
    return {case: count / forecast.futures for case, count in failed.items()}


def with_asset_risk(outcome: Outcome, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The assets of a programme with the chance of failure, likelihood and impact of each, and the risk removed (£).

    Parameters
    ----------
    outcome : Outcome; the solved plan
    table : GeoDataFrame; its assets, from `programme_tables`
    """
    inputs, plan = outcome.inputs, outcome.inputs.plan
    nothing = np.full_like(outcome.schedule, -1)
    chance = failure_chance(inputs, {"nothing": nothing, "plan": outcome.schedule})
    own = (plan.path(name) if name else None for name in (plan.tables.risk_likelihood, plan.tables.risk_impact))
    mapping, assets = load_risk_mapping(*own), inputs.register.assets
    consequences = {"replacement": assets["replacement_value"], "closure": assets["criticality"]}
    impact = mapping.impact_of({basis: pd.to_numeric(of).to_numpy(dtype=float) for basis, of in consequences.items()})
    counted = [name for name in plan.risk.streams if name in outcome.plan.streams]
    removed = sum(
        (outcome.nothing.streams[name] - outcome.plan.streams[name] for name in counted), np.zeros(len(table))
    )
    return table.assign(
        failure_nothing=chance["nothing"],
        failure_plan=chance["plan"],
        likelihood_nothing=mapping.likelihood_of(chance["nothing"]),
        likelihood_plan=mapping.likelihood_of(chance["plan"]),
        impact=impact,
        risk_removed=np.asarray(removed).round(2),
    )


def asset_risks(assets: pd.DataFrame) -> pd.DataFrame:
    """Risk of each asset of a programme that has it, the gravest first.

    Parameters
    ----------
    assets : DataFrame; assets of a programme, with the columns of `LEVELS`

    Returns
    -------
    DataFrame
        asset_id, asset_class, name, division, strategy; failure_nothing and failure_plan [0–1]; likelihood_nothing,
        likelihood_plan, impact; score_nothing, band_nothing, score_plan, band_plan; cost and risk_removed [£], and
        per_pound, what each £1 of works removes (NaN without works).
    """
    names = ["asset_id", "asset_class", "name", "division", "strategy", *LEVELS[:-1]]
    out = pd.DataFrame(assets[names]).copy()
    for case in ("nothing", "plan"):
        out[f"score_{case}"] = out[f"likelihood_{case}"] * out["impact"]
        out[f"band_{case}"] = band_of(out[f"score_{case}"].to_numpy(dtype=float))
    out = out.assign(cost=assets["cost"], risk_removed=assets["risk_removed"])
    out["per_pound"] = _per_pound(out)
    keys = ["score_nothing", "score_plan", "risk_removed", "asset_id"]
    return out.sort_values(keys, ascending=[False, False, False, True], kind="stable").reset_index(drop=True)


def grouped_risks(risks: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Risk of groups of assets, those that remove most per pound first.

    Parameters
    ----------
    risks : DataFrame; from `asset_risks`
    by : Series of str; what each of its rows is of; those that are blank are left out

    Returns
    -------
    DataFrame
        of, assets, high_nothing and high_plan (assets in the band high), score_nothing and score_plan (the gravest),
        cost, risk_removed [£], per_pound.
    """
    part = risks.assign(of=by, high_nothing=risks["band_nothing"] == "high", high_plan=risks["band_plan"] == "high")[
        by != ""
    ]
    out = part.groupby("of", sort=True).agg(
        assets=("asset_id", "size"), high_nothing=("high_nothing", "sum"), high_plan=("high_plan", "sum"),
        score_nothing=("score_nothing", "max"), score_plan=("score_plan", "max"), cost=("cost", "sum"),
        risk_removed=("risk_removed", "sum"),
    ).reset_index()  # fmt: skip
    out["per_pound"] = _per_pound(out)
    return out.sort_values("per_pound", ascending=False, kind="stable", na_position="last").reset_index(drop=True)


def _per_pound(table: pd.DataFrame) -> pd.Series:
    return (table["risk_removed"] / table["cost"].where(table["cost"] > 0)).round(4)
