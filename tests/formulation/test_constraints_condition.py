"""A plan that seeks condition: what it adds up, that it reaches the most of it, that sentences have its unit."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case, check, small_plan, small_register
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from summaries import notes_of

import assetplan
from assetplan.config.choices import ObjectiveChoice
from assetplan.formulation.objective import objective_of
from assetplan.programme import Programme
from assetplan.programme.words import gained, phasing_sentence, price_sentences, worth_words
from assetplan.strategies import simulate

SOUGHT = {"of": "condition"}
INDEX = st.integers(0, 100).map(float)


def by_hand(stated: Case, chosen: np.ndarray, cut_off: float = 40.0) -> float:
    """The objective from both futures year by year, trapezium by trapezium."""
    assets, model = stated.inputs.register.assets, stated.inputs.model
    starting = assetplan.strategies.starting_condition(assets, model)
    schedule = stated.formulation.options.schedule[chosen]
    plan, nothing = (
        simulate(assets, starting, codes, model).index.round(2) for codes in (schedule, np.full_like(schedule, -1))
    )
    total = 0.0
    for row in range(len(assets)):
        above = [max(p, cut_off) - max(n, cut_off) for p, n in zip(plan[row], nothing[row], strict=True)]
        area = sum((a + b) / 2 for a, b in pairwise(above))
        total += area * assets["replacement_value"][row] / 1000 * assets["importance"][row]
    return total


def test_the_solver_finds_the_most_and_its_price_is_right() -> None:
    stated = case(objective=SOUGHT)
    assert stated.inputs.register.assets["importance"].nunique() > 2
    solution = check(stated, "bridges 2019", 500.0)
    # Indices are float32 to 0.01: a millionth of the sum.
    assert solution.benefit == pytest.approx(by_hand(stated, solution.chosen), rel=1e-6)
    gained_by_benefit = by_hand(stated, case().solve().chosen)
    assert solution.benefit > gained_by_benefit


def test_every_choice_tried_by_hand() -> None:
    ids = ["R0116", "R0117", "B006", "B007"]
    assets = small_register().assets
    few = assets[assets["asset_id"].isin(ids)].reset_index(drop=True)
    assert len(few) == len(ids)
    lines = {name: [25_000.0] * 3 for name in ("carriageway_preventative", "bridges")}
    stated = case({"lines": lines}, few, objective=SOUGHT)
    problem = stated.problem
    usage = problem.usage.toarray()
    best = 0.0
    for rows in product(*(range(a, b) for a, b in zip(problem.starts[:-1], problem.starts[1:], strict=True))):
        if (usage[list(rows)].sum(axis=0) <= problem.caps + 1e-6).all():
            best = max(best, problem.benefit[list(rows)].sum())
    solution = stated.solve()
    assert solution.benefit == pytest.approx(best, rel=1e-9)
    assert best == pytest.approx(by_hand(stated, solution.chosen), rel=1e-6)
    assert (solution.used > 0).any()


def test_the_cut_off_and_the_weights_are_the_plans() -> None:
    lower, higher = (case(objective={**SOUGHT, "cut_off": cut}) for cut in (40.0, 70.0))
    solution = higher.solve()
    assert solution.benefit == pytest.approx(by_hand(higher, solution.chosen, 70.0), rel=1e-6)
    assert (higher.problem.benefit <= lower.problem.benefit + 1e-6).all()
    assets = small_register().assets.copy()
    assets["importance"] = 1.0
    twice = assets.assign(importance=np.where(assets["asset_id"] == "B006", 2.0, 1.0))
    plain, doubled = (case(assets=table, objective=SOUGHT) for table in (assets, twice))
    ratio = doubled.problem.benefit / np.where(plain.problem.benefit == 0, 1.0, plain.problem.benefit)
    mine = plain.formulation.options.asset == assets["asset_id"].tolist().index("B006")
    moved = plain.problem.benefit != 0
    np.testing.assert_allclose(ratio[mine & moved], 2.0)
    np.testing.assert_allclose(ratio[~mine & moved], 1.0)
    assert (mine & moved).any()


def test_a_committed_asset_gains_on_doing_nothing() -> None:
    """Its own candidates all hold the commitment, so do-nothing is none of them."""
    assets = small_register().assets.copy()
    row = assets.index[assets["asset_id"] == "R0116"][0]
    assets.loc[row, ["committed_treatment", "committed_year"]] = ["surface_dressing", 2019.0]
    stated = case(assets=assets, objective=SOUGHT)
    options = stated.formulation.options
    own = slice(options.starts[row], options.starts[row + 1])
    assert (options.schedule[own] >= 0).any(axis=1).all()
    assert (stated.problem.benefit[own] > 0).all()
    solution = stated.solve()
    assert solution.benefit == pytest.approx(by_hand(stated, solution.chosen), rel=1e-6)


@st.composite
def stocks(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, pd.DataFrame, float]:
    """Do-nothing index, candidates' owners and index, assets, cut-off."""
    n, years, count = draw(st.integers(1, 4)), draw(st.integers(1, 6)), draw(st.integers(1, 8))
    nothing = draw(arrays(np.float32, (n, years), elements=INDEX))
    owner = np.sort(draw(arrays(np.intp, count, elements=st.integers(0, n - 1))))
    index = draw(arrays(np.float32, (count, years), elements=INDEX))
    value = draw(arrays(float, n, elements=st.sampled_from([0.0, 500.0, 2e6, np.nan])))
    weight = draw(arrays(float, n, elements=st.floats(0.1, 5)))
    return nothing, owner, index, pd.DataFrame({"replacement_value": value, "importance": weight}), draw(INDEX) * 0.99


@given(stocks())
def test_area_by_value_by_importance(stock: tuple) -> None:
    nothing, owner, index, assets, cut_off = stock
    sought, risk = ObjectiveChoice(of="condition", cut_off=cut_off), SimpleNamespace(streams=())
    plan = SimpleNamespace(objective=sought, stability=None, risk=risk)
    model = SimpleNamespace(rules=SimpleNamespace(works_discount=np.ones(index.shape[1])))
    inputs = SimpleNamespace(plan=plan, register=SimpleNamespace(assets=assets), earlier=None, model=model)
    free = np.zeros(index.shape)
    options = SimpleNamespace(asset=owner, index=index, nothing_index=nothing, cost=free, benefit=free[:, 0])
    value, _ = objective_of(inputs, options)
    for row, asset in enumerate(owner):
        # From the base year, in which both are alike: half of the last year lies beyond the plan.
        above = np.maximum(index[row].astype(float), cut_off) - np.maximum(nothing[asset].astype(float), cut_off)
        area = above.sum() - above[-1] / 2
        stock_of = np.nan_to_num(assets["replacement_value"][asset]) / 1000
        assert value[row] == pytest.approx(area * stock_of * assets["importance"][asset], rel=1e-9, abs=1e-9)


@pytest.fixture(scope="module")
def programme() -> Programme:
    assets = small_register().assets.copy()
    assets.loc[assets["asset_id"] == "B007", "replacement_value"] = np.nan
    return assetplan.plan(small_plan(objective=SOUGHT), replace(small_register(), assets=assets))


def test_what_is_reached_is_the_gain_of_the_stored_futures(programme: Programme) -> None:
    assets, years = programme.assets, [2018, *programme.years]
    nothing, plan = (assets[[f"{case}_{year}" for year in years]].to_numpy() for case in ("do_nothing", "plan"))
    above = np.maximum(plan, 40) - np.maximum(nothing, 40)
    area = (above[:, 1:] + above[:, :-1]).sum(axis=1) / 2
    total = (area * assets["replacement_value"].fillna(0) / 1000 * assets["importance"]).sum()
    assert programme.summary.reached == pytest.approx(total, rel=1e-6)
    assert programme.summary.reached <= programme.bound * (1 + 1e-9)
    # The benefit stays what it is.
    assert programme.benefit == pytest.approx(assets["benefit"].sum(), abs=1.0)


def test_rules_of_thumb_seek_the_same_and_do_no_better(programme: Programme) -> None:
    rows = {row["name"]: row for row in programme.summary.baselines}
    assert set(rows) == {"worst first", "incremental benefit-cost", "year by year"}
    for row in rows.values():
        assert 0 < row["reached"] <= programme.summary.reached + 0.01


def test_every_sentence_of_it_is_in_index_years(programme: Programme) -> None:
    summary = programme.summary
    assert summary.objective.startswith("condition above 40 gained")
    sentences = [
        *price_sentences(summary),
        *(phasing_sentence(row, summary.sought.unit) for row in summary.phasing["cases"]),
    ]
    assert len(sentences) > 3
    for text in sentences:
        assert "index-years" in text
        assert "worth £" not in text
        assert "gain £" not in text
    assert "£1,000 of replacement value" in worth_words(summary)
    treated = programme.assets[programme.assets["strategy"] != "do-nothing"]
    assert treated["reason"].str.match(r"Gains [\d.]+ index-years for each £1").all()
    others = programme.assets[programme.assets["strategy"] == "do-nothing"]["reason"]
    assert others.str.contains("gain [0-9,]+ index-years, but").any()
    assert not programme.assets["reason"].str.contains("save").any()
    notes = notes_of(summary, "no replacement value")
    assert notes == ["Bridges: 1 assets have none, so their condition counts nothing."]
    assert "Importance: how it rises with criticality" in summary.unverified


def test_explained_in_index_years(programme: Programme) -> None:
    for strategy in ("treated", "not"):
        rows = programme.assets[(programme.assets["strategy"] == "do-nothing") == (strategy == "not")]
        text = assetplan.explain(programme, rows["asset_id"].iloc[0]).text()
        assert "net index-years" in text
        assert "importance" in text
        assert ("Closing its road" in text) == (rows["criticality"].iloc[0] >= 0)
        assert "seeks condition" in text


def test_amounts_of_index_years_are_rounded_to_three_figures() -> None:
    assert gained(1_234_567.0, "index-years") == "1,230,000 index-years"
    assert gained(-12.4, "index-years") == "-12 index-years"
    assert gained(0.2, "index-years") == "0 index-years"
    assert gained(1_234_567.0, "£") == "£1.23m"
