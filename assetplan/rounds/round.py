"""A round's folder as one table of its runs: read back by name, compared, and money set beside what it brings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan.answers import Comparison, compare
from assetplan.condition import poor_bands
from assetplan.display import Shown, in_notebooks
from assetplan.programme import Programme, read_programme
from assetplan.programme.files import read_settings
from assetplan.programme.summary import FORM
from assetplan.programme.summary_file import read_json
from assetplan.programme.writing import SETTINGS, SUMMARY
from assetplan.report import write_differences
from assetplan.rounds.calendar import calendar_table, read_calendar
from assetplan.rounds.folder import RUNS, opened, run_of
from assetplan.rounds.index import FIGURES, listed
from assetplan.rounds.records import latest_of

_HEADINGS = ("name", "report")  # keys of a plan that change nothing of its programme
_MORE = ("money", "preventative", "risk")


@dataclass(frozen=True, eq=False, repr=False)
class Round(Shown):
    """A budget round: its runs as they were when its folder was read.

    It holds programmes by the names of their scenarios: `round["as proposed"]` reads the latest run of a scenario, and
    an identity, or four first letters of one, any other; `for name in round` and `len(round)` go over the scenarios.

    Attributes
    ----------
    folder : Path
    summary : DataFrame
        One row a run, in the order in which they were made: columns of `list_runs`, money (£, of all lines and years),
        preventative (share of the cost), risk (£; present value of its stream of costs with the plan, missing where
        the plan counts none) and, of each class, poor_<class>, the share of its stock in poor condition at the
        end of the plan. Of a run whose summary is of another version's form these are missing.
    calendar : DataFrame
        One row a meeting, in the order of their dates: body, date, papers (last day to publish them), decides (stage
        that it moves runs to, "" for none) and runs (how many it may move there as they stand).
    """

    folder: Path
    summary: pd.DataFrame
    calendar: pd.DataFrame

    @property
    def names(self) -> tuple[str, ...]:
        """Scenarios that have a run, in the order of their first; identities of runs that were never recorded."""
        scenario = self.summary["scenario"]
        return tuple(dict.fromkeys(scenario.where(scenario != "", self.summary["run"])))

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __getitem__(self, name: str) -> Programme:
        """The programme of a run, read from its folder.

        Parameters
        ----------
        name : str; a scenario, for the latest run of it, an identity, or four first letters of one or more

        Raises
        ------
        RegisterError
            There is no such run, or several; a file of it was edited or is gone.
        """
        return read_programme(self.folder / RUNS / run_of(self.folder, name, latest_of(self.folder)))

    def compare(self, before: str, after: str) -> Comparison:
        """Two runs beside each other: what came in, went out, moved year or changed treatment, and why.

        Parameters
        ----------
        before, after : str; names as of `round[name]`

        Raises
        ------
        RegisterError
            As `round[name]`; or the two cannot be compared, as of `assetplan.compare`.
        """
        return compare(self[before], self[after])

    def map(self, before: str, after: str, path: str | Path, force: bool = False) -> Path:
        """Write what differs between two runs, on a map and in tables, as one HTML file that needs no network.

        Parameters
        ----------
        before, after : str; as of `compare`
        path, force : as of `assetplan.write_report`

        Raises
        ------
        RegisterError
            As `compare`.
        OutputExistsError
            The file is there already and `force` is not set.
        """
        first, second = self[before], self[after]
        return write_differences(first, second, compare(first, second), path, f"{before} beside {after}", force)

    @cached_property
    def frontier(self) -> pd.DataFrame:
        """What more or less money brings, of runs that differ in nothing but the money of their lines.

        Returns
        -------
        DataFrame
            The rows of `summary` that have others like them, the least money first, with alike before them: which are
            alike, from 1.

        Raises
        ------
        RegisterError
            The settings of a run cannot be read.
        """
        alike = [_but_money(self.folder / RUNS / run) for run in self.summary["run"]]
        rows = self.summary.assign(alike=alike)
        rows = rows[rows.groupby("alike")["money"].transform("nunique") > 1]
        rows = rows.assign(alike=pd.factorize(rows["alike"])[0] + 1)
        columns = ["alike", "scenario", "run", *FIGURES, *_MORE, *rows.filter(like="poor_")]
        return rows[columns].sort_values(["alike", "money"], ignore_index=True, kind="stable")

    def _shown(self) -> dict[str, Any]:
        stages = self.summary["stage"].value_counts()
        return {
            "folder": str(self.folder),
            "scenarios": self.names,
            "runs": ", ".join(f"{count} {stage}" for stage, count in stages.items()),
            "summary": self.summary,
            "calendar": self.calendar,
        }

    def _repr_html_(self) -> str:
        return str(in_notebooks("cards", "round_html")(self))


def read_round(folder: str | Path) -> Round:
    """Read a round's folder.

    Parameters
    ----------
    folder : path; as `assetplan batch` or `run_round` wrote it

    Raises
    ------
    RegisterError
        It is no round's folder, or a record, a summary or its calendar cannot be read.
    """
    place = opened(folder)
    rows = listed(place)
    ends = pd.DataFrame([_ends(read_json(place / RUNS / run / SUMMARY)) for run in rows["run"]], index=rows.index)
    summary = rows.join(ends.reindex(columns=list(dict.fromkeys([*_MORE, *ends]))))
    return Round(place, summary, calendar_table(read_calendar(place), rows))


def _ends(summary: dict[str, Any]) -> dict[str, float]:
    """Figures of a summary that the index of runs does not keep; none of one that another version wrote in its form."""
    if summary.get("form") != FORM:
        return {}
    spent = {row["kind"]: row["amount"] for row in summary["kinds"]}
    total = sum(spent.values())
    out = {
        "money": sum(row["envelope"] for row in summary["spend"]),
        "preventative": spent.get("preventative", 0.0) / total if total else np.nan,
        "risk": next((row["plan"] for row in summary["streams"] if row["stream"] == "risk"), np.nan),
    }
    last = summary["years"][-1]
    rows = [row for row in summary["condition"] if (row["year"], row["case"]) == (last, "plan")]
    scales = {row["asset_class"]: row["bands"] for row in summary["asset_classes"]}
    for name in dict.fromkeys(row["asset_class"] for row in rows):
        stock = {row["band"]: row["quantity"] for row in rows if row["asset_class"] == name}
        poor, all_of_it = sum(stock[band] for band in poor_bands(scales[name])), sum(stock.values())
        out[f"poor_{name}"] = poor / all_of_it if all_of_it else np.nan
    return out


def _but_money(folder: Path) -> str:
    """All that a run was made from, but for what its lines may spend; the same text where that is the same."""
    settings = read_settings(folder / SETTINGS) or {"plan": {}}
    plan = {key: value for key, value in settings["plan"].items() if key not in _HEADINGS}
    envelope = {key: value for key, value in plan.get("envelope", {}).items() if key != "lines"}
    inputs = {name: digest for name, digest in read_json(folder / SUMMARY)["inputs"].items() if name != "plan"}
    return json.dumps([{**plan, "envelope": envelope}, settings.get("tables"), inputs], sort_keys=True)
