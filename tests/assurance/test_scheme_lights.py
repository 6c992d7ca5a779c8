"""Schemes' traffic lights on date and money."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetplan.assurance.schemes import scheme_lights
from assetplan.errors import ConfigError

HEAD = "scheme,name,planned_finish,forecast_finish,budget,forecast\n"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "schemes.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_each_scheme_has_a_light_for_date_and_money_and_the_worse_of_both(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "A,on time,2026-09-30,2026-09-30,100,100",
        "B,early and under,30/09/2026,2026-09-01,100,99",
        "C,as late as may be,2026-09-30,2026-10-30,100,105",
        "D,a day later,2026-09-30,2026-10-31,100,100",
        "E,dearer,2026-09-30,2026-09-30,100,105.01",
    )
    lights = scheme_lights(path)
    assert lights["days_late"].tolist() == [0, -29, 30, 31, 0]
    assert lights["date_rag"].tolist() == ["GREEN", "GREEN", "AMBER", "RED", "GREEN"]
    assert lights["money_rag"].tolist() == ["GREEN", "GREEN", "AMBER", "GREEN", "RED"]
    assert lights["rag"].tolist() == ["GREEN", "GREEN", "AMBER", "RED", "RED"]
    strict = scheme_lights(path, late_days=0, over_percent=10)
    assert strict["date_rag"].tolist() == ["GREEN", "GREEN", "RED", "RED", "GREEN"]
    assert strict["money_rag"].tolist() == ["GREEN", "GREEN", "AMBER", "GREEN", "AMBER"]


def test_dates_and_money_that_are_none_are_refused_with_their_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "A,,2026-09-30,soon,100,100", "A,,30/9/26,2026-09-30,0,-1")
    with pytest.raises(ConfigError) as caught:
        scheme_lights(path)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (2, "forecast_finish"), (3, "budget"), (3, "forecast"), (3, "planned_finish"), (3, "scheme"),
    ]  # fmt: skip
