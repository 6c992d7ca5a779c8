"""Readings of ten metres or so along links, placed, checked, and carried to the sections of a register.

What is done with what does not fit: a reading that runs against its link is turned round; one that runs past an end of
its link is cut there; one on no link of the register, wholly off its link, or of no length is left out; a gap is left
open, so that it lowers the coverage of its section; of readings that overlap the mean is taken. Each is listed by file
and row. The figure that is reported is the share of the readings' length in each band, never the band of a mean.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from assetplan import condition, network
from assetplan._types import Floats, Ints, Texts
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.delimited import write_csv
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError
from assetplan.inspection.readings import Readings
from assetplan.inspection.tables import survey_bands
from assetplan.output import new_folder
from assetplan.register import Register

"""What `Survey.write` may write."""

_CONDITION = ("measure", "value", "surveyed_year", "confidence")
_DONE: Mapping[str, str] = {
    "no such link": "no carriageway section of the register has this link_id: left out",
    "reversed": "runs against its link: turned round",
    "off its link": "lies {m:.1f} m off its link: left out",
    "begins before its link": "begins {m:.1f} m before its link: cut at its start",
    "runs past the end of its link": "runs {m:.1f} m past the end of its link: cut there",
    "overlaps the reading before": "overlaps the reading before by {m:.1f} m: the mean of both counts",
    "gap before": "leaves a gap of {m:.1f} m before it: nothing is assumed there",
    "gap after": "leaves {m:.1f} m to the end of its link: nothing is assumed there",
    "between sections": "lies between the sections of its link: left out",
    "no length": "has no length on its link: left out",
}


@dataclass(frozen=True, eq=False, repr=False)
class Survey(Shown):
    """A register with the condition that a survey gave, and how.

    Attributes
    ----------
    register : Register; with the condition of the sections carried, of high confidence, which its inspections hold too
    measure : str; what was measured
    sections : DataFrame
        Columns asset_id, link_id, from_m, to_m [m], value (mean by length), texture_mm (mean by length [mm], missing
        where readings hold none), surveyed_year, coverage [share of its length, 0–1], carried (no where the register
        keeps what it had), of each section that any reading lies on.
    bands : DataFrame
        Columns measure, by, name, band, length_km, share of the length read in the latest year of each link: the
        reported figure.
    homogeneous : DataFrame
        Columns link_id, from_m, to_m [m], road_class, environment, mean, length in each band [m], of the homogeneous
        sections of those readings; links on which readings overlap have none.
    faults : tuple of Fault; what did not fit, and what was done with it
    breaks : tuple of str
        Ids of carried assets whose condition was measured otherwise before: there the series breaks, and the two
        figures say nothing of decay.
    """

    register: Register
    measure: str
    sections: pd.DataFrame
    bands: pd.DataFrame
    homogeneous: pd.DataFrame
    faults: tuple[Fault, ...]
    breaks: tuple[str, ...] = ()

    def write(
        self,
        folder: str | os.PathLike[str],
        force: bool = False,
        more: Mapping[str, pd.DataFrame] = MappingProxyType({}),
    ) -> Path:
        """Write sections, bands, homogeneous sections and faults as CSV files, to a folder that appears when complete.

        Parameters
        ----------
        folder : path; to make
        force : bool; replace a folder that is there already
        more : mapping of str → DataFrame; tables to go with them, by name, their index as a column

        An OutputExistsError where the folder exists and `force` is not given, or it holds what no survey writes.
        """
        faults = pd.DataFrame(map(vars, self.faults), columns=["file", "row", "column", "value", "rule"])
        tables = {name: getattr(self, name) for name in ("sections", "bands", "homogeneous")}
        tables["faults"] = faults.rename(columns={"rule": "fault"})
        tables |= {name: table.reset_index() for name, table in more.items()}
        with new_folder(Path(folder), force) as part:
            for name, table in tables.items():
                write_csv(table, part / f"{name}.csv")
        return Path(folder)

    def _shown(self) -> dict[str, Any]:
        carried, seen = int(self.sections["carried"].sum()), len(self.sections)
        counts = {"carried": f"{carried:,} of {seen:,} sections", "faults": f"{len(self.faults):,}"}
        return {"measure": self.measure, **counts, "bands": self.bands}


@dataclass(frozen=True, eq=False)
class _Placed:
    """Readings on links of the register, arrays (n,)."""

    row: Ints  # line of the file
    link: Ints
    from_m: Floats
    to_m: Floats
    year: Ints
    value: Floats
    texture: Floats  # depth [mm], NaN where not read
    section: Ints  # section that most of it lies on

    def take(self, keep: np.ndarray) -> _Placed:
        return _Placed(**{name: values[keep] for name, values in vars(self).items()})


def survey(
    register: Register, readings: Readings, least_coverage: float | None = None, minimum: float | None = None
) -> Survey:
    """Turn readings along links into the condition of a register's carriageway sections.

    A section takes the mean by length of the latest year whose readings cover enough of it; with less it keeps the
    condition it had.

    Parameters
    ----------
    register : Register
        Its carriageway sections name their link (`link_id`), where on it they begin (`chainage_m`) and how long they
        are (`length_m`).
    readings : Readings; from `read_readings`
    least_coverage : float, optional
        Share of a section that must have been read [0–1]; by default `least_coverage` of reference/network_rules.csv.
    minimum : float, optional; shortest homogeneous section [m, 0 or more]; by default `section_minimum` of that table

    A RegisterError where no section says where it lies on a link, or no reading lies on one; a ValueError where the
    least coverage is not a share.
    """
    rules = network.network_rules()
    least = rules["least_coverage"] if least_coverage is None else least_coverage
    shortest = rules["section_minimum"] if minimum is None else minimum
    stock = _sections(register)
    names, codes = np.unique(stock["link_id"].to_numpy(dtype=object), return_inverse=True)
    if not len(names):
        rule = "no carriageway section has link_id, chainage_m and length_m, which place readings"
        raise RegisterError([Fault("register", 0, "link_id", "", rule)])
    stock["link"] = codes
    placed, faults = _place(readings, stock, names)
    if not len(placed.row):
        raise RegisterError([*faults, Fault(readings.file, 0, "", "", "no reading lies on a link of the register")])
    table = _carry(stock, placed, least)
    latest = placed.take(placed.year == pd.Series(placed.year).groupby(placed.link).transform("max").to_numpy())
    road_class = stock["road_class"].to_numpy(dtype=object)[latest.section]
    bands = survey_bands(readings.measure, latest.value, latest.to_m - latest.from_m, road_class)
    homogeneous = _homogeneous(latest, stock, names, readings.measure, shortest)
    carried = table[table["carried"]]
    return Survey(
        _with_condition(register, carried, readings), readings.measure, table, bands, homogeneous, tuple(faults),
        _breaks(register, carried, readings),
    )  # fmt: skip


def _sections(register: Register) -> pd.DataFrame:
    """Carriageway sections that lie on a link, with from_m and to_m."""
    assets = pd.DataFrame(register.assets.drop(columns="geometry"))
    on = (assets["asset_class"] == CARRIAGEWAY) & (assets["link_id"] != "")
    stock = assets[on & assets["chainage_m"].notna() & assets["length_m"].notna()]
    return stock.assign(from_m=stock["chainage_m"], to_m=stock["chainage_m"] + stock["length_m"])


def _place(readings: Readings, stock: pd.DataFrame, names: Texts) -> tuple[_Placed, list[Fault]]:
    """Readings with a length on a link, their value, and every fault."""
    length = np.zeros(len(names))
    np.maximum.at(length, stock["link"].to_numpy(), stock["to_m"].to_numpy())
    located = network.read_chainages(readings.link, readings.start_m, readings.end_m, names, length)
    problems = [located.faults]
    for year in np.unique(readings.year):
        of = np.flatnonzero(readings.year == year)
        checked = network.check_survey(located.link[of], located.from_m[of], located.to_m[of], names, length)
        problems.append(checked.assign(row=of[checked["row"].to_numpy(dtype=np.intp)]))
    section = _section_of(located, stock)
    nowhere = np.flatnonzero((located.link >= 0) & (located.to_m > located.from_m) & (section < 0))
    problems.append(pd.DataFrame({"row": nowhere, "problem": "between sections", "metres": np.nan}))
    every = pd.concat(problems, ignore_index=True)
    rows, rules = every["row"].astype(int), map(_done, every["problem"], every["metres"])
    texts = zip(readings.row[rows].tolist(), readings.link[rows], rules, strict=True)
    faults = [Fault(readings.file, line, "link_id", str(link), rule) for line, link, rule in texts]
    where = located.link, located.from_m, located.to_m
    kept = np.flatnonzero(section >= 0)
    texture = readings.parameters.get("texture", np.full(len(section), np.nan))
    placed = _Placed(readings.row, *where, readings.year, readings.value, texture, section).take(kept)
    if readings.parameters:
        parameters = {name: column[kept] for name, column in readings.parameters.items()}
        value, lacking = _rci(parameters, stock, placed.section)
        rule = "its section has no road class or environment, by which the RCI is reckoned: left out"
        faults += [Fault(readings.file, int(row), "link_id", "", rule) for row in placed.row[lacking]]
        placed = replace(placed, value=value)
    return placed, sorted(set(faults))


def _done(problem: str, metres: float) -> str:
    return _DONE[problem].format(m=metres)


def _section_of(located: network.Located, stock: pd.DataFrame) -> Ints:
    """Row of `stock` that most of each reading lies on, −1 where none."""
    reading, section, metres = network.overlaps(
        located.link, located.from_m, located.to_m,
        stock["link"].to_numpy(), stock["from_m"].to_numpy(), stock["to_m"].to_numpy(),
    )  # fmt: skip
    order = np.lexsort((-section, metres))
    out = np.full(len(located.link), -1, dtype=np.intp)
    out[reading[order]] = section[order]
    return out


def _rci(parameters: Mapping[str, Floats], stock: pd.DataFrame, section: Ints) -> tuple[Floats, Ints]:
    """RCI of each reading by the road class and environment of its section, and those whose section lacks one."""
    part = stock.iloc[section]
    known = ((part["road_class"] != "") & (part["environment"] != "")).to_numpy()
    value = np.full(len(section), np.nan)
    if known.any():
        of = {name: column[known] for name, column in parameters.items()}
        value[known] = condition.rci(part["road_class"][known], part["environment"][known], **of)
    return value, np.flatnonzero(~known)


def _carry(stock: pd.DataFrame, placed: _Placed, least: float) -> pd.DataFrame:
    """The table of sections: of each the latest year that covers enough of it, else the best covered."""
    link, start, end = (stock[name].to_numpy() for name in ("link", "from_m", "to_m"))
    value, texture, year = (np.full(len(stock), np.nan) for _ in range(3))
    coverage = np.zeros(len(stock))
    for one in np.unique(placed.year):
        of = placed.take(placed.year == one)
        # Of readings with parameters, those without a texture have no RCI either, so both cover the same.
        read = np.stack([of.value, np.nan_to_num(of.texture)], axis=1)
        carried = network.carry_survey(of.link, of.from_m, of.to_m, read, link, start, end, least)
        seen = ~np.isnan(carried.value[:, 0])
        better = seen & (~carried.thin | (carried.coverage >= coverage) & (coverage < least))
        value[better], texture[better] = carried.value[better].T
        year[better], coverage[better] = one, carried.coverage[better]
    depth = texture.round(3) if np.isfinite(placed.texture).any() else np.nan
    table = stock[["asset_id", "link_id", "from_m", "to_m"]].assign(value=value.round(2), texture_mm=depth)
    table = table.assign(surveyed_year=year, coverage=coverage.round(4), carried=coverage >= least)
    seen = ~np.isnan(value)
    return table[seen].astype({"surveyed_year": "int64"}).reset_index(drop=True)


def _breaks(register: Register, carried: pd.DataFrame, readings: Readings) -> tuple[str, ...]:
    """Carried assets with an earlier inspection, or a condition that nobody assumed, of another measure or method."""
    earlier = register.inspections
    other = (earlier["measure"] != readings.measure) | (earlier["method"] != readings.method)
    assets = register.assets
    known = assets["value"].notna() & ~assets["assumed"].str.split().map(lambda names: "value" in names)
    once = known & (assets["measure"] != readings.measure)
    broken = {*earlier["asset_id"][other], *assets["asset_id"][once]}
    return tuple(name for name in carried["asset_id"] if name in broken)


def _with_condition(register: Register, carried: pd.DataFrame, readings: Readings) -> Register:
    """The register with the carried values in place of what it had, and among its inspections."""
    assets = register.assets.copy()
    row = pd.Index(assets["asset_id"]).get_indexer(pd.Index(carried["asset_id"]))
    read = carried.assign(measure=readings.measure, confidence=readings.confidence, method=readings.method)
    read["year"] = carried["surveyed_year"].astype(float)
    read["surveyed_year"] = read["year"]
    filled = [text.split() for text in assets["assumed"].iloc[row]]
    read["assumed"] = [" ".join(word for word in words if word not in _CONDITION) for words in filled]
    for name in (*_CONDITION, "texture_mm", "assumed"):
        assets.iloc[row, list(assets.columns).index(name)] = read[name].to_numpy()
    every = pd.concat(
        [register.inspections, read[["asset_id", "year", "measure", "value", "method"]]], ignore_index=True
    )
    every = every.drop_duplicates(["asset_id", "year", "measure"], keep="last", ignore_index=True)
    return replace(register, assets=assets, inspections=every)


def _homogeneous(latest: _Placed, stock: pd.DataFrame, names: Texts, measure: str, minimum: float) -> pd.DataFrame:
    """Homogeneous sections that cross no change of road class or environment."""
    of = latest.take(~network.tangled(latest.link, latest.from_m, latest.to_m))
    about = stock.iloc[of.section]
    barrier = network.codes_of(about["road_class"], about["environment"])
    bands = condition.band_names(measure)
    sections = network.homogeneous_sections(
        of.link, of.from_m, of.to_m, of.value, barrier, condition.band_codes(measure, of.value), len(bands), minimum
    )
    table = pd.DataFrame(
        {
            "link_id": names[of.link[sections.first]],
            "from_m": sections.from_m,
            "to_m": sections.to_m,
            "road_class": about["road_class"].to_numpy(dtype=object)[sections.first],
            "environment": about["environment"].to_numpy(dtype=object)[sections.first],
            "mean": sections.mean.round(2),
        }
    )
    return table.join(pd.DataFrame(sections.in_band.round(1), columns=[f"{band}_m" for band in bands]))
