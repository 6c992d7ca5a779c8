"""The chance that strategies leave an asset in a band or a worse one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Floats, Ints
from assetplan.strategies.candidates import BLOCK, Candidates, by_group, start_of
from assetplan.strategies.model import LifecycleModel
from assetplan.strategies.trajectory import watch


def chance_in_band(
    assets: pd.DataFrame, model: LifecycleModel, options: Candidates, rows: Ints, year: int, band: str
) -> Floats:
    """Chance of being in a band or a worse one at the end of a plan year: of an asset in states, by its states.

    Parameters
    ----------
    assets, model : DataFrame, LifecycleModel; as the candidates were made with
    options : Candidates; strategies of all assets
    rows : array (n,) of int; candidates wanted
    year : int; plan year, 0 is the first; −1 the base year, for candidates that have what they begin from
    band : str; band of the scale that the groups of their assets are shown in

    Returns
    -------
    array (n,)
        [0–1].
    """
    starting, out = options.starting, np.zeros(len(rows))
    owner, index = options.asset[rows], options.index[rows, year].astype(float).round(2)
    for group, mine in by_group(assets.iloc[owner]):
        scale = model.groups[group].bands
        worse = condition.band_names(scale).index(band)
        if starting is None:
            out[mine] = condition.codes_of_index(scale, index[mine]) >= worse
            continue
        treatments = model.catalogue.treatments[group]
        for part in np.array_split(mine, max(1, -(-len(mine) // BLOCK))):
            start = start_of(group, model, starting, owner[part])
            *_, last = watch(start, options.schedule[rows[part], : year + 1], treatments)
            out[part] = last.bands()[:, worse:].sum(axis=1)
    return out
