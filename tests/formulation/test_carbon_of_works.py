"""Works emit by their quantity; a limit on carbon binds, has a price, and refuses works of which nothing is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case, case_of, check, exact, small_plan
from places import county_register

from assetplan import schema
from assetplan.errors import ConfigError
from assetplan.formulation.carbon import carbon_of_options, carbon_of_plan, carbon_of_works
from assetplan.formulation.works import Works

FACTORS = """\
treatment,group,unit,kg_co2e,source,verified
surface_dressing,,m2,2,invented for this test,no
resurfacing,,m2,10,invented for this test,no
reconstruction,,m2,25,invented for this test,no
"""
MAJOR = {"name": "carbon", "of": "carbon", "treatment": ["resurfacing", "reconstruction"]}


def stated(tmp_path: Path, **keys: object) -> Case:
    """A small plan by factors of this test's own."""
    (tmp_path / "carbon.csv").write_text(FACTORS, encoding="utf-8")
    return case(tables={"treatment_carbon": str(tmp_path / "carbon.csv")}, **keys)


def test_each_works_item_emits_its_factor_by_its_quantity(tmp_path: Path) -> None:
    made = stated(tmp_path)
    works = Works.of(made.inputs.register.assets, made.inputs.model, made.formulation.options)
    carbon = carbon_of_works(made.inputs, works)
    emitted, unknown = carbon_of_options(made.inputs, works)
    factors = {"surface_dressing": 2.0, "resurfacing": 10.0, "reconstruction": 25.0}
    quantity = made.inputs.register.assets["quantity"].to_numpy()
    for option in range(0, works.n_options, 7):
        mine = made.works(option)
        asset = made.formulation.options.asset[option]
        known = sum(factors.get(name, 0.0) * quantity[asset] / 1000 for _, name in mine)
        assert emitted[option] == pytest.approx(known)
        of_none = sum(made.formulation.options.cost[option, year] for year, name in mine if name not in factors)
        assert unknown[option] == pytest.approx(of_none)
    assert set(np.isnan(carbon)) == {False, True}


def test_a_limit_on_carbon_binds_and_its_price_is_what_a_tonne_more_would_bring(tmp_path: Path) -> None:
    made = stated(tmp_path, limits=[{**MAJOR, "at_most": 22.0}])
    solution = check(made, "carbon", 0.2)
    works = Works.of(made.inputs.register.assets, made.inputs.model, made.formulation.options.take(solution.chosen))
    limited = works.treatments["treatment"].isin(MAJOR["treatment"]).to_numpy()[works.treatment]
    assert carbon_of_works(made.inputs, works)[limited].sum() == pytest.approx(solution.used[made.row("carbon")])
    assert made.formulation.rows[-1].unit == "t CO2e"


def test_a_limit_on_carbon_of_works_that_are_not_known_is_refused_with_their_names() -> None:
    with pytest.raises(ConfigError) as caught:
        case(limits=[{"name": "carbon", "of": "carbon", "asset_class": "carriageway", "at_most": 10.0}])
    (fault,) = caught.value.faults
    assert fault.column == "limits[1]"
    assert "surface_dressing" in fault.rule
    assert "resurfacing" not in fault.rule


def test_mending_a_component_emits_the_share_of_renewal_that_it_costs(tmp_path: Path) -> None:
    assets = county_register().assets
    walls = assets[(assets["asset_class"] == "building") & (assets["group"] == "brick_wall")].head(3)
    walls = walls.assign(value=[2.0, 3.0, 4.0], surveyed_year=2018.0, committed_treatment="", retention="retain")
    (tmp_path / "carbon.csv").write_text(
        FACTORS.splitlines()[0] + "\n"
        "component_repair,brick_wall,m2,40,invented for this test,no\n"
        "component_renewal,brick_wall,m2,40,invented for this test,no\n",
        encoding="utf-8",
    )
    made = case(
        {"lines": {"property": [1e6] * 3}},
        walls.reset_index(drop=True),
        tables={"treatment_carbon": str(tmp_path / "carbon.csv")},
        inflation={"construction": {"above": 0.02, "of": ["property"]}},
    )
    works = Works.of(made.inputs.register.assets, made.inputs.model, made.formulation.options)
    carbon, quantity = carbon_of_works(made.inputs, works), made.inputs.register.assets["quantity"].to_numpy()
    price = made.inputs.model.catalogue.own("brick_wall")[0].unit_cost * 1.02**works.year
    assert len(carbon)
    np.testing.assert_allclose(carbon, 40 * works.cost / price / 1000)
    # Repair of B is a twentieth of renewal, as its cost is: less than all of it, never more.
    assert (carbon <= 40 * quantity[works.asset] / 1000 + 1e-9).all()
    assert carbon.min() < 0.2 * 40 * quantity.max() / 1000


def lit(tmp_path: Path, **keys: object) -> Case:
    """Two heating systems in blocks with gas, renewed with a saving, by factors of this test's own."""
    assets = county_register().assets
    part = assets[assets["parent_id"].isin(["P001", "P002"]) & (assets["group"] == "heating")].reset_index(drop=True)
    part = part.assign(
        value=[4.0, 3.0], measure="grade", surveyed_year=2018.0, retention="retain", committed_treatment=""
    )
    frame = pd.DataFrame({"block_id": ["P001", "P002"], "premises_id": "X", "gas_kwh": [200_000.0, 50_000.0]})
    (tmp_path / "works.csv").write_text(
        FACTORS.splitlines()[0] + "\ncomponent_repair,heating,m2,1,a,no\ncomponent_renewal,heating,m2,2,a,no\n",
        encoding="utf-8",
    )
    (tmp_path / "saves.csv").write_text(
        "treatment,group,fuel,share_saved,source,verified\ncomponent_renewal,heating,gas,0.4,a,no\n", encoding="utf-8"
    )
    tables = {"treatment_carbon": str(tmp_path / "works.csv"), "energy_savings": str(tmp_path / "saves.csv")}
    keys = {"energy": {"prices": {"gas": 0.05}}} | keys
    plan = small_plan({"lines": {"property": [2e6] * 3}}, tables=tables, **keys)
    register = replace(county_register(), assets=part, blocks=schema.conform(frame, "blocks", "blocks")[0])
    return case_of(plan, register=register)


def test_a_limit_on_carbon_with_energy_counts_what_is_used_whatever_is_done(tmp_path: Path) -> None:
    limit = {"name": "carbon", "of": "carbon with energy", "at_most": [1e6] * 3}
    made = lit(tmp_path, limits=[limit])
    options, inputs = made.formulation.options, made.inputs
    works = Works.of(inputs.register.assets, inputs.model, options)
    emitted = carbon_of_works(inputs, works)
    for year in range(3):
        used = made.problem.usage[:, [made.row(f"carbon {2019 + year}")]].toarray().ravel()
        mine = np.bincount(works.option, np.where(works.year == year, emitted, 0.0), works.n_options)
        renewed = [[when for when, name in made.works(k) if name == "component_renewal"] for k in range(len(used))]
        left = np.array([0.6 if any(when <= year for when in each) else 1.0 for each in renewed])
        kwh = np.array([200_000.0, 50_000.0])[options.asset]
        np.testing.assert_allclose(used, mine + left * kwh * 0.18293 / 1000)


def test_least_carbon_renews_what_saves_more_than_its_works_emit(tmp_path: Path) -> None:
    made = lit(tmp_path, objective={"of": "least carbon"})
    solution = made.solve()
    assert solution.benefit == pytest.approx(exact(made.problem))
    np.testing.assert_allclose(made.problem.benefit, -carbon_of_plan(made.inputs, made.formulation.options))
    # 44 t less gas in three years where the works of the first block emit some 13 t; a repair saves nothing.
    chosen = [made.strategy(option) for option in solution.chosen]
    assert chosen[0] == "component_renewal@2019"
    assert "component_repair" not in "".join(chosen)
    assert made.inputs.plan.states_carbon


def test_carbon_with_energy_is_refused_where_it_is_not_known(tmp_path: Path) -> None:
    limit = {"name": "carbon", "of": "carbon with energy", "at_most": 1e6}
    with pytest.raises(ConfigError, match=r"needs an \[energy\] table"):
        lit(tmp_path, limits=[limit], energy=None)
    with pytest.raises(ConfigError, match="what waterproofing_and_joints"):
        case(objective={"of": "least carbon"}, envelope={"lines": {"bridges": [60_000.0] * 3}})
