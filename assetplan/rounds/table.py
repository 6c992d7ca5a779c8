"""The table of a round: what every scenario came to, from the summaries of its runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from assetplan.delimited import write_csv
from assetplan.output import new_file
from assetplan.rounds.apart import ScenarioEnd
from assetplan.rounds.folder import RUNS
from assetplan.rounds.index import FIGURES, figures_of

TABLE = "runs.csv"


def round_table(outcomes: Iterable[ScenarioEnd], folder: Path) -> pd.DataFrame:
    """One row a scenario.

    Parameters
    ----------
    outcomes : iterable of ScenarioEnd; from `run_round`
    folder : Path; the round's folder

    Returns
    -------
    DataFrame
        Columns scenario, run, status, message, seconds, memory (MB, 0 where not known), and benefit, bound (in the unit
        of what the plan seeks), gap (share), cost (£) and treated (assets), which are missing where there is no run.
    """
    rows = []
    for each in outcomes:
        known = figures_of(folder / RUNS / each.run)
        took = {"seconds": round(each.seconds, 1), "memory": round(each.memory)}
        rows.append({**vars(each), **took, **{name: known.get(name) for name in FIGURES}})
    return pd.DataFrame(rows)


def write_round_table(table: pd.DataFrame, folder: Path) -> Path:
    """Write a round's table into its folder, in place of an earlier batch's, whole or not at all.

    Parameters
    ----------
    table : DataFrame; from `round_table`
    folder : Path; the round's folder
    """
    with new_file(folder / TABLE, force=True) as part:
        write_csv(table, part)
    return folder / TABLE
