"""The section on money: what it shows of the statements, in which money, for whom, and on how little room."""

from __future__ import annotations

import re

import pytest
from markupsafe import escape
from summaries import with_summary
from synthetic import HOSTILE, make_programme
from synthetic_money import DEBT_YEARS

from assetplan.programme import Programme
from assetplan.report.charts import Series, lines
from assetplan.report.page import render_report

SECTION = "section[aria-labelledby=money-heading]"
OPEN = f"document.querySelectorAll('{SECTION} details').forEach((node) => (node.open = true))"


@pytest.fixture(scope="module")
def small() -> Programme:
    return make_programme(n_roads=30, per_road=6)


def keeping(programme: Programme, *names: str) -> Programme:
    kept = [statement for statement in programme.summary.finance if statement["name"] in names]
    return with_summary(programme, finance=kept)


@pytest.fixture(scope="module")
def text(small: Programme) -> str:
    return render_report(small)


def table(text: str, name: str) -> tuple[list[str], dict[str, list[str]]]:
    """Heads of a table, and its cells by the head of their row."""
    body = re.search(rf'<table id="finance-{name}">(.*?)</table>', text)[1]
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', body)
    rows = re.findall(r'<tr[^>]*><th scope="row">(.*?)</th>(.*?)</tr>', body)
    return heads, {head: re.findall(r"<td[^>]*>(.*?)</td>", cells) for head, cells in rows}


def test_a_range_is_printed_as_its_two_ends_and_never_as_one_point(text):
    heads, rows = table(text, "approved-profile")
    assert heads == ["Budget line", "Current", *(f"{y}/{y - 1999}" for y in range(2019, 2024)), "Total additional"]
    assert rows["Property"] == ["2.5", *["20.0–40.0"] * 5, "100.0–200.0"]
    assert rows["Highway drainage"] == ["2.5", *["10.4"] * 5, "52.0"]
    assert rows["Total"][1] == "85.4–105.4"  # 8.4 to 13.4 of the six others
    assert rows["Total of lines without a range"][1] == "65.4"
    assert table(text, "variance")[1]["Property"] == ["112.5–212.5", "107.5", "−5.0"]


def test_every_table_names_the_money_it_is_in(text, small):
    section = re.search(r'<section aria-labelledby="money-heading">.*?</section>', text, re.DOTALL)[0]
    captions = re.findall(r"<caption[^>]*>(.*?)</caption>", section)
    known = {f"{statement['unit']}, {statement['prices']}" for statement in small.summary.finance}
    assert len(captions) >= len(small.summary.finance) - 2  # three valuations are one table
    for caption in captions:
        assert re.search(r'<span class="basis">(.*?)</span>$', caption)[1] in known


def test_borrowing_is_stacked_last_and_put_into_words(text):
    chart = re.search(r'<figure[^>]*aria-labelledby="payers-title">(.*?)</figure>', text)[1]
    assert "Borrowed: £16m in 2019/20, £0 in 2020/21, £13m in 2021/22" in chart
    names = re.findall(r'<text x="454"[^>]*>(.*?)</text>', chart)
    assert names == [escape(f"{HOSTILE} (borrowed)"), "property budget", "highways grant"]
    assert "Borrowed, cash: £16m in 2019/20, £13m in 2021/22, £13m in 2022/23, £13m in 2023/24: £55m in all." in text
    assert "£1 more confirmed income in 2019/20 and every later year buys £1.46 of benefit." in text
    assert "In the tightest year, 2019/20, debt costs £444,000 against confirmed income of £444,000." in text


def test_debt_is_followed_until_it_is_paid_off_and_forecast_income_kept_apart(text):
    heads, near = table(text, "affordability")
    assert heads == ["", "2019/20", "2020/21", "2021/22", "2022/23", "2023/24", "2024/25"]
    assert near["Confirmed income"][1] == "1,944"
    assert near["Forecast income"] == ["0.0"] * 5 + ["120.5"]
    assert len(table(text, "affordability-all")[1]) == DEBT_YEARS
    chart = re.search(r'<figure[^>]*aria-labelledby="debt-title">(.*?)</figure>', text)[1]
    assert {re.sub(":.*", "", name) for name in re.findall(r'class="strong"[^>]*>(.*?)</text>', chart)} == {
        *("Confirmed income", "Debt cost", "Forecast income"),
    }


def test_valuations_stand_side_by_side(text):
    _, rows = table(text, "valuation")
    assert rows["Bridge"] == ["680.700", "408.420", "272.280", "394.806"]
    assert list(rows)[-1] == "Total"


def test_names_of_lines_and_other_tables_are_shown(text):
    assert table(text, "movements")[1]["V001"][1:3] == [
        "Preventative carriageway treatments",
        "Major carriageway repairs",
    ]
    assert "finance-business-case" in text
    assert "finance-avoided-cost" in text


def test_a_plan_without_money_has_no_such_section(small):
    text = render_report(keeping(small, "valuation_today", "valuation_do_nothing", "valuation_plan", "late_multiple"))
    assert "money-heading" not in text
    assert "finance-valuation" in text
    assert "finance-late-multiple" in text
    bare = render_report(keeping(small))
    assert "finance-" not in bare


def test_each_cause_alone_makes_the_section(small):
    for name in ("approved_profile", "financing", "affordability"):
        text = render_report(keeping(small, name))
        assert '<a href="#money-heading">The money</a>' in text
        assert text.count('id="finance-') == (4 if name == "affordability" else 2)  # table and caption of each


def test_a_chart_reaches_below_zero_where_a_line_does():
    chart = escape(lines("n", "t", "d", "£", ["2019/20", "2020/21"], [Series("Income", [-50.0, 100.0], "#000")]))
    marks = [float(y) for y in re.findall(r'<circle cx="[^"]*" cy="([^"]*)"', chart)]
    axis = [float(y) for y in re.findall(r'<path d="M46 ([\d.]+)h', chart)]
    assert min(axis) <= min(marks)
    assert max(marks) <= max(axis)
    assert ">−60<" in chart or ">−50<" in chart


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_wide_tables_scroll_in_their_own_box(report, open_page, width):
    page = open_page(report, width=width)
    page.evaluate(OPEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    loose = page.evaluate(
        f"[...document.querySelectorAll('{SECTION} table, {SECTION} svg')].filter((node) => "
        "!node.closest('.scroll[tabindex=\"0\"]')).length"
    )
    assert loose == 0


def test_tables_fit_on_paper(report, open_page):
    page = open_page(report, width=688)  # A4 less its margins
    page.emulate_media(media="print")
    page.evaluate(OPEN)
    wide = page.evaluate(
        f"[...document.querySelectorAll('{SECTION} table')].filter((node) => node.getBoundingClientRect().right > "
        "node.parentElement.getBoundingClientRect().right + 1).map((node) => node.id)"
    )
    assert wide == []


def test_hostile_names_of_sources_are_only_text(report, open_page):
    page = open_page(report)
    page.evaluate(OPEN)
    assert page.messages == []
    assert page.locator(f"{SECTION} b, {SECTION} script").count() == 0
    assert HOSTILE in page.locator("#finance-financing").inner_text()
    assert HOSTILE in page.locator("#finance-medium-term").inner_text()
    assert HOSTILE in page.locator("#finance-movements").inner_text()
