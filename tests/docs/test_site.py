"""The site that `make docs` built, as a file and with networking off: equations, search, width, light and dark."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from places import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SITE = ROOT / "build" / "site"
PAGES = (
    *("index", "start", "method", "plan-file", "nomenclature", "register", "tutorials/01-first-plan"),
    *(
        "notebooks/01-first-plan",
        "reference/plan-keys",
        "reference/packaged-tables",
        "reference/commands",
        "reference/api",
    ),
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync = pytest.importorskip("playwright.sync_api")
    if shutil.which("chromium") is None or not (SITE / "index.html").is_file():
        if os.environ.get("ASSETPLAN_ALL_TESTS"):
            pytest.fail("no chromium, or no site: make docs first")
        pytest.skip("needs chromium, and the site that make docs builds")
    with sync.sync_playwright() as play:
        yield play.chromium.launch(executable_path=shutil.which("chromium"))


def opened(browser: Browser, width: int, scheme: str = "light") -> tuple[Page, list[str]]:
    """A page without a network, and the addresses that it asks for."""
    page = browser.new_context(viewport={"width": width, "height": 900}, offline=True, color_scheme=scheme).new_page()
    asked: list[str] = []
    page.on(
        "request", lambda request: None if request.url.startswith(("file:", "data:")) else asked.append(request.url)
    )
    return page, asked


@pytest.mark.parametrize("width", [1280, 640, 320])
def test_no_page_asks_for_the_network_or_is_wider_than_its_window(browser: Browser, width: int) -> None:
    page, asked = opened(browser, width)
    for name in PAGES:
        page.goto((SITE / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_equations_are_drawn(browser: Browser) -> None:
    page, _ = opened(browser, 1280)
    page.goto((SITE / "method.html").as_uri())
    boxes = "[...document.querySelectorAll('math')].map(math => math.getBoundingClientRect().toJSON())"
    sizes = page.evaluate(boxes)
    assert len(sizes) > 300
    assert all(size["width"] > 0 and size["height"] > 0 for size in sizes)
    # A fraction stands higher than a line of text: the browser sets it, and does not print its parts in a row.
    assert page.evaluate("document.querySelector('math mfrac').getBoundingClientRect().height") > 20


def test_the_search_answers_from_a_file(browser: Browser) -> None:
    page, _ = opened(browser, 1280)
    page.goto((SITE / "search.html").as_uri() + "?q=retexturing")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a").count() >= 1


def test_dark_is_dark(browser: Browser) -> None:
    lightness = []
    for scheme in ("light", "dark"):
        page, _ = opened(browser, 1280, scheme)
        page.goto((SITE / "index.html").as_uri())
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        lightness.append(sum(int(part) for part in re.findall(r"\d+", colour)[:3]))
    assert lightness[0] > 600
    assert lightness[1] < 150


def test_links_between_pages_lead_to_pages() -> None:
    if not (SITE / "index.html").is_file():
        pytest.skip("needs the site that make docs builds")
    wrong = []
    for path in sorted(SITE.rglob("*.html")):
        for link in re.findall(r'(?:href|src)="([^"#?:]+)[#?]?[^":]*"', path.read_text(encoding="utf-8")):
            if not (path.parent / Path(link)).exists():
                wrong.append(f"{path.relative_to(SITE)}: {link}")
    assert wrong == []
