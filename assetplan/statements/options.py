"""The options of a business case: do-nothing, today's money, the plan, every asset its best."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.baselines import worst_first
from assetplan.errors import InfeasibleError
from assetplan.finance import in_first_year_prices
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.solving import solve
from assetplan.outcome.outcome import Outcome

NOTHING, MINIMUM, RECOMMENDED, FULL = OPTIONS = ("do-nothing", "minimum", "recommended", "full")
# Limits that today's money leaves out: floors and targets, which the plan is to reach, and where its money comes from.
_LEFT_OUT = ("line floor", "target", "virement", "source", "funding", "affordability")
_COMMITTED = "what is committed alone"
NONE_FITS = f"nothing fits within today's money and the plan's other limits: {_COMMITTED}"


@dataclass(frozen=True, eq=False)
class Option:
    """One option: a strategy for each asset, and what the option means on each line.

    Attributes
    ----------
    name : str; one of `OPTIONS`
    means : tuple of str; one a line of the envelope
    chosen : array (n_assets,); row of each asset's strategy among the plan's candidates
    gap : float; how far a search that ran out of time is from its bound [share]; zero for all others
    """

    name: str
    means: tuple[str, ...]
    chosen: Ints
    gap: float = 0.0


def options_of(outcome: Outcome, gap: float, seconds: float) -> tuple[Option, ...]:
    """The four options, do-nothing first.

    Parameters
    ----------
    outcome : Outcome; a solved plan
    gap, seconds : float; gap [share] and time [s] at which the search within today's money stops
    """
    problem, sought = outcome.problem, outcome.inputs.plan.objective.sought
    full = f"that gains every asset the most {sought.seeks}" if sought.counted else "of most benefit for every asset"
    n_lines = len(outcome.inputs.limits.lines)
    return (
        Option(NOTHING, (_COMMITTED,) * n_lines, _nothing(outcome)),
        current_spend(outcome, gap, seconds),
        Option(RECOMMENDED, ("the plan's own programme",) * n_lines, outcome.chosen),
        Option(FULL, (f"the strategy {full}, whatever it costs",) * n_lines, problem.choices.best(_sought(outcome))[1]),
    )


def _sought(outcome: Outcome) -> Floats:
    """What each candidate brings: what the plan seeks, or benefit (£) where that is to spend least."""
    return outcome.options.benefit if outcome.inputs.plan.objective.sought.least else outcome.problem.benefit


def _nothing(outcome: Outcome) -> Ints:
    """Do-nothing of each asset, or what is committed or must be done: first of the cheapest, one mode a group."""
    cheapest: Ints = outcome.problem.choices.best(-outcome.options.cost.sum(axis=1))[1]
    return cheapest


def current_spend(outcome: Outcome, gap: float, seconds: float) -> Option:
    """What today's money buys; where a line has none, or less than is committed, what is committed.

    Parameters
    ----------
    outcome : Outcome; a plan with any solution
    gap, seconds : float; gap [share] and time [s] at which the search ends
    """
    plan, limits, nothing = outcome.inputs.plan, outcome.inputs.limits, _nothing(outcome)
    current = plan.envelope.current
    stated = [line in current for line in limits.lines]
    alone = Option(MINIMUM, ("no current money is stated: " + _COMMITTED,) * len(stated), nothing)
    if not any(stated):
        return alone
    today = in_first_year_prices(plan, [[current.get(line, 0.0)] * plan.years for line in limits.lines])
    used = np.asarray(outcome.problem.usage[nothing].sum(axis=0)).ravel()
    place = outcome.formulation.place
    committed = used[[place[key] for key in limits.keys]].reshape(limits.amount.shape)
    by_rule = plan.forecast.current_spend == "worst_first"
    best = _best(outcome, _with_money(outcome, np.maximum(today, committed)), nothing, (gap, seconds), by_rule)
    if best is None:
        return replace(alone, means=tuple(NONE_FITS if mine else alone.means[0] for mine in stated))
    # Pennies: a commitment to the last pound is not above the money.
    above = [bool((due > money + 0.01).any()) for due, money in zip(committed, today, strict=True)]
    within = "today's money" + ", the worst first" * by_rule + ", nothing borrowed" * bool(plan.borrowing)
    means = tuple(
        (within + ", or what is committed in a year in which that is more" * bool(over)) if mine else alone.means[0]
        for mine, over in zip(stated, above, strict=True)
    )
    return Option(MINIMUM, means, best.chosen, 0.0 if by_rule or best.status == "optimal" else best.gap)


def _best(
    outcome: Outcome, problem: Problem, nothing: Ints, until: tuple[float, float], by_rule: bool
) -> Solution | None:
    """What today's money does, the best within a gap or a time or by a rule of thumb; None where none keeps its limits.

    By rule assets come in order of condition, each with what is best for it of what the money still allows.
    """
    if by_rule:
        spread = worst_first(problem, np.argsort(outcome.starting.index, kind="stable"), start=nothing)
        return None if spread.status == "infeasible" else spread
    try:
        return solve(problem, *until)
    except InfeasibleError:
        return None


def _with_money(outcome: Outcome, money: Floats) -> Problem:
    """The plan's choices within other money of each line and year, (n_lines, n_years) [£, prices of the first year].

    Other caps on works stay; floors, targets, sources, borrowing and money moved between lines or years go.
    """
    problem, rows, place = outcome.problem, outcome.formulation.rows, outcome.formulation.place
    caps_kept = [k for k, row in enumerate(rows) if row.key.kind not in _LEFT_OUT and row.cap < np.inf]
    kept = np.array(caps_kept, dtype=np.intp)
    caps = problem.caps.copy()
    caps[[place[key] for key in outcome.inputs.limits.keys]] = money.ravel()
    return replace(
        problem,
        benefit=_sought(outcome),
        usage=problem.usage[:, kept],
        caps=caps[kept],
        floors=np.full(len(kept), -np.inf),
        resources=tuple(problem.resources[k] for k in kept),
        flows=None,  # type: ignore[arg-type]  # none
    )


def note_on_minimum(outcome: Outcome, minimum: Option) -> str:
    """What a reader must know of the option of today's money."""
    if not outcome.inputs.plan.envelope.current:
        return "The plan states no current money, so minimum is what is committed alone."
    if NONE_FITS in minimum.means:
        return f"Minimum: {NONE_FITS}."
    late = f" Its search ended {minimum.gap:.2%} short of its bound, out of time." if minimum.gap else ""
    return (
        "Minimum is today's money alone: no borrowing, no floors or targets, and sources are left out of it, whatever "
        f"they may fund.{late}"
    )
