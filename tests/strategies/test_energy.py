"""What treatments save of energy is worth its price in each year they last, in every place that values a strategy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case_of, outcome_at, small_plan
from places import county_register

import assetplan
from assetplan import schema
from assetplan.errors import ConfigError
from assetplan.outcome.tables import programme_tables
from assetplan.register import Register
from assetplan.statements import accounts
from assetplan.strategies import energy_saved, saved_after_plan, simulate, starting_condition

HEAD = "treatment,group,fuel,share_saved,source,verified\n"
SAVINGS = HEAD + "component_renewal,heating,gas,0.3,invented,no\ncomponent_repair,,electricity,0.05,invented,no\n"
PRICES = {"electricity": 0.25, "gas": 0.06}
GROWTH = {"gas": 0.02}


def buildings(**kwh: list[float]) -> Register:
    """Heating and electrical services of two blocks, and a third block without components."""
    register = county_register()
    assets = register.assets
    mine = assets["parent_id"].isin(["P001", "P002"]) & assets["group"].isin(["heating", "electrical"])
    part = assets[mine].reset_index(drop=True)
    part = part.assign(
        value=[4.0, 2.0, 2.0, 4.0], measure="grade", surveyed_year=2018.0, retention="retain", committed_treatment=""
    )
    used = {"electricity_kwh": [10_000.0, 20_000.0, 3_000.0], "gas_kwh": [100_000.0, np.nan, 7_000.0]}
    frame = pd.DataFrame({"block_id": ["P001", "P002", "P999"], "premises_id": "X", **used, **kwh})
    blocks, faults = schema.conform(frame, "blocks", "blocks")
    assert not faults
    return replace(register, assets=part, blocks=blocks)


def stated(folder: Path, register: Register | None = None, energy: dict | None = None, **keys: object) -> Case:
    """A plan of the buildings, by savings of this test's own."""
    (folder / "savings.csv").write_text(SAVINGS, encoding="utf-8")
    settings = {"prices": PRICES, "growth": GROWTH} if energy is None else energy
    tables = {"energy_savings": str(folder / "savings.csv")}
    plan = small_plan({"lines": {"property": [1e6] * 3}}, energy=settings, tables=tables, **keys)
    return case_of(plan, register=buildings() if register is None else register)


def by_hand(made: Case, option: int) -> float:
    """Present value of what one strategy saves, year by year [£]."""
    inputs, options = made.inputs, made.formulation.options
    row = inputs.register.assets.iloc[options.asset[option]]
    kwh = {"P001": {"electricity": 10_000.0, "gas": 100_000.0}, "P002": {"electricity": 20_000.0}}[row["parent_id"]]
    shares = {("component_renewal", "heating"): ("gas", 0.3), ("component_repair", row["group"]): ("electricity", 0.05)}
    treatments = {t.name: t for t in inputs.model.catalogue.treatments[row["group"]]}
    discount, total = inputs.model.rules.discount, 0.0
    for year in range(len(discount) - 1):
        lasting = [(when, name) for when, name in made.works(option) if (name, row["group"]) in shares and when <= year]
        if lasting and year < lasting[-1][0] + treatments[lasting[-1][1]].life:
            fuel, share = shares[lasting[-1][1], row["group"]]
            price = PRICES[fuel] * (1 + GROWTH.get(fuel, 0.0)) ** year
            total += share * kwh.get(fuel, 0.0) * price * np.sqrt(discount[year] * discount[year + 1])
    return total


def test_every_strategy_is_worth_more_by_what_it_saves_year_by_year(tmp_path: Path) -> None:
    with_energy, without = stated(tmp_path), stated(tmp_path, energy={})
    saved = with_energy.candidates.benefit - without.candidates.benefit
    assert saved.max() > 0
    np.testing.assert_allclose(
        saved, [by_hand(with_energy, option) for option in range(len(saved))], rtol=1e-9, atol=1e-4
    )
    np.testing.assert_array_equal(with_energy.candidates.schedule, without.candidates.schedule)


def test_the_stream_of_a_future_ties_with_the_value_of_its_strategy(tmp_path: Path) -> None:
    made = stated(tmp_path)
    model, assets = made.inputs.model, made.inputs.register.assets
    starting, solution = starting_condition(assets, model), made.solve()
    schedule = made.formulation.options.schedule[solution.chosen]
    planned = simulate(assets, starting, schedule, model)
    nothing = simulate(assets, starting, np.full_like(schedule, -1), model)
    gained = sum((nothing.streams[name] - planned.streams[name]).sum() for name in planned.streams)
    assert gained == pytest.approx(made.formulation.options.benefit[solution.chosen].sum())
    # Two components share the use of each block.
    assert nothing.yearly["energy"][:, 0].sum() == pytest.approx(30_000 * 0.25 + 100_000 * 0.06)
    assert (nothing.yearly["energy"][:, 2].sum()) == pytest.approx(30_000 * 0.25 + 100_000 * 0.06 * 1.02**2)
    saved = (nothing.yearly["energy"] - planned.yearly["energy"]).sum()
    assert saved > 0
    _, later = saved_after_plan(assets, starting, schedule, model, None, 4)
    _, bare = saved_after_plan(assets, starting, schedule, replace(model, energy=None), None, 4)
    kwh = energy_saved(assets, schedule, model.catalogue, made.inputs.tables.parameters.energy_savings, 7)
    worth = (kwh * model.energy.prices(7)).sum(axis=1)[:, 3:]
    np.testing.assert_allclose(later - bare, worth, atol=1e-6)


def test_the_statement_has_what_is_used_costs_and_emits_in_both_futures(tmp_path: Path) -> None:
    made = stated(tmp_path)
    outcome = outcome_at(made, made.solve())
    tables = {table.name: table for table in accounts(outcome, programme_tables(outcome)[0])}
    rows = tables["energy"].rows.set_index(["case", "fuel", "unit"])
    nothing = rows.loc["do-nothing"]
    # The block without components uses as much in both.
    assert nothing.loc[("electricity", "kWh"), "2019/20"] == 33_000
    assert nothing.loc[("gas", "kWh"), "total"] == 3 * 107_000
    assert nothing.loc[("gas", "£"), "2021/22"] == round(107_000 * 0.06 * 1.02**2)
    # The first factor of gas that is known is that of 2023.
    assert nothing.loc[("gas", "t CO2e"), "2019/20"] == pytest.approx(107 * 0.18293, abs=5e-4)
    plan = rows.loc["plan"]
    assert plan.loc[("gas", "kWh"), "2021/22"] == 107_000 - 30_000
    assert "1 block without components" in tables["energy"].note
    futures = {"do-nothing": outcome.nothing, "plan": outcome.plan}
    beside = np.array([3_000 * 0.25 + 7_000 * 0.06 * 1.02**k for k in range(3)])
    for name, future in futures.items():
        amounts = future.yearly["energy"].sum(axis=0)
        shown = rows.loc[name].xs("£", level="unit")[["2019/20", "2020/21", "2021/22"]].sum()
        np.testing.assert_allclose(shown, amounts + beside, atol=2)


def test_without_prices_energy_is_counted_but_is_worth_nothing(tmp_path: Path) -> None:
    made = stated(tmp_path, energy={})
    assert made.inputs.model.energy is None
    assert "energy" not in made.inputs.model.rules.streams
    outcome = outcome_at(made, made.solve())
    (table,) = (one for one in accounts(outcome, programme_tables(outcome)[0]) if one.name == "energy")
    assert set(table.rows["unit"]) == {"kWh", "t CO2e"}
    assert "counts in no benefit" in table.note


def test_a_fuel_of_unknown_carbon_is_blank_and_named(tmp_path: Path) -> None:
    made = stated(tmp_path, buildings(biomass_kwh=[500.0, 0.0, 0.0]), energy={})
    outcome = outcome_at(made, made.solve())
    (table,) = (one for one in accounts(outcome, programme_tables(outcome)[0]) if one.name == "energy")
    biomass = table.rows[(table.rows["fuel"] == "biomass") & (table.rows["unit"] == "t CO2e")]
    assert biomass["total"].isna().all()
    assert "What biomass emits is not known" in table.note


def test_a_light_uses_its_watts_for_the_hours_that_it_burns(tmp_path: Path) -> None:
    register = buildings()
    watts, hours = [100.0, np.nan, 60.0, np.nan], [np.nan, np.nan, 2_000.0, np.nan]
    register = replace(register, assets=register.assets.assign(watts=watts, burning_hours=hours))
    for burning, settings in ((4_100.0, {}), (3_000.0, {"burning_hours": 3_000})):
        kwh = stated(tmp_path, register, energy=settings).inputs.register.assets["kwh_electricity"]
        # A light is no part of the block that it names.
        assert kwh.tolist() == [0.1 * burning, 10_000.0, 120.0, 20_000.0]


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"prices": {"electricity": 0.2}}, "the register has use of it, so state its price"),
        ({"prices": PRICES | {"steam": 1.0}}, "steam"),
        ({"prices": {"electricity": -0.1, "gas": 0.1}}, "greater than or equal to 0"),
    ],
)
def test_a_fuel_without_a_price_or_that_is_none_is_refused(tmp_path: Path, settings: dict, rule: str) -> None:
    with pytest.raises(ConfigError, match=rule):
        stated(tmp_path, energy=settings)


def test_components_that_together_save_more_than_their_block_uses_are_refused(tmp_path: Path) -> None:
    greedy = "component_renewal,heating,electricity,0.7,a,no\ncomponent_renewal,electrical,electricity,0.4,a,no\n"
    (tmp_path / "greedy.csv").write_text(HEAD + greedy, encoding="utf-8")
    tables = {"energy_savings": str(tmp_path / "greedy.csv")}
    plan = small_plan({"lines": {"property": [1e6] * 3}}, energy={}, tables=tables)
    with pytest.raises(ConfigError, match="together save 110%"):
        case_of(plan, register=buildings())


def test_energy_is_stated_by_price_or_by_rows_of_condition_and_not_by_both(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"state energy\.prices"):
        stated(tmp_path, energy={}, benefit={"streams": ["works", "energy"]})


@pytest.mark.slow  # futures
def test_what_is_saved_counts_alike_in_the_plan_in_every_future_and_made_anew(tmp_path: Path) -> None:
    (tmp_path / "savings.csv").write_text(SAVINGS, encoding="utf-8")

    def worth(energy: dict | None) -> list[float]:
        tables = {"energy_savings": str(tmp_path / "savings.csv")}
        plan = small_plan({"lines": {"property": [1e6] * 3}}, energy=energy, tables=tables)
        ahead = assetplan.uncertainty(plan, futures=3, solved_for=2, replanned=1, register=buildings())
        anew = ahead.replanning[ahead.replanning["measure"] == "benefit"]
        mean = ahead.programmes["benefit"].iloc[0]
        return [assetplan.plan(plan, register=buildings()).benefit, mean, anew["held"].iloc[0], anew["anew"].iloc[0]]

    more = np.subtract(worth({"prices": PRICES, "growth": GROWTH}), worth(None))
    assert more[0] > 0
    np.testing.assert_allclose(more, more[0], atol=0.05)
