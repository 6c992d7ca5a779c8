"""Works that share a site: what sites cost, which works may share one, and that the solve finds the best of it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from constraint_cases import Case, case, small_register

from assetplan.deterioration import load_groups
from assetplan.errors import ConfigError
from assetplan.reference import load_table
from assetplan.sites import load_sites
from assetplan.treatments import load_catalogue

RICH = {"unit": "£", "lines": dict.fromkeys(("carriageway_preventative", "carriageway_major", "bridges"), [9e9] * 2)}


def street(values: list[float], bridge: float | None = None) -> pd.DataFrame:
    """Sections of 120 m end to end on one link, and a bridge that the second carries."""
    register = small_register()
    assets = register.assets
    road = assets[(assets["asset_class"] == "carriageway") & (assets["environment"] == "rural")].index[0]
    part = assets.loc[[road] * len(values)].reset_index(drop=True)
    part = part.assign(
        asset_id=[f"R{i}" for i in range(len(values))], value=values, link_id="L1", length_m=120.0, quantity=700.0,
        chainage_m=120.0 * np.arange(len(values)), measure="index", surveyed_year=2018.0,
    )  # fmt: skip
    part["geometry"] = [shapely.LineString([(120 * i, 0), (120 * i + 120, 0)]) for i in range(len(values))]
    if bridge is not None:
        over = assets[assets["asset_class"] == "bridge"].iloc[[0]].assign(
            asset_id="B", parent_id="R1", value=bridge, measure="index", quantity=60.0, surveyed_year=2018.0,
            capacity_t=np.nan, weight_limit_t=np.nan,
        )  # fmt: skip
        part = pd.concat([part, over], ignore_index=True)
    return part


def with_sites(assets: pd.DataFrame, costs: str, **keys: object) -> Case:
    return case(RICH, assets, years=2, sites={"costs": costs}, **keys)


def site_rows(stated: Case) -> pd.DataFrame:
    return load_sites(stated.inputs.model.catalogue.names)


def test_a_site_of_its_own_costs_what_its_size_leaves_over() -> None:
    plain, single = with_sites(street([35.0, 70.0]), "none"), with_sites(street([35.0, 70.0]), "single")
    sites, quantity = site_rows(single), 700.0
    discount = single.inputs.model.rules.discount
    assert plain.problem.n_options == single.problem.n_options > 5
    for option in range(plain.problem.n_options):
        more, present = np.zeros(2), 0.0
        for year, name in single.works(option):
            row = sites.loc[name]
            fixed = row["mobilisation"] + row["setup_days"] * row["traffic_management"]
            more[year] = fixed * (1 - quantity / row["typical"])
            present += more[year] * discount[year]
        cost = single.formulation.options.cost[option] - plain.formulation.options.cost[option]
        assert cost == pytest.approx(more, abs=1e-6)
        assert single.formulation.options.beside[option] == pytest.approx(present, abs=1e-6)


def by_hand(values: list[float], bridge: float | None) -> tuple[float, float]:
    """Most benefit of any choice with money enough, and what its sites then save, reckoned choice by choice."""
    single = with_sites(street(values, bridge), "single")
    sites, discount = site_rows(single), single.inputs.model.rules.discount
    options = single.formulation.options
    spans = [range(a, b) for a, b in zip(options.starts[:-1], options.starts[1:], strict=True)]
    done = {option: single.works(option) for span in spans for option in span}
    quantity = single.inputs.register.assets["quantity"].to_numpy(dtype=float)
    fixed, crew = sites["fixed"], sites["crew"]

    def days(asset: int, name: str) -> float:
        return float(quantity[asset] / sites.loc[name, "per_day"])

    roads = range(len(values))
    least = {  # fewest days of a crew's works on a section in a year, whatever it may choose
        (asset, year, crew[name]): min(
            days(asset, other) for o in spans[asset] for y, other in done[o] if y == year and crew[other] == crew[name]
        )
        for asset in roads for option in spans[asset] for year, name in done[option]
    }  # fmt: skip
    best = (-np.inf, 0.0)
    for choice in product(*spans):
        base, gains = sum(single.problem.benefit[list(choice)]), [(0.0, 0.0)]
        for year in (0, 1):
            names = [[n for y, n in done[choice[a]] if y == year] for a in roads]
            if not all(names) or len({crew[n[0]] for n in names}) > 1:
                continue
            mine = [n[0] for n in names]
            saved = sum(fixed[n] * (1 - 1 / len(mine)) for n in mine)
            gains.append((saved * discount[year], saved))
            over = [n for y, n in done[choice[-1]] if y == year] if bridge is not None else []
            if over:
                road = sum(least[a, year, crew[n]] for a, n in zip(roads, mine, strict=True))
                near = min(
                    days(len(values), n) for o in spans[-1] for y, n in done[o] if y == year
                )  # fmt: skip
                if road <= near:
                    each = zip(roads, mine, strict=True)
                    saved += sum(least[a, year, crew[n]] * sites.loc[n, "traffic_management"] for a, n in each)
                else:
                    saved += road * sites.loc[over[0], "traffic_management"]
                gains.append((saved * discount[year], saved))
        most = max(gains)
        best = max(best, (base + most[0], most[1]))
    return best


@pytest.mark.parametrize(
    ("values", "bridge"), [([35.0, 40.0], None), ([58.0, 62.0, 66.0], None), ([35.0, 38.0], 45.0), ([60.0, 66.0], 64.0)]
)
def test_the_solve_finds_the_best_of_sharing(values: list[float], bridge: float | None) -> None:
    shared = with_sites(street(values, bridge), "shared")
    solution = shared.solve()
    benefit, saved = by_hand(values, bridge)
    assert solution.benefit == pytest.approx(benefit, abs=0.01)
    sites = shared.formulation.sharing.sites(solution.chosen)
    assert sites["saved"].sum() == pytest.approx(saved, abs=0.01)
    assert (sites["saved"] > 0).any()
    assert solution.benefit > with_sites(street(values, bridge), "single").solve().benefit
    apart = shared.formulation.sharing.twin[solution.chosen]
    single = with_sites(street(values, bridge), "single").formulation.options
    spent, alone = shared.formulation.options.cost[solution.chosen].sum(), single.cost[apart].sum()
    assert alone - spent == pytest.approx(saved, abs=0.01)


def test_who_may_not_share() -> None:
    road = street([35.0, 38.0, 36.0])
    assert with_sites(road, "shared").formulation.sharing.copies.any()
    apart = road.assign(chainage_m=[0.0, 200.0, 400.0])  # 80 m between them, of which a scheme bridges 50
    assert not with_sites(apart, "shared").formulation.sharing.copies.any()
    other = road.assign(link_id=["L1", "L2", "L3"])
    assert not with_sites(other, "shared").formulation.sharing.copies.any()
    two_carriageways = road.assign(chainage_m=[0.0, 0.0, 120.0])  # which of them is beside which, nobody knows
    assert not with_sites(two_carriageways, "shared").formulation.sharing.copies.any()
    tied = [{"name": "s", "assets": ["R0", "R1", "R2"], "treatment": ["resurfacing", "thin_overlay"]}]
    mine = with_sites(road, "shared", schemes=tied)
    assert not mine.formulation.sharing.copies.any()  # the plan file states what its sites cost
    assert not mine.formulation.options.beside.any()


def test_lengths_of_schemes_are_the_plans_own() -> None:
    apart = street([35.0, 38.0]).assign(chainage_m=[0.0, 200.0])
    wide = case(RICH, apart, years=2, sites={"costs": "shared", "gap": 100.0})
    assert wide.formulation.sharing.copies.any()
    long = case(RICH, apart, years=2, sites={"costs": "shared", "gap": 100.0, "minimum": 400.0})
    assert not long.formulation.sharing.copies.any()
    with pytest.raises(ConfigError, match="above the longest scheme"):
        case(RICH, apart, years=2, sites={"minimum": 2_000.0})


def test_every_fault_of_a_table_of_sites_is_listed(tmp_path: Path) -> None:
    names = load_catalogue(load_groups()).names
    path = tmp_path / "sites.csv"
    table = load_table("sites").astype(object)
    table.to_csv(path, index=False)
    pd.testing.assert_frame_equal(load_sites(names, path), load_sites(names), check_dtype=False)
    for row, (column, value) in enumerate(
        [("treatment", "gilding"), ("per_day", "0"), ("setup_days", "-2"), ("mobilisation", "-1"), ("typical", "-5")]
    ):
        table.loc[row, column] = value
    table.to_csv(path, index=False)
    with pytest.raises(ConfigError) as caught:
        load_sites(names, path)
    faults = {(fault.row, fault.column, fault.value) for fault in caught.value.faults}
    assert faults == {
        (2, "treatment", "gilding"), (3, "per_day", "0.0"), (4, "setup_days", "-2.0"), (5, "mobilisation", "-1.0"),
        (6, "typical", "-5.0"),
    }  # fmt: skip


def test_sites_and_mobilisation_follow_the_price_of_their_works() -> None:
    growth = {"default": 0.02, "surface_dressing": 0.01}
    scheme = {"name": "s", "assets": ["R0"], "treatment": ["surface_dressing"], "mobilisation": 800.0}
    for keys in ({}, {"schemes": [scheme]}):
        plain, grown = (
            with_sites(street([62.0, 70.0, 66.0], 60.0), "shared", price_growth=g, **keys) for g in ({}, growth)
        )
        before, after = plain.formulation.options, grown.formulation.options
        assert np.array_equal(before.schedule, after.schedule)
        for option in range(plain.problem.n_options):
            for year, name in plain.works(option):
                ratio = (1 + growth.get(name, 0.02)) ** year
                assert after.cost[option, year] == pytest.approx(before.cost[option, year] * ratio)
