"""Component surveys, condition data and lists of premises become a register of property; what was wrong is listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run
from register_helpers import assets, register

from assetplan.errors import RegisterError
from assetplan.importers import import_property
from assetplan.importers.property import PropertyImport
from assetplan.register import read_register, validate_register

HERE = Path(__file__).parent
SURVEY, DFE, LIST = (HERE / f"{name}.toml" for name in ("component_survey", "dfe_condition", "property_list"))
HEAD = (
    "Component ref,Block ref,Site ref,Element,Type,Quantity (m2),Grade,Priority,Confidence,Responsible,Renewal cost,"
    "Block,GIA,Site,Use,NOR,Net capacity,Survey date"
)
ROWS = (
    'c1,b1,s1,Roofs,"Flat roof, felt",300,C,2,high,LA,48000,Main,900,Ham School,primary school,180,210,03/02/2018',
    "c2,b1,s1,External walls,Brick wall,500,b,,low,,128772,Main,900,Ham School,primary school,180,210,03/02/2018",
    'c3,b2,s1,Roofs,"Flat roof, felt",80,D,1,,Contractor,,Hall,,Ham School,,,,14/06/2020',
)


def surveyed(folder: Path, *rows: str, mapping: Path = SURVEY, head: str = HEAD) -> PropertyImport:
    """What is made of a file of these rows."""
    path = folder / "survey.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return import_property(path, mapping)


def faults(folder: Path, *rows: str) -> set[tuple[int, str, str, str]]:
    """Row, column, value and rule of every fault of these rows."""
    with pytest.raises(RegisterError) as error:
        surveyed(folder, *rows)
    return {(fault.row, fault.column, fault.value, fault.rule) for fault in error.value.faults}


def test_a_component_survey_gives_components_blocks_and_premises(tmp_path: Path) -> None:
    made = surveyed(tmp_path, *ROWS).register
    assert made.assets["value"].tolist() == [3, 2, 4]
    assert made.assets["surveyed_year"].tolist() == [2018, 2018, 2020]
    assert made.assets["responsibility"].tolist() == ["council", "", "PFI"]
    assert made.assets["parent_id"].tolist() == ["b1", "b1", "b2"]
    assert made.assets["group"].tolist() == ["roof_flat", "brick_wall", "roof_flat"]
    assert made.blocks[["block_id", "premises_id", "name"]].to_numpy().tolist() == [
        ["b1", "s1", "Main"], ["b2", "s1", "Hall"]
    ]  # fmt: skip
    assert made.premises["pupils"].tolist() == [180]
    notes = dict(made.notes)
    assert notes["rows of survey.csv"] == notes["components read"] == 3
    assert (notes["blocks that rows name"], notes["premises that rows name"]) == (2, 1)


def test_an_unknown_grade_a_component_without_block_and_a_block_without_premises_are_refused(tmp_path: Path) -> None:
    bad = (
        ROWS[0].replace(",C,", ",F,"),
        ROWS[1].replace("c2,b1,", "c2,,"),
        ROWS[2].replace("b2,s1", "b2,"),
        ROWS[1].replace("Brick wall", "Straw").replace("c2,", "c1,"),
    )
    assert faults(tmp_path, *bad) == {
        (2, "value", "F", "must be a grade: A, B, C, D or E"),
        (3, "block_id", "", "a value is required"),
        (4, "premises_id", "", "a value is required"),
        (5, "group", "Straw", "no such deterioration group"),
        (5, "asset_id", "c1", "is there more than once"),
    }


def test_rows_that_say_otherwise_of_one_block_are_refused(tmp_path: Path) -> None:
    odd = ROWS[1].replace(",900,", ",950,").replace("s1,", "s9,")
    assert faults(tmp_path, ROWS[0], odd) == {
        (3, "floor_area_m2", "950", "is not what the first row of the same blocks states"),
        (3, "premises_id", "s9", "is not what the first row of the same blocks states"),
    }


def test_condition_data_take_identifiers_and_quantities_by_rule_and_print_their_caveat(tmp_path: Path) -> None:
    head = "URN,School,Block ID,GIFA,Storeys,Element,Condition grade"
    rows = ("101,Ham School,101A,800,2,Roofs,C", "101,Ham School,101A,800,2,Electrical services,B")
    made = surveyed(tmp_path, *rows, mapping=DFE, head=head).register
    assert made.assets["asset_id"].tolist() == ["101A/1", "101A/2"]
    assert made.assets["assumed"].tolist() == ["quantity", "quantity"]
    assert made.assets["quantity"].gt(0).all()
    assert made.premises["use"].tolist() == ["school"]
    done = run("import", "property", tmp_path / "survey.csv", "--mapping", DFE, "--dfe", "-o", tmp_path / "r.gpkg")
    assert done.returncode == 0, done.stderr
    assert "not suitable for local asset management purposes" in done.text
    assert "components of a quantity assumed from their block's floor area: 2" in done.text
    assert len(read_register(tmp_path / "r.gpkg").blocks) == 1


def test_a_survey_is_added_to_a_register_of_roads(tmp_path: Path) -> None:
    roads = validate_register(register(assets({})))
    (tmp_path / "survey.csv").write_text("\n".join([HEAD, *ROWS]), encoding="utf-8")
    both = import_property(tmp_path / "survey.csv", SURVEY, roads).register
    assert both.assets["asset_class"].tolist() == ["carriageway", *["building"] * 3]
    assert len(both.premises) == 1
    with pytest.raises(RegisterError, match="more than once"):
        import_property(tmp_path / "survey.csv", SURVEY, both)


def test_a_list_of_premises_keeps_what_it_can_and_lists_the_rest(tmp_path: Path) -> None:
    head = "AssetCode,UPRN,PropertyName,StreetName,PostCode,Organisation,Organisation,HoldingType,TenureType,"
    head += "TenureDetail,GeoX,GeoY"
    rows = ("p1,1,N/A,High Street,,x,y,Land,Freehold,Vacant,395000,222000",
            "p1,2,Shop,,,x,y,Land,Freehold,Vacant,395000,222000",
            ",3,Shop,,,x,y,Land,Freehold,Vacant,395000,222000",
            'p4,4,"Two\nlines  here",,,x,y,Land,Rented,Vacant,,')  # fmt: skip
    made = surveyed(tmp_path, *rows, mapping=LIST, head=head)
    assert made.register.premises["premises_id"].tolist() == ["p1", "p4"]
    assert made.register.premises["name"].tolist() == ["", "Two lines here"]
    assert made.register.premises["tenure"].tolist() == ["freehold", ""]
    assert [(f.row, f.column, f.value, f.rule) for f in made.faults] == [
        (3, "premises_id", "p1", "is there more than once"),
        (4, "premises_id", "", "a value is required"),
        (5, "tenure", "Rented", "must be one of freehold, leasehold, licence, other"),
        (5, "easting", "", "has no position, as others have"),
    ]
    notes = dict(made.register.notes)
    left = notes["rows left out: premises_id is missing or there more than once"]
    assert notes["rows of survey.csv"] == notes["premises kept"] + left == 4


def test_cheltenhams_list_becomes_premises_and_all_its_rows_are_accounted_for(shared: Path, tmp_path: Path) -> None:
    path, faulty = shared / "cheltenham_assets_2021.csv", tmp_path / "faults.csv"
    done = run("--faults", faulty, "import", "property", path, "--mapping", LIST, "-o", tmp_path / "c.gpkg")
    assert done.returncode == 0, done.stderr
    made = read_register(tmp_path / "c.gpkg", premises_alone=True)
    assert len(made.premises) == 493
    notes = dict(made.notes)
    assert notes["rows of cheltenham_assets_2021.csv"] == 498
    assert notes["rows left out: premises_id is missing or there more than once"] == 5
    lines = faulty.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 15
    assert "cheltenham_assets_2021.csv,508,premises_id,09/00996/SITE,is there more than once,," in lines


def test_a_mapping_that_names_no_identifier_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="premises_id"):
        surveyed(tmp_path, "Ham", mapping={"columns": {"premises_name": "Site"}}, head="Site")
    with pytest.raises(RegisterError, match="is not a column of a register"):
        surveyed(tmp_path, "Ham", mapping={"columns": {"site_name": "Site"}}, head="Site")
