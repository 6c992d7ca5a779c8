"""What a plan makes of rows that a calibration wrote: paces, and other parameters that the inspections allow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from histories_made import chain_histories, curve_histories

from assetplan.calibration import calibrate, inspections_of
from assetplan.deterioration import load_groups
from assetplan.deterioration.calibrated import with_calibration
from assetplan.deterioration.groups import Group
from assetplan.errors import ConfigError

MATRIX = np.array([[0.9, 0.08, 0.02, 0, 0], [0, 0.88, 0.1, 0.02, 0], [0, 0, 0.85, 0.15, 0], [0, 0, 0, 0.8, 0.2],
                   [0, 0, 0, 0, 1]])  # fmt: skip


def learned(table: pd.DataFrame, group: str, path: Path, kind: str = "curve", **options: object) -> Group:
    """A packaged group as a plan reads it with a calibration."""
    inspections = inspections_of(table.assign(kind=group), group="kind")
    calibrate(inspections, kind, check=False, **options).write(path / "rows.csv")  # type: ignore[arg-type]
    return with_calibration(load_groups(), path / "rows.csv")[group]


def drawn(group: Group, n: int) -> list[Group]:
    assert group.learned is not None
    normals = np.random.default_rng(0).standard_normal((n, len(group.learned.estimates)))
    return [group.drawn(row) for row in normals]


@pytest.mark.parametrize("family", ["power", "weibull", "logistic", "linear", "exponential"])
def test_draws_of_a_curve_spread_its_life_as_its_row_has_it(family: str, tmp_path: Path) -> None:
    group = learned(curve_histories(80, 1), "footway", tmp_path, family=family)
    row = pd.read_csv(tmp_path / "rows.csv").iloc[0]
    at_failure = np.array([40.0])
    lives = np.array([g.age(at_failure)[0] for g in drawn(group, 2000)])
    assert np.median(lives) == pytest.approx(row["life"], rel=0.02)
    # The ends in the row are quantiles of 400 draws, whose errors are an eighth of a standard deviation.
    ends, printed = np.log(np.quantile(lives, [0.025, 0.975])), np.log([row["life_low"], row["life_high"]])
    assert ends == pytest.approx(printed, abs=0.4 * np.log(lives).std())
    assert group.drawn(np.zeros(len(group.learned.estimates))).age(at_failure) == pytest.approx(group.age(at_failure))


@pytest.mark.parametrize("chain", ["continuous", "discrete"])
def test_draws_of_a_chain_are_chains_about_it(chain: str, tmp_path: Path) -> None:
    group = learned(chain_histories(400, 2, MATRIX), "heating", tmp_path, "markov", chain=chain)
    matrices = np.array([g.chain.matrix for g in drawn(group, 400)])
    assert matrices.sum(axis=2) == pytest.approx(np.ones((400, 5)))
    assert not np.tril(matrices, -1).any()
    # Rare moves are drawn by their logarithm: more often far above than far below.
    assert np.median(matrices[:, 0, 0]) == pytest.approx(group.chain.matrix[0][0], abs=0.01)
    assert 0.001 < matrices[:, 0, 0].std() < 0.05


def test_draws_of_a_life(tmp_path: Path) -> None:
    table = curve_histories(400, 3, life=25.0)
    table["age"] = table.groupby("asset_id")["year"].transform(lambda year: year - year.min()) + 8
    group = learned(table, "signal_junction", tmp_path, "weibull")
    lives = [g.age(np.array([50.0]))[0] for g in drawn(group, 200)]
    assert np.median(lives) == pytest.approx(group.age(np.array([50.0]))[0], rel=0.03)
    assert np.std(lives) > 0.05


def test_covariates_of_a_chain_set_paces_in_a_plan(tmp_path: Path) -> None:
    slow = chain_histories(300, 4, MATRIX, prefix="s").assign(aadt=500.0)
    double = chain_histories(300, 5, MATRIX @ MATRIX, prefix="f").assign(aadt=5000.0)
    table = pd.concat([slow, double]).assign(kind="heating")
    inspections = inspections_of(table, group="kind", covariates=["aadt"])
    calibrate(inspections, "markov", check=False).write(tmp_path / "rows.csv")
    group = with_calibration(load_groups(), tmp_path / "rows.csv")["heating"]
    assert group.learned is not None
    pace = group.learned.pace(pd.DataFrame({"aadt": [500.0, 5000.0, np.nan]}))
    # Twice the steps a year; 300 assets show it to about a tenth.
    assert pace[1] / pace[0] == pytest.approx(2.0, rel=0.2)
    assert pace[0] < pace[2] < pace[1]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"k": 0.5}, "not what parameters and estimates say"),
        ({"estimates": "3"}, "5 parameters but 1 estimates"),
        ({"covariance": "1|0|1"}, "lower triangle of 5 × 5"),
    ],
)
def test_rows_that_contradict_themselves(change: dict, fault: str, tmp_path: Path) -> None:
    learned(curve_histories(40, 0), "footway", tmp_path, family="power")
    pd.read_csv(tmp_path / "rows.csv").astype(object).assign(**change).to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(ConfigError, match=fault):
        with_calibration(load_groups(), tmp_path / "rows.csv")


def test_a_row_of_decay_alone_has_no_doubt(tmp_path: Path) -> None:
    learned(curve_histories(40, 0), "footway", tmp_path, family="power")
    blank = dict.fromkeys(("parameters", "estimates", "covariance"), "")
    pd.read_csv(tmp_path / "rows.csv").astype(object).assign(k=0.5, **blank).to_csv(tmp_path / "rows.csv", index=False)
    group = with_calibration(load_groups(), tmp_path / "rows.csv")["footway"]
    assert group.drawn(np.zeros(0)) == group
