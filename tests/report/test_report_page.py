"""The board's page in a browser: map, details, keyboard, paper, small screens, hostile names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from synthetic import HOSTILE

INK = """() => {
  const counts = {};
  for (const tile of document.querySelectorAll('canvas.leaflet-tile')) {
    const pixels = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;
    for (let i = 0; i < pixels.length; i += 4) {
      if (pixels[i + 3] < 255) continue;
      const key = [pixels[i], pixels[i + 1], pixels[i + 2]].join();
      counts[key] = (counts[key] || 0) + 1;
    }
  }
  return counts;
}"""
BLUE, ORANGE, PURPLE = "31,95,168", "217,96,26", "122,0,38"


def set_year(page, place: int) -> None:
    page.locator("#map-year").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')) }", place
    )


def middle(page) -> tuple[float, float]:
    box = page.locator("#map_plan").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_it_opens_alone_and_in_silence(report, open_page):
    page = open_page(report)
    assert page.asked == [report.as_uri()]
    assert page.messages == []
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert page.locator("main").count() == 1


def test_the_map_is_drawn_and_follows_the_year(report, open_page):
    page = open_page(report)
    last = page.evaluate(INK)
    assert min(last.get(BLUE, 0), last.get(ORANGE, 0)) > 50
    assert page.locator("#map-year-label").inner_text() == "2023/24"
    status = page.locator("#map-status").inner_text()
    set_year(page, 1)
    assert page.locator("#map-year-label").inner_text() == "2019/20"
    assert page.locator("#map-status").inner_text() != status
    assert page.evaluate(INK) != last
    page.click("#year-back")
    assert page.locator("#map-year-label").inner_text() == "Today"


@pytest.mark.slow
def test_doing_nothing_looks_worse_and_works_look_different(report, open_page):
    page = open_page(report)
    plan = page.evaluate(INK)
    page.check("input[value=nothing]")
    nothing = page.evaluate(INK)
    assert nothing.get(ORANGE, 0) + nothing.get(PURPLE, 0) > plan.get(ORANGE, 0) + plan.get(PURPLE, 0)
    page.check("input[value=works]")
    assert page.locator("#legend-works").is_visible()
    assert not page.locator("#legend-condition").is_visible()
    assert "items" in page.locator("#map-status").inner_text()
    assert page.evaluate(INK) not in (plan, nothing)


def test_the_status_agrees_with_the_table(report, open_page):
    page = open_page(report)
    cells = page.locator("#road-bands tbody tr").nth(1).locator("td").all_inner_texts()
    assert f": {cells[-1]} of" in page.locator("#map-status").inner_text()


@pytest.mark.slow
def test_layers_can_be_put_on_and_off(report, open_page):
    page = open_page(report)
    before = page.evaluate(INK)
    page.check("input[value=building]")
    with_buildings = page.evaluate(INK)
    assert with_buildings != before
    page.uncheck("input[value=building]")
    assert page.evaluate(INK) == before


@pytest.mark.slow
def test_a_search_by_name_goes_to_the_road(report, open_page):
    page = open_page(report)
    zoom = page.evaluate("map_plan.getZoom()")
    page.fill("#road", "a4018")
    assert page.locator("#roads option").count() == 1
    page.press("#road", "Enter")
    assert page.evaluate("map_plan.getZoom()") > zoom
    assert page.locator("#map-status").inner_text().startswith("A4018: 20 sections")
    assert page.locator("#details h4").inner_text() == "A4018"
    page.fill("#road", "no such road")
    page.click("#find button")
    assert page.locator("#map-status").inner_text() == "No road is called no such road."


@pytest.mark.slow
def test_details_by_pointer_touch_and_keyboard(report, open_page):
    page = open_page(report)
    page.fill("#road", "A4018")
    page.press("#road", "Enter")
    page.click("#walk-clear")
    assert page.locator("#details h4").count() == 0
    target = page.evaluate(
        "(() => { const i = assetplan.controls.names.get('A4018')[13];"
        "map_plan.setView(assetplan.controls.layer.shapeOf(i)[0][1], 16, {animate: false});"
        "return i })()"
    )
    assert target >= 0
    x, y = middle(page)
    page.mouse.move(x - 40, y - 40)
    page.mouse.move(x, y)
    page.wait_for_selector("#details h4")
    assert page.locator("#details").get_attribute("aria-live") == "off"
    page.mouse.click(x, y)
    assert page.locator("#walk").is_visible()
    assert page.locator("#details").get_attribute("aria-live") == "polite"
    page.locator("#map_plan").focus()
    page.keyboard.press("Escape")
    assert page.locator("#details h4").count() == 0
    page.keyboard.press("Enter")
    assert page.locator("#details h4").count() == 1
    first = page.locator("#details").inner_text()
    page.click("#walk-on")
    assert page.locator("#details").inner_text() != first
    assert "if nothing is done" in first


def test_details_name_the_works_their_cost_and_why(report, programme, open_page):
    page = open_page(report)
    roads = programme.works[programme.works["asset_class"] == "carriageway"]
    work = roads[roads["road"] != HOSTILE].iloc[0]
    length = programme.assets.set_index("asset_id").loc[work["asset_id"], "chainage_m"]
    page.evaluate(
        "([road, along]) => { const c = assetplan.controls; const i = c.names.get(road).find("
        "(one) => c.columns.chainage[one] === along); c.choose(i) }",
        [work["road"], length],
    )
    details = page.locator("#details").inner_text()
    assert f"{work['year']}/{(work['year'] + 1) % 100:02d} {work['label']}" in details
    assert f"£{round(work['cost']):,}" in details
    assert work["reason"] in details


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_nothing_runs_off_the_side(report, open_page, width):
    page = open_page(report, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # At the smallest width of all, with details and works shown, it still fits.
    page.check("input[value=works]")
    page.evaluate("assetplan.controls.choose(0)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.slow
def test_targets_are_large_enough(report, open_page, width):
    page = open_page(report, width=width)
    small = page.evaluate(
        "[...document.querySelectorAll('button, input[type=text], input[type=range], .views label, .layers label,"
        "summary, .leaflet-bar a, .contents a')].filter((n) => n.checkVisibility())"
        ".map((n) => [n.outerHTML.slice(0, 60), "
        "n.getBoundingClientRect()]).filter(([, r]) => r.width < 24 || r.height < 24).map(([t]) => t)"
    )
    assert small == []


@pytest.mark.slow
def test_paper_gets_the_still_map(report, open_page, tmp_path):
    page = open_page(report)
    assert not page.locator(".still").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".still").is_visible()
    assert page.locator(".still").evaluate("(image) => image.naturalWidth") > 600
    assert not page.locator(".map-panel").is_visible()
    page.emulate_media(media="screen")
    pdf = Path(tmp_path / "report.pdf")
    page.pdf(path=str(pdf), prefer_css_page_size=True)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(content) < 600_000


def test_without_scripts_the_still_map_takes_its_place(report, open_page):
    page = open_page(report, ready=False, java_script_enabled=False)
    assert page.locator(".still").is_visible()
    assert not page.locator(".map-panel").is_visible()


def test_hostile_names_are_only_text(report, open_page):
    page = open_page(report)
    assert page.messages == []
    assert page.locator("main b").count() == 0
    assert HOSTILE in page.locator("header").inner_text()
    page.fill("#road", HOSTILE)
    page.press("#road", "Enter")
    assert page.locator("#details h4").inner_text() == HOSTILE
    assert page.locator("#details b, #map-status b, #roads b").count() == 0
    assert "49" not in page.locator("#details h4").inner_text()
    names = page.locator(".place").all_text_contents()
    assert HOSTILE in names
    assert page.messages == []


@pytest.mark.slow
def test_every_scroll_region_has_a_name_and_the_keyboard(report, open_page):
    page = open_page(report)
    nameless = page.evaluate(
        "[...document.querySelectorAll('[aria-labelledby], [aria-describedby]')].filter((n) => "
        "n.getAttribute('aria-labelledby').split(' ').some((id) => !document.getElementById(id))).length"
    )
    assert nameless == 0
    assert page.locator(".scroll:not([tabindex='0'])").count() == 0
    assert page.locator("table").count() == page.locator("table caption").count()
    assert (
        page.evaluate("new Set([...document.querySelectorAll('[id]')].map((n) => n.id)).size")
        == page.locator("[id]").count()
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_the_browser_reads_what_was_packed(report, programme, open_page):
    from packets import decode_cases, unpack

    from assetplan.report.payload import make_payload

    payload = make_payload(programme)
    header, columns = unpack(payload.packet)
    page = open_page(report)
    unpacked = json.loads(
        page.evaluate(
            "(() => { const d = assetplan.controls.layer.data; return JSON.stringify({"
            "columns: Object.fromEntries(Object.entries(d.columns).map(([k, v]) => [k, [...v]])),"
            "nothing: d.nothing.map((r) => [...r]), plan: d.plan.map((r) => [...r]),"
            "shape: assetplan.controls.layer.shapeOf(0), labels: d.header.labels,"
            "reason: d.header.count ? d.workReason(0) : '' }) })()"
        )
    )
    for name, values in columns.items():
        assert unpacked["columns"][name] == values.tolist(), name
    nothing, plan = decode_cases(columns["nothing"], columns["plan"], len(header["years"]))
    assert unpacked["nothing"] == nothing.tolist()
    assert unpacked["plan"] == plan.tolist()
    assert unpacked["labels"] == header["labels"]
    start = [columns["line_start_y"][0] / 1e5, columns["line_start_x"][0] / 1e5]
    assert unpacked["shape"][0][0] == pytest.approx(start, abs=2e-6)  # single precision about the map's origin
    assert unpacked["reason"] in set(programme.works["reason"])


def test_the_years_ahead_show_every_year_on_paper(report: Path, open_page) -> None:
    page = open_page(report, width=720)
    page.emulate_media(media="print")
    table = page.locator("#outlook")
    assert table.locator("thead th").count() == 7
    assert table.locator("tbody tr.group").count() == 6
    wide = table.evaluate(
        "table => [table.getBoundingClientRect().right, table.parentElement.getBoundingClientRect().right]"
    )
    assert wide[0] <= wide[1] + 1
    assert "50 futures" in page.locator("text=The years ahead").locator("xpath=following-sibling::p[1]").inner_text()
    assert page.locator("#short-life-title").count() == 1
