"""Rows that a calibration wrote, put in place of the decay that a table of groups gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from assetplan.delimited import TextColumns, csv_table
from assetplan.deterioration.chain import Chain
from assetplan.deterioration.groups import Group, decay_of
from assetplan.deterioration.learned import Learned
from assetplan.errors import ConfigError, Fault
from assetplan.schema import columns

NEEDED = ("group", "model", "family", "c0", "k", "b", "a50", "cmin", "states", "falls", "source", "verified")
_SPREADS = ("noise", "spread", "wander")
_NUMBERS = ("c0", "k", "b", "a50", "cmin", *_SPREADS)
_OPTIONAL = (*_SPREADS, "covariates", "parameters", "estimates", "covariance")


def with_calibration(groups: Mapping[str, Group], path: Path) -> dict[str, Group]:
    """Groups with the decay that a calibration learned.

    Parameters
    ----------
    groups : mapping of name → Group
        What the rows may name. Everything but decay, source and `verified` stays.
    path : path; a file that `assetplan calibrate` wrote

    A ConfigError where a row breaks its rules, or does not fit its group; every fault is listed.
    """
    table = csv_table(path, ConfigError, NEEDED)
    table = table.assign(**{name: "" for name in _OPTIONAL if name not in table})
    text = TextColumns(str(path), table)
    table = table.assign(**{name: text.numbers(name, -np.inf, np.inf, needed=False) for name in _NUMBERS})
    faults = text.faults
    if faults:
        raise ConfigError(faults)
    out = dict(groups)
    seen: set[str] = set()
    for number, row in zip(table.index, table.to_dict("records"), strict=True):
        broken = list(_broken(row, groups, seen))
        seen.add(row["group"])
        if not broken:
            try:
                out[row["group"]] = _learned(groups[row["group"]], row)
            except ValueError as error:
                broken = [("model", row["model"], str(error))]
        faults += [Fault(str(path), int(number), *fault) for fault in broken]
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
    for cell in _cells(row["covariates"]):
        column = cell.split(":")[0].partition("=")[0]
        if column not in columns("assets"):
            yield "covariates", cell, f"the register has no column {column!r}, so the plan cannot know it of an asset"


def _learned(group: Group, row: Mapping[Any, Any]) -> Group:
    decay = decay_of(row)
    cells = [cell.rsplit(":", 3) for cell in _cells(row["covariates"])]
    names, estimates = tuple(_cells(row["parameters"])), tuple(map(float, _cells(row["estimates"])))
    if len(names) != len(estimates):
        raise ValueError(f"there are {len(names)} parameters but {len(estimates)} estimates")
    learned = Learned(
        **{name: float(np.nan_to_num(row[name])) for name in _SPREADS},
        covariates=tuple((name, float(b), float(centre), float(scale)) for name, b, centre, scale in cells),
        names=names,
        estimates=estimates,
        covariance=_square(_cells(row["covariance"]), len(names)),
        discrete=row["model"] == "markov" and row["family"] == "discrete",
    )
    fitted, ages = learned.decay(decay) if names else decay, np.array([2.0, 10.0, 30.0])
    if not np.allclose(fitted.index(ages), decay.index(ages), atol=0.02):  # to the digits that a row keeps
        raise ValueError("decay is not what parameters and estimates say: mend it, or leave those two blank")
    return replace(group, decay=decay, source=str(row["source"]), verified=row["verified"] == "yes", learned=learned)


def _cells(text: str) -> list[str]:
    return [cell for cell in text.split("|") if cell]


def _square(cells: list[str], size: int) -> tuple[tuple[float, ...], ...]:
    """A symmetric matrix from its lower triangle by rows, () of none."""
    if not cells:
        return ()
    if len(cells) != size * (size + 1) // 2:
        raise ValueError(f"covariance must be the lower triangle of {size} × {size} numbers, not {len(cells)} of them")
    matrix = np.zeros((size, size))
    matrix[np.tril_indices(size)] = list(map(float, cells))
    return tuple(map(tuple, (matrix + np.tril(matrix, -1).T).tolist()))
