"""The National Street Gazetteer (DTF 8.1): what a council maintains, by its legal list, as a register of carriageways.

Rules. A unit of street (ESU) is an asset where its street (type 11, named or described) is open and its interest record
(type 61) says that it is maintainable at public expense; without associated data nobody says so, and every open street
is taken. Class: the number of a numbered street (record type 3) over the unit starts with A, B or C; else U. Motorways
and streets of another highway authority are roads of others. Weight limits come from type 64, over the whole street or
the part between its ends; the lowest counts. Heights and widths have no column and are counted. Reinstatement type
(type 62) is a band of traffic in million standard axles: heavy vehicles a day are reckoned from its middle
(`msa_years`, `msa_per_hgv` of reference/osm_values.csv) for both directions. Assumed: width, condition, light traffic,
and environment by the length of road near by, as for OS Open Roads. Codes: reference/dtf_codes.csv.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Floats, Ints, Shapes
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.errors import Fault, RegisterError
from assetplan.importers.dtf_files import Dtf, Notes, read_dtf
from assetplan.network.lines import cut_sections, length_near, midpoints
from assetplan.reference import load_table
from assetplan.register.fill import assumed_value, fill_assumed
from assetplan.register.misplaced import only_placed
from assetplan.register.register import Register
from assetplan.register.sources import joined, with_sources
from assetplan.register.validation import nothing_with, validate_register

if TYPE_CHECKING:
    import geopandas as gpd

_CRS = 27700
_MAINTAINABLE, _ANOTHERS = "1", "4"
_NUMBERED, _OWN = "3", ("1", "2")
_DAYS = 365
_GIVEN = ("usrn", "road_class", "road", "name", "one_way", "hgv", "weight_limit_t")
# Direction is that of the gazetteer's own line, which another register may draw the other way.
_JOINED = tuple(name for name in _GIVEN if name != "one_way")


# Coordinates beyond any number are faults; the arithmetic that shows it needs no warning.
@np.errstate(over="ignore", invalid="ignore")
def import_dtf(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], register: Register | None = None
) -> Register:
    """Make a register from a street gazetteer, or give an existing one what it says of each street.

    Parameters
    ----------
    paths : path or iterable of path
        The file of streets (LG) and, where there is one, that of associated data (AD).
    register : Register, optional
        One whose sections take class, name, weight limits and heavy traffic where theirs are missing or assumed, by
        USRN or place.

    Returns
    -------
    Register
        Validated, in EPSG:27700. `sources` says which column came from the gazetteer and when; notes count every unit.

    Raises
    ------
    RegisterError
        A file is no such file, a number is none, or there is no street of the council; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    single = isinstance(paths, str | os.PathLike)
    dtf = read_dtf([paths] if single else paths)  # type: ignore[list-item, arg-type]
    notes = list(dtf.notes)
    units = _units(dtf, notes)
    kept, others = _of_the_council(units, dtf, notes)
    if not len(kept):
        raise RegisterError([Fault(dtf.file, 0, "", "", "there is no street of the council in it")])
    kept["hgv"] = _heavy(kept["usrn"], dtf, notes)
    limits = _limits(dtf, notes)
    named = f"NSG {dtf.processed}".strip()
    if register is not None:
        kept["weight_limit_t"] = _whole_limits(kept["usrn"], limits)
        return joined(register, kept, _JOINED, named, (CARRIAGEWAY,), ("USRN", "place"))
    sections = _sections(kept)
    sections["weight_limit_t"] = np.fmin(_whole_limits(sections["usrn"], limits), _part_limits(sections, limits))
    notes += [
        ("units kept", len(kept)),
        ("sections with a weight limit", int(sections["weight_limit_t"].notna().sum())),
    ]
    assets = with_sources(fill_assumed(sections), _GIVEN, named)
    whole = Register(assets, notes=tuple(notes), other_roads=_other_roads(others), **nothing_with(assets))
    return validate_register(whole, dtf.file)


def _codes(field: str) -> pd.DataFrame:
    table = load_table("dtf_codes")
    return table[table["field"] == field].assign(code=lambda rows: rows["code"].astype("str")).set_index("code")


def _text_of(keys: pd.Series, table: pd.Series) -> pd.Series:
    """What a table has for each key, "" for nothing."""
    return keys.map(dict(zip(table.index, table, strict=True))).astype(object).fillna("").astype("str")


def _number_of(keys: pd.Series, table: pd.Series) -> pd.Series:
    """What a table of numbers has for each key, NaN for nothing."""
    return keys.map(dict(zip(table.index, table, strict=True))).astype(float)


def _units(dtf: Dtf, notes: Notes) -> gpd.GeoDataFrame:
    """Units that have not ended, as lines: link_id, one_way."""
    import geopandas as gpd

    live = dtf.live("13")
    notes.append(("units read", len(live)))
    version = pd.to_numeric(live["version"], errors="coerce").fillna(-1)
    latest = live.assign(order=version).sort_values("order", kind="stable").drop_duplicates("esuid", keep="last")
    if len(latest) < len(live):
        notes.append(("units left out: an earlier version", len(live) - len(latest)))
    shapes, which = _lines(dtf, latest)
    if len(which) < len(latest):
        notes.append(("units left out: fewer than two different coordinates", len(latest) - len(which)))
    units = latest.iloc[which].reset_index(drop=True)
    one_way = _text_of(units["direction"], _codes("direction")["use"])
    columns = {"link_id": units["esuid"], "one_way": one_way}
    drawn = gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapes, crs=_CRS)
    kept, more = only_placed(drawn, drawn["link_id"], dtf.file, "units", units["line"].to_numpy())
    notes += more
    return kept


def _lines(dtf: Dtf, units: pd.DataFrame) -> tuple[Shapes, Ints]:
    """Line of each unit that has one, and its row among the units."""
    points = dtf.tables["14"].copy()
    faults = []
    for name in ("number", "x", "y"):
        numbers = pd.to_numeric(points[name], errors="coerce").astype(float)
        faults += [
            Fault(dtf.file, int(line), name, str(value)[:80], "must be a number")
            for line, value in zip(points["line"][numbers.isna()], points[name][numbers.isna()], strict=True)
        ]
        points[name] = numbers
    if faults:
        raise RegisterError(faults)
    row = pd.MultiIndex.from_frame(units[["esuid", "version"]])
    unit = row.get_indexer(pd.MultiIndex.from_frame(points[["esuid", "version"]]))
    points = points.assign(unit=unit)[unit >= 0].sort_values(["unit", "number"], kind="stable")
    same = points[["unit", "x", "y"]].eq(points[["unit", "x", "y"]].shift()).all(axis=1)
    points = points[~same]
    points = points[points.groupby("unit")["x"].transform("size") >= 2]
    codes, which = pd.factorize(points["unit"])
    if not len(which):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.intp)
    return shapely.linestrings(points[["x", "y"]].to_numpy(), indices=codes), np.asarray(which, dtype=np.intp)


def _of_the_council(units: gpd.GeoDataFrame, dtf: Dtf, notes: Notes) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Units that the council maintains with usrn, road_class, road and name, and those of other authorities."""
    streets = dtf.live("11").drop_duplicates("usrn", keep="last").set_index("usrn")
    pairs = dtf.tables["12"].assign(kind=lambda table: _text_of(table["usrn"], streets["record_type"]))
    own = pairs[pairs["kind"].isin(_OWN)].drop_duplicates("esuid").set_index("esuid")["usrn"]
    numbered = pairs[pairs["kind"] == _NUMBERED].drop_duplicates("esuid").set_index("esuid")["usrn"]
    english = dtf.tables["15"].sort_values("language", key=lambda column: column == "ENG", kind="stable")
    words = english.drop_duplicates("usrn", keep="last").set_index("usrn")["descriptor"]
    table = units.copy()
    table["usrn"] = _text_of(table["link_id"], own)
    number = _text_of(_text_of(table["link_id"], numbered), words)
    class_of = number.str.extract(r"^\s*([ABCM])\s?\d", expand=False).fillna("")
    name = _text_of(table["usrn"], words)
    road = number.where(class_of != "", "")
    table["road_class"] = class_of.where(class_of != "", "U")
    table["road"] = road.where(road != "", name)
    table["name"] = (road + " " + name).str.strip()
    why = _why_not(table, streets, dtf, notes)
    reasons, counts = np.unique(why[why != ""].astype(str), return_counts=True)
    notes += [(f"units left out: {reason}", int(n)) for reason, n in zip(reasons, counts, strict=True)]
    another = _codes("status")["meaning"][_ANOTHERS]
    others = table[np.isin(why, ["motorway", another])].reset_index(drop=True)
    return table[why == ""].reset_index(drop=True), others


def _why_not(table: gpd.GeoDataFrame, streets: pd.DataFrame, dtf: Dtf, notes: Notes) -> np.ndarray:
    """Why each unit is no asset of the council, "" for one that is."""
    state = _text_of(table["usrn"], streets["state"])
    states = _codes("state")
    status = _status(table, dtf, notes)
    statuses = _codes("status")["meaning"]
    unmetalled = _text_of(table["usrn"], streets["surface"]).isin(_codes("surface").index)
    why = np.where(table["usrn"] == "", "no street with a name or description", "")
    for reason in (
        np.where(states["use"].reindex(state).isna(), states["meaning"].reindex(state).fillna("state not known"), ""),
        np.where(table["road_class"] == "M", "motorway", ""),
        np.where(
            status == "",
            "nobody says who maintains it",
            np.where(status == _MAINTAINABLE, "", _text_of(status, statuses).replace("", "a status that is not known")),
        ),
        np.where(unmetalled, "unmetalled", ""),
    ):
        why = np.where(why == "", reason, why)
    return why.astype(object)


def _status(table: gpd.GeoDataFrame, dtf: Dtf, notes: Notes) -> pd.Series:
    """Status of each unit's street: maintainable where any record says so, for a street may be so in part."""
    live = dtf.live("61")
    if not len(dtf.tables["61"]):
        notes.append(("units whose maintenance nobody states, for there is no associated data: taken", len(table)))
        return pd.Series(_MAINTAINABLE, index=table.index)
    # Records of parts say different things of one street.
    part = live[live["usrn"].isin(live["usrn"][live["whole"] == "0"])]
    mixed = part.groupby("usrn")["status"].nunique()
    if (mixed > 1).any():
        notes.append(("streets maintainable in part: the whole is taken", int((mixed > 1).sum())))
    first = live.sort_values("status", kind="stable").drop_duplicates("usrn").set_index("usrn")["status"]
    return _text_of(table["usrn"], first)


def _heavy(usrn: pd.Series, dtf: Dtf, notes: Notes) -> Floats:
    """Heavy goods vehicles a day of each street, from the middle of its band of traffic."""
    codes = _codes("reinstatement")
    traffic = codes[codes["use"] == "traffic"]
    live = dtf.live("62")
    live = live[(live["construction"] == "1") & live["reinstatement"].isin(traffic.index)]
    # A street of several types has the traffic of the heaviest.
    low, high = (_number_of(live["reinstatement"], traffic[name]) for name in ("msa_low", "msa_high"))
    middle = np.where(low > 0, np.sqrt(low * high), high / 2)
    msa = pd.Series(middle, index=live["usrn"].to_numpy(dtype=object)).groupby(level=0).max()
    axles = _number_of(usrn, msa).to_numpy() * 1e6
    daily = 2 * axles / (assumed_value("msa_years") * _DAYS * assumed_value("msa_per_hgv"))
    notes.append(
        (
            "units whose heavy traffic is from a reinstatement type: the middle of its band",
            int((~np.isnan(axles)).sum()),
        )
    )
    return np.round(daily)


def _limits(dtf: Dtf, notes: Notes) -> pd.DataFrame:
    """Weight limits that have not ended: usrn, whole, value [t], and the ends of those of a part."""
    live = dtf.live("64")
    kind = _text_of(live["restriction"], _codes("restriction")["use"])
    notes += [
        (f"{name} limits: a register has no column for them", int((kind == name).sum())) for name in ("height", "width")
    ]
    weights = live[kind == "weight"].copy()
    weights["value"] = pd.to_numeric(weights["value"], errors="coerce").astype(float)
    good = (weights["value"] > 0) & (weights["value"] <= 1000)
    if (~good).any():
        notes.append(("weight limits left out: no number of tonnes above 0", int((~good).sum())))
    for name in ("start_x", "start_y", "end_x", "end_y"):
        weights[name] = pd.to_numeric(weights[name], errors="coerce").astype(float)
    weights["whole"] = weights["whole"] == "1"
    placed = weights[["start_x", "start_y", "end_x", "end_y"]].notna().all(axis=1)
    lost = good & ~weights["whole"] & ~placed
    if lost.any():
        notes.append(("weight limits left out: of a part whose ends are not given", int(lost.sum())))
    return weights[good & ~lost]


def _whole_limits(usrn: pd.Series, limits: pd.DataFrame) -> Floats:
    lowest = limits[limits["whole"]].groupby("usrn")["value"].min()
    return _number_of(usrn, lowest).to_numpy()


def _part_limits(sections: gpd.GeoDataFrame, limits: pd.DataFrame) -> Floats:
    """Lowest limit of the parts of its own street that each section lies on."""
    out = np.full(len(sections), np.nan)
    part = limits[~limits["whole"]]
    if not len(part):
        return out
    ends = part[["start_x", "start_y", "end_x", "end_y"]].to_numpy().reshape(-1, 2, 2)
    stretch, middle = shapely.linestrings(ends), midpoints(sections.geometry.to_numpy())
    rows = sections.groupby("usrn").indices
    for usrn, value, line in zip(part["usrn"], part["value"], stretch, strict=True):
        own = rows.get(usrn)
        if own is None:
            continue
        far = shapely.distance(middle[own], line)
        # The part that is shorter than a section lies on the nearest.
        on = own[(far <= assumed_value("join_reach")) | (far == far.min())]
        out[on] = np.fmin(out[on], value)
    return out


def _sections(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    shapes, unit, chainage = cut_sections(units.geometry.to_numpy(), assumed_value("section_length"))
    rows = units.iloc[unit].reset_index(drop=True)
    number = pd.Series(unit).groupby(unit).cumcount() + 1
    around = length_near(midpoints(shapes), shapes, assumed_value("urban_street_radius"))
    columns = {
        "asset_id": rows["link_id"] + "-" + number.astype("str"),
        "asset_class": CARRIAGEWAY,
        "link_id": rows["link_id"],
        **{name: rows[name] for name in ("usrn", "road_class", "road", "name", "one_way", "hgv")},
        "chainage_m": np.round(chainage, 2),
        "length_m": np.round(shapely.length(shapes), 2),
        "environment": np.where(around >= assumed_value("urban_road_length"), "urban", "rural"),
        "assumed": "environment",
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapes, crs=units.crs)


def _other_roads(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    kind = units["road_class"].map({"M": "motorway", "A": "trunk"}).fillna(units["road_class"])
    columns = {
        "road_id": units["link_id"],
        "road": units["road"],
        "road_class": kind,
        "one_way": units["one_way"],
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=units.geometry.to_numpy(), crs=units.crs)
