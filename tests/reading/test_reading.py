"""Files as spreadsheets, databases and map programs write them, read into columns by way of a mapping."""

from __future__ import annotations

import datetime
import os
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
from shapely import LineString, Point

from assetplan.errors import RegisterError
from assetplan.file_kinds import file_kind
from assetplan.reading.layers import layer_facts, layer_names, read_layer
from assetplan.reading.mapping import Mapping, read_mapping
from assetplan.reading.tables import read_tables
from assetplan.register import import_table, suggest_table_mapping

GRID = {"file": {"crs": "EPSG:27700"}}
HEAD = ["asset_id", "asset_class", "quantity", "built_year", "x", "y"]
ROW = ["0012", "signal", 1, datetime.date(2011, 5, 4), 450000, 350000]


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def vrt(source: Path) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>'
        "</OGRVRTDataSource>"
    )


def test_a_sheet_under_merged_titles_with_blank_rows_and_columns(tmp_path: Path) -> None:
    rows = [["Signals of the county"], [], ["What", None, "When"], [*HEAD, None], ROW, [None], [None]]
    path = workbook(tmp_path / "s.csv", Notes=[["read me"]], Assets=rows)  # its name may say anything
    register = import_table(path, GRID)
    assert register.assets[["asset_id", "built_year"]].to_numpy().tolist() == [["0012", 2011]]
    table = read_tables([path], Mapping(), set(HEAD))
    assert table.row.tolist() == [5]
    assert list(table.frame.columns) == HEAD


def test_sheets_and_header_rows_are_named_where_they_are_not_plain(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", North=[HEAD, ROW], South=[["a", "b"], HEAD, [*ROW[:-1], 1.5]])
    with pytest.raises(RegisterError, match=r"2 sheets \(North, South\): name one in the mapping") as error:
        import_table(path, GRID)
    assert error.value.faults[0].hint == '[file] sheet = "North"'
    with pytest.raises(RegisterError, match="'West' is no sheet"):
        import_table(path, {"file": {"crs": "EPSG:27700", "sheet": "West"}})
    south = {"file": {"crs": "EPSG:27700", "sheet": "South", "header_row": 2}}
    assert import_table(path, south).assets.geometry.iloc[0].y == 1.5
    with pytest.raises(RegisterError, match="row 3, column x: 'east' must be a number"):
        import_table(workbook(tmp_path / "w.xlsx", South=[["a"], HEAD, [*ROW[:-2], "east", 3]]), GRID)


def test_a_second_table_is_joined_by_its_latest_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("asset_id,asset_class,quantity,x,y\nS1,signal,1,1000,1000\nS2,signal,1,1001,1001\n")
    (tmp_path / "v.csv").write_text("Ref;Seen;Score\nS1;01/02/2020;70,5\nS1;13/02/2019;80,0\nS9;1/1/2019;1,0\n")
    plan = GRID | {
        "columns": {"value": "Score"},
        "year_of": {"surveyed_year": "Seen"},
        "constants": {"measure": "index"},
        "join": {"file": str(tmp_path / "v.csv"), "key": "asset_id", "to": "Ref", "latest": "Seen"},
    }
    register = import_table(tmp_path / "a.csv", plan)
    row = register.assets.iloc[0]
    assert (row["value"], row["surveyed_year"], row["measure"]) == (70.5, 2020, "index")
    assert register.assets["measure"].tolist() == ["index", ""]
    assert dict(register.notes) == {
        "rows of a.csv": 2,
        "rows of v.csv": 3,
        "rows with no row of v.csv (row 3)": 1,
        "rows of v.csv passed over for a later one": 1,
        "rows of v.csv that no row takes": 1,
        "assets read": 2,
    }
    del plan["join"]["latest"]
    with pytest.raises(RegisterError, match=r"v\.csv, row 2, column Ref: 'S1' is there more than once"):
        import_table(tmp_path / "a.csv", plan)


def test_a_table_takes_its_shapes_from_a_second_layer(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("asset_id,asset_class,quantity,Section\nR1,carriageway,9,7\n")
    line = LineString([(1000, 1000), (1100, 1000)])
    gpd.GeoDataFrame({"id": ["8", "7"]}, geometry=[line, line], crs=27700).to_file(tmp_path / "n.gpkg")
    plan = {"join": {"file": str(tmp_path / "n.gpkg"), "key": "Section", "to": "id"}}
    assert import_table(tmp_path / "a.csv", plan).assets.length.tolist() == [100]


def test_rows_lie_between_their_chainages_on_the_line_of_their_section(tmp_path: Path) -> None:
    table = "Section,From,To,asset_id,asset_class,quantity\n"
    (tmp_path / "a.csv").write_text(f"{table}7,20,50,R1,carriageway,9\n7,120,80,R2,carriageway,9\n")
    line = LineString([(1000, 1000), (1100, 1000)])
    gpd.GeoDataFrame({"id": ["7"]}, geometry=[line], crs=27700).to_file(tmp_path / "n.gpkg")
    join = {"file": str(tmp_path / "n.gpkg"), "key": "Section", "to": "id", "start": "From", "end": "To"}
    shapes = import_table(tmp_path / "a.csv", {"join": join}).assets.geometry
    assert shapes.length.tolist() == [30, 20]
    assert shapes.iloc[0].coords[0] == (1020, 1000)
    (tmp_path / "a.csv").write_text(f"{table}7,20,20,R1,carriageway,9\n")
    with pytest.raises(
        RegisterError, match="row 2, column geometry: there is no length of its line between From and To"
    ):
        import_table(tmp_path / "a.csv", {"join": join})


def test_what_could_be_thousands_or_decimals_is_asked_for(tmp_path: Path) -> None:
    text = "asset_id;asset_class;quantity;length_m;x;y\nS1;signal;1;1,234;1000;1000\n"
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(RegisterError, match="'1,234' must be a number") as error:
        import_table(tmp_path / "a.csv", GRID)
    assert error.value.faults[0].hint.endswith('[file] decimal = ","')
    for sign, length in ((",", 1.234), (".", 1234)):
        plan = {"file": {"crs": "EPSG:27700", "decimal": sign}}
        assert import_table(tmp_path / "a.csv", plan).assets["length_m"].tolist() == [length]
    (tmp_path / "a.csv").write_text(text.replace(";", ",").replace("1,234", '"1,234"'))
    assert import_table(tmp_path / "a.csv", GRID).assets["length_m"].tolist() == [1234]


def test_files_of_one_layout_are_one_table(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(f"asset_id,asset_class,quantity,x,y\n{name},signal,1,1000,1000\n")
    register = import_table([tmp_path / "a.csv", tmp_path / "b.csv"], GRID)
    assert register.assets["asset_id"].tolist() == ["a", "b"]
    (tmp_path / "b.csv").write_text("asset_id,asset_class,quantity,x,y\na,signal,one,1000,1000\n")
    with pytest.raises(RegisterError) as error:
        import_table([tmp_path / "a.csv", tmp_path / "b.csv"], GRID)
    assert [(f.file, f.row, f.column) for f in error.value.faults] == [
        ("b.csv", 2, "asset_id"),
        ("b.csv", 2, "quantity"),
    ]
    (tmp_path / "b.csv").write_text("asset_id,class\nb,signal\n")
    with pytest.raises(RegisterError, match="files imported together have one layout"):
        import_table([tmp_path / "a.csv", tmp_path / "b.csv"], GRID)


@pytest.mark.parametrize(("unit", "metres"), [("ft", 30.48), ("mi", 160934.4), ("km", 100000), ("yd", 91.44)])
def test_units_of_columns(tmp_path: Path, unit: str, metres: float) -> None:
    (tmp_path / "a.csv").write_text("asset_id,asset_class,quantity,length_m,x,y\na,signal,1,100,1000,1000\n")
    register = import_table(tmp_path / "a.csv", GRID | {"units": {"length_m": unit}})
    assert register.assets["length_m"].tolist() == pytest.approx([metres])


def test_keys_of_a_mapping_are_checked_all_at_once() -> None:
    wrong = {
        "file": {"decimal": ";", "header_row": 0, "date_format": "dd/mm", "duplicates": "keep"},
        "units": {"length_m": "stone", "width_m": "ft"},
        "factors": {"width_m": 2},
        "join": {"key": "a"},
        "columns": {"name": "a"},
        "year_of": {"name": "b"},
    }
    with pytest.raises(RegisterError) as error:
        read_mapping(wrong, {"length_m": "m", "width_m": "m", "name": ""})
    assert {fault.column for fault in error.value.faults} == {
        "file.decimal",
        "file.header_row",
        "file.date_format",
        "file.duplicates",
        "units.length_m",
        "units.width_m",
        "join.file",
        "year_of.name",
    }


@pytest.mark.parametrize("ending", ["geojson", "json", "gpkg", "shp", "csv", "parquet"])
@pytest.mark.parametrize("before", ["", " \n", '{"type":"FeatureCollection","features":[]}', '{"name":"'])
def test_a_description_of_other_files_is_never_opened(tmp_path: Path, ending: str, before: str) -> None:
    (tmp_path / "secret.csv").write_text("asset_id,asset_class\nsecret,signal\n")
    path = tmp_path / f"r.{ending}"
    path.write_text(before + vrt(tmp_path / "secret.csv"))
    for read in (import_table, layer_names):
        with pytest.raises(RegisterError) as error:
            read(path)
        assert "secret" not in "".join(fault.value for fault in error.value.faults)


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(RegisterError, match="is not a regular file"):
        import_table(tmp_path / "pipe.csv")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04damaged", "a damaged zip archive or workbook"),
        (b"<html>", "XML or HTML"),
        (b"SQLite format 3\0" + b"\0" * 100, "an SQLite file that is no GeoPackage"),
        (b"!table\n!version 300\nDefinition Table\n Type SEAMLESS\n", "a MapInfo table of links"),
        (b"\1\2\0" * 200, "a binary file of no kind known here"),
        ("\ufeffa,b".encode("utf-16-le"), "text"),
        ("a,b\n1,2\n".encode("utf-16-be"), "text"),
    ],
)
def test_kinds_by_first_bytes(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "f.csv").write_bytes(content)
    assert file_kind(tmp_path / "f.csv") == kind


def test_layers_and_formats_by_their_bytes(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"a": ["x  y"]}, geometry=[Point(1, 2)], crs=27700)
    for driver, name in (("FlatGeobuf", "f.fgb"), ("GeoJSON", "g.json"), ("MapInfo File", "m.tab")):
        frame.to_file(tmp_path / name, driver=driver)
        faulty, _ = read_layer(tmp_path / name)
        assert faulty["a"].tolist() == ["x  y"]


def test_a_first_mapping_is_suggested_and_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "roads.csv"
    path.write_text(
        "Asset  ID,Urban Rural,Length (ft),Inspected,Road Class,Easting,Northing,Notes\n"
        "R1,Rural,328,30/06/2019,A,450000,350000,x\nR2,Urban,328,,B,450100,350000,\n"
    )
    text, unsure = suggest_table_mapping(path)
    (tmp_path / "m.toml").write_text(text)
    assert "every row is taken for a carriageway" in unsure
    assert "# not mapped: Notes" in text
    assets = import_table(path, tmp_path / "m.toml", fill=True).assets
    assert assets["length_m"].tolist() == pytest.approx([99.97, 99.97], abs=0.01)
    assert assets["environment"].tolist() == ["rural", "urban"]
    assert assets["surveyed_year"][0] == 2019


def test_triangles_are_refused_and_their_table_is_read_without_shapes(tmp_path: Path) -> None:
    path = tmp_path / "r.gpkg"
    roofs = gpd.GeoDataFrame({"asset_id": ["r1"]}, geometry=[Point(0, 0)], crs=27700)
    pyogrio.write_dataframe(roofs, path, layer="roofs", geometry_type="Unknown", SPATIAL_INDEX="NO")
    triangle = struct.pack("<BIII8d", 1, 17, 1, 4, 0, 0, 1, 0, 0, 1, 0, 0)
    tin = b"GP\0\1" + struct.pack("<i", 27700) + struct.pack("<BII", 1, 16, 1) + triangle
    for declared in ("TIN", "GEOMETRY"):
        with closing(sqlite3.connect(path)) as base, base:
            base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = ?", [declared])
            base.execute("UPDATE roofs SET geom = ?", [tin])
        with pytest.raises(RegisterError, match=r"r\.gpkg, layer roofs, column geometry: holds shapes that cannot be"):
            read_layer(path, "roofs")
        assert read_layer(path, shapes=False)[0]["asset_id"].tolist() == ["r1"]
        assert layer_facts(path, "roofs") == (["asset_id"], True, 1)
