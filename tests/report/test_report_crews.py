"""Days of crews in the report, on the terminal and among what more would be worth."""

from __future__ import annotations

import pytest
from summaries import with_summary
from synthetic import HOSTILE, YEARS, make_programme

from assetplan.cli.plan_text import summary_text
from assetplan.programme import Programme
from assetplan.programme.words import price_sentences
from assetplan.report.facts import Facts
from assetplan.report.sections.largest_works import SECTION


@pytest.fixture(scope="module")
def plain() -> Programme:
    return make_programme(4, 2)


def rows(most: float | None) -> list[dict]:
    return [{"crew": f"crew {HOSTILE}", "year": year, "days_used": 118.4, "days_available": most} for year in YEARS]


def test_crews_that_are_stated_have_their_days_by_year(plain: Programme) -> None:
    programme = with_summary(plain, crews=rows(130.0))
    html, text = SECTION.render(Facts(programme)), summary_text(programme)
    assert "Days of each crew, of those it has" in html
    assert html.count("118 of 130") == text.count("118 of 130") == len(YEARS)
    assert HOSTILE not in html
    without = with_summary(plain, crews=rows(None))
    assert "Days of each crew" not in SECTION.render(Facts(without))
    assert "Crews" not in summary_text(without)


def test_a_crew_is_worth_what_it_is_in_its_dearest_year(plain: Programme) -> None:
    same = {"words": "", "unit": "crew-days", "kind": "crew", "cap": 130.0, "floor": None, "used": 130.0}
    limits = [
        {**same, "limit": f"crew {year}", "key": {"kind": "crew", "name": "crew", "year": year}, "price": 100.0 + place}
        for place, year in enumerate(YEARS)
    ]
    (sentence,) = price_sentences(with_summary(plain, limits=limits, prices_known=True).summary)
    last = f"{YEARS[-1]}/{(YEARS[-1] + 1) % 100}"
    assert sentence == f"Another 10 crew-days of crew in {last} is worth £{10 * limits[-1]['price']:,.0f}."
    few = [{**row, "cap": 12.0} for row in limits]
    assert price_sentences(with_summary(plain, limits=few, prices_known=True).summary)[0].startswith(
        "Another 1 crew-day "
    )
