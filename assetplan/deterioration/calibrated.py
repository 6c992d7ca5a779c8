"""Rows that a calibration wrote, put in place of what a table of groups says of decay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan.deterioration.chain import Chain
from assetplan.deterioration.groups import Group, Learned, decay_of
from assetplan.errors import ConfigError, Fault
from assetplan.schema import columns, csv_table

NEEDED = ("group", "model", "family", "c0", "k", "b", "a50", "cmin", "states", "falls", "source", "verified")
_SPREADS = ("noise", "spread", "wander")
_NUMBERS = ("c0", "k", "b", "a50", "cmin", *_SPREADS)


def with_calibration(groups: Mapping[str, Group], path: Path) -> dict[str, Group]:
    """Groups with the decay that a calibration learned.

    Parameters
    ----------
    groups : mapping of name → Group
        What the rows may name. Everything but decay, source and `verified` stays.
    path : path
        A file that `assetplan calibrate` wrote.

    Raises
    ------
    ConfigError
        A row breaks its rules, or does not fit its group; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    faults: list[Fault] = []
    table = csv_table(path, ConfigError, NEEDED).apply(lambda column: column.str.strip())
    for name in _NUMBERS:
        if name in table:
            numbers = pd.to_numeric(table[name].replace("", np.nan), errors="coerce").astype("float64")
            wrong = (table[name] != "") & ~np.isfinite(numbers)
            faults += [Fault(str(path), int(n), name, v, "must be a number") for n, v in table[name][wrong].items()]
            table[name] = numbers
    if faults:
        raise ConfigError(faults)
    out = dict(groups)
    seen: set[str] = set()
    for number, row in zip(table.index, table.to_dict("records"), strict=True):
        found = list(_broken(row, groups, seen))
        seen.add(row["group"])
        if not found:
            try:
                out[row["group"]] = _learned(groups[row["group"]], row)
            except ValueError as error:
                found = [("model", row["model"], str(error))]
        faults += [Fault(str(path), int(number), *fault) for fault in found]
    if faults:
        raise ConfigError(faults)
    return out


def _broken(row: Mapping[Any, Any], groups: Mapping[str, Group], seen: set[str]) -> Iterator[tuple[str, str, str]]:
    """(column, value, rule) of each rule a row breaks."""
    name = row["group"]
    if name not in groups:
        yield "group", name, f"the plan has no such group; its groups are {', '.join(groups)}"
        return
    if name in seen:
        yield "group", name, "is there more than once"
    decay = groups[name].decay
    if (row["model"] == "markov") != isinstance(decay, Chain):
        wanted = "markov" if isinstance(decay, Chain) else "curve"
        yield "model", row["model"], f"the treatments of {name} act on a {wanted}: calibrate it with --model {wanted}"
    elif isinstance(decay, Chain) and row["falls"].count("/") + 1 not in (1, len(decay.state_index)):
        yield "falls", row["falls"][:40], f"{name} has {len(decay.state_index)} states, which its treatments name"
    if row["verified"] not in ("yes", "no"):
        yield "verified", row["verified"], "must be yes or no"
    for cell in filter(None, str(row.get("covariates", "")).split("|")):
        column = cell.split(":")[0].partition("=")[0]
        if column not in columns("assets"):
            yield "covariates", cell, f"the register has no column {column!r}, so the plan cannot know it of an asset"


def _learned(group: Group, row: Mapping[Any, Any]) -> Group:
    decay = decay_of(row)
    learned = None
    if all(np.isfinite(row.get(name, np.nan)) for name in _SPREADS):
        cells = [cell.rsplit(":", 3) for cell in filter(None, str(row.get("covariates", "")).split("|"))]
        covariates = tuple((name, float(b), float(centre), float(scale)) for name, b, centre, scale in cells)
        learned = Learned(float(row["noise"]), float(row["spread"]), float(row["wander"]), covariates)
    return replace(group, decay=decay, source=str(row["source"]), verified=row["verified"] == "yes", learned=learned)
