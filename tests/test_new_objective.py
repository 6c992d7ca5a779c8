"""An objective that the package does not know is one small module: condition of A roads alone, counted by length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from constraint_cases import LINES, case, check, small_plan, small_register
from summaries import with_summary

import assetplan
from assetplan.cli.plan_text import summary_text
from assetplan.errors import ConfigError
from assetplan.objectives import OBJECTIVES, Gains, Objective, Sought, add_objective
from assetplan.programme import Programme
from assetplan.programme.words import worth_words
from assetplan.report.facts import Facts
from assetplan.report.sections import about, headline, value_for_money

# The module: what it adds up, and its words.


def a_roads(gains: Gains) -> np.ndarray:
    metres = np.where(gains.assets["road_class"] == "A", gains.assets["length_m"].fillna(0.0), 0.0)
    return gains.condition() * metres[gains.asset]


A_ROADS = Objective(
    "A roads",
    a_roads,
    Sought(
        unit="metre-points",
        seeks="the condition of A roads",
        objective="condition above {cut_off:g} gained in the plan years, times length of A road",
        worth="condition of A roads gained",
        counted="condition of A roads gained",
        total="condition gained by length of A road",
        best="best for A roads",
        note="A metre-point is one point of condition for one year on one metre.",
        bears_cost=False,
    ),
)
# Another, in pounds.
WEIGHED = Objective(
    "weighed benefit",
    lambda gains: gains.benefit * gains.assets["importance"].to_numpy(dtype=float)[gains.asset],
    Sought(
        unit="£",
        seeks="weighed benefit",
        objective="benefit times importance",
        worth="benefit times importance",
        counted="weighed benefit",
        total="sum of weighed benefits",
    ),
)

# What follows from it, with money that does not do for all A roads.

SCARCE = {"lines": {line: [amount * 0.3 for amount in amounts] for line, amounts in LINES.items()}}


@contextmanager
def added() -> Iterator[None]:
    add_objective(A_ROADS)
    add_objective(WEIGHED)
    yield
    for objective in (A_ROADS, WEIGHED):
        del OBJECTIVES[objective.name]


@pytest.fixture(autouse=True)
def _added() -> Iterator[None]:
    with added():
        yield


@pytest.fixture(scope="module")
def programme() -> Programme:
    with added():
        return assetplan.plan(small_plan(SCARCE, objective={"of": "A roads"}), small_register())


def test_the_solver_finds_the_most_of_it() -> None:
    stated = case(SCARCE, objective={"of": "A roads"})
    solution = check(stated, "carriageway_major 2019", 500.0)
    other = (stated.inputs.register.assets["road_class"] != "A").to_numpy()[stated.formulation.options.asset]
    assert not stated.problem.benefit[other].any()
    assert solution.benefit > stated.problem.benefit[case(SCARCE).solve().chosen].sum()


def test_the_summary_keeps_its_unit_and_words_for_readers_that_do_not_know_it(
    programme: Programme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme.write(tmp_path / "out")
    monkeypatch.delitem(OBJECTIVES, "A roads")
    summary = assetplan.read_programme(tmp_path / "out").summary
    assert summary.of == "A roads"
    assert asdict(summary.sought) == asdict(A_ROADS.sought)
    assert summary.objective == "condition above 40 gained in the plan years, times length of A road"
    assert len(summary.baselines) == 3


def test_the_terminal_counts_in_its_unit(programme: Programme) -> None:
    text = " ".join(summary_text(programme).split())
    assert f"{programme.summary.reached:,.0f} metre-points: condition above 40 gained in the plan years" in text
    assert f"{programme.summary.bound:,.0f} metre-points: no programme within these limits can do better" in text
    assert worth_words(programme.summary) == f"Worth is condition of A roads gained. {A_ROADS.sought.note}"
    assert "it would gain" in text
    assert "would gain £" not in text


def test_the_report_speaks_of_it(programme: Programme) -> None:
    facts = Facts(programme)
    worth = value_for_money.SECTION.render(facts)
    assert "The plan seeks the condition of A roads, and gains" in worth
    assert "A metre-point is one point" in worth
    assert "Condition of A roads gained, million metre-points" in worth
    assert "Metre-points gained by one more pound on each limit" in worth
    assert "so that the condition gained by length of A road is the largest" in about.SECTION.render(facts)
    short = with_summary(programme, gap=0.01)
    assert "of the best for A roads possible" in headline.SECTION.render(Facts(short))


def test_reasons_and_explanations_speak_of_it(programme: Programme) -> None:
    treated = programme.assets[programme.assets["strategy"] != "do-nothing"]
    assert treated["reason"].str.match(r"Gains [\d.]+ metre-points for each £1").all()
    left = programme.assets[programme.assets["road_class"] != "A"]["reason"]
    assert left.str.contains("would gain the condition of A roads that counts").any()
    printed = assetplan.explain(programme, str(treated["asset_id"].iloc[0])).text()
    text = " ".join(printed.split())
    assert "net metre-points" in text
    assert "Net is the condition of A roads gained, less" in text
    assert "seeks the condition of A roads, so net is counted in metre-points. A metre-point is" in text


@pytest.mark.slow
def test_one_in_pounds_bears_a_price_on_change(tmp_path: Path) -> None:
    register = small_register()
    before = assetplan.plan(small_plan(), register)
    before.write(tmp_path / "out")
    stability = {"from": str(tmp_path / "out"), "price": 50.0, "firm": "price"}
    programme = assetplan.plan(small_plan(objective={"of": "weighed benefit"}, stability=stability), register)
    assert programme.strategies is not None
    changed = programme.strategies.changes[programme.strategies.chosen]
    was = before.assets.set_index("asset_id")["strategy"].reindex(programme.assets["asset_id"]).to_numpy()
    np.testing.assert_array_equal(changed, was != programme.assets["strategy"].to_numpy())
    weighed = (programme.assets["benefit"] * programme.assets["importance"]).sum()
    assert programme.summary.reached == pytest.approx(weighed - 50.0 * changed.sum(), abs=0.5)
    text = summary_text(programme)
    assert "benefit times importance" in text
    assert "Weighed benefit, £m" in value_for_money.SECTION.render(Facts(programme))
    treated = programme.assets[programme.assets["strategy"] != "do-nothing"]
    assert treated["reason"].str.match(r"Gains £[\d.]+ for each £1").all()


def test_an_unknown_objective_is_refused_with_the_names_in_force() -> None:
    rule = r"objective\.of.*'least cost', 'least carbon', 'risk removed', 'A roads' or 'weighed benefit'"
    with pytest.raises(ConfigError, match=rule):
        small_plan(objective={"of": "B roads"})
    with pytest.raises(
        ConfigError, match="in pounds, and a plan that seeks the condition of A roads counts metre-points"
    ):
        small_plan(objective={"of": "A roads"}, stability={"from": "out", "price": 5.0})
    with pytest.raises(ValueError, match="'A roads' already"):
        add_objective(A_ROADS)
