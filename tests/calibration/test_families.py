"""The family that inspections bear out is chosen, the same one every time, and a note gives the choice."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from histories_made import curve_histories

from assetplan.calibration import calibrate, inspections_of
from assetplan.calibration.covariates import Features
from assetplan.calibration.curve_model import CurveModel, likeliest
from assetplan.deterioration.families import FAMILIES
from assetplan.deterioration.fits.paths import fit_paths


def straight(n: int, seed: int) -> pd.DataFrame:
    """Assets of any age that lose two points a year, seen five times; none is near either end of the scale."""
    rng = np.random.default_rng(seed)
    year = 2000 + np.cumsum(rng.uniform(1, 3, (n, 5)), axis=1)
    value = rng.uniform(55, 75, (n, 1)) - 2.0 * (year - year[:, :1]) + rng.normal(0, 0.5, (n, 5))
    asset = np.repeat(np.arange(n), 5).astype(str)
    return pd.DataFrame({"asset_id": asset, "year": year.ravel(), "value": value.ravel()})


def test_the_likeliest_family_is_chosen_and_noted() -> None:
    """By hand: log-likelihood of each family on the same cuts, less the number of its parameters."""
    inspections = inspections_of(curve_histories(120, 3))
    none = Features.of(pd.DataFrame(), len(inspections.assets))
    everyone = np.ones(len(inspections.assets), dtype=bool)
    models = {family: CurveModel.of(inspections, family, none)[0] for family in FAMILIES}
    cuts = np.logical_or.reduce([model.cuts for model in models.values()])
    models = {family: replace(model, cuts=cuts) for family, model in models.items()}
    score = {f: fit_paths(f, m.paths(everyone)).log_likelihood - len(m.names) for f, m in models.items()}
    model, notes = likeliest(inspections, none)
    best = max(score, key=lambda family: score[family])
    assert model.family == best
    assert notes[-1].startswith(f"{best} is the likeliest family of curve; the others fall short by ")
    behind = {name: float(short) for name, short in re.findall(r"(\w+) (\d+\.\d)", notes[-1])}
    assert behind == pytest.approx({f: score[best] - s for f, s in score.items() if f != best}, abs=0.05)  # one digit
    assert list(behind.values()) == sorted(behind.values())


def test_a_straight_fall_is_a_line() -> None:
    """A power curve has a line within it; the parameter that it has more decides."""
    learned = calibrate(inspections_of(straight(150, 4)), "curve", check=False)
    assert learned.rows["family"][0] == "linear"
    assert learned.rows["life"][0] == pytest.approx(30, rel=0.05)


def test_families_are_held_against_the_same_cuts() -> None:
    table = straight(100, 2)
    up = table["asset_id"].isin([str(k) for k in range(20)]) & (table.groupby("asset_id").cumcount() >= 3)
    table.loc[up, "value"] += 20.0  # works that nobody wrote down
    inspections = inspections_of(table)
    model, notes = likeliest(inspections, Features.of(pd.DataFrame(), len(inspections.assets)))
    assert model.family in ("linear", "power", "weibull")  # which can all be straight there
    assert int(model.cuts.sum()) == 20
    assert notes[0] == "20 readings improved beyond noise with no known works: cut there."
    assert "on the same cuts" in notes[1]


def test_a_family_by_name_is_taken_as_it_is() -> None:
    learned = calibrate(inspections_of(straight(60, 3)), "curve", family="logistic", check=False)
    assert learned.rows["family"][0] == "logistic"
    assert not any("likeliest" in note for note in learned.notes)


def test_few_pairs_among_many_assets_are_not_passed_over() -> None:
    """Of 10,000 assets every other is in the sample, and none of those has two readings."""
    n = 10_000
    many = pd.DataFrame({"asset_id": [f"{k:05d}" for k in range(n)], "year": 2000.0, "value": 80.0})
    more = straight(30, 4).assign(asset_id=lambda t: [f"{2 * int(k) + 1:05d}" for k in t["asset_id"]])
    inspections = inspections_of(pd.concat([many[~many["asset_id"].isin(more["asset_id"])], more]))
    notes = likeliest(inspections, Features.of(pd.DataFrame(), n))[1]
    assert "is the likeliest family of curve; the others fall short by " in notes[-1]
    assert "(all assets, on the same cuts)" in notes[-1]


def test_nothing_to_choose_by_is_noted() -> None:
    one = straight(5, 1).drop_duplicates("asset_id")
    model, notes = likeliest(inspections_of(one), Features.of(pd.DataFrame(), 5))
    assert notes == ("nothing tells the families of curve apart; linear was taken.",)
    assert model.family == "linear"
