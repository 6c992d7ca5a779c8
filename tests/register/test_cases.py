"""Inputs of practitioners that failed once, each with what comes of it now."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from commands import run
from places import CASES, ROOT, made_case
from places import case as copy_of

from assetplan.calibration import calibrate, read_inspections
from assetplan.errors import RegisterError
from assetplan.importers import import_nbi, import_open_roads, import_osm
from assetplan.register import Register, import_table, read_register


@pytest.fixture
def case(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the folder of inputs that a test names."""
    return copy_of(request.param, tmp_path)


def of(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [name], indirect=True)


def imported(folder: Path, file: str, mapping: str = "map.toml") -> Register:
    return import_table(folder / file, folder / mapping, fill=True)


def refused(folder: Path, file: str, mapping: str = "map.toml") -> list[tuple[int, str, str, str]]:
    with pytest.raises(RegisterError) as error:
        imported(folder, file, mapping)
    return [(fault.row, fault.column, fault.value, fault.rule) for fault in error.value.faults]


def notes(register: Register) -> str:
    return "\n".join(f"{note}: {count}" for note, count in register.notes)


@of("03-one-bad-point")
def test_the_zone_is_that_of_most_assets(case: Path) -> None:
    register = imported(case, "roads.csv")
    assert register.assets.crs.to_epsg() == 32646
    assert register.assets.length.sum() == pytest.approx(5 * 1024.5, rel=0.002)
    assert "more than 1,000 km from most others: R9 (row 7): 1" in notes(register)


@of("05-multilinestring")
def test_a_multi_of_one_part_is_a_line(case: Path) -> None:
    register = import_table(case / "roads.geojson", fill=True)
    assert set(register.assets.geom_type) == {"LineString"}
    assert run("import", "table", "roads.geojson", "-o", "r.gpkg", cwd=case).returncode == 0
    done = run("network", "r.gpkg", "-o", "n.gpkg", cwd=case)
    assert done.returncode == 0
    assert "links 3 " in done.text


@of("07-leave-out-number")
@pytest.mark.parametrize("owner", ['["2"]', "[2]", "[2.0]"])
def test_rows_are_left_out_by_a_number(case: Path, owner: str) -> None:
    text = (case / "map.toml").read_text().replace('["2"]', owner)
    (case / "map.toml").write_text(text)
    register = imported(case, "roads.geojson")
    assert register.assets["asset_id"].tolist() == ["R1"]
    assert "rows left out: owner is 2 (rows 2, 3): 2" in notes(register)


@of("09-unsurveyed-section")
def test_a_constant_measure_holds_where_there_is_a_value(case: Path) -> None:
    assets = imported(case, "roads.csv").assets
    assert assets["measure"].tolist() == ["pci", "index", "pci"]
    assert [("value" in one.split()) for one in assets["assumed"]] == [False, True, False]
    assert import_table(case / "roads.csv", case / "map.toml", fill=True).assets["value"][2] == 41


@of("10-index-as-share")
def test_shares_for_an_index_are_refused_and_may_be_named(case: Path) -> None:
    path = case / "inspections.csv"
    with pytest.raises(RegisterError, match="these look like shares"):
        calibrate(read_inspections(path), family="power", check=False)
    learned = calibrate(read_inspections(path, mapping={"units": {"value": "share"}}), family="power", check=False)
    assert learned.rows["life"][0] == pytest.approx(26.7, abs=3)
    table = path.read_text().replace("year", "surveyed_year")
    rows = [f"{line},carriageway,A{n},450000,350000" for n, line in enumerate(table.splitlines()[1:5])]
    (case / "a.csv").write_text("\n".join(["name,surveyed_year,value,asset_class,asset_id,x,y", *rows]))
    plan = {"file": {"crs": "EPSG:27700"}, "constants": {"measure": "index", "quantity": 1}}
    with pytest.raises(RegisterError, match="these look like shares"):
        import_table(case / "a.csv", plan)
    assert import_table(case / "a.csv", plan | {"units": {"value": "share"}}).assets["value"][0] == pytest.approx(93.2)


@of("11-length-in-feet")
def test_a_common_factor_of_lengths_is_named(case: Path) -> None:
    assert "stated lengths are 3.28 times those drawn, as feet would be: R0, R1, R2, R3: 4" in notes(
        imported(case, "roads.csv")
    )


@of("length-contradicts-line")
def test_miles_for_metres_are_named(case: Path) -> None:
    assert "times those drawn, as miles would be: R1: 1" in notes(imported(case, "a.csv", "m.toml"))


@of("12-degrees-as-grid")
def test_degrees_declared_as_metres_are_refused(case: Path) -> None:
    rule = "lies with degrees for coordinates, where EPSG:27700 has metres"
    assert refused(case, "roads.csv") == [(2, "geometry", "R1", rule), (3, "geometry", "R2", rule)]


@of("place-not-told")
def test_places_that_nobody_knows_are_named(case: Path) -> None:
    assert [(row, value) for row, _, value, _ in refused(case, "a.csv", "m.toml")] == [(2, "S1"), (3, "S2")]
    (case / "a.csv").write_text((case / "a.csv").read_text() + "S4,signal,300100,450000,1\nS5,signal,300200,450000,1\n")
    done = run("import", "table", "a.csv", "--mapping", "m.toml", "-o", "o.gpkg", cwd=case)
    assert "EPSG:27700: x 300,000 to 300,200, y 450,000 to 450,000 m" in done.text
    assert "S1 (row 2): 1" in done.text


@of("19-calibrate-hash-ids")
def test_identifiers_that_begin_with_a_hash_are_no_comments(case: Path) -> None:
    assert read_inspections(case / "inspections.csv").assets.tolist() == ["#2", "#4", "R1", "R3"]


@of("20-calibrate-timestamps")
@pytest.mark.parametrize("form", ["{}-06-30 00:00:00", "{}-06-30T00:00:00Z", "30/06/{}", "30 June {}"])
def test_a_date_with_a_time_is_that_date(case: Path, form: str) -> None:
    text = (case / "inspections.csv").read_text()
    for year in (2012, 2014, 2016, 2018):
        text = text.replace(f"{year}-06-30 00:00:00", form.format(year))
    (case / "inspections.csv").write_text(text)
    time = read_inspections(case / "inspections.csv").time
    assert time[:2] == pytest.approx([2012 + 181 / 366, 2014 + 180 / 365])


def test_two_readings_of_one_date_are_fitted_and_named(tmp_path: Path) -> None:
    learned = calibrate(
        read_inspections(made_case("21-calibrate-two-lanes", tmp_path) / "lanes.csv"), family="power", check=False
    )
    assert 20 < learned.rows["life"][0] < 50
    assert any(note.startswith("160 readings share asset and date with another") for note in learned.notes)


@of("23-backup-layer")
def test_a_copy_of_a_layer_is_named_and_not_read(case: Path) -> None:
    import pyogrio

    line = '"LINESTRING(450000 350000,450100 350000)"'
    (case / "r.csv").write_text(
        f"asset_id,asset_class,quantity,wkt\nR1,carriageway,9,{line}\nR2,carriageway,9,{line}\n"
    )
    frame = import_table(case / "r.csv", {"file": {"crs": "EPSG:27700"}}).assets
    pyogrio.write_dataframe(frame, case / "r.gpkg", layer="carriageway")
    old = frame.assign(asset_id="OLD-" + frame["asset_id"])
    pyogrio.write_dataframe(old, case / "r.gpkg", layer="carriageway_2019", append=True)
    register = read_register(case / "r.gpkg")
    assert register.assets["asset_id"].tolist() == ["R1", "R2"]
    assert register.notes == (("rows of layer carriageway_2019, which is no layer of a register, not read", 2),)


@pytest.mark.slow
def test_a_wrong_mapping_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(RegisterError) as error:
        imported(made_case("24-fault-wall", tmp_path), "roads.csv")
    assert str(error.value).split("\n")[1:] == [
        "  roads.csv, column environment: 'Rural' must be one of urban, rural (3,000 rows: 2 to 3001)",
        '    hint: say in the mapping what each value means, as [values.environment] "Rural" = "rural"',
    ]
    (tmp_path / "some.geojson").write_text('{"type": "FeatureCollection",\n"features": []}')
    done = run("import", "nbi", "some.geojson", "-o", "n.gpkg", cwd=tmp_path)
    assert "some.geojson: is JSON, as GeoJSON is, not delimited text" in done.text


@of("25-decimal-comma")
@pytest.mark.parametrize("head", ["", "sep=;\n", "Bridges of 2019;;;;\n"])
def test_semicolons_and_decimal_commas(case: Path, head: str) -> None:
    text = head + (case / "bridges.csv").read_text().replace("8,25", "1.008,25")
    (case / "bridges.csv").write_text(text)
    for plan in (case / "map.toml", {"file": {"crs": "EPSG:27700"}}, {"file": {"crs": "EPSG:27700", "decimal": ","}}):
        assert import_table(case / "bridges.csv", plan, fill=True).assets["length_m"].tolist() == [12.5, 1008.25]


@of("building-area-shown-as-nan")
def test_thousands_are_read_and_a_cell_is_shown_as_it_is(case: Path) -> None:
    parts = imported(case, "a.csv", "m.toml").assets
    assert parts.loc[parts["group"] == "roof_flat", "quantity"].tolist() == pytest.approx([480.0])
    (case / "a.csv").write_text((case / "a.csv").read_text().replace('"1,200"', "large"))
    assert refused(case, "a.csv", "m.toml") == [(2, "GIA", "large", "must be a number above 0")]
    (case / "a.csv").write_text((case / "a.csv").read_text().replace("large", '"12,917"'))
    (case / "m.toml").write_text((case / "m.toml").read_text() + '[units]\nfloor_area_m2 = "ft2"\n')
    parts = imported(case, "a.csv", "m.toml").assets
    assert parts.loc[parts["group"] == "roof_flat", "quantity"].tolist() == pytest.approx([480.0], rel=1e-3)


@of("calibrate-csv-form")
@pytest.mark.parametrize(("file", "readings"), [("blank", 2), ("cols", 1), ("title", 1), ("hash", 2), ("ls", 2)])
def test_inspections_as_spreadsheets_leave_them(case: Path, file: str, readings: int) -> None:
    assert len(read_inspections(case / f"{file}.csv").time) == readings


@of("columns-not-read-untold")
def test_columns_that_were_not_read_are_listed(case: Path) -> None:
    assert (
        "columns not read: Measure (is it measure?), VALUE (is it value?), Retention (is it retention?), "
        "weight_limit (is it weight_limit_t?): 4"
    ) in notes(imported(case, "a.csv", "m.toml"))


@of("shapefile-truncated-names")
def test_names_that_a_shapefile_cut_are_listed(case: Path) -> None:
    text = notes(imported(case, "a.shp", "m.toml"))
    assert "committed_ (is it committed_treatment or committed_year?)" in text
    assert "replacemen (is it replacement_value?), surveyed_y (is it surveyed_year?)" in text
    assert "weight_lim (is it weight_limit_t?): 5" in text


@of("csv-form-no-hint")
@pytest.mark.parametrize(
    ("file", "mapping"),
    [("semi", "m"), ("sep", "msep"), ("sep", "m"), ("title", "m"), ("u16", "m"), ("hdr", "mhdr")],
)
def test_text_in_any_form_is_read(case: Path, file: str, mapping: str) -> None:
    assert imported(case, f"{file}.csv", f"{mapping}.toml").assets["asset_id"].tolist() == ["S1"]


@of("duplicate-columns-both-dropped")
def test_a_column_of_the_register_twice_is_a_fault(case: Path) -> None:
    rule = "this column is there more than once"
    assert refused(case, "a.csv", "m.toml") == [(0, name, "", rule) for name in ("measure", "retention", "value")]


@of("geoparquet-forms")
@pytest.mark.parametrize("file", ["index.parquet", "a.pq"])
def test_parquet_of_any_name_and_with_a_named_index(case: Path, file: str) -> None:
    assert len(imported(case, file, "m.toml").assets) == 2


@of("gpkg-geometry-with-measures")
@pytest.mark.parametrize("file", ["m.gpkg", "line_m.gpkg"])  # of any shapes, of lines
def test_measures_are_dropped_and_noted(case: Path, file: str) -> None:
    register = imported(case, file, "m.toml")  # any Python warning would be an error here
    assert "measures (M) of lines were dropped: 1" in notes(register)
    assert register.assets.geometry.iloc[0].geom_type == "LineString"
    assert register.assets.crs == 27700


@of("survey_dates")
def test_years_are_taken_from_dates(case: Path) -> None:
    assert imported(case, "bridges.csv").assets["surveyed_year"].tolist() == [2018, 2017, 2016]
    text = (case / "bridges.csv").read_text()
    (case / "bridges.csv").write_text(text.replace("2018-06-30", "soon").replace("30/06/2017", "30/06/17"))
    assert [(row, value, rule) for row, _, value, rule in refused(case, "bridges.csv")] == [
        (2, "soon", "must be a year or a date"),
        (3, "30/06/17", "has a year of two digits: write it with four"),
    ]


@of("14-nbi-wide-culvert")
def test_a_wide_culvert_is_read_without_its_width(case: Path) -> None:
    register = import_nbi(case / "state.txt")
    assets = register.assets.set_index("asset_id")
    assert assets["assumed"].str.contains("width_m").to_dict() == {"A0001": False, "A0002": True}
    assert dict(register.notes)["width_m left blank: beyond 0 to 100 (line 3)"] == 1


@of("nbi_dates_posting")
def test_bridges_decay_from_their_inspection_and_are_limited_where_posted(case: Path) -> None:
    assets = import_nbi(case / "ZZ10.txt").assets.set_index("asset_id")
    assert assets["surveyed_year"].tolist() == [2009] * 3
    assert assets["weight_limit_t"].notna().to_dict() == {"OPEN40": False, "POSTED50": True, "OPEN60": False}
    assert run("import", "nbi", "ZZ10.txt", "-o", "out.gpkg", cwd=case).returncode == 0
    assert run("predict", "plan.toml", "-o", "p.csv", cwd=case).returncode == 0
    predicted = pd.read_csv(case / "p.csv")
    assert predicted["2018"].tolist() == pytest.approx([49.26] * 3, abs=0.005)
    assert predicted["residual_life"].tolist() == pytest.approx([8.99] * 3, abs=0.005)


def test_nodes_in_no_order_are_read(tmp_path: Path) -> None:
    assert import_osm(made_case("17-osm-unsorted", tmp_path) / "town.osm.pbf").assets["length_m"].sum() > 250


@of("18-osm-weight-units")
def test_weight_limits_in_other_units(case: Path) -> None:
    assets = import_osm(case / "lanes.osm").assets
    limits = assets.loc[assets["asset_class"] == "bridge", "weight_limit_t"].tolist()
    assert sorted(limits) == pytest.approx([3.5, 6.80, 7.5, 7.5, 11.79], abs=0.005)


@of("osm-history")
def test_a_history_file_is_refused_with_what_to_do(case: Path) -> None:
    with pytest.raises(RegisterError, match="is a history file: make an extract of one moment of it, as `osmium"):
        import_osm(case / "a.osm")


@of("osm-hull-loses-roads")
def test_no_road_lies_outside_the_hull_of_the_roads(case: Path) -> None:
    register = import_osm(case / "a.osm")
    assert (register.assets["asset_class"] == "carriageway").sum() == 13
    assert dict(register.notes)["sections left out: outside the council's boundary"] == 0
    assert not len(register.other_roads)


def test_links_of_one_part_are_lines(tmp_path: Path) -> None:
    lengths = (
        import_open_roads(made_case("open_roads_multi", tmp_path) / "roads.gpkg")
        .assets.groupby("link_id")["length_m"]
        .sum()
    )
    assert lengths.to_dict() == {"A-1": 400, "A-2": 500}


@of("calibrate-few-assets")
@pytest.mark.parametrize("file", ["i1", "i3"])
def test_a_pilot_has_an_interval_and_a_note_of_its_worth(case: Path, file: str) -> None:
    learned = calibrate(read_inspections(case / f"{file}.csv"), family="power", check=False)
    row = learned.rows.iloc[0]
    assert 0 < row["life_low"] <= row["life"] <= row["life_high"] <= 2000  # the longest life that a fit searches
    assert any("fewer than 10 assets" in note for note in learned.notes)


def test_every_input_that_failed_is_in_a_test() -> None:
    if not CASES.is_dir():
        pytest.skip("the inputs that once failed are not here")
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [path.name for path in sorted(CASES.iterdir()) if path.is_dir() and f'"{path.name}"' not in tests] == []
