"""One report written once, and opened without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from synthetic import make_programme

from assetplan.programme import Programme
from assetplan.report import write_report


@pytest.fixture(scope="session")
def programme() -> Programme:
    return make_programme(n_roads=90, per_road=10)


@pytest.fixture(scope="session")
def report(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(programme, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a file without a network; what the page reports and asks for is in its `.messages` and `.asked`."""
    contexts = []

    def open_file(path: Path, width: int = 1280, height: int = 900, ready: bool = True, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_offline(True)
        context.route(lambda url: not url.startswith(("file:", "data:", "blob:")), lambda route: route.abort())
        page = context.new_page()
        page.messages, page.asked = [], []
        page.on("console", lambda message: page.messages.append(message.text))
        page.on("pageerror", lambda error: page.messages.append(str(error)))
        page.on("dialog", lambda dialog: (page.messages.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        if ready:
            page.wait_for_selector("html.ready")
        return page

    yield open_file
    for context in contexts:
        context.close()
