"""Bridge inspections by element: each element keeps its own latest inspected condition, and BCI follows from those.

An inspection need not look at every element. One that it left out keeps the severity and extent that were last seen,
superficial inspections aside, and the result says which elements are kept so and how old each is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan.asset_classes import BRIDGE
from assetplan.delimited import TextColumns, csv_table
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError
from assetplan.register import Register

KINDS = ("general", "principal", "special", "superficial")
"""Kinds of inspection; a superficial one gives no condition."""

_DAYS = 365.25
_EXTENTS = ("A", "B", "C", "D", "E")


@dataclass(frozen=True, eq=False, repr=False)
class BridgeInspections(Shown):
    """A register with the BCI that element inspections gave, and how.

    Attributes
    ----------
    register : Register
        With `measure` bci, the average BCI, its year and confidence (high) of the bridges inspected.
    bridges : DataFrame
        One row a bridge inspected: asset_id, bci_av, bci_crit [0–100], inspected (date of the latest inspection),
        elements, inherited (elements that it did not look at), oldest (date of the oldest element's condition).
    elements : DataFrame
        One row an element of a bridge that was ever inspected: asset_id, element, severity, extent, date (when it was
        last seen), inherited ("yes" where the bridge's latest inspection did not look at it, else "no"), age_years (how
        long before that inspection it was seen).
    notes : tuple of (str, int)
        What was read, and left out.
    """

    register: Register
    bridges: pd.DataFrame
    elements: pd.DataFrame
    notes: tuple[tuple[str, int], ...]

    def _shown(self) -> dict[str, Any]:
        return {"bridges": self.bridges, "elements": self.elements}


def inspect_bridges(register: Register, path: str | os.PathLike[str]) -> BridgeInspections:
    """Give bridges of a register the BCI of their latest inspected elements.

    Parameters
    ----------
    register : Register
        Never written to.
    path : path
        CSV with columns asset_id, element (CSS number, 1–34), date (2019-06-30), severity [1–5] and extent [A–E], both
        blank where the element was not inspected, and optionally kind, one of `KINDS`, by default general.

    Raises
    ------
    RegisterError
        The file breaks these rules, or names a bridge that the register does not have; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    source = Path(path)
    text = csv_table(source, RegisterError, ("asset_id", "element", "date", "severity", "extent"))
    table = _checked(TextColumns(source.name, text), register)
    superficial = (table["kind"] == "superficial").to_numpy(dtype=bool)
    seen = table["severity"].notna().to_numpy(dtype=bool) & ~superficial
    if not seen.any():
        raise RegisterError([Fault(source.name, 0, "severity", "", "no element was inspected")])
    every = table[~superficial].groupby("asset_id")["date"].max()
    latest = table[seen].sort_values("date", kind="stable").drop_duplicates(["asset_id", "element"], keep="last")
    scored = condition.bridge_condition(latest["asset_id"], latest["element"], latest["severity"], latest["extent"])
    when = latest.groupby("asset_id")["date"]
    kept = latest["date"] < latest["asset_id"].map(every)
    bridges = pd.DataFrame(
        {
            "bci_av": scored["bci_av"].round(2),
            "bci_crit": scored["bci_crit"].round(2),
            "inspected": when.max().reindex(scored.index),
            "elements": scored["elements"],
            "inherited": kept.groupby(latest["asset_id"]).sum().reindex(scored.index),
            "oldest": when.min().reindex(scored.index),
        }
    ).rename_axis("asset_id")
    notes = [("element records read", len(table))]
    notes.append(("element records left out: superficial inspection", int(superficial.sum())))
    notes.append(("element records left out: not inspected", int((~seen & ~superficial).sum())))
    notes.append(("element records left out: a later inspection saw the element", int(seen.sum()) - len(latest)))
    notes.append(("elements whose condition an earlier inspection gave", int(kept.sum())))
    elements = _elements(latest, every)
    return BridgeInspections(_with_bci(register, bridges), bridges.reset_index(), elements, tuple(notes))


def _elements(latest: pd.DataFrame, inspected: pd.Series) -> pd.DataFrame:
    """Each element's latest inspected condition, and how old it was when its bridge was last inspected."""
    age = (pd.to_datetime(latest["asset_id"].map(inspected)) - latest["date"]).dt.days
    table = latest[["asset_id", "element", "severity", "extent", "date"]].assign(
        severity=latest["severity"].astype(int),
        inherited=np.where(age > 0, "yes", "no"),
        age_years=(age / _DAYS).round(1),
    )
    return table.sort_values(["asset_id", "element"], kind="stable").reset_index(drop=True)


def _checked(columns: TextColumns, register: Register) -> pd.DataFrame:
    """The table with its numbers and dates; every fault of it is raised together."""
    text = columns.text
    element = columns.numbers("element", 1, 34, needed=True)
    columns.refuse(np.isfinite(element) & (element % 1 != 0), "element", "must be a whole number from 1 to 34")
    severity = columns.numbers("severity", 1, 5, needed=False)
    columns.refuse(np.isfinite(severity) & (severity % 1 != 0), "severity", "must be a whole number from 1 to 5")
    extent = text["extent"].str.upper()
    bare = columns.blank("extent")
    columns.refuse(~bare & ~extent.isin(_EXTENTS), "extent", f"must be one of {', '.join(_EXTENTS)}")
    columns.refuse(bare != np.isnan(severity), "extent", "severity and extent must stand together")
    # The first severity is as new, and has the first extent alone (CSS bridge condition indicators, volume 2).
    sound = (severity == 1) & ~bare & (extent != "A").to_numpy(dtype=bool)
    columns.refuse(sound, "extent", "must be A where the severity is 1")
    columns.refuse((severity > 1) & (extent == "A").to_numpy(dtype=bool), "extent", "A goes with severity 1 alone")
    columns.times("date")
    date = pd.to_datetime(text["date"], format="%Y-%m-%d", errors="coerce")
    columns.refuse(date.isna() & ~columns.blank("date"), "date", "must be a date such as 2019-06-30")
    kind = text["kind"].str.lower() if "kind" in text else pd.Series("general", text.index)
    if "kind" in text:
        columns.refuse(~columns.blank("kind") & ~kind.isin(KINDS), "kind", f"must be one of {', '.join(KINDS)}")
    assets = register.assets
    bridges = set(assets["asset_id"][assets["asset_class"] == BRIDGE])
    columns.refuse(~text["asset_id"].isin(bridges), "asset_id", "no bridge of the register has this asset_id")
    if columns.faults:
        raise RegisterError(set(columns.faults))
    return pd.DataFrame(
        {
            "asset_id": text["asset_id"],
            "element": element.astype(int),
            "date": date,
            "severity": severity,
            "extent": extent.mask(bare),
            "kind": kind.mask(kind == "", "general"),
        }
    )


def _with_bci(register: Register, bridges: pd.DataFrame) -> Register:
    assets = register.assets.copy()
    known = bridges[bridges["bci_av"].notna()]
    row = pd.Index(assets["asset_id"]).get_indexer(known.index)
    year = known["inspected"].dt.year.to_numpy(dtype=float)
    values = {"measure": "bci", "value": known["bci_av"].to_numpy(), "surveyed_year": year, "confidence": "high"}
    for name, new in values.items():
        assets.iloc[row, list(assets.columns).index(name)] = new
    assumed = [" ".join(word for word in text.split() if word not in values) for text in assets["assumed"].iloc[row]]
    assets.iloc[row, list(assets.columns).index("assumed")] = assumed
    read = {"asset_id": known.index, "year": year, "measure": "bci", "value": known["bci_av"].to_numpy(), "method": ""}
    every = pd.concat([register.inspections, pd.DataFrame(read)], ignore_index=True)
    every = every[~every.duplicated(["asset_id", "year", "measure"], keep="last")].reset_index(drop=True)
    return replace(register, assets=assets, inspections=every)
