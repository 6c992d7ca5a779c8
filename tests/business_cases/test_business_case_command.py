"""`assetplan business-case` by its own entry point, of a small planned folder with bids, schemes and a risk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import docx
import pandas as pd
import pytest
from commands import run
from constraint_cases import small_register

import assetplan
from assetplan.business_cases import pack
from assetplan.business_cases.pack import own_gate
from assetplan.config import make_plan
from assetplan.errors import ConfigError
from assetplan.programme import read_programme

pytestmark = pytest.mark.slow  # a plan is solved

BIDS = (
    {"name": "Library", "costs": {"bridges": [20e3, 10e3]}, "benefit": 200e3, "gate": "Board", "stage": "outline"},
    {"name": "Library", "variant": "reduced", "costs": {"bridges": [20e3]}, "benefit": 50e3},
    {"name": "=Corridor", "costs": {"bridges": [50e3]}, "benefit": 1.0, "division": "North"},
)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bid that is done, one that is not, and works on roads and bridges."""
    folder = tmp_path_factory.mktemp("cases")
    (folder / "risks.csv").write_text(
        "risk_id,cause,event,consequence,owner,likelihood,impact,target_likelihood,target_impact,reviewed,controls,control_owners\n"
        "R1,Prices,The library costs more,No money,Director,3,3,2,3,2018-11-01,Fixed price,Buyer\n"
        "R2,Frost,Potholes,Claims,Director,3,3,2,3,2018-11-01,Gritting,Depot\n",
        encoding="utf-8",
    )
    shared = {"criteria": ["financial benefit"], "source": "a study"}
    data = {
        "name": "case", "register": "r", "first_year": 2019, "years": 3, "sites": {"costs": "none"},
        "envelope": {"unit": "£", "lines": {"carriageway_major": [60e3] * 3, "bridges": [60e3] * 3}},
        "forecast": {"futures": 0}, "solver": {"time_limit": 10.0}, "bids": [shared | each for each in BIDS],
        "risk": {"register": "risks.csv", "as_at": "2018-11-27"},
        "gates": [{"name": "Board", "above": 10e3}, {"name": "Cabinet", "above": 1e6}], "business_case": {"gate": 25e3},
    }  # fmt: skip
    assetplan.plan(make_plan(data, folder / "plan.toml"), small_register()).write(folder / "out")
    return folder / "out"


def tables_of(path: Path) -> dict[str, list[list[str]]]:
    """Tables of a Word document by their caption, headers first."""
    read = docx.Document(str(path))
    captions = [each.text.split(" (£")[0] for each in read.paragraphs if each.style.name == "Caption"]
    return {
        caption: [[cell.text for cell in row.cells] for row in table.rows]
        for caption, table in zip(captions, read.tables, strict=True)
    }


def test_every_bid_and_scheme_above_the_gate_has_a_page_and_a_document(planned: Path, tmp_path: Path) -> None:
    done = run("business-case", planned, "--gate", "25000", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    listed = pd.read_csv(tmp_path / "out" / "cases.csv", encoding="utf-8-sig")
    works = pd.read_csv(planned / "programme.csv", encoding="utf-8-sig").query("asset_class != 'bid'")
    cost = works.groupby("scheme_id")["cost"].sum()
    assert set(listed.query("kind == 'scheme'")["name"]) == set(cost.index[cost >= 25_000])
    assert listed.query("kind == 'bid'")["name"].tolist() == ["'=Corridor", "Library"]
    assert listed.query("kind == 'bid'")["recommended"].tolist() == ["no", "yes"]
    for stem in listed["file"]:
        assert (tmp_path / "out" / f"{stem}.html").is_file()
        assert (tmp_path / "out" / f"{stem}.docx").is_file()
    again = run("business-case", planned, "--gate", "25000", "-o", tmp_path / "out")
    assert again.returncode == 1
    assert "--force" in again.stderr


def test_a_bid_has_its_variants_as_options_with_gates_and_the_risk_that_names_it(planned: Path, tmp_path: Path) -> None:
    done = run("business-case", planned, "Library", "-o", tmp_path / "out", "--classification", "unrestricted")
    assert done.returncode == 0, done.stderr
    assert "1 business case in" in done.text
    tables = tables_of(tmp_path / "out" / "case-001.docx")
    options = {row[0]: row for row in tables["Options"][1:]}
    assert options["minimum"][1].startswith("variant reduced")
    assert options["recommended"][1:4] == ["variant recommended, begun in 2019/20", "30,000", "0"]
    bids = pd.read_csv(planned / "bids.csv", encoding="utf-8-sig").query("bid == 'Library'")
    best = bids[bids["chosen"]].iloc[0]
    assert options["recommended"][4] == f"{best['benefit']:,.0f}"
    assert options["do-nothing"][2:] == ["0", "0", "0", "–"]
    assert [row[0] for row in tables["Risks and what is done about them"][1:]] == ["R1"]
    stages = [row[:3] for row in tables["Programme of stages"][1:]]
    assert stages[:2] == [["business case", "outline", ""], ["approval, passed", "Board", ""]]
    assert [row[2] for row in stages[2:]] == ["2019/20", "2020/21"]


def test_a_scheme_has_the_options_of_its_assets(planned: Path, tmp_path: Path) -> None:
    works = pd.read_csv(planned / "programme.csv", encoding="utf-8-sig").query("asset_class != 'bid'")
    scheme = works.groupby("scheme_id")["cost"].sum().idxmax()
    mine = works[works["scheme_id"] == scheme]
    done = run("business-case", planned, scheme, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    options = {row[0]: row for row in tables_of(tmp_path / "out" / "case-001.docx")["Options"][1:]}
    every = pd.read_parquet(planned / "strategies.parquet")
    every = every[every["asset_id"].isin(mine["asset_id"])].astype({"strategy": str, "asset_id": str})
    treats = every[every["strategy"] != "do-nothing"]
    assert options["recommended"][2] == f"{mine['cost'].sum():,.0f}"
    assert options["minimum"][2] == f"{treats.groupby('asset_id')['cost'].min().sum():,.0f}"
    assert options["full"][4] == f"{every.groupby('asset_id')['benefit'].max().sum():,.0f}"


def test_what_is_not_there_and_what_is_not_asked_for_is_refused(planned: Path, tmp_path: Path) -> None:
    none = run("business-case", planned, "Nowhere", "-o", tmp_path / "out")
    assert none.returncode == 1
    assert "Nowhere" in none.stderr
    assert "is no bid or scheme of this plan" in none.text
    high = run("business-case", planned, "--gate", "1e9", "-o", tmp_path / "out")
    assert high.returncode == 1
    assert "no bid or scheme costs as much" in high.text
    assert run("business-case", planned, "Library", "--gate", "1", "-o", tmp_path / "out").returncode == 2


def test_the_plans_own_gate_stands_where_no_other_is_stated(planned: Path, tmp_path: Path) -> None:
    for name, options in (("own", ()), ("stated", ("--gate", "25000"))):
        assert run("business-case", planned, *options, "-o", tmp_path / name).returncode == 0
    assert (tmp_path / "own" / "cases.csv").read_bytes() == (tmp_path / "stated" / "cases.csv").read_bytes()
    programme = read_programme(planned)
    plan = dict(programme.settings["plan"])
    in_thousands = {**plan, "envelope": {**plan["envelope"], "unit": "£000"}}
    assert own_gate(replace(programme, settings={"plan": in_thousands})) == 25e6
    del plan["business_case"]
    assert own_gate(replace(programme, settings={"plan": plan})) is None


def test_a_plan_without_a_gate_asks_for_one(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "own_gate", lambda programme: None)
    with pytest.raises(ConfigError, match="is needed where no bid, scheme or gate is named"):
        pack.write_business_cases(planned, tmp_path / "out")
