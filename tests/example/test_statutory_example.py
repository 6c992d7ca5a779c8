"""The small example county: statutory works first, then one price of money on roads and on buildings."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run
from places import SMALL_COUNTY

from assetplan.limits import LimitKey
from assetplan.programme import read_programme

pytestmark = pytest.mark.slow


def test_statutory_works_are_paid_first_and_the_rest_has_one_price_on_roads_and_on_buildings(tmp_path: Path) -> None:
    done = run("plan", SMALL_COUNTY / "plan.toml", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "of statutory works is paid first, from Buildings" in done.text
    programme = read_programme(tmp_path / "out")
    summary, first = programme.summary, programme.mandatory
    spend = {(row["line"], row["year"]): row for row in summary.spend}
    # Paid in the years in which they are due, out of the line, before anything that is chosen.
    due = first.groupby("year")["cost"].sum()
    assert due.sum() > 100_000
    for year, cost in due.items():
        assert spend["property", year]["mandatory"] == pytest.approx(cost, abs=0.01)
        assert spend["property", year]["amount"] >= cost - 0.01
    price = {LimitKey.from_json(row["key"]): row["price"] for row in summary.limits}
    of_2019 = {name: price[LimitKey("line", line=name, year=2019)] for name in ("carriageway_major", "property")}
    assert of_2019["property"] == pytest.approx(of_2019["carriageway_major"], rel=1e-4)
    assert of_2019["property"] > 0.5
    assert "Money has one price in 2019/20" in done.text
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Money has one price in 2019/20" in report
    # Every part of the property half is there: sales, risk, indicators and energy.
    for words in ("Statutory compliance", "Performance indicators", "Risk", "Energy"):
        assert words in report, words
