"""Let blocks that fall short of the least band of their certificate are listed by duty, with what pays back in time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from constraint_cases import case_of, outcome_at, small_plan
from places import county_register

from assetplan import schema
from assetplan.epc import epc_shortfalls, load_epc_duties
from assetplan.errors import ConfigError
from assetplan.inputs import load_inputs
from assetplan.outcome.notes import unverified
from assetplan.outcome.tables import programme_tables
from assetplan.statements import accounts

HEAD = "band,from_year,above_m2,payback_years,source,verified\n"


def let_blocks(**columns: list) -> pd.DataFrame:
    """Blocks let, by default of 2,000 m2."""
    n = len(next(iter(columns.values())))
    base = {
        "block_id": [f"B{k}" for k in range(n)], "name": [f"Unit {k}" for k in range(n)], "let": ["yes"] * n,
        "epc": [""] * n, "floor_area_m2": [2_000.0] * n, "let_area_m2": [np.nan] * n,
    }  # fmt: skip
    return pd.DataFrame(base | columns)


def test_above_a_thousand_square_metres_b_is_due_from_2031_and_below_e_alone() -> None:
    bands = ["A+", "A", "B", "C", "E", "F", "G"]
    for area, due in ((2_000.0, {"C", "E", "F", "G"}), (1_000.0, set()), (1_000.1, {"C", "E", "F", "G"})):
        short = epc_shortfalls(let_blocks(epc=bands, floor_area_m2=[area] * len(bands)), load_epc_duties())
        of_b = short[short["band"] == "B"]
        assert set(of_b["epc"]) == due
        assert set(of_b["from_year"]) <= {2031}
        of_e = short[short["band"] == "E"]
        assert set(of_e["epc"]) == {"F", "G"}
        assert set(of_e["from_year"]) == {2023}


def test_no_interim_step_to_c_is_packaged() -> None:
    duties = load_epc_duties()
    assert set(zip(duties["band"], duties["from_year"], strict=True)) == {("E", 2023), ("B", 2031)}


def test_what_is_not_let_has_no_duty_and_what_has_no_certificate_is_listed_with_its_row() -> None:
    blocks = let_blocks(let=["no", "", "yes", "yes"], epc=["G", "G", "", "D"], floor_area_m2=[9e3, 9e3, 400.0, 400.0])
    short = epc_shortfalls(blocks, load_epc_duties())
    assert short[["row", "block_id", "epc", "band"]].to_numpy().tolist() == [[3, "B2", "", "E"]]


def test_an_area_that_is_not_known_is_taken_from_what_is_let_else_counts_as_large() -> None:
    blocks = let_blocks(epc=["D", "D"], floor_area_m2=[np.nan, np.nan], let_area_m2=[500.0, np.nan])
    assert epc_shortfalls(blocks, load_epc_duties())["block_id"].tolist() == ["B1"]


def test_a_later_duty_of_a_band_that_is_asked_already_is_not_listed_twice(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(HEAD + "C,2023,0,7,a,no\nD,2025,0,7,a,no\nB,2028,0,,a,no\n", encoding="utf-8")
    short = epc_shortfalls(let_blocks(epc=["G"]), load_epc_duties(tmp_path / "own.csv"))
    assert short["band"].tolist() == ["C", "B"]
    assert np.isnan(short["payback_years"].iloc[1])


def test_faults_of_a_councils_own_duties_are_all_listed(tmp_path: Path) -> None:
    rows = "H,2031,0,7,a,no\nB,31,0,7,a,no\nB,2031,-1,7,a,no\nB,2031,5,0,a,no\nC,2030,0,7,a,no\nC,2030,0,8,a,no\n"
    (tmp_path / "own.csv").write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_epc_duties(tmp_path / "own.csv")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (2, "band"), (3, "from_year"), (4, "above_m2"), (5, "payback_years"), (7, "band"),
    ]  # fmt: skip


def test_the_statement_has_works_that_pay_back_within_the_test_and_no_others(tmp_path: Path) -> None:
    register = county_register()
    assets = register.assets
    part = assets[assets["parent_id"].isin(["P001", "P002"]) & (assets["group"] == "heating")].reset_index(drop=True)
    part = part.assign(value=[4.0, 4.0], measure="grade", surveyed_year=2018.0, retention="retain")
    cost = 120 * part["quantity"].to_numpy()  # before price indices
    # At £1 a kWh and half saved the first pays back in 4 years of its table's prices, the second in 40.
    frame = let_blocks(epc=["F", "C"], block_id=["P001", "P002"], gas_kwh=[cost[0] / 2, cost[1] / 20])
    blocks, faults = schema.conform(frame.assign(premises_id="X"), "blocks", "blocks")
    assert not faults
    savings = "treatment,group,fuel,share_saved,source,verified\ncomponent_renewal,heating,gas,0.5,invented,no\n"
    (tmp_path / "savings.csv").write_text(savings, encoding="utf-8")
    plan = small_plan(
        {"lines": {"property": [1e6] * 3}},
        energy={"prices": {"gas": 1.0}},
        tables={"energy_savings": str(tmp_path / "savings.csv")},
    )
    made = case_of(plan, register=replace(register, assets=part, blocks=blocks))
    outcome = outcome_at(made, made.solve())
    tables = {table.name: table for table in accounts(outcome, programme_tables(outcome)[0])}
    rows = tables["epc_duties"].rows
    assert rows[["block", "epc", "band", "from_year"]].to_numpy().tolist() == [
        ["P001", "F", "E", "2023"], ["P001", "F", "B", "2031"], ["P002", "C", "B", "2031"],
    ]  # fmt: skip
    heating = made.inputs.model.groups["heating"].label.lower()
    renewal = next(t for t in made.inputs.model.catalogue.own("heating") if t.name == "component_renewal")
    assert rows["works"].tolist() == [f"Renewal, {heating}", f"Renewal, {heating}", ""]
    assert rows["cost"].iloc[0] == round(renewal.unit_cost * part["quantity"].iloc[0])
    assert rows["payback"].iloc[0] == pytest.approx(renewal.unit_cost / 120 * 4, abs=0.06)
    assert rows["cost"].isna().tolist() == [False, False, True]


def test_bands_that_rest_on_unverified_rows_are_listed_where_something_is_let() -> None:
    words = "Energy certificates: least bands of what is let"
    for let, listed in ((["yes"], True), (["no"], False)):
        frame = let_blocks(let=let).assign(premises_id="X")
        blocks, _ = schema.conform(frame, "blocks", "blocks")
        register = replace(county_register(), blocks=blocks)
        inputs = load_inputs(small_plan(), register)
        assert (words in unverified(inputs)) is listed
