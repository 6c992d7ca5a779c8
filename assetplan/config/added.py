"""Tables of limits that are added to those that every plan has."""

from __future__ import annotations

from typing import Any

from pydantic import create_model

from assetplan.config.base import Name, WorksSelector
from assetplan.config.plan import Plan

TABLES: dict[str, type[AddedLimit]] = {}


class AddedLimit(WorksSelector):
    """One row of an added table: what its limit is called, and which works it is on."""

    name: Name


def accept_table(table: str, row: type[AddedLimit]) -> None:
    """Let plan files have a table of limits, `[[table]]`.

    Raises
    ------
    ValueError
        A plan has such a table already.
    """
    if table in TABLES or table in Plan.model_fields or table == "register":
        raise ValueError(f"a plan has a table {table!r} already")
    TABLES[table] = row


def plan_class() -> type[Plan]:
    """`Plan` with the tables that were added."""
    fields: dict[str, Any] = {table: (tuple[row, ...], ()) for table, row in TABLES.items()}  # type: ignore[valid-type]
    return create_model("Plan", __base__=Plan, **fields) if fields else Plan
