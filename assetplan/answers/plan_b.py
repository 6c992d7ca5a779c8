"""Plan B: what drops first where income fails, and what comes first where money appears, each step solved anew.

A source that fails is a plan without its money, stated and solved as a plan of its own. A sum that fails is a limit on
what all works cost, lowered in equal steps; a sum that appears is a flow of money to whichever lines take it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from assetplan._types import Floats
from assetplan.answers.alternatives import capped
from assetplan.answers.frontier import class_conditions
from assetplan.asset_classes import BID
from assetplan.config import Plan
from assetplan.display import Shown
from assetplan.errors import InfeasibleError
from assetplan.finance import income_by_year, limits, money_of, probability_of
from assetplan.formulation import Formulation
from assetplan.formulation.bids import bid_strategies
from assetplan.inputs.load import Inputs
from assetplan.limits import FlowKey, LimitKey
from assetplan.optimisation.problem import Flows, Problem, Solution
from assetplan.optimisation.solving import solve
from assetplan.strategies import Starting, Traffic, simulate
from assetplan.strategies.names import NOTHING, strategy_names

MAY_FAIL = ("grant", "receipt", "contribution")
"""Types of source whose money may not come."""
SUM, MORE = "a sum fails", "money appears"
STEPS = 4
_TOTAL = LimitKey("spend in all")
_ROUNDING = 0.01  # £


@dataclass(frozen=True)
class Failure:
    """Income that may fail.

    Attributes
    ----------
    name : str; what fails, in words
    kind : str; "grant", "receipt", "contribution", "tax base" or "income"
    chance : float; how likely it is to fail [0–1]
    amount : float; what the plan counts on of it, by how likely it is [£ of the envelope; of income, of all plan years]
    without : callable; the inputs of the plan without it
    """

    name: str
    kind: str
    chance: float
    amount: float
    without: Callable[[Inputs], Inputs] = field(repr=False, compare=False)


@dataclass(frozen=True, eq=False, repr=False)
class PlanB(Shown):
    """What drops first for each failure, and what comes first.

    Attributes
    ----------
    steps : DataFrame
        One row a step: failure, kind, chance (that it fails; missing for a sum), step, amount (£ that has failed, or
        come, by this step), status ("optimal", "feasible" or "cannot be met"), benefit and bound (in the unit of what
        the plan seeks), gap (share), lost (benefit against the step before; below 0 it gains), cost (£ of works),
        changes (assets and bids that have another strategy than in the step before).
    changes : DataFrame
        One row an asset or bid that changes in a step, what is given up for least first: failure, step, order, name,
        asset_class, change ("out", "in" or "other"), before and after (strategies), cost and benefit (£ more than in
        the step before; below 0 less), a_pound (benefit that goes or comes for each £1; missing where no money does).
    condition : DataFrame
        failure, step, asset_class, year (the plan's last), index (average over the stock) and poor (share of the
        stock), index_change and poor_change (against the plan).
    """

    steps: pd.DataFrame
    changes: pd.DataFrame
    condition: pd.DataFrame


def failures(inputs: Inputs) -> list[Failure]:
    """Income of a plan that may fail, most likely to fail first, then largest.

    Parameters
    ----------
    inputs : Inputs; the plan
    """
    every = [*_of_sources(inputs.plan), *_of_bids(inputs), *_of_income(inputs.plan)]
    return sorted(every, key=lambda each: (-each.chance, -each.amount, each.name))


def _of_sources(plan: Plan) -> Iterator[Failure]:
    for place, source in enumerate(plan.sources):
        amount = float(money_of(plan, source).sum())
        if source.type in MAY_FAIL and amount > 0:
            empty = source.model_copy(update={"amounts": (0.0,) * plan.years})
            sources = (*plan.sources[:place], empty, *plan.sources[place + 1 :])
            yield Failure(source.name, source.type, 1 - probability_of(source), amount, _with(sources=sources))


def _of_bids(inputs: Inputs) -> Iterator[Failure]:
    for kind in ("grants", "contributions", "receipts"):
        money: dict[str, tuple[float, float]] = {}
        for bid in inputs.bids:
            counted, likely = bid.counted(kind)
            if counted > money.get(bid.name, (0.0, 1.0))[0]:
                money[bid.name] = counted, likely
        one = kind.removesuffix("s")
        for name, (counted, likely) in money.items():
            yield Failure(f"{one} of {name}", one, 1 - likely, counted, _without_funding(name, kind))


def _of_income(plan: Plan) -> Iterator[Failure]:
    """Income that debt is within: where the plan borrows."""
    if not (plan.borrowing and plan.treasury.within_income):
        return
    if plan.tax_base is not None:
        alone = plan.model_copy(update={"income": ()})
        amount = float(np.maximum(income_by_year(alone, plan.years).confirmed, 0.0).sum())
        none = plan.tax_base.model_copy(update={"share": 0.0})
        if amount > 0:
            yield Failure(
                "growth of the tax base", "tax base", 1 - plan.tax_base.probability, amount, _with(tax_base=none)
            )
    for place, row in enumerate(plan.income):
        if row.status == "confirmed" and any(row.amounts):
            rest = (*plan.income[:place], *plan.income[place + 1 :])
            alone = plan.model_copy(update={"income": (row,), "tax_base": None})
            amount = float(income_by_year(alone, plan.years).confirmed.sum())
            yield Failure(row.name, "income", 1 - row.probability, amount, _with(income=rest))


def _with(**keys: Any) -> Callable[[Inputs], Inputs]:
    def changed(inputs: Inputs) -> Inputs:
        plan = inputs.plan.model_copy(update=keys)
        return replace(inputs, plan=plan, limits=limits(plan))

    return changed


def _without_funding(name: str, kind: str) -> Callable[[Inputs], Inputs]:
    def changed(inputs: Inputs) -> Inputs:
        return replace(inputs, bids=tuple(bid.without(kind) if bid.name == name else bid for bid in inputs.bids))

    return changed


@dataclass(frozen=True, eq=False)
class SolvedPlan:
    """A plan that is solved, and how it is stated anew.

    Attributes
    ----------
    inputs, starting, traffic : Inputs, Starting, Traffic or None; what it is made from
    formulation, solution : Formulation, Solution; it as a problem, and what was chosen
    restate : callable; the problem of other inputs with the same strategies
    gap, seconds : float; gap [share] and time [s] at which each search ends
    """

    inputs: Inputs
    starting: Starting
    traffic: Traffic
    formulation: Formulation
    solution: Solution
    restate: Callable[[Inputs], Formulation]
    gap: float
    seconds: float


def plan_b_of(plan: SolvedPlan, amount: float | None, steps: int = STEPS) -> PlanB:
    """Every failure of a plan's income followed, and a sum that fails and one that appears in steps.

    Parameters
    ----------
    plan : SolvedPlan
    amount : float or None; sum that fails, and that appears [£]; None for none
    steps : int; equal parts in which the sum goes or comes
    """
    own, tables = _State.of(plan, plan.formulation, plan.solution), _Tables()
    for failure in failures(plan.inputs):
        row = {"failure": failure.name, "kind": failure.kind, "chance": round(failure.chance, 4)}
        tables.follow(row, own, plan, [(failure.amount, plan.restate(failure.without(plan.inputs)))])
    if amount is not None:
        cost = plan.formulation.cost()
        spent = float(cost[plan.solution.chosen].sum())
        parts = [amount * k / steps for k in range(1, steps + 1)]
        less = [(part, _within(plan.formulation, cost, spent - part)) for part in parts]
        more = [(part, _richer(plan.formulation, part)) for part in parts]
        for name, stated in ((SUM, less), (MORE, more)):
            tables.follow({"failure": name, "kind": "sum", "chance": np.nan}, own, plan, stated)
    return PlanB(pd.DataFrame(tables.steps), pd.DataFrame(tables.changes), pd.DataFrame(tables.condition))


@dataclass(frozen=True, eq=False)
class _State:
    """A solved plan as Plan B compares it: choices of assets and bids by name, and its condition."""

    solution: Solution
    choices: pd.DataFrame
    condition: list[dict[str, Any]]

    @classmethod
    def of(cls, plan: SolvedPlan, formulation: Formulation, solution: Solution) -> _State:
        assets = plan.inputs.register.assets
        options, chosen = formulation.options, formulation.chosen(solution)
        code, names = strategy_names(assets, plan.inputs.model, options.take(chosen))
        choices = pd.DataFrame(
            {
                "name": assets["asset_id"].to_numpy(dtype=object),
                "asset_class": assets["asset_class"].to_numpy(dtype=object),
                "strategy": np.array(names, dtype=object)[code],
            }
        )
        bids, rows = formulation.bids, formulation.chosen_bids(solution)
        own = pd.DataFrame(
            {"name": bids.names, "asset_class": BID.asset_class, "strategy": bid_strategies(plan.inputs, bids, rows)}
        )
        choices = pd.concat([choices, own], ignore_index=True).set_index("name")
        for column, values in (("cost", formulation.cost()), ("benefit", formulation.benefit())):
            choices[column] = values[solution.chosen].round(2)
        future = simulate(assets, plan.starting, options.schedule[chosen], plan.inputs.model, plan.traffic)
        kept = formulation.kept(solution)[:, -1]
        return cls(solution, choices, list(class_conditions(plan.inputs, future, kept)))


@dataclass(frozen=True, eq=False)
class _Tables:
    """Rows of a Plan B as its steps are solved."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    condition: list[dict[str, Any]] = field(default_factory=list)

    def follow(
        self, row: dict[str, Any], own: _State, plan: SolvedPlan, parts: Sequence[tuple[float, Formulation]]
    ) -> None:
        """Solve the steps of one failure, each against the one before, and add their rows."""
        before = own
        for step, (amount, formulation) in enumerate(parts, 1):
            head = {**row, "step": step, "amount": round(amount, 2)}
            try:
                solution = solve(formulation.problem, plan.gap, plan.seconds)
            except InfeasibleError:
                self.steps.append({**head, "status": "cannot be met"})
                return
            now = _State.of(plan, formulation, solution)
            self._add(head, own, before, now)
            before = now

    def _add(self, head: dict[str, Any], own: _State, before: _State, now: _State) -> None:
        differs, solution = _changes(before, now), now.solution
        lost = before.solution.benefit - solution.benefit
        self.steps.append(
            {
                **{**head, "status": solution.status, "benefit": round(solution.benefit, 2)},
                **{"bound": round(solution.bound, 2), "gap": solution.gap, "lost": round(lost, 2)},
                **{"cost": round(float(now.choices["cost"].sum()), 2), "changes": len(differs)},
            }
        )
        of = {"failure": head["failure"], "step": head["step"]}
        self.changes.extend({**of, "order": order, **each} for order, each in enumerate(differs, 1))
        for each, was in zip(now.condition, own.condition, strict=True):
            change = {f"{key}_change": round(each[key] - was[key], 4) for key in ("index", "poor")}
            self.condition.append({**of, **each, **change})


def _changes(before: _State, now: _State) -> list[dict[str, Any]]:
    """What has another strategy, what is worth least for its money first; what comes in its place last."""
    was, is_now = before.choices, now.choices
    rows = []
    for name in was.index[(was["strategy"] != is_now["strategy"]).to_numpy()]:
        old, new = was.loc[name], is_now.loc[name]
        cost, benefit = round(float(new["cost"] - old["cost"]), 2), round(float(new["benefit"] - old["benefit"]), 2)
        change = "out" if new["strategy"] == NOTHING else "in" if old["strategy"] == NOTHING else "other"
        rows.append(
            {
                **{"name": name, "asset_class": old["asset_class"], "change": change},
                **{"before": old["strategy"], "after": new["strategy"], "cost": cost, "benefit": benefit},
                "a_pound": round(benefit / cost, 4) if cost else np.nan,
            }
        )
    order = {"out": 0, "other": 1, "in": 2}
    return sorted(rows, key=lambda each: (order[each["change"]], _rank(each), str(each["name"])))


def _rank(row: dict[str, Any]) -> float:
    """Least worth for its money first among what goes, most first among what comes."""
    worth = row["a_pound"] if row["a_pound"] == row["a_pound"] else np.inf
    return -worth if row["change"] == "in" else worth


def _within(formulation: Formulation, cost: Floats, most: float) -> Formulation:
    """The plan whose works cost no more in all years together."""
    return replace(formulation, problem=capped(formulation.problem, cost, max(most, 0.0) + _ROUNDING, _TOTAL))


def _richer(formulation: Formulation, amount: float) -> Formulation:
    """The plan with a sum for any lines in any years, and for any works where it has sources."""
    problem, rows = formulation.problem, formulation.rows
    spends = [k for k, row in enumerate(rows) if row.key.kind == "line"]
    pays = [k for k, row in enumerate(rows) if row.key.kind == "funding" and row.key.name and row.cap == 0]
    for what, places in (("lines", spends), ("sources", pays)):
        if places:
            problem = _fed(problem, places, amount, what)
    return replace(formulation, problem=problem)


def _fed(problem: Problem, rows: Sequence[int], amount: float, what: str) -> Problem:
    """A problem with a flow to each of some limits, all of them together within a sum."""
    total = capped(problem, np.zeros(problem.n_options), amount, LimitKey("appears", f"money that appears for {what}"))
    n = len(rows)
    usage = sparse.lil_array((n, len(total.caps)))
    usage[np.arange(n), list(rows)] = -1.0
    usage[:, [-1]] = 1.0
    keys = tuple(FlowKey("appears", line=what, year=k) for k in range(n))
    return with_flows(total, Flows(keys, np.zeros(n), usage.tocsr(), np.zeros(n), np.full(n, amount)))


def with_flows(problem: Problem, more: Flows) -> Problem:
    """A problem with more flows.

    Parameters
    ----------
    problem : Problem
    more : Flows; those that are added, on the same resources
    """
    flows = problem.flows
    both = Flows(
        (*flows.names, *more.names),
        np.append(flows.benefit, more.benefit),
        sparse.vstack([flows.usage, more.usage], format="csr"),
        np.append(flows.low, more.low),
        np.append(flows.high, more.high),
    )
    return replace(problem, flows=both)
