"""Tables of a database as columns and shapes, with a digest of their rows."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from assetplan.errors import Fault, RegisterError
from assetplan.postgis.address import DatabaseTable
from assetplan.postgis.session import session
from assetplan.words import and_list

if TYPE_CHECKING:
    import pandas as pd
    from psycopg import Connection, sql

# Columns of a table in order: name, type and its schema, whether it is text, and place in the primary key.
_COLUMNS = """
    SELECT a.attname, t.typname, s.nspname, a.attcollation <> 0, array_position(k.conkey, a.attnum)
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    JOIN pg_catalog.pg_namespace AS s ON s.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p'
    WHERE n.nspname = %s AND c.relname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    ORDER BY a.attnum
"""
_DIGEST = """
    SELECT encode(sha256(string_agg(row, ''::bytea ORDER BY row)), 'hex')
    FROM (SELECT sha256(convert_to((t.*)::text, 'UTF8')) AS row FROM {} AS t) AS rows
"""
_SYSTEM = "SELECT auth_name, auth_srid, srtext FROM {} WHERE srid = %s"
_WHOLE, _NUMBER, _SHAPE = ("int2", "int4", "int8"), ("float4", "float8", "numeric"), ("geometry", "geography")
_TO_TEXT = ("st_ashexewkb", "st_curvetoline", "geometry")
_BLOCK = 1 << 26  # bytes that a row with its shape has at most
# The third of the letters for an EWKB's type has the bits of heights (8), measures (4) and coordinate system (2).
_FLAGS, _MEASURED = 8, list("4567CDEF")
_VIEW = "have a view made that holds one, and name that"


@dataclass(frozen=True)
class _Column:
    name: str
    type: str
    schema: str
    text: bool
    key: int | None


def read_table(table: DatabaseTable, shapes: bool = True) -> tuple[pd.DataFrame, list[str], str]:
    """Read a table or view, by its primary key or, where it has none, by the text of its rows.

    Parameters
    ----------
    table : DatabaseTable
    shapes : bool
        Read the shapes too.

    Returns
    -------
    (DataFrame, list of str, str)
        A GeoDataFrame where it has shapes; what had to be changed in them; and the digest that `rows_digest` gives.

    Raises
    ------
    RegisterError
        As of `session`; there is no such table, or its shapes cannot be read.
    """
    with session(table.url, table.name, reading=True) as connection:
        columns = _columns(connection, table)
        spatial = [column for column in columns if column.type in _SHAPE]
        if shapes and len(spatial) > 1:
            named = and_list(column.name for column in spatial)
            raise RegisterError([Fault(table.name, 0, "geometry", "", f"has several shapes a row: {named}", _VIEW)])
        taken = [column for column in columns if shapes or column not in spatial]
        content, digest = _content(connection, table, taken, columns), _digest(connection, table, columns)
        if not shapes or not spatial:
            return content, [], digest
        measured = bool(content[spatial[0].name].str[_FLAGS].isin(_MEASURED).any())
        frame = _spatial(connection, table, content, spatial[0])
        return frame, ["measures (M) of lines were dropped"] if measured else [], digest


def rows_digest(table: DatabaseTable) -> str:
    """SHA-256 of a table's columns and of its rows in any order, in hexadecimal; errors as of `read_table`."""
    with session(table.url, table.name, reading=True) as connection:
        return _digest(connection, table, _columns(connection, table))


def _columns(connection: Connection, table: DatabaseTable) -> list[_Column]:
    columns = [_Column(*row) for row in connection.execute(_COLUMNS, table.parts)]
    if not columns:
        raise RegisterError([Fault(table.name, 0, "", "", "there is no such table or view in the database")])
    return columns


def _digest(connection: Connection, table: DatabaseTable, columns: list[_Column]) -> str:
    from psycopg import sql

    row = connection.execute(sql.SQL(_DIGEST).format(sql.Identifier(*table.parts))).fetchone()
    known = json.dumps([row, *map(astuple, columns)])
    return hashlib.sha256(known.encode()).hexdigest()


def _content(
    connection: Connection, table: DatabaseTable, taken: list[_Column], columns: list[_Column]
) -> pd.DataFrame:
    """The rows of some columns in order: numbers, true and false as such, shapes as EWKB, all else as text."""
    import pyarrow as pa
    from psycopg import sql
    from pyarrow import csv

    kinds = {"bool": pa.bool_(), **dict.fromkeys(_WHOLE, pa.int64()), **dict.fromkeys(_NUMBER, pa.float64())}
    types = {column.name: kinds.get(column.type, pa.string()) for column in taken}
    key = sorted((column for column in columns if column.key), key=lambda column: column.key or 0)
    order = [_sorted(sql.Identifier("t", column.name), column.text) for column in key]
    select = sql.SQL("SELECT {} FROM {} AS t ORDER BY {}").format(
        sql.SQL(", ").join(map(_cell, taken)),
        sql.Identifier(*table.parts),
        sql.SQL(", ").join(order or [_sorted(sql.SQL("(t.*)::text"), text=True)]),
    )
    text = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(select)) as rows:
        for part in rows:
            text.write(part)
    if not text.getbuffer():
        return pa.schema(list(types.items())).empty_table().to_pandas()
    text.seek(0)
    options = (
        csv.ReadOptions(column_names=list(types), block_size=_BLOCK),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
            true_values=["t"], false_values=["f"],
        ),
    )  # fmt: skip
    try:
        return csv.read_csv(text, *options).to_pandas()
    except pa.ArrowInvalid as error:  # a row that is longer than a block, or text in an encoding that is not stated
        raise RegisterError([Fault(table.name, 0, "", "", f"cannot be read: {error}")]) from error


def _sorted(what: sql.Composable, text: bool) -> sql.Composable:
    """What rows are sorted by; text by its bytes, as no setting of a server changes."""
    from psycopg import sql

    return sql.SQL('{} COLLATE "C"').format(what) if text else what


def _cell(column: _Column) -> sql.Composable:
    from psycopg import sql

    cell = sql.Identifier("t", column.name)
    if column.type not in _SHAPE:
        return cell
    as_text, lines, shape = (sql.Identifier(column.schema, name) for name in _TO_TEXT)
    return sql.SQL("{}({}({}::{}), 'NDR')").format(as_text, lines, cell, shape)


def _spatial(connection: Connection, table: DatabaseTable, content: pd.DataFrame, column: _Column) -> Any:
    """A table with its shapes, in the coordinate system that the database says they are in."""
    import geopandas as gpd
    import numpy as np
    import shapely

    known = content[column.name].notna().to_numpy()
    shapes = shapely.from_wkb(content[column.name].astype(object).where(known, None), on_invalid="ignore")
    if wrong := np.flatnonzero(known & shapely.is_missing(shapes)).tolist():
        rule, hint = "is a shape that cannot be read, such as TIN", "have plain points, lines or areas made"
        raise RegisterError(Fault(table.name, row + 1, "geometry", "", rule, hint) for row in wrong)
    systems = np.unique(shapely.get_srid(shapes[known])).tolist()
    if len(systems) > 1:
        rule = f"has shapes in several coordinate systems: SRID {and_list(systems)}"
        raise RegisterError([Fault(table.name, 0, "geometry", "", rule, _VIEW)])
    crs = _crs(connection, column.schema, systems[0]) if systems else None
    return gpd.GeoDataFrame(content.drop(columns=column.name), geometry=shapes, crs=crs)


def _crs(connection: Connection, schema: str, srid: int) -> str | None:
    """A coordinate system of the database, by who defines it or as defined there; None where it has none."""
    from psycopg import sql

    query = sql.SQL(_SYSTEM).format(sql.Identifier(schema, "spatial_ref_sys"))
    for authority, code, text in connection.execute(query, [srid]):
        return f"{authority}:{code}" if authority else text
    return None
