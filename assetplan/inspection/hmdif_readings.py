"""What an HMDIF file says of the condition of carriageways, as readings that a survey carries to a register.

Machine surveys: the parameters of the road condition indicator, by the codes of reference/hmdif_parameters.csv. Coarse
visual inspections: no rule of UKPMS by which defects become its indices is published, so a 20 m length has 100 points
of the condition index less what its worst carriageway defect takes, by the points of reference/hmdif_defects.csv for
each percent affected: an assumption of this package, trusted less than a measurement. Where both are there, the machine
survey counts. A mapping names other codes, and where a council's own files keep code, value, chainages, section, date.

    [fields]                      # TYPE.FIELD of the file
    link = "SECTION.LABEL"
    date = "SECTION.SDATE"        # DDMMYYYY
    code = "OBSERV.DEFECT"
    lane = "OBSERV.XSECT"
    start_m = "OBSERV.SCHAIN"
    end_m = "OBSERV.ECHAIN"
    value = "OBVAL.VALUE"
    unit = "OBVAL.PERCENT"

    [parameters]                  # code = parameter of the indicator: rut, rut_right, lv3, lv10, cracking, texture
    LLRT = "rut"

    [factors]                     # what the figures of a code are multiplied by, as of ruts in tenths of a millimetre
    LLRT = 0.1

    [points]                      # points lost for each percent affected, by defect
    BCKJ = 0.8
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.errors import Fault, RegisterError
from assetplan.input_files import read_toml
from assetplan.inspection.hmdif import NESTED, Hmdif
from assetplan.inspection.readings import PARAMETERS, Readings
from assetplan.reference import load_table

_FIELDS = {
    "link": "SECTION.LABEL",
    "date": "SECTION.SDATE",
    "code": "OBSERV.DEFECT",
    "lane": "OBSERV.XSECT",
    "start_m": "OBSERV.SCHAIN",
    "end_m": "OBSERV.ECHAIN",
    "value": "OBVAL.VALUE",
    "unit": "OBVAL.PERCENT",
}
# What machines write for a length driven at a speed that is not valid (SCANNER user guide).
_INVALID = 9999.0
_CVI = "coarse visual inspection"


@dataclass(frozen=True)
class HmdifMapping:
    """Where a file keeps what, and what its codes mean."""

    fields: Mapping[str, str] = field(default_factory=lambda: dict(_FIELDS))
    parameters: Mapping[str, str] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    points: Mapping[str, float] = field(default_factory=dict)


def read_hmdif_mapping(path: str | os.PathLike[str] | None) -> HmdifMapping:
    """Read a mapping; none gives the packaged codes alone.

    Raises
    ------
    RegisterError
        The file is no TOML, or has a key or value that is not known; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    parameters = load_table("hmdif_parameters")
    defects = load_table("hmdif_defects").dropna(subset="points")
    known = dict(zip(parameters["code"], parameters["parameter"], strict=True))
    factors = dict(zip(parameters["code"], parameters["factor"].astype(float), strict=True))
    points = dict(zip(defects["defect"], defects["points"].astype(float), strict=True))
    if path is None:
        return HmdifMapping(dict(_FIELDS), known, factors, points)
    own = _own(Path(path))
    return HmdifMapping(
        _FIELDS | own["fields"], known | own["parameters"], factors | own["factors"], points | own["points"]
    )


def _own(path: Path) -> dict[str, dict[str, Any]]:
    content = read_toml(path, RegisterError)
    out: dict[str, dict[str, Any]] = {name: {} for name in ("fields", "parameters", "factors", "points")}
    faults = []
    for section, values in content.items():
        if section not in out or not isinstance(values, dict):
            faults.append(Fault(path.name, 0, section, "", f"must be a section of {', '.join(out)}"))
            continue
        for key, value in values.items():
            rule = _rule(section, key, value)
            if rule:
                faults.append(Fault(path.name, 0, f"{section}.{key}", str(value)[:80], rule))
            out[section][key] = value
    if faults:
        raise RegisterError(faults)
    return out


def _rule(section: str, key: str, value: object) -> str:
    """What is wrong with a value of a mapping; "" for nothing."""
    if section == "fields":
        if key not in _FIELDS:
            return f"must be one of {', '.join(_FIELDS)}"
        return "" if isinstance(value, str) and value.count(".") == 1 else "must be TYPE.FIELD, as SECTION.LABEL"
    if section == "parameters":
        return "" if value in PARAMETERS else f"must be one of {', '.join(PARAMETERS)}"
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
    return "" if good else "must be a number of 0 or more"


def hmdif_readings(hmdif: Hmdif, mapping: HmdifMapping | None = None) -> tuple[Readings, list[tuple[str, int]]]:
    """Readings of an HMDIF file, and what was left out of them.

    Parameters
    ----------
    hmdif : Hmdif
        From `read_hmdif`.
    mapping : HmdifMapping, optional
        From `read_hmdif_mapping`; by default the packaged codes.

    Returns
    -------
    (Readings, list of (str, int))
        Lanes of one length as one reading, their mean; the notes count records that say nothing of the carriageway.

    Raises
    ------
    RegisterError
        Nothing in the file speaks of the condition of carriageways, or a field that is needed is not there, or holds no
        number or date; every fault is listed.
    """
    mapping = mapping or read_hmdif_mapping(None)
    table = _joined(hmdif, mapping)
    is_parameter = table["code"].isin(mapping.parameters)
    measured = table[is_parameter] if is_parameter.any() else table[table["code"].isin(_visual(mapping))]
    if not len(measured):
        codes = ", ".join(table["code"].value_counts().index[:8])
        rule = f"holds no code that is known of carriageways ({codes}): name them in a mapping, as [parameters]"
        raise RegisterError([Fault(hmdif.file, 0, "", "", rule)])
    notes = [(f"observations not interpreted: {code}", int(n)) for code, n in _others(table, measured).items()]
    silent = ~hmdif.records["SECTION"].index.isin(table["section"]) if "SECTION" in hmdif.records else np.zeros(0, bool)
    if silent.any():
        notes.append(("sections surveyed without observations", int(silent.sum())))
    places = _placed(measured, hmdif.file)
    if is_parameter.any():
        return _by_parameters(places, mapping, hmdif.file, notes), notes
    by_count = places["value"].notna() & (places["unit"].str.upper() == "V") & (places["code"] != "BUTS")
    if by_count.any():
        note = "observations left out: a number of defects, which says nothing of the length"
        notes.append((note, int(by_count.sum())))
    return _by_defects(places[~by_count], mapping, hmdif.file), notes


def _visual(mapping: HmdifMapping) -> set[str]:
    return {*mapping.points, *load_table("hmdif_defects").query("part == 'carriageway'")["defect"]}


def _others(table: pd.DataFrame, measured: pd.DataFrame) -> pd.Series:
    return table.loc[~table.index.isin(measured.index), "code"].value_counts().sort_index()


def _joined(hmdif: Hmdif, mapping: HmdifMapping) -> pd.DataFrame:
    """One row an observed value: link, date, code, lane, start_m, end_m, value, unit as text, and lines of the file."""
    wanted = {name: place.split(".") for name, place in mapping.fields.items()}
    rule = "there is no such field in the file: name it in a mapping, as [fields]"
    lacking = [
        Fault(hmdif.file, 0, f"{kind}.{name}", "", rule)
        for key, (kind, name) in wanted.items()
        if key not in ("lane", "unit") and name not in hmdif.records.get(kind, pd.DataFrame()).columns
    ]
    if lacking:
        raise RegisterError(lacking)
    inner = hmdif.records[wanted["code"][0]]
    values = hmdif.records[wanted["value"][0]]
    table = pd.DataFrame({name.lower(): inner[name.lower()] for name in NESTED}, index=inner.index)
    for key, (kind, name) in wanted.items():
        source = hmdif.records.get(kind)
        if source is None or name not in source.columns:
            table[key] = ""
        elif source is values and source is not inner:
            # An observation has several values: the first figure that is there.
            first = source[source[name] != ""].drop_duplicates("observ").set_index("observ")[name]
            table[key] = first.reindex(table.index).fillna("")
        elif source is inner:
            table[key] = source[name]
        else:
            table[key] = source[name].reindex(table[kind.lower()]).fillna("").to_numpy()
    return table


def _placed(table: pd.DataFrame, file: str) -> pd.DataFrame:
    """Observations with their numbers and year; what is no number or date is a fault."""
    out, faults = table.copy(), []
    for name, needed in (("start_m", True), ("end_m", True), ("value", False)):
        numbers = pd.to_numeric(table[name], errors="coerce").astype(float)
        wrong = numbers.isna() & ((table[name] != "") | needed) & ((table["code"] != "BUTS") | needed)
        faults += _faults(table, wrong, name, "must be a number", file)
        out[name] = numbers
    date = pd.to_datetime(table["date"], format="%d%m%Y", errors="coerce")
    faults += _faults(table, date.isna(), "date", "must be a date as DDMMYYYY", file)
    faults += _faults(table, table["link"] == "", "link", "stands in no section", file)
    if faults:
        raise RegisterError(faults)
    out["year"] = date.dt.year.astype(int)
    return out


def _faults(table: pd.DataFrame, wrong: pd.Series, name: str, rule: str, file: str) -> list[Fault]:
    rows = table[wrong]
    return [
        Fault(file, int(line), name, str(value)[:80], rule) for line, value in zip(rows.index, rows[name], strict=True)
    ]


_LENGTH = ["link", "year", "start_m", "end_m"]


def _by_parameters(table: pd.DataFrame, mapping: HmdifMapping, file: str, notes: list[tuple[str, int]]) -> Readings:
    factor = table["code"].map(mapping.factors).fillna(1.0)
    parameter = table["code"].map(mapping.parameters)
    value = (table["value"] * factor).astype(float)
    invalid = (table["value"] == _INVALID).to_numpy(dtype=bool)
    beyond = ~invalid & ((value < 0) | (value > parameter.map(PARAMETERS))).to_numpy(dtype=bool)
    for note, where in (
        (f"values left blank: {_INVALID:g}, not read at a valid speed", invalid),
        ("values left blank: beyond what the parameter can be", beyond),
    ):
        if where.any():
            notes.append((note, int(where.sum())))
    part = table.assign(value=value.mask(invalid | beyond), parameter=parameter, line=table.index)
    wide = part.groupby([*_LENGTH, "parameter"])["value"].mean().unstack("parameter")
    line = part.groupby(_LENGTH)["line"].min()
    parameters = {
        name: wide[name].to_numpy(dtype=float) if name in wide else np.full(len(wide), np.nan)
        for name in PARAMETERS
        if name in wide or name != "rut_right"
    }
    lengths = wide.reset_index()[_LENGTH].assign(line=line.reindex(wide.index).to_numpy())
    return _readings(lengths, file, "rci", np.full(len(lengths), np.nan), parameters, "machine survey")


def _by_defects(table: pd.DataFrame, mapping: HmdifMapping, file: str) -> Readings:
    share = table["value"].where(table["unit"].str.upper() != "V").fillna(0.0).clip(0, 100)
    lost = share * table["code"].map(mapping.points).fillna(0.0)
    part = table.assign(lost=lost, line=table.index)
    lanes = part.groupby([*_LENGTH, "lane"], as_index=False).agg(lost=("lost", "max"), line=("line", "min"))
    lengths = lanes.groupby(_LENGTH, as_index=False).agg(lost=("lost", "mean"), line=("line", "min"))
    return _readings(lengths, file, "index", np.clip(100.0 - lengths["lost"].to_numpy(), 0, 100), {}, _CVI, "medium")


def _readings(
    lengths: pd.DataFrame,
    file: str,
    measure: str,
    value: Floats,
    parameters: Mapping[str, Floats],
    method: str,
    confidence: str = "high",
) -> Readings:
    return Readings(
        file, lengths["line"].to_numpy(dtype=np.intp), lengths["link"].to_numpy(dtype=object),
        lengths["start_m"].to_numpy(dtype=float), lengths["end_m"].to_numpy(dtype=float),
        lengths["year"].to_numpy(dtype=np.intp), measure, value, parameters, method, confidence,
    )  # fmt: skip
