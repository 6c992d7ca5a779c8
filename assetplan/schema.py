"""Every table's columns, types, units and ranges, and one validation that reports all faults at once.

The columns themselves are rows of `reference/schema.csv`, so that the documentation and the code cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from assetplan._types import Bools
from assetplan.cells import MISSING_WORDS
from assetplan.delimited import csv_table
from assetplan.errors import ConfigError, Fault
from assetplan.reference import load_table

# What a choice column allows that is a table of reference: its column of the same name.
_TABLE = ".csv"
# Own table → a column that came later → what a table without it has there.
_DEFAULTS = {"asset_classes": {"bands": "index"}, "sites": {"whole": "no"}}
# Own table → its columns that have another name now → the new.
RENAMED = {"groups": dict.fromkeys(("ab", "bc", "cd", "de"), "falls")}


@lru_cache(maxsize=1)
def _schema() -> pd.DataFrame:
    return load_table("schema")


class _Rule(NamedTuple):
    """A row of the schema: what a column may hold; without a bound it is infinite."""

    table: str
    column: str
    type: str
    required: str
    unique: str
    allowed: str
    low: float
    high: float


@lru_cache
def _rules(table: str) -> tuple[_Rule, ...]:
    schema = _schema()
    rows = schema.loc[schema["table"] == table, list(_Rule._fields)].astype({"low": "float64", "high": "float64"})
    rows = rows.fillna({"low": -np.inf, "high": np.inf}).fillna("")
    return tuple(_Rule(*row) for row in rows.itertuples(index=False, name=None))


def columns(table: str) -> list[str]:
    """Names of a table's columns, in order."""
    schema = _schema()
    names = schema.loc[schema["table"] == table, "column"].tolist()
    if not names:
        raise KeyError(f"no table {table!r} in the schema")
    return names


def kinds(table: str) -> dict[str, str]:
    """Type of each of a table's columns, in order: text, choice, number, positive, whole or year."""
    schema = _schema()
    rows = schema[schema["table"] == table]
    return dict(zip(rows["column"], rows["type"], strict=True))


def units(table: str) -> dict[str, str]:
    """Unit of each of a table's columns, in order; "" where it has none."""
    schema = _schema()
    rows = schema[schema["table"] == table]
    return dict(zip(rows["column"], rows["unit"].fillna("").astype("str"), strict=True))


def required(table: str) -> list[str]:
    """Names of the columns that a table cannot be without."""
    schema = _schema()
    return schema.loc[(schema["table"] == table) & (schema["required"] == "yes"), "column"].tolist()


@lru_cache
def choices(table: str, column: str) -> tuple[str, ...]:
    """The values a choice column may hold, in the schema's order."""
    schema = _schema()
    allowed = schema.loc[(schema["table"] == table) & (schema["column"] == column), "allowed"].tolist()
    if not allowed or pd.isna(allowed[0]):
        raise KeyError(f"{table}.{column} is no choice column of the schema")
    if str(allowed[0]).endswith(_TABLE):
        return tuple(load_table(str(allowed[0]).removesuffix(_TABLE))[column])
    return tuple(str(allowed[0]).split("|"))


def empty(table: str) -> pd.DataFrame:
    """A table of no rows with the schema's columns and types."""
    return _empty(table).copy()


@lru_cache
def _empty(table: str) -> pd.DataFrame:
    return conform(pd.DataFrame(index=pd.RangeIndex(0)), table, "empty", pd.Series(dtype="int64"))[0]


def conform(
    frame: pd.DataFrame,
    table: str,
    file: str,
    rows: pd.Series | None = None,
    allowed: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[pd.DataFrame, list[Fault]]:
    """Bring a frame to the schema's columns and types and list every fault.

    Parameters
    ----------
    frame : DataFrame
        The user's table; columns the schema does not know are left out. Never written to.
    table : str; name of the table in `reference/schema.csv`
    file : str; name of the user's file, for the faults
    rows : Series of int, optional
        Row number of each record in the user's file; by default 2, 3, … as under a header line.
    allowed : mapping of column → names, optional
        Values of a choice column that is a table of reference, where a plan has its own rows.

    Returns
    -------
    (DataFrame, list of Fault)
        The table with exactly the schema's columns (text as `str` with "" for missing, numbers as float64 with
        NaN), and the faults. Where there are faults the table is not fit for use.
    """
    place = rows if rows is not None else pd.Series(np.arange(len(frame)) + 2, index=frame.index)
    faults: list[Fault] = []
    out: dict[str, pd.Series] = {}
    for rule in _rules(table):
        name = rule.column
        if name not in frame.columns:
            if rule.required == "yes":
                faults.append(Fault(file, 0, name, "", "this column is missing"))
            out[name] = pd.Series(
                "" if rule.type in ("text", "choice") else np.nan,
                index=frame.index,
                dtype="str" if rule.type in ("text", "choice") else "float64",
            )
            continue
        out[name], broken = _check_column(frame[name], rule, (allowed or {}).get(name))
        if broken:
            where = list(broken)
            shown, lines = frame[name].to_numpy(dtype=object)[where], place.to_numpy()[where]
            faults += [
                Fault(file, int(line), name, _shown(value), what)
                for line, value, what in zip(lines, shown, broken.values(), strict=True)
            ]
    return pd.DataFrame(out, index=frame.index), faults


def _shown(value: object) -> str:
    if isinstance(value, float) and np.isnan(value):
        return ""
    return str(value)[:80]


def _text(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").astype("str").str.strip()
    text = column.astype("object").where(column.notna(), "").astype("str").str.strip()
    if pd.api.types.is_float_dtype(column):
        # An identifier read as a float (1234.0) is the whole number the user sees.
        text = text.str.replace(r"\.0$", "", regex=True)
    return text


def _check_column(column: pd.Series, rule: _Rule, names: tuple[str, ...] | None) -> tuple[pd.Series, dict[int, str]]:
    """A column in its type, and what is wrong with it by position."""
    if rule.type not in ("text", "choice") and pd.api.types.is_numeric_dtype(column):
        missing = column.isna().to_numpy()
        return _check_numbers(column.astype("float64"), missing, rule)
    text = _text(column)
    missing = (text.str.lower().isin(MISSING_WORDS) if rule.type != "text" else text == "").to_numpy(dtype=bool)
    if rule.type not in ("text", "choice"):
        return _check_numbers(pd.to_numeric(text.mask(missing), errors="coerce").astype("float64"), missing, rule)
    values = text.mask(missing, "") if rule.type == "choice" and missing.any() else text
    wrong = {"a value is required": missing} if rule.required == "yes" else {}
    if rule.type == "choice":
        allowed = choices(rule.table, rule.column) if names is None else names
        more = f"; tables.{rule.allowed.removesuffix(_TABLE)} of the plan may add one"
        what = f"must be one of {', '.join(allowed)}{more if rule.allowed.endswith(_TABLE) else ''}"
        wrong[what] = ~missing & ~values.isin(allowed).to_numpy(dtype=bool)
    if rule.unique == "yes":
        wrong["is there more than once"] = values.duplicated(keep="first").to_numpy() & ~missing
    return values, _by_position(wrong)


def _check_numbers(values: pd.Series, missing: Bools, rule: _Rule) -> tuple[pd.Series, dict[int, str]]:
    number = values.to_numpy()
    finite = np.isfinite(number)
    wrong = {"a value is required": missing} if rule.required == "yes" else {}
    wrong["must be a number"] = ~missing & ~finite
    if rule.type == "positive":
        wrong[f"must be above {rule.low:g}"] = finite & (number <= rule.low)
    else:
        wrong[f"must be at least {rule.low:g}"] = finite & (number < rule.low)
    wrong[f"must be at most {rule.high:g}"] = finite & (number > rule.high)
    if rule.type in ("year", "whole"):
        part = np.mod(number, 1, where=finite, out=np.zeros(len(number)))
        wrong[f"must be a whole {'year' if rule.type == 'year' else 'number'}"] = part != 0
    return values, _by_position(wrong)


def _by_position(wrong: Mapping[str, Bools]) -> dict[int, str]:
    """Positions that break a rule, each with the last rule that it breaks."""
    return {int(place): what for what, broken in wrong.items() for place in np.flatnonzero(broken)}


def own_table(name: str, path: Path) -> pd.DataFrame:
    """Read a council's own table in place of a packaged one.

    Parameters
    ----------
    name : str
        Name of the packaged table, whose columns it must have but for those with a default; more are left alone.
    path : path
        A CSV file in UTF-8; lines that begin with # are left out.

    Returns
    -------
    DataFrame
        Indexed by line of the file (the header's is the first). Columns that hold numbers in the packaged table are
        finite float64 or NaN; text is stripped, blank text NaN. `verified` is "yes" or "no".

    Raises
    ------
    ConfigError
        The file is no such table; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    packaged = load_table(name)
    absent = _DEFAULTS.get(name, {})
    needed = [column for column in packaged.columns if column not in absent]
    table, faults = csv_table(path, ConfigError, needed, RENAMED.get(name, {})), []
    table = table.assign(**{column: value for column, value in absent.items() if column not in table})
    table = table.apply(lambda column: column.str.strip().replace("", np.nan))
    for column in packaged.columns:
        given = table[column].notna()
        if pd.api.types.is_numeric_dtype(packaged[column]) and packaged[column].notna().any():
            number = pd.to_numeric(table[column], errors="coerce").astype("float64")
            wrong, rule = given & ~np.isfinite(number), "must be a finite number"
            values: pd.Series = number
        elif column == "verified":
            values, wrong, rule = table[column], ~table[column].isin(["yes", "no"]), "must be yes or no"
        else:
            continue
        shown = table[column][wrong]
        faults += [Fault(str(path), int(line), column, _shown(value), rule) for line, value in shown.items()]
        table[column] = values
    if faults:
        raise ConfigError(faults)
    return table


def extended_table(name: str, key: str, path: Path | None = None) -> pd.DataFrame:
    """A packaged table with a council's own rows: each replaces the row of its key, or is added.

    Parameters
    ----------
    name, key : str; name of the packaged table, and the column that names its rows
    path : path, optional
        As of `own_table`; by default there are only the packaged rows.

    Returns
    -------
    DataFrame
        Columns of the packaged table, and `file` and `row` where each stands (row 0 of a packaged one).

    Raises
    ------
    ConfigError
        The file is no such table, or a key is missing or there twice; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    packaged = load_table(name).assign(file=f"reference/{name}.csv", row=0)
    if path is None:
        return packaged
    own = own_table(name, path)
    own = own.assign(file=str(path), row=own.index)
    bare, twice = own[key].isna(), own[key].duplicated() & own[key].notna()
    faults = [Fault(str(path), int(line), key, "", "a value is required") for line in own.index[bare]]
    faults += [Fault(str(path), int(line), key, str(own.loc[line, key]), "is there twice") for line in own.index[twice]]
    if faults:
        raise ConfigError(faults)
    kept = packaged[~packaged[key].isin(own[key])]
    return pd.concat([kept, own[packaged.columns]], ignore_index=True)


def row_faults(table: pd.DataFrame, checks: Iterable[tuple[str, pd.Series, str]]) -> list[Fault]:
    """Faults of an `extended_table`: each check is a column, where its values are good, and the rule."""
    return [
        Fault(str(table.loc[at, "file"]), int(table.loc[at, "row"]), column, _shown(table.loc[at, column]), rule)
        for column, good, rule in checks
        for at in table.index[~good.astype(bool)]
    ]
