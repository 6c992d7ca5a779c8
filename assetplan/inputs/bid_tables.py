"""The table of bids as a council keeps it: a CSV or a layer of one row a variant, money in £."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pydantic import ValidationError

from assetplan import schema
from assetplan.config import Bid, Plan
from assetplan.config.bid_checks import faults_of_bid
from assetplan.config.read import listed_faults
from assetplan.delimited import csv_table
from assetplan.errors import ConfigError, Fault
from assetplan.reading.layers import is_spatial, read_layer, shapes_of

TABLE = "bids"
_NEEDED = ("name", "line", "costs", "criteria")
_NUMBERS = ("earliest", "latest", "saving_from", "saving_years", "grants_probability", "contributions_probability",
            "receipts_probability")  # fmt: skip
_WHOLE = ("earliest", "latest", "saving_from", "saving_years")
_MONEY = ("benefit", "saving", "running_cost", "match")
_PROFILES = ("revenue", "grants", "contributions", "receipts")
_LISTS = ("criteria", "needs", "excludes", "follows", "instead_of")
_TEXTS = ("name", "treatment", "stage", "gate", "promoter", "district", "division", "wkt", "source")


def bids_of_table(plan: Plan, crs: Any) -> tuple[list[tuple[str, int, str, Bid]], list[Fault]]:
    """Rows of the table of bids, each with its file, its line and "", and the faults of rows that break their rules.

    Parameters
    ----------
    plan : Plan; `tables.bids` names a CSV, or a layer that has the same columns beside its shapes
    crs : coordinate system of the register, to which the shapes of a layer are brought

    Raises
    ------
    ConfigError
        A column is missing, or a layer has no coordinate system.
    FileNotFoundError, RegisterError
        There is no such file, or it is no layer that can be read.
    """
    path = plan.path(plan.tables.bids)
    text = csv_table(path, ConfigError, _NEEDED) if path.suffix.lower() == ".csv" else _of_layer(path, crs)
    table, faults = schema.conform(text, TABLE, str(path), pd.Series(text.index, index=text.index))
    rows: list[tuple[str, int, str, Bid]] = []
    for line, row in table.iterrows():
        place = int(line)  # type: ignore[call-overload]
        values, wrong = _values(row, 1 / plan.envelope.pounds)
        faults += [Fault(str(path), place, key, value, rule) for key, value, rule in wrong]
        try:
            bid = Bid.model_validate(values)
        except ValidationError as error:
            known = {(fault.row, fault.column) for fault in faults}
            faults += [
                Fault(str(path), place, fault.column, fault.value, fault.rule)
                for fault in listed_faults(str(path), error)
                if (place, fault.column) not in known
            ]
            continue
        if not wrong:
            # Money is shown as the table has it, not in the envelope's unit.
            money = {name: str(text.at[line, name]) for name in (*_MONEY, *_PROFILES) if name in text}
            broken = faults_of_bid(plan, bid)
            faults += [Fault(str(path), place, key, money.get(key, value), rule) for key, value, rule in broken]
        rows.append((str(path), place, "", bid))
    return rows, faults


def _of_layer(path: Path, crs: Any) -> pd.DataFrame:
    """A layer as the CSV would be, its rows counted from 1 and its shapes as text."""
    frame, _ = read_layer(path)
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    if not is_spatial(frame):
        return pd.DataFrame(frame)
    shapes = shapes_of(frame)
    if shapes.crs is None:
        raise ConfigError([Fault(str(path), 0, "geometry", "", "the layer has no coordinate reference system")])
    here = shapes if crs is None else shapes.to_crs(crs)
    text = [
        "" if shape is None or shape.is_empty else shapely.to_wkt(shape, rounding_precision=3)
        for shape in here.to_numpy()
    ]
    return pd.DataFrame(frame.drop(columns=shapes.name)).assign(wkt=text)


def _values(row: pd.Series, unit: float) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """Keys of a bid from a row of the table, money in the envelope's unit; key, value and rule of each fault."""
    faults: list[tuple[str, str, str]] = []
    values: dict[str, Any] = {name: row[name] for name in _TEXTS}
    values |= {name: row[name] for name in _NUMBERS if not np.isnan(row[name])}
    values |= {name: int(values[name]) for name in _WHOLE if name in values and np.isfinite(values[name])}
    values |= {name: row[name] * unit for name in _MONEY if not np.isnan(row[name])}
    values |= {name: row[name] == "yes" for name in ("mandatory", "saving_confirmed")}
    values |= {name: parts for name in _LISTS if (parts := tuple(_parts(row[name])))}
    values |= {name: row[name] for name in ("variant", "receipts_stage") if row[name]}
    profiles = {name: _amounts(name, row[name], unit, faults) for name in ("costs", *_PROFILES)}
    values |= {name: profiles[name] for name in _PROFILES}
    values["costs"] = {str(row["line"]): profiles["costs"]}
    values["benefits"] = {}
    for part in _parts(row["benefits"]):
        stream, sign, amount = part.partition("=")
        if not sign or stream.strip() in values["benefits"]:
            faults.append(("benefits", str(row["benefits"]), "must be streams with amounts (£), as claims=200000"))
            break
        values["benefits"][stream.strip()] = sum(_amounts("benefits", amount, unit, faults))
    return values, faults


def _parts(text: str) -> Iterator[str]:
    return (part.strip() for part in str(text).split(";") if part.strip())


def _amounts(column: str, text: str, unit: float, faults: list[tuple[str, str, str]]) -> tuple[float, ...]:
    """Amounts of a cell by year, as "200000;50000"; what is no such list becomes a fault and no amounts."""
    try:
        return tuple(float(part) * unit for part in _parts(text))
    except ValueError:
        faults.append((column, str(text), "must be amounts (£) by year, as 200000;50000"))
        return ()
