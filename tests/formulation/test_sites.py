"""Works that share a site: what sites cost, which works may share one, and that the solve finds the best of it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from constraint_cases import Case, case, street

from assetplan.deterioration import load_groups
from assetplan.errors import ConfigError
from assetplan.reference import load_table
from assetplan.sites import load_sites
from assetplan.treatments import load_catalogue

RICH = {"unit": "£", "lines": dict.fromkeys(("carriageway_preventative", "carriageway_major", "bridges"), [9e9] * 2)}


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


def blocks(n: int) -> list[list[range]]:
    """Every division of n sections in a row into stretches that follow each other."""
    cuts = product((False, True), repeat=n - 1)
    return [
        [range(a, b) for a, b in pairwise([0, *(k + 1 for k, cut in enumerate(each) if cut), n])] for each in cuts
    ]  # fmt: skip


def by_hand(values: list[float], bridge: float | None) -> tuple[float, float]:
    """Most benefit of any choice with money enough, and what its sites then save, reckoned choice by choice.

    Every division of the street is tried, every stretch of it apart or closed in one of the years.
    """
    single = with_sites(street(values, bridge), "single")
    sites, discount = site_rows(single), single.inputs.model.rules.discount
    options = single.formulation.options
    spans = [range(a, b) for a, b in zip(options.starts[:-1], options.starts[1:], strict=True)]
    done = {option: single.works(option) for span in spans for option in span}
    quantity = single.inputs.register.assets["quantity"].to_numpy(dtype=float)
    fixed, crew, n = sites["fixed"], sites["crew"], len(values)

    def days(asset: int, name: str) -> float:
        return float(quantity[asset] / sites.loc[name, "per_day"])

    def saving(choice: tuple[int, ...], block: range, year: int) -> float | None:
        """What closing a stretch in a year saves; None where its works do not fit in."""
        works = {a: done[choice[a]] for a in block if done[choice[a]]}
        if any(len(each) > 1 or each[0][0] != year for each in works.values()) or 2 * len(works) < len(block):
            return None
        names = {a: each[0][1] for a, each in works.items()}
        size = Counter(crew[name] for name in names.values())
        saved = sum(fixed[name] * (1 - 1 / size[crew[name]]) for name in names.values())
        over = [name for y, name in done[choice[-1]] if y == year] if bridge is not None and 1 in block else []
        if over and names:
            least = {
                a: min(days(a, m) for o in spans[a] for y, m in done[o] if y == year and crew[m] == crew[name])
                for a, name in names.items()
            }  # fmt: skip
            saved += min(sum(least.values()), days(n, over[0])) * sites.loc[over[0], "traffic_management"]
        return saved

    best = (-np.inf, 0.0)
    for choice in product(*spans):
        base = float(sum(single.problem.benefit[list(choice)]))
        for division in blocks(n):
            present = total = 0.0
            for block in division:
                ways = [(saved * discount[y], saved) for y in (0, 1) if (saved := saving(choice, block, y)) is not None]
                gain = max(ways, default=(0.0, 0.0))
                present, total = present + gain[0], total + gain[1]
            best = max(best, (base + present, total))
    return best


FREE = {"costs": "shared", "minimum": 0}


@pytest.mark.parametrize(
    ("values", "bridge"), [([35.0, 40.0], None), ([58.0, 62.0, 66.0], None), ([35.0, 38.0], 45.0), ([60.0, 66.0], 64.0)]
)
def test_schemes_are_the_best_of_every_division_of_a_street(values: list[float], bridge: float | None) -> None:
    shared = case(RICH, street(values, bridge), years=2, sites=FREE)
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


@pytest.mark.slow
def test_who_may_not_share() -> None:
    def shares(assets: pd.DataFrame, **keys: object) -> bool:
        return bool(case(RICH, assets, years=2, sites=FREE, **keys).formulation.sharing.copies.any())

    road = street([35.0, 38.0, 36.0])
    assert shares(road)
    assert shares(road.assign(link_id=["L1", "L2", "L3"], chainage_m=0.0))  # through the junctions of one road
    other = road.assign(road=["A1", "A2", "A3"], link_id=["L1", "L2", "L3"], chainage_m=0.0)
    assert not shares(other)
    two_carriageways = road.assign(chainage_m=[0.0, 0.0, 120.0])  # which of them is beside which, nobody knows
    assert not shares(two_carriageways)
    tied = [{"name": "s", "assets": ["R0", "R1", "R2"], "treatment": ["resurfacing", "thin_overlay"]}]
    mine = case(RICH, road, years=2, sites=FREE, schemes=tied)
    assert not mine.formulation.sharing.copies.any()  # the plan file states what its sites cost
    assert not mine.formulation.options.beside.any()


def treated(stated: Case) -> dict[str, list[tuple[int, str]]]:
    """Works of each asset in the best programme."""
    chosen = stated.solve().chosen
    return {
        name: works
        for name, option in zip(stated.inputs.register.assets["asset_id"], chosen, strict=True)
        if (works := stated.works(option))
    }


@pytest.mark.slow
def test_no_site_is_below_its_least_size_but_what_is_committed() -> None:
    short, long = street([35.0]), street([35.0, 36.0, 35.0])
    assert not treated(with_sites(short, "shared"))  # resurfacing is of 200 m and more
    assert len(treated(with_sites(long, "shared"))) == 3
    assert treated(case(RICH, short, years=2, sites=FREE))
    assert treated(case(RICH, short, years=2, sites={"minimum": 100.0}))
    committed = short.assign(committed_treatment="resurfacing", committed_year=2019.0)
    assert treated(with_sites(committed, "shared")) == {"R0": [(0, "resurfacing")]}
    with pytest.raises(ConfigError, match="above the length of every road"):
        case(RICH, long, years=2, sites={"minimum": 500.0})
    with pytest.raises(ConfigError, match="above the longest scheme"):
        case(RICH, long, years=2, sites={"minimum": 3_500.0})


def test_a_treatment_needs_its_own_least_size_in_a_scheme_whatever_its_crew_may_else_do(tmp_path: Path) -> None:
    """A crew that comes for 200 m of one treatment lays none of another that takes 400 m, on 360 m of road."""
    road, table = street([35.0, 36.0, 35.0]), load_table("sites")
    before = {name for works in treated(with_sites(road, "shared")).values() for _, name in works}
    larger = table["treatment"].isin(before)
    table.assign(minimum_length=table["minimum_length"].mask(larger, 400.0)).to_csv(tmp_path / "s.csv", index=False)
    stated = with_sites(road, "shared", tables={"sites": str(tmp_path / "s.csv")})
    assert stated.formulation.sharing.copies.any()
    after = {name for works in treated(stated).values() for _, name in works}
    assert before
    assert after.isdisjoint(before)


@pytest.mark.slow
def test_sites_a_year_are_limited_and_more_of_them_never_bring_less() -> None:
    """Two roads that are each worth a site."""
    two = pd.concat([street([35.0, 36.0]), street([35.0, 36.0]).assign(asset_id=["Q0", "Q1"], link_id="L2", road="A9")])
    moved = two.reset_index(drop=True)
    moved["geometry"] = [shapely.affinity.translate(g, 0, 5000 * (k > 1)) for k, g in enumerate(moved["geometry"])]
    reached = []
    for most in (1, 2, None):
        stated = case({**RICH, "lines": {k: [9e9] for k in RICH["lines"]}}, moved, years=1, sites={"most": most})
        solution = stated.solve()
        sites = stated.formulation.sharing.sites(solution.chosen)
        by_itself = {asset for asset, option in enumerate(solution.chosen) if stated.works(option)} - set(
            sites["asset"]
        )
        assert most is None or sites["mode"].nunique() + len(by_itself) <= most
        reached.append(solution.benefit)
    assert reached[0] < reached[1] == pytest.approx(reached[2])


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


@pytest.mark.slow
def test_sites_and_mobilisation_follow_the_price_of_their_works() -> None:
    growth = {
        "construction": {"above": 0.02, "of": ["works"]},
        "dressing": {"above": 0.01, "of": ["surface_dressing"]},
    }
    scheme = {"name": "s", "assets": ["R0"], "treatment": ["surface_dressing"], "mobilisation": 800.0}
    for keys in ({}, {"schemes": [scheme]}):
        plain, grown = (
            case(RICH, street([62.0, 70.0, 66.0], 60.0), years=2, sites=FREE, inflation=g, **keys) for g in ({}, growth)
        )
        before, after = plain.formulation.options, grown.formulation.options
        assert np.array_equal(before.schedule, after.schedule)
        for option in range(plain.problem.n_options):
            for year, name in plain.works(option):
                ratio = (1.01 if name == "surface_dressing" else 1.02) ** year
                assert after.cost[option, year] == pytest.approx(before.cost[option, year] * ratio)
