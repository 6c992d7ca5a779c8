"""The report's words on what more money would buy and on phasing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from synthetic import HOSTILE, LINES, YEARS, make_programme

from assetplan.programme import Programme
from assetplan.report.facts import Facts
from assetplan.report.worth import worth


@pytest.fixture(scope="module")
def plain() -> Programme:
    return make_programme(20, 4)


def told(programme: Programme, **changes: object) -> str:
    """The section's HTML with some keys of the summary changed."""
    return worth(Facts(replace(programme, summary={**programme.summary, **changes})))


def limits(price: float = 1.7) -> list[dict]:
    lines = [
        {"limit": f"bridges {year}", "key": {"kind": "line", "line": "bridges", "year": year}, "unit": "£"}
        for year in YEARS
    ]
    key = {"kind": "limit", "name": f"cap {HOSTILE}", "year": 2021}
    other = {"limit": f"cap {HOSTILE} 2021", "key": key, "unit": "m2"}
    return [{**row, "cap": 4e6, "floor": None, "used": 4e6, "price": price} for row in (*lines, other)]


def test_a_limit_reads_as_a_sentence_and_user_text_is_escaped(plain: Programme) -> None:
    prices = [{name: row[name] for name in ("limit", "key", "price")} for row in limits()]
    html = told(plain, limits=limits(), prices=prices, prices_known=True)
    assert "<li>Another £1m of bridges in 2019/20 is worth £1.7m.</li>" in html
    assert html.count("<li>Another £1m of bridges") == 1, "a line is told in its dearest year"
    assert "These hold for small changes" in html
    assert HOSTILE not in html
    assert "1,000,000 m2" in html
    assert html.count("<tr") == 2, "the table is of budget lines alone"


def test_prices_that_were_not_found_are_not_called_nought(plain: Programme) -> None:
    html = told(plain, prices_known=False)
    assert "stopped before it could tell" in html
    assert "do not bind" not in html


def test_no_limit_binds(plain: Programme) -> None:
    assert "No limit holds the plan back" in told(plain, prices=[{**limits(0.0)[0]}])


def test_phasing_shows_gain_and_amounts(plain: Programme) -> None:
    case = "years free"
    amounts = [{"case": case, "line": line, "year": year, "amount": 2e6} for line in LINES for year in YEARS]
    found = {"cases": [{"case": case, "least": 2.7e6, "most": 2.8e6}], "amounts": amounts, "note": ""}
    html = told(plain, phasing=found)
    assert "it would gain £2.7m to £2.8m" in html
    assert f"{2 * len(LINES) * len(YEARS):.2f}" in html, "all lines and years together, £m"
    assert "Not worked out. Too short." in told(plain, phasing={"cases": [], "amounts": [], "note": "Too short."})
    assert "phasing" not in told(plain)
