"""Which OpenStreetMap ways are a council's roads, of what class, and what stands beside and on them.

Rules. The highway value keeps a way or leaves it out, by country (reference/osm_highways.csv). A service road is kept
only where it is public: it has a name or number, no `service` value but alley, and no access tag against the public. A
way with private access is left out; `access=no` stays where buses are let through, for the street is public. A `ref`
that starts with A or B and a digit overrides the class in Britain (reference/osm_countries.csv). Pavements follow the
`sidewalk` tags; where there are none, a built-up street takes the number of footways its highway value usually has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from assetplan._types import Bools
from assetplan.importers.osm_tags import Tags, tonnes, unread
from assetplan.reference import load_table
from assetplan.register.misplaced import only_placed

if TYPE_CHECKING:
    import geopandas as gpd

_PRIVATE = frozenset(
    {"private", "customers", "delivery", "permit", "military", "agricultural", "forestry", "residents", "employees"}
)
_OPEN = frozenset({"yes", "public", "permissive", "destination", "designated", ""})
_LEVELS = 9  # the highest and, below the ground, the lowest that a register holds
_FEW = 5
_NOT_A_BRIDGE = frozenset({"", "no", "proposed", "abandoned"})
_TRUNK = "trunk road"
_MOTORWAY = "motorway"
_ANOTHERS = "road of another authority"
_BRITAIN = "GB"


def countries() -> tuple[str, ...]:
    """Countries whose practice is known, by their codes."""
    return tuple(load_table("osm_countries")["country"])


@cache
def _highways(country: str) -> dict[str, dict[str, str]]:
    table = load_table("osm_highways")
    table = table.astype(object).where(table.notna(), "")
    # A country's own rows come last and replace Britain's.
    rows = [
        *table[table["country"] == _BRITAIN].to_dict("records"),
        *table[table["country"] == country].to_dict("records"),
    ]
    return {str(row["highway"]): {str(k): str(v) for k, v in row.items()} for row in rows}


@cache
def _class_of_ref(country: str) -> re.Pattern[str] | None:
    table = load_table("osm_countries").set_index("country")["class_of_ref"]
    return re.compile(str(table[country])) if table.notna()[country] else None


def left_out(tags: Tags, council_trunk: Collection[str] = (), country: str = _BRITAIN) -> str:
    """Why a way is no road of the council's, in words that can be counted; "" for a way that is one.

    Parameters
    ----------
    tags : mapping
        Of the way.
    council_trunk : collection of str
        As of `council_ways`.
    country : str
        One of `countries()`.
    """
    rule = _highways(country).get(tags.get("highway", ""))
    if rule is None:
        return "other highway value"
    if rule["keep"] == "no":
        if rule["reason"] in (_TRUNK, _ANOTHERS) and tags.get("ref", "") in council_trunk:
            return _closed(tags)
        return rule["reason"]
    if rule["keep"] == "public" and not _public_service(tags):
        return rule["reason"]
    return _closed(tags)


def _closed(tags: Tags) -> str:
    access = tags.get("access", "")
    if access in _PRIVATE or tags.get("motor_vehicle", "") in _PRIVATE or tags.get("vehicle", "") in _PRIVATE:
        return "private access"
    buses = tags.get("bus", tags.get("psv", "")) in ("yes", "designated")
    if access == "no" and not buses:
        return "private access"
    return ""


def _public_service(tags: Tags) -> bool:
    named = bool(tags.get("name") or tags.get("ref"))
    return named and tags.get("service", "") in ("", "alley") and tags.get("access", "") in _OPEN


def road_class(tags: Tags, country: str = _BRITAIN) -> str:
    """Class A, B, C or U of a way that is kept."""
    pattern = _class_of_ref(country)
    ref = pattern.match(tags.get("ref", "")) if pattern else None
    if ref:
        return ref[1]
    # Only a trunk road the caller has named reaches here without a class: it is an A road.
    return _highways(country)[tags["highway"]]["road_class"] or "A"


def built_up_street(tags: Tags, country: str = _BRITAIN) -> bool:
    """Whether the highway value itself says houses: residential and living streets, pedestrian streets."""
    return _highways(country)[tags["highway"]]["built_up"] == "yes"


def is_bridge(tags: Tags) -> bool:
    """Whether a way is carried by a bridge."""
    return tags.get("bridge", "") not in _NOT_A_BRIDGE


def level_of(tags: Tags) -> float:
    """Level of a way where it crosses others: its layer, else 1 on a bridge, −1 in a tunnel; NaN on the ground."""
    try:
        return float(np.clip(int(tags.get("layer", "")), -_LEVELS, _LEVELS))
    except ValueError:
        tunnel = tags.get("tunnel", "no") not in ("no", "building_passage")
        return 1.0 if is_bridge(tags) else -1.0 if tunnel else np.nan


def one_way(tags: Tags) -> str:
    """Direction of a way's traffic along its line: forward, backward, or "" for both."""
    tag = tags.get("oneway", "")
    if tag in ("-1", "reverse"):
        return "backward"
    round_it = tags.get("junction", "") in ("roundabout", "circular")
    return "forward" if tag in ("yes", "true", "1") or (round_it and tag != "no") else ""


def tagged_footways(tags: Tags) -> float:
    """Number of footways the sidewalk tags give, 0 to 2; NaN where they give none."""
    sides = {"both": 2.0, "left": 1.0, "right": 1.0, "yes": 1.0, "no": 0.0, "none": 0.0, "separate": 0.0}
    if "sidewalk" in tags:
        return sides.get(tags["sidewalk"], np.nan)
    if tags.get("sidewalk:both") in ("yes", "no", "separate"):
        return 2.0 if tags["sidewalk:both"] == "yes" else 0.0
    each = [tags.get(f"sidewalk:{side}") for side in ("left", "right")]
    return float(sum(value == "yes" for value in each)) if any(each) else np.nan


def usual_footways(tags: Tags, country: str = _BRITAIN) -> float:
    """Number of footways assumed where the street is built-up and its tags give none."""
    return float(_highways(country)[tags["highway"]]["urban_footways"] or 0)


def council_ways(
    lines: gpd.GeoDataFrame, council_trunk: Collection[str] = (), country: str = _BRITAIN, file: str = ""
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, list[tuple[str, int]]]:
    """The ways that are the council's roads, and the national roads beside them.

    Parameters
    ----------
    lines : GeoDataFrame
        Layer `lines` with osm_id, tags, geometry.
    council_trunk : collection of str
        References (as "A47") of roads tagged trunk that are the council's all the same: in Britain OpenStreetMap's
        trunk is the primary route network, which is wider than the national trunk roads.
    country : str
        One of `countries()`.
    file : str
        Where they come from, for faults.

    Returns
    -------
    (GeoDataFrame, GeoDataFrame, list of (str, int))
        The ways kept, those of other authorities that anybody may drive, and how many were read, and left out for each
        reason.

    Raises
    ------
    RegisterError
        Half of the ways or more lie where they cannot.
    """
    is_highway = np.array(["highway" in tags for tags in lines["tags"]], dtype=bool)
    notes = [("ways with a highway tag read", int(is_highway.sum()))]
    highways = lines[is_highway].reset_index(drop=True)
    highways, more = only_placed(highways, highways["osm_id"], file, "ways")
    why = np.array([left_out(tags, council_trunk, country) for tags in highways["tags"]], dtype=object)
    kept: Bools = why == ""
    counts = Counter(why[~kept].tolist())
    notes += more
    notes += [(f"ways left out: {reason}", number) for reason, number in sorted(counts.items())]
    others = sum(is_bridge(tags) for tags in highways["tags"][~kept])
    notes.append(("bridges left out: carrying no road of the council", others))
    open_to_all = np.array([_closed(tags) == "" for tags in highways["tags"]], dtype=bool)
    national = np.isin(why, [_TRUNK, _MOTORWAY, _ANOTHERS]) & open_to_all
    limits = [tags.get("maxweight") for tags in highways["tags"][kept | national]]
    lost = unread(limits, map(tonnes, limits))
    if lost:
        first = ", ".join(repr(text) for text in sorted(set(lost))[:_FEW])
        notes.append((f"weight limits left blank: no weight in a unit that is known ({first})", len(lost)))
    return highways[kept].reset_index(drop=True), highways[national].reset_index(drop=True), notes


def other_roads(ways: gpd.GeoDataFrame, sections: gpd.GeoDataFrame, country: str = _BRITAIN) -> gpd.GeoDataFrame:
    """Table `other_roads`: roads of other authorities by osm_id, and sections beyond the boundary by asset_id.

    Parameters
    ----------
    ways, sections : GeoDataFrame
        Each with tags and lines.
    country : str
        One of `countries()`.
    """
    import geopandas as gpd
    import pandas as pd

    tags = [*ways["tags"], *sections["tags"]]
    reasons = [_highways(country)[each["highway"]]["reason"] for each in ways["tags"]]
    national = ["motorway" if reason == _MOTORWAY else "trunk" for reason in reasons]
    columns = {
        "road_id": [*("way-" + ways["osm_id"].astype("str")), *sections["asset_id"]],
        "road": [each.get("ref", "") or each.get("name", "") for each in tags],
        "road_class": [*national, *(road_class(each, country) for each in sections["tags"])],
        "one_way": [one_way(each) for each in tags],
        "level": [level_of(each) for each in tags],
        "weight_limit_t": [tonnes(each.get("maxweight")) for each in tags],
    }
    shapes = pd.concat([ways.geometry, sections.geometry], ignore_index=True)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=ways.crs)
