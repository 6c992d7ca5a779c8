"""A table of PostGIS is read as a layer is; a password is in no plan and in no message."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from postgis_server import PASSWORD, Server

import assetplan.postgis.reading
from assetplan.config import make_plan
from assetplan.errors import ConfigError, FaultyInputError, RegisterError
from assetplan.postgis import DatabaseTable
from assetplan.postgis.reading import read_table, rows_digest
from assetplan.register import import_table, read_register
from assetplan.rounds import read_round_file

PLAN = {"name": "p", "first_year": 2019, "years": 1, "envelope": {"lines": {"bridges": [1]}}}
NAMES = {"columns": {"asset_id": 'The "Ref"; DROP TABLE x --', "quantity": "Área m²"}}
CELLS = ["Café; DROP TABLE roads.odd; --", "'); DELETE FROM roads.odd; --", '"quoted",\nand \\. on two lines']
SHAPES = {
    27700: ("LINESTRING (450000 3e5, 450100 3e5)", "POINT (450050 3e5)", "LINESTRING (450100 3e5, 450100 300050)"),
    4326: ("LINESTRING (-1.2 52.6, -1.2 52.61)", "POINT (-1.2 52.6)", "LINESTRING (-1.2 52.61, -1.19 52.61)"),
}


def make(server: Server, name: str, columns: str, *rows: str) -> DatabaseTable:
    """A table of schema `roads` with these columns and rows."""
    filled = [f"INSERT INTO roads.{name} VALUES {', '.join(rows)}"] if rows else []
    server.do("CREATE SCHEMA IF NOT EXISTS roads", f"CREATE TABLE roads.{name} ({columns})", *filled)
    return server.table(f"roads.{name}")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def rule_of(table: DatabaseTable, mapping: dict[str, Any] | None = None) -> str:
    with pytest.raises(RegisterError) as error:
        read_register(table, mapping)
    text = "".join(traceback.format_exception(error.value))
    assert PASSWORD not in text
    assert table.url not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("srid", SHAPES)
def test_a_table_is_read_as_a_layer_of_the_same_rows(server: Server, tmp_path: Path, srid: int) -> None:
    import geopandas as gpd
    import shapely

    ref, area = NAMES["columns"].values()
    columns = f'''"{ref.replace('"', '""')}" text PRIMARY KEY, asset_class text, "{area}" numeric(8, 2), name text,
        built_year smallint, road_class char(1), measure text, value real, surveyed_year timestamptz,
        shape geometry(Geometry, {srid})'''
    rows = [
        f"('r{n}', 'carriageway', {500.5 + n}, {quoted(name)}, {1950 + n if n else 'NULL'}, 'B', 'rci', 41.25, "
        f"'2018-06-0{n + 1} 12:00+01', 'SRID={srid};{SHAPES[srid][n]}')"
        for n, name in enumerate(CELLS)
    ]
    table = make(server, f"odd{srid}", columns, *reversed(rows))
    layer = gpd.GeoDataFrame(
        {
            ref: ["r0", "r1", "r2"], "asset_class": "carriageway", area: [500.5, 501.5, 502.5], "name": CELLS,
            "built_year": [None, 1951.0, 1952.0], "road_class": "B", "measure": "rci", "value": 41.25,
            "surveyed_year": pd.to_datetime(["2018-06-01", "2018-06-02", "2018-06-03"]),
        },
        geometry=shapely.from_wkt(SHAPES[srid]), crs=srid,
    )  # fmt: skip
    layer.to_file(tmp_path / "roads.gpkg", layer="odd")
    mapping = {**NAMES, "year_of": {"surveyed_year": "surveyed_year"}}
    ours, theirs = read_register(table, mapping), import_table(tmp_path / "roads.gpkg", mapping)
    pd.testing.assert_frame_equal(ours.assets, theirs.assets)
    assert ours.assets.crs == theirs.assets.crs == "EPSG:27700"
    assert [count for _, count in ours.notes] == [count for _, count in theirs.notes]
    assert ours.digest == rows_digest(table)
    assert server.do(f"SELECT count(*) FROM roads.odd{srid}") == [(3,)]


def test_numbers_and_truths_keep_their_type_and_all_else_is_text(server: Server) -> None:
    columns = "id int, n numeric, f float8, b bool, d date, l int[], j json, t text, g geometry(LineStringZM, 27700)"
    table = make(
        server, "typed", columns,
        "(2, 1.5, 1e-7, true, '2019-03-04', '{1,2}', '{\"a\": 1}', '', 'SRID=27700;LINESTRING ZM (0 0 5 1, 9 0 5 2)')",
        "(10, 'NaN', 'Infinity', NULL, NULL, NULL, NULL, NULL, NULL)",
    )  # fmt: skip
    frame, dropped, _ = read_table(table)
    assert frame.loc[frame["id"] == 2].drop(columns=["geometry"]).to_numpy(object).tolist() == [
        [2, 1.5, 1e-7, True, "2019-03-04", "{1,2}", '{"a": 1}', ""]
    ]
    assert frame.loc[frame["id"] == 10].iloc[0].isna().tolist() == [False, True, False, *[True] * 6]
    assert dropped == ["measures (M) of lines were dropped"]
    curve = make(server, "curve", "g geometry", "('SRID=27700;CIRCULARSTRING (0 0, 1 1, 2 0)')")
    frame, dropped, _ = read_table(curve)
    assert (frame.geometry.geom_type.tolist(), dropped) == (["LineString"], [])


def test_rows_have_one_order_and_one_digest_whatever_theirs_was(server: Server) -> None:
    keyed = make(server, "keyed", "id int PRIMARY KEY, t text", "(10, 'b'), (9, 'ä'), (2, 'a')")
    words = make(server, "words", 't text COLLATE "en-x-icu" PRIMARY KEY', "('a'), ('ä'), ('B')")
    plain = make(server, "plain", "id int, t text", "(9, 'ä'), (2, 'a'), (10, 'b')")
    assert read_table(keyed)[0]["id"].tolist() == [2, 9, 10]
    assert read_table(words)[0]["t"].tolist() == ["B", "a", "ä"]
    assert read_table(plain)[0]["id"].tolist() == [10, 2, 9]  # as text
    before = rows_digest(plain)
    server.do("UPDATE roads.plain SET t = t WHERE id = 9")  # which moves the row
    assert rows_digest(plain) == before
    server.do("UPDATE roads.plain SET t = 'c' WHERE id = 9")
    changed = rows_digest(plain)
    assert changed != before
    server.do("ALTER TABLE roads.plain RENAME t TO u")
    assert rows_digest(plain) != changed


def test_no_preference_of_a_user_changes_a_digest(server: Server) -> None:
    row = "(now(), '2019-03-04', '1 day 2 hours', 0.1::float8 + 0.2::float8, '\\xff')"
    plain = make(server, "preferred", "a timestamptz, b date, c interval, d float8, e bytea", row)
    others = "timezone=Asia/Tokyo datestyle=German intervalstyle=iso_8601 extra_float_digits=-3 bytea_output=escape"
    url = f"{plain.url}&options={quote(' '.join(f'-c{each}' for each in others.split()))}"
    assert rows_digest(DatabaseTable(url, plain.name)) == rows_digest(plain)


def test_a_text_of_several_lines_is_one_cell_wherever_it_stands(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = make(server, "texts", "id int PRIMARY KEY, t text")
    server.do("INSERT INTO roads.texts SELECT n, repeat(E'line\n', n % 7) FROM generate_series(1, 500) AS n")
    monkeypatch.setattr(assetplan.postgis.reading, "_BLOCK", 256)
    assert read_table(texts)[0]["t"].str.count("\n").tolist() == [n % 7 for n in range(1, 501)]


def test_what_is_no_register_is_named(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = "asset_id text, asset_class text, quantity float8, length_m float8"
    bare = make(server, "bare", columns, "('a', 'carriageway', 1, 9)")
    assert "roads.bare, column x: there is no such column of coordinates" in rule_of(bare)
    assert read_register(bare, {"file": {"geometry": "none"}}).assets["asset_id"].tolist() == ["a"]
    assert "roads.none: there are no assets" in rule_of(make(server, "none", f"{columns}, g geometry(Point, 27700)"))
    with monkeypatch.context() as short:
        short.setattr(assetplan.postgis.reading, "_BLOCK", 4)
        assert "roads.bare: cannot be read: " in rule_of(bare)
    assert "roads.gone: there is no such table or view" in rule_of(server.table("roads.gone"))
    shapes = "'SRID=27700;POINT (450000 300000)'", "'SRID=4326;POINT (-1 52)'", "'TIN (((0 0 0, 0 1 0, 1 1 0, 0 0 0)))'"
    rows = [f"('{n}', 'signal', 1, NULL, {shape})" for n, shape in enumerate(shapes)]
    mixed = make(server, "mixed", f"{columns}, g geometry", *rows[:2])
    assert "shapes in several coordinate systems: SRID 4326 and 27700" in rule_of(mixed)
    assert "row 1, column geometry: is a shape that cannot be read" in rule_of(
        make(server, "tin", f"{columns}, g geometry", rows[2])
    )
    assert "has no CRS" in rule_of(
        make(server, "nowhere", f"{columns}, g geometry", "('a', 'signal', 1, NULL, 'POINT (1 1)')")
    )
    two = make(server, "two", f"{columns}, g geometry(Point, 27700), h geometry(Point, 4326)")
    assert "has several shapes a row: g and h" in rule_of(two)


def test_a_fault_in_a_row_names_the_asset(server: Server) -> None:
    columns = "asset_id text PRIMARY KEY, asset_class text, quantity text, x float8, y float8"
    table = make(
        server, "faulty", columns, "('a', 'signal', 1, 450000, 300000), ('b7', 'signal', 'two', 450000, 300000)"
    )
    rule = rule_of(table, {"file": {"crs": "EPSG:27700"}})
    assert "roads.faulty, row 2, column quantity: 'two' asset b7: must be a number" in rule


def test_a_database_that_does_not_let_us_in_is_named_without_credentials(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server.do("CREATE TABLE kept (t text)", user="postgres")
    assert "public.kept: the database refuses it: permission denied for table kept" in rule_of(
        server.table("public.kept")
    )
    monkeypatch.setenv("PGPASSWORD", "wrong-" + PASSWORD)
    assert "password authentication failed for user …\n    hint: user and password come from PGUSER" in rule_of(
        server.table("a.b")
    )
    monkeypatch.delenv("PGPASSWORD")
    assert "it asks for a password, and there is none" in rule_of(server.table("a.b"))
    for url in (
        "postgresql:///db?host=/nowhere",
        "postgresql://highways_gis@localhost:1/db",
        "postgresql://?service=none",
    ):
        assert "a.b: the database cannot be opened: " in rule_of(DatabaseTable(url, "a.b"))
    service = tmp_path / "services.conf"
    service.write_text(f"[council]\nhost={server.folder}\nuser=highways_gis\ndbname=postgres\npassword={PASSWORD}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    assert "there is no such table" in rule_of(DatabaseTable("postgresql://?service=council", "a.b"))


def test_the_extra_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    rule = rule_of(DatabaseTable("postgresql://host/db", "roads.sections"))
    assert "roads.sections: a database is read and written with a library that is not installed" in rule
    assert "pip install 'assetplan[postgis]'" in rule


ADDRESSES = [
    *("postgresql://host/db", "postgres://ann@host:5433,[::1]/db", "postgresql:///db?host=/run/pg&sslmode=require"),
    *("postgresql://?service=council", "postgresql://db.example.gov.uk", "postgresql://a%3Ab@host/d?passfile=/p"),
]


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_without_a_password_is_kept_as_it_stands(url: str) -> None:
    stated = {"url": url, "table": "highways.Road Sections"}
    plan = make_plan({**PLAN, "register": stated})
    assert plan.model_dump(mode="json", by_alias=True)["register"] == stated
    assert plan.register_place == DatabaseTable(url, "highways.Road Sections")
    assert plan.register_file == "highways.Road Sections"


SECRETS = [
    *("postgresql://ann:SECRET@host/db", "postgres://ann:SEC/RET@host:1/db", "postgresql://:SECRET@/db"),
    *("postgresql://host/db?password=SECRET", "postgresql://host/db#?password=SECRET", "postgresql:ann:SECRET@host"),
    *(
        "postgresql://host/db?sslpass%77ord=SECRET",
        "postgresql://ann@SEC@RET@host/db",
        "postgresql://h?user=a:SECRET@b",
    ),
]


@pytest.mark.parametrize("url", SECRETS)
def test_a_password_in_an_address_is_a_fault_that_does_not_repeat_it(url: str, tmp_path: Path) -> None:
    def refused(data: dict[str, Any]) -> None:
        with pytest.raises(ConfigError) as error:
            make_plan({**PLAN, **data})
        text = "".join(traceback.format_exception(error.value)) + repr(error.value.faults)
        assert "SEC" not in text
        assert "RET" not in text

    refused({"register": {"url": url, "table": "a.b"}})
    refused({"register": url})
    refused({"report": {"title": url}})
    with pytest.raises(FaultyInputError, match="without a password") as error:
        read_table(DatabaseTable(url, "a.b"))
    assert "SEC" not in str(error.value)
    (tmp_path / "round.toml").write_text(
        f'name = "r"\nplan = "plan.toml"\n[[grids]]\nname = "g"\nset = {{ "register.url" = ["{url}"] }}\n'
    )
    with pytest.raises(ConfigError) as error:
        read_round_file(tmp_path / "round.toml")
    assert "SEC" not in str(error.value)


def test_a_register_of_a_database_needs_an_address_and_a_table() -> None:
    def faults(register: object) -> set[tuple[str, str, str]]:
        with pytest.raises(ConfigError) as error:
            make_plan({**PLAN, "register": register})
        return {(fault.column, fault.value, fault.rule[:40]) for fault in error.value.faults}

    fine = {"url": "postgresql://host/db", "table": "a.b"}
    assert faults({"url": "host=h password=SECRET", "table": "a.b"}) == {
        ("register.url", "", "must be an address such as postgresql://")
    }
    assert faults({**fine, "password": "SECRET"}) == {("register.password", "", "no such key")}
    assert faults({"url": fine["url"]}) == {("register.table", "", "this key is missing")}
    for name in ("sections", ".b", "a.", "a." + "b" * 64, "a.b\0"):
        assert faults({**fine, "table": name}) == {("register.table", "", "must be the schema and the name of a tab")}
    assert faults("postgresql://host/db") == {("register", "", "is no file: state a database as [registe")}
    assert faults("") == {("register", "", "String should have at least 1 character")}
