"""A plan rolled forward keeps its firm works, has those of the past year in its register, and carries what is left."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from commands import Done, run
from constraint_cases import LINES, small_register
from places import whole_register as county_with_property

import assetplan
from assetplan.inputs.load import load_inputs
from assetplan.programme import Programme
from assetplan.register import Register, read_register, write_register
from assetplan.rolling import toml_text
from assetplan.rolling.done import without_sold

BASE = {
    "name": "case", "register": "r.gpkg", "first_year": 2019, "years": 3, "sites": {"costs": "none"},
    "envelope": {"unit": "£", "lines": LINES}, "forecast": {"futures": 0}, "solver": {"target_gap": 1e-6},
}  # fmt: skip


def whole_register() -> Register:
    """The small register by itself, without what it names of the county's."""
    register = small_register()
    ids, assets = set(register.assets["asset_id"]), register.assets
    parent = assets["parent_id"].where(assets["parent_id"].isin(ids), "")
    seen = register.inspections[register.inspections["asset_id"].isin(ids)].reset_index(drop=True)
    return replace(register, assets=assets.assign(parent_id=parent), inspections=seen)


@pytest.fixture(scope="module")
def rolled(two_programmes: tuple[Programme, Programme], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("rolled")
    (folder / "plan.toml").write_text(toml_text(BASE), encoding="utf-8")
    write_register(whole_register(), folder / "r.gpkg")
    two_programmes[0].write(folder / "out")
    return folder, run("roll", folder / "plan.toml", folder / "out", "-o", folder / "next")


def works_of(programme: Programme, year: int) -> set[tuple[str, str]]:
    works = programme.works[programme.works["year"] == year]
    return set(zip(works["asset_id"], works["treatment"], strict=True))


def test_the_next_plan_begins_a_year_later_with_firm_works_as_approved(
    rolled: tuple[Path, Done], two_programmes: tuple[Programme, Programme]
) -> None:
    folder, done = rolled
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.replace(str(folder), "").splitlines())) <= 80
    again = assetplan.plan(assetplan.read_plan(folder / "next/plan.toml"))
    assert again.years == [2020, 2021, 2022]
    firm = works_of(two_programmes[0], 2020)
    assert firm
    assert works_of(again, 2020) >= firm
    # What was done in 2019 is not done again at once.
    assert not works_of(again, 2020) & works_of(two_programmes[0], 2019)


def test_works_of_the_past_year_are_in_the_register(
    rolled: tuple[Path, Done], two_programmes: tuple[Programme, Programme]
) -> None:
    folder, first = rolled[0], two_programmes[0]
    now = read_register(folder / "next/register.gpkg").assets.set_index("asset_id")
    before = small_register().assets.set_index("asset_id")
    treated = [asset for asset, _ in works_of(first, 2019)]
    assert set(now.loc[treated, "measure"]) == {"index"}
    assert set(now.loc[treated, "surveyed_year"]) == {2019}
    index = first.assets.set_index("asset_id").loc[treated, "plan_2019"]
    assert now.loc[treated, "value"].tolist() == pytest.approx(index.tolist(), abs=1e-4)
    others = before.index.difference(treated)
    same = ["measure", "value", "surveyed_year"]
    pd.testing.assert_frame_equal(pd.DataFrame(now.loc[others, same]), pd.DataFrame(before.loc[others, same]))


def test_unspent_money_is_carried_at_the_prices_of_the_new_first_year(
    rolled: tuple[Path, Done], two_programmes: tuple[Programme, Programme]
) -> None:
    folder, first = rolled[0], two_programmes[0]
    rebase = assetplan.prices.load_prices().ratio("general", 2019, 2020)
    spent = first.spend()[2019]
    data = tomllib.loads((folder / "next/plan.toml").read_text(encoding="utf-8"))
    for line, amounts in data["envelope"]["lines"].items():
        stated = LINES[line]
        left = stated[0] - spent[line]
        assert amounts == pytest.approx([(stated[1] + left) * rebase, *[stated[2] * rebase] * 2], abs=1e-3)
    changes = pd.read_csv(folder / "next/changes.csv", encoding="utf-8-sig").set_index("key")
    assert changes.loc["envelope.lines.bridges[1]", "why"] == "unspent money is carried"


def test_a_scheme_that_was_not_done_in_the_past_year_is_not_in_the_register(
    rolled: tuple[Path, Done], two_programmes: tuple[Programme, Programme], tmp_path: Path
) -> None:
    folder, works = rolled[0], two_programmes[0].works
    first = works[works["year"] == 2019]
    cost = first.groupby("scheme_id")["cost"].sum()
    later = first.loc[first["line"] == "carriageway_major", "scheme_id"].iloc[0]
    rows = [f"{s},2020/21 Q1,,{c}" if s == later else f"{s},2019/20 Q4,{c}," for s, c in cost.items()]
    (tmp_path / "a.csv").write_text("\n".join(["scheme,quarter,actual,forecast", *rows]) + "\n", encoding="utf-8")
    done = run("monitor", folder / "out", tmp_path / "a.csv", "--spent", tmp_path / "spent")
    assert done.returncode == 0, done.stderr
    done = run("roll", folder / "plan.toml", tmp_path / "spent", "-o", tmp_path / "next", "--carry", 0)
    assert done.returncode == 0, done.stderr
    now = read_register(tmp_path / "next/register.gpkg").assets.set_index("asset_id")
    before = small_register().assets.set_index("asset_id")
    postponed = first.loc[first["scheme_id"] == later, "asset_id"]
    assert now.loc[postponed, "value"].tolist() == before.loc[postponed, "value"].tolist()
    assert set(now.loc[first.loc[first["scheme_id"] != later, "asset_id"], "measure"]) == {"index"}
    assert "unspent" not in done.stdout


def test_premises_that_were_sold_are_out_of_the_register_with_all_that_stands_on_them() -> None:
    register = county_with_property()
    first, second = register.premises["premises_id"].iloc[:2]
    bids = pd.DataFrame(
        {
            "bid": [f"sale of {first}", f"sale of {second}", f"sale of {second}"],
            "kind": "sale",
            "chosen": [True, False, True],
            "start": [2019.0, 2019.0, 2021.0],
        }
    )
    left, sold = without_sold(register, SimpleNamespace(bids=bids), 2020)
    assert sold == (first,)
    assert set(register.premises["premises_id"]) - set(left.premises["premises_id"]) == {first}
    blocks = set(register.blocks.loc[register.blocks["premises_id"] == first, "block_id"])
    assert blocks
    assert not blocks & set(left.blocks["block_id"])
    gone = register.assets["parent_id"].isin(blocks)
    assert gone.any()
    assert left.assets["asset_id"].tolist() == register.assets.loc[~gone, "asset_id"].tolist()
    assert without_sold(register, SimpleNamespace(bids=None), 2020) == (register, ())


def test_a_programme_of_other_years_is_refused(rolled: tuple[Path, Done], tmp_path: Path) -> None:
    folder = rolled[0]
    for until in (2018, 2021):
        done = run("roll", folder / "plan.toml", folder / "out", "-o", tmp_path / "next", "--until", until)
        assert done.returncode == 1
        assert "the programme is of 2019 to 2021" in done.text
    assert not (tmp_path / "next").exists()


@pytest.mark.slow
def test_the_small_county_rolled_forward_keeps_its_firm_years(
    planned: tuple[Done, Path], small_county: Path, tmp_path: Path
) -> None:
    done = run("roll", small_county / "plan.toml", planned[1], "-o", tmp_path / "next")
    assert done.returncode == 0, done.stderr
    first = assetplan.read_programme(planned[1])
    again = assetplan.plan(assetplan.read_plan(tmp_path / "next/plan.toml"))
    firm = works_of(first, 2020)
    assert len(firm) > 500
    assert works_of(again, 2020) >= firm
    assert again.summary.firm_years == (2020, 2021)
    assert again.gap <= 5e-3
    # Firm works do not keep later schemes from being formed.
    assert (again.spend().loc["carriageway_preventative", [2021, 2022, 2023, 2024]] > 300_000).all()


@pytest.mark.slow
def test_a_bid_that_was_begun_goes_on_with_what_is_left_of_it(tmp_path: Path) -> None:
    worth = {"criteria": ["financial benefit"], "source": "case"}
    bids = [
        {**worth, "name": "School", "costs": {"bridges": [9_000.0, 15_000.0]}, "benefit": 900_000.0, "latest": 2019},
        {**worth, "name": "Old", "costs": {"bridges": [9e9]}, "benefit": 1.0, "latest": 2019},
    ]
    (tmp_path / "plan.toml").write_text(toml_text({**BASE, "bids": bids}), encoding="utf-8")
    write_register(whole_register(), tmp_path / "r.gpkg")
    assetplan.plan(assetplan.read_plan(tmp_path / "plan.toml")).write(tmp_path / "out")
    done = run("roll", tmp_path / "plan.toml", tmp_path / "out", "-o", tmp_path / "next")
    assert done.returncode == 0, done.stderr
    stated = assetplan.read_plan(tmp_path / "next/plan.toml")
    (left,) = load_inputs(stated).bids
    first, rest = stated.bids[0].costs["bridges"]
    assert (left.name, left.earliest, left.latest, left.held) == ("School", 0, 0, True)
    assert left.costs["bridges"].tolist() == [rest]
    assert rest / first == pytest.approx(15 / 9)
