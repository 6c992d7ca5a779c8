"""Premises and their blocks: checked against each other and against the components that stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from assetplan import schema
from assetplan._types import Bools
from assetplan.asset_classes import BUILDING
from assetplan.errors import Fault
from assetplan.register.validation_faults import among, faults_where

TABLES = ("premises", "blocks")
"""Tables of a register that hold property, in the order in which one names the other."""

COMPONENT_COLUMNS = ("element", "material", "responsibility")
"""Columns of assets that building components alone have."""

COUNCIL = "council"
"""Who keeps up what nobody else does."""

KEEPERS = {"tenant": "its tenant", "PFI": "its PFI contractor", "academy": "its academy"}
"""What a reader calls whoever else keeps a component up."""

_SHARED = "shared"  # premises whose components say who keeps each of them up


def no_property() -> dict[str, Any]:
    """Premises and blocks of no rows."""
    return {name: schema.empty(name) for name in TABLES}


def check_premises(tables: Mapping[str, pd.DataFrame | None], file: str) -> tuple[dict[str, Any], list[Fault]]:
    """Bring premises and blocks to the schema and list every fault, blocks without premises among them.

    Parameters
    ----------
    tables : mapping of str to DataFrame or None
        `premises` and `blocks`, never written to; None gives a table of no rows.
    file : str
        Name for the faults, before that of the table; rows are counted from 1.
    """
    checked, faults = no_property(), []
    for name in TABLES:
        if (frame := tables[name]) is not None and len(frame):
            rows = pd.Series(np.arange(1, len(frame) + 1))
            checked[name], more = schema.conform(frame.reset_index(drop=True), name, file + name, rows)
            faults += more
    owner = checked["blocks"]["premises_id"]
    wrong = (owner != "") & ~among(owner, checked["premises"]["premises_id"])
    place = np.arange(1, len(owner) + 1)
    rule = "no premises have this premises_id"
    return checked, faults + faults_where(checked["blocks"], wrong, file + "blocks", place, "premises_id", rule)


def component_faults(assets: pd.DataFrame, blocks: pd.DataFrame, file: str) -> list[Fault]:
    """Building components that stand in no block, in a register that has blocks.

    Parameters
    ----------
    assets, blocks : DataFrame; checked tables of the register
    file : str; name for the faults, whose rows are counted from 1
    """
    if not len(blocks):
        return []
    wrong = (assets["asset_class"] == BUILDING) & ~among(assets["parent_id"], blocks["block_id"])
    place = np.arange(1, len(assets) + 1)
    return faults_where(assets, wrong, file, place, "parent_id", "no block has this block_id")


def premises_of(assets: pd.DataFrame, blocks: pd.DataFrame) -> pd.Series:
    """Identifier of the premises that each asset belongs to, index-aligned; "" where it stands in no block."""
    known = assets["parent_id"].where(assets["asset_class"] == BUILDING, "")
    return _looked_up(known, blocks["block_id"], blocks["premises_id"])


def responsibility_of(assets: pd.DataFrame, blocks: pd.DataFrame, premises: pd.DataFrame) -> pd.Series:
    """Who keeps up each asset: what it says itself, else what its premises say, else the council.

    Parameters
    ----------
    assets, blocks, premises : DataFrame
        Tables of a validated register.

    Returns
    -------
    Series of str
        council, tenant, PFI or academy, index-aligned with assets. A component of shared premises that does not say
        is the council's.
    """
    stated = premises["responsibility"].replace(_SHARED, "")
    own = assets["responsibility"]
    given = own.where(own != "", _looked_up(premises_of(assets, blocks), premises["premises_id"], stated))
    return given.where(given != "", COUNCIL)


def kept_by_others(assets: pd.DataFrame) -> Bools:
    """Where somebody else than the council keeps an asset up, (n_assets,): no plan gives it works, money or benefit.

    Parameters
    ----------
    assets : DataFrame
        Table `assets`; nowhere without a column `responsibility`, nor where it is blank: `responsibility_of` fills it
        from the premises.
    """
    if "responsibility" not in assets:
        return np.zeros(len(assets), dtype=bool)
    return np.asarray(assets["responsibility"].isin(list(KEEPERS)), dtype=bool)


def _looked_up(names: pd.Series, known: pd.Series, values: pd.Series) -> pd.Series:
    """The value beside each name among those known, index-aligned with the names; "" of others."""
    at = pd.Index(known.astype(object)).get_indexer(names.astype(object))
    given = np.append(values.to_numpy(dtype=object), "")[at]
    return pd.Series(given, names.index, dtype="str")
