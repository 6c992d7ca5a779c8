"""Prices on the limits: the Lagrangian dual, its smoothed descent and its exact finish.

With a price λ_j ≥ 0 on every row j, each asset takes the option with the largest reduced value b − A·λ, and

    L(λ) = Σ_a max_o (b_o − A_o·λ) + limit·λ

is an upper bound on the best benefit for every λ ≥ 0 (Geoffrion 1974, *Lagrangean relaxation for integer
programming*, doi:10.1007/BFb0120690). Its least value equals that of the linear relaxation. It is found in
two steps: the maxima are smoothed to log-sum-exp with a falling temperature and descended by L-BFGS-B
(Nesterov 2005, doi:10.1007/s10107-004-0552-5); then a linear programme over the options that are near-best
sets the prices exactly, and every asset that would choose otherwise at those prices adds its option
(Kelley 1960 cutting planes in column form, kept near the best prices by a box: Marsten, Hogan and
Blankenship 1975, doi:10.1287/opre.23.3.389).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assetplan.optimisation.problem import Bools, Floats, Ints, Rows, totals

SAMPLE = 4_000  # assets in the first, cheap descent
TEMPERATURES = (0.3, 0.1, 0.03, 0.01)  # shares of a typical asset's range of values
ROUNDS = 40  # of the exact finish; two to six are usual
MASTER_OPTIONS = 6_000  # options the first linear programme starts with
DUAL_TOLERANCE = 1e-7  # a thousandth of the usual target gap


@dataclass(frozen=True, eq=False)
class Dual:
    """Prices with what follows from them.

    Attributes
    ----------
    multipliers : array (n_rows,)
        Price of each row.
    bound : float
        L at those prices, an upper bound on any choice's benefit.
    exact : bool
        Whether the bound is the dual's least value to `DUAL_TOLERANCE`.
    """

    multipliers: Floats
    bound: float
    exact: bool


def reduced_values(benefit: Floats, rows: Rows, multipliers: Floats) -> Floats:
    """Each option's benefit less the price of what it uses, shape (n_options,)."""
    return np.asarray(benefit - rows.usage @ multipliers, dtype=np.float64)


def best_options(values: Floats, starts: Ints) -> tuple[Floats, Ints]:
    """Largest value of each asset and the first option that has it, two arrays of shape (n_assets,)."""
    best = np.maximum.reduceat(values, starts[:-1])
    at_best = np.flatnonzero(values == np.repeat(best, np.diff(starts)))
    first = np.searchsorted(at_best, starts[:-1])
    return best, at_best[first].astype(np.int64)


def margins(values: Floats, starts: Ints) -> Floats:
    """How far each option is below its asset's best, at least 0, shape (n_options,)."""
    best = np.maximum.reduceat(values, starts[:-1])
    return np.repeat(best, np.diff(starts)) - values


def bound_at(benefit: Floats, starts: Ints, rows: Rows, multipliers: Floats) -> float:
    """L(λ), the upper bound these prices prove."""
    best = np.maximum.reduceat(reduced_values(benefit, rows, multipliers), starts[:-1])
    return float(best.sum() + rows.limit @ multipliers)


def minimise_dual(
    benefit: Floats, starts: Ints, rows: Rows, time_left: Callable[[], float], ceiling: Floats | None = None
) -> Dual:
    """Prices that make the bound least, or the best found in the time.

    Parameters
    ----------
    benefit : array (n_options,)
        Benefit of each option.
    starts : array (n_assets + 1,)
        First option of each asset, and the end.
    rows : Rows
        Limits.
    time_left : callable
        Tells the seconds left; the best prices so far are returned when none are.
    ceiling : array (n_rows,), optional
        Highest price allowed for each row; none if left out.

    Returns
    -------
    Dual
        Prices, bound and whether it is the least.
    """
    n_rows = len(rows.limit)
    multipliers = np.zeros(n_rows)
    start = Dual(multipliers, bound_at(benefit, starts, rows, multipliers), n_rows == 0)
    if n_rows == 0 or time_left() <= 0:
        return start
    if len(benefit) > MASTER_OPTIONS:
        multipliers = _descend_in_steps(benefit, starts, rows, time_left, ceiling)
        bound = bound_at(benefit, starts, rows, multipliers)
        if bound < start.bound:
            start = Dual(multipliers, bound, False)
    return _finish(benefit, starts, rows, start, time_left, ceiling)


def _descend_in_steps(
    benefit: Floats, starts: Ints, rows: Rows, time_left: Callable[[], float], ceiling: Floats | None
) -> Floats:
    """Smoothed descent on a sample of the assets, then on all."""
    n_assets = len(starts) - 1
    multipliers = np.zeros(len(rows.limit))
    temperatures: tuple[float, ...] = TEMPERATURES
    if n_assets > 4 * SAMPLE:
        picked = np.unique(np.linspace(0, n_assets - 1, SAMPLE).astype(np.int64))
        counts = np.diff(starts)[picked]
        ends = np.cumsum(counts)
        options = np.repeat(starts[picked] - (ends - counts), counts) + np.arange(ends[-1])
        usage = rows.usage[options]
        share = Rows(usage, usage.T.tocsr(), rows.limit * len(picked) / n_assets, rows.resource, rows.sign, rows.scale)
        sample_starts = np.concatenate([[0], ends])
        multipliers = _descend(benefit[options], sample_starts, share, multipliers, temperatures, time_left, ceiling)
        temperatures = TEMPERATURES[-2:]  # the sample has done the coarse work
    return _descend(benefit, starts, rows, multipliers, temperatures, time_left, ceiling)


class _OutOfTime(Exception):
    """Leaves L-BFGS-B when the clock says so."""


def _descend(
    benefit: Floats,
    starts: Ints,
    rows: Rows,
    multipliers: Floats,
    temperatures: tuple[float, ...],
    time_left: Callable[[], float],
    ceiling: Floats | None,
) -> Floats:
    """L-BFGS-B on the smoothed dual at falling temperatures."""
    from scipy.optimize import minimize

    counts = np.diff(starts)
    unit = _price_units(benefit, starts, rows)  # makes every price a pure number near 1
    spread = _typical_range(reduced_values(benefit, rows, unit), starts)
    high = np.full(len(unit), np.inf) if ceiling is None else ceiling / unit
    bounds = list(zip(np.zeros(len(unit)), high, strict=True))
    latest, lowest = [multipliers / unit], [np.inf]

    def smoothed(scaled: Floats, heat: float) -> tuple[float, Floats]:
        if time_left() <= 0:
            raise _OutOfTime
        values = reduced_values(benefit, rows, scaled * unit)
        best = np.maximum.reduceat(values, starts[:-1])
        weights = np.exp((values - np.repeat(best, counts)) / heat)
        sums = np.add.reduceat(weights, starts[:-1])
        weights /= np.repeat(sums, counts)
        value = best.sum() + heat * np.log(sums).sum() + rows.limit @ (scaled * unit)
        slope = (rows.limit - rows.columns @ weights) * unit
        if value < lowest[0]:
            lowest[0], latest[-1] = value, scaled.copy()
        return value / size, slope / size

    size = spread * len(counts)
    for share in temperatures:
        try:
            found = minimize(
                smoothed, latest[-1], args=(share * spread,), jac=True, method="L-BFGS-B", bounds=bounds,
                options={"maxiter": 25, "ftol": 1e-7},
            )  # fmt: skip
        except _OutOfTime:
            break
        latest.append(found.x)
        lowest[0] = np.inf  # the next temperature has lower values everywhere
    return latest[-1] * unit


def _typical_range(values: Floats, starts: Ints) -> float:
    """Mean over the assets of the range of their options' values."""
    ranges = np.maximum.reduceat(values, starts[:-1]) - np.minimum.reduceat(values, starts[:-1])
    return max(float(ranges.mean()), 1e-300)


def _price_units(benefit: Floats, starts: Ints, rows: Rows) -> Floats:
    """Price of each row at which using it about pays: benefit per unit used, over the options that use it."""
    above_least = benefit - np.repeat(np.minimum.reduceat(benefit, starts[:-1]), np.diff(starts))
    used = abs(rows.columns)
    earned = used.sign() @ above_least
    spent = np.asarray(used.sum(axis=1)).ravel()
    unit = earned / np.where(spent > 0, spent, 1.0)
    return np.where(unit > 0, unit, 1.0 / rows.scale)


def _finish(
    benefit: Floats, starts: Ints, rows: Rows, start: Dual, time_left: Callable[[], float], ceiling: Floats | None
) -> Dual:
    """Column generation from good prices to the exact ones."""
    values = reduced_values(benefit, rows, start.multipliers)
    gaps = margins(values, starts)
    kept = gaps <= _nth_smallest(gaps, MASTER_OPTIONS + len(starts) - 1)
    best, centre, radius = start, start.multipliers, 0.25
    top = np.full(len(rows.limit), np.inf) if ceiling is None else ceiling
    unit = _price_units(benefit, starts, rows)
    small = len(benefit) <= MASTER_OPTIONS
    for _ in range(ROUNDS):
        if small:  # every option is in: one linear programme is exact
            low, high = np.zeros(len(top)), top
        else:
            reach = radius * (centre + 0.02 * unit)
            low, high = np.maximum(centre - reach, 0.0), np.minimum(centre + reach, top)
        solved = _master(benefit, starts, rows, kept, low, high, time_left())
        if solved is None:
            return best
        multipliers, model = solved
        values = reduced_values(benefit, rows, multipliers)
        most, options = best_options(values, starts)
        bound = float(most.sum() + rows.limit @ multipliers)
        slack = DUAL_TOLERANCE * max(abs(bound), abs(model))
        at_edge = np.any(((multipliers <= low) & (low > 0)) | ((multipliers >= high) & (high < top)))
        if bound < best.bound:
            best = Dual(multipliers, bound, False)
        if bound - model <= slack:
            if not at_edge:
                return Dual(best.multipliers, best.bound, True)
            centre, radius = multipliers, min(2 * radius, 1e6)
        elif bound <= best.bound:
            centre = multipliers
        kept[options] = True
    return best


def _nth_smallest(values: Floats, n: int) -> float:
    if n >= len(values):
        return float("inf")
    return float(np.partition(values, n)[n])


def _master(
    benefit: Floats, starts: Ints, rows: Rows, kept: Bools, low: Floats, high: Floats, seconds: float
) -> tuple[Floats, float] | None:
    """Linear programme over the kept options; prices held in [low, high] by priced surpluses.

    Returns
    -------
    (array, float) or None
        Prices, and the least of L over the box as these options see it; None when the time is out.
    """
    from scipy import sparse
    from scipy.optimize import linprog

    if seconds <= 0:
        return None
    counts = np.add.reduceat(kept, starts[:-1], dtype=np.int64)
    owner = np.repeat(np.arange(len(counts)), np.diff(starts))
    open_asset = counts > 1
    fixed = np.flatnonzero(kept & ~open_asset[owner])
    free = np.flatnonzero(kept & open_asset[owner])
    n_rows, n_free = len(rows.limit), len(free)
    room = (rows.limit - totals(rows.usage, fixed)) / rows.scale
    # y⁺ passes a limit at the highest price, y⁻ gives room back at the lowest
    capped = np.flatnonzero(np.isfinite(high))
    eye = sparse.eye_array(n_rows, format="csc")
    usage = (rows.usage[free] / rows.scale[None, :]).T
    left = sparse.hstack([usage, -eye[:, capped], eye], format="csc")
    base = np.maximum.reduceat(benefit, starts[:-1])[owner[free]]  # smaller figures keep more digits
    size = max(
        float(np.abs(benefit[free] - base).max(initial=0.0)),
        float((high[capped] * rows.scale[capped]).max(initial=0.0)),
        1e-300,
    )
    cost = np.concatenate([base - benefit[free], high[capped] * rows.scale[capped], -low * rows.scale]) / size
    position = (np.cumsum(open_asset) - 1)[owner[free]]
    one_each = sparse.csc_array((np.ones(n_free), (position, np.arange(n_free))), (int(open_asset.sum()), len(cost)))
    found = linprog(
        cost, A_ub=left, b_ub=room, A_eq=one_each if n_free else None,
        b_eq=np.ones(one_each.shape[0]) if n_free else None, bounds=(0, None), method="highs",
        options={"time_limit": seconds},
    )  # fmt: skip
    if found.status != 0:
        return None
    multipliers = np.clip(-found.ineqlin.marginals * size / rows.scale, low, high)
    constant = benefit[fixed].sum() + np.maximum.reduceat(benefit, starts[:-1])[open_asset].sum()
    return multipliers, float(constant - found.fun * size)
