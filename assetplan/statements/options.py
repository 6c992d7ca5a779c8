"""The options of a business case: do-nothing, today's money, the plan, every asset its best."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assetplan._types import Codes, Floats, Ints
from assetplan.baselines import worst_first
from assetplan.errors import InfeasibleError
from assetplan.finance import in_first_year_prices
from assetplan.formulation import Formulation
from assetplan.inputs.load import Inputs
from assetplan.limits import PLANNED_SHARE
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.solving import solve
from assetplan.outcome.outcome import Outcome
from assetplan.strategies import Candidates

NOTHING, MINIMUM, RECOMMENDED, FULL = OPTIONS = ("do-nothing", "minimum", "recommended", "full")
# Limits that today's money leaves out: floors and targets, which the plan is to reach, and where its money comes from.
_LEFT_OUT = ("line floor", "target", "risk", PLANNED_SHARE, "virement", "source", "funding", "affordability")
_COMMITTED = "what is committed alone"
NONE_FITS = f"nothing fits within today's money and the plan's other limits: {_COMMITTED}"


@dataclass(frozen=True, eq=False)
class Option:
    """One option: a strategy for each asset, and what the option means on each line.

    Attributes
    ----------
    name : str; one of `OPTIONS`
    means : tuple of str; one a line of the envelope
    candidates : Candidates; the strategies that it was chosen from
    chosen : array (n_assets,); row of each asset's strategy among them
    gap : float; how far a search that ran out of time is from its bound [share]; zero for all others
    """

    name: str
    means: tuple[str, ...]
    candidates: Candidates
    chosen: Ints
    gap: float = 0.0

    @property
    def schedule(self) -> Codes:
        """Treatment codes of the chosen strategies, (n_assets, years)."""
        return self.candidates.schedule[self.chosen]


def options_of(outcome: Outcome, minimum: Option) -> tuple[Option, ...]:
    """The four options, do-nothing first.

    Parameters
    ----------
    outcome : Outcome; a solved plan
    minimum : Option; what today's money does, from `current_spend`
    """
    sought, own = outcome.inputs.plan.objective.sought, outcome.options
    # Of the assets: what bids cost and bring stands in a statement of their own.
    alone = outcome.formulation.assets_alone()
    full = f"that gains every asset the most {sought.seeks}" if sought.counted else "of most benefit for every asset"
    n_lines = len(outcome.inputs.limits.lines)
    return (
        Option(NOTHING, (_COMMITTED,) * n_lines, alone.options, _nothing(alone)),
        minimum,
        Option(RECOMMENDED, ("the plan's own programme",) * n_lines, own, outcome.chosen),
        Option(
            FULL,
            (f"the strategy {full}, whatever it costs",) * n_lines,
            alone.options,
            alone.problem.choices.best(_sought(outcome.inputs, alone))[1],
        ),
    )


def _sought(inputs: Inputs, formulation: Formulation) -> Floats:
    """What each candidate brings: what the plan seeks, or benefit (£) where that is to spend least."""
    return formulation.options.benefit if inputs.plan.objective.sought.least else formulation.problem.benefit


def _nothing(formulation: Formulation) -> Ints:
    """Do-nothing of each asset, or what is committed or must be done: first of the cheapest, one mode a group."""
    cheapest: Ints = formulation.problem.choices.best(-formulation.options.cost.sum(axis=1))[1]
    return cheapest


def current_spend(inputs: Inputs, today: Formulation, index: Floats, gap: float, seconds: float) -> Option:
    """What today's money buys; where a line has none, or less than is committed, what is committed.

    Parameters
    ----------
    inputs : Inputs; the plan's
    today : Formulation; the problem that today's money is chosen in
    index : array (n_assets,); condition index of each asset today, by which the worst come first [0-100]
    gap, seconds : float; gap [share] and time [s] at which the search ends
    """
    plan, limits, nothing = inputs.plan, inputs.limits, _nothing(today)
    current = plan.envelope.current
    stated = [line in current for line in limits.lines]
    alone = Option(MINIMUM, ("no current money is stated: " + _COMMITTED,) * len(stated), today.options, nothing)
    if not any(stated):
        return alone
    money = in_first_year_prices(plan, [[current.get(line, 0.0)] * plan.years for line in limits.lines])
    used = np.asarray(today.problem.usage[nothing].sum(axis=0)).ravel()
    committed = (used + today.mandatory_use)[[today.place[key] for key in limits.keys]].reshape(limits.amount.shape)
    problem = _with_money(inputs, today, np.maximum(money, committed))
    by_rule = plan.forecast.current_spend == "worst_first"
    if by_rule:
        best = _worst_first(problem, index, nothing)
    else:
        best = _optimised(problem, gap, seconds)
    if best is None:
        return replace(alone, means=tuple(NONE_FITS if mine else alone.means[0] for mine in stated))
    # Pennies: a commitment to the last pound is not above the money.
    above = [bool((due > mine + 0.01).any()) for due, mine in zip(committed, money, strict=True)]
    within = "today's money" + ", the worst first" * by_rule + ", nothing borrowed" * bool(plan.borrowing)
    means = tuple(
        (within + ", or what is committed in a year in which that is more" * bool(over)) if mine else alone.means[0]
        for mine, over in zip(stated, above, strict=True)
    )
    late = 0.0 if by_rule or best.status == "optimal" else best.gap
    return Option(MINIMUM, means, today.options, best.chosen, late)


def _worst_first(problem: Problem, index: Floats, nothing: Ints) -> Solution | None:
    """Assets in order of condition, each with what is best for it of what the money still allows."""
    spread = worst_first(problem, np.argsort(index, kind="stable"), start=nothing)
    return None if spread.status == "infeasible" else spread


def _optimised(problem: Problem, gap: float, seconds: float) -> Solution | None:
    """The best within a gap or a time; None where nothing keeps the limits."""
    try:
        return solve(problem, gap, seconds)
    except InfeasibleError:
        return None


def _with_money(inputs: Inputs, today: Formulation, money: Floats) -> Problem:
    """The plan's choices within other money of each line and year, (n_lines, n_years) [£, prices of the first year].

    Other caps on works stay; floors, targets, sources, borrowing and money moved between lines or years go.
    """
    problem, rows, place = today.problem, today.rows, today.place
    caps_kept = [k for k, row in enumerate(rows) if row.key.kind not in _LEFT_OUT and row.cap < np.inf]
    kept = np.array(caps_kept, dtype=np.intp)
    caps = problem.caps.copy()
    caps[[place[key] for key in inputs.limits.keys]] = money.ravel()
    caps -= today.mandatory_use  # they are paid first, and no flow is left to pay them
    return replace(
        problem,
        benefit=_sought(inputs, today),
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
