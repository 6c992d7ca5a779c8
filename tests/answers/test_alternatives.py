"""Programmes near the optimum keep the plan's limits and nearly its benefit, and excel in what they are for."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bid_cases import WORTH, of_bids
from commands import run
from round_cases import write_inputs
from scipy import sparse

import assetplan
from assetplan.answers.alternatives import PLAN as AS_PLANNED
from assetplan.answers.alternatives import Alternatives, _evenly, _near, alternatives_of
from assetplan.cli.comparison_text import alternatives_text
from assetplan.errors import ConfigError
from assetplan.optimisation import Problem
from assetplan.optimisation.solving import solve
from assetplan.strategies.names import NOTHING


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_inputs(tmp_path_factory.mktemp("near"))


@pytest.fixture(scope="module")
def near(folder: Path) -> Alternatives:
    return assetplan.alternatives(assetplan.read_plan(folder / "plan.toml"), within=0.02)


@pytest.mark.parametrize("seed", range(6))
def test_most_benefit_kept_the_best_at_something_else_is_that_of_every_combination(seed: int) -> None:
    random = np.random.default_rng(seed)
    n_assets, n_options = 6, 3
    n = n_assets * n_options
    benefit, cost, score = random.integers(1, 90, (3, n)).astype(float)
    benefit[::n_options] = cost[::n_options] = score[::n_options] = 0
    starts = np.arange(0, n + 1, n_options)
    own = Problem(benefit, sparse.csr_array(cost[:, None]), starts, np.array([120.0]), np.array([-np.inf]), ("money",))
    best = solve(own, 0.0)
    choices = np.array(list(product(*(range(a, a + n_options) for a in starts[:-1]))))
    fits = cost[choices].sum(axis=1) <= 120
    assert best.benefit == benefit[choices].sum(axis=1)[fits].max()
    for within in (0.05, 0.3):
        kept = fits & (benefit[choices].sum(axis=1) >= (1 - within) * best.benefit)
        reached = solve(_near(own, best, within, score), 0.0, start=(best.chosen, best.amounts))
        assert reached.benefit == score[choices].sum(axis=1)[kept].max()
        districts = np.zeros((n, 2))
        districts[np.arange(n), np.arange(n) // n_options % 2] = cost
        wider = _near(own, best, within, np.zeros(n))
        even = _evenly(wider, sparse.csr_array(districts), (best.chosen, best.amounts), 0.0, 10.0)
        least = districts[choices].sum(axis=1).min(axis=1)
        assert districts[even.chosen].sum(axis=0).min() == least[kept].max()


def test_every_programme_gives_up_no_more_than_it_may_and_excels_in_what_it_is_for(near: Alternatives) -> None:
    rows = near.programmes.set_index("name")
    assert len(rows) >= 5
    assert rows["given_up"].between(0, 0.02).all()
    assert rows.loc[AS_PLANNED, ["given_up", "unlike"]].tolist() == [0, 0]
    # Within what is proved of each: no other programme is better at it by more.
    least, gap = rows.loc["least spent", "cost"], rows.loc["least spent", "gap"]
    assert least <= (1 + gap) * rows["cost"].min() + 0.01
    assert least < rows.loc[AS_PLANNED, "cost"]
    # Of works whose carbon is not known it has no more than the plan.
    lean, gap = rows.loc["least carbon"], rows.loc["least carbon", "gap"]
    unknown = (1 - rows["carbon_known"]) * rows["cost"]
    beside = rows[unknown <= unknown[AS_PLANNED]]
    assert unknown["least carbon"] <= unknown[AS_PLANNED] + 1e-4 * rows.loc[AS_PLANNED, "cost"]
    assert lean["carbon"] <= (1 + gap) * beside["carbon"].min() + 1e-3
    assert lean["carbon"] < rows.loc[AS_PLANNED, "carbon"]
    assert rows.filter(like="as unlike", axis=0)["unlike"].min() > rows.loc["least spent", "unlike"]


def test_the_figures_of_a_programme_are_the_sums_of_its_works(near: Alternatives) -> None:
    names = list(near.programmes["name"])
    treats = near.assets[names] != NOTHING
    assert near.programmes["treated"].tolist() == treats.sum().tolist()
    assert near.assets["in_programmes"].tolist() == treats.sum(axis=1).tolist()
    assert (near.assets["in_programmes"] > 0).all()
    assert set(near.core["asset_id"]) == set(near.assets.loc[treats.all(axis=1), "asset_id"])
    for first, second in pairwise(names):
        assert not near.assets[first].equals(near.assets[second])


@pytest.mark.slow
def test_more_to_give_up_never_makes_the_least_spent_dearer(folder: Path, near: Alternatives) -> None:
    less = assetplan.alternatives(assetplan.read_plan(folder / "plan.toml"), within=0.005).programmes.set_index("name")
    more = near.programmes.set_index("name").loc["least spent"]
    assert more["cost"] <= less.loc["least spent", "cost"] * (1 + more["gap"])


@pytest.mark.slow
def test_the_command_prints_programmes_and_writes_their_works(folder: Path, near: Alternatives) -> None:
    done = run("alternatives", "plan.toml", "--within", "2%", "-o", "near", cwd=folder)
    assert done.returncode == 0, done.stderr
    for words in ("as planned", "least spent", f"All {len(near.programmes)} programmes treat", "Files in near"):
        assert words in done.text
    written = pd.read_csv(folder / "near" / "alternatives.csv", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(written, near.programmes, check_dtype=False)
    works = pd.read_csv(folder / "near" / "works.csv", encoding="utf-8-sig")
    assert list(works["asset_id"]) == list(near.assets["asset_id"])
    again = run("alternatives", "plan.toml", "-o", "near", cwd=folder)
    assert (again.returncode, "exists already" in again.stderr) == (1, True)


def test_a_share_that_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"above 0, to 0\.5"):
        assetplan.alternatives(assetplan.read_plan(folder / "plan.toml"), within=0.0)
    done = run("alternatives", "plan.toml", "--within", "much", cwd=folder)
    assert (done.returncode, "no share such as 1%" in done.stderr) == (2, True)


def test_bids_are_chosen_again_as_every_choice_tried_says() -> None:
    plan = [
        {**WORTH, "name": f"Bid {k}", "costs": {"bridges": [cost]}, "benefit": benefit, "latest": 2019}
        for k, (cost, benefit) in enumerate([(6_000.0, 9_000.0), (9_000.0, 30_000.0), (20_000.0, 41_000.0)])
    ]
    stated = of_bids(plan, 0.6)
    own, problem, within = stated.solve(), stated.problem, 0.25
    near = alternatives_of(stated.inputs, stated.formulation, own, within, 1e-9, 10.0)
    choices = np.array(list(product(*(range(a, b) for a, b in pairwise(problem.starts)))))
    fits = (problem.usage.toarray()[choices].sum(axis=1) <= problem.caps + 1e-6).all(axis=1)
    kept = fits & (problem.benefit[choices].sum(axis=1) >= (1 - within) * own.benefit - 0.01)
    rows = near.programmes.set_index("name")
    assert rows.loc["least spent", "cost"] == pytest.approx(stated.formulation.cost()[choices].sum(axis=1)[kept].min())
    assert rows.loc[AS_PLANNED, "bids"] > rows.loc["least spent", "bids"]
    assert set(near.assets["asset_id"]) >= set(stated.formulation.bids.names[:3])
    left_out = near.assets.set_index("asset_id")["least spent"]
    assert (left_out[list(stated.formulation.bids.names)] == NOTHING).any()
    assert "assets and bids" in " ".join(alternatives_text(near).split())
