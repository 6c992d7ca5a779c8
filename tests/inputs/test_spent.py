"""Years that are past stay as they were; only what is still to come is planned again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constraint_cases import LINES, small_register

import assetplan
from assetplan.config import make_plan
from assetplan.errors import ConfigError, InfeasibleError
from assetplan.programme import Programme

MONEY = {"unit": "£", "prices": "cash", "inflation": 0.03, "lines": LINES}
RESERVE = {"name": "reserve", "type": "reserve", "balance": 50_000.0, "amounts": [0.0] * 3}
BASE: dict[str, Any] = {
    "name": "case", "register": "r", "first_year": 2019, "years": 3, "envelope": MONEY,
    "sources": [{"name": "council", "amounts": [40_000.0] * 3}, RESERVE],
    "borrowing": [{"name": "PWLB", "rate": 0.028, "years": 10}],
    "income": [{"name": "council tax", "amounts": [700.0, 3_000.0, 6_000.0], "status": "confirmed"}],
    "solver": {"target_gap": 1e-3}, "forecast": {"futures": 0}, "sites": {"minimum": 0},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rounds")
    assetplan.plan(make_plan(BASE, folder / "plan.toml"), small_register()).write(folder / "first")
    return folder


def again(folder: Path, until: int = 2019, **keys: Any) -> Programme:
    spent = {"from": "first", "until": until}
    return assetplan.plan(make_plan({**BASE, **keys, "spent": spent}, folder / "plan.toml"), small_register())


def works_to(programme: Programme, year: int) -> pd.DataFrame:
    works = programme.works[programme.works["year"] <= year]
    return works[["asset_id", "year", "treatment", "cost"]].sort_values(["asset_id", "year"]).reset_index(drop=True)


def paid(programme: Programme, year: int) -> dict[str, float]:
    out: dict[str, float] = {}
    for row in programme.summary.flows:
        if row["kind"] in ("source", "spent") and row["year"] == year:
            out[row["source"]] = out.get(row["source"], 0.0) + row["amount"]
    return out


def test_what_is_spent_stays_and_the_rest_follows_new_money(folder: Path) -> None:
    first = assetplan.read_programme(folder / "first")
    lean = {**MONEY, "lines": {line: [amounts[0], 9_000.0, 9_000.0] for line, amounts in LINES.items()}}
    replanned = again(folder, envelope=lean)
    pd.testing.assert_frame_equal(works_to(replanned, 2019), works_to(first, 2019))
    assert set(replanned.works.loc[replanned.works["year"] == 2019, "status"]) == {"spent"}
    assert replanned.summary.firm_years == (2020, 2021)
    assert paid(replanned, 2019) == pytest.approx(paid(first, 2019), abs=0.02)  # pennies of rounding
    drawn = [[row["amount"] for row in p.summary.flows if row["flow"] == "PWLB drawn 2019"] for p in (first, replanned)]
    assert drawn[0] == pytest.approx(drawn[1], abs=0.02)
    spend = replanned.spend()
    assert (spend.drop(index="total")[2020] <= 9_000 / 1.03 + 0.01).all()
    assert spend.loc["total", 2020] < first.spend().loc["total", 2020]


@pytest.mark.slow
def test_nothing_new_changes_nothing_for_the_worse(folder: Path) -> None:
    first = assetplan.read_programme(folder / "first")
    replanned = again(folder, until=2020)
    pd.testing.assert_frame_equal(works_to(replanned, 2020), works_to(first, 2020))
    # The first programme is one of those that are left; both are within their gap of the best.
    assert replanned.benefit >= first.benefit * (1 - 2e-3)
    assert replanned.summary.bound <= first.summary.bound * (1 + 1e-6)  # costs are kept to the penny


def test_money_that_is_gone_from_a_reserve_is_gone(folder: Path) -> None:
    first = assetplan.read_programme(folder / "first")
    used = paid(first, 2019).get("reserve", 0.0)
    assert used > 1_000
    replanned = again(folder)
    later = sum(paid(replanned, year).get("reserve", 0.0) * 1.03 ** (year - 2019) for year in (2020, 2021))
    assert used + later <= 50_000 + 0.05
    row = next(row for row in replanned.summary.limits if row["limit"] == "reserve 2021")
    assert row["used"] == pytest.approx(used + later, abs=0.05)


@pytest.mark.slow
def test_debt_of_years_that_are_past_is_no_contradiction(folder: Path) -> None:
    """A programme is kept to pennies and its debt may fill the income; a year that is past is as it was."""
    first = assetplan.read_programme(folder / "first")
    cost = {row["limit"]: row["used"] for row in first.summary.limits if row["key"].get("name") == "debt cost"}
    income = dict(BASE["income"][0])
    drawn = sum(row["amount"] for row in first.summary.flows if row["flow"] == "PWLB drawn 2019")
    assert drawn > 1_000  # else nothing is tested
    less = [cost["debt cost 2019"] - 100.0, *income["amounts"][1:]]
    replanned = again(folder, income=[income | {"amounts": less}])
    row = next(row for row in replanned.summary.limits if row["limit"] == "debt cost 2019")
    assert row["used"] == pytest.approx(cost["debt cost 2019"], abs=0.05)  # pennies of rounding
    nothing = [cost["debt cost 2019"], 10.0, 10.0]  # a year to come must still bear what was drawn
    with pytest.raises(InfeasibleError, match=r"debt cost 20\d\d.*whatever is chosen"):
        again(folder, income=[income | {"amounts": nothing}])


@pytest.mark.slow
def test_a_line_cut_below_what_it_has_spent_is_no_fault(folder: Path) -> None:
    cut = {line: [1.0, *amounts[1:]] for line, amounts in LINES.items()}
    replanned = again(folder, envelope={**MONEY, "lines": cut, "floors": {"footways": [1.0, 0.0, 0.0]}})
    first = assetplan.read_programme(folder / "first")
    assert replanned.spend()[2019].to_dict() == pytest.approx(first.spend()[2019].to_dict(), abs=0.01)


def paid_for(folder: Path, works: pd.DataFrame) -> None:
    """Write what works cost into the spend of the summary in a folder too."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    for row in summary["spend"]:
        row["amount"] = works.loc[(works["line"] == row["line"]) & (works["year"] == row["year"]), "cost"].sum()
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")


def test_costs_are_those_that_were_paid(folder: Path, tmp_path: Path) -> None:
    """An outturn that differs from the estimate, as it would: the cost of one scheme is doubled in what is kept."""
    shutil.copytree(folder / "first", tmp_path / "first")
    works = pd.read_csv(tmp_path / "first" / "programme.csv", dtype={"asset_id": str})
    row = works.index[works["year"] == 2019][0]
    works.loc[row, "cost"] *= 2
    works.to_csv(tmp_path / "first" / "programme.csv", index=False)
    paid_for(tmp_path / "first", works)
    replanned = again(tmp_path, sources=[], borrowing=[], income=[])
    mine = replanned.works[
        (replanned.works["asset_id"] == works.loc[row, "asset_id"]) & (replanned.works["year"] == 2019)
    ]
    assert mine["cost"].tolist() == [works.loc[row, "cost"]]


def test_another_plans_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"spent\.from.*there is no summary\.json in it"):
        again(tmp_path)
    later = {**BASE, "first_year": 2018, "later_surveys": "hold", "spent": {"from": "first", "until": 2018}}
    with pytest.raises(ConfigError, match="begins in 2019, this plan in 2018"):
        assetplan.plan(make_plan(later, folder / "plan.toml"), small_register())
    with pytest.raises(ConfigError, match=r"has inflation 0\.03, this plan 0\.05"):
        again(folder, envelope={**MONEY, "inflation": 0.05})
    with pytest.raises(ConfigError, match=r"spent\.until"):
        again(folder, until=2021)
    broken = tmp_path / "first"
    broken.mkdir()
    for path in (folder / "first").iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    (broken / "summary.json").write_text(json.dumps({"years": [2019]}), encoding="utf-8")
    with pytest.raises(ConfigError, match="not a folder of a plan that can be read"):
        again(tmp_path)


def test_what_was_done_must_be_possible(folder: Path) -> None:
    """A register in which a treated asset could not have been treated is another register."""
    first = assetplan.read_programme(folder / "first")
    treated = first.works.loc[(first.works["year"] == 2019) & (first.works["asset_class"] == "footway"), "asset_id"]
    register = small_register()
    assets = register.assets.copy()
    assets.loc[assets["asset_id"].isin(treated), ["measure", "value"]] = ["index", 99.0]
    plan = make_plan({**BASE, "spent": {"from": "first", "until": 2019}}, folder / "plan.toml")
    with pytest.raises(ConfigError, match="which its condition or a rule does not allow") as caught:
        assetplan.plan(plan, replace(register, assets=assets))
    assert {fault.value for fault in caught.value.faults} == set(treated)
    assert np.isin(list(treated), assets["asset_id"]).all()


def test_works_that_cannot_be_counted_are_refused_by_row(folder: Path, tmp_path: Path) -> None:
    """A cost that is blank or below 0 is never taken as nothing."""
    shutil.copytree(folder / "first", tmp_path / "first")
    path = tmp_path / "first" / "programme.csv"
    works = pd.read_csv(path, dtype=str)
    works.loc[0, "cost"], works.loc[1, "cost"] = "", "-5"
    works.to_csv(path, index=False)
    with pytest.raises(ConfigError) as caught:
        again(tmp_path)
    assert [(fault.row, fault.column, fault.value) for fault in caught.value.faults] == [
        (2, "cost", ""),
        (3, "cost", "-5"),
    ]


def tampered(folder: Path, tmp_path: Path) -> pd.DataFrame:
    """Copy the first programme's folder and read its works."""
    shutil.copytree(folder / "first", tmp_path / "first")
    return pd.read_csv(tmp_path / "first" / "programme.csv", dtype={"asset_id": str})


def changed(works: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    out = works.astype({column: object})
    out.loc[0, column] = value
    return out


@pytest.mark.parametrize(
    ("change", "place", "rule"),
    [
        (lambda works: works.iloc[1:], (0, "asset_id"), "has no row for"),
        (lambda works: works.iloc[[0, *range(len(works))]], (3, "asset_id"), "is there more than once in one year"),
        (lambda works: changed(works, "asset_id", "nobody"), (2, "asset_id"), "the register has no such asset"),
        (lambda works: changed(works, "cost", -5), (2, "cost"), "must lie from 0 to"),
        (lambda works: changed(works, "cost", "NaN"), (2, "cost"), "a value is required"),
        (lambda works: changed(works, "cost", "inf"), (2, "cost"), "must be a number"),
        (lambda works: changed(works, "cost", ""), (2, "cost"), "a value is required"),
        (lambda works: changed(works, "cost", 0), (0, "cost"), "and summary.json has a spend of £"),
        (lambda works: changed(works, "cost", works["cost"][0] + 0.05), (0, "cost"), "what was paid is in both"),
        (lambda works: changed(works, "line", "footway"), (0, "cost"), "and summary.json has a spend of £0.00"),
        (lambda works: changed(works, "year", 2019.5), (2, "year"), "must be a whole year"),
        (lambda works: changed(works, "treatment", "paint"), (2, "treatment"), "has no such works of this asset"),
        (lambda works: works.drop(columns="cost"), (0, "cost"), "this column is missing"),
        (lambda works: works.iloc[:0], (0, "asset_id"), "has no row for"),
    ],
    ids=range(14),
)  # fmt: skip
def test_works_that_do_not_add_up_are_faults_of_their_row(
    folder: Path, tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], place: tuple[int, str], rule: str
) -> None:
    change(tampered(folder, tmp_path)).to_csv(tmp_path / "first" / "programme.csv", index=False)
    with pytest.raises(ConfigError) as caught:
        again(tmp_path)
    listed = [(fault.row, fault.column) for fault in caught.value.faults if rule in fault.rule]
    assert place in listed, str(caught.value)
    assert {Path(fault.file).name for fault in caught.value.faults} == {"programme.csv"}


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), -1.0, True])
def test_a_spend_that_is_no_money_is_a_fault(folder: Path, tmp_path: Path, amount: object) -> None:
    tampered(folder, tmp_path)
    path = tmp_path / "first" / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    summary["spend"][0]["amount"] = amount
    path.write_text(json.dumps(summary), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"summary\.json, column spend\[1\]\.amount.*must be a number of at least 0"):
        again(tmp_path)


def test_a_spend_that_is_there_twice_is_a_fault(folder: Path, tmp_path: Path) -> None:
    tampered(folder, tmp_path)
    path = tmp_path / "first" / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    summary["spend"].append(summary["spend"][0])
    path.write_text(json.dumps(summary), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"spend\[\d+\].*is there more than once"):
        again(tmp_path)


@pytest.mark.parametrize("key", ["spent", "stability"])
@pytest.mark.parametrize(
    ("change", "place", "rule"),
    [
        (lambda table: table.iloc[[0, *range(len(table))]], (2, "asset_id"), "is there more than once"),
        (lambda table: changed(table, "strategy", None), (1, "strategy"), "a value is required"),
        (lambda table: changed(table, "strategy", "paint"), (1, "strategy"), "is no strategy of a plan"),
        (lambda table: changed(table, "asset_id", ""), (1, "asset_id"), "a value is required"),
        (lambda table: changed(table, "asset_class", "signal"), (1, "asset_class"), "is of another class"),
        (lambda table: table.assign(asset_id="x" + table["asset_id"]), (0, ""), "is of another register: 0 of its"),
        (lambda table: table.iloc[:0], (0, ""), "is of another register: 0 of its 0"),
    ],
    ids=range(7),
)  # fmt: skip
def test_an_earlier_programme_of_other_assets_is_a_fault(
    folder: Path,
    tmp_path: Path,
    key: str,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    place: tuple[int, str],
    rule: str,
) -> None:
    tampered(folder, tmp_path)
    path = tmp_path / "first" / "assets.parquet"
    change(pd.read_parquet(path).reset_index(drop=True)).to_parquet(path)
    keys = {"spent": {"from": "first", "until": 2019}, "stability": {"from": "first", "price": 100.0}}
    with pytest.raises(ConfigError) as caught:
        assetplan.plan(make_plan({**BASE, key: keys[key]}, tmp_path / "plan.toml"), small_register())
    where = (0, f"{key}.from") if not place[1] else place
    assert where in [(fault.row, fault.column) for fault in caught.value.faults if rule in fault.rule]
