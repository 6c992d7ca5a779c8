"""Inspections that leave much in doubt: few assets, two lanes on one date, values that are no index."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from histories_made import curve_histories

from assetplan.calibration import calibrate, inspections_of
from assetplan.deterioration import Curve
from assetplan.deterioration.learned import Learned
from assetplan.errors import RegisterError

# What three assets of a pilot were read at, every three years.
PILOT = {"A0": (95.6, 90.5, 87.4, 79.5), "A1": (96.7, 93.4, 88.2, 86.1), "A2": (95.0, 86.2, 83.2, 78.9)}


def pilot(assets: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        [(name, 2005 + 3 * k, value) for name in assets for k, value in enumerate(PILOT[name])],
        columns=["asset_id", "year", "value"],
    )


def lanes() -> pd.DataFrame:
    """Two lanes of 40 roads read on the same dates, one 8 points below the other."""
    rng = np.random.default_rng(4)
    start = rng.uniform(1, 10, 40)
    rows = []
    for i in range(40):
        for year in (2012, 2014, 2016, 2018):
            level = 100 - 0.22 * (start[i] + year - 2010) ** 1.8
            rows += [(f"R{i}", year, float(np.clip(level + rng.normal(0, 3) - 8 * lane, 0, 100))) for lane in (0, 1)]
    return pd.DataFrame(rows, columns=["asset_id", "year", "value"])


@pytest.mark.parametrize("family", ["power", "weibull", "linear"])
@pytest.mark.parametrize("assets", [("A0",), ("A1",), ("A0", "A1"), ("A0", "A1", "A2")])
def test_few_assets_have_a_finite_interval_and_a_note(family: str, assets: tuple[str, ...]) -> None:
    learned = calibrate(inspections_of(pilot(assets)), "curve", family=family, check=False)
    row = learned.rows.iloc[0]
    assert 0 < row["life_low"] <= row["life"] <= row["life_high"] <= 2000  # the longest life that a fit searches
    assert np.isfinite(learned.decay[["index", "low", "high"]].to_numpy()).all()
    assert any("fewer than 10 assets" in note for note in learned.notes)


@pytest.mark.parametrize("family", ["power", "auto"])
def test_two_lanes_on_one_date_are_fitted_and_counted(family: str) -> None:
    learned = calibrate(inspections_of(lanes()), "curve", family=family, check=False)
    assert np.isfinite(learned.rows[["life", "life_low", "life_high"]].to_numpy(dtype=float)).all()
    assert any(note.startswith("160 readings share asset and date") for note in learned.notes)


def test_ordinary_inspections_have_neither_note() -> None:
    notes = calibrate(inspections_of(curve_histories(60, 1)), "curve", family="power", check=False).notes
    assert not [note for note in notes if "fewer than" in note or "share asset" in note]


def test_a_future_of_a_doubtful_fit_is_a_curve() -> None:
    doubt = tuple(map(tuple, (np.eye(5) * 1e4).tolist()))
    names = ("life", "shape", "noise", "spread", "wander")
    learned = Learned(names=names, estimates=(3.4, 0.4, 1.0, 0.1, 0.1), covariance=doubt)
    for far in (-3.0, 3.0):
        after, curve = learned.drawn(Curve.of_life("power", 30, 1.5), np.full(5, far))
        assert isinstance(curve, Curve)
        assert np.isfinite(curve.index(np.array([0.0, 30.0]))).all()
        assert np.isfinite([after.noise, after.spread, after.wander]).all()
    assert replace(learned, covariance=()).drawn(curve, np.zeros(5))[1] == curve


def test_a_fit_at_its_bound_is_not_verified() -> None:
    """Without noise in the readings the least noise that is searched fits best."""
    exact = curve_histories(40, 1, noise=0.0, spread=0.0, wander=0.0)
    learned = calibrate(inspections_of(exact), "curve", family="power", check=False)
    assert learned.rows["verified"].tolist() == ["no"]
    assert any(
        "noise" in note and "at the end of what a fit searches; it is not verified" in note for note in learned.notes
    )


def test_an_empty_interval_is_not_verified() -> None:
    """Assets that do not decay: the longest life that is searched."""
    table = curve_histories(40, 1)
    learned = calibrate(inspections_of(table.assign(value=90.0)), "curve", family="linear", check=False)
    assert learned.rows["life_low"][0] == learned.rows["life_high"][0] == 2000
    assert learned.rows["verified"].tolist() == ["no"]
    assert any(note.startswith("group all: life") for note in learned.notes)


def test_a_settled_fit_is_verified() -> None:
    learned = calibrate(inspections_of(curve_histories(100, 1)), "curve", family="power", check=False)
    assert learned.rows["verified"].tolist() == ["yes"]
    assert not [note for note in learned.notes if "not verified" in note]


@pytest.mark.parametrize("kind", ["curve", "markov"])
def test_shares_are_refused_for_an_index(kind) -> None:
    table = curve_histories(30, 1)
    with pytest.raises(RegisterError, match="no value above 1: the index runs from 0 to 100"):
        calibrate(inspections_of(table.assign(value=table["value"] / 100)), kind)
