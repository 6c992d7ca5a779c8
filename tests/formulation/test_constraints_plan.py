"""A whole plan in the full language: its own tables show what was asked, and its sums hold by a second route."""

from __future__ import annotations

import pandas as pd
import pytest
from constraint_cases import small_plan, small_register
from summaries import notes_of

import assetplan
from assetplan.programme import Programme

SECTIONS = ["R0114", "R0115", "R0116"]


@pytest.fixture(scope="module")
def programme() -> Programme:
    plan = small_plan(
        {"carry_over": {"default": 0.3}, "virement": {"default": 0.1}, "preventative": {"min": 0.3}},
        limits=[{"name": "north", "district": "Uphampton", "at_most": [60_000] * 3}],
        sources=[
            {"name": "grant", "amounts": [40_000] * 3, "kind": "preventative"},
            {"name": "own", "amounts": [60_000] * 3},
        ],
        schemes=[
            {"name": "High Street", "assets": SECTIONS, "treatment": ["surface_dressing"], "mobilisation": 1_000},
            {"name": "odd", "assets": ["R0001", "R0122"], "treatment": ["surface_dressing"]},
        ],
        targets=[{"asset_class": "carriageway", "band": "poor", "year": 2019, "at_most": 0.25}],
    )
    return assetplan.plan(plan, small_register())


def test_the_condition_table_shows_the_target_met(programme: Programme) -> None:
    rows = pd.DataFrame(programme.summary.condition).query("asset_class == 'carriageway' and year == 2019")
    for case, met in (("plan", True), ("do-nothing", False)):
        mine = rows[rows["case"] == case].set_index("band")["quantity"]
        # Rows are rounded to 0.1 m.
        assert (mine[["poor", "very poor"]].sum() / mine.sum() <= 0.25 + 1e-4) == met


def test_a_scheme_is_one_and_its_shared_cost_is_in_every_sum(programme: Programme) -> None:
    works = programme.works[programme.works["asset_id"].isin(SECTIONS)]
    assert len(works) == 3
    assert works["year"].nunique() == 1
    rate = works["cost"] / works["quantity"]
    # One section alone bears the mobilisation, so its works cost £1,000 more than at the others' rate.
    extra = (rate - rate.min()) * works["quantity"]
    assert sorted(extra) == pytest.approx([0.0, 0.0, 1_000.0], abs=0.05)
    assert set(works["asset_id"]) == set(SECTIONS)
    saved = sum(row["do_nothing"] - row["plan"] for row in programme.summary.streams)
    assert saved == pytest.approx(programme.summary.benefit, rel=1e-6)
    assert programme.works["cost"].sum() == pytest.approx(programme.summary.cost, abs=0.01)


def test_spend_keeps_to_the_district_and_the_sources(programme: Programme) -> None:
    works = programme.works
    north = works[works["district"] == "Uphampton"].groupby("year")["cost"].sum()
    assert north.max() <= 60_000.01
    kinds = works.pivot_table(index="year", columns="kind", values="cost", aggfunc="sum", fill_value=0.0)
    assert kinds["major"].max() <= 60_000.01
    assert kinds.sum(axis=1).max() <= 100_000.01
    assert kinds["preventative"].sum() >= 0.3 * kinds.to_numpy().sum() - 0.05


def test_a_scheme_that_cannot_go_ahead_is_a_model_note(programme: Programme) -> None:
    notes = notes_of(programme.summary, "scheme cannot go ahead")
    assert notes == ["odd: no year in which all its assets may be treated."]
    treated = programme.works[programme.works["asset_id"].isin(["R0001", "R0122"])]
    assert "surface_dressing" not in set(treated["treatment"])


def test_every_limit_is_listed_with_its_words(programme: Programme) -> None:
    rows = {row["limit"]: row for row in programme.summary.limits}
    assert rows["north 2020"]["words"] == 'limits[1] "north" at_most 2020'
    assert rows["poor carriageway 2019"]["unit"] == "km"
    assert rows["grant 2019"]["words"] == 'sources[1] "grant" 2019'
    # No works need money kept for a year or moved between lines, so none is listed.
    assert {row["kind"] for row in programme.summary.flows} == {"source"}


def test_least_cost_states_the_benefit_beside_the_objective() -> None:
    target = {"asset_class": "carriageway", "band": "poor", "year": 2019, "at_most": 0.2}
    programme = assetplan.plan(small_plan(objective={"of": "least cost"}, targets=[target]), small_register())
    assert programme.summary.status == "optimal"
    assert programme.benefit == pytest.approx(programme.assets["benefit"].sum(), abs=1.0)
    assert programme.benefit > 0 > programme.bound
    assert programme.summary.cost > 0
