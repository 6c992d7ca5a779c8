"""Programmes near the optimum: as unlike each other as they can be, or the best at something else.

The plan's problem gets one more row, the least of its own benefit that a programme may bring, and another benefit:
what it is to excel in, or how little it has in common with the programmes before it (Brill, Chang and Hopkins 1982,
*Modeling to generate alternatives*, doi:10.1287/mnsc.28.3.221). It is solved as the plan is, within all its limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.display import Shown
from assetplan.formulation import Formulation
from assetplan.formulation.bids import bid_strategies, with_bids
from assetplan.formulation.carbon import carbon_of_options
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.limits import LimitKey
from assetplan.optimisation.problem import Flows, Problem, Solution
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.search.incumbent import Decision
from assetplan.optimisation.solving import solve
from assetplan.strategies.names import strategy_names

PLAN = "as planned"
_UNLIKE = 4  # programmes that are as unlike those before as they can be
_KEPT, _HELD = LimitKey("benefit kept"), LimitKey("cost of works of unknown carbon")
_ROUNDING = 0.01  # by which sums made in another order may miss what was to be kept [unit of the benefit]


@dataclass(frozen=True, eq=False, repr=False)
class Alternatives(Shown):
    """Programmes near the optimum, that of the plan first.

    Attributes
    ----------
    within : float; share of the plan's benefit that each may give up
    programmes : DataFrame
        One row a programme: name, benefit (in the unit of what the plan seeks), given_up (share of the plan's benefit),
        cost (£), treated (assets), bids (how many are done; of a plan with bids alone), sites (on roads and footways,
        missing where the plan does not limit them), carbon (t CO2e of its works, as far as it is known; missing where
        of no works it is), carbon_known (share of the cost of its works of which it is known), a_road_km (km of A road
        treated), even (money of the district that has least for the replacement value of its assets, as a share of what
        an even spread of all money would give it; missing where there is one district), unlike (share of the cost of
        its works that is not in the plan), gap (share; how near it is proved to be to the best at what it excels in; of
        the plan, its own).
    assets : DataFrame
        One row an asset that some programme treats, or a bid that some does: asset_id, asset_class, name, in_programmes
        (how many treat it), and a column a programme with its strategy.
    """

    within: float
    programmes: pd.DataFrame
    assets: pd.DataFrame

    @property
    def core(self) -> pd.DataFrame:
        """Assets that every programme treats, and bids that every one does."""
        return self.assets[self.assets["in_programmes"] == len(self.programmes)]


@dataclass(frozen=True)
class _Aim:
    """What a programme is to excel in, and what each option counts for it, (n_options,); most is best.

    With districts it is the least that any of them comes to: what counts for each, (n_options, n_districts). Of what
    each option holds of `no_more`, (n_options,), the programme may hold no more than the plan does.
    """

    name: str
    score: Floats
    districts: Any = None
    no_more: Floats | None = None


def alternatives_of(
    inputs: Inputs, formulation: Formulation, solution: Solution, within: float, gap: float, seconds: float
) -> Alternatives:
    """Programmes that bring all but a share of the plan's benefit.

    Parameters
    ----------
    inputs, formulation, solution : Inputs, Formulation, Solution; the plan, it as a problem, and what was chosen
    within : float; share of the plan's benefit that each may give up [0 to 1]
    gap, seconds : float; gap [share] and time [s] at which the search for each ends
    """
    problem, start = formulation.problem, (solution.chosen, solution.amounts)
    own, reached = canonical(problem), {PLAN: solution}
    for aim in _aims(inputs, formulation, reached):
        wider = _near(problem, solution, within, aim.score)
        if aim.no_more is not None:
            wider = capped(wider, aim.no_more, float(aim.no_more[solution.chosen].sum()) + _ROUNDING, _HELD)
        if aim.districts is None:
            near = solve(wider, gap, seconds, start=start)
        else:
            near = _evenly(wider, aim.districts, start, gap, seconds)
        # By our own sums: within the limits of the plan itself, and with what was to be kept.
        kept = problem.value(near.chosen, near.amounts) >= _least(solution.benefit, within) - _ROUNDING
        if not (kept and own.is_feasible(near.chosen, near.amounts)):
            raise AssertionError(f"the programme with {aim.name} passes a limit of the plan")
        if not any(np.array_equal(near.chosen, each.chosen) for each in reached.values()):
            reached[aim.name] = near
    return _tabled(inputs, formulation, within, reached)


def _least(benefit: float, within: float) -> float:
    return benefit - within * abs(benefit)


def _near(problem: Problem, solution: Solution, within: float, score: Floats) -> Problem:
    """The plan's problem with most of its benefit kept, and another sought."""
    column, flowing = problem.benefit[:, None], problem.flows.benefit[:, None]
    flows = problem.flows
    return replace(
        problem,
        benefit=score,
        usage=sparse.hstack([problem.usage, sparse.csr_array(column)], format="csr"),
        caps=np.append(problem.caps, np.inf),
        floors=np.append(problem.floors, _least(solution.benefit, within)),
        resources=(*problem.resources, _KEPT),
        flows=Flows(
            flows.names,
            np.zeros(len(flows.names)),
            sparse.hstack([flows.usage, sparse.csr_array(flowing)], format="csr"),
            flows.low,
            flows.high,
        ),
    )


def capped(problem: Problem, amount: Floats, most: float, key: LimitKey) -> Problem:
    """The problem with one more cap.

    Parameters
    ----------
    problem : Problem
    amount : array (n_options,); what each option holds of what is capped
    most : float; the cap, in the same unit
    key : LimitKey; what the cap is known by
    """
    flows = problem.flows
    none = sparse.csr_array((len(flows.names), 1))
    return replace(
        problem,
        usage=sparse.hstack([problem.usage, sparse.csr_array(amount[:, None])], format="csr"),
        caps=np.append(problem.caps, most),
        floors=np.append(problem.floors, -np.inf),
        resources=(*problem.resources, key),
        flows=replace(flows, usage=sparse.hstack([flows.usage, none], format="csr")),
    )


def _evenly(problem: Problem, districts: Any, start: Decision, gap: float, seconds: float) -> Solution:
    """The choice for which the least that any district comes to is most: one more flow, and one more row a district."""
    count, flows = districts.shape[1], problem.flows
    least = float(districts[start[0]].sum(axis=0).min())
    most = float(np.maximum.reduceat(districts.max(axis=1).toarray().ravel(), problem.starts[:-1]).sum())
    taken = sparse.hstack([sparse.csr_array((1, len(problem.caps))), sparse.csr_array(-np.ones((1, count)))])
    beside = sparse.hstack([flows.usage, sparse.csr_array((len(flows.names), count))])
    wider = replace(
        problem,
        benefit=np.zeros_like(problem.benefit),
        usage=sparse.hstack([problem.usage, districts], format="csr"),
        caps=np.append(problem.caps, np.full(count, np.inf)),
        floors=np.append(problem.floors, np.zeros(count)),
        resources=(*problem.resources, *(LimitKey("district", name=str(k)) for k in range(count))),
        flows=Flows(
            (*flows.names, "least"),
            # In shares of what the plan comes to, so that prices of districts are of the size that is looked for first.
            np.append(np.zeros(len(flows.names)), 1.0 / max(least, 1.0)),
            sparse.vstack([beside, taken], format="csr"),
            np.append(flows.low, 0.0),
            np.append(flows.high, most),
        ),
    )
    near = solve(wider, gap, seconds, start=(start[0], np.append(start[1], least)))
    return replace(near, amounts=near.amounts[:-1])


def _aims(inputs: Inputs, formulation: Formulation, reached: dict[str, Solution]) -> Iterator[_Aim]:
    """What programmes are to excel in, in turn; `reached` grows with each, and the next is to be unlike all of them."""
    cost = formulation.cost()
    yield _Aim("least spent", -cost)
    carbon, unknown = _carbon(inputs, formulation)
    if carbon.any():
        # Or the least would be works of which nothing is known.
        yield _Aim("least carbon", -carbon, no_more=unknown)
    sites = limited_sites(formulation)
    if sites is not None:
        yield _Aim("fewest works sites", -sites)
    length = _a_road_km(inputs, formulation)
    if length.any():
        yield _Aim("most A road treated", length)
    if formulation.changes.any():
        changes = np.zeros(len(cost))
        changes[: len(formulation.changes)] = formulation.changes
        yield _Aim("fewest changes of the earlier programme", -changes)
    districts = _by_district(inputs, formulation)
    if districts is not None:
        yield _Aim("most even by district", np.zeros(len(cost)), districts)
    shared, known = np.zeros(len(cost)), 0
    for number in range(_UNLIKE):
        for each in list(reached.values())[known:]:
            shared += np.where(_same_works(formulation, each.chosen), cost, 0.0)
        known = len(reached)
        yield _Aim(f"as unlike the others as it can be, {number + 1}", -shared)


def _carbon(inputs: Inputs, formulation: Formulation) -> tuple[Floats, Floats]:
    """Carbon of each option as far as it is known [t CO2e], and cost of works of which it is not [£]."""
    works = Works.of(inputs.register.assets, inputs.model, formulation.options)
    return carbon_of_options(inputs, with_bids(works, formulation.bids))


def _same_works(formulation: Formulation, chosen: Ints) -> Bools:
    """Options whose works, all of them, are those that a programme has of the asset or bid, (n_options,)."""
    schedule, owner = formulation.schedule(), formulation.problem.owners()
    # Variants of a bid that begin in one year are other works.
    variant = np.concatenate([np.zeros(len(formulation.options.asset), dtype=np.intp), formulation.bids.variant])
    mine = chosen[owner]
    same = (schedule == schedule[mine]).all(axis=1) & (variant == variant[mine])
    return np.asarray(same & _treats(formulation), dtype=bool)


def _treats(formulation: Formulation) -> Bools:
    """Options that do something in the plan years, (n_options,)."""
    return np.asarray((formulation.schedule() >= 0).any(axis=1), dtype=bool)


def _places(inputs: Inputs, formulation: Formulation) -> pd.DataFrame:
    """Assets and bids as rows of the register's columns, in the order of the problem."""
    assets = pd.DataFrame(inputs.register.assets.drop(columns="geometry", errors="ignore"))
    if not formulation.bids.bids:
        return assets
    return pd.concat([assets, formulation.bids.places(inputs.register.assets)], ignore_index=True)


def _by_district(inputs: Inputs, formulation: Formulation) -> Any:
    """Cost of each option by the district of its asset or bid, over the district's share of the value of all assets
    that have one, CSR (n_options, n_districts); None where there are not two districts.
    """
    assets, owner = _places(inputs, formulation), formulation.problem.owners()
    code, names = pd.factorize(assets["district"].replace("", np.nan), sort=True)
    value = np.bincount(code[code >= 0], assets["replacement_value"].to_numpy(dtype=float)[code >= 0], len(names))
    if (value > 0).sum() < 2:
        return None
    mine = code[owner]
    rows = np.flatnonzero((mine >= 0) & (value[mine] > 0))
    share = value / value.sum()
    amounts = formulation.cost()[rows] / share[mine[rows]]
    by_code = sparse.csr_array((amounts, (rows, mine[rows])), shape=(len(mine), len(names)))
    return sparse.csr_array(by_code[:, np.flatnonzero(value > 0)])


def carbon_columns(carbon: Floats, unknown: Floats, spent: float) -> dict[str, float]:
    """Carbon of a choice and the share of its cost of which it is known, as columns.

    Parameters
    ----------
    carbon, unknown : array (n_assets,)
        Of each option chosen: carbon as far as it is known [t CO2e], and cost of works of which it is not [£].
    spent : float; cost of all works [£]
    """
    known = round(1 - float(unknown.sum()) / spent, 4) if spent else 0.0
    return {"carbon": round(float(carbon.sum()), 3) if known > 0 else np.nan, "carbon_known": known}


def limited_sites(formulation: Formulation) -> Floats | None:
    """Sites on roads and footways of each option, (n_options,); None where the plan does not limit them.

    Parameters
    ----------
    formulation : Formulation; the plan as a problem
    """
    rows = [place for place, row in enumerate(formulation.rows) if row.key.kind == "sites"]
    return np.asarray(formulation.problem.usage[:, rows].sum(axis=1), dtype=float).ravel() if rows else None


def _a_road_km(inputs: Inputs, formulation: Formulation) -> Floats:
    """Length of A road that each option treats [km], (n_options,)."""
    assets = _places(inputs, formulation)
    main = (assets["asset_class"] == CARRIAGEWAY) & (assets["road_class"] == "A")
    km = np.where(main, assets["length_m"].fillna(0.0).to_numpy(dtype=float) / 1000, 0.0)
    return np.where(_treats(formulation), km[formulation.problem.owners()], 0.0)


def _even(districts: Any, spent: float) -> float:
    """The least that a district has of what an even spread of all money would give it (share)."""
    return round(float(districts.sum(axis=0).min()) / spent, 4) if spent else 0.0


def _tabled(inputs: Inputs, formulation: Formulation, within: float, reached: dict[str, Solution]) -> Alternatives:
    problem, n_assets = formulation.problem, len(inputs.register.assets)
    cost, length, sites = formulation.cost(), _a_road_km(inputs, formulation), limited_sites(formulation)
    treats = _treats(formulation)
    emitted, unknown = _carbon(inputs, formulation)
    first, districts = reached[PLAN], _by_district(inputs, formulation)
    planned, best = _same_works(formulation, first.chosen), problem.value(first.chosen, first.amounts)
    rows = []
    for name, each in reached.items():
        chosen, benefit = each.chosen, problem.value(each.chosen, each.amounts)
        spent = float(cost[chosen].sum())
        # A plan without bids has no such column.
        bids = {"bids": int(treats[chosen[n_assets:]].sum())} if formulation.bids.bids else {}
        rows.append(
            {
                "name": name,
                "benefit": round(benefit, 2),
                "given_up": round((best - benefit) / max(abs(best), 1e-300), 6),
                "cost": round(spent, 2),
                "treated": int(treats[chosen[:n_assets]].sum()),
                **bids,
                "sites": np.nan if sites is None else float(np.rint(sites[chosen].sum())),
                **carbon_columns(emitted[chosen], unknown[chosen], spent),
                "a_road_km": round(float(length[chosen].sum()), 3),
                "even": np.nan if districts is None else _even(districts[chosen], spent),
                "unlike": round(max(1 - float(cost[chosen][planned[chosen]].sum()) / spent, 0.0), 4) if spent else 0.0,
                "gap": each.gap,
            }
        )
    count = np.sum([treats[each.chosen] for each in reached.values()], axis=0)
    some = np.flatnonzero(count)
    texts = _strategies(inputs, formulation)
    facts = _places(inputs, formulation)[["asset_id", "asset_class", "name"]].iloc[some].reset_index(drop=True)
    works = pd.DataFrame({name: texts[each.chosen[some]] for name, each in reached.items()})
    return Alternatives(within, pd.DataFrame(rows), pd.concat([facts.assign(in_programmes=count[some]), works], axis=1))


def _strategies(inputs: Inputs, formulation: Formulation) -> Texts:
    """Each option of the problem as a strategy's text, (n_options,)."""
    code, names = strategy_names(inputs.register.assets, inputs.model, formulation.options)
    own = np.asarray(names, dtype=object)[code]
    return np.concatenate([own, bid_strategies(inputs, formulation.bids, np.arange(len(formulation.bids.bid)))])
