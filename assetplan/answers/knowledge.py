"""What knowing the future would be worth, and the programme that loses least in bad futures.

The limits are the plan's own, so every programme of the plan is a choice in every future, and only what works are worth
differs. EVPI is the expected value of perfect information (Birge and Louveaux 2011, *Introduction to Stochastic
Programming*, chapter 4); CVaR the mean of the worst futures, as rows (Rockafellar and Uryasev 2000, *Optimization of
conditional value-at-risk*, Journal of Risk 2, 21–41).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.answers.drawn import DrawnFutures
from assetplan.answers.many_futures import Valuation
from assetplan.formulation import Formulation
from assetplan.limits import LimitKey
from assetplan.optimisation.problem import Flows, Problem, Solution
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.solving import solve


@dataclass(frozen=True, eq=False)
class Worths:
    """What the plan seeks of each option in futures.

    Attributes
    ----------
    first : array (n_solved, n_options); in each of the first futures
    others : array (n_solved, n_options); in each of the first of those that programmes are chosen for
    mean : array (n_options,); over all of those
    """

    first: Floats
    others: Floats
    mean: Floats

    @classmethod
    def of(cls, futures: DrawnFutures, valuation: Valuation, formulation: Formulation, solved: int) -> Worths:
        """Value all options.

        Parameters
        ----------
        futures, valuation, formulation : DrawnFutures, Valuation, Formulation; what may come, and the plan
        solved : int; how many of the first futures are kept
        """
        options = formulation.options
        first, others = np.empty((2, solved, len(options.asset)))
        for number in range(solved):
            first[number] = valuation.objective(futures.draw(number), options)
        total = np.zeros(len(options.asset))
        for place, number in enumerate(futures.others):
            worth = valuation.objective(futures.draw(number), options)
            total += worth
            if place < solved:
                others[place] = worth
        return cls(first, others, total / futures.count)


@dataclass(frozen=True)
class Search:
    """The plan's problem with other benefits, searched from choices that are within its limits.

    Attributes
    ----------
    problem : Problem; the plan's
    gap, seconds : float; gap [share] and time [s] at which each search ends
    """

    problem: Problem
    gap: float
    seconds: float

    def best(self, benefit: Floats, starts: list[Solution]) -> Solution:
        """The best programme by a benefit (n_options,), as good as each of the starts or better."""
        problem = replace(self.problem, benefit=benefit)
        first = max(starts, key=lambda each: problem.value(each.chosen, each.amounts))
        return self._checked(solve(problem, self.gap, self.seconds, start=(first.chosen, first.amounts)))

    def averse(self, worth: Floats, tail: float, start: Solution) -> Solution:
        """The programme with the most of half the mean of futures and half the mean of the worst of them.

        Parameters
        ----------
        worth : array (n_futures, n_options); what the plan seeks of each option in each future
        tail : float; share of the futures that are the worst
        start : Solution; a programme of the plan
        """
        count, flows = len(worth), self.problem.flows
        value = worth[:, start.chosen].sum(axis=1)
        quantile = np.sort(value)[max(round(tail * count) - 1, 0)]
        amounts = np.concatenate([start.amounts, [quantile], np.maximum(quantile - value, 0.0)])
        problem = averse_problem(self.problem, worth, tail)
        reached = solve(problem, self.gap, self.seconds, start=(start.chosen, amounts))
        return self._checked(replace(reached, amounts=reached.amounts[: len(flows.names)]))

    def _checked(self, reached: Solution) -> Solution:
        if not canonical(self.problem).is_feasible(reached.chosen, reached.amounts):
            raise AssertionError("a programme for other futures passes a limit of the plan")
        return reached


def averse_problem(problem: Problem, worth: Floats, tail: float) -> Problem:
    """The problem whose benefit is half the mean of futures and half the mean of the worst of them.

    The mean of the worst is the most of z − Σ u / (tail · n) with u ≥ z − benefit of the future, u ≥ 0: two more kinds
    of flow, and a row a future.

    Parameters
    ----------
    problem : Problem; the plan's
    worth, tail : as of `Search.averse`
    """
    count, flows = len(worth), problem.flows
    ends = np.array([problem.choices.best_values(sign * each).sum() for sign in (-1, 1) for each in worth])
    low, high = float(-ends[:count].max()), float(ends[count:].max())
    keys = tuple(LimitKey("future", str(number + 1)) for number in range(count))
    none = sparse.csr_array((len(flows.names), count))
    used = sparse.block_array([[flows.usage, none], [None, -np.ones((1, count))], [None, np.eye(count)]])
    return replace(
        problem,
        benefit=0.5 * worth.mean(axis=0),
        usage=sparse.hstack([problem.usage, sparse.csr_array(worth.T)], format="csr"),
        caps=np.append(problem.caps, np.full(count, np.inf)),
        floors=np.append(problem.floors, np.zeros(count)),
        resources=(*problem.resources, *keys),
        flows=Flows(
            (*flows.names, "least of the better futures", *(f"short in future {key.name}" for key in keys)),
            np.concatenate([flows.benefit, [0.5], np.full(count, -0.5 / (tail * count))]),
            used,
            np.concatenate([flows.low, [low], np.zeros(count)]),
            np.concatenate([flows.high, [high], np.full(count, high - low)]),
        ),
    )


def evened(worth: Floats, mean: Floats, kind: Ints) -> Floats:
    """Worth of options in futures as works of their kind are worth there on the whole (n_futures, n_options).

    What is particular to an asset evens out over a programme; a programme that was fitted to it would be safe in these
    futures alone. So each is worth its mean times one factor for all of its kind, by least squares.

    Parameters
    ----------
    worth : array (n_futures, n_options); what the plan seeks of each option in each future
    mean : array (n_options,); over all futures
    kind : array (n_options,) of int; kind of works of each option
    """
    squares = np.bincount(kind, mean**2)
    factor = np.stack([np.bincount(kind, each * mean) for each in worth]) / np.where(squares > 0, squares, 1.0)
    return np.asarray(factor[:, kind] * mean)


def worth_by_group(problem: Problem, average: Solution, worths: Worths, group: Ints, count: int) -> Floats:
    """What knowing one group of assets alone would gain in each future (n_futures, count), in the benefit's unit.

    At the prices of the limits, at which a plan falls apart into its assets: what the best choices would gain on those
    that are best on average, where the group is known and the others are as on average. Prices stay as they are, so it
    holds for groups that are a small part of the plan, and is at least what the plan itself would gain.

    Parameters
    ----------
    problem, average : Problem, Solution; the plan's, and the programme that is best on average, with its prices
    worths : Worths
    group, count : array (n_options,), int; group of each option, and how many groups there are
    """
    paid = np.asarray(problem.usage @ average.prices)
    held = problem.choices.best(worths.mean - paid)[1]
    out = np.zeros((len(worths.first), count))
    for number, worth in enumerate(worths.first):
        for code in range(count):
            score = np.where(group == code, worth, worths.mean) - paid
            out[number, code] = problem.choices.best_values(score).sum() - score[held].sum()
    return out


def worst_mean(values: Floats, tail: float) -> float:
    """Mean of the worst share of some values, all equally likely."""
    ordered = np.sort(values)
    whole = tail * len(values)
    weight = np.clip(whole - np.arange(len(values)), 0.0, 1.0)
    return float(weight @ ordered / whole)


def programme_worth(
    futures: DrawnFutures, valuation: Valuation, formulation: Formulation, programmes: list[Solution]
) -> Floats:
    """What the plan seeks of programmes in every future (n_futures, n_programmes).

    Parameters
    ----------
    futures, valuation, formulation : DrawnFutures, Valuation, Formulation; what may come, and the plan
    programmes : list of Solution; programmes of the plan
    """
    rows = np.unique(np.concatenate([each.chosen for each in programmes]))
    part, has = formulation.options.take(rows), np.stack([np.isin(rows, each.chosen) for each in programmes], axis=1)
    flowing = np.array([formulation.problem.flows.benefit @ each.amounts for each in programmes])
    drawn = (futures.draw(number) for number in range(futures.count))
    return flowing + np.array([valuation.objective(future, part) @ has for future in drawn])
