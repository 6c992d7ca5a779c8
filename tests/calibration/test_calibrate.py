"""Calibration end to end: truth recovered, groups pooled, rivals beaten, real inspections, the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import run
from histories_made import CHAIN, chain_histories, curve_histories, errors_of, estimates_of, ontario_bridges

from assetplan.calibration import calibrate, inspections_of
from assetplan.calibration.pooling import Estimate, between
from assetplan.deterioration import load_groups
from assetplan.deterioration.calibrated import with_calibration
from assetplan.deterioration.fits.maximum import Prior
from assetplan.deterioration.fits.paths import SPREADS, Paths, fit_paths, path_scores, scaled
from assetplan.errors import ConfigError, RegisterError


def row(learned, group: str = "all") -> pd.Series:
    return learned.rows.set_index("group").loc[group]


def test_a_curve_is_recovered_within_its_interval() -> None:
    learned = calibrate(inspections_of(curve_histories(600, seed=1)), "curve", family="power")
    fitted = row(learned)
    names = fitted["parameters"].split("|")
    truth = [scaled(*of) for of in zip(names, (30.0, 1.6, 2.0, 0.3, 0.3), strict=True)]
    off = np.abs(estimates_of(fitted) - truth)
    assert names == ["life", "shape", "noise", "spread", "wander"]
    # Five of them; the filter itself errs by a few per cent.
    assert (off < 3.5 * errors_of(fitted) + 0.05).all()
    assert fitted["life_low"] < 30 < fitted["life_high"]
    assert fitted["error"] < fitted["no_change"]
    assert fitted["error"] < fitted["constant_rate"]
    assert fitted["within_80"] == pytest.approx(0.80, abs=0.04)  # 1,700 readings: 1 % one standard error
    assert fitted["within_95"] == pytest.approx(0.95, abs=0.02)


def test_the_filter_is_exact_where_all_is_straight() -> None:
    """A line with no pace of its own: the density of all readings of an asset is one normal, by hand."""
    from scipy.stats import multivariate_normal

    time, value = np.array([0.0, 1.0, 2.5, 4.0]), np.array([70.0, 69.0, 64.5, 63.0])
    life, noise, wander = 40.0, 1.5, 0.8
    parameters = [scaled(*of) for of in zip(SPREADS, (noise, 0.0, wander), strict=True)]
    paths = Paths.of(np.zeros(4, dtype=np.intp), time, value, noise=noise)
    flat = replace(paths, stock=replace(paths.stock, shares=np.full(200, 1 / 200)))
    slope = 60.0 / life
    # Given the first reading and all levels alike beforehand, the level is normal about it.
    mean = value[0] - slope * time[1:]
    level = noise**2 + (slope * wander) ** 2 * np.minimum.outer(time[1:], time[1:])
    by_hand = multivariate_normal(mean, level + noise**2 * np.eye(3)).logpdf(value[1:])
    filtered = path_scores("linear", np.array([np.log(life), *parameters]), flat).loglik[0]
    assert filtered == pytest.approx(by_hand, abs=2e-3)  # a table of half points is what is left of it


def test_the_maximum_is_one() -> None:
    inspections = inspections_of(curve_histories(150, seed=3))
    paths = Paths.of(inspections.asset, inspections.time, inspections.index)
    summit = fit_paths("power", paths, prior=Prior(np.zeros(5), np.full(5, 1e12)))  # with the stock left as it is
    best = path_scores("power", summit.parameters, paths).loglik.sum()
    assert best == summit.log_likelihood
    rng = np.random.default_rng(0)
    for _ in range(200):
        near = summit.parameters + rng.normal(0, rng.choice([1e-3, 1e-2, 0.1]), 5)
        near[3:] = np.maximum(near[3:], 0.0)
        assert path_scores("power", near, paths).loglik.sum() <= best + 1e-6


def test_a_chain_is_recovered_within_its_interval() -> None:
    learned = calibrate(inspections_of(chain_histories(800, 2, CHAIN)), "markov")
    fitted = row(learned)
    lines = [[float(p) for p in line.split("|")] for line in fitted["falls"].split("/")]
    assert np.array(lines) == pytest.approx(CHAIN, abs=0.02)
    assert fitted["states"] == "100|66.67|33.33|0"
    assert fitted["error"] < min(fitted["no_change"], fitted["constant_rate"])
    from assetplan.deterioration.markov import expected_passage

    assert fitted["life_low"] < expected_passage(CHAIN)[0] < fitted["life_high"]


def test_a_life_is_recovered_from_inspections() -> None:
    rng = np.random.default_rng(5)
    n = 1500
    life, first = 30 * rng.weibull(2.5, n), rng.uniform(0, 25, n)
    rows = []
    for visit in range(8):
        age = first + 2.0 * visit
        rows.append(
            pd.DataFrame(
                {"asset_id": np.arange(n), "year": 2005 + 2 * visit, "age": age, "value": np.where(age < life, 90, 10)}
            )
        )
    table = pd.concat(rows)
    learned = calibrate(inspections_of(table.astype({"asset_id": "str"})), "weibull")
    fitted = row(learned)
    assert (fitted["model"], fitted["family"]) == ("survival", "weibull")
    assert fitted["b"] == pytest.approx(2.5, rel=0.1)
    assert fitted["k"] == pytest.approx(30.0, rel=0.05)
    assert fitted["life_low"] < 30 * 0.8873 < fitted["life_high"]  # Γ(1.4)


def test_small_groups_lean_on_the_others_and_empty_ones_take_their_place() -> None:
    parts = [curve_histories(150, k, life=28.0 + 2 * k, prefix=f"g{k}-").assign(kind=f"g{k}") for k in range(3)]
    small = [curve_histories(5, 20 + k, prefix=f"few{k}-").assign(kind=f"few{k}") for k in range(3)]
    none = curve_histories(3, 10, prefix="none").assign(kind="none").drop_duplicates("asset_id")
    inspections = inspections_of(pd.concat([*parts, *small, none]), group="kind")
    learned = calibrate(inspections, "curve", family="power", check=False)
    rows = learned.rows.set_index("group")

    def off(row: pd.Series) -> float:
        life, shape = (float(v) for v in row["estimates"].split("|")[:2])
        return float((life - np.log(30)) ** 2 + (shape - np.log(1.6)) ** 2)

    pooled = [off(rows.loc[f"few{k}"]) for k in range(3)]
    lone = [calibrate(inspections_of(table), "curve", family="power", check=False) for table in small]
    alone = [off(learned.rows.iloc[0]) for learned in lone]
    assert sum(pooled) < 0.5 * sum(alone)
    for k in range(3):
        assert rows.loc[f"g{k}", "life"] == pytest.approx(28 + 2 * k, rel=0.12)
    assert rows.loc["none", "pairs"] == 0
    assert rows.loc["none", "source"].startswith("calibrated: parent's")
    assert rows.loc["none", "verified"] == "no"
    assert any("group none: 3 assets" in note for note in learned.notes)
    # what groups differ by is in doubt too, beside what is known of their middle
    width = (rows["life_high"] / rows["life_low"]).to_dict()
    assert width["none"] > max(width[f"g{k}"] for k in range(3))
    assert learned.held_out.empty
    assert rows["error"].isna().all()


def test_a_move_that_only_assets_held_out_made_leaves_a_fit() -> None:
    """The others put its rate at zero, which has no curvature, at a bound that differs by group."""
    falls = np.array([[0.9, 0.1, 0], [0, 0.9, 0.1], [0, 0, 1.0]])
    once = pd.DataFrame({"asset_id": "once", "year": [2010.0, 2010.05], "state": [0, 2]})
    many = pd.concat([chain_histories(600, 1, falls), once]).assign(kind="many")
    few = chain_histories(40, 2, falls, prefix="b").assign(kind="few")
    learned = calibrate(inspections_of(pd.concat([many, few]), group="kind"), "markov")
    assert row(learned, "many")["parameters"] == "0 to 1|0 to 2|1 to 2"
    assert not [note for note in learned.notes if "was not checked" in note]
    assert set(learned.held_out["asset_id"]) >= {"once"}
    assert (learned.rows["life"] < 30).all()


def test_groups_whose_data_only_lean_one_way_keep_their_parent_within_reach() -> None:
    """A slope without curvature: each round would go further than the last."""
    prior = Prior(np.zeros(1), np.ones(1))
    leaning = Estimate(np.array([0.5]), np.array([[1.2]]), np.zeros((1, 1)))
    held = Estimate(np.array([2.0]), np.zeros((1, 1)), np.zeros((1, 1)))
    parent = between(prior, [leaning, leaning])
    assert 0.5 <= parent.mean[0] <= 3.5
    assert 0 < parent.variance[0] < 9
    assert between(prior, [held, held]).mean[0] == 0.0


def test_a_fit_that_linear_algebra_refuses_ends_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def singular(*_: object) -> None:
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr("assetplan.calibration.fitting.pool", singular)
    table = pd.concat([chain_histories(40, k, CHAIN, prefix=f"{k}-").assign(kind=f"g{k}") for k in range(2)])
    with pytest.raises(RegisterError, match="leave some of its parameters quite open"):
        calibrate(inspections_of(table, group="kind"), "markov")


def test_a_covariate_is_learned() -> None:
    slow = curve_histories(400, 1, life=40.0, prefix="s").assign(surface="asphalt")
    fast = curve_histories(400, 2, life=20.0, prefix="f").assign(surface="surface dressing")
    learned = calibrate(inspections_of(pd.concat([slow, fast]), covariates=["surface"]), "curve", family="power")
    name, coefficient, centre, scale = row(learned)["covariates"].split(":")
    assert (name, centre, scale) == ("surface=surface dressing", "0", "1")
    assert float(coefficient) == pytest.approx(np.log(2), abs=0.12)  # 800 assets: 0.03 one standard error


def test_nothing_to_learn_from_is_refused() -> None:
    one = curve_histories(5, 0).drop_duplicates("asset_id")
    with pytest.raises(RegisterError, match="no asset has two inspections"):
        calibrate(inspections_of(one), "curve")
    still = pd.DataFrame({"asset_id": ["a", "a", "b", "b"], "year": [2010, 2012] * 2, "state": ["A"] * 4})
    with pytest.raises(RegisterError, match="in none of 2 pairs of inspections did an asset fall a state"):
        calibrate(inspections_of(still), "markov")
    values = pd.DataFrame({"asset_id": ["a", "a"], "year": [2010, 2012], "state": ["A", "B"]})
    with pytest.raises(RegisterError, match="a curve needs values"):
        calibrate(inspections_of(values), "curve")
    with pytest.raises(RegisterError, match="a life needs a column age"):
        calibrate(inspections_of(curve_histories(5, 0)), "weibull")


def test_the_same_inspections_in_any_order_give_the_same_rows() -> None:
    table = curve_histories(80, 4)
    one = calibrate(inspections_of(table), "curve", family="power").rows
    other = calibrate(inspections_of(table.sample(frac=1, random_state=3)), "curve", family="power").rows
    pd.testing.assert_frame_equal(one, other)


def test_real_bridges_are_met_better_than_by_simple_rules(shared: Path) -> None:
    fitted = row(calibrate(inspections_of(ontario_bridges(), measure="bci"), "markov"))
    assert fitted["pairs"] > 12_000
    assert fitted["error"] < 0.9 * min(fitted["no_change"], fitted["constant_rate"])
    assert fitted["within_95"] > 0.95


@pytest.mark.slow
def test_the_command_writes_rows_that_a_plan_reads(tmp_path: Path) -> None:
    groups = enumerate(["footway", "bridge"])
    parts = [curve_histories(60, k, life=20.0 + 5 * k, prefix=name).assign(kind=name) for k, name in groups]
    pd.concat(parts).to_csv(tmp_path / "inspections.csv", index=False)
    words = ("inspections.csv", "--group", "kind", "--family", "power", "-o", "learned.csv", "--plot", "learned.svg")
    done = run("calibrate", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "footway" in done.stdout
    assert "95% interval" in done.text
    assert (tmp_path / "learned.svg").read_text().startswith("<?xml")
    groups = load_groups()
    learned = with_calibration(groups, tmp_path / "learned.csv")
    assert learned["footway"].source == "calibrated"
    assert learned["footway"].verified
    assert learned["footway"].learned is not None
    assert learned["carriageway_A"] == groups["carriageway_A"]
    assert learned["footway"].residual_life(np.array([100.0]))[0] == pytest.approx(20, rel=0.3)
    again = run("calibrate", *words, cwd=tmp_path)
    assert (again.returncode, "learned.csv" in again.stderr) == (1, True)
    before = [(tmp_path / name).read_bytes() for name in ("learned.csv", "learned.svg")]
    assert run("calibrate", *words, "--force", cwd=tmp_path).returncode == 0
    assert [(tmp_path / name).read_bytes() for name in ("learned.csv", "learned.svg")] == before


def test_the_command_lists_faults_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("asset_id,year,value\na,2010,500\n")
    done = run("calibrate", "bad.csv", "-o", "out.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "bad.csv, row 2, column value: '500' must lie from 0 to 100" in done.text
    assert not (tmp_path / "out.csv").exists()
    assert run("calibrate", "bad.csv", "-o", "out.csv", "--measure", "x", cwd=tmp_path).returncode == 2


def test_rows_that_do_not_fit_a_plan(tmp_path: Path) -> None:
    inspections = inspections_of(curve_histories(40, 0).assign(kind="footway"), group="kind")
    learned = calibrate(inspections, "curve", family="power", check=False).rows
    for change, fault in (
        ({"group": "canal"}, "the plan has no such group"),
        ({"group": "brick_wall"}, "act on a markov: calibrate it with --model markov"),
        ({"k": "fast"}, "must be a number"),
        ({"k": -1}, "needs k > 0"),
        ({"covariates": "moon:1:0:1"}, "the register has no column 'moon'"),
        ({"verified": "maybe"}, "must be yes or no"),
    ):
        path = tmp_path / "rows.csv"
        learned.astype("object").assign(**change).to_csv(path, index=False)
        with pytest.raises(ConfigError, match=fault):
            with_calibration(load_groups(), path)
    pd.concat([learned, learned]).to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(ConfigError, match="more than once"):
        with_calibration(load_groups(), tmp_path / "rows.csv")
