"""What more or less money brings: the plan solved anew with its money scaled, each time from the choice before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Bools, Floats
from assetplan.answers.alternatives import limited_sites
from assetplan.consequences import WORKS
from assetplan.display import Shown
from assetplan.errors import InfeasibleError
from assetplan.formulation import Formulation
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.optimisation.problem import Solution
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.solving import solve
from assetplan.strategies import Starting, Traffic, simulate

_POOR = condition.BANDS.index("poor")  # bands are from the best down


@dataclass(frozen=True, eq=False, repr=False)
class Frontier(Shown):
    """What the plan's objective and condition come to by money.

    Attributes
    ----------
    points : DataFrame
        One row a share of the money: share, money (£; of all lines and years), status ("optimal", "feasible" or "cannot
        be met"), benefit, bound (in the unit of what the plan seeks), gap (share), cost (£), preventative (share of the
        cost), treated (assets), sites (on roads and footways, missing where the plan does not limit them), marginal
        (benefit of one more pound, spread over lines and years as the money is).
    lines : DataFrame; share, line, money and cost (£), marginal (of one more pound of the line, spread likewise)
    condition : DataFrame
        share, asset_class, year (the last of the plan), index (average over the stock, 0–100) and poor (share of the
        stock in the bands poor and very poor).
    streams : DataFrame
        share, stream and amount: what each cost stream but works comes to in the plan's years, such as risk of failure
        (£, prices of the first year, undiscounted).
    """

    points: pd.DataFrame
    lines: pd.DataFrame
    condition: pd.DataFrame
    streams: pd.DataFrame


def frontier_of(
    inputs: Inputs,
    starting: Starting,
    traffic: Traffic,
    formulation: Formulation,
    shares: Sequence[float],
    gap: float,
    seconds: float,
) -> Frontier:
    """Solve the plan with each share of its money, the least first.

    Parameters
    ----------
    inputs, starting, traffic, formulation : Inputs, Starting, Traffic, Formulation
        The plan, condition at the start, traffic ahead, and the plan as a problem.
    shares : sequence of float; shares of every line's money in every year [above 0]
    gap, seconds : float; gap [share] and time [s] at which the search for each ends
    """
    works = Works.of(inputs.register.assets, inputs.model, formulation.options)
    points, lines, conditions = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    streams = list[dict[str, Any]]()
    for share, scaled, solution in _solved(formulation, shares, gap, seconds):
        points.append(_point(share, scaled, works, solution))
        if solution is not None:
            lines += _lines(share, scaled, works, solution)
            conditions += _conditions(share, inputs, formulation, solution)
            schedule = formulation.options.schedule[solution.chosen]
            yearly = simulate(inputs.register.assets, starting, schedule, inputs.model, traffic).yearly
            streams += (
                {"share": share, "stream": name, "amount": round(float(amounts.sum()), 2)}
                for name, amounts in yearly.items()
                if name != WORKS
            )
    return Frontier(*map(pd.DataFrame, (points, lines, conditions, streams)))


def _money_rows(formulation: Formulation) -> Bools:
    return np.array([row.key.kind == "line" for row in formulation.rows])


def _solved(
    formulation: Formulation, shares: Sequence[float], gap: float, seconds: float
) -> Iterator[tuple[float, Formulation, Solution | None]]:
    money, before = _money_rows(formulation), None
    for share in sorted(set(shares)):
        problem = formulation.problem
        problem = replace(problem, caps=np.where(money, problem.caps * share, problem.caps))
        # More money leaves what was chosen with less within its limits.
        start = before if before is not None and canonical(problem).is_feasible(*before) else None
        solution = None
        try:
            solution = solve(problem, gap, seconds, start=start)
            before = solution.chosen, solution.amounts
        except InfeasibleError:
            pass  # the row says so
        yield share, replace(formulation, problem=problem), solution


def _point(share: float, scaled: Formulation, works: Works, solution: Solution | None) -> dict[str, Any]:
    money = _money_rows(scaled)
    caps = scaled.problem.caps[money]
    row: dict[str, Any] = {"share": share, "money": round(float(caps.sum()), 2)}
    if solution is None:
        return {**row, "status": "cannot be met"}
    cost, kind = _works_of(works, solution)
    spent, sites = float(cost.sum()), limited_sites(scaled)
    treated = np.any(scaled.options.schedule[solution.chosen] >= 0, axis=1).sum()
    return {
        **row,
        "status": solution.status,
        "benefit": round(solution.benefit, 2),
        "bound": round(solution.bound, 2),
        "gap": solution.gap,
        "cost": round(spent, 2),
        "preventative": round(float(cost[kind == "preventative"].sum()) / spent, 4) if spent else 0.0,
        "treated": int(treated),
        "sites": np.nan if sites is None else float(np.rint(sites[solution.chosen].sum())),
        "marginal": _marginal(solution.prices[money], caps),
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
    spent = np.asarray(used, dtype=float).ravel()
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


def _conditions(share: float, inputs: Inputs, formulation: Formulation, solution: Solution) -> Iterator[dict[str, Any]]:
    assets, classes = inputs.register.assets, inputs.tables.classes
    index = formulation.options.index[solution.chosen, -1].astype(float).round(2)
    poor = condition.band_codes("index", index) >= _POOR
    for row in classes.of(assets["asset_class"]):
        members = (assets["asset_class"] == row.asset_class).to_numpy(dtype=bool)
        stock = np.where(members, classes.stock_of(assets, row.asset_class)[1], 0.0)
        if stock.any():
            weight = stock / stock.sum()
            yield {
                "share": share,
                "asset_class": row.asset_class,
                "year": inputs.plan.plan_years[-1],
                "index": round(float(weight @ index), 2),
                "poor": round(float(weight @ poor), 4),
            }
