"""Public objects and results show themselves briefly, escape what they show, and can be compared and kept in a set."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from histories_made import curve_histories

import assetplan
from assetplan import deterioration, network
from assetplan.answers.levers import Lever
from assetplan.connectivity.layers import network_layers
from assetplan.connectivity.layout import lay_out
from assetplan.display import Shown, brief, cut
from assetplan.errors import Fault
from assetplan.formulation import build_problem
from assetplan.limits import LimitKey
from assetplan.optimisation.solving import solve
from assetplan.outcome.outcome import outcome_of
from assetplan.programme import Programme
from assetplan.rounds.folder import made

SCRIPT = "<script>alert(1)</script>"


def _parts(programme: Programme, stages: tuple) -> dict[str, object]:
    """A plan solved step by step, every step of it."""
    inputs, starting, traffic, options = stages
    assets = inputs.register.assets
    layout, formulation = lay_out(assets), build_problem(inputs, options)
    solution = solve(formulation.problem, 1e-2, 20.0)
    outcome = outcome_of(inputs, starting, traffic, formulation, solution)
    explanation = assetplan.explain(programme, str(assets["asset_id"].iloc[0]))
    return {
        **{type(one).__name__: one for one in (inputs, starting, layout, traffic, formulation, solution, outcome)},
        **{type(one).__name__: one for one in (explanation, programme.summary, programme.strategies)},
        "Register": inputs.register,
        "Tables": inputs.tables,
        "LifecycleModel": inputs.model,
        "Group": next(iter(inputs.model.groups.values())),
        "Candidates": formulation.options,
        "Problem": formulation.problem,
        "Flows": formulation.problem.flows,
        "SharedSites": formulation.sharing,
        "Trajectory": outcome.plan,
        "Statement": programme.accounts[0],
        "Lever": Lever("line", by_year={2020: 1.0}),
        "Inspection": assetplan.inspect(inputs.register),
        "NetworkLayers": network_layers(inputs.register, "register"),
    }


def _fits() -> dict[str, object]:
    """Small fits of each kind, and what they were made from."""
    age = np.linspace(0, 20, 12)
    inspections = assetplan.inspections_of(curve_histories(30, 1))
    chain = deterioration.fit_markov([0] * 5 + [1] * 5, [0] * 4 + [1] * 5 + [2], [1] * 10, 3)
    return {
        "CurveFit": deterioration.fit_curve(age, 100 - 2 * age + np.sin(age), "linear", fixed={"c0": 100}),
        "MarkovFit": chain,
        "WeibullFit": deterioration.fit_weibull([8, 12, 15, 17, 20, 20], [1, 1, 1, 1, 1, 0]),
        "Curve": deterioration.Curve("linear", k=2.0),
        "Inspections": inspections,
        "Calibration": assetplan.calibrate(inspections, family="linear", check=False),
    }


def _networks() -> dict[str, object]:
    """A square of roads, and what is derived from it."""
    square = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    noded = network.node_lines(shapely.linestrings(list(pairwise(square))))
    return {
        "Noded": noded,
        "Network": noded.network,
        "Detours": network.detours(noded.network, [0]),
        "Betweenness": network.betweenness(noded.network),
    }


def _choices() -> dict[str, object]:
    rows = pd.MultiIndex.from_tuples([("A1", "none"), ("A1", "seal")])
    options = pd.DataFrame({"benefit": [0, 60], "cost": [0, 40]}, index=rows)
    return {
        "Selection": assetplan.optimise(options, caps={"cost": 50}),
        "LimitKey": LimitKey("line", line="bridges", year=2022),
        "RegisterError": assetplan.RegisterError(Fault("a.csv", row, "x", "1" * 50, "is wrong") for row in range(99)),
        "InfeasibleError": assetplan.InfeasibleError("no choice " * 999, ()),
    }


@pytest.fixture(scope="module")
def objects(
    small_programme: Programme, small_stages: tuple, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    first = {"Programme": small_programme, "Plan": small_stages[0].plan}
    first |= {"ProgrammePlots": small_programme.plot, "ProgrammeTables": small_programme.table}
    first["Round"] = assetplan.read_round(made(tmp_path_factory.mktemp("round")))
    return first | _parts(small_programme, small_stages) | _fits() | _networks() | _choices()


def test_reprs_are_short_and_nothing_raises(objects: dict[str, object]) -> None:
    for name, one in objects.items():
        assert type(one).__name__ == name
        for text in (repr(one), str(one) if not isinstance(one, Exception) else ""):
            assert len(text.splitlines()) < 10, name
            assert len(text) <= 1000, name
        assert one == one
        assert one != object()
        assert {one: name}[one] == name
        if isinstance(one, Shown):
            assert (one == copy(one)) in (True, False)


def test_results_are_tables_in_a_notebook(objects: dict[str, object]) -> None:
    shown = {name for name, one in objects.items() if isinstance(one, Shown)}
    assert set(objects) - shown == {"Curve", "LimitKey", "RegisterError", "InfeasibleError"}
    for name in shown:
        text = objects[name]._repr_html_()  # type: ignore[attr-defined]
        assert "<table" in text, name
        assert len(text) < 60_000, name  # a picture among it


def test_every_public_type_was_looked_at(objects: dict[str, object]) -> None:
    public = {name for name in assetplan.__all__ if isinstance(getattr(assetplan, name), type)}
    errors = {"ConfigError", "OutputExistsError"}  # as RegisterError, as FileExistsError
    assert public - set(objects) - errors == {"Readings", "Survey"}  # of a register with readings: tests/inspection


def test_text_of_a_register_is_escaped(objects: dict[str, object]) -> None:
    @dataclass(frozen=True, eq=False, repr=False)
    class Result(Shown):
        title: str
        table: pd.DataFrame

    named = Result(SCRIPT, pd.DataFrame({SCRIPT: [SCRIPT]}))
    register = objects["Register"]
    for one in (named, replace(register, notes=((SCRIPT, 1),))):  # type: ignore[type-var]
        text = one._repr_html_()
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_values_in_few_words() -> None:
    assert brief(np.zeros((3, 4))) == "array (3, 4)"
    assert brief(1234567.0) == "1,234,567"
    assert brief(pd.Series([1.5, 2.0], ["k", "b"])) == "k 1.5, b 2"
    assert brief(pd.DataFrame({"a": [1], "b": [2]})) == "1 row: a, b"
    assert brief(tuple(range(9))) == "9: 0, 1, 2, 3, 4, 5, …"
    assert brief({"a": 1}) == "1: a"
    assert cut("a  b\nc", 4) == "a b…"
