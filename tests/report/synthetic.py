"""An invented programme that keeps the contract of `assetplan.programme.Programme`, hostile names and all."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from synthetic_money import make_statements

from assetplan.asset_classes import load_asset_classes
from assetplan.condition import BANDS, quantity_in_bands
from assetplan.objectives import OBJECTIVES
from assetplan.programme import Programme
from assetplan.programme.summary import FORM, Summary
from assetplan.programme.summary_file import summary_of
from assetplan.register.basis import condition_basis

HOSTILE = "</script><b>{{7*7}}&\"'"
YEARS = (2019, 2020, 2021, 2022, 2023)
CENTRE = (450_000.0, 210_000.0)
RADIUS = 24_000.0
LINES = {
    "carriageway_preventative": "Preventative carriageway treatments",
    "carriageway_major": "Major carriageway repairs",
    "drainage": "Highway drainage",
    "footways": "Footways",
    "bridges": "Bridges",
    "signals": "Traffic signals",
    "property": "Property",
}
TREATMENTS = {
    ("carriageway", True): ("surface_dressing", "Surface dressing", "preventative", "carriageway_preventative", 7.5),
    ("carriageway", False): ("resurfacing", "Resurfacing", "major", "carriageway_major", 38.0),
    ("footway", True): ("footway_slurry", "Footway slurry seal", "preventative", "footways", 12.0),
    ("footway", False): ("footway_reconstruction", "Footway reconstruction", "major", "footways", 80.0),
    ("bridge", True): ("waterproofing", "Waterproofing and joints", "preventative", "bridges", 250.0),
    ("bridge", False): ("strengthening", "Strengthening and refurbishment", "major", "bridges", 900.0),
    ("signal", True): ("heads", "Signal heads and lamps", "preventative", "signals", 9_000.0),
    ("signal", False): ("renewal", "Signal renewal", "major", "signals", 60_000.0),
    ("building", True): ("repair", "Repair to grade A", "preventative", "property", 60.0),
    ("building", False): ("component_renewal", "Renewal", "major", "property", 160.0),
    ("drainage", True): ("gully_repair", "Gully repair and relining", "preventative", "drainage", 350.0),
    ("drainage", False): ("gully_renewal", "Gully and connection renewal", "major", "drainage", 1_400.0),
}
CLASSES = {  # widths [m], decay [points a year]
    "A": (9.0, 3.4),
    "B": (7.2, 2.9),
    "C": (6.2, 2.6),
    "U": (5.4, 2.2),
}


def _towns(rng: np.random.Generator, count: int) -> gpd.GeoDataFrame:
    angle = rng.uniform(0, 2 * np.pi, count)
    reach = RADIUS * 0.9 * np.sqrt(rng.uniform(0, 1, count))
    names = ["Ashcombe", "Langford", "Northolt Green", "Greyhurst", "Inglewell", "Dunmoor", "Stanmere", "Upwell"]
    names += ["Quenby", "Thornby", "Farncote", "Cheswick", "Kingsmere", "Eastleigh Cross", "Wexcombe", HOSTILE]
    return gpd.GeoDataFrame(
        {"name": [names[i % len(names)] for i in range(count)], "population": rng.integers(900, 60_000, count)},
        geometry=shapely.points(CENTRE[0] + reach * np.cos(angle), CENTRE[1] + reach * np.sin(angle)),
        crs=27700,
    )


def _district() -> gpd.GeoDataFrame:
    turn = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    reach = RADIUS * (1.04 + 0.05 * np.sin(3 * turn) + 0.03 * np.cos(7 * turn + 1) + 0.015 * np.sin(19 * turn))
    ring = np.column_stack([CENTRE[0] + reach * np.cos(turn), CENTRE[1] + reach * np.sin(turn)])
    return gpd.GeoDataFrame({"name": ["Exampleshire"]}, geometry=[shapely.Polygon(ring)], crs=27700)


def _path(rng: np.random.Generator, start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """A line between two places that wanders on the way, drawn back inside the county."""
    along = np.linspace(0, 1, steps + 1)
    reach = float(np.hypot(*(end - start)))
    sway = sum(rng.normal(0, 0.07 / wave) * np.sin(np.pi * wave * along) for wave in (1, 2, 3, 5, 8, 13))
    across = np.array([start[1] - end[1], end[0] - start[0]]) / max(reach, 1.0)
    xy = start + along[:, None] * (end - start) + (sway * reach)[:, None] * across
    out = np.hypot(*(xy - CENTRE).T)
    return np.asarray(CENTRE + (xy - CENTRE) * np.minimum(1.0, RADIUS / np.maximum(out, 1.0))[:, None])


def _ends(rng: np.random.Generator, kind: str, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Main roads join towns, lanes wander between them, streets stay in one."""
    town = centres[rng.integers(len(centres))]
    turn = rng.uniform(0, 2 * np.pi)
    away = np.array([np.cos(turn), np.sin(turn)])
    if kind in "AB":
        others = np.hypot(*(centres - town).T).argsort()
        return town, centres[others[rng.integers(1, 5)]]
    if kind == "C":
        start = town + rng.normal(0, 2_500, 2)
        return start, start + away * rng.uniform(3_000, 8_000)
    start = town + rng.normal(0, 900, 2)
    return start, start + away * rng.uniform(500, 2_000)


def _road_name(number: int) -> tuple[str, str]:
    kind = "A" if number % 18 == 0 else "B" if number % 9 == 1 else "C" if number % 3 == 2 else "U"
    if number == 5:
        return HOSTILE, kind
    return (f"{kind}{4000 + number}" if kind in "AB" else f"{kind}{number} Lane"), kind


def _sections(rng: np.random.Generator, n_roads: int, per_road: int, towns: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    centres = np.column_stack([towns.geometry.x, towns.geometry.y])
    rows: list[dict[str, Any]] = []
    for number in range(n_roads):
        road, kind = _road_name(number)
        count = per_road * (2 if kind == "A" else 1)
        xy = _path(rng, *_ends(rng, kind, centres), count * 4)
        level = rng.normal({"A": 68, "B": 62, "C": 55, "U": 57}[kind], 12)
        width, decay = CLASSES[kind]
        for section in range(count):
            level += rng.normal(0, 7)
            level = float(np.clip(level, 6, 97))
            line = shapely.LineString(xy[section * 4 : section * 4 + 5])
            rows.append(
                {
                    "asset_id": f"L{number:05d}-{section * 100:05d}",
                    "asset_class": "carriageway",
                    "group": f"carriageway_{kind}",
                    "name": f"{road} section {section + 1}",
                    "road": road,
                    "link_id": f"L{number:05d}",
                    "chainage_m": section * 100.0,
                    "road_class": kind,
                    "environment": "rural",
                    "district": "Exampleshire",
                    "quantity": width * line.length,
                    "unit": "m2",
                    "length_m": line.length,
                    "replacement_value": width * line.length * 110,
                    "aadt": 4_000.0,
                    "geometry": line,
                    "base": level,
                    "decay": decay * rng.uniform(0.5, 1.5),
                }
            )
    return rows


def _points(rng: np.random.Generator, roads: list[dict[str, Any]], counts: dict[str, int]) -> list[dict[str, Any]]:
    sizes = {"bridge": (180.0, "m2"), "building": (600.0, "m2"), "signal": (1.0, "no"), "drainage": (6.0, "no")}
    rows: list[dict[str, Any]] = []
    for asset_class, count in counts.items():
        for number in range(count):
            by = roads[int(rng.integers(len(roads)))]
            size, unit = sizes[asset_class]
            name = f"{asset_class.capitalize()} {number + 1} {HOSTILE if number == 0 else ''}".strip()
            rows.append(
                {
                    **{key: by[key] for key in ("road", "link_id", "chainage_m", "road_class", "district", "aadt")},
                    "asset_id": f"{asset_class}-{number}",
                    "asset_class": asset_class,
                    "group": asset_class,
                    "name": name,
                    "environment": "urban",
                    "quantity": size * rng.uniform(0.5, 2) if unit == "m2" else size,
                    "unit": unit,
                    "length_m": np.nan,
                    "replacement_value": 250_000.0,
                    "geometry": shapely.line_interpolate_point(by["geometry"], 0.5, normalized=True),
                    "base": float(np.clip(rng.normal(60, 18), 4, 98)),
                    "decay": rng.uniform(0.8, 3),
                }
            )
    return rows


def _footways(rng: np.random.Generator, roads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for row in roads[::11]:
        rows.append(
            {
                **row,
                "asset_id": "F" + row["asset_id"],
                "asset_class": "footway",
                "group": "footway",
                "quantity": 180.0,
                "geometry": shapely.offset_curve(row["geometry"], 6.0),
                "base": float(np.clip(rng.normal(55, 15), 4, 98)),
                "decay": 1.4,
            }
        )
    return rows


def _choose(assets: gpd.GeoDataFrame, budget: float) -> list[dict[str, Any]]:
    """Spread works over the years, seals on fair assets and renewals on poor ones, until the money is spent."""
    works: list[dict[str, Any]] = []
    order = assets.sort_values(["asset_class", "road", "chainage_m"])
    spent = dict.fromkeys(YEARS, 0.0)
    want = order[(order["base"] < 36) | order["base"].between(52, 66)]
    runs = (want["chainage_m"] // 500).astype(int)
    for (_, road, run), rows in want.groupby([want["asset_class"], want["road"], runs], sort=True):
        year = YEARS[(hash_of(str(road)) + int(run)) % len(YEARS)]
        preventative = bool(rows["base"].mean() > 45)
        treatment, label, kind, line, rate = TREATMENTS[(rows["asset_class"].iloc[0], preventative)]
        cost = float(rows["quantity"].sum() * rate)
        if spent[year] + cost > budget:
            continue
        spent[year] += cost
        for row in rows.to_dict("records"):
            paid = row["quantity"] * rate
            works.append(
                {
                    **{k: row[k] for k in ("asset_id", "asset_class", "name", "road", "road_class", "district")},
                    **{k: row[k] for k in ("quantity", "unit", "length_m", "geometry")},
                    "scheme_id": f"S-{road}-{run}",
                    "year": year,
                    "treatment": treatment,
                    "label": label,
                    "kind": kind,
                    "line": line,
                    "cost": paid,
                    "benefit": paid * (3.4 if preventative else 1.6),
                    "reason": f"Returns £{3.4 if preventative else 1.6:.2f} for each £1; the next best year returned "
                    f"£{paid / 1000:.0f}k less.",
                    "committed": bool(run == 0 and year == YEARS[0]),
                    "status": "firm" if year in YEARS[:2] else "indicative",
                }
            )
    return works


def hash_of(text: str) -> int:
    """A small number from a text, the same in every process."""
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(text))


def _indices(assets: gpd.GeoDataFrame, works: list[dict[str, Any]]) -> None:
    base = assets["base"].to_numpy()
    plan = base.copy()
    when = {row["asset_id"]: (row["year"], row["kind"]) for row in works}
    assets["do_nothing_2018"] = base
    assets["plan_2018"] = base
    ids = assets["asset_id"].tolist()
    for step, year in enumerate(YEARS, start=1):
        assets[f"do_nothing_{year}"] = np.maximum(base - assets["decay"].to_numpy() * step, 0.0)
        plan = np.maximum(plan - assets["decay"].to_numpy(), 0.0)
        for place, asset in enumerate(ids):
            chosen = when.get(asset)
            if chosen and chosen[0] == year:
                plan[place] = min(plan[place] + 16, 92) if chosen[1] == "preventative" else 98.0
        assets[f"plan_{year}"] = plan


def _condition_rows(assets: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    rows = []
    for asset_class, group in assets.groupby("asset_class"):
        road = asset_class == "carriageway"
        stock, unit = (group["length_m"] / 1000, "km") if road else (group["quantity"], group["unit"].iloc[0])
        for case in ("do-nothing", "plan"):
            for year in (YEARS[0] - 1, *YEARS):
                index = group[f"{case.replace('-', '_')}_{year}"].to_numpy()
                inside = quantity_in_bands("index", index, stock.to_numpy())
                rows += [
                    {
                        "asset_class": asset_class,
                        "band": band,
                        "year": year,
                        "quantity": float(amount),
                        "unit": unit,
                        "case": case,
                    }
                    for band, amount in zip(BANDS, inside, strict=True)
                ]
    return rows


def _residual_rows(assets: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    roads = assets[assets["asset_class"] == "carriageway"]
    rows = []
    for case in ("do-nothing", "plan"):
        for year in (YEARS[0] - 1, *YEARS):
            life = (roads[f"{case.replace('-', '_')}_{year}"] - 40) / roads["decay"]
            for band, inside in {"over 15": life > 15, "5 to 15": life.between(5, 15), "under 5": life < 5}.items():
                km = float(roads.loc[inside, "length_m"].sum() / 1000)
                rows.append({"band": band, "year": year, "length_km": km, "case": case})
    return rows


def _forecast_rows(residual: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Forecasts as wide as a county's, lengths those of the residual lives."""
    key = {"measure": "length", "unit": "km"}
    rows = [
        {**key, **{k: row[k] for k in ("band", "year", "case")}, "middle": row["length_km"] * 25,
         "low": row["length_km"] * 15, "high": row["length_km"] * 40}
        for row in residual
    ]  # fmt: skip
    for measure, unit, size in (("potholes", "a year", 35_000.0), ("claims", "a year", 940.0), ("backlog", "£", 186e6)):
        for case in ("do-nothing", "plan"):
            for year in (YEARS[0] - 1, *YEARS):
                ends = {"middle": size, "low": size * 0.9, "high": size * 1.1}
                rows.append({"measure": measure, "band": "", "unit": unit, "year": year, "case": case, **ends})
    return rows


def _limits() -> list[dict[str, Any]]:
    """Limits on the lines, of which four have a price."""
    return [
        {
            **{"limit": f"{line} {year}", "words": f"envelope.lines.{line} {year}", "unit": "£", "kind": "line"},
            "key": {"kind": "line", "line": line, "year": year},
            **{"cap": 4e6, "floor": None, "used": 4e6, "price": round(3.1 - 0.35 * i - 0.1 * j, 2) if i < 4 else 0.0},
        }
        for i, line in enumerate(LINES)
        for j, year in enumerate(YEARS)
    ]


def _summary(assets: gpd.GeoDataFrame, works: gpd.GeoDataFrame, hostile: bool) -> Summary:
    spent = works.groupby(["line", "year"])["cost"].sum()
    spend = [
        {
            "line": line,
            "label": label,
            "year": year,
            "amount": float(spent.get((line, year), 0.0)),
            "limit": float(np.ceil(spent.get((line, year), 0.0) / 1e5 + 0.4) * 1e5),
            "envelope": float(np.ceil(spent.get((line, year), 0.0) / 1e5 + 0.4) * 1e5),
        }
        for line, label in LINES.items()
        for year in YEARS
    ]
    benefit = float(works["benefit"].sum())
    content = {
        "plan": f"Balanced {HOSTILE}" if hostile else "Balanced",
        "authority": "Exampleshire County Council",
        "note": "Invented data: every road, bridge and building in this report is made up.",
        "years": list(YEARS),
        "firm_years": list(YEARS[:2]),
        "price_base": 2019,
        "objective": "present value against do-nothing, £",
        "of": "benefit",
        "sought": asdict(OBJECTIVES["benefit"].sought),
        "horizon": 60,
        "title": "Capital programme 2019/20 to 2023/24",
        "streams": [
            {"stream": "works", "label": "works", "do_nothing": benefit * 1.4, "plan": benefit * 0.9},
            {"stream": "reactive", "label": "reactive repairs", "do_nothing": benefit * 0.6, "plan": benefit * 0.3},
            {"stream": "user", "label": "cost to road users", "do_nothing": benefit * 0.5, "plan": benefit * 0.3},
        ],
        "asset_classes": [asdict(row) for row in load_asset_classes().of(assets["asset_class"])],
        "yearly": [],
        "benefit": benefit,
        "reached": benefit,
        "bound": benefit * 1.00007,
        "gap": 7e-5,
        "status": "optimal",
        "cost": float(works["cost"].sum()),
        "spend": spend,
        "limits": _limits(),
        "flows": [],
        "prices": [{key: row[key] for key in ("limit", "key", "price")} for row in _limits()],
        "prices_bound": benefit * 1.00007,
        "prices_known": True,
        "condition": _condition_rows(assets),
        "residual_life": _residual_rows(assets),
        "condition_gain": [],
        "crews": [
            {"crew": "surfacing crew", "year": year, "days_used": 200.5, "days_available": most}
            for year, most in zip(YEARS, (None, *[260.0] * (len(YEARS) - 1)), strict=True)
        ],
        "sites": {
            **dict.fromkeys(("candidates", "works", "sharing", "schemes", "sections", "with_neighbour"), 0),
            **{"costs": "shared", "length_km": 0.0, "median_m": 0.0, "longest_m": 0.0, "saved": 0.0},
            **{"without_rules": None, "by_class": []},
        },
        "shared_closures": [],
        "phasing": {"cases": [], "amounts": [], "note": ""},
        "restrictions": {"years": [], "falling": [], "cut_off": [], "unplaced": []},
        "futures": {"futures": 50, "level": 0.8, "seed": 0},
        "forecast": _forecast_rows(_residual_rows(assets)),
        "assets": len(assets),
        "treated": int(works["asset_id"].nunique()),
        "baselines": [
            {
                **{"name": name, "benefit": benefit * share, "reached": benefit * share, "breaks": []},
                "cost": float(works["cost"].sum() * paid),
            }
            for name, share, paid in (
                ("Worst first", 0.71, 0.99),
                ("Greedy by benefit per pound", 0.985, 0.998),
                ("Do nothing", 0.0, 0.0),
            )
        ],
        "payback": [
            {
                "line": "total",
                "label": "All lines",
                "cost": 16e6,
                "in_plan": 5e6,
                "benefit": 33e6,
                "within": 30,
                "years": 6,
                "year": YEARS[0] + 5,
            }
        ],
        "benefit_by_year": [
            {"year": YEARS[0] + k, "cost": 0.0, "burdens": 1e6, "works": 0.0, "cumulative": 1e6 * (k + 1)}
            for k in range(30)
        ],
        "kinds": [{"kind": str(k), "amount": float(v)} for k, v in works.groupby("kind")["cost"].sum().items()],
        "assumed_share": [
            {"asset_class": "carriageway", "column": "width_m", "share": 0.18},
            {"asset_class": "bridge", "column": "aadt", "share": 0.5},
        ],
        "condition_basis": condition_basis(
            assets.assign(value=1.0, surveyed_year=2018, assumed=""), load_asset_classes()
        ),
        "notes": [{"note": "sections without a width took the default of their class", "count": 214}],
        "lint": [{"check": "treatments that never pay", "message": "No bridge replacement is ever chosen."}],
        "seconds": {"read": 0.4, "predict": 0.7, "choose": 2.1},
        "inputs": {"register.gpkg": "9f2c" * 16, "plan.toml": "01ab" * 16},
        "unverified": ["treatments.csv: surface_dressing, carriageway_A", "groups.csv: bridge"],
        "version": "0.1.0",
        "form": FORM,
        "finance": [statement.as_json() for statement in make_statements(LINES, YEARS, HOSTILE if hostile else "PWLB")],
    }
    return summary_of(content)


def make_programme(n_roads: int = 150, per_road: int = 13, seed: int = 7, hostile: bool = True) -> Programme:
    """An invented programme of about `n_roads * per_road` road sections, the same each time."""
    rng = np.random.default_rng(seed)
    towns = _towns(rng, 16)
    roads = _sections(rng, n_roads, per_road, towns)
    size = max(1, len(roads) // 46)
    counts = {"bridge": size, "building": size, "signal": size // 3 + 1, "drainage": size}
    rows = roads + _footways(rng, roads) + _points(rng, roads, counts)
    assets = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=27700)
    chosen = _choose(assets, budget=sum(row["length_m"] for row in roads) * 16.0)
    _indices(assets, chosen)
    works = gpd.GeoDataFrame(pd.DataFrame(chosen), geometry="geometry", crs=27700)
    paid = works.groupby("asset_id")[["cost", "benefit"]].sum()
    assets["cost"] = assets["asset_id"].map(paid["cost"]).fillna(0.0)
    assets["benefit"] = assets["asset_id"].map(paid["benefit"]).fillna(0.0)
    assets["treatments"] = assets["asset_id"].map(works.groupby("asset_id")["label"].first()).fillna("")
    assets["strategy"] = np.where(assets["cost"] > 0, "treat", "do-nothing")
    assets["residual_life"] = ((assets["base"] - 40) / assets["decay"]).clip(lower=0)
    assets["reason"] = np.where(assets["cost"] > 0, "", "Still sound: nothing returns its cost within these years.")
    assets["assumed"] = ""
    # Ten pounds to a million, the same along a link; none of buildings.
    dear = assets["link_id"].map(lambda link: 10.0 ** (1 + hash_of(link) % 50 / 10))
    assets["criticality"] = dear.where(assets["asset_class"] != "building").round(2)
    assets["importance"] = 1.0
    assets["hierarchy"] = np.where(assets["asset_class"] == "carriageway", "main distributor " + HOSTILE, "")
    summary = _summary(assets, works, hostile)
    assets = assets.drop(columns=["base", "decay"])
    return Programme(summary, assets, works, towns, _district())
