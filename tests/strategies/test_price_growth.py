"""Prices of works that rise more than others: what they make of costs in the plan years."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lifecycles import MODEL, agree_with_the_tree, assets_of, walls

from assetplan.strategies import candidates, starting_condition
from assetplan.treatments import load_catalogue

RATES = {"works": (0.01,), "carriageway_major": (0.05, 0.02), "surface_dressing": (-0.03,), "property": (0.025,)}
GROWN = replace(MODEL, catalogue=MODEL.catalogue.with_prices(RATES, {}))


def test_a_treatment_s_own_rate_comes_before_its_lines_and_that_of_all_works() -> None:
    rates = {t.name: t.growth for t in GROWN.catalogue.own("carriageway_BC")}
    assert (rates["surface_dressing"], rates["resurfacing"], rates["patching"]) == ((-0.03,), (0.05, 0.02), (0.01,))
    assert {t.growth for t in GROWN.catalogue.own_all["carriageway_BC"] if t.kind == "major"} == {(0.05, 0.02)}
    assert {t.growth for t in load_catalogue(MODEL.groups).own("footway")} == {(0.0,)}
    dressing = next(t for t in GROWN.catalogue.own("carriageway_BC") if t.name == "surface_dressing")
    assert [dressing.price_ratio(year) for year in (0, 1, 3)] == pytest.approx([1, 0.97, 0.97**3])
    major = next(t for t in GROWN.catalogue.own("carriageway_BC") if t.kind == "major")
    assert [major.price_ratio(year) for year in (0, 1, 2, 4)] == pytest.approx([1, 1.05, 1.05 * 1.02, 1.05 * 1.02**3])


@pytest.mark.parametrize("assets", [assets_of("carriageway_BC", [35.0, 60.0]), walls([30.0])])
def test_each_year_of_the_plan_has_its_price(assets) -> None:
    starting = starting_condition(assets, MODEL)
    plain, grown = candidates(assets, starting, MODEL), candidates(assets, starting, GROWN)
    treatments = GROWN.catalogue.treatments[assets["group"].iloc[0]]
    price = np.array([[t.price_ratio(year) for year in range(5)] for t in treatments] + [[1.0] * 5])
    assert np.array_equal(plain.schedule, grown.schedule)
    assert grown.cost == pytest.approx(plain.cost * price[grown.schedule, np.arange(5)])  # −1 is none


def test_trajectories_cost_what_the_tree_has_them_at() -> None:
    agree_with_the_tree(assets_of("carriageway_BC", [30.0, 70.0]), GROWN, every=7)
