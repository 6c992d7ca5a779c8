"""Covariates of chains and lives through `calibrate`: learned, written in rows, used for each asset of the check."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from histories_made import errors_of

from assetplan.calibration import calibrate, inspections_of
from assetplan.calibration.covariates import Features
from assetplan.calibration.state_model import LifeModel, StateModel
from assetplan.deterioration import fit_markov, fit_weibull

RATES = np.array([0.15, 0.1])  # of leaving each state for the next
EFFECT = 0.5  # of a standard deviation


def chains(n: int, seed: int, effect: float = EFFECT) -> pd.DataFrame:
    """Assets of three states seen five times at irregular dates, each at the pace of its traffic."""
    rng = np.random.default_rng(seed)
    traffic = rng.normal(5000, 2000, n)
    pace = np.exp(effect * (traffic - traffic.mean()) / traffic.std())
    falls = np.cumsum(rng.exponential(1 / RATES, (n, 2)) / pace[:, None], axis=1)
    time = np.cumsum(rng.uniform(0.5, 3, (n, 5)), axis=1) - 0.5
    state = (time[:, :, None] > falls[:, None, :]).sum(axis=2)
    return pd.DataFrame(
        {
            "asset_id": np.repeat([f"a{k}" for k in range(n)], 5),
            "year": 2000 + time.ravel(),
            "state": state.ravel(),
            "traffic": np.repeat(traffic, 5),
        }
    )


def lives(n: int, seed: int, effect: float = EFFECT) -> pd.DataFrame:
    """Assets of known age, sound or failed at eight visits, each at the pace of its traffic."""
    rng = np.random.default_rng(seed)
    traffic = rng.normal(5000, 2000, n)
    life = 30 * rng.weibull(2.5, n) * np.exp(-effect * (traffic - traffic.mean()) / traffic.std())
    first = rng.uniform(0, 20, n)
    parts = [
        pd.DataFrame({"asset_id": np.arange(n).astype(str), "year": 2005 + 2 * k, "age": first + 2.0 * k})
        for k in range(8)
    ]
    table = pd.concat([part.assign(value=np.where(part["age"] < life, 90, 10), traffic=traffic) for part in parts])
    return table


def row_and_covariates(learned, group: str = "all") -> tuple[pd.Series, list[list[str]]]:
    row = learned.rows.set_index("group").loc[group]
    return row, [cell.split(":") for cell in row["covariates"].split("|")]


def error_of(row: pd.Series, name: str) -> float:
    """Standard error of one parameter."""
    return float(errors_of(row)[row["parameters"].split("|").index(name)])


def test_a_chain_learns_what_the_array_fit_learns() -> None:
    table = chains(400, 1)
    inspections = inspections_of(table, covariates=["traffic"])
    row, ((name, coefficient, centre, scale),) = row_and_covariates(calibrate(inspections, "markov", check=False))
    traffic = inspections.covariates["traffic"].to_numpy()
    assert name == "traffic"
    assert [float(centre), float(scale)] == pytest.approx([traffic.mean(), traffic.std()], rel=1e-5)
    assert row["parameters"].split("|")[-1] == "traffic"
    pairs = np.diff(inspections.asset) == 0
    x = ((traffic - traffic.mean()) / traffic.std())[inspections.asset[1:][pairs]]
    state, time = inspections.state, inspections.time
    fit = fit_markov(state[:-1][pairs], state[1:][pairs], np.diff(time)[pairs], 3, features=x)
    assert float(coefficient) == pytest.approx(fit.coefficients[0], abs=1e-5)
    assert error_of(row, "traffic") == pytest.approx(fit.coefficient_errors[0], rel=1e-3)
    assert abs(fit.coefficients[0] - EFFECT) < 4 * fit.coefficient_errors[0]
    annual = np.array([[float(p) for p in line.split("|")] for line in row["falls"].split("/")])
    assert annual == pytest.approx(fit.transition, abs=1e-5)  # of an asset of mean traffic


def test_a_chains_check_uses_each_assets_pace() -> None:
    inspections = inspections_of(chains(500, 2, effect=1.0), covariates=["traffic"])
    paced = calibrate(inspections, "markov")
    plain = calibrate(inspections_of(chains(500, 2, effect=1.0)), "markov")
    assert paced.rows["error"][0] < 0.98 * plain.rows["error"][0]
    model = StateModel.of(
        inspections, "continuous", None, Features.of(inspections.covariates, len(inspections.assets))
    )[0]
    at = model.start
    everyone = np.ones(len(inspections.assets), dtype=bool)
    expected = model.expected(everyone, at)
    from scipy.linalg import expm

    k = int(np.argmax(expected.years))
    traffic = inspections.covariates["traffic"]
    x = (traffic - traffic.mean()) / traffic.std(ddof=0)
    pace = np.exp(at[-1] * x[inspections.asset[expected.row[k]]])
    # Of whole years of its own time the chain's own matrix; between them a straight line, as everywhere in a plan.
    time = pace * expected.years[k]
    annual = model.annual(at)
    ends = [np.linalg.matrix_power(annual, int(time) + extra) for extra in (0, 1)]
    rows = ends[0] + (time - int(time)) * (ends[1] - ends[0])
    assert expected.mean[k] == pytest.approx(rows[inspections.state[expected.row[k] - 1]] @ model.state_index)
    assert annual == pytest.approx(expm(np.array([[-0.15, 0.15, 0], [0, -0.1, 0.1], [0, 0, 0]])), abs=0.05)


def test_a_life_learns_what_the_array_fit_learns() -> None:
    inspections = inspections_of(lives(800, 3), covariates=["traffic"])
    learned = calibrate(inspections, "weibull")
    row, ((name, coefficient, _, _),) = row_and_covariates(learned)
    model = LifeModel.of(inspections, 40.0, Features.of(inspections.covariates, len(inspections.assets)))[0]
    began = inspections.age[model.seen.before]
    traffic = inspections.covariates["traffic"]
    x = ((traffic - traffic.mean()) / traffic.std(ddof=0)).to_numpy()[inspections.asset[model.seen.before]]
    fit = fit_weibull(began + model.seen.years, model.worse, sound_until=began, entered=began, features=x)
    assert (name, row["parameters"]) == ("traffic", "shape|scale|traffic")
    assert float(coefficient) == pytest.approx(fit.coefficients[0], abs=1e-5)
    assert [row["b"], row["k"]] == pytest.approx([fit.shape, fit.scale], rel=1e-5)
    # four standard errors of the truth
    assert abs(fit.coefficients[0] - EFFECT) < 4 * fit.coefficient_errors[0]
    assert abs(fit.scale - 30) < 4 * fit.standard_errors[1]
    plain = calibrate(inspections_of(lives(800, 3)), "weibull")
    assert learned.rows["error"][0] < plain.rows["error"][0]


def test_groups_share_what_a_covariate_does() -> None:
    many, few = chains(400, 4).assign(kind="many"), chains(15, 5).assign(kind="few")
    few["asset_id"] = "few " + few["asset_id"]
    none = few.assign(kind="none", asset_id="none " + few["asset_id"]).drop_duplicates("asset_id")
    inspections = inspections_of(pd.concat([many, few, none]), group="kind", covariates=["traffic"])
    learned = calibrate(inspections, "markov", check=False)
    effect = {kind: float(row_and_covariates(learned, kind)[1][0][1]) for kind in ("many", "few", "none")}
    errors = {kind: error_of(row_and_covariates(learned, kind)[0], "traffic") for kind in effect}
    assert effect["none"] == pytest.approx((effect["many"] + effect["few"]) / 2, abs=0.02)  # the middle of the groups
    assert errors["many"] < errors["few"] < errors["none"]


def test_what_no_fit_can_learn_is_noted() -> None:
    table = chains(60, 6).assign(surface="asphalt")
    alone = table.iloc[:25:5].assign(asset_id=[f"new{k}" for k in range(5)], surface="concrete")
    many = pd.concat([alone.assign(asset_id=alone["asset_id"] + f" {k}") for k in range(5)])  # a word needs 20 assets
    inspections = inspections_of(pd.concat([table, many]), covariates=["traffic", "surface"])
    learned = calibrate(inspections, "markov", check=False)
    note = "covariate surface=concrete is the same for all assets that show decay, so nothing says what it does"
    assert f"{note}; left out." in learned.notes
    assert learned.rows["parameters"][0].endswith("|traffic")
    whole = table.assign(year=np.tile(np.arange(2000, 2010, 2), 60))
    inspections = inspections_of(whole, covariates=["traffic"])
    learned = calibrate(inspections, "markov", chain="discrete", check=False)
    note = "a chain by whole years learns no covariates: traffic made no difference; a continuous chain learns them."
    assert note in learned.notes
    assert learned.rows["covariates"][0] == ""
