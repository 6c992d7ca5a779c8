"""Retexturing restores texture alone: offered where that takes points of the RCI, and gone once it is worn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifecycles import CATALOGUE, GROUPS, MODEL, agree_with_the_tree, assets_of, nothing
from test_effects import model

from assetplan.errors import ConfigError
from assetplan.reference import load_table
from assetplan.strategies import candidates, simulate, starting_condition, without_texture
from assetplan.strategies.candidates import start_of
from assetplan.treatments import load_catalogue

WORKED = 136.851  # RCI of an A road whose texture of 0.55 mm takes 37.5 (test_carriageway_condition)
SOUND = {"A": 0.7, "B": 0.6, "C": 0.6, "U": 0.6}  # mm, as printed


def roads(rci: list[float], road_class: str = "A", **columns: object) -> pd.DataFrame:
    """Rural roads by their RCI, of texture 0.55 mm."""
    group = f"carriageway_{'BC' if road_class in 'BC' else road_class}"
    given = {"measure": "rci", "road_class": road_class, "environment": "rural", "texture_mm": 0.55} | columns
    return assets_of(group, rci, **given)


def code_of(treatment: str, group: str = "carriageway_A") -> int:
    return [t.name for t in CATALOGUE.treatments[group]].index(treatment)


def followed(assets: pd.DataFrame, steps: dict[int, str]) -> np.ndarray:
    """Index at the end of each year where all have treatments in years 0 to 4."""
    schedule = nothing(assets)
    for year, treatment in steps.items():
        schedule[:, year] = code_of(treatment)
    return simulate(assets, starting_condition(assets, MODEL), schedule, MODEL).index


def test_the_worked_road_loses_what_texture_takes_and_nothing_else() -> None:
    """RCI 136.851 is index 40 − 25 · 0.36851; less 37.5 it is 99.351, index 70 − 30 · 59.351 / 60."""
    assets = roads([WORKED])
    start = start_of("carriageway_A", MODEL, starting_condition(assets, MODEL), np.array([0]))
    after, cost = start.treat(CATALOGUE.treatments["carriageway_A"][code_of("retexturing")])
    assert start.index()[0] == pytest.approx(30.78725, abs=1e-6)
    assert after.index()[0] == pytest.approx(40.3245, abs=1e-6)
    assert cost[0] == 3.0


def test_what_it_gives_wears_off_evenly_and_leaves_nothing() -> None:
    assets = roads([20.0, 60.0, WORKED])
    bare, done = followed(assets, {}), followed(assets, {1: "retexturing"})
    life = 3  # years, of an A road
    np.testing.assert_allclose(done[:, 1], bare[:, 1])
    np.testing.assert_allclose(done[:, 1 + life :], bare[:, 1 + life :], atol=1e-9)
    assert (done[:, 2 : 1 + life] > bare[:, 2 : 1 + life]).all()
    assert (np.diff(bare, axis=1) <= 1e-9).all()
    group = GROUPS["carriageway_A"]
    younger = group.age(bare) - group.age(done)
    np.testing.assert_allclose(younger[:, 3], younger[:, 2] / 2, rtol=1e-6)


@pytest.mark.parametrize("road_class", "ABCU")
def test_it_is_offered_below_the_threshold_of_the_class_alone(road_class: str) -> None:
    sound = SOUND[road_class]
    depths = [sound - 0.01, sound, sound + 1, np.nan, sound - 0.01, sound - 0.01, sound - 0.01]
    assets = roads([60.0] * 7, road_class, texture_mm=depths)
    assets.loc[4, ["measure", "value"]] = ["pci", 60.0]
    assets.loc[5, "environment"] = ""
    assets.loc[6, "road_class"] = ""
    tree = candidates(assets, starting_condition(assets, MODEL), MODEL)
    code = code_of("retexturing", str(assets["group"].iloc[0]))
    offered = np.zeros(7, dtype=bool)
    offered[tree.asset[(tree.schedule == code).any(axis=1)]] = True
    assert offered.tolist() == [True, False, False, False, False, False, False]


def test_texture_takes_no_more_than_the_rci_that_was_surveyed() -> None:
    assets = roads([10.0, 90.0], texture_mm=0.1)
    assert starting_condition(assets, MODEL).texture == pytest.approx([10.0, 75.0])


def test_works_end_what_is_left_of_it() -> None:
    """A dressing after it gives what it gives without it, and nothing restores texture once there were works."""
    assets = roads([60.0])
    alone = followed(assets, {3: "patching"})
    np.testing.assert_allclose(followed(assets, {1: "retexturing", 3: "patching"})[:, 4:], alone[:, 4:], atol=1e-9)
    after = followed(assets, {0: "surface_dressing", 3: "retexturing"})
    np.testing.assert_allclose(after, followed(assets, {0: "surface_dressing"}), atol=1e-9)


def test_the_tree_agrees_with_what_is_simulated() -> None:
    agree_with_the_tree(roads([30.0, 60.0, WORKED], road_class="B"), MODEL, every=5)


def test_where_no_texture_is_lost_nothing_changes() -> None:
    assets = roads([30.0, 60.0, WORKED], texture_mm=[0.7, np.nan, 2.0])
    lean = without_texture(MODEL, assets)
    assert "retexturing" not in lean.catalogue.names
    with_rows, without = (candidates(assets, starting_condition(assets, MODEL), each) for each in (MODEL, lean))
    for name in ("asset", "schedule", "cost", "whole_life_cost", "benefit", "index", "nothing_index"):
        np.testing.assert_array_equal(getattr(with_rows, name), getattr(without, name))
    assert without_texture(MODEL, roads([30.0])) is MODEL


def test_a_commitment_to_it_is_kept_where_nobody_measured_texture() -> None:
    assets = roads([60.0], texture_mm=np.nan, committed_treatment="retexturing", committed_year=2019.0)
    assert without_texture(MODEL, assets) is MODEL
    tree = candidates(assets, starting_condition(assets, MODEL), MODEL)
    assert tree.schedule.tolist() == [[code_of("retexturing"), -1, -1, -1, -1]]
    assert tree.benefit == pytest.approx(-tree.cost.sum())


def test_no_policy_after_the_plan_restores_texture() -> None:
    policy = MODEL.after("carriageway_A", ("rural",)).policy
    assert {t.name for t in policy.treatments}.isdisjoint({"retexturing"})


@pytest.mark.parametrize(
    ("row", "cells", "fault"),
    [
        ("carriageway_A__retexturing", {"restores": "skid"}, "restores: 'skid' must be texture or blank"),
        ("carriageway_A__retexturing", {"raise_by": 5}, "needs raise_by, reset_to, slow_factor and states blank"),
        ("footway__retexturing", {"restores": "texture"}, "must be blank: only carriageways have a texture"),
        ("carriageway_A__retexturing", {"restores": np.nan}, "does nothing"),
    ],
)
def test_wrong_rows_are_faults(row: str, cells: dict, fault: str, tmp_path) -> None:
    with pytest.raises(ConfigError, match=fault):
        model(tmp_path, **{row: cells})


def test_a_follow_on_policy_of_it_is_refused(tmp_path) -> None:
    own = pd.DataFrame({"group": ["carriageway_A"], "treatment": "retexturing", "index_at_or_below": 50.0})
    columns = load_table("follow_on").columns
    own.reindex(columns=columns).assign(source="test", verified="no").to_csv(tmp_path / "f.csv", index=False)
    with pytest.raises(ConfigError, match="must reset the index"):
        load_catalogue(GROUPS, follow_on=tmp_path / "f.csv")
