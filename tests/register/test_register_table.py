"""A table of assets and its mapping: every section, every fault by its line."""

from pathlib import Path

import pytest
from register_helpers import assets, faults_of, register

from assetplan.errors import RegisterError
from assetplan.reading.mapping import read_mapping
from assetplan.register import import_table, read_register, validate_register
from assetplan.register.plausible import doubts
from assetplan.register.table import asset_mapping

CHELTENHAM = Path(__file__).parent / "cheltenham.toml"
CLASSES = "must be one of carriageway, footway, drainage, signal, bridge, building"
HEAD = "asset_id,asset_class,quantity,road_class,x,y\n"
CRS = {"file": {"crs": "EPSG:27700"}}


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "assets.csv"
    path.write_bytes(text.encode(encoding))
    return path


def faults(path: Path, mapping=None) -> set[tuple[int, str, str]]:
    with pytest.raises(RegisterError) as error:
        import_table(path, mapping)
    return faults_of(error)


def test_a_table_with_the_schemas_names_needs_only_its_crs(tmp_path: Path) -> None:
    path = table(tmp_path, HEAD + " r1 ,carriageway,50,A,450000,300000\n")
    assert faults(path) == {(0, "geometry", 'has no CRS: add it to the mapping, as [file] crs = "EPSG:27700"')}
    read = read_register(path, CRS).assets
    assert read["asset_id"].tolist() == ["r1"]
    assert read.geometry.iloc[0].wkt == "POINT (450000 300000)"


def test_every_section_of_a_mapping(tmp_path: Path) -> None:
    text = "Ref;Len km;Class;Class;Shape;Tenure\n7;0.5;Principal;x;LINESTRING (0 0, 500 0);own\n8;1;B;x;;let\n"
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        """
        [file]
        delimiter = ";"
        crs = "EPSG:27700"
        wkt = "Shape"
        [columns]
        asset_id = "Ref"
        length_m = "Len km"
        road_class = "Class#1"
        [constants]
        asset_class = "carriageway"
        quantity = 2500
        [values.road_class]
        Principal = "A"
        [factors]
        length_m = 1000
        [leave_out]
        Tenure = ["let", "sold"]
        """
    )
    register = import_table(table(tmp_path, text), mapping)
    row = register.assets.iloc[0]
    assert (row["asset_id"], row["length_m"], row["road_class"], row["quantity"]) == ("7", 500, "A", 2500)
    assert register.notes == (
        ("rows of assets.csv", 2),
        ("rows left out: Tenure is let or sold (row 3)", 1),
        ("assets read", 1),
        ("columns not read: Class#2", 1),
    )


def test_unknown_keys_of_a_mapping_are_refused_all_at_once() -> None:
    wrong = {
        "colums": {},
        "file": {"sheets": "a", "delimiter": ";;", "x": 3},
        "columns": {"asset_no": "a", "name": "b"},
        "constants": {"name": "c", "quantity": True},
        "values": {"road_class": "A"},
        "factors": {"length_m": "ft"},
        "leave_out": {"Tenure": "let"},
        "buildings": {"storeys": "n"},
    }
    with pytest.raises(RegisterError) as error:
        asset_mapping(wrong)
    assert {fault.column for fault in error.value.faults} == {
        "colums",
        "file.sheets",
        "file.delimiter",
        "file.x",
        "columns.asset_no",
        "constants.name",
        "constants.quantity",
        "values.road_class",
        "factors.length_m",
        "leave_out.Tenure",
        "buildings.floor_area_m2",
    }


def test_a_mapping_that_is_no_toml_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text("[file")
    with pytest.raises(RegisterError, match=r"m\.toml: is not a TOML file"):
        read_mapping(tmp_path / "m.toml")
    with pytest.raises(FileNotFoundError):
        read_mapping(tmp_path / "none.toml")
    with pytest.raises(RegisterError, match="must be a section"):
        read_mapping({"file": "x"})


def test_columns_a_mapping_names_must_be_there(tmp_path: Path) -> None:
    path = table(tmp_path, "a,a,x,y\n1,2,3,4\n")
    plan = {"columns": {"asset_id": "a", "name": "b"}, "file": {"wkt": "c"}, "leave_out": {"d": []}}
    assert faults(path, plan | {"buildings": {"floor_area_m2": "e"}}) == {
        (0, "columns.asset_id", "is there more than once: say which, as a#1"),
        (0, "columns.name", "is no column of the file"),
        (0, "file.wkt", "is no column of the file"),
        (0, "leave_out.d", "is no column of the file"),
        (0, "buildings.floor_area_m2", "is no column of the file"),
    }


def test_bad_rows_are_listed_by_the_line_they_start_on(tmp_path: Path) -> None:
    text = HEAD + '"r\n1",carriageway,50,A,450000,300000\n\nr2,road,-1,A,four,nan\nr3,carriageway,ten,A,450000,\n'
    assert faults(table(tmp_path, text), CRS) == {
        (5, "asset_class", f"{CLASSES}; tables.asset_classes of the plan may add one"),
        (5, "quantity", "must be above 0"),
        (5, "x", "must be a number"),
        (5, "y", "must be a number"),
        (6, "quantity", "must be a number"),
        (6, "y", "must be a number"),
    }


def test_footfall_that_is_no_number_of_people_is_listed(tmp_path: Path) -> None:
    rows = [f"f{n},footway,50,U,450000,300000,{value}" for n, value in enumerate(["-1", "busy", "1e7", "800", ""])]
    text = HEAD.strip() + ",footfall\n" + "\n".join(rows) + "\n"
    assert faults(table(tmp_path, text), CRS) == {
        (2, "footfall", "must be at least 0"),
        (3, "footfall", "must be a number"),
        (4, "footfall", "must be at most 500000"),
    }
    good = HEAD.strip() + ",footfall\n" + "\n".join(rows[3:]) + "\n"
    read = import_table(table(tmp_path, good), CRS).assets
    assert read["footfall"].tolist() == pytest.approx([800, float("nan")], nan_ok=True)


def test_footfall_by_the_week_is_doubted() -> None:
    walked = [{"asset_class": "footway", "quantity": 200.0, "footfall": 70_000.0 + n} for n in range(5)]
    read = validate_register(register(assets(*walked))).assets
    assert ("footway: footfall is 70,002 people a day, usually 5 to 30,000", 5) in doubts(read)


@pytest.mark.parametrize(
    ("text", "place", "rule"),
    [
        ("", 1, "there is no header line of column names"),
        (HEAD, 0, "there are no assets in it"),
        (HEAD + "r1,carriageway\n", 2, "has 2 values where the header has 6 names"),
        (HEAD + 'r1,"carriage"way,1,A,1,2\n', 2, "cannot be read as delimited text: ',' expected after '\"'"),
        (HEAD + 'r1,"carriageway,1,A,1,2\n', 2, "cannot be read as delimited text: unexpected end of data"),
    ],
)
def test_text_that_is_no_table(tmp_path: Path, text: str, place: int, rule: str) -> None:
    assert {(row, faults_of) for row, _, faults_of in faults(table(tmp_path, text), CRS)} == {(place, rule)}


def test_text_in_another_encoding_names_the_key_to_set(tmp_path: Path) -> None:
    path = table(tmp_path, HEAD + "Café,carriageway,1,A,450000,300000\n", "cp1252")
    assert faults(path, CRS) == {
        (2, "", 'is not UTF-8 text: name its encoding in the mapping, as [file] encoding = "cp1252"')
    }
    assert import_table(path, {"file": {"crs": "EPSG:27700", "encoding": "cp1252"}}).assets["asset_id"][0] == "Café"
    assert faults(path, {"file": {"encoding": "ascii"}}) == {(2, "", "is not ascii text")}
    assert faults(path, {"file": {"encoding": "klingon"}}) == {(0, "", "is no encoding Python knows")}


def test_a_byte_order_mark_and_old_line_ends(tmp_path: Path) -> None:
    row = HEAD + "r1,carriageway,1,A,450000,300000\n"
    assert len(import_table(table(tmp_path, "\ufeff" + row), CRS).assets) == 1
    assert len(import_table(table(tmp_path, row.replace("\n", "\r\n")), CRS).assets) == 1
    assert len(import_table(table(tmp_path, row.replace("\n", "\r")), CRS).assets) == 1


def test_coordinates_that_are_not_there_or_not_read(tmp_path: Path) -> None:
    path = table(tmp_path, "asset_id,asset_class,quantity,wkt\nr1,signal,1,POINT (1 2\nr2,signal,1,\n")
    assert faults(path, CRS) == {
        (2, "geometry", "is no well-known text"),
        (3, "geometry", "is missing or empty"),
    }
    path = table(tmp_path, "asset_id,asset_class,quantity\nr1,signal,1\n")
    assert {(row, column) for row, column, _ in faults(path, CRS)} == {(0, "x"), (0, "y")}
    path = table(tmp_path, HEAD + "r1,signal,1,,450000,300000\n")
    assert faults(path, {"file": {"crs": "EPSG:nonsense"}}) == {(0, "file.crs", "is no coordinate reference system")}


def test_metres_called_degrees_are_a_fault(tmp_path: Path) -> None:
    path = table(tmp_path, HEAD + "r1,signal,1,,450000,300000\n")
    assert faults(path, {"file": {"crs": "EPSG:4326"}}) == {(2, "geometry", "lies outside what its CRS can hold")}


def test_heights_are_dropped(tmp_path: Path) -> None:
    path = table(tmp_path, 'asset_id,asset_class,quantity,wkt\nr1,carriageway,1,"LINESTRING Z (0 0 5, 9 0 7)"\n')
    assert import_table(path, CRS).assets.geometry.iloc[0].wkt == "LINESTRING (0 0, 9 0)"


def test_a_bare_table_is_filled_on_request(tmp_path: Path) -> None:
    path = table(tmp_path, 'asset_id,asset_class,wkt\nr1,carriageway,"LINESTRING (450000 300000, 450100 300000)"\n')
    assert faults(path, CRS) == {(0, "quantity", "this column is missing")}
    row = import_table(path, CRS, fill=True).assets.iloc[0]
    assert row["quantity"] == pytest.approx(414)  # 100 m of unclassified rural road, 4.14 m wide
    assert "quantity" in row["assumed"].split()


def test_filling_hides_no_fault(tmp_path: Path) -> None:
    text = HEAD.replace("x,y", "width_m,x,y") + "r1,carriageway,,A,wide,450000,300000\nr2,carriageway,,A,,1e9,\n"
    with pytest.raises(RegisterError) as error:
        import_table(table(tmp_path, text), CRS, fill=True)
    assert faults_of(error) == {(2, "width_m", "must be a number"), (3, "y", "must be a number")}


def test_buildings_become_components(tmp_path: Path) -> None:
    path = table(tmp_path, "id,name,GIA,floors,x,y\nh1,Hall,200,2,450000,300000\nh2,Shed,,1,450000,300000\n")
    plan = {
        "file": {"crs": "EPSG:27700"},
        "columns": {"asset_id": "id"},
        "buildings": {"floor_area_m2": "GIA", "storeys": "floors"},
    }
    assert faults(path, plan) == {(3, "GIA", "must be a number above 0")}
    parts = import_table(path, plan | {"leave_out": {"id": ["h2"]}}).assets.set_index("asset_id")
    assert len(parts) == 8
    assert parts.loc["h1-roof_flat", ["group", "parent_id", "name", "quantity"]].tolist() == [
        "roof_flat",
        "h1",
        "Hall",
        40.0,
    ]


def test_a_councils_own_property_list(shared: Path) -> None:
    path = shared / "cheltenham_assets_2021.csv"
    with pytest.raises(RegisterError, match='encoding = "cp1252"'):
        import_table(path)
    assert {(column, rule) for _, column, rule in faults(path, CHELTENHAM)} == {
        ("asset_id", "is there more than once"),
        ("GeoX", "must be a number"),
        ("GeoY", "must be a number"),
    }
    lines = path.read_bytes().decode("cp1252").split("\n")
    with pytest.raises(RegisterError) as error:
        import_table(path, CHELTENHAM)
    assert len(error.value.faults) == 6
    for fault in error.value.faults:
        if fault.column == "asset_id":
            assert fault.value in lines[fault.row - 1]


def test_the_same_list_loads_once_its_faults_are_left_out(shared: Path, tmp_path: Path) -> None:
    path = shared / "cheltenham_assets_2021.csv"
    with pytest.raises(RegisterError) as error:
        import_table(path, CHELTENHAM)
    lines = path.read_bytes().decode("cp1252").split("\n")
    codes = {fault.value for fault in error.value.faults if fault.column == "asset_id"}
    codes |= {lines[fault.row - 1].split(",")[5] for fault in error.value.faults if fault.column == "GeoX"}
    text = CHELTENHAM.read_text() + f"\nAssetCode = {sorted(codes)}\n"
    (tmp_path / "m.toml").write_text(text)
    register = import_table(path, tmp_path / "m.toml")
    names = register.assets["name"]
    notes = dict(register.notes)
    left = {note.partition(" (row")[0]: count for note, count in notes.items()}
    assert left["rows left out: HoldingType is Land"] == 286
    assert (
        sum(count for note, count in left.items() if note.startswith("rows left out")) + notes["assets read"]
        == (notes["rows of cheltenham_assets_2021.csv"])
    )
    coded = sum(count for note, count in left.items() if note.startswith("rows left out: AssetCode"))
    assert len(register.assets) == notes["assets read"] == 212 - coded
    assert not names.str.contains(r"\s\s|^\s|\s$|\n|\r", regex=True).any()
    assert register.assets["district"].unique().tolist() == ["Cheltenham Borough Council"]
    # The borough of Cheltenham in the national grid.
    assert register.assets.total_bounds.tolist() == pytest.approx([393800, 222200, 398400, 226500], abs=6000)


def test_a_spoilt_parquet_file_is_a_fault(tmp_path: Path) -> None:
    assets({}, {}).to_parquet(tmp_path / "r.parquet")
    whole = (tmp_path / "r.parquet").read_bytes()
    (tmp_path / "r.parquet").write_bytes(whole[:-60] + b"\xff" * 40 + whole[-20:])
    with pytest.raises(RegisterError, match="is no GeoParquet file"):
        import_table(tmp_path / "r.parquet")


def test_a_table_can_be_a_layer_with_a_mapping(tmp_path: Path) -> None:
    frame = assets({"name": " a  b "}).rename(columns={"asset_id": "ref"})
    frame.to_file(tmp_path / "t.gpkg", layer="carriageway")
    register = read_register(tmp_path / "t.gpkg", {"columns": {"asset_id": "ref"}})
    assert register.assets[["asset_id", "name"]].to_numpy().tolist() == [["a1", "a b"]]


def test_copies_of_a_row_are_counted_and_left_out_when_asked(tmp_path: Path) -> None:
    rows = [f"r{n},carriageway,A,9,45000{n},300000" for n in (1, 2, 1, 3, 1)]
    path = table(
        tmp_path, "\n".join(["asset_id,asset_class,road_class,quantity,x,y", *rows, "r3,footway,,8,450003,300000\n"])
    )
    grid = {"file": {"crs": "EPSG:27700"}}
    drop = {"file": {**grid["file"], "duplicates": "drop"}}
    with pytest.raises(RegisterError) as error:
        import_table(path, grid)
    assert [(fault.row, fault.value) for fault in error.value.faults] == [(4, "r1"), (6, "r1"), (7, "r3")]
    hint = '2 rows are copies of another in every column and shape: [file] duplicates = "drop" leaves them out'
    assert {fault.hint for fault in error.value.faults} == {hint}
    with pytest.raises(RegisterError) as error:
        import_table(path, drop)
    assert [(fault.row, fault.value, fault.hint) for fault in error.value.faults] == [(7, "r3", "")]
    path.write_text(path.read_text().replace("r3,footway", "r4,footway"))
    register = import_table(path, drop)
    notes = dict(register.notes)
    left = notes["rows left out: alike in every column and shape to one before (rows 4, 6)"]
    assert (notes["rows of assets.csv"], left, notes["assets read"]) == (6, 2, 4)
    path = tmp_path / "a.geojson"
    shapes = register.assets[["asset_id", "asset_class", "quantity", "geometry"]]
    shapes.iloc[[0, 1, 2, 3, 0]].to_file(path)
    assert len(import_table(path, {"file": {"duplicates": "drop"}}).assets) == 4
