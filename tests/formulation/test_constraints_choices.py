"""Rules, schemes, the objective and stability: what they leave, what they cost, and that what clashes is named."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case, check, exact, small_register

from assetplan.errors import ConfigError
from assetplan.optimisation.solving import solve

# Sections of middling condition, which dressing or a thin overlay may treat in any year.
SECTIONS = ["R0114", "R0115", "R0116"]


def strategy(stated: Case, chosen: np.ndarray, asset: str) -> str:
    """What one asset was given, "" where nothing."""
    row = stated.inputs.register.assets["asset_id"].tolist().index(asset)
    return stated.strategy(chosen[row]).replace("do-nothing", "")


def test_forbidden_works_are_no_option_and_cost_what_they_brought() -> None:
    free = case()
    stated = case(rules={"forbid": [{"treatment": "surface_dressing", "years": [2019, 2020]}]})
    for asset in stated.inputs.register.assets["asset_id"]:
        dressed = {s for s in free.names(asset) if "surface_dressing@2019" in s or "surface_dressing@2020" in s}
        assert stated.names(asset) == free.names(asset) - dressed
    assert exact(stated.problem) == pytest.approx(stated.solve().benefit, abs=0.01)
    assert stated.solve().benefit < free.solve().benefit


def test_forbidden_on_one_asset_leaves_the_others() -> None:
    stated = case(rules={"forbid": [{"asset": "B006", "kind": "preventative"}]})
    assert stated.names("B006") == {s for s in case().names("B006") if "waterproofing_and_joints" not in s}
    assert stated.names("B007") == case().names("B007")


def test_a_locked_strategy_is_the_only_one() -> None:
    wanted = sorted(s for s in case().names(SECTIONS[0]) if "+" not in s and s != "do-nothing")[0]
    stated = case(
        rules={"lock": [{"asset": SECTIONS[0], "strategy": wanted}, {"asset": "B007", "strategy": "do-nothing"}]}
    )
    assert stated.names(SECTIONS[0]) == {wanted}
    assert stated.names("B007") == {"do-nothing"}
    solution = stated.solve()
    assert strategy(stated, solution.chosen, SECTIONS[0]) == wanted
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)


def test_required_works_by_a_year() -> None:
    free = case()
    before = free.solve()
    left = [a for a in free.inputs.register.assets["asset_id"] if not strategy(free, before.chosen, a)]
    seals = {
        "waterproofing_and_joints@2019",
        "waterproofing_and_joints@2020",
        "footway_slurry@2019",
        "footway_slurry@2020",
    }
    # Works on these two come to more than a year of the line has.
    wanted = [a for a in left if free.names(a) & seals and a not in ("B007", "B008")]
    assert wanted
    rule = {"asset": wanted, "asset_class": ["bridge", "footway"], "kind": "preventative", "by_year": 2020}
    stated = case(rules={"require": [rule]})
    for asset in wanted:
        assert stated.names(asset) == {name for name in free.names(asset) if set(name.split("+")) & seals}
    solution = stated.solve()
    assert all(strategy(stated, solution.chosen, asset) for asset in wanted)
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    assert solution.benefit < before.benefit


def test_assets_left_without_a_strategy_are_all_named_with_the_rule() -> None:
    rules = {
        "forbid": [{"asset_class": "bridge"}],
        "require": [{"asset": ["B006", "B007"], "kind": "preventative"}, {"asset": SECTIONS[0], "by_year": 2021}],
        "lock": [{"asset": SECTIONS[1], "strategy": "reconstruction@2019"}],
    }
    with pytest.raises(ConfigError) as caught:
        case(rules=rules)
    faults = {(fault.column, fault.value) for fault in caught.value.faults}
    assert faults == {
        ("rules.require[1]", "B006"),
        ("rules.require[1]", "B007"),
        ("rules.lock[1]", SECTIONS[1]),
    }


def test_a_commitment_that_a_rule_forbids_is_named() -> None:
    assets = small_register().assets.copy()
    row = assets.index[assets["asset_id"] == SECTIONS[0]][0]
    assets.loc[row, ["committed_treatment", "committed_year"]] = ["resurfacing", 2020.0]
    with pytest.raises(ConfigError, match="its commitment, resurfacing in 2020") as caught:
        case(assets=assets, rules={"forbid": [{"kind": "major"}]})
    assert [fault.value for fault in caught.value.faults] == [SECTIONS[0]]


def scheme(**keys: object) -> dict:
    return {"name": "High Street", "assets": SECTIONS, "treatment": ["surface_dressing", "micro_asphalt"], **keys}


def alone(stated: Case) -> dict[str, list[tuple[int, float, np.ndarray]]]:
    """Mode, benefit and yearly cost of every strategy of each section before the scheme, by its own reading."""
    out: dict[str, list[tuple[int, float, np.ndarray]]] = {}
    options, assets = stated.candidates, stated.inputs.register.assets
    for asset in SECTIONS:
        row = assets["asset_id"].tolist().index(asset)
        names = [t.name for t in stated.inputs.model.catalogue.treatments[assets["group"][row]]]
        out[asset] = []
        for option in range(options.starts[row], options.starts[row + 1]):
            schedule = options.schedule[option]
            hits = [y for y, c in enumerate(schedule) if c >= 0 and names[c] in ("surface_dressing", "micro_asphalt")]
            if len(hits) <= 1:
                out[asset].append((hits[0] if hits else -1, options.benefit[option], options.cost[option]))
    return out


@pytest.mark.parametrize("mobilisation", [0.0, 3_000.0, 1e6])
def test_a_scheme_is_all_or_none_and_its_mobilisation_is_paid_once(mobilisation: float) -> None:
    """Against every combination of three sections, by hand."""
    assets = small_register().assets
    only = assets[assets["asset_id"].isin(SECTIONS)].reset_index(drop=True)
    money = {"lines": {"carriageway_preventative": [20_000.0] * 3}}
    stated = case(money, assets=only, schemes=[scheme(mobilisation=mobilisation)])
    discount = stated.inputs.model.rules.discount
    best = -np.inf
    for picks in product(*alone(stated).values()):
        modes = {mode for mode, _, _ in picks}
        if len(modes) > 1:
            continue
        mode = modes.pop()
        cost = sum(cost for _, _, cost in picks) + (mobilisation * (np.arange(3) == mode) if mode >= 0 else 0.0)
        if (cost <= 20_000).all():
            paid = mobilisation * discount[mode] if mode >= 0 else 0.0
            best = max(best, sum(benefit for _, benefit, _ in picks) - paid)
    solution = stated.solve()
    assert solution.benefit == pytest.approx(best, abs=0.01)
    treated = [strategy(stated, solution.chosen, asset) for asset in SECTIONS]
    assert len({name for name in treated if name}) <= 1
    assert all(treated) == (mobilisation < 1e6)
    cost = stated.formulation.options.cost[solution.chosen].sum()
    own = stated.candidates.cost.sum(axis=1).max()
    assert (cost > mobilisation) == (mobilisation < 1e6)
    assert own < 1e5
    # Sum of the present value that lies on no section's own works.
    shared = stated.formulation.options.beside[solution.chosen].sum()
    year = int(treated[0][-4:]) - 2019 if treated[0] else 0
    assert shared == pytest.approx(mobilisation * discount[year] if all(treated) else 0.0)


def test_a_scheme_within_a_network_equals_the_exact_model_and_has_a_price() -> None:
    stated = case(
        schemes=[scheme(mobilisation=2_500.0)], limits=[{"name": "roads", "asset_class": "carriageway", "at_most": 6e4}]
    )
    solution = stated.solve()
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    assert solution.prices[stated.row("roads")] > 0
    assert solution.used[stated.row("roads")] <= 6e4
    done = {
        strategy(stated, solution.chosen, asset)[-4:] if strategy(stated, solution.chosen, asset) else ""
        for asset in SECTIONS
    }
    assert len(done) == 1
    # What the shared cost takes from the programme: never more than itself, for one may pay it and change nothing.
    free = case(schemes=[scheme()], limits=[{"name": "roads", "asset_class": "carriageway", "at_most": 6e4}]).solve()
    assert solution.benefit <= free.benefit
    assert stated.formulation.schemes == {
        "High Street": tuple(stated.inputs.register.assets["asset_id"].tolist().index(a) for a in SECTIONS)
    }


def test_years_of_a_scheme_and_the_line_of_its_mobilisation() -> None:
    stated = case(schemes=[scheme(years=[2020], mobilisation=500.0, line="carriageway_preventative")])
    assert set(stated.problem.mode.tolist()) == {-1, 1}
    line = stated.row("carriageway_preventative 2020")
    bearing = np.flatnonzero(stated.formulation.options.beside)
    assert len(bearing)
    base = {tuple(row) for row in stated.candidates.cost.tolist()}
    for option in bearing:
        assert stated.problem.usage[[option], [line]][0] >= 500
        assert tuple(stated.formulation.options.cost[option] - [0, 500.0, 0]) in base


def test_a_scheme_that_no_year_suits_is_noted_and_left_undone() -> None:
    # R0001 is too poor for dressing in every year.
    stated = case(
        schemes=[{"name": "odd", "assets": ["R0001", SECTIONS[0]], "treatment": ["surface_dressing", "micro_asphalt"]}]
    )
    assert stated.formulation.notes == (
        ("scheme cannot go ahead", "odd: no year in which all its assets may be treated."),
    )
    assert not any("surface_dressing" in name or "micro_asphalt" in name for name in stated.names(SECTIONS[0]))


def test_a_scheme_torn_apart_by_rules_is_refused() -> None:
    rules = {
        "lock": [{"asset": SECTIONS[0], "strategy": "do-nothing"}],
        "require": [{"asset": SECTIONS[1], "treatment": ["surface_dressing", "micro_asphalt"]}],
    }
    with pytest.raises(ConfigError, match="neither be treated together nor all be left"):
        case(schemes=[scheme()], rules=rules)


TARGET = {"asset_class": "carriageway", "band": "poor", "year": 2021, "at_most": 0.2}


def test_least_cost_reaches_the_target_and_no_more() -> None:
    stated = case(objective={"of": "least cost"}, targets=[TARGET])
    solution = check(stated, "poor carriageway 2021", 0.01)
    discount = stated.inputs.model.rules.discount[:3]
    cost = stated.formulation.options.cost[solution.chosen]
    assert solution.benefit == pytest.approx(-(cost @ discount).sum())
    most = case(targets=[TARGET])
    richest = most.formulation.options.cost[most.solve().chosen]
    assert (cost @ discount).sum() < (richest @ discount).sum()
    # The report's benefit is another thing than the objective.
    assert stated.formulation.options.benefit[solution.chosen].sum() > 0


def test_least_cost_of_nothing_is_nothing() -> None:
    stated = case(objective={"of": "least cost"})
    assert stated.formulation.options.cost[stated.solve().chosen].sum() == 0


def earlier(stated: Case, folder: Path, strategies: dict[str, str], first: int = 0) -> dict:
    """An output folder of an earlier programme: what it chose for each asset, some of them unknown to it."""
    ids = stated.inputs.register.assets["asset_id"].tolist()[first:]
    folder.mkdir(exist_ok=True)
    table = pd.DataFrame({"asset_id": ids, "strategy": [strategies.get(name, "do-nothing") for name in ids]})
    table.to_parquet(folder / "assets.parquet")
    return {"from": str(folder)}


def test_a_price_on_change_holds_on_to_the_earlier_programme(tmp_path: Path) -> None:
    free = case()
    before = free.solve()
    # The year after, the same money: the earlier programme was another one.
    wanted = {"B006": "waterproofing_and_joints@2021", SECTIONS[0]: "surface_dressing@2015"}
    kept = earlier(free, tmp_path / "out", wanted)
    changes = []
    for price in (0.0, 2_000.0, 1e7):
        stated = case(stability={**kept, "price": price})
        solution = stated.solve()
        assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
        changed = stated.formulation.changes[solution.chosen]
        changes.append(int(changed.sum()))
        benefit = stated.formulation.options.benefit[solution.chosen].sum()
        assert solution.benefit == pytest.approx(benefit - price * changed.sum(), abs=0.01)
        if not price:
            assert benefit == pytest.approx(before.benefit, abs=0.01)
    assert changes[0] > changes[1] > changes[2] == 0
    # A treatment before the plan is done: what is left of that strategy is do-nothing.
    assert strategy(stated, solution.chosen, SECTIONS[0]) == ""
    assert strategy(stated, solution.chosen, "B006") == "waterproofing_and_joints@2021"


def test_an_asset_new_since_then_has_no_price(tmp_path: Path) -> None:
    free = case()
    stated = case(stability={**earlier(free, tmp_path / "out", {}, first=5), "price": 100.0})
    new = np.isin(stated.formulation.options.asset, np.arange(5))
    assert not stated.formulation.changes[new].any()
    options = stated.formulation.options
    treated = (options.schedule >= 0).any(axis=1)
    np.testing.assert_array_equal(stated.formulation.changes[~new], treated[~new])
    np.testing.assert_allclose(stated.problem.benefit, options.benefit - 100.0 * stated.formulation.changes)


def test_an_earlier_programme_with_an_asset_twice_or_without_a_strategy_is_a_fault(tmp_path: Path) -> None:
    for ids, strategies, rule in (
        (["a", "a"], ["do-nothing"] * 2, "row 2, column asset_id: 'a' is there more than once"),
        (["a", "b"], ["do-nothing", None], "row 2, column strategy: asset b: a value is required"),
    ):
        pd.DataFrame({"asset_id": ids, "strategy": strategies}).to_parquet(tmp_path / "assets.parquet")
        with pytest.raises(ConfigError, match=rule):
            case(stability={"from": str(tmp_path), "price": 1.0})


@pytest.mark.parametrize("content", [None, b"no parquet"])
def test_an_earlier_folder_that_is_none_is_a_fault(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "assets.parquet").write_bytes(content)
    with pytest.raises(ConfigError, match=r"stability\.from"):
        case(stability={"from": str(tmp_path), "price": 1.0})


def test_the_solver_and_the_exact_model_agree_on_everything_at_once(tmp_path: Path) -> None:
    free = case()
    keys = {
        "limits": [{"name": "north", "district": "Uphampton", "at_most": [60_000, 60_000, 60_000]}],
        "sources": [
            {"name": "grant", "amounts": [40_000] * 3, "kind": "preventative"},
            {"name": "own", "amounts": [6e4] * 3},
        ],
        "schemes": [scheme(mobilisation=1_000.0)],
        "targets": [{**TARGET, "at_most": 0.35}],
        "rules": {"forbid": [{"treatment": "patching"}]},
        "stability": {**earlier(free, tmp_path / "out", {}), "price": 50.0},
    }
    money = {"carry_over": {"default": 0.3}, "virement": {"default": 0.1}, "preventative": {"min": 0.3}}
    stated = case(money, **keys)
    solution = stated.solve()
    assert solution.benefit == pytest.approx(exact(stated.problem), abs=0.01)
    looser = solve(
        replace(stated.problem, caps=stated.problem.caps + 1000 * np.isfinite(stated.problem.caps)), 1e-9, 30.0
    )
    assert looser.benefit >= solution.benefit
