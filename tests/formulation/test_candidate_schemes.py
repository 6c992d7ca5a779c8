"""Candidate schemes of roads drawn at random and of the small example county, and the sites of its programme."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case, case_of, small_register, street

from assetplan.connectivity.layout import lay_out
from assetplan.connectivity.road_runs import road_runs
from assetplan.formulation import Formulation, build_problem
from assetplan.formulation.candidate_schemes import RoadSections, SchemeLimits, form_candidates
from assetplan.formulation.divide import StretchRules
from assetplan.formulation.section_worth import SectionWorth
from assetplan.formulation.works import Works
from assetplan.optimisation.bounds.lagrangian import SAMPLE
from assetplan.programme import Programme
from assetplan.sites import load_sites

YEARS, FIRST, APART, UNTREATED, LONGEST = 6, 1, 2, 0.4, 900.0
LIMITS = SchemeLimits(
    StretchRules(LONGEST, UNTREATED), length=np.array([100.0, 200.0, 300.0]), area=np.array([0.0, 900.0, 0.0]),
    cost=np.array([5_000.0, 0.0, 2_000.0]), by_area=np.array([False, False, True]), apart=APART,
)  # fmt: skip
"""Three crews, the last of which works over an estate."""


def roads_at_random(seed: int) -> tuple[RoadSections, SectionWorth]:
    """Sections along a dozen roads, some of them in one of two estates; works of half of them bring something.

    Rows of the register have them in another order than their roads.
    """
    draw = np.random.default_rng(seed)
    run = np.sort(draw.integers(0, 12, 120))
    length = draw.uniform(20, 250, len(run)).round(1)
    estate = np.where(draw.random(len(run)) < 0.3, draw.integers(0, 2, len(run)), -1)
    value = draw.normal(0, 1, (len(run), 1, 1)) * 4_000 + draw.normal(0, 1, (len(run), 3, YEARS)) * 1_500
    value[estate >= 0, 2] += 1_500
    value[draw.random(value.shape) < 0.2] = -np.inf
    cost = draw.uniform(500, 4_000, value.shape).astype(np.float32)
    row = draw.permutation(len(run))
    at = np.argsort(row)
    worth = SectionWorth(value[at], draw.uniform(500, 4_000, (3, YEARS)), cost[at], 6 * length[at])
    return RoadSections(row, run, estate, length), worth


@cache
def formed(seed: int, sites: float) -> pd.DataFrame:
    """Candidate schemes of those roads: what the works of each row bring, their size and the least that it must be."""
    sections, worth = roads_at_random(seed)
    rows = form_candidates([(sections, LIMITS)], worth, FIRST, sites)
    at = np.argsort(sections.row)[rows["asset"]]
    cell, crew = tuple(rows[name] for name in ("asset", "crew", "works_year")), rows["crew"]
    return rows.assign(
        brings=worth.value[cell], site=worth.fixed[cell[1:]], least_length=LIMITS.length[crew],
        least_area=LIMITS.area[crew], least_cost=LIMITS.cost[crew], length=sections.length[at],
        area=worth.area[cell[0]], cost=worth.cost[cell], place=at, run=sections.run[at],
        over=LIMITS.by_area[crew] & (sections.estate[at] >= 0),
    )  # fmt: skip


each_county = pytest.mark.parametrize(("seed", "sites"), [*((k, np.inf) for k in range(5)), (0, 4.0), (1, 2.0)])


@each_county
def test_a_section_is_in_one_scheme_closed_in_years_apart(seed: int, sites: float) -> None:
    rows = formed(seed, sites)
    assert rows["scheme"].nunique() > 3
    assert (rows.groupby("asset")["scheme"].nunique() == 1).all()
    assert not rows.duplicated(["mode", "asset"]).any()
    twice = rows["again"] >= 0
    assert twice.any()
    assert (rows["again"] - rows["year"] >= APART)[twice].all()
    assert (rows["year"] >= FIRST).all()
    assert ((rows["works_year"] == rows["year"]) | (rows["works_year"] == rows["again"])).all()
    assert (rows.groupby("mode")["works_year"].nunique() == 1 + twice.groupby(rows["mode"]).first()).all()


@each_county
def test_each_crew_brings_what_its_site_costs_and_no_closure_is_below_its_least_sizes(seed: int, sites: float) -> None:
    rows = formed(seed, sites)
    assert (rows["brings"] > 0).all()
    crews = rows.groupby(["mode", "works_year", "crew"]).agg(brings=("brings", "sum"), site=("site", "first"))
    assert (crews["brings"] >= crews["site"] - 1e-6).all()
    closures = rows.groupby(["mode", "works_year"])
    for size in ("length", "area", "cost"):
        assert (closures[size].sum() >= closures[f"least_{size}"].max() - 1e-3).all()


@each_county
def test_stretches_of_a_road_are_no_longer_than_the_most_and_treated_but_for_the_share_stated(
    seed: int, sites: float
) -> None:
    rows, sections = formed(seed, sites), roads_at_random(seed)[0]
    assert rows["over"].any()
    along = rows[~rows["over"].groupby(rows["scheme"]).transform("any")]
    assert (along.groupby("scheme")["run"].nunique() == 1).all()
    before = np.append(0.0, np.cumsum(sections.length))
    ends = along.groupby("scheme")["place"].agg(["min", "max"])
    whole = pd.Series(before[ends["max"] + 1] - before[ends["min"]], index=ends.index)
    assert (whole <= LONGEST + 1e-6).all()
    done = along.groupby(["scheme", "mode"])["length"].sum()
    assert (done >= (1 - UNTREATED) * whole.reindex(done.index.get_level_values("scheme")).to_numpy() - 1e-6).all()


def modes_by_name(stated: Case) -> set[tuple[tuple[str, str, float], ...]]:
    """Every mode of every scheme, as the works of its sections and what each saves."""
    sharing, ids = stated.formulation.sharing, stated.inputs.register.assets["asset_id"]
    copies = np.flatnonzero(sharing.copies)
    rows = pd.DataFrame({"mode": sharing.mode[copies], "asset": ids.to_numpy()[sharing.options.asset[copies]]})
    rows = rows.assign(strategy=[stated.strategy(option) for option in copies], saved=sharing.saved[copies].round(1))
    return {
        tuple(sorted(each.itertuples(index=False, name=None))) for _, each in rows.set_index("mode").groupby("mode")
    }


def test_schemes_do_not_depend_on_the_order_of_the_register() -> None:
    """Also of footways that lie on both sides of one road."""
    road = street([35.0, 62.0, 36.0, 66.0, 20.0])
    other = road.assign(
        asset_id=[f"A{k}" for k in range(len(road))], link_id="L2", road="A9", value=road["value"].to_numpy()[::-1]
    )
    of = small_register().assets.query("asset_class == 'footway'").iloc[[0] * 2 * len(road)]
    beside = [f"{name}-{side}" for name in road["asset_id"] for side in "ab"]
    poor = {"R0-b", "R2-a"}
    value = [55.0 if name in poor else 95.0 for name in beside]
    ways = of.assign(
        asset_id=beside, parent_id=[name[:2] for name in beside], link_id="", chainage_m=np.nan, length_m=120.0,
        quantity=240.0, measure="index", value=value, surveyed_year=2018.0,
        geometry=np.repeat(road["geometry"].to_numpy(), 2),
    )  # fmt: skip
    assets = pd.concat([road, other, ways], ignore_index=True)
    turned = assets.iloc[np.random.default_rng(3).permutation(len(assets))].reset_index(drop=True)
    one, two = (modes_by_name(case(None, each, sites={"minimum": 0})) for each in (assets, turned))
    # From the one to the other are four ways, half of them sound: as much as a scheme may leave untreated.
    assert any(poor <= {name for name, *_ in mode} for mode in one)
    assert one == two


@pytest.mark.slow
def test_schemes_of_a_county_do_not_depend_on_the_order_of_its_register(small_stages) -> None:
    """Its prices are estimated on a sample, for it has more assets than that has."""
    inputs = small_stages[0]
    assets = inputs.register.assets
    turned = assets.iloc[np.random.default_rng(5).permutation(len(assets))].reset_index(drop=True)
    one, two = (case_of(inputs.plan, each, inputs.register) for each in (assets, turned))
    assert len(assets) > SAMPLE
    assert modes_by_name(one) == modes_by_name(two)


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
    least = load_sites(set(works["treatment"])).reindex(works["treatment"])
    sizes = {"length_m": "minimum_length", "quantity": "minimum_area", "cost": "minimum_cost"}
    works = works.assign(**{column: least[column].fillna(0.0).to_numpy() for column in sizes.values()})
    sums, most = dict.fromkeys(sizes, "sum"), dict.fromkeys(sizes.values(), "max")
    sites = works.groupby(["scheme_id", "year"]).agg(sums | most | {"committed": "any"})
    own = sites[~sites["committed"]]
    assert len(own) > 100
    for size, column in sizes.items():
        assert (own[size] >= own[column] - 0.01).all()
