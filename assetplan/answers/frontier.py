"""What more or less money or carbon brings: the plan solved anew at shares of it, each time from the choice before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats
from assetplan.answers.alternatives import capped, carbon_columns, limited_sites
from assetplan.consequences import WORKS
from assetplan.display import Shown
from assetplan.errors import InfeasibleError
from assetplan.formulation import Formulation
from assetplan.formulation.bids import with_bids
from assetplan.formulation.carbon import carbon_of_options
from assetplan.formulation.constraints import LimitRow
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.inputs.mandatory import MANDATORY
from assetplan.limits import LimitKey
from assetplan.optimisation.problem import Solution
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.solving import solve
from assetplan.strategies import Starting, Traffic, Trajectory, simulate

_CARBON_KEYS = LimitKey("carbon"), LimitKey("cost of works of unknown carbon")


@dataclass(frozen=True, eq=False, repr=False)
class Frontier(Shown):
    """What the plan's objective and condition come to by money or by carbon.

    Attributes
    ----------
    points : DataFrame
        One row a share of the money, or of the carbon of the plan's works: share, carbon_limit (t CO2e; where carbon is
        what is limited), money (£; of all lines and years), status ("optimal", "feasible" or "cannot
        be met"), benefit, bound (in the unit of what the plan seeks), gap (share), cost (£), mandatory (£; part of it
        that goes on works that are paid first, of a plan that has any), preventative (share of the cost of the works
        chosen), treated (assets), sites (on roads and footways, missing where the plan does not limit them), carbon
        (t CO2e of its works, as far as it is known; missing where of no works it is), carbon_known (share of the cost
        of the works chosen of which it is known), marginal (benefit of one more pound, spread
        over lines and years as the money is, or of one more t CO2e).
    lines : DataFrame
        share, line, money and cost (£; mandatory works included), marginal (of one more pound of the line, spread
        likewise).
    condition : DataFrame
        share, asset_class, year (the last of the plan), index (average over the stock, 0–100) and poor (share of the
        stock in bands that count as poor condition: poor and very poor, or grades C and D).
    streams : DataFrame
        share, stream and amount: what each cost stream but works comes to in the plan's years, such as risk of failure
        (£, prices of the first year, undiscounted).
    """

    points: pd.DataFrame
    lines: pd.DataFrame
    condition: pd.DataFrame
    streams: pd.DataFrame

    @property
    def of_carbon(self) -> bool:
        """Whether carbon is limited, and not money."""
        return "carbon_limit" in self.points


def frontier_of(
    inputs: Inputs,
    starting: Starting,
    traffic: Traffic,
    formulation: Formulation,
    shares: Sequence[float],
    gap: float,
    seconds: float,
) -> Frontier:
    """Solve the plan with each share of its money, or of its carbon where that is limited, the least first.

    Parameters
    ----------
    inputs, starting, traffic, formulation : Inputs, Starting, Traffic, Formulation
        The plan, condition at the start, traffic ahead, and the plan as a problem; of `carbon_limited` for carbon.
    shares : sequence of float; shares of every line's money in every year, or of the carbon limit [above 0]
    gap, seconds : float; gap [share] and time [s] at which the search for each ends
    """
    works = with_bids(Works.of(inputs.register.assets, inputs.model, formulation.options), formulation.bids)
    points, lines, conditions = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    streams, carbon = list[dict[str, Any]](), carbon_of_options(inputs, works)
    for share, scaled, solution in _solved(formulation, shares, gap, seconds):
        points.append(_point(share, scaled, works, carbon, solution))
        if solution is not None:
            lines += _lines(share, scaled, works, solution)
            schedule = formulation.options.schedule[formulation.chosen(solution)]
            future = simulate(inputs.register.assets, starting, schedule, inputs.model, traffic)
            kept = formulation.kept(solution)[:, -1]
            conditions += ({"share": share, **row} for row in class_conditions(inputs, future, kept))
            streams += (
                {"share": share, "stream": name, "amount": round(float(amounts.sum()), 2)}
                for name, amounts in future.yearly.items()
                if name != WORKS
            )
    return Frontier(*map(pd.DataFrame, (points, lines, conditions, streams)))


def carbon_limited(inputs: Inputs, formulation: Formulation, solution: Solution) -> Formulation:
    """The plan with a limit on what its works emit: what they do as it was solved.

    Of works whose carbon is not known no more may be spent than as it was solved, or they would take the place of all.

    Parameters
    ----------
    inputs, formulation, solution : Inputs, Formulation, Solution; the plan, it as a problem, and what was chosen
    """
    works = with_bids(Works.of(inputs.register.assets, inputs.model, formulation.options), formulation.bids)
    problem, rows = formulation.problem, list(formulation.rows)
    for key, unit, amount in zip(_CARBON_KEYS, ("t CO2e", "£"), carbon_of_options(inputs, works), strict=True):
        most = float(amount[solution.chosen].sum())
        # By rounding of sums made in another order.
        problem = capped(problem, amount, most * (1 + 1e-9), key)
        rows.append(LimitRow(key, str(key), unit, cap=most))
    return replace(formulation, problem=problem, rows=tuple(rows))


def _rows_of(formulation: Formulation, *kinds: str) -> Bools:
    return np.array([row.key.kind in kinds for row in formulation.rows])


def _scaled_rows(formulation: Formulation) -> Bools:
    """Rows whose limit is scaled: that of carbon where there is one, else money."""
    carbon = _rows_of(formulation, _CARBON_KEYS[0].kind)
    return carbon if carbon.any() else _rows_of(formulation, "line")


def _solved(
    formulation: Formulation, shares: Sequence[float], gap: float, seconds: float
) -> Iterator[tuple[float, Formulation, Solution | None]]:
    scaled, before = _scaled_rows(formulation), None
    for share in sorted(set(shares)):
        problem = formulation.problem
        problem = replace(problem, caps=np.where(scaled, problem.caps * share, problem.caps))
        # More leaves what was chosen with less within its limits.
        start = before if before is not None and canonical(problem).is_feasible(*before) else None
        solution = None
        try:
            solution = solve(problem, gap, seconds, start=start)
            before = solution.chosen, solution.amounts
        except InfeasibleError:
            pass  # the row says so
        yield share, replace(formulation, problem=problem), solution


def _point(
    share: float, scaled: Formulation, works: Works, carbon: tuple[Floats, Floats], solution: Solution | None
) -> dict[str, Any]:
    money, carbon_row = _rows_of(scaled, "line"), _rows_of(scaled, _CARBON_KEYS[0].kind)
    limited, caps = _scaled_rows(scaled), scaled.problem.caps
    row: dict[str, Any] = {"share": share}
    if carbon_row.any():
        row["carbon_limit"] = round(float(caps[carbon_row].sum()), 3)
    row["money"] = round(float(caps[money].sum()), 2)
    if solution is None:
        return {**row, "status": "cannot be met"}
    cost, kind = _works_of(works, solution)
    spent, sites = float(cost.sum()), limited_sites(scaled)
    first = float(scaled.mandatory_use[money].sum())
    treated = np.any(scaled.options.schedule[scaled.chosen(solution)] >= 0, axis=1).sum()
    return {
        **row,
        "status": solution.status,
        "benefit": round(solution.benefit, 2),
        "bound": round(solution.bound, 2),
        "gap": solution.gap,
        "cost": round(spent + first, 2),
        **({MANDATORY: round(first, 2)} if first else {}),
        "preventative": round(float(cost[kind == "preventative"].sum()) / spent, 4) if spent else 0.0,
        "treated": int(treated),
        "sites": np.nan if sites is None else float(np.rint(sites[solution.chosen].sum())),
        **carbon_columns(carbon[0][solution.chosen], carbon[1][solution.chosen], spent),
        "marginal": _marginal(solution.prices[limited], caps[limited]),
    }


def _works_of(works: Works, solution: Solution) -> tuple[Floats, Any]:
    """Cost of each works item of a choice, and of which kind it is."""
    mine = np.isin(works.option, solution.chosen)
    return works.cost[mine], works.treatments["kind"].to_numpy(dtype=object)[works.treatment[mine]]


def _marginal(prices: Floats, caps: Floats) -> float:
    total = float(caps.sum())
    return round(float(prices @ caps) / total, 6) if total else 0.0


def _lines(share: float, scaled: Formulation, works: Works, solution: Solution) -> Iterator[dict[str, Any]]:
    used = scaled.problem.usage[solution.chosen].sum(axis=0)
    spent = np.asarray(used, dtype=float).ravel() + scaled.mandatory_use
    keys = [row.key for row in scaled.rows]
    for line in dict.fromkeys(key.line for key in keys if key.kind == "line"):
        mine = np.array([key.kind == "line" and key.line == line for key in keys])
        caps = scaled.problem.caps[mine]
        yield {
            "share": share,
            "line": line,
            "money": round(float(caps.sum()), 2),
            "cost": round(float(spent[mine].sum()), 2),
            "marginal": _marginal(solution.prices[mine], caps),
        }


def class_conditions(inputs: Inputs, future: Trajectory, kept: Bools) -> Iterator[dict[str, Any]]:
    """Condition of each class at the end of a plan: asset_class, year, index and poor, as of `Frontier.condition`.

    Parameters
    ----------
    inputs, future : Inputs, Trajectory; the plan, and what comes of its assets
    kept : array (n_assets,) of bool; assets that are not sold by then
    """
    assets, classes = inputs.register.assets, inputs.tables.classes
    index, poor = future.index[:, -1].round(2), future.poor(classes.bands_of(assets), -1)
    for row in classes.of(assets["asset_class"]):
        members = kept & (assets["asset_class"] == row.asset_class).to_numpy(dtype=bool)
        stock = np.where(members, classes.stock_of(assets, row.asset_class)[1], 0.0)
        if stock.any():
            weight = stock / stock.sum()
            yield {
                "asset_class": row.asset_class,
                "year": inputs.plan.plan_years[-1],
                "index": round(float(weight @ index), 2),
                "poor": round(float(weight @ poor), 4),
            }
