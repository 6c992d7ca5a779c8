"""Tables written to a database, all of them or none, over nothing that is somebody else's."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assetplan.errors import Fault, OutputExistsError, RegisterError
from assetplan.postgis.session import session
from assetplan.words import and_list

if TYPE_CHECKING:
    import geopandas as gpd
    from psycopg import Connection

MARK = "assetplan "
"""How the comment on every table begins that this program wrote."""

_THERE = """
    SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), '')
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname = ANY(%s)
"""
_POSTGIS = """
    SELECT n.nspname FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'postgis'
"""
_TYPES = {"i": "bigint", "u": "bigint", "f": "double precision", "b": "boolean"}


def write_tables(
    url: str,
    schema: str,
    tables: Mapping[str, gpd.GeoDataFrame],
    keys: Mapping[str, Sequence[str]],
    about: str,
    force: bool = False,
) -> None:
    """Write tables into a schema of a database, which is made where it is not there, in one transaction.

    Parameters
    ----------
    url : str; address of the database
    schema : str; where the tables stand
    tables : mapping of str → GeoDataFrame; their names and what they hold, with a column `geometry`
    keys : mapping of str → sequence of str; columns of the primary key of each
    about : str; what they are, for the comment on each
    force : bool; whether tables that this program wrote may be replaced

    Raises
    ------
    RegisterError
        As of `session`; the database has no PostGIS, or the coordinate system of the tables no number there.
    OutputExistsError
        A table is there already, and may not be replaced or is somebody else's.
    """
    with session(url, schema, reading=False) as connection:
        _refuse_existing(connection, schema, list(tables), force)
        extension = connection.execute(_POSTGIS).fetchone()
        if extension is None:
            rule = "the database has no PostGIS"
            raise RegisterError([Fault(schema, 0, "", "", rule, "have it added, with CREATE EXTENSION postgis")])
        _prepare(connection, schema, list(tables))
        for name, frame in tables.items():
            _write(connection, (schema, name), frame, keys[name], extension[0], MARK + about)


def _refuse_existing(connection: Connection, schema: str, names: list[str], force: bool) -> None:
    there: dict[str, str] = dict(connection.execute(_THERE, [schema, names]).fetchall())
    if there and not force:
        few = and_list(f"{schema}.{name}" for name in sorted(there))
        raise OutputExistsError(f"the database has {few} already: choose another schema, or add --force to replace")
    others = sorted(f"{schema}.{name}" for name, comment in there.items() if not comment.startswith(MARK))
    if others:
        raise OutputExistsError(f"this program did not write {and_list(others)}: choose another schema")


def _prepare(connection: Connection, schema: str, names: list[str]) -> None:
    """The schema is there, and holds none of the tables."""
    from psycopg import sql

    known = connection.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", [schema]).fetchone()
    if known is None:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    for name in names:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(schema, name)))


def _write(
    connection: Connection,
    place: tuple[str, str],
    frame: gpd.GeoDataFrame,
    key: Sequence[str],
    extension: str,
    comment: str,
) -> None:
    """One table with its rows, primary key, index of shapes and comment."""
    from psycopg import sql

    table, plain = sql.Identifier(*place), frame.drop(columns="geometry")
    parts = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_TYPES.get(plain[name].dtype.kind, "text")))
        for name in plain.columns
    ]
    srid = _srid(frame, place)
    parts.append(sql.SQL("geometry {}(geometry, {})").format(sql.Identifier(extension, "geometry"), sql.Literal(srid)))
    parts.append(sql.SQL("PRIMARY KEY ({})").format(sql.SQL(", ").join(map(sql.Identifier, key))))
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(parts)))
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(table)) as rows,
    ):
        rows.write(_csv(frame, srid))
    connection.execute(sql.SQL("CREATE INDEX ON {} USING gist (geometry)").format(table))
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, sql.Literal(comment)))


def _srid(frame: gpd.GeoDataFrame, place: tuple[str, str]) -> int:
    srid = frame.crs.to_epsg()
    if srid is None:
        rule = "its coordinate system has no EPSG number, which a database needs"
        raise RegisterError([Fault(".".join(place), 0, "geometry", "", rule)])
    return int(srid)


def _csv(frame: gpd.GeoDataFrame, srid: int) -> memoryview:
    """Rows as COPY takes them, the shape last: what is missing is empty, text stands in quotation marks."""
    import pyarrow as pa
    import shapely
    from pyarrow import csv

    shapes = shapely.to_wkb(shapely.set_srid(frame.geometry.to_numpy(), srid), hex=True, include_srid=True)
    table = pa.Table.from_pandas(frame.drop(columns="geometry"), preserve_index=False)
    text = io.BytesIO()
    csv.write_csv(table.append_column("geometry", pa.array(shapes)), text, csv.WriteOptions(include_header=False))
    return text.getbuffer()
