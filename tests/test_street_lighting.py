"""A class that the package does not know, street lighting, comes from rows alone: own tables, and no Python."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import run
from openpyxl import load_workbook

import assetplan

SOURCE = "invented for this test,no"
CLASS = (
    "street_lighting,Street light,Street lights,4.5,no,number,quantity,1,point,star,yes,urban,number,yes,no,index,"
    "beside," + SOURCE
)
LINE = "street_lighting,Columns and lanterns,invented for this test,no"
STREAM = "energy,energy for lighting,7,consequences,general," + SOURCE
GROUPS = f"""\
column_steel,street_lighting,Steel lighting column,,,no,survival,weibull,100,45,4.0,,,,,,40,1400,2019,{SOURCE}
lantern_son,street_lighting,Sodium lantern,,,no,survival,weibull,100,20,3.0,,,,,,40,260,2019,{SOURCE}
lantern_led,street_lighting,LED lantern,,,no,survival,weibull,100,28,3.0,,,,,,40,320,2019,{SOURCE}
"""
TREATMENTS = f"""\
column_renewal,column_steel,Column renewal,major,street_lighting,1400,40,0,60,,,,100,,,,,,,2019,{SOURCE}
lantern_renewal,lantern_son,Sodium lantern renewal,major,street_lighting,260,20,0,40,,,,100,,,,,,,2019,{SOURCE}
lantern_to_led,lantern_son,Lantern to LED,major,street_lighting,320,25,0,100,,,,100,,,,,,lantern_led,2019,{SOURCE}
led_renewal,lantern_led,LED lantern renewal,major,street_lighting,320,25,0,40,,,,100,,,,,,,2019,{SOURCE}
"""
FOLLOW_ON = f"""\
column_steel,column_renewal,30,{SOURCE}
lantern_son,lantern_renewal,35,{SOURCE}
lantern_led,led_renewal,35,{SOURCE}
"""
# A sodium lantern draws 0.1 kW for 4,100 hours at £0.25 a kWh; an LED takes 60 % less.
CONSEQUENCES = f"""\
column_steel,risk,quantity,0,600,2019,{SOURCE}
column_steel,risk,quantity,100,0,2019,{SOURCE}
lantern_son,energy,quantity,0,102.5,2019,{SOURCE}
lantern_son,energy,quantity,100,102.5,2019,{SOURCE}
lantern_led,energy,quantity,0,41,2019,{SOURCE}
lantern_led,energy,quantity,100,41,2019,{SOURCE}
"""
SITES = f"lantern_to_led,lighting crew,60,0.1,150,25,,,,,no,no,,2019,{SOURCE}\n"
PLAN = """\
name = "lights"
register = "register.csv"
mapping = "mapping.toml"
first_year = 2019
years = 3
[envelope]
unit = "£"
[envelope.lines]
carriageway_major = [20000, 20000, 20000]
street_lighting = [5000, 5000, 5000]
[solver]
time_limit = 10
[sites]
minimum = 0
[forecast]
futures = 2
[tables]
"""
TABLES = ("asset_classes", "lines", "streams", "groups", "treatments", "follow_on", "consequences", "sites")


def packaged(name: str) -> str:
    """Text of a packaged table, as a council copies it."""
    return (resources.files("assetplan.reference") / f"{name}.csv").read_text(encoding="utf-8")


def own(name: str, rows: str, whole: bool) -> str:
    """An own table: the packaged one with more rows, or its header with the rows alone."""
    text = packaged(name)
    header = next(line for line in text.splitlines() if not line.startswith("#"))
    return (text if whole else header + "\n") + rows.rstrip("\n") + "\n"


def lights(folder: Path, **changed: str) -> Path:
    """A plan of two road sections, columns and sodium lanterns, its tables beside it; some changed."""
    rows = {
        "asset_classes": CLASS, "lines": LINE, "streams": STREAM, "groups": GROUPS, "treatments": TREATMENTS,
        "follow_on": FOLLOW_ON, "consequences": CONSEQUENCES, "sites": SITES,
    } | changed  # fmt: skip
    for name in TABLES:
        text = own(name, rows[name], name not in ("asset_classes", "lines", "streams"))
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    named = "".join(f'{name} = "{name}.csv"\n' for name in TABLES)
    (folder / "plan.toml").write_text(PLAN + named, encoding="utf-8")
    (folder / "mapping.toml").write_text('[file]\ncrs = "EPSG:27700"\n', encoding="utf-8")
    head = (
        "asset_id,asset_class,group,name,parent_id,road_class,environment,quantity,length_m,width_m,measure,value,wkt"
    )
    body = [
        f"r{n},carriageway,,,,C,urban,700,100,7,index,30,LINESTRING ({450000 + 100 * n} 200000, "
        f"{450100 + 100 * n} 200000)".replace("200000, ", "200000; ")
        for n in range(2)
    ]
    body = [line.rsplit(",", 1)[0] + ',"' + line.rsplit(",", 1)[1].replace(";", ",") + '"' for line in body]
    for n in range(10):
        place = f"POINT ({450010 + 15 * n} 200004)"
        body.append(f"c{n},street_lighting,column_steel,Column {n},r0,C,urban,1,,,index,{25 + 5 * n},{place}")
        body.append(f"l{n},street_lighting,lantern_son,Lantern {n},r0,C,urban,1,,,index,{40 + 5 * n},{place}")
    (folder / "register.csv").write_text("\n".join([head, *body]) + "\n", encoding="utf-8")
    return folder / "plan.toml"


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> tuple[Path, str]:
    """The folder of the plan of street lights, and what the command printed."""
    folder = tmp_path_factory.mktemp("lights")
    done = run("plan", lights(folder), "-o", folder / "out")
    assert done.returncode == 0, done.stderr
    return folder / "out", done.stdout


def test_the_terminal_has_its_line_and_its_stream(planned) -> None:
    folder, text = planned
    assert "Columns and lanterns" in text
    assert "energy" in text
    assert "Street light" in run("explain", folder, "l0").stdout


def test_the_summary_and_the_tables_of_works_have_it(planned) -> None:
    folder, _ = planned
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    stock = pd.DataFrame(summary["condition"])
    assert stock.loc[stock["asset_class"] == "street_lighting", "unit"].unique().tolist() == ["number"]
    energy = next(row for row in summary["streams"] if row["stream"] == "energy")
    assert energy["label"] == "energy for lighting"
    # LED lanterns take less: what energy the plan saves is in its benefit.
    assert energy["plan"] < 0.7 * energy["do_nothing"]
    works = pd.read_csv(folder / "programme.csv")
    lit = works[works["asset_class"] == "street_lighting"]
    assert set(lit["line"]) == {"street_lighting"}
    assert {"Lantern to LED", "Column renewal"} <= set(lit["label"])
    assert works["asset_class"].eq("carriageway").any()
    layer = gpd.read_file(folder / "programme.gpkg", layer="programme")
    assert layer["asset_class"].eq("street_lighting").sum() == len(lit)
    book = load_workbook(folder / "programme.xlsx")
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {"street_lighting", "Columns and lanterns", "Lantern to LED", "Street light"} <= cells


def test_the_report_shows_it_on_the_map_in_the_key_and_in_its_tables(planned) -> None:
    text = (planned[0] / "report.html").read_text(encoding="utf-8")
    layer = text[text.index('value="street_lighting"') :][:400]
    assert " checked" in layer
    assert "M8 0.5L" in layer  # its own mark
    assert "Street lights" in layer
    assert "Street lights, number" in text
    assert "Energy for lighting" in text
    assert "Columns and lanterns" in text


@pytest.mark.parametrize(
    ("changed", "file", "row", "column", "value", "mend"),
    [
        ({"asset_classes": CLASS.replace("street_lighting", "lighting", 1)}, "groups.csv", "", "asset_class",
         "street_lighting", "tables.asset_classes may add"),
        ({"asset_classes": CLASS.replace(",no,number,", ",m2,number,", 1)}, "asset_classes.csv", "row 2", "unit", "m2",
         "give the class and its groups one unit"),
        ({"streams": STREAM + "\nheat,heating fuel,8,consequences,general," + SOURCE}, "streams.csv", "row 3", "stream",
         "heat", "give it rows by group in tables.consequences"),
        ({"streams": STREAM.replace("energy", "power", 1)}, "consequences.csv", "", "stream", "energy",
         "tables.streams may add one"),
        ({"asset_classes": CLASS.replace(",star,", ",lamp,")}, "asset_classes.csv", "row 2", "symbol", "lamp",
         "must be one of thick line"),
        ({"lines": LINE.replace("Columns and lanterns", "")}, "lines.csv", "row 2", "label", "", "a value is required"),
    ],
)  # fmt: skip
def test_rows_that_do_not_fit(
    changed: dict[str, str], file: str, row: str, column: str, value: str, mend: str, tmp_path: Path
) -> None:
    done = run("validate", lights(tmp_path, **changed))
    assert done.returncode == 1
    for part in (file, row, f"column {column}", repr(value) if value else "", mend):
        assert part in done.text


def test_a_class_of_the_register_that_no_row_has(tmp_path: Path) -> None:
    plan = lights(tmp_path)
    register = tmp_path / "register.csv"
    text = register.read_text(encoding="utf-8")
    register.write_text(text.replace("c3,street_lighting", "c3,lamp_post"), encoding="utf-8")
    done = run("validate", plan)
    assert done.returncode == 1
    for part in (
        "register.csv",
        "row 10",
        "column asset_class",
        "'lamp_post'",
        "tables.asset_classes of the plan may add",
    ):
        assert part in done.text


def test_a_line_without_a_row_is_called_by_its_key(tmp_path: Path) -> None:
    done = run("plan", lights(tmp_path, lines="other,Other,invented for this test,no"), "-o", tmp_path / "out")
    assert done.returncode == 0
    assert "Street lighting" in done.text


def test_a_counted_stream_that_no_table_has(tmp_path: Path) -> None:
    plan = lights(tmp_path)
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("[solver]", '[benefit]\nstreams = ["works", "noise"]\n[solver]'), encoding="utf-8")
    done = run("validate", plan)
    assert done.returncode == 1
    assert "benefit.streams" in done.text
    assert "'noise'" in done.text


@pytest.mark.slow
def test_a_commitment_to_a_treatment_of_its_own_is_kept(tmp_path: Path) -> None:
    plan = committed(tmp_path, "column_renewal")
    done = run("plan", plan, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    works = pd.read_csv(tmp_path / "out" / "programme.csv").set_index("asset_id")
    assert works.loc["c9", ["treatment", "year", "committed"]].tolist() == ["column_renewal", 2020, True]


def test_a_commitment_that_no_table_has(tmp_path: Path) -> None:
    done = run("validate", committed(tmp_path, "gold_leaf"))
    assert done.returncode == 1
    for part in (
        "register.csv",
        "row 22",
        "column committed_treatment",
        "'gold_leaf'",
        "tables.treatments of the plan",
    ):
        assert part in done.text


def committed(folder: Path, treatment: str) -> Path:
    """The plan of street lights with a treatment of column c9 committed for 2020."""
    plan = lights(folder)
    register = folder / "register.csv"
    head, *rows = register.read_text(encoding="utf-8").splitlines()
    more = [f"{treatment},2020" if row.startswith("c9,") else "," for row in rows]
    lines = [f"committed_treatment,committed_year,{head}", *(f"{m},{row}" for m, row in zip(more, rows, strict=True))]
    register.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return plan


@pytest.mark.slow
def test_import_and_inspect_take_its_tables(tmp_path: Path) -> None:
    plan = lights(tmp_path)
    mapping, whole = tmp_path / "mapping.toml", tmp_path / "whole.gpkg"
    done = run("import", "table", tmp_path / "register.csv", "--mapping", mapping, "--tables", plan, "-o", whole)
    assert done.returncode == 0, done.stderr
    lit = gpd.read_file(whole, layer="street_lighting").set_index("asset_id")
    assert lit.loc[["c0", "l0"], "replacement_value"].tolist() == [1400, 260]
    done = run("inspect", whole, "--tables", plan, "--year", 2019, "-o", tmp_path / "tables")
    assert done.returncode == 0, done.stderr
    life = pd.read_csv(tmp_path / "tables" / "residual_life.csv").query("by == 'all'").set_index("asset_class")
    assert life.loc["street_lighting", ["stock", "unit", "known"]].tolist() == [20, "number", 1]
    assert "street_lighting" in done.stdout
    text = plan.read_text(encoding="utf-8").replace("register.csv", "whole.gpkg")
    plan.write_text(text.replace('mapping = "mapping.toml"\n', ""), encoding="utf-8")
    assert run("plan", plan, "-o", tmp_path / "out").returncode == 0
    notes = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["lint"]
    assert any(row["message"].startswith("Street lights: ") for row in notes)


def test_commands_without_its_tables_name_what_would_mend_it(tmp_path: Path) -> None:
    lights(tmp_path)
    done = run("inspect", tmp_path / "register.csv", "--mapping", tmp_path / "mapping.toml")
    assert done.returncode == 1
    for part in ("register.csv", "column asset_class", "'street_lighting'", "tables.asset_classes"):
        assert part in done.text
    done = run("inspect", tmp_path / "register.csv", "--tables", tmp_path / "mapping.toml")
    assert done.returncode == 1
    assert "[tables]" in done.text


def test_selectors_name_the_classes_and_lines_in_force(tmp_path: Path) -> None:
    plan = lights(tmp_path)
    limit = '[[limits]]\nname = "lamps"\n{} = "lamp"\nat_most = 1\n[solver]'
    text = plan.read_text(encoding="utf-8")
    for key, parts in (
        ("asset_class", ("'lamp'", "street_lighting", "tables.asset_classes may add one")),
        ("line", ("'lamp'", "its lines are carriageway_major, street_lighting")),
    ):
        plan.write_text(text.replace("[solver]", limit.format(key)), encoding="utf-8")
        done = run("validate", plan)
        assert done.returncode == 1
        for part in (f"limits[1].{key}", *parts):
            assert part in done.text


@pytest.mark.slow  # a plan
def test_energy_follows_from_watts_and_an_led_takes_its_share_less(tmp_path: Path) -> None:
    path = lights(
        tmp_path,
        streams=STREAM.replace("consequences", "energy"),
        consequences="\n".join(CONSEQUENCES.splitlines()[:2]),
    )
    with path.open("a", encoding="utf-8") as file:
        file.write("[energy]\nprices = { electricity = 0.25 }\n")
    head, *rows = (tmp_path / "register.csv").read_text(encoding="utf-8").splitlines()
    lit = [f"{row},{100 if row.startswith('l') else ''}" for row in rows]
    (tmp_path / "register.csv").write_text("\n".join([f"{head},watts", *lit]) + "\n", encoding="utf-8")
    programme = assetplan.plan(assetplan.read_plan(path))
    (energy,) = (table for table in programme.accounts if table.name == "energy")
    kwh = energy.rows[energy.rows["unit"] == "kWh"].set_index("case")
    # Ten lanterns of 100 W for 4,100 hours, and 60 % less of those that are LED by then.
    assert kwh.loc["do-nothing", "2021/22"] == 4_100
    led = programme.works["treatment"].eq("lantern_to_led").sum()
    assert led > 0
    assert kwh.loc["plan", "2021/22"] == round(4_100 - led * 410 * 0.6)
    stream = next(row for row in programme.summary.streams if row["stream"] == "energy")
    assert stream["do_nothing"] - stream["plan"] > 0
