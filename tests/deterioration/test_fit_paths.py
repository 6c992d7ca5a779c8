"""Curves through histories: exact derivatives, readings at the ends of the scale, and errors of both stages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from differences import by_differences
from histories_made import curve_histories

from assetplan.calibration import inspections_of
from assetplan.deterioration import Curve
from assetplan.deterioration.families import FAMILIES
from assetplan.deterioration.fits.maximum import Prior
from assetplan.deterioration.fits.path_filter import reading_likelihood
from assetplan.deterioration.fits.paths import Paths, fit_paths, names_of, path_scores, scaled, unscaled
from assetplan.deterioration.fits.stock import CELLS, Stock

TRUTH = {"life": 30.0, "shape": 1.4, "noise": 2.2, "spread": 0.3, "wander": 0.35}


def paths_of(n: int, seed: int, **options) -> Paths:
    inspections = inspections_of(curve_histories(n, seed, **options))
    covariate = np.random.default_rng(0).normal(size=(n, 1))
    return Paths.of(inspections.asset, inspections.time, inspections.index, covariate, noise=2.0)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_curve_by_shares_of_its_life(family: str) -> None:
    share = np.linspace(0.01, 1.5, 60)
    level = FAMILIES[family].level
    at = level(share, 1.4)
    assert at.value == pytest.approx(Curve.of_life(family, 25.0, 1.4).index(25.0 * share), abs=1e-9)
    h = 1e-6
    by_share = (level(share + h, 1.4).value - level(share - h, 1.4).value) / (2 * h)
    up, down = (level(share, 1.4 * np.exp(move)).value for move in (h, -h))
    inside = at.value > 0  # at the foot of the scale is a kink
    assert at.by_share[inside] == pytest.approx(by_share[inside], abs=1e-5)
    assert at.by_shape[inside] == pytest.approx((up - down)[inside] / (2 * h), abs=1e-5)
    index = np.array([95.0, 70.0, 40.0, 15.0])
    assert level(Curve.of_life(family, 1.0, 1.4).age(index), 1.4).value == pytest.approx(index, abs=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_are_the_derivatives_of_the_likelihood(family: str) -> None:
    paths = paths_of(200, 1)
    x = np.array([*(scaled(name, TRUTH[name]) for name in names_of(family)), 0.1])
    terms = path_scores(family, x, paths)
    by_hand = by_differences(lambda at: path_scores(family, at, paths).loglik, x, 1e-5)
    assert terms.scores == pytest.approx(by_hand, abs=1e-6)  # what differences of doubles leave
    way = paths.stock.shares * np.random.default_rng(2).normal(size=len(CELLS))

    def along(step: np.ndarray) -> np.ndarray:
        stock = replace(paths.stock, shares=paths.stock.shares + step[0] * way)
        return path_scores(family, x, replace(paths, stock=stock)).loglik.sum()

    assert terms.by_first_step() @ way == pytest.approx(by_differences(along, np.zeros(1), 1e-4)[0], rel=1e-5)


def test_a_reading_at_an_end_stands_for_all_beyond_it() -> None:
    from scipy.stats import norm

    value, mean, variance = np.array([100.0, 0.0, 60.0]), np.array([98.0, 3.0, 57.0]), np.array([4.0, 9.0, 6.0])
    terms = reading_likelihood(value, mean, variance)
    spread = np.sqrt(variance)
    tails = [norm.logsf(100.0, 98.0, 2.0), norm.logcdf(0.0, 3.0, 3.0), norm.logpdf(60.0, 57.0, spread[2])]
    assert terms.loglik == pytest.approx(tails, rel=1e-12)
    h = 1e-4
    older, newer = (reading_likelihood(value, mean + move, variance) for move in (h, -h))
    for of, sign, by in (("loglik", 1, "d1"), ("d1", -1, "neg_d2"), ("neg_d2", 1, "neg_d3"), ("neg_d3", 1, "neg_d4")):
        change = sign * (getattr(older, of) - getattr(newer, of)) / (2 * h)
        assert getattr(terms, by) == pytest.approx(change, abs=1e-7)


def test_a_stock_of_which_many_read_100_is_not_all_as_new() -> None:
    """True index uniform from 80 to 99: two in a hundred read 100, none is above 99.5."""
    rng = np.random.default_rng(0)
    first = np.clip(rng.uniform(80, 99, 100_000) + 2.0 * rng.normal(size=100_000), 0, 100)
    shares = Stock.of(first, 2.0).shares
    assert shares.sum() == pytest.approx(1.0)
    assert (first == 100).mean() > 0.02
    assert shares[CELLS > 99.5].sum() < 0.025
    assert shares @ CELLS == pytest.approx(89.5, abs=0.1)  # thirty passes leave the edges soft


def test_what_a_reading_adds_to_the_stock() -> None:
    """The derivative by the weight of a reading, against the same readings with one of them twice among many copies."""
    first = paths_of(150, 2).values[0]
    way = np.random.default_rng(1).normal(size=len(CELLS))
    added = Stock.of(first, 2.0).influence(way[None])[:, 0]
    assert added.sum() == pytest.approx(0.0, abs=1e-12)
    copies = np.tile(first, 400)
    for k in (0, 17, 90):
        more = Stock.of(np.append(copies, first[k]), 2.0).shares - Stock.of(copies, 2.0).shares
        assert more @ way * 400 == pytest.approx(added[k], rel=0.02, abs=1e-6)  # one in 60,000 is nearly a derivative


@pytest.mark.slow
def test_errors_are_those_of_assets_drawn_anew() -> None:
    """Against a jackknife over parts of the assets that estimates the stock and fits the curve again."""
    inspections = inspections_of(curve_histories(400, 6))
    part = np.random.default_rng(0).permutation(400) % 25
    whole = fit_paths("power", Paths.of(inspections.asset, inspections.time, inspections.index))
    again = []
    for left_out in range(25):
        rows = np.flatnonzero(part[inspections.asset] != left_out)
        path = np.unique(inspections.asset[rows], return_inverse=True)[1]
        again.append(
            fit_paths("power", Paths.of(path, inspections.time[rows], inspections.index[rows]), whole.parameters)
        )
    off = np.array([summit.parameters for summit in again]) - whole.parameters
    jackknife = np.sqrt(24 / 25 * (off**2).sum(axis=0))
    errors = np.sqrt(whole.covariance.diagonal())
    assert errors[:3] == pytest.approx(jackknife[:3], rel=0.45)  # 25 parts give an error to 14 %, one in twenty to 28


def test_a_spread_may_be_zero_and_is_in_doubt_all_the_same() -> None:
    for name, value in TRUTH.items():
        assert unscaled(name, scaled(name, value)) == pytest.approx(value)
    inspections = inspections_of(curve_histories(300, 5, spread=0.0))
    summit = fit_paths("power", Paths.of(inspections.asset, inspections.time, inspections.index))
    error = np.sqrt(summit.covariance[3, 3])
    assert summit.parameters[3] < 2 * error
    assert error > 0


@pytest.mark.parametrize("family", ["power", "logistic"])
def test_a_direct_search_finds_no_higher(family: str) -> None:
    """From elsewhere and without derivatives, to a millionth of the log-likelihood."""
    from scipy.optimize import minimize

    inspections = inspections_of(curve_histories(60, 3))
    paths = Paths.of(inspections.asset, inspections.time, inspections.index, noise=2.0)
    n = len(names_of(family))
    nothing = Prior(np.zeros(n), np.full(n, 1e12))  # with a prior the stock is not estimated anew on the way
    summit = fit_paths(family, paths, None, nothing)

    def lost(x: np.ndarray) -> float:
        return -float(path_scores(family, x, paths).loglik.sum())

    begin = np.array([scaled(name, value) for name, value in TRUTH.items() if name in names_of(family)])
    searched = minimize(lost, begin, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10, "maxfev": 20_000})
    assert -lost(summit.parameters) == pytest.approx(summit.log_likelihood, abs=1e-9)
    assert summit.log_likelihood >= -searched.fun - 1e-6
