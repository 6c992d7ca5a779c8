"""The planned share as a limit: against every choice of a block tried one by one, and an exact model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from component_cases import block, planned
from constraint_cases import Case, check, outcome_at, small_plan
from statutory_cases import case_with

from assetplan.errors import ConfigError, InfeasibleError
from assetplan.limits import LimitKey
from assetplan.programme.words import quantity
from assetplan.register.premises import COUNCIL
from assetplan.strategies import simulate, starting_condition

MONEY = {"lines": {"property": [40_000.0] * 3}}
SHARE = {"name": "planned property", "of": "planned share", "asset_class": "building"}
AT_LEAST, AT_MOST = "planned property at least", "planned property at most"


def by_option(stated: Case) -> tuple[np.ndarray, np.ndarray]:
    """Works and reactive repairs of every candidate by year (n_options, years), each followed by itself."""
    options, inputs = stated.formulation.options, stated.inputs
    assets = inputs.register.assets.iloc[options.asset].reset_index(drop=True)
    future = simulate(assets, starting_condition(assets, inputs.model), options.schedule, inputs.model)
    return options.cost, future.yearly["reactive"]


def share_of(works: np.ndarray, reactive: np.ndarray) -> np.ndarray:
    return np.asarray(works / (works + reactive))


def best_by_hand(stated: Case, money: float, least: float, each_year: bool) -> float:
    """The most benefit of all choices that reach a share within the money, every one of them tried."""
    starts = stated.problem.starts
    each = np.meshgrid(*(np.arange(starts[k], starts[k + 1]) for k in range(len(starts) - 1)), indexing="ij")
    choices = np.stack([part.ravel() for part in each], axis=1)
    works, reactive = (part[choices].sum(axis=1) for part in by_option(stated))
    within = (works <= money + 1e-6).all(axis=1)
    reached = share_of(works, reactive) if each_year else share_of(works.sum(axis=1), reactive.sum(axis=1))[:, None]
    within &= (reached >= least).all(axis=1)
    return float(stated.problem.benefit[choices].sum(axis=1)[within].max())


@pytest.mark.parametrize(("money", "least", "each_year"), [(80_000.0, 0.828, False), (40_000.0, 0.7, True)])
def test_the_choice_of_a_planned_share_is_the_best_of_all_that_there_are(
    money: float, least: float, each_year: bool
) -> None:
    envelope = {"lines": {"property": [money] * 3}}
    stated = planned(block("CDBDCC"), envelope, limits=[SHARE | {"at_least": [least] * 3 if each_year else least}])
    solution = stated.solve()
    assert solution.benefit == pytest.approx(best_by_hand(stated, money, least, each_year), abs=0.01)
    assert solution.benefit < best_by_hand(stated, money, 0.0, each_year)


def test_the_limit_binds_and_its_price_is_what_a_little_more_brings() -> None:
    stated = planned(block("CDBDCC"), MONEY, limits=[SHARE | {"at_least": 0.2, "at_most": 0.5}])
    solution = check(stated, AT_MOST, 20.0)
    row = stated.formulation.rows[stated.row(AT_MOST)]
    assert row.key == LimitKey("planned share", "planned property", side="at most")
    works, reactive = (part[solution.chosen].sum() for part in by_option(stated))
    assert solution.used[stated.row(AT_MOST)] == pytest.approx(0.5 * works - 0.5 * reactive)
    assert solution.used[stated.row(AT_LEAST)] == pytest.approx(0.8 * works - 0.2 * reactive)
    assert 0.2 < share_of(works, reactive) <= 0.5 + 1e-9
    assert quantity(100_000, row.unit) == "£100,000 of planned works"


def test_what_others_keep_up_has_no_reactive_repairs_of_the_council() -> None:
    register, kept = block("CDCD", responsibility=[COUNCIL] * 2 + ["tenant"] * 2), block("CD")
    both = [planned(each, MONEY, limits=[SHARE | {"at_least": 0.5}]) for each in (register, kept)]
    used = [stated.solve().used[stated.row(AT_LEAST)] for stated in both]
    assert used[0] == pytest.approx(used[1])


def test_a_share_that_no_choice_reaches_is_named_with_what_can_be_reached() -> None:
    stated = planned(block("CDBDCC"), MONEY, limits=[SHARE | {"at_least": 0.97}])
    with pytest.raises(InfeasibleError) as raised:
        stated.solve()
    text = str(stated.formulation.in_plan_words(raised.value))
    assert LimitKey("planned share", "planned property", side="at least") in raised.value.limits
    assert 'limits[1] "planned property" at_least: planned works above a share of 0.97' in text


def test_mandatory_works_on_the_same_buildings_are_planned(tmp_path: Path) -> None:
    head = "block_id,asset_id,regime,last,remedial_cost,remedial_year,remedial_line,remedial_funding,price_base\n"
    rows = head + "K1,,asbestos,2018-10-01,30000,2020,property,,2019\n"
    limits = [SHARE | {"at_least": 0.7}, SHARE | {"name": "by year", "at_least": [0.7] * 3}]
    stated = case_with(tmp_path, rows, limits=limits)
    first = stated.formulation.mandatory_use
    assert first[stated.row(AT_LEAST)] == pytest.approx(0.3 * 30_000)
    by_year = [first[stated.row(f"by year at least {year}")] for year in (2019, 2020, 2021)]
    np.testing.assert_allclose(by_year, [0.0, 9_000.0, 0.0])


def test_a_plan_without_the_limit_keeps_no_stream_apart_and_one_with_risk_keeps_both() -> None:
    assert planned(block("CD")).inputs.model.rules.apart == ()
    risk = {"name": "risk", "of": "risk", "at_most": 1e9}
    stated = planned(block("CD"), MONEY, limits=[risk, SHARE | {"at_least": 0.1}])
    assert stated.inputs.model.rules.apart == ("risk", "reactive")
    chosen = stated.formulation.problem.starts[:-1]
    outcome = outcome_at(stated, replace(stated.solve(), chosen=chosen))
    used = stated.problem.usage[chosen].sum(axis=0)
    assert used[stated.row("risk")] == pytest.approx(outcome.nothing.yearly["risk"].sum())
    assert used[stated.row(AT_LEAST)] == pytest.approx(-0.1 * outcome.nothing.yearly["reactive"].sum())


def test_shares_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"limits\[1\].*planned share counts assets.*line, kind and treatment go"):
        small_plan(limits=[SHARE | {"at_least": 0.7, "line": "bridges"}])
    with pytest.raises(ConfigError, match=r"limits\[1\]\.at_least.*must be a share, from 0 to 1"):
        small_plan(limits=[SHARE | {"at_least": 70}])
    with pytest.raises(ConfigError, match=r"limits\[1\]\.at_most.*must be a share, from 0 to 1"):
        small_plan(limits=[SHARE | {"at_most": [0.7, 1.1, 0.7]}])
    with pytest.raises(ConfigError, match=r"planned share.*reactive.*must be one that the plan counts: works, risk"):
        planned(block("CD"), MONEY, limits=[SHARE | {"at_least": 0.7}], benefit={"streams": ["works", "risk"]})
