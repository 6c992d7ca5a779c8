"""The five by five of risks: levels, scores, bands, and how chances and consequences become levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan._types import Floats, Ints, Texts
from assetplan.errors import ConfigError, Fault
from assetplan.reference import load_table
from assetplan.schema import own_table

LEVELS = 5


@cache
def level_labels(scale: str) -> tuple[str, ...]:
    """What the levels of "likelihood" or "impact" are called, from 1 up."""
    table = load_table("risk_scale")
    return tuple(table[table["scale"] == scale].sort_values("level")["label"])


def band_of(score: Floats) -> Texts:
    """Band of each score (n,), likelihood times impact: low, medium or high.

    Raises
    ------
    ValueError
        A score is no product of two levels.
    """
    table, out = load_table("risk_bands"), np.full(len(score), "", dtype=object)
    for band, low, high in zip(table["band"], table["low"], table["high"], strict=True):
        out[(score >= low) & (score <= high)] = band
    if (out == "").any():
        raise ValueError(f"{score[out == ''][0]:g} is no product of two levels of 1 to {LEVELS}")
    return out


@dataclass(frozen=True)
class RiskMapping:
    """How a chance of failure becomes a likelihood, and a consequence an impact.

    Attributes
    ----------
    likelihood : tuple of float; least chance that each level begins at [0–1]
    impact : mapping of basis → tuple of float; least consequence that each level begins at
    """

    likelihood: tuple[float, ...]
    impact: Mapping[str, tuple[float, ...]]

    def likelihood_of(self, chance: Floats) -> Ints:
        """Likelihood (n,) of 1 to 5 of a chance of failure (n,) [0–1]."""
        return np.searchsorted(np.array(self.likelihood), chance, side="right")

    def impact_of(self, consequences: Mapping[str, Floats]) -> Ints:
        """Impact (n,) of 1 to 5: the gravest by any basis; a consequence that is not known counts as the least.

        Parameters
        ----------
        consequences : mapping of basis → array (n,)
        """
        each = [
            np.searchsorted(np.array(self.impact[basis]), np.nan_to_num(amount), side="right")
            for basis, amount in consequences.items()
        ]
        return np.maximum.reduce(each)


def load_risk_mapping(likelihood: Path | None = None, impact: Path | None = None) -> RiskMapping:
    """Read how chances and consequences become levels.

    Parameters
    ----------
    likelihood, impact : path, optional
        A council's own tables with the columns of `risk_likelihood.csv` and `risk_impact.csv`, in place of these.

    Raises
    ------
    ConfigError
        A table has not the levels 1 to 5 once each (of each basis), or one begins no higher than that below it.
    FileNotFoundError
        There is no such file.
    """
    tables = {
        name: load_table(name) if path is None else own_table(name, path)
        for name, path in (("risk_likelihood", likelihood), ("risk_impact", impact))
    }
    files = {"risk_likelihood": str(likelihood or "reference"), "risk_impact": str(impact or "reference")}
    chances, costs = tables["risk_likelihood"], tables["risk_impact"]
    bases = tuple(dict.fromkeys(load_table("risk_impact")["basis"]))
    faults = list(_level_faults(chances, files["risk_likelihood"]))
    for basis in bases:
        faults += _level_faults(costs[costs["basis"] == basis], files["risk_impact"], f" of {basis}")
    unknown = costs[~costs["basis"].isin(bases)]
    rule = f"must be one of {', '.join(bases)}"
    faults += [
        Fault(files["risk_impact"], int(row), "basis", str(unknown.loc[row, "basis"]), rule) for row in unknown.index
    ]
    if faults:
        raise ConfigError(faults)
    return RiskMapping(_least(chances), {basis: _least(costs[costs["basis"] == basis]) for basis in bases})


def _least(table: pd.DataFrame) -> tuple[float, ...]:
    return tuple(table.sort_values("level")["least"].astype(float))


def _level_faults(table: pd.DataFrame, file: str, of: str = "") -> Iterator[Fault]:
    levels = table["level"].tolist()
    if sorted(levels) != list(range(1, LEVELS + 1)):
        yield Fault(file, 0, "level", ", ".join(f"{n:g}" for n in levels), f"must be 1 to {LEVELS}{of}, each once")
        return
    ordered = table.sort_values("level")
    first, rises = float(ordered["least"].iloc[0]), ordered["least"].diff().iloc[1:] > 0
    if first != 0:
        yield Fault(file, int(ordered.index[0]), "least", f"{first:g}", "the first level begins at 0")
    for row in rises.index[~rises]:
        rule = "must be above that of the level below"
        yield Fault(file, int(row), "least", f"{ordered.loc[row, 'least']:g}", rule)
