"""Inspections made by a known decay, those of real bridges, and the rows that a calibration makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from places import SHARED

from assetplan.deterioration import Curve

# Of four states, by year.
CHAIN = np.array([[0.88, 0.09, 0.03, 0], [0, 0.92, 0.07, 0.01], [0, 0, 0.9, 0.1], [0, 0, 0, 1.0]])


def curve_histories(
    n: int, seed: int, life: float = 30.0, shape: float = 1.6, noise: float = 2.0, spread: float = 0.3,
    wander: float = 0.3, prefix: str = "a", family: str = "power",
) -> pd.DataFrame:  # fmt: skip
    """Assets of any age with 2 to 6 visits at irregular dates, that follow a curve each at its own pace."""
    rng = np.random.default_rng(seed)
    visits = rng.integers(2, 7, n)
    asset = np.repeat(np.arange(n), visits)
    first = np.flatnonzero(np.diff(asset, prepend=-1))
    gap = rng.uniform(0.8, 3.0, len(asset))
    gap[first] = 0.0
    pace = np.maximum(1 + spread * rng.normal(size=n), 0.05)
    grown = pace[asset] * gap + wander * np.sqrt(gap) * rng.normal(size=len(asset))
    grown[first] = rng.uniform(0.05, 0.9, n) * life
    age = np.cumsum(grown)
    age = np.maximum(age - (age[first] - grown[first])[asset], 0.0)
    time = np.cumsum(gap)
    year = 2010 + time - time[first][asset] + rng.uniform(0, 1, n)[asset]
    value = np.clip(Curve.of_life(family, life, shape).index(age) + noise * rng.normal(size=len(asset)), 0, 100)
    return pd.DataFrame({"asset_id": [f"{prefix}{k}" for k in asset], "year": year.round(4), "value": value.round(2)})


def chain_histories(n: int, seed: int, transition: np.ndarray, years: int = 10, prefix: str = "a") -> pd.DataFrame:
    """Assets of any state seen every year or every few, that fall by an annual matrix."""
    rng = np.random.default_rng(seed)
    state = rng.integers(0, len(transition) - 1, n)
    every = rng.integers(1, 4, n)
    out = []
    tails = transition.cumsum(axis=1)
    for year in range(years):
        seen = (year % every) == 0
        out.append(pd.DataFrame({"asset_id": np.flatnonzero(seen), "year": 2010 + year, "state": state[seen]}))
        state = (rng.random(n)[:, None] > tails[state]).sum(axis=1)
    table = pd.concat(out, ignore_index=True)
    table["asset_id"] = prefix + table["asset_id"].astype(str)
    return table


def ontario_bridges() -> pd.DataFrame:
    """Ontario's bridges: BCI by year, one row a reading; a yearly 0 means missing."""
    wide = pd.read_csv(SHARED / "ontario_bci.csv", header=1, encoding="latin-1")
    years = [name for name in wide.columns if name.strip().isdigit()]
    table = wide.melt(["ID", "LAST MAJOR REHAB ", "YEAR BUILT"], years, "year", "value")
    table["value"] = pd.to_numeric(table["value"], errors="coerce")
    table = table[table["value"] > 0].drop_duplicates(["ID", "year"])
    built = pd.to_numeric(table["YEAR BUILT"], errors="coerce")
    table["built_year"] = built.where(built <= table["year"].astype(float))
    return table.rename(columns={"ID": "asset_id", "LAST MAJOR REHAB ": "works_date"})


def estimates_of(row: pd.Series) -> np.ndarray:
    """Estimates of a row of a calibration, in the order of its parameters."""
    return np.array([float(value) for value in row["estimates"].split("|")])


def errors_of(row: pd.Series) -> np.ndarray:
    """Standard errors of the estimates: the row holds the lower triangle of their covariance."""
    size = len(row["parameters"].split("|"))
    covariance = np.zeros((size, size))
    covariance[np.tril_indices(size)] = [float(value) for value in row["covariance"].split("|")]
    return np.sqrt(covariance.diagonal())
