"""Candidate schemes of the small example county, and the sites of its programme."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from assetplan.connectivity.layout import lay_out
from assetplan.connectivity.road_runs import road_runs
from assetplan.formulation import Formulation, build_problem
from assetplan.formulation.works import Works
from assetplan.programme import Programme
from assetplan.sites import load_sites


@pytest.fixture(scope="module")
def stated(small_stages) -> tuple[Formulation, Works]:
    inputs, options = small_stages[0], small_stages[3]
    assets = inputs.register.assets
    runs = road_runs(assets, lay_out(assets, inputs.register.other_roads), inputs.tables.classes)
    formulation = build_problem(inputs, options, runs)
    return formulation, Works.of(assets, inputs.model, formulation.options)


def test_a_scheme_is_closed_once_or_twice_years_apart(stated: tuple[Formulation, Works]) -> None:
    modes = stated[0].sharing.modes
    assert len(modes) > 100
    twice = modes[modes["again"] >= 0]
    assert len(twice) > 0
    assert (twice["again"] - twice["year"] >= 3).all()


def test_parts_of_a_site_and_of_a_closure_are_the_whole(stated: tuple[Formulation, Works], small_stages) -> None:
    """Each section of a mode bears its part, so that all of them bear one site a crew, and one closure a year."""
    formulation, works = stated
    sharing, sites = formulation.sharing, small_stages[0].sites
    option = np.flatnonzero((sharing.mode >= 0) & (sharing.year >= 0) & ~sharing.beside[formulation.options.asset])
    done = pd.Series(works.treatment, index=works.option)[option].to_numpy()
    crew = sites["crew"].reindex(works.treatments["treatment"]).to_numpy(dtype=object)[done]
    rows = pd.DataFrame(
        {
            "mode": sharing.mode[option], "year": sharing.year[option], "crew": crew,
            "asset": formulation.options.asset[option], "site": sharing.site[option],
            "closure": sharing.closure[option],
        }
    ).drop_duplicates(["mode", "asset"])  # fmt: skip
    assert rows.groupby(["mode", "year", "crew"])["site"].sum().to_numpy() == pytest.approx(1.0)
    assert rows.groupby(["mode", "year"])["closure"].sum().to_numpy() == pytest.approx(1.0)
    # A crew comes for works of its least length alone, all crews of a closure together.
    length = formulation_lengths(small_stages)[rows["asset"]]
    closed = rows.assign(length=length).groupby(["mode", "year"]).agg(length=("length", "sum"), crews=("crew", set))
    least = sites.groupby("crew")["minimum_length"].min().fillna(0.0)
    assert all(row.length >= max(least[crew] for crew in row.crews) - 1e-6 for row in closed.itertuples())


def formulation_lengths(small_stages) -> np.ndarray:
    """Length of every asset [m]."""
    return small_stages[0].register.assets["length_m"].fillna(0.0).to_numpy(dtype=float)


def test_no_site_of_a_programme_is_below_its_least_size(small_programme: Programme) -> None:
    works = pd.DataFrame(small_programme.works)
    works = works[works["asset_class"].isin(["carriageway", "footway"])]
    least = load_sites(set(works["treatment"]))[["minimum_length", "minimum_cost"]].reindex(works["treatment"])
    works = works.assign(least_m=least["minimum_length"].fillna(0).to_numpy(), least=least["minimum_cost"].to_numpy())
    sites = works.groupby(["scheme_id", "year"]).agg(
        length=("length_m", "sum"), cost=("cost", "sum"), least_m=("least_m", "min"), least=("least", "min"),
        committed=("committed", "any"),
    )  # fmt: skip
    own = sites[~sites["committed"]]
    assert len(own) > 100
    assert (own["length"] >= own["least_m"] - 1e-6).all()
    assert (own["cost"] >= own["least"] - 0.01).all()
