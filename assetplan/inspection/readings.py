"""Readings of a road survey as a contractor delivers them: one row a length of ten metres or so, on a link."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assetplan import condition
from assetplan._types import Floats, Ints, Texts
from assetplan.delimited import TextColumns, csv_table
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError

MEASURES = ("rci", "pas2161", "pci", "iri")
"""What a survey of roads may measure."""

PARAMETERS = {"rut": 500.0, "lv3": 1e5, "lv10": 1e5, "cracking": 100.0, "texture": 50.0, "rut_right": 500.0}
"""Parameters of the RCI, each with the largest value that is no slip of the keyboard."""

_NEEDED = tuple(name for name in PARAMETERS if name != "rut_right")
_FURTHEST_M = 1e6


@dataclass(frozen=True, eq=False, repr=False)
class Readings(Shown):
    """Readings of a survey, arrays (n,).

    Attributes
    ----------
    file : str; where they come from, for the faults
    row : array of int; line of the file that each stands on
    link : array of str; link of each
    start_m, end_m : array; chainage along the link as it was written [m]; the end may lie before the start
    year : array of int; year of the survey
    measure : str; one of `MEASURES`
    value : array; what was measured [unit of the measure]; NaN where it was not read, or where parameters say it
    parameters : mapping of str → array
        Parameters of the RCI, as `condition.rci` takes them; none where the value itself was given.
    method : str; how it was measured, "" where nobody says: a change of it breaks a series
    confidence : str; how far what it gives is trusted: high, medium or low
    """

    file: str
    row: Ints
    link: Texts
    start_m: Floats
    end_m: Floats
    year: Ints
    measure: str
    value: Floats
    parameters: Mapping[str, Floats]
    method: str = ""
    confidence: str = "high"

    def _shown(self) -> dict[str, Any]:
        years, links = sorted(set(self.year.tolist())), len(set(self.link))
        return {"measure": self.measure, "readings": f"{len(self.row):,} on {links:,} links", "years": years}


def read_readings(path: str | os.PathLike[str], measure: str = "rci") -> Readings:
    """Read a CSV of readings along links.

    Columns: link_id; start_m and end_m, chainage along the link [m]; date (2019-06-30) or year; and `value` [unit of
    the measure, one of `MEASURES`], or the parameters of the RCI: rut [mm], lv3 and lv10 [mm²], cracking [% of area],
    texture [mm], and rut_right [mm] where both wheel tracks are given. A blank value was not read. Others are left
    alone.

    A RegisterError where the file breaks these rules; every fault is listed with its row; a ValueError where the
    measure is none of `MEASURES`; a FileNotFoundError where there is no such file.
    """
    if measure not in MEASURES:
        raise ValueError(f"a survey of roads measures one of {', '.join(MEASURES)}, not {measure!r}")
    text = csv_table(Path(path), RegisterError, ("link_id", "start_m", "end_m"), comments=False)
    if missing := _missing(set(text.columns), measure):
        raise RegisterError(Fault(str(path), 0, name, "", f"this column is missing{other}") for name, other in missing)
    columns = TextColumns(str(path), text)
    by_parameters = "value" not in text
    columns.refuse(columns.blank("link_id"), "link_id", "a value is required")
    start, end = (columns.numbers(name, -_FURTHEST_M, _FURTHEST_M, needed=True) for name in ("start_m", "end_m"))
    time = columns.times("date") if "date" in text else columns.numbers("year", 1900.0, 2200.0, needed=True)
    value, parameters = np.full(len(text), np.nan), {}
    if by_parameters:
        limits = {name: high for name, high in PARAMETERS.items() if name in text}
        parameters = {name: columns.numbers(name, 0.0, high, needed=False) for name, high in limits.items()}
    else:
        value = columns.numbers("value", *condition.measure_range(measure), needed=False)
    if columns.faults:
        raise RegisterError(columns.faults)
    return Readings(
        str(path), text.index.to_numpy(dtype=np.intp), text["link_id"].to_numpy(dtype=object), start, end,
        np.floor(time).astype(np.intp), measure, value, parameters,
    )  # fmt: skip


def _missing(given: set[str], measure: str) -> list[tuple[str, str]]:
    """Columns that are wanting, each with what would do in its place."""
    out = []
    lacking = [name for name in _NEEDED if name not in given]
    if "value" not in given and (lacking or measure != "rci"):
        of_rci = measure == "rci"
        name = lacking[0] if of_rci and "rut" in given else "value"
        out.append((name, f" (or the parameters {', '.join(_NEEDED)})" if of_rci else ""))
    return out if given & {"date", "year"} else [*out, ("date", " (or year)")]
