"""Registers and plans drawn at random, of every class and every mixture of them, with the blanks that files have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from commands import run
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from shapely import LineString, MultiLineString

from assetplan import schema
from assetplan.asset_classes import load_asset_classes
from assetplan.errors import RegisterError
from assetplan.reference import load_table
from assetplan.register import Register, validate_register, write_register

FIRST_YEAR = 2026
CLASSES = load_asset_classes().names
# Native measures with values inside their range, worst to best.
MEASURES = {"index": (0, 100), "rci": (0, 300), "pci": (0, 100), "iri": (0.5, 12), "bci": (0, 100),
            "nbi": (0, 9), "grade": (1, 4), "age": (0, 90), "fns": (1, 4), "pas2161": (1, 5)}  # fmt: skip
LINES = tuple(load_table("lines")["line"])


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """A register of 1 to 8 assets of one to all classes along one road, any of which may have no geometry or blanks."""
    classes = draw(st.lists(st.sampled_from(CLASSES), min_size=1, max_size=3, unique=True))
    number = draw(st.integers(1, 8))
    rows = [draw(_asset(n, classes)) for n in range(number)]
    roads = [row["asset_id"] for row in rows if row["asset_class"] == "carriageway"]
    for row in rows:
        if roads and row["asset_class"] in ("bridge", "signal", "footway", "drainage") and draw(st.booleans()):
            row["parent_id"] = draw(st.sampled_from(roads))
    bare = draw(st.sets(st.sampled_from(classes)))
    for row in rows:
        if row["asset_class"] in bare:
            row |= {"geometry": None, "length_m": row["length_m"] or 100.0}
    assets = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=27700)
    extras = {name: gpd.GeoDataFrame(schema.empty(name), geometry=[], crs=27700) for name in ("places", "districts")}
    return Register(assets, inspections=schema.empty("inspections"), **extras)


@st.composite
def _asset(draw: st.DrawFn, number: int, classes: list[str]) -> dict[str, Any]:
    asset_class = draw(st.sampled_from(classes))
    groups = load_table("groups").query("asset_class == @asset_class")["group"].tolist()
    measure = draw(st.sampled_from(list(MEASURES)))
    start = 450_000 + 100 * number
    line = LineString([(start, 300_000), (start + 100, 300_000)])
    shapes = [line, MultiLineString([line]), line.interpolate(50), line.interpolate(50).buffer(8)]
    maybe: dict[str, st.SearchStrategy[Any]] = {
        "group": st.sampled_from(groups),
        "road": st.sampled_from(["A1", "High Street"]),
        "road_class": st.sampled_from(list("ABCU")),
        "environment": st.sampled_from(["urban", "rural"]),
        "district": st.sampled_from(["Shire", "Hundred"]),
        "length_m": st.floats(1, 5_000),
        "width_m": st.floats(0.5, 40),
        "built_year": st.integers(1800, FIRST_YEAR - 1),
        "surveyed_year": st.integers(2000, FIRST_YEAR - 1),
        "aadt": st.integers(0, 40_000),
        "weight_limit_t": st.floats(3, 40),
        "capacity_t": st.floats(3, 60),
        "replacement_value": st.floats(0, 1e7),
        "retention": st.sampled_from(["retain", "dispose", "under review"]),
        "importance": st.floats(0.1, 5),
        "priority": st.integers(1, 4),
    }
    row = {name: draw(st.none() | drawn) for name, drawn in maybe.items()}
    if asset_class == "building":
        row["group"] = draw(st.sampled_from(groups))  # buildings have no default
    if asset_class == "carriageway" and row["group"] is None:
        row["road_class"] = draw(st.sampled_from(list("ABCU")))
    return row | {
        "asset_id": f"a{number}",
        "asset_class": asset_class,
        "parent_id": "school" if asset_class == "building" and draw(st.booleans()) else "",
        "quantity": draw(st.floats(0.5, 20_000)),
        "measure": measure,
        "value": draw(st.floats(*MEASURES[measure])),
        "geometry": draw(st.sampled_from(shapes)),
    }


@st.composite
def plans(draw: st.DrawFn, register: Register) -> dict[str, Any]:
    """A plan for a register, as its file would say it: money, and now and then schemes, targets, rules and limits."""
    assets, years = register.assets, draw(st.integers(1, 6))
    money = st.sampled_from([0, 0.001, 0.05, 2])
    names = draw(st.lists(st.sampled_from(LINES), min_size=1, unique=True))
    made: dict[str, Any] = {
        "name": "drawn",
        "register": "register.gpkg",
        "first_year": FIRST_YEAR,
        "years": years,
        "envelope": {"lines": {name: [draw(money) for _ in range(years)] for name in names}},
        "solver": {"time_limit": 5.0, "target_gap": 1e-3},
        "forecast": {"futures": draw(st.sampled_from([0, 2]))},
        "sites": {"costs": draw(st.sampled_from(["shared", "single", "none"]))},
        "strategies": {"max_treatments": draw(st.sampled_from([1, 2]))},
        "objective": {"of": draw(st.sampled_from(["benefit", "condition"]))},
    }
    if draw(st.booleans()):
        made["sites"]["most"] = 3
    shared = made["sites"]["costs"] == "shared"
    if shared and draw(st.booleans()):
        made["sites"] |= {"untreated": 0.3, "maximum": draw(st.sampled_from([60.0, 5_000.0]))}
    if shared and draw(st.integers(0, 3)):  # most roads drawn are too short for the packaged least sizes
        made["sites"]["minimum"] = draw(st.sampled_from([0.0, 0.0, 50.0]))
    roads = assets.loc[assets["asset_class"] == "carriageway", "asset_id"].tolist()
    if len(roads) > 1 and draw(st.booleans()):
        made["schemes"] = [{"name": "all roads", "assets": roads, "treatment": ["resurfacing"], "mobilisation": 1000.0}]
    for name, one in {"targets": _target, "limits": _limit, "sources": _source, "rules": _rules}.items():
        if draw(st.booleans()):
            drawn = draw(one(assets, years))
            made[name] = drawn if name == "rules" else [drawn]
    if draw(st.booleans()):
        made |= draw(_delivery(assets, years))
    if draw(st.booleans()):
        made["envelope"] |= {
            "carry_over": {"default": draw(st.sampled_from([0.0, 0.5]))},
            "virement": {"default": draw(st.sampled_from([0.0, 1.0]))},
            "preventative": {"max": draw(st.sampled_from([0.5, 1.0]))},
        }
    if draw(st.integers(0, 3)) == 0:
        made["envelope"] |= {"prices": "cash", "inflation": 0.03}
        made["borrowing"] = [{"name": "board", "rate": 0.03, "years": draw(st.integers(1, 30))}]
        made["income"] = [{"name": "tax", "amounts": [0.1] * years, "status": "confirmed"}]
    return made


@st.composite
def _target(draw: st.DrawFn, assets: pd.DataFrame, years: int) -> dict[str, Any]:
    return {
        "asset_class": draw(st.sampled_from(assets["asset_class"].tolist())),
        "year": FIRST_YEAR + draw(st.integers(0, years - 1)),
        "band": "poor",
        "at_most": draw(st.sampled_from([0.5, 1.0, 1.0])),
    }


@st.composite
def _limit(draw: st.DrawFn, assets: pd.DataFrame, years: int) -> dict[str, Any]:
    asset_class = draw(st.sampled_from(assets["asset_class"].tolist()))
    of = draw(st.sampled_from(["cost", "number", "quantity", "length_m"]))
    bound = draw(st.sampled_from(["at_most", "at_most", "at_least"]))
    return {"name": "a limit", "of": of, "asset_class": asset_class, bound: draw(st.sampled_from([0.0, 1.0]))}


@st.composite
def _source(draw: st.DrawFn, assets: pd.DataFrame, years: int) -> dict[str, Any]:
    return {"name": "grant", "amounts": [draw(st.sampled_from([0.0, 0.5, 5.0])) for _ in range(years)]}


@st.composite
def _delivery(draw: st.DrawFn, assets: pd.DataFrame, years: int) -> dict[str, Any]:
    crew = {
        "crew": draw(st.sampled_from(["surfacing crew", "bridge crew"])),
        "weeks": draw(st.sampled_from([0.1, 4.0])),
    }
    place = {"asset": draw(st.sampled_from(assets["asset_id"].tolist()))}
    embargo = {"months": draw(st.sampled_from(["4-9", "11-2"])), **place}
    entry = {"name": "main", "years": [FIRST_YEAR + draw(st.integers(0, years - 1))], **place}
    made: dict[str, Any] = {"crews": [crew], "embargoes": [embargo], "calendar": [entry]}
    return {name: made[name] for name in draw(st.lists(st.sampled_from(list(made)), min_size=1, unique=True))}


@st.composite
def _rules(draw: st.DrawFn, assets: pd.DataFrame, years: int) -> dict[str, Any]:
    asset = [draw(st.sampled_from(assets["asset_id"].tolist()))]
    rule = draw(st.sampled_from(["forbid", "forbid", "lock", "lock", "require"]))
    more = {"strategy": "do-nothing"} if rule == "lock" else {}
    return {rule: [{"asset": asset, **more}]}


def carry_through(data: DataObject, folder: Path) -> str:
    """Draw a register and a plan, and take them through every command a user has for them: how it ended.

    "refused" with status 1 by `validate`, "cannot be met" or "planned"; after `validate` has passed the plan, no other
    command may refuse anything but limits that cannot hold together. What a command does not handle is raised here.
    """
    register = data.draw(registers())
    (folder / "plan.toml").write_text(
        "".join(f"{key} = {_toml(value)}\n" for key, value in data.draw(plans(register)).items())
    )
    try:
        write_register(validate_register(register), folder / "register.gpkg", force=True)
    except RegisterError:
        return "refused"
    if run("validate", "plan.toml", cwd=folder).returncode:
        return "refused"
    _succeeds(folder, "predict", "plan.toml", "-o", "predicted.csv", "--force")
    _succeeds(folder, "inspect", "register.gpkg", "--year", str(FIRST_YEAR))
    _succeeds(folder, "init", "register.gpkg", "-o", "first.toml", "--force")
    done = run("network", "register.gpkg", "-o", "network.gpkg", "--force", cwd=folder)
    assert not done.returncode or "no carriageway is drawn as a line" in done.stderr, done.stderr
    done = run("plan", "plan.toml", "-o", "out", "--force", cwd=folder)
    if done.returncode:
        assert "cannot hold" in done.text, done.stderr
        return "cannot be met"
    _succeeds(folder, "explain", "out", "a0")
    _succeeds(folder, "report", "out", "--force")
    return "planned"


def _succeeds(folder: Path, *words: str) -> None:
    done = run(*words, cwd=folder)
    assert done.returncode == 0, f"{words}: {done.stderr}"


def _toml(value: Any) -> str:
    """A value of a plan file on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def ends_of(number: int, folder: Path) -> list[str]:
    """How that many draws ended, the same ones in every run."""
    ends = []

    # Nothing is shrunk: a failure is raised as it is, and a plan takes seconds.
    @settings(max_examples=number, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def draw(data: DataObject) -> None:
        ends.append(carry_through(data, folder))

    draw()
    return ends
