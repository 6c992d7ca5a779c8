"""Risk as what a plan seeks, and as a limit: against each candidate followed by itself, and against an exact model."""

from __future__ import annotations

import numpy as np
import pytest
from constraint_cases import LINES, case, check, exact, small_plan, small_register

from assetplan.errors import ConfigError
from assetplan.formulation.objective import risk_removed
from assetplan.limits import LimitKey
from assetplan.strategies import simulate, starting_condition

SCARCE = {"lines": {line: [amount * 0.3 for amount in amounts] for line, amounts in LINES.items()}}
SEEKS = {"objective": {"of": "risk removed"}}


def followed(stated, streams: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of every candidate and of do-nothing: streams by year, and their present value, by replaying one at a time."""
    assets, model, options = stated.inputs.register.assets, stated.inputs.model, stated.formulation.options
    starting = starting_condition(assets, model)
    yearly, present = np.zeros((len(options.asset), 3)), np.zeros(len(options.asset))
    nothing = np.full((len(assets), 3), -1, dtype=np.int8)
    most = int(np.diff(options.starts).max())
    for place in range(most):
        rows = np.minimum(options.starts[:-1] + place, options.starts[1:] - 1)
        future = simulate(assets, starting, options.schedule[rows], model)
        yearly[rows] = sum(future.yearly[name] for name in streams)
        present[rows] = sum(future.streams[name] for name in streams)
    bare = simulate(assets, starting, nothing, model)
    return (
        yearly,
        present,
        sum(bare.yearly[name] for name in streams),
        sum(bare.streams[name] for name in streams),
    )


@pytest.mark.parametrize("streams", [("risk",), ("risk", "claims", "user")])
def test_risk_removed_is_what_each_candidate_takes_off_the_streams_of_risk(streams: tuple[str, ...]) -> None:
    stated = case(SCARCE, risk={"streams": list(streams)}, **SEEKS)
    options = stated.formulation.options
    yearly, present, _, nothing = followed(stated, streams)
    rules = stated.inputs.model.rules
    np.testing.assert_allclose(options.stream_apart(rules, streams)[:, :-1], yearly, rtol=1e-9, atol=1e-6)
    removed = nothing[options.asset] - present
    np.testing.assert_allclose(risk_removed(options, rules, streams), removed, rtol=1e-9, atol=1e-4)
    np.testing.assert_allclose(stated.problem.benefit, removed, rtol=1e-9, atol=1e-4)


@pytest.mark.slow
def test_the_programme_that_removes_most_risk_is_that_of_an_exact_model() -> None:
    stated = case(SCARCE, **SEEKS)
    solution = check(stated, "bridges 2019", 500.0)
    other = case(SCARCE).solve()
    assert solution.benefit > stated.problem.benefit[other.chosen].sum()


CAP = {"name": "risk of bridges", "of": "risk", "asset_class": "bridge"}


@pytest.mark.slow
def test_a_cap_on_risk_holds_what_assets_cost_in_it_whatever_is_done_to_them() -> None:
    free = case(SCARCE, limits=[CAP | {"at_most": 1e9}])
    yearly, _, bare, _ = followed(free, ("risk",))
    bridges = (free.inputs.register.assets["asset_class"] == "bridge").to_numpy()
    solution = free.solve()
    row = free.row("risk of bridges")
    assert free.formulation.rows[row].key == LimitKey("risk", "risk of bridges")
    assert solution.used[row] == pytest.approx(yearly[solution.chosen][bridges].sum())
    least_stated = case(SCARCE, limits=[CAP | {"at_most": 1e9}], **SEEKS)
    least, now = least_stated.solve().used[row], solution.used[row]
    assert least < now < bare[bridges].sum()
    bound = (least + now) / 2
    capped = case(SCARCE, limits=[CAP | {"at_most": bound}])
    tighter = capped.solve()
    assert tighter.used[capped.row("risk of bridges")] <= bound * (1 + 1e-9)
    assert tighter.benefit == pytest.approx(exact(capped.problem), abs=0.01)
    assert tighter.benefit < solution.benefit


def test_a_cap_on_risk_may_be_of_each_year() -> None:
    stated = case(SCARCE, limits=[CAP | {"at_most": [1e9, 1e9, 1e9]}])
    yearly = followed(stated, ("risk",))[0]
    bridges = (stated.inputs.register.assets["asset_class"] == "bridge").to_numpy()
    solution = stated.solve()
    used = [solution.used[stated.row(f"risk of bridges {year}")] for year in (2019, 2020, 2021)]
    np.testing.assert_allclose(used, yearly[solution.chosen][bridges].sum(axis=0))


def test_a_plan_that_asks_nothing_of_risk_keeps_nothing_apart() -> None:
    options = case(SCARCE).formulation.options
    assert options.apart.size == 0


def test_limits_on_risk_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"limits\[1\].*whatever is done to them: line, kind and treatment go"):
        small_plan(limits=[CAP | {"at_most": 1, "line": "bridges"}])
    with pytest.raises(ConfigError, match=r"risk\.streams.*works are what removes risk"):
        small_plan(risk={"streams": ["works"]})
    with pytest.raises(ConfigError, match=r"risk\.streams.*'claims'.*must be one that the plan counts: works, risk"):
        case(risk={"streams": ["claims"]}, benefit={"streams": ["works", "risk"]}, **SEEKS)
    assert small_register().assets["asset_class"].eq("bridge").any()
