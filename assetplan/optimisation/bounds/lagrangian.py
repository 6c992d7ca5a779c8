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

from dataclasses import dataclass, replace

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.optimisation.bounds.restricted_master import MasterSolution, solve_master
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.problem.canonical import CanonicalForm, canonical
from assetplan.optimisation.problem.choices import Choices

SAMPLE = 4_000  # assets in the first, cheap descent
TEMPERATURES = (0.3, 0.1, 0.03, 0.01, 0.003)  # of the log-sum-exp, shares of a typical asset's range of values
ROUNDS = 40  # of column generation; two to six are usual
MASTER_OPTIONS = 6_000  # options the first linear programme starts with, beside the best ones
RADIUS, WIDE = 0.03, 0.2  # share by which prices may move: in the first box, and in one wide enough to stop in
SMALL_PRICE = 0.02  # of a usual price: what a price near zero may move by
CLOSE = 1e-4  # of the bound: where the prices of a sample are good enough
MIN_GAIN_RATIO = 0.5  # least ratio of actual to predicted decrease of L at which the box (trust region) grows
EVALUATION = 2e-8  # seconds that a step of the descent takes by option and by entry of the limits
DUAL_STEPS = 20  # column generation may stop at a step that gains less than the target gap divided by this
EDGE = 1e-9  # share of a price by which scaling may lift it off the edge of its box
DUAL_TOLERANCE = 1e-7  # a thousandth of the usual target gap


@dataclass(frozen=True, eq=False)
class Dual:
    """Lagrangian multipliers (prices of the rows), the bound they prove, and the relaxation's choice.

    Attributes
    ----------
    multipliers : array (n_rows,); price of each row
    bound : float; L at those prices, an upper bound on any choice's benefit
    exact : bool; whether the bound is the dual's least value to `DUAL_TOLERANCE`
    amounts : array (n_flows,); flows of the linear relaxation as far as it was solved
    chosen : array (n_assets,); the relaxation's choice, each asset's largest share rounded up; limits may be passed
    """

    multipliers: Floats
    bound: float
    exact: bool
    amounts: Floats
    chosen: Ints


def reduced_values(form: CanonicalForm, multipliers: Floats) -> Floats:
    """Each option's benefit less the price of what it uses, shape (n_options,)."""
    return np.asarray(form.benefit - form.usage @ multipliers, dtype=np.float64)


def bound_at(form: CanonicalForm, multipliers: Floats) -> float:
    """L(λ), the upper bound these prices prove."""
    best = form.choices.best_values(reduced_values(form, multipliers))
    return float(best.sum() + _limits_and_flows(form, multipliers))


def bound_of_prices(problem: Problem, prices: Floats) -> float:
    """L at prices by resource, at least 0 for a cap and at most 0 for a floor, flows and groups in it.

    Parameters
    ----------
    problem : Problem
    prices : array (n_resources,); as in a `Solution`
    """
    form = canonical(problem)
    return bound_at(form, np.maximum(form.sign * prices[form.resource], 0.0))


def _flow_values(form: CanonicalForm, multipliers: Floats) -> Floats:
    """Each flow's benefit less the price of what it uses, shape (n_flows,)."""
    return np.asarray(form.flows.benefit - form.flows.usage @ multipliers, dtype=np.float64)


def _limits_and_flows(form: CanonicalForm, multipliers: Floats) -> float:
    """What limits and flows add to L."""
    reduced = _flow_values(form, multipliers)
    flows = np.maximum(form.flows.low * reduced, form.flows.high * reduced).sum()
    return float(form.limit @ multipliers + flows)


def minimise_dual(
    form: CanonicalForm, time_left: SearchTime, ceiling: Floats | None = None, close: float = 0.0
) -> Dual:
    """Prices that make the bound least, or the best in the time allowed.

    Parameters
    ----------
    form : CanonicalForm
    time_left : callable; seconds left; the best prices so far are returned when none are
    ceiling : array (n_rows,), optional; highest price allowed for each row; none if left out
    close : float, optional; share of the bound below which a step's gain is not worth another

    Returns
    -------
    Dual
        Prices, bound and whether it is the least.
    """
    n_rows = len(form.limit)
    start = _best_at(form, np.zeros(n_rows))
    if n_rows == 0:
        return replace(start, exact=True)
    ceiling = _ceilings(form, np.full(n_rows, np.inf) if ceiling is None else ceiling)
    if time_left() <= 0:
        return start
    if len(form.benefit) > MASTER_OPTIONS:
        descended = _best_at(form, _descend_in_steps(form, time_left, ceiling))
        start = descended if descended.bound < start.bound else start
    return _finish(form, start, time_left, ceiling, close)


def _ceilings(form: CanonicalForm, ceiling: Floats) -> Floats:
    """Highest price of each row, 0 for a limit that every choice uses alike and keeps: its price is arbitrary."""
    free, starts = form.flows.high > form.flows.low, form.choices.starts
    first, last = (np.asarray(form.usage[at].sum(axis=0)).ravel() for at in (starts[:-1], starts[1:] - 1))
    moved = np.asarray(abs(form.flows.usage[free]).sum(axis=0)).ravel() > 0
    still = ~moved & (first == last)
    for j in np.flatnonzero(still):
        column = form.columns[[j]].toarray().ravel()
        least, most = (side.reduceat(column, starts[:-1]) for side in (np.minimum, np.maximum))
        still[j] = np.array_equal(least, most)
    used = first + form.flows.usage.T @ form.flows.low
    return np.where(still & (used <= form.limit + form.tolerance), 0.0, ceiling)


def _best_at(form: CanonicalForm, multipliers: Floats) -> Dual:
    """What prices lead to without a linear programme: each asset's best option, each flow's better end."""
    best, chosen = form.choices.best(reduced_values(form, multipliers))
    amounts = np.where(_flow_values(form, multipliers) > 0, form.flows.high, form.flows.low)
    return Dual(multipliers, float(best.sum() + _limits_and_flows(form, multipliers)), False, amounts, chosen)


def _descend_in_steps(form: CanonicalForm, time_left: SearchTime, ceiling: Floats) -> Floats:
    """Smoothed descent on a sample of the assets, then on all.

    Flows of millions make the dual too kinked for that, so the prices of the sample are made exact and serve for all.
    """
    multipliers = np.zeros(len(form.limit))
    temperatures: tuple[float, ...] = TEMPERATURES
    if form.choices.n_assets > (1 if form.flows.names else 4) * SAMPLE:
        sample = _sample(form)
        multipliers = _descend(sample, multipliers, temperatures, time_left, ceiling)
        if form.flows.names:
            return _finish(sample, _best_at(sample, multipliers), time_left, ceiling, CLOSE).multipliers
        temperatures = TEMPERATURES[-2:]  # the sample has done the coarse work
    return _descend(form, multipliers, temperatures, time_left, ceiling)


def _sample(form: CanonicalForm, order: Ints | None = None) -> CanonicalForm:
    """Some assets, spread over an order of them, with their share of the limits and without groups: for a start."""
    starts, n_assets = form.choices.starts, form.choices.n_assets
    picked = np.unique(np.linspace(0, n_assets - 1, min(SAMPLE, n_assets // 4)).astype(np.int64))
    picked = picked if order is None else order[picked]
    counts = np.diff(starts)[picked]
    ends = np.cumsum(counts)
    options = np.repeat(starts[picked] - (ends - counts), counts) + np.arange(ends[-1])
    usage, part = form.usage[options], len(picked) / n_assets
    flows = replace(form.flows, low=form.flows.low * part, high=form.flows.high * part)
    return replace(
        form, benefit=form.benefit[options], choices=Choices(np.concatenate([[0], ends])), usage=usage,
        columns=usage.T.tocsr(), limit=form.limit * part, flows=flows,
    )  # fmt: skip


class _OutOfTime(Exception):
    """Leaves L-BFGS-B when the clock says so."""


def _descend(
    form: CanonicalForm, multipliers: Floats, temperatures: tuple[float, ...], time_left: SearchTime, ceiling: Floats
) -> Floats:
    """L-BFGS-B on the smoothed dual at falling temperatures."""
    from scipy.optimize import minimize

    unit = price_units(form)  # makes every price a pure number near 1
    spread = _typical_range(form, unit)
    size = spread * form.choices.n_assets
    bounds = list(zip(np.zeros(len(unit)), ceiling / unit, strict=True))
    latest, lowest = [multipliers / unit], [np.inf]

    def smoothed(scaled: Floats, temperature: float) -> tuple[float, Floats]:
        if time_left() <= 0:
            raise _OutOfTime
        time_left.count(EVALUATION * (form.usage.nnz + len(form.benefit)))
        prices = scaled * unit
        value, weights = form.choices.smoothed(reduced_values(form, prices), temperature)
        used = form.columns @ weights
        if form.flows.names:
            flowing, amounts = _smoothed_flows(form, prices, temperature)
            value, used = value + flowing, used + form.flows.usage.T @ amounts
        value += float(form.limit @ prices)
        slope = (form.limit - used) * unit
        if value < lowest[0]:
            lowest[0], latest[-1] = value, scaled.copy()
        return value / size, slope / size

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


def _smoothed_flows(form: CanonicalForm, multipliers: Floats, temperature: float) -> tuple[float, Floats]:
    """What flows add to the smoothed dual, and their amounts: each as if it chose one of its ends."""
    low, high = form.flows.low, form.flows.high
    reduced = _flow_values(form, multipliers)
    lead = (high - low) * reduced / temperature
    share = 1.0 / (1.0 + np.exp(-np.clip(lead, -500.0, 500.0)))
    value = low * reduced + temperature * np.logaddexp(0.0, lead)
    return float(value.sum()), low + (high - low) * share


def _typical_range(form: CanonicalForm, unit: Floats) -> float:
    """Mean over the assets of the range of their options' values at the unit prices."""
    values, starts = reduced_values(form, unit), form.choices.starts[:-1]
    ranges = np.maximum.reduceat(values, starts) - np.minimum.reduceat(values, starts)
    # where a cap's price undoes a floor's, the range says nothing; what is used at these prices still does
    used = float((abs(form.usage) @ unit).mean())
    return max(float(ranges.mean()), 1e-3 * used, 1e-300)


def price_units(form: CanonicalForm) -> Floats:
    """Price of each row at which using it about pays: benefit per unit used, over the options that use it."""
    least = np.minimum.reduceat(form.benefit, form.choices.starts[:-1])
    used = abs(form.columns)
    earned = used.sign() @ (form.benefit - least[form.choices.owner])
    spent = np.asarray(used.sum(axis=1)).ravel()
    unit = earned / np.where(spent > 0, spent, 1.0)
    priced = unit > 0
    # a limit on flows alone is in the unit of the limits they touch: money, as a rule
    plain = np.where(spent > 0, 1.0 / form.scale, np.median(unit[priced]) if priced.any() else 1.0 / form.scale)
    return np.where(priced, unit, plain)


def _finish(form: CanonicalForm, start: Dual, time_left: SearchTime, ceiling: Floats, close: float) -> Dual:
    """Column generation from good prices to the exact ones, in a box (trust region) around the best so far."""
    choices, unit, least = form.choices, price_units(form), _least(form)
    values = reduced_values(form, start.multipliers)
    gaps = choices.reduced_costs(values)
    kept = gaps <= _nth_smallest(gaps, MASTER_OPTIONS + choices.n_assets)
    kept = choices.close(kept & np.isfinite(gaps), values)
    best, centre, radius = start, start.multipliers, RADIUS
    latest: MasterSolution | None = None
    for _ in range(ROUNDS):
        if len(form.benefit) <= MASTER_OPTIONS:  # every option is in: one linear programme is exact
            low, high = np.zeros(len(ceiling)), ceiling
        else:
            reach = radius * (centre + SMALL_PRICE * unit)
            low, high = (np.clip(end, 0.0, ceiling) for end in (centre - reach, centre + reach))
        solved = solve_master(form, kept, low, high, time_left)
        if solved is None:
            break
        multipliers, latest, before = solved.multipliers, solved, best.bound
        most, options = choices.best(reduced_values(form, multipliers))
        bound = float(most.sum() + _limits_and_flows(form, multipliers))
        slack = DUAL_TOLERANCE * max(abs(bound), abs(solved.value))
        if bound < best.bound:
            best = replace(best, multipliers=multipliers, bound=bound)
        if bound - solved.value <= slack:
            at_low, at_high = multipliers <= low * (1 + EDGE), multipliers >= high * (1 - EDGE)
            if not np.any((at_low & (low > 0)) | (at_high & (high < ceiling))):
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
    return float("inf") if n >= len(values) else float(np.partition(values, n)[n])


def _least(form: CanonicalForm) -> float:
    """Less benefit than any choice has, limits or not."""
    low, high = form.flows.low * form.flows.benefit, form.flows.high * form.flows.benefit
    least = np.minimum.reduceat(form.benefit, form.choices.starts[:-1]).sum() + np.minimum(low, high).sum()
    return float(least - 1e-9 * np.abs(form.benefit).sum())


def estimated_prices(problem: Problem, order: Ints) -> Floats:
    """Prices of a problem's limits as a sample of its assets has them, exact where it has few.

    Parameters
    ----------
    problem : Problem
    order : array (n_assets,); positions of the assets in the order over which the sample is spread

    Returns
    -------
    array (n_resources,)
        As in a `Solution`; the same for the same problem whatever the machine.
    """
    form = canonical(problem)
    if not len(form.limit):
        return np.zeros(len(problem.resources))
    part = _sample(form, order) if form.choices.n_assets > SAMPLE else form
    ceiling = _ceilings(part, np.full(len(part.limit), np.inf))
    descended = _descend(part, np.zeros(len(part.limit)), TEMPERATURES, SearchTime.of(np.inf), ceiling)
    exact = _finish(part, _best_at(part, descended), SearchTime.of(np.inf), ceiling, CLOSE)
    return form.prices(exact.multipliers, len(problem.resources))


def relaxation_bound(problem: Problem, close: float) -> float:
    """Upper bound on the benefit of any choice within the limits, to about a share of its least.

    Parameters
    ----------
    problem : Problem
    close : float; share of the bound below which a step's gain is not worth another
    """
    return minimise_dual(canonical(problem), SearchTime.of(np.inf), close=close).bound
