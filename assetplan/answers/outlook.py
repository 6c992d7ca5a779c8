"""What the board asks of the years ahead, with an interval: length by residual life, potholes, claims, backlog.

Each is reckoned in many futures (`assetplan.strategies.futures`), the same for every case: do-nothing, the plan and,
where today's money is stated, what it alone would do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Bools, Codes, Floats
from assetplan.asset_classes import BUILDING, CARRIAGEWAY
from assetplan.config import Plan
from assetplan.inputs.claims import Claims
from assetplan.inputs.load import Inputs
from assetplan.programme.summary_ahead import ForecastRow
from assetplan.reference import load_table
from assetplan.register.premises import kept_by_others
from assetplan.strategies import Futures, load_doubts

# Residual life by length and potholes are of roads, backlog is of the estate.
ROADS, ESTATE = CARRIAGEWAY, BUILDING
DEFECTS = ("potholes", "claims")


@dataclass(frozen=True, eq=False)
class CaseFutures:
    """What becomes of roads and estate in one case, in each future and year.

    Attributes
    ----------
    length : array (n_futures, years + 1, n_bands); length of roads by band of residual life [km]
    backlog : array (n_futures, years + 1); maintenance backlog of the estate [£]
    """

    length: Floats
    backlog: Floats


def in_futures(
    inputs: Inputs, cases: Mapping[str, Codes], kept: Mapping[str, Bools] | None = None
) -> dict[str, CaseFutures]:
    """Each case in many futures, which are the same for every case and every call; empty where none are asked for.

    Parameters
    ----------
    inputs : Inputs; the plan's, whose `forecast` says how many futures
    cases : mapping of str → array (n_assets, years)
        What becomes of assets in each case: treatment codes, −1 for none.
    kept : mapping of str → array (n_assets, years + 1) of bool, optional
        Assets that are not sold by the end of each year in a case; all of them where it is left out.
    """
    futures, known = _futures(inputs)
    if futures is None:
        return {}
    schedules = [schedule[known] for schedule in cases.values()]
    km, quantity = _sizes(futures.assets)
    every = np.ones((len(known), inputs.plan.years + 1), dtype=bool)
    owned = [quantity[:, None] * (kept or {}).get(case, every)[known] for case in cases]
    outcomes = [_in_one_future(futures, number, schedules, km, owned) for number in range(futures.count)]
    length, backlog = (np.stack(parts, axis=1) for parts in zip(*outcomes, strict=True))
    return {case: CaseFutures(length[k], backlog[k]) for k, case in enumerate(cases)}


def _futures(inputs: Inputs) -> tuple[Futures | None, Bools]:
    """The futures of roads and estate, None where there are none to show, and which assets they are, (n_assets,)."""
    forecast, every = inputs.plan.forecast, inputs.register.assets
    known = every["asset_class"].isin((ROADS, ESTATE)).to_numpy()
    if not forecast.futures or not known.any():
        return None, known
    assets = every[known].reset_index(drop=True)
    return Futures.of(assets, inputs.model, load_doubts(), forecast.seed, forecast.futures), known


def outlook(inputs: Inputs, cases: Mapping[str, CaseFutures]) -> list[ForecastRow]:
    """Forecasts by measure, band, year and case.

    Parameters
    ----------
    inputs : Inputs; the plan's, whose `forecast` says what counts the forecasts are scaled to
    cases : mapping of str → CaseFutures; from `in_futures`

    Returns
    -------
    list of rows
        measure ("length", "potholes", "claims", "claims_paid", "large_claims" or "backlog"), band (of residual life,
        else ""), unit, year, case, and middle, low and high: the median of the futures and the ends of the interval.
        Potholes and claims of the base year are the council's own counts and money. Large claims are what they cost in
        a mean year: two in five years have no range of their own.
    """
    plan, futures = inputs.plan, _futures(inputs)[0]
    if futures is None:
        return []
    names = tuple(cases)
    length, backlog = (
        np.stack([getattr(case, part) for case in cases.values()], axis=1) for part in ("length", "backlog")
    )
    rows: list[ForecastRow] = []
    present = set(futures.assets["asset_class"])
    if ROADS in present:
        for place, band in enumerate(condition.band_names("residual_life")):
            rows += _rows(plan, names, ("length", band, "km"), length[..., place])
        if plan.forecast.potholes is not None:
            potholes = _counts(futures, "potholes", _expected("potholes", plan.forecast.potholes, length))
            rows += _rows(plan, names, ("potholes", "", "a year"), potholes)
        if inputs.tables.claims is not None:
            for key, values in _claims(futures, inputs.tables.claims, length).items():
                rows += _rows(plan, names, key, values)
    if ESTATE in present:
        rows += _rows(plan, names, ("backlog", "", "£"), backlog)
    return rows


def _sizes(assets: pd.DataFrame) -> tuple[Floats, Floats]:
    """Length of each road [km] and quantity of each part of the estate, (n_assets,); 0 for others."""
    of_class = assets["asset_class"].mask(kept_by_others(assets), "")
    km = np.where(of_class == ROADS, assets["length_m"].fillna(0.0).to_numpy(dtype=float) / 1000, 0.0)
    return km, np.where(of_class == ESTATE, assets["quantity"].to_numpy(dtype=float), 0.0)


def _in_one_future(
    futures: Futures, number: int, schedules: Sequence[Codes], km: Floats, quantity: Sequence[Floats]
) -> tuple[Floats, Floats]:
    """One future by case and year: length by residual life [km] (cases, years + 1, bands), backlog [£]."""
    future = futures.draw(number)
    shape = (len(schedules), schedules[0].shape[1] + 1)
    length, backlog = np.zeros((*shape, len(condition.band_names("residual_life")))), np.zeros(shape)
    for case, works in enumerate(schedules):
        for rows, states in future.live(works):
            for year, state in enumerate(states):
                if km[rows].any():
                    # At the pace of the group, as a survey would reckon it: no one knows an asset's own.
                    life = state.residual_life() * future.own[rows]
                    length[case, year] += condition.quantity_in_bands("residual_life", life, km[rows])
                owned = quantity[case][rows, year]
                if owned.any():
                    backlog[case, year] += float(state.backlog() @ owned)
    return length, backlog


def _expected(name: str, base: float, length: Floats) -> Floats:
    """Defects a year in each future, case and year, as the lengths by band bring them.

    The rates by band keep their ratios and are scaled in each future so that its base year has the council's own.
    """
    table = load_table("defect_rates")
    rate = table[table["defect"] == name].set_index("band")["rate"]
    weight = length @ rate[list(condition.band_names("residual_life"))].to_numpy(dtype=float)
    return np.asarray(base * weight / weight[:, :, :1])


def _counts(futures: Futures, name: str, expected: Floats) -> Floats:
    """Counts that are drawn about those expected (Poisson); the base year's is known."""
    out = np.empty_like(expected)
    for number, future in enumerate(expected):
        # The same chance in every case: what differs between them is what is done.
        out[number] = [futures.chance(number, 3, DEFECTS.index(name)).poisson(case) for case in future]
    out[:, :, 0] = expected[:, :, 0]
    return out


def _claims(futures: Futures, claims: Claims, length: Floats) -> dict[tuple[str, str, str], Floats]:
    """Claims received, paid and paid for large ones, in each future, case and year, by measure, band and unit."""
    counts = _counts(futures, "claims", _expected("claims", claims.count, length))
    paid = np.empty_like(counts)
    for number, future in enumerate(counts):
        settled = (futures.chance(number, 4).binomial(case.astype(int), 1 - claims.repudiated) for case in future)
        paid[number] = list(settled)
    paid *= claims.mean_paid
    paid[:, :, 0] = claims.settled
    out = {("claims", "", "a year"): counts, ("claims_paid", "", "£ a year"): paid}
    if claims.large_paid:
        out["large_claims", "", "£ a year"] = _expected("claims", claims.large_paid, length)
    return out


def _rows(plan: Plan, cases: tuple[str, ...], key: tuple[str, str, str], values: Floats) -> list[ForecastRow]:
    """Rows of one measure from its values (futures, cases, years + 1)."""
    half = plan.forecast.level / 2
    low, middle, high = np.quantile(values, [0.5 - half, 0.5, 0.5 + half], axis=0).round(3)
    measure, band, unit = key
    return [
        {
            "measure": measure,
            "band": band,
            "unit": unit,
            "year": year,
            "case": case,
            "middle": float(middle[k, place]),
            "low": float(low[k, place]),
            "high": float(high[k, place]),
        }
        for k, case in enumerate(cases)
        for place, year in enumerate(range(plan.first_year - 1, plan.first_year + plan.years))
    ]
