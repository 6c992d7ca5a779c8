"""Components of a block that share its access: against every choice by hand, and what sharing may never do."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from component_cases import block, planned
from constraint_cases import Case, exact, outcome_at
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.errors import ConfigError
from assetplan.outcome.reasons import reasons
from assetplan.outcome.tables import programme_tables
from assetplan.reference import load_table

FIXED, TYPICAL = 2_500.0, 1_000.0
ONE_CREW = {"component_repair": "contractor", "component_renewal": "contractor"}
TWO_CREWS = {"component_repair": "repairs", "component_renewal": "contractor"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sites")


def sites(folder: Path, crews: dict[str, str], typical: str = f"{TYPICAL:g}") -> dict[str, str]:
    """Tables of a plan with sites of the treatments of components, in prices of the plan's first year."""
    source = "invented for this test,no"
    rows = [f"{name},{crew},{FIXED},0,0,20,{typical},,,,no,no,,2019,{source}" for name, crew in crews.items()]
    file = folder / f"{'-'.join(crews.values())}-{typical}.csv"
    file.write_text("\n".join([",".join(load_table("sites").columns), *rows]) + "\n", encoding="utf-8")
    return {"sites": str(file)}


def replacement(folder: Path) -> dict[str, str]:
    """Tables in which each component has a cheap share of a new block too, all of the block or none of it."""
    own = load_table("treatments")
    own = own[own["group"].isin(["brick_wall", "roof_flat", "heating"])]
    new = own[own["treatment"] == "component_renewal"].assign(
        treatment="block_replacement", label="New block", unit_cost=lambda rows: rows["unit_cost"] * 0.6,
        index_low=0.0, index_high=100.0, reset_to=100.0, states=np.nan,
    )  # fmt: skip
    pd.concat([own, new]).to_csv(folder / "treatments.csv", index=False)
    rest = [f"block_replacement,builder,{FIXED},0,0,20,1e9,,,,no,yes,,2019,invented for this test,no"]
    (folder / "whole.csv").write_text(
        "\n".join([",".join(load_table("sites").columns), *rest]) + "\n", encoding="utf-8"
    )
    return {"sites": str(folder / "whole.csv"), "treatments": str(folder / "treatments.csv")}


def stated(folder: Path, grades: str, costs: str, crews: dict[str, str] = ONE_CREW, **keys: object) -> Case:
    columns = keys.pop("columns", {})
    return planned(
        block(grades, **{"quantity": 60.0, **columns}), tables=sites(folder, crews), sites={"costs": costs},
        strategies={"max_treatments": 1}, **keys,
    )  # fmt: skip


@pytest.mark.parametrize("crews", [ONE_CREW, TWO_CREWS], ids=["one crew", "two crews"])
@pytest.mark.parametrize(("grades", "money"), [("CDC", 9_000.0), ("DDC", 16_000.0)])
def test_a_block_has_the_best_of_every_choice_of_years_with_its_sites_paid_once(
    folder: Path, crews: dict[str, str], grades: str, money: float
) -> None:
    keys = {"years": 2, "money": {"lines": {"property": [money] * 2}}}
    bare, shared = (stated(folder, grades, costs, crews, **keys) for costs in ("single", "shared"))
    options, discount = bare.candidates, bare.inputs.model.rules.discount
    quantity = bare.inputs.register.assets["quantity"].to_numpy()
    best = 0.0
    own = [range(options.starts[a], options.starts[a + 1]) for a in range(len(grades))]
    for chosen in product(*own):
        cost, gain = options.cost[list(chosen)].copy(), float(options.benefit[list(chosen)].sum())
        works = [(asset, *works) for asset, option in enumerate(chosen) for works in bare.works(option)]
        for asset, year, treatment in works:
            together = sum((y, crews[t]) == (year, crews[treatment]) for _, y, t in works)
            # Prices of these works do not grow, so a site costs the same in every year.
            site = FIXED * (1 - quantity[asset] / TYPICAL) - FIXED * (1 - 1 / together)
            site = max(site, -cost[asset, year])
            cost[asset, year] += site
            gain -= site * discount[year]
        if (cost.sum(axis=0) <= money + 1e-6).all():
            best = max(best, gain)
    solution = shared.solve()
    assert solution.benefit == pytest.approx(best, abs=0.01)
    assert solution.benefit == pytest.approx(exact(shared.problem), abs=0.01)


@pytest.mark.slow
@settings(max_examples=10)
@given(
    grades=st.text(st.sampled_from("ABCD"), min_size=2, max_size=6),
    money=st.sampled_from([2_000.0, 8_000.0, 30_000.0]),
    keepers=st.lists(st.sampled_from(["", "tenant"]), min_size=6, max_size=6),
)
def test_sharing_never_costs_more_and_a_tenants_component_has_no_part_in_it(
    folder: Path, grades: str, money: float, keepers: list[str]
) -> None:
    columns = {"responsibility": keepers[: len(grades)]}
    keys = {"columns": columns, "money": {"lines": {"property": [money] * 3}}}
    apart, shared = (stated(folder, grades, costs, **keys) for costs in ("single", "shared"))
    solution = shared.solve()
    assert solution.benefit >= apart.solve().benefit - 0.01
    assert (shared.formulation.sharing.saved >= 0).all()
    theirs = np.array(columns["responsibility"]) == "tenant"
    assert (shared.formulation.sharing.group[theirs] < 0).all()
    assert not outcome_at(shared, solution).cost[theirs].any()


def test_a_large_block_shares_and_its_works_are_one_scheme_with_the_reason(folder: Path) -> None:
    case = stated(folder, "DCDCDCDC", "shared", money={"lines": {"property": [40_000.0] * 3}})
    apart = stated(folder, "DCDCDCDC", "single", money={"lines": {"property": [40_000.0] * 3}})
    solution = case.solve()
    outcome = outcome_at(case, solution)
    assert solution.benefit > apart.solve().benefit
    works, _ = programme_tables(outcome)
    saved = case.formulation.sharing.sites(outcome.chosen)
    assert len(saved) > 1
    together = works[works["asset_id"].isin(outcome.inputs.register.assets["asset_id"].iloc[saved["asset"]])]
    assert together.groupby("year")["scheme_id"].nunique().max() == 1
    assert any("Shares a site with" in why for why in reasons(outcome))
    # One site a crew and year, whatever shares it.
    paid = saved.groupby(["mode", "year"])["saved"].agg(["sum", "size"])
    assert (paid["sum"] <= FIXED * (paid["size"] - 1) + 1e-6).all()


def test_components_of_two_blocks_do_not_share(folder: Path) -> None:
    keys = {"money": {"lines": {"property": [40_000.0] * 3}}}
    columns = {"parent_id": ["one", "two", "one", "two"]}
    case = stated(folder, "DDCC", "shared", columns=columns, **keys)
    group = case.formulation.sharing.group
    assert group[0] == group[2] != group[1] == group[3]
    assert (
        stated(folder, "DD", "shared", columns={"parent_id": ["a", "b"]}, **keys).formulation.sharing.group < 0
    ).all()


def test_a_site_of_components_must_say_at_which_size_the_unit_cost_holds_it(folder: Path) -> None:
    for typical in ("", "300"):
        with pytest.raises(ConfigError, match=r"typical.*component_repair of .* to hold the site"):
            planned(block("DD"), tables=sites(folder, ONE_CREW, typical=typical))


def test_without_sites_of_components_nothing_is_shared() -> None:
    case = planned(block("DDCC"), sites={"costs": "shared"})
    assert (case.formulation.sharing.group < 0).all()


@pytest.mark.parametrize(("grades", "money", "whole"), [("DDD", 32_000.0, True), ("BDB", 32_000.0, False)])
def test_a_block_is_replaced_whole_in_one_year_or_not_at_all(
    folder: Path, grades: str, money: float, whole: bool
) -> None:
    register = block(grades, quantity=60.0)
    keys = {
        "years": 2, "money": {"lines": {"property": [money] * 2}}, "tables": replacement(folder),
        "strategies": {"max_treatments": 1},
    }  # fmt: skip
    shared = planned(register, sites={"costs": "shared"}, **keys)
    options, discount = shared.candidates, shared.inputs.model.rules.discount
    before = replace(shared, formulation=replace(shared.formulation, options=options))
    best, when = 0.0, None
    own = [range(options.starts[a], options.starts[a + 1]) for a in range(len(grades))]
    for chosen in product(*own):
        works = [works for option in chosen for works in before.works(option)]
        replaced = [year for year, name in works if name == "block_replacement"]
        if replaced and (len(replaced) < len(grades) or len(set(replaced)) > 1):
            continue
        cost, gain = options.cost[list(chosen)].sum(axis=0), float(options.benefit[list(chosen)].sum())
        if replaced:
            cost[replaced[0]] += FIXED * (1 - 180.0 / 1e9)
            gain -= FIXED * discount[replaced[0]]
        if (cost <= money + 1e-6).all() and gain > best:
            best, when = gain, replaced
    solution = shared.solve()
    assert solution.benefit == pytest.approx(best, abs=0.05)
    assert bool(when) == whole
    outcome = outcome_at(shared, solution)
    names = [name for option in outcome.chosen for _, name in shared.works(option)]
    assert names.count("block_replacement") == (len(grades) if whole else 0)
    if whole:
        assert all("the rest of its block" in why for why in reasons(outcome))
    # Where nothing shares a site, nothing is replaced whole either.
    single = planned(register, sites={"costs": "single"}, **keys)
    done = {name for option in range(len(single.formulation.options.asset)) for _, name in single.works(option)}
    assert done == {"component_repair", "component_renewal"} & done
    assert done


@pytest.mark.parametrize("costs", ["shared", "single"])
def test_a_block_of_one_component_is_replaced_whole_by_itself(folder: Path, costs: str) -> None:
    keys = {
        "years": 2, "money": {"lines": {"property": [32_000.0] * 2}}, "tables": replacement(folder),
        "strategies": {"max_treatments": 1},
    }  # fmt: skip
    case = planned(block("D", quantity=60.0), sites={"costs": costs}, **keys)
    options, discount = case.candidates, case.inputs.model.rules.discount
    own = replace(case, formulation=replace(case.formulation, options=options))
    gains: dict[str, float] = {}
    for option in range(len(options.asset)):
        works = own.works(option)
        replaced = [year for year, name in works if name == "block_replacement"]
        gain = float(options.benefit[option]) - sum(FIXED * discount[year] for year in replaced)
        name = works[0][1] if works else ""
        gains[name] = max(gain, gains.get(name, -np.inf))
    solution = case.solve()
    assert max(gains, key=lambda name: gains[name]) == "block_replacement"
    assert solution.benefit == pytest.approx(gains["block_replacement"], abs=0.05)
    assert [name for _, name in case.works(int(solution.chosen[0]))] == ["block_replacement"]


def test_a_block_with_a_component_that_is_committed_is_not_replaced(folder: Path) -> None:
    due = {"committed_treatment": ["component_renewal", "", ""], "committed_year": [2019.0, np.nan, np.nan]}
    keys = {"money": {"lines": {"property": [90_000.0] * 3}}, "tables": replacement(folder)}
    shared = planned(block("DDD", quantity=60.0, **due), sites={"costs": "shared"}, **keys)
    left = {name for option in range(len(shared.formulation.options.asset)) for _, name in shared.works(option)}
    assert "block_replacement" not in left
    free = planned(block("DDD", quantity=60.0), sites={"costs": "shared"}, **keys)
    some = {name for option in range(len(free.formulation.options.asset)) for _, name in free.works(option)}
    assert "block_replacement" in some
