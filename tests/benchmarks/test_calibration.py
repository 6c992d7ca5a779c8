"""How well decay is learned, and how fast; and what real inspections show, drawn for docs/calibration.md.

Run by hand: `python -m pytest tests/benchmarks/test_calibration.py -m benchmark -s --override-ini addopts=`. It prints
tables and judges nothing on time. With ASSETPLAN_BENCHMARK=full, 200 simulations and a million pairs (ten minutes), and
the pictures of docs/calibration are drawn; by default a tenth and less of each.
"""

from __future__ import annotations

import resource
import time

import numpy as np
import pandas as pd
import pytest
from histories_made import CHAIN, chain_histories, curve_histories, errors_of, estimates_of, ontario_bridges
from places import ROOT, SHARED
from tables import FULL, head, row

from assetplan.calibration import Calibration, calibrate, inspections_of
from assetplan.deterioration import Curve, fit_curve, fit_markov, fit_weibull
from assetplan.deterioration.fits.paths import scaled
from assetplan.deterioration.markov import at_years

pytestmark = pytest.mark.benchmark
RUNS = 200 if FULL else 10
PAIRS = 1_000_000 if FULL else 5_000
GROUPS = 60 if FULL else 10
PICTURES = ROOT / "docs" / "calibration"
NORMAL = 1.959964


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def test_truth_lies_within_the_intervals() -> None:
    """Share of simulations whose 95 % interval holds the truth, by parameter."""
    head(f"Truth within the stated 95 % interval, {RUNS} simulations", "fit", "parameter", "truth", "share within")
    hits: dict[tuple[str, str, float], list[bool]] = {}

    def note(fit: str, name: str, truth: float, estimate: float, error: float) -> None:
        hits.setdefault((fit, name, round(truth, 4)), []).append(abs(estimate - truth) <= NORMAL * error)

    for seed in range(RUNS):
        _of_pairs(seed, note)
        _of_lives(seed, note)
        _of_ages(seed, note)
        _of_histories(seed, note)
    for (fit, name, truth), held in hits.items():
        row(fit, name, f"{truth:g}", f"{np.mean(held):.1%}")


def _of_pairs(seed: int, note) -> None:
    from scipy.linalg import expm

    rng = np.random.default_rng([1, seed])
    rates = np.array([[-0.12, 0.09, 0.03, 0], [0, -0.08, 0.06, 0.02], [0, 0, -0.05, 0.05], [0, 0, 0, 0]])
    start, years = rng.integers(0, 3, 1500), rng.choice([1.0, 1.5, 2.0, 4.0], 1500)
    tables = {t: expm(rates * t).cumsum(axis=1) for t in np.unique(years)}
    end = (rng.random(1500)[:, None] > np.stack([tables[t][s] for s, t in zip(start, years, strict=True)])).sum(axis=1)
    fit = fit_markov(start, end, years, 4)
    for i, j in ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3)):
        note("fit_markov, 1,500 pairs", f"rate {i} to {j}", rates[i, j], fit.generator[i, j], fit.standard_errors[i, j])


def _of_lives(seed: int, note) -> None:
    rng = np.random.default_rng([2, seed])
    life, entered = 30 * rng.weibull(2.5, 600), rng.uniform(0, 20, 600)
    life, entered = life[life > entered], entered[life > entered]
    end = entered + rng.uniform(5, 25, len(life))
    fit = fit_weibull(np.minimum(life, end), life <= end, entered=entered)
    # An interval of a positive number is taken of its logarithm.
    errors = np.sqrt(fit.covariance.diagonal())
    note("fit_weibull, 600 lives", "shape", np.log(2.5), fit.parameters[0], errors[0])
    note("fit_weibull, 600 lives", "scale", np.log(30), fit.parameters[1], errors[1])


def _of_ages(seed: int, note) -> None:
    rng = np.random.default_rng([3, seed])
    curve, age = Curve("power", 90.0, 0.12, 1.8), rng.uniform(4, 34, 250)  # noise keeps to the scale
    fit = fit_curve(age, curve.index(age) + rng.normal(0, 2, 250), "power")
    for name in ("c0", "k", "b"):
        note(
            "fit_curve, power, 250 readings",
            name,
            getattr(curve, name),
            fit.parameters[name],
            fit.standard_errors[name],
        )


HISTORIES = {  # family, and the truth: life, shape, noise, spread, wander
    "power": (30.0, 1.6, 2.0, 0.3, 0.3),
    "power, noisy": (22.0, 1.0, 4.0, 0.15, 0.3),
    "weibull": (35.0, 2.2, 3.0, 0.25, 0.5),
}


def _of_histories(seed: int, note) -> None:
    for name, truth in HISTORIES.items():
        family = name.split(",")[0]
        table = curve_histories(400, [4, seed], *truth, family=family)
        fitted = calibrate(inspections_of(table), "curve", family=family, check=False).rows.iloc[0]
        estimates, errors = estimates_of(fitted), errors_of(fitted)
        for k, (of, value) in enumerate(zip(fitted["parameters"].split("|"), truth, strict=True)):
            fit = f"calibrate, {name} curve, 400 assets"
            note(fit, of, scaled(of, value), estimates[k], errors[k])


def test_many_pairs_in_many_groups() -> None:
    """Seconds and memory, with and without the held-out check."""
    head(f"{PAIRS:,} pairs in {GROUPS} groups", "model", "readings", "pairs", "read s", "fit s", "check s", "peak GB")
    each = PAIRS // GROUPS
    rng = np.random.default_rng(0)
    chains = [
        chain_histories(each // 4, k, CHAIN, prefix=f"g{k}-").assign(kind=f"g{k}") for k in range(GROUPS)
    ]  # about five visits an asset
    table = pd.concat(chains, ignore_index=True)
    table["year"] += rng.integers(0, 365, len(table)) / 366
    _time("markov", table)
    curves = [
        curve_histories(each // 3, k, life=25.0 + k % 12, prefix=f"g{k}-").assign(kind=f"g{k}") for k in range(GROUPS)
    ]
    _time("curve", pd.concat(curves, ignore_index=True))


def _time(model: str, table: pd.DataFrame) -> None:
    began = time.monotonic()
    inspections = inspections_of(table, group="kind")
    read = time.monotonic()
    learned = calibrate(inspections, model, check=False)
    fitted = time.monotonic()
    calibrate(inspections, model)
    both = time.monotonic() - fitted
    pairs = int(learned.rows["pairs"].sum())
    times = (read - began, fitted - read, both - (fitted - read))
    row(model, f"{len(table):,}", f"{pairs:,}", *(f"{t:.1f}" for t in times), f"{peak():.2f}")


def test_prediction() -> None:
    """Seconds to predict many assets for forty years."""
    n = PAIRS
    head(f"{n:,} assets × 40 years", "model", "seconds", "peak GB")
    rng = np.random.default_rng(0)
    age, years = rng.uniform(0, 40, n), np.arange(41.0)
    for family in ("power", "weibull", "logistic"):
        curve = Curve(family, 100.0, {"power": 0.15, "weibull": 30.0, "logistic": 0.2}[family], 1.8, 20.0)
        began = time.monotonic()
        index = np.empty((n, 41), dtype=np.float32)
        for year in range(41):
            index[:, year] = curve.index(age + years[year])
        row(family, f"{time.monotonic() - began:.1f}", f"{peak():.2f}")
    start = np.eye(4)[rng.integers(0, 4, n)]
    began = time.monotonic()
    paths = start @ (at_years(CHAIN, np.arange(41.0)) @ np.array([100.0, 66.7, 33.3, 0.0])).T
    row("markov, 4 states", f"{time.monotonic() - began:.1f}", f"{peak():.2f}")
    assert paths.shape == (n, 41)


def real_roads() -> pd.DataFrame:
    """LTPP sections: roughness by visit, with age and what may shift the pace."""
    table = pd.read_csv(SHARED / "ltpp_flexible_iri.csv", low_memory=False)
    section = table["STATE_CODE"].astype("str") + "-" + table["SHRP_ID"].astype("str")
    return pd.DataFrame(
        {
            "asset_id": section + "-" + table["CONSTRUCTION_NO"].astype("str"),
            "date": table["VISIT_DATE"],
            "value": table["MEAN_IRI"],
            "age": table["AGE_YR"],
            "freeze_index": table["FREEZE_INDEX_YR"],
            "trucks_a_day": table["AADTT_LTPPLN"],
        }
    )


def test_real_inspections() -> None:
    """Held-out error of each fit to real inspections, beside two simple rules."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real data is not beside this checkout")
    head(
        "Real inspections, each asset held out once", "data", "fit", "pairs", "rms error", "no change", "constant rate",
        "mean error", "no change", "constant rate", "in 80 %", "in 95 %", "life, years",
    )  # fmt: skip
    roads, bridges = real_roads(), ontario_bridges()
    if FULL:
        PICTURES.mkdir(parents=True, exist_ok=True)
    for name, table, measure, drawn in (
        ("LTPP roads, IRI", roads, "iri", ("logistic", "markov")),
        ("Ontario bridges, BCI", bridges, "bci", ("power", "markov")),
    ):
        inspections = inspections_of(table, measure=measure)
        for fit in ("linear", "power", "exponential", "weibull", "logistic", "markov") if FULL else ("markov",):
            learned = (
                calibrate(inspections, "markov") if fit == "markov" else calibrate(inspections, "curve", family=fit)
            )
            _print_row(name, fit, learned)
            if FULL and fit in drawn:
                _draw(learned, f"{name.split()[0].lower()}-{fit}.svg")
    learned = calibrate(inspections_of(bridges, measure="bci"), "weibull", failure=60.0)
    _print_row("Ontario bridges, life to an index of 60", "weibull life", learned)


def _print_row(name: str, fit: str, learned: Calibration) -> None:
    fitted, held = learned.rows.iloc[0], learned.held_out
    mean = [float((held[rule] - held["after"]).abs().mean()) for rule in ("expected", "no_change", "constant_rate")]
    rms = [fitted[rule] for rule in ("error", "no_change", "constant_rate")]
    life = f"{fitted['life']:.0f} ({fitted['life_low']:.0f} to {fitted['life_high']:.0f})"
    shares = (f"{fitted['within_80']:.0%}", f"{fitted['within_95']:.0%}")
    row(name, fit, f"{fitted['pairs']:,}", *(f"{v:.2f}" for v in (*rms, *mean)), *shares, life)


def _draw(learned: Calibration, name: str) -> None:
    from assetplan.report.calibration import draw_calibration

    draw_calibration(learned, PICTURES / name, force=True)
