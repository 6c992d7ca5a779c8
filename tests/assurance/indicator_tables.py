"""A dashboard of 30 indicators with every printed rule and edge, each with what it must show, by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

COLUMNS = (
    "indicator", "name", "kind", "polarity", "unit", "target", "floor", "low", "high", "frequency", "phasing",
    "previous", "q1", "q2", "q3", "q4", "original", "from", "owner",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One indicator, its reports in order, and what must be shown of the last: light, direction, year to date."""

    definition: dict[str, object]
    reports: tuple[tuple[str, float], ...]
    light: str
    direction: str = ""
    to_date: float | None = None
    target: float | None = None


def _measure(polarity: str, target: float, floor: float, **more: object) -> dict[str, object]:
    base = {"kind": "measure", "polarity": polarity, "unit": "%", "frequency": "quarterly"}
    return {**base, "target": target, "floor": floor, **more}


def _activity(low: float, high: float, **more: object) -> dict[str, object]:
    return {"kind": "activity", "unit": "number", "frequency": "quarterly", "low": low, "high": high, **more}


Q1, Q2, Q3, Q4 = (f"2026/27 Q{k}" for k in range(1, 5))
STEPS = {"phasing": "equal steps", "previous": 64}

THIRTY = (
    # higher is better
    Shown(_measure("higher", 80, 70), ((Q1, 79), (Q2, 80)), "GREEN", "improved", 79.5),  # on target
    Shown(_measure("higher", 80, 70), ((Q1, 95),), "GREEN", "", 95),  # beyond target, the first report
    Shown(_measure("higher", 80, 70), ((Q1, 80), (Q2, 79.9)), "AMBER", "fallen", 79.95),  # just short of target
    Shown(_measure("higher", 80, 70), ((Q1, 70), (Q2, 70)), "AMBER", "unchanged", 70),  # on the floor
    Shown(_measure("higher", 80, 70), ((Q1, 70), (Q2, 69.9)), "RED", "fallen", 69.95),  # beyond the floor
    # lower is better, the printed cases first
    Shown(_measure("lower", 10, 15, unit="days"), ((Q1, 9), (Q2, 6)), "GREEN", "improved", 7.5),
    Shown(_measure("lower", 5, 15, unit="days"), ((Q1, 8), (Q2, 10)), "AMBER", "fallen", 9),
    Shown(_measure("lower", 10, 15, unit="days"), ((Q1, 10),), "GREEN", "", 10),  # on target
    Shown(_measure("lower", 10, 15, unit="days"), ((Q1, 15), (Q2, 15)), "AMBER", "unchanged", 15),  # on the floor
    Shown(_measure("lower", 10, 15, unit="days"), ((Q1, 15), (Q2, 15.1)), "RED", "fallen", 15.05),
    Shown(_measure("lower", 0, 2, unit="number"), ((Q1, 0), (Q2, 0)), "GREEN", "unchanged", 0),  # target of none
    # floor equal to target: nothing is AMBER
    Shown(_measure("higher", 100, 100), ((Q1, 100),), "GREEN", "", 100),
    Shown(_measure("higher", 100, 100), ((Q1, 99.9),), "RED", "", 99.9),
    Shown(_measure("lower", 0, 0, unit="number"), ((Q1, 0),), "GREEN", "", 0),
    Shown(_measure("lower", 0, 0, unit="number"), ((Q1, 1),), "RED", "", 1),
    # snapshots have no year to date
    Shown(_measure("higher", 80, 70, kind="snapshot"), ((Q1, 70), (Q2, 81)), "GREEN", "improved"),
    Shown(
        _measure("lower", 10, 12, kind="snapshot", frequency="annual"),
        (("2025/26", 10), ("2026/27", 13)), "RED", "fallen",
    ),
    # phased in equal steps, 64 to 75, the printed case: 66.75, 69.5, 72.25, 75
    Shown(_measure("higher", 75, 60, **STEPS), ((Q1, 66.75),), "GREEN", "", 66.75, 66.75),
    Shown(_measure("higher", 75, 60, **STEPS), ((Q1, 66), (Q2, 69.4)), "AMBER", "improved", 67.7, 69.5),
    Shown(_measure("higher", 75, 60, **STEPS), ((Q2, 70), (Q3, 72.25)), "GREEN", "improved", 71.125, 72.25),
    Shown(_measure("higher", 75, 60, **STEPS), ((Q3, 75), (Q4, 74.9)), "AMBER", "fallen", 74.95, 75),
    # phased as stated
    Shown(
        _measure("lower", 4, 9, unit="days", phasing="stated", q1=9, q2=6, q3=5, q4=4),
        ((Q1, 9.5), (Q2, 6)), "GREEN", "improved", 7.75, 6,
    ),
    # activity within, at either end of and outside what is expected
    Shown(_activity(100, 200), ((Q1, 150),), "Yes", "", 150),
    Shown(_activity(100, 200), ((Q1, 50), (Q2, 100)), "Yes", "", 150),
    Shown(_activity(100, 200), ((Q1, 300), (Q2, 200)), "Yes", "", 500),
    Shown(_activity(100, 200), ((Q1, 100), (Q2, 201)), "High", "", 301),
    Shown(_activity(100, 200, polarity="lower"), ((Q1, 100), (Q2, 99)), "Low", "improved", 199),
    # months of a year; a year to date begins anew in April
    Shown(
        _measure("higher", 90, 80, frequency="monthly"),
        (("2026-03", 10), ("2026-04", 88), ("May 2026", 92)), "GREEN", "improved", 90,
    ),
    # the year before counts in the direction and not to date
    Shown(_measure("higher", 90, 80), (("2025/26 Q4", 90), (Q1, 90)), "GREEN", "unchanged", 90),
    # never reported
    Shown(_measure("higher", 90, 80), (), ""),
)  # fmt: skip


def write_tables(folder: Path, rows: tuple[Shown, ...] = THIRTY) -> tuple[Path, Path]:
    """The definitions and values of indicators as files; the values come latest first."""
    definitions = [
        {"indicator": f"I{k:02}", "name": f"Indicator {k}", **row.definition} for k, row in enumerate(rows, 1)
    ]
    values = [
        {"indicator": f"I{k:02}", "period": period, "value": value}
        for k, row in enumerate(rows, 1)
        for period, value in reversed(row.reports)
    ]
    paths = folder / "definitions.csv", folder / "values.csv"
    pd.DataFrame(definitions, columns=COLUMNS).to_csv(paths[0], index=False)
    pd.DataFrame(values, columns=["indicator", "period", "value"]).to_csv(paths[1], index=False)
    return paths
