"""Sufficiency of schools: condition, suitability and capacity, each graded with its reason."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan.condition.bands import band_names
from assetplan.condition.building import GRADES
from assetplan.reference import load_table
from assetplan.words import number

ASPECTS = ("condition", "suitability", "capacity")
"""What a school is judged on."""

_SUITABILITY = {"A": "good for its use", "B": "satisfactory", "C": "poor for its use", "D": "bad for its use"}
_BLANK = "not known"


def schools(premises: pd.DataFrame) -> pd.DataFrame:
    """Premises that are schools: those with pupils or places, or whose use names a school."""
    named = premises["use"].str.contains("school", case=False, regex=False)
    return premises[named | premises["pupils"].notna() | (premises["capacity"] > 0)]


def sufficiency(premises: pd.DataFrame, index: pd.DataFrame) -> pd.DataFrame:
    """Condition, suitability and capacity of each school, graded A to D with the reason.

    Condition takes the band of the facility condition index: good A, fair B, poor C, critical D. Suitability is the
    register's own. Capacity goes by pupils over places, by reference/school_places.csv.

    Parameters
    ----------
    premises : DataFrame; that table of the register
    index : DataFrame; from `premises_index`

    Returns
    -------
    DataFrame
        Columns premises, name, use, district, pupils, capacity (places), and for each of `ASPECTS` its grade and
        reason (as `condition_grade`, `condition_reason`), `worst` (of those known) and expansion_year.
    """
    own = schools(premises)
    fci = index.set_index("premises").reindex(own["premises_id"])
    grades = dict(zip(band_names("fci"), GRADES, strict=False))
    share = own["pupils"] / own["capacity"].where(own["capacity"] > 0)
    # Pupils where there is no place for any are more than the places.
    share = share.mask((own["capacity"] == 0) & (own["pupils"] > 0), np.inf)
    columns = {"premises_id": "premises"}
    out = own[["premises_id", "name", "use", "district", "pupils", "capacity"]].rename(columns=columns)
    band = fci["band"].to_numpy(dtype=object)
    out["condition_grade"] = [grades.get(name, "") for name in band]
    out["condition_reason"] = [
        f"facility condition index {number(100 * value, 1)} %: {name}" if name in grades else _BLANK
        for value, name in zip(fci["fci"], band, strict=True)
    ]
    out["suitability_grade"] = own["suitability"]
    out["suitability_reason"] = own["suitability"].map(_SUITABILITY).fillna(_BLANK)
    out["capacity_grade"], out["capacity_reason"] = _capacity(own, share)
    graded = out[[f"{aspect}_grade" for aspect in ASPECTS]]
    out["worst"] = graded.max(axis=1)
    out["expansion_year"] = own["expansion_year"]
    return out.sort_values("worst", ascending=False, kind="stable").reset_index(drop=True)


def _capacity(own: pd.DataFrame, share: pd.Series) -> tuple[list[str], list[str]]:
    """Grade and reason of each school by pupils over places (n_schools,)."""
    rows = load_table("school_places")
    low = rows["low"].to_numpy(dtype=float)
    # A row that leaves its low end to the row before begins at the next number after it.
    low = np.where(rows["includes_low"] == "yes", low, np.nextafter(low, np.inf))
    at = np.searchsorted(low, share.to_numpy(dtype=float), side="right") - 1
    known, grades, reasons = share.notna().tolist(), rows["grade"].tolist(), rows["reason"].tolist()
    shown = zip(own["pupils"], own["capacity"], at, known, strict=True)
    texts = [f"{number(p)} pupils, {number(c)} places: {reasons[row]}" if k else _BLANK for p, c, row, k in shown]
    return [grades[row] if k else "" for row, k in zip(at, known, strict=True)], texts


def in_grades(table: pd.DataFrame) -> pd.DataFrame:
    """How many schools have each grade in each aspect.

    Parameters
    ----------
    table : DataFrame; from `sufficiency`

    Returns
    -------
    DataFrame
        Columns aspect, A, B, C, D and not_known: numbers of schools.
    """
    rows = []
    for aspect in (*ASPECTS, "worst"):
        grade = table["worst" if aspect == "worst" else f"{aspect}_grade"]
        counts = {name: int((grade == name).sum()) for name in GRADES[:4]}
        label = "worst of the three" if aspect == "worst" else aspect
        rows.append({"aspect": label, **counts, "not_known": int((grade == "").sum())})
    return pd.DataFrame(rows)


def holdings(premises: pd.DataFrame) -> pd.DataFrame:
    """Numbers of premises by tenure.

    Parameters
    ----------
    premises : DataFrame; that table of the register

    Returns
    -------
    DataFrame
        Columns tenure, operational, not_operational, not_stated, dispose, review (of retention), premises; the last
        row is the total.
    """
    tenure = premises["tenure"].where(premises["tenure"] != "", "not stated")
    counts = pd.DataFrame(
        {
            "operational": premises["operational"] == "yes",
            "not_operational": premises["operational"] == "no",
            "not_stated": premises["operational"] == "",
            "dispose": premises["retention"] == "dispose",
            "review": premises["retention"] == "under review",
            "premises": True,
        }
    )
    out = counts.groupby(tenure).sum()
    out.loc["total"] = out.sum()
    return out.rename_axis("tenure").reset_index()
