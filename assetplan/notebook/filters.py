"""Filters of a map by keyword, on columns of assets and works; what is unknown is refused with what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from assetplan._types import Bools
from assetplan.errors import ConfigError, Fault

OF_ASSETS = ("asset_class", "road_class", "hierarchy", "district", "division", "group", "road")
OF_WORKS = ("treatment", "kind", "line", "year", "status")
_FEW = 20  # names up to which all are listed


def values_of(given: Any) -> list[str]:
    """The values of a filter: one, or each of a list."""
    return [str(one) for one in given] if isinstance(given, list | tuple | set | range) else [str(given)]


def check_filters(filters: Mapping[str, Any], columns: Mapping[str, pd.Series]) -> None:
    """Refuse filters that nothing has.

    Parameters
    ----------
    filters : mapping of str → one value, or several in a list; by keyword
    columns : mapping of str → Series; the keywords there are, each with the values of its column

    Raises
    ------
    ConfigError
        A keyword or a value is unknown; every one of them is listed, with those there are.
    """
    faults = []
    for name, given in filters.items():
        if name not in columns:
            faults.append(Fault("explore", 0, name, "", f"is no filter; filters are {', '.join(columns)}"))
            continue
        known = sorted(set(_texts(columns[name])) - {""})
        faults += [Fault("explore", 0, name, one, _rule(one, known)) for one in values_of(given) if one not in known]
    if faults:
        raise ConfigError(faults)


def known_name(name: str, value: str, known: Iterable[str]) -> str:
    """A value that a programme must have.

    Parameters
    ----------
    name, value, known : str, str, iterable of str; what is named, as "asset_class", its name, and those there are

    Raises
    ------
    ConfigError
        It is none of them; all are named where they are few, else near ones.
    """
    names = list(known)
    if value not in names:
        raise ConfigError([Fault("the programme", 0, name, value, _rule(value, names))])
    return value


def _rule(value: str, known: list[str]) -> str:
    if not known:
        return "has no value here"
    near = known if len(known) <= _FEW else get_close_matches(value, known, 5, 0.5)
    return f"must be one of {', '.join(near)}" if near else f"is none of the {len(known):,} there are"


def _texts(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "").map(str)


def chosen(rows: pd.DataFrame, filters: Mapping[str, Any], names: Iterable[str]) -> Bools:
    """Which rows have the values of all filters of some names (n,).

    Parameters
    ----------
    rows, filters, names : DataFrame, mapping, iterable of str; filters of other names are left out
    """
    keep = np.ones(len(rows), dtype=bool)
    for name in names:
        if name in filters:
            keep &= _texts(rows[name]).isin(values_of(filters[name])).to_numpy()
    return keep


def words_of(filters: Mapping[str, Any]) -> str:
    """Filters in words: "asset class carriageway, year 2020 or 2021"; "" for none."""
    return ", ".join(f"{name.replace('_', ' ')} {' or '.join(values_of(given))}" for name, given in filters.items())
