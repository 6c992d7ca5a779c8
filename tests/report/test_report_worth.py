"""The report's words on what more money would buy and on phasing."""

from __future__ import annotations

import pytest
from summaries import with_summary
from synthetic import HOSTILE, LINES, YEARS, make_programme

from assetplan.programme import Programme
from assetplan.report.facts import Facts
from assetplan.report.sections.value_for_money import SECTION


@pytest.fixture(scope="module")
def plain() -> Programme:
    return make_programme(20, 4)


def section(programme: Programme, **changes: object) -> str:
    """HTML on what more money would buy and on phasing, with some keys of the summary changed."""
    html = SECTION.render(Facts(with_summary(programme, **changes)))
    return html[html.index("<h3>What one more pound would buy") :]


def limits(price: float = 1.7) -> list[dict]:
    lines = [
        {"limit": f"bridges {year}", "key": {"kind": "line", "line": "bridges", "year": year}, "unit": "£"}
        for year in YEARS
    ]
    key = {"kind": "limit", "name": f"cap {HOSTILE}", "year": 2021}
    other = {"limit": f"cap {HOSTILE} 2021", "key": key, "unit": "m2"}
    return [
        {**row, "words": "", "kind": row["key"]["kind"], "cap": 4e6, "floor": None, "used": 4e6, "price": price}
        for row in (*lines, other)
    ]


def prices_of(rows: list[dict]) -> list[dict]:
    return [{name: row[name] for name in ("limit", "key", "price")} for row in rows]


def test_a_limit_reads_as_a_sentence_and_user_text_is_escaped(plain: Programme) -> None:
    html = section(plain, limits=limits(), prices=prices_of(limits()), prices_known=True)
    assert "<li>Another £1m of bridges in 2019/20 is worth £1.7m.</li>" in html
    assert html.count("<li>Another £1m of bridges") == 1, "a line is listed in its dearest year"
    assert "These hold for small changes" in html
    assert HOSTILE not in html
    assert "1,000,000 m2" in html
    assert html.count("<tr") == 2, "the table is of budget lines alone"


def test_prices_that_are_not_known_are_not_called_zero(plain: Programme) -> None:
    html = section(plain, prices_known=False)
    assert "stopped before it could tell" in html
    assert "do not bind" not in html


def test_no_limit_binds(plain: Programme) -> None:
    assert "No limit holds the plan back" in section(plain, prices=prices_of(limits(0.0)))


def test_phasing_shows_gain_and_amounts(plain: Programme) -> None:
    case = "years free"
    amounts = [{"case": case, "line": line, "year": year, "amount": 2e6} for line in LINES for year in YEARS]
    phased = {"cases": [{"case": case, "least": 2.7e6, "most": 2.8e6}], "amounts": amounts, "note": ""}
    html = section(plain, phasing=phased)
    assert "it would gain £2.7m to £2.8m" in html
    assert f"{2 * len(LINES) * len(YEARS):.2f}" in html, "all lines and years together, £m"
    assert "Not worked out. Too short." in section(plain, phasing={"cases": [], "amounts": [], "note": "Too short."})
    assert "phasing" not in section(plain)
