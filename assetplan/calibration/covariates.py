"""Covariates of decay: traffic, surface, climate as numbers that shift an asset's pace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats
from assetplan.deterioration.fits.features import LIMIT

_RARE = 20  # assets below which a word is taken for the commonest


@dataclass(frozen=True, eq=False)
class Features:
    """Covariates of assets as columns of numbers.

    Attributes
    ----------
    names : tuple of str; a number's column by its name, a word by column=word
    values : array (n_assets, k)
        Numbers as deviations from their mean in standard deviations, 0 where missing; words as 0 or 1.
    centre, scale : array (k,); what was taken off each and what it was divided by
    """

    names: tuple[str, ...]
    values: Floats
    centre: Floats
    scale: Floats

    @classmethod
    def of(cls, covariates: pd.DataFrame, n_assets: int) -> Features:
        """Numbers standardised; one column a word but the commonest, to which the others are compared."""
        names: list[str] = []
        columns: list[Floats] = []
        scales: list[tuple[float, float]] = []
        for name, column in covariates.items():
            if pd.api.types.is_numeric_dtype(column):
                centre, scale = float(np.nanmean(column)), float(np.nanstd(column))
                of_column = {str(name): column.to_numpy(dtype=float)} if scale > 0 else {}
            else:
                counts = column[column != ""].value_counts().sort_index().sort_values(ascending=False, kind="stable")
                words = sorted(counts.index[1:][counts.iloc[1:] >= _RARE])
                centre, scale = 0.0, 1.0
                of_column = {f"{name}={word}": (column == word).to_numpy(dtype=float) for word in words}
            names += of_column
            columns += [np.nan_to_num((values - centre) / scale) for values in of_column.values()]
            scales += [(centre, scale)] * len(of_column)
        values = np.stack(columns, axis=1) if columns else np.zeros((n_assets, 0))
        moments = np.array(scales).reshape(-1, 2)
        return cls(tuple(names), values, moments[:, 0], moments[:, 1])

    def varying(self, keep: Bools) -> tuple[Features, tuple[str, ...]]:
        """Those that are not the same for all of some assets, and a note on each of the others."""
        inside = self.values[keep]
        varies = (inside != inside[:1]).any(axis=0)
        names = np.array(self.names, dtype=object)
        kept = Features(tuple(names[varies]), self.values[:, varies], self.centre[varies], self.scale[varies])
        reason = "is the same for all assets that show decay, so nothing says what it does; left out."
        return kept, tuple(f"covariate {name} {reason}" for name in names[~varies])

    def at_limit(self, parameters: Floats) -> list[str]:
        """Those whose coefficients, the last of some parameters, stand at an end of what a fit searches."""
        coefficients = parameters[len(parameters) - len(self.names) :]
        return [name for name, b in zip(self.names, coefficients, strict=True) if abs(b) >= LIMIT - 1e-6]

    def text(self, coefficients: Floats) -> str:
        """name:coefficient:centre:scale of each, joined by |, as the table of groups holds them."""
        rows = zip(self.names, coefficients, self.centre, self.scale, strict=True)
        return "|".join(f"{name}:{b:.6g}:{centre:.6g}:{scale:.6g}" for name, b, centre, scale in rows)
