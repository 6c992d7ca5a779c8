"""Prices on the limits: the Lagrangian dual, its smoothed descent and its exact finish.

With a price λ_j ≥ 0 on every row j, each asset takes the option with the largest reduced value b − A·λ, and

    L(λ) = Σ_a max_o (b_o − A_o·λ) + limit·λ

is an upper bound on the best benefit for every λ ≥ 0 (Geoffrion 1974, *Lagrangean relaxation for integer
programming*, doi:10.1007/BFb0120690). Flows add the better of their ends, max(low·r, high·r) at their reduced
benefit r; groups take their best mode (see `choices`). The least value of L equals that of the linear
relaxation (over whole groups). It is reached in two steps: the maxima are smoothed to log-sum-exp with a falling
temperature and descended by L-BFGS-B
(Nesterov 2005, doi:10.1007/s10107-004-0552-5); then a linear programme over the options that are near-best
sets the prices exactly, and every asset that would choose otherwise at those prices adds its option
(Kelley 1960 cutting planes in column form, kept near the best prices by a box: Marsten, Hogan and
Blankenship 1975, doi:10.1287/opre.23.3.389).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.optimisation.bounds.restricted_master import MasterSolution, solve_master
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.problem.choices import Choices
from assetplan.optimisation.problem.canonical import Rows, limit_rows

SAMPLE = 4_000  # assets in the first, cheap descent
TEMPERATURES = (0.3, 0.1, 0.03, 0.01, 0.003)  # of the log-sum-exp, shares of a typical asset's range of values
ROUNDS = 40  # of column generation; two to six are usual
MASTER_OPTIONS = 6_000  # options the first linear programme starts with, beside the best ones
RADIUS, WIDE = 0.03, 0.2  # share by which prices may move: in the first box, and in one wide enough to stop in
SMALL_PRICE = 0.02  # of a usual price: what a price near zero may move by
CLOSE = 1e-4  # of the bound: where the prices of a sample are good enough
MIN_GAIN_RATIO = 0.5  # least ratio of actual to predicted decrease of L at which the box (trust region) grows
DUAL_STEPS = 20  # column generation may stop at a step that gains less than the target gap divided by this
EDGE = 1e-9  # share of a price by which scaling may lift it off the edge of its box
DUAL_TOLERANCE = 1e-7  # a thousandth of the usual target gap


@dataclass(frozen=True, eq=False)
class Dual:
    """Lagrangian multipliers (prices of the rows), the bound they prove, and the relaxation's choice.

    Attributes
    ----------
    multipliers : array (n_rows,)
        Price of each row.
    bound : float
        L at those prices, an upper bound on any choice's benefit.
    exact : bool
        Whether the bound is the dual's least value to `DUAL_TOLERANCE`.
    amounts : array (n_flows,)
        Flows of the linear relaxation as far as it was solved.
    chosen : array (n_assets,)
        The relaxation's choice, each asset's largest share rounded up; limits may be passed.
    """

    multipliers: Floats
    bound: float
    exact: bool
    amounts: Floats
    chosen: Ints


def reduced_values(benefit: Floats, rows: Rows, multipliers: Floats) -> Floats:
    """Each option's benefit less the price of what it uses, shape (n_options,)."""
    return np.asarray(benefit - rows.usage @ multipliers, dtype=np.float64)


def flow_values(rows: Rows, multipliers: Floats) -> Floats:
    """Each flow's benefit less the price of what it uses, shape (n_flows,)."""
    return np.asarray(rows.flows.benefit - rows.flows.usage @ multipliers, dtype=np.float64)


def bound_at(benefit: Floats, choices: Choices, rows: Rows, multipliers: Floats) -> float:
    """L(λ), the upper bound these prices prove."""
    best = choices.best_values(reduced_values(benefit, rows, multipliers))
    return float(best.sum() + _limits_and_flows(rows, multipliers))


def bound_of_prices(problem: Problem, prices: Floats) -> float:
    """L at prices by resource, at least 0 for a cap and at most 0 for a floor, flows and groups in it.

    Parameters
    ----------
    problem : Problem
        The problem.
    prices : array (n_resources,)
        As in a `Solution`.
    """
    rows = limit_rows(problem)
    multipliers = np.maximum(rows.sign * prices[rows.resource], 0.0)
    return bound_at(problem.benefit, problem.choices, rows, multipliers)


def _limits_and_flows(rows: Rows, multipliers: Floats) -> float:
    """What limits and flows add to L."""
    reduced = flow_values(rows, multipliers)
    flows = np.maximum(rows.flows.low * reduced, rows.flows.high * reduced).sum()
    return float(rows.limit @ multipliers + flows)


def minimise_dual(
    benefit: Floats,
    choices: Choices,
    rows: Rows,
    time_left: Callable[[], float],
    ceiling: Floats | None = None,
    close: float = 0.0,
) -> Dual:
    """Prices that make the bound least, or the best in the time allowed.

    Parameters
    ----------
    benefit : array (n_options,)
        Benefit of each option.
    choices : Choices
        Which options may be chosen together.
    rows : Rows
        Limits and flows.
    time_left : callable
        Seconds left; the best prices so far are returned when none are.
    ceiling : array (n_rows,), optional
        Highest price allowed for each row; none if left out.
    close : float, optional
        Share of the bound below which a step's gain is not worth another.

    Returns
    -------
    Dual
        Prices, bound and whether it is the least.
    """
    n_rows = len(rows.limit)
    multipliers = np.zeros(n_rows)
    start = _unsolved(benefit, choices, rows, multipliers)
    if n_rows == 0:
        return replace(start, exact=True)
    ceiling = _ceilings(choices, rows, ceiling)
    if time_left() <= 0:
        return start
    if len(benefit) > MASTER_OPTIONS:
        multipliers = _descend_in_steps(benefit, choices, rows, time_left, ceiling)
        descended = _unsolved(benefit, choices, rows, multipliers)
        start = descended if descended.bound < start.bound else start
    return _finish(benefit, choices, rows, start, time_left, ceiling, close)


def _ceilings(choices: Choices, rows: Rows, ceiling: Floats | None) -> Floats:
    """Highest price of each row, 0 for a limit that every choice uses alike and keeps: its price is arbitrary."""
    free = rows.flows.high > rows.flows.low
    first, last = (
        np.asarray(rows.usage[at].sum(axis=0)).ravel() for at in (choices.starts[:-1], choices.starts[1:] - 1)
    )
    moved = np.asarray(abs(rows.flows.usage[free]).sum(axis=0)).ravel() > 0
    still = ~moved & (first == last)
    for j in np.flatnonzero(still):
        column = rows.columns[[j]].toarray().ravel()
        least, most = (side.reduceat(column, choices.starts[:-1]) for side in (np.minimum, np.maximum))
        still[j] = np.array_equal(least, most)
    used = first + rows.flows.usage.T @ rows.flows.low
    high = np.full(len(rows.limit), np.inf) if ceiling is None else ceiling
    return np.where(still & (used <= rows.limit + rows.tolerance), 0.0, high)


def _unsolved(benefit: Floats, choices: Choices, rows: Rows, multipliers: Floats) -> Dual:
    """What prices lead to without a linear programme: each asset's best option, each flow's better end."""
    best, chosen = choices.best(reduced_values(benefit, rows, multipliers))
    amounts = np.where(flow_values(rows, multipliers) > 0, rows.flows.high, rows.flows.low)
    return Dual(multipliers, float(best.sum() + _limits_and_flows(rows, multipliers)), False, amounts, chosen)


def _descend_in_steps(
    benefit: Floats, choices: Choices, rows: Rows, time_left: Callable[[], float], ceiling: Floats | None
) -> Floats:
    """Smoothed descent on a sample of the assets, then on all.

    Flows of millions make the dual too kinked for that, so the prices of the sample are made exact and serve for all.
    """
    starts = choices.starts
    n_assets = choices.n_assets
    multipliers = np.zeros(len(rows.limit))
    temperatures: tuple[float, ...] = TEMPERATURES
    if n_assets > (1 if rows.flows.names else 4) * SAMPLE:
        picked = np.unique(np.linspace(0, n_assets - 1, min(SAMPLE, n_assets // 4)).astype(np.int64))
        counts = np.diff(starts)[picked]
        ends = np.cumsum(counts)
        options = np.repeat(starts[picked] - (ends - counts), counts) + np.arange(ends[-1])
        usage = rows.usage[options]
        part = len(picked) / n_assets
        flows = replace(rows.flows, low=rows.flows.low * part, high=rows.flows.high * part)
        share = replace(rows, usage=usage, columns=usage.T.tocsr(), limit=rows.limit * part, flows=flows)
        # groups count as assets by themselves here: it is a start, not a bound
        sample = Choices(np.concatenate([[0], ends]))
        multipliers = _descend(benefit[options], sample, share, multipliers, temperatures, time_left, ceiling)
        if rows.flows.names:
            part_benefit = benefit[options]
            begun = _unsolved(part_benefit, sample, share, multipliers)
            return _finish(part_benefit, sample, share, begun, time_left, ceiling, CLOSE).multipliers
        temperatures = TEMPERATURES[-2:]  # the sample has done the coarse work
    return _descend(benefit, choices, rows, multipliers, temperatures, time_left, ceiling)


class _OutOfTime(Exception):
    """Leaves L-BFGS-B when the clock says so."""


def _descend(
    benefit: Floats,
    choices: Choices,
    rows: Rows,
    multipliers: Floats,
    temperatures: tuple[float, ...],
    time_left: Callable[[], float],
    ceiling: Floats | None,
) -> Floats:
    """L-BFGS-B on the smoothed dual at falling temperatures."""
    from scipy.optimize import minimize

    unit = price_units(benefit, choices, rows)  # makes every price a pure number near 1
    spread = _typical_range(benefit, rows, unit, choices.starts)
    high = np.full(len(unit), np.inf) if ceiling is None else ceiling / unit
    bounds = list(zip(np.zeros(len(unit)), high, strict=True))
    latest, lowest = [multipliers / unit], [np.inf]

    def smoothed(scaled: Floats, temperature: float) -> tuple[float, Floats]:
        if time_left() <= 0:
            raise _OutOfTime
        prices = scaled * unit
        value, weights = choices.smoothed(reduced_values(benefit, rows, prices), temperature)
        used = rows.columns @ weights
        if rows.flows.names:
            flowing, amounts = _smoothed_flows(rows, prices, temperature)
            value, used = value + flowing, used + rows.flows.usage.T @ amounts
        value += float(rows.limit @ prices)
        slope = (rows.limit - used) * unit
        if value < lowest[0]:
            lowest[0], latest[-1] = value, scaled.copy()
        return value / size, slope / size

    size = spread * choices.n_assets
    for share in temperatures:
        try:
            descent = minimize(
                smoothed, latest[-1], args=(share * spread,), jac=True, method="L-BFGS-B", bounds=bounds,
                options={"maxiter": 40, "ftol": 1e-7},
            )  # fmt: skip
        except _OutOfTime:
            break
        latest.append(descent.x)
        lowest[0] = np.inf  # the next temperature has lower values everywhere
    return latest[-1] * unit


def _smoothed_flows(rows: Rows, multipliers: Floats, temperature: float) -> tuple[float, Floats]:
    """What flows add to the smoothed dual, and their amounts: each as if it chose one of its ends."""
    low, high = rows.flows.low, rows.flows.high
    reduced = flow_values(rows, multipliers)
    lead = (high - low) * reduced / temperature
    share = 1.0 / (1.0 + np.exp(-np.clip(lead, -500.0, 500.0)))
    value = low * reduced + temperature * np.logaddexp(0.0, lead)
    return float(value.sum()), low + (high - low) * share


def _typical_range(benefit: Floats, rows: Rows, unit: Floats, starts: Ints) -> float:
    """Mean over the assets of the range of their options' values at the unit prices."""
    values = reduced_values(benefit, rows, unit)
    ranges = np.maximum.reduceat(values, starts[:-1]) - np.minimum.reduceat(values, starts[:-1])
    # where a cap's price undoes a floor's, the range says nothing; what is used at these prices still does
    used = float((abs(rows.usage) @ unit).mean())
    return max(float(ranges.mean()), 1e-3 * used, 1e-300)


def price_units(benefit: Floats, choices: Choices, rows: Rows) -> Floats:
    """Price of each row at which using it about pays: benefit per unit used, over the options that use it."""
    starts = choices.starts
    above_least = benefit - np.repeat(np.minimum.reduceat(benefit, starts[:-1]), choices.counts)
    used = abs(rows.columns)
    earned = used.sign() @ above_least
    spent = np.asarray(used.sum(axis=1)).ravel()
    unit = earned / np.where(spent > 0, spent, 1.0)
    priced = unit > 0
    # a limit on flows alone is in the unit of the limits they touch: money, as a rule
    plain = np.where(spent > 0, 1.0 / rows.scale, np.median(unit[priced]) if priced.any() else 1.0 / rows.scale)
    return np.where(priced, unit, plain)


def _finish(
    benefit: Floats,
    choices: Choices,
    rows: Rows,
    start: Dual,
    time_left: Callable[[], float],
    ceiling: Floats | None,
    close: float,
) -> Dual:
    """Column generation from good prices to the exact ones, in a box (trust region) around the best so far."""
    values = reduced_values(benefit, rows, start.multipliers)
    gaps = choices.reduced_costs(values)
    kept = gaps <= _nth_smallest(gaps, MASTER_OPTIONS + choices.n_assets)
    kept = choices.close(kept & np.isfinite(gaps), values)
    best, centre, radius = start, start.multipliers, RADIUS
    top = np.full(len(rows.limit), np.inf) if ceiling is None else ceiling
    unit = price_units(benefit, choices, rows)
    small = len(benefit) <= MASTER_OPTIONS
    least = _least(benefit, choices, rows)
    latest: MasterSolution | None = None
    for _ in range(ROUNDS):
        if small:  # every option is in: one linear programme is exact
            low, high = np.zeros(len(top)), top
        else:
            reach = radius * (centre + SMALL_PRICE * unit)
            low, high = (np.clip(end, 0.0, top) for end in (centre - reach, centre + reach))
        solved = solve_master(benefit, choices, rows, kept, low, high, time_left())
        if solved is None:
            break
        multipliers, latest, before = solved.multipliers, solved, best.bound
        most, options = choices.best(reduced_values(benefit, rows, multipliers))
        bound = float(most.sum() + _limits_and_flows(rows, multipliers))
        slack = DUAL_TOLERANCE * max(abs(bound), abs(solved.value))
        if bound < best.bound:
            best = replace(best, multipliers=multipliers, bound=bound)
        if bound - solved.value <= slack:
            at_low, at_high = multipliers <= low * (1 + EDGE), multipliers >= high * (1 - EDGE)
            if not np.any((at_low & (low > 0)) | (at_high & (high < top))):
                best = replace(best, exact=True)
                break
            if before - bound < close * abs(bound) and radius >= WIDE:  # a narrow box gains little far from the optimum
                break
            centre, radius = multipliers, min(2 * radius, 1e6)
        elif bound <= best.bound:
            centre = multipliers
            if before - bound > MIN_GAIN_RATIO * (before - solved.value):
                radius = min(2 * radius, 1e6)
        kept[options] = True
        if best.bound < least:  # no choice exists: prices would rise for ever
            break
    return best if latest is None else replace(best, amounts=latest.amounts, chosen=latest.rounded(choices))


def _nth_smallest(values: Floats, n: int) -> float:
    if n >= len(values):
        return float("inf")
    return float(np.partition(values, n)[n])


def _least(benefit: Floats, choices: Choices, rows: Rows) -> float:
    """Less benefit than any choice has, limits or not."""
    low, high = rows.flows.low * rows.flows.benefit, rows.flows.high * rows.flows.benefit
    least = np.minimum.reduceat(benefit, choices.starts[:-1]).sum() + np.minimum(low, high).sum()
    return float(least - 1e-9 * np.abs(benefit).sum())
