"""A map in a notebook's cell, opened in a browser without a network."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any


def cell(shown: Any, folder: Path) -> Path:
    """A page with the map as a notebook shows it."""
    path = folder / "cell.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{shown._repr_html_()}", encoding="utf-8")
    return path


def opened(browser: Any, path: Path) -> tuple[Any, Any, float]:
    """The page, the frame of its map once that is drawn, and how long that took (s)."""
    context = browser.new_context(viewport={"width": 1000, "height": 720})
    context.set_offline(True)
    page = context.new_page()
    page.messages = []
    page.on("console", lambda message: page.messages.append(message.text))
    page.on("pageerror", lambda error: page.messages.append(str(error)))
    start = time.perf_counter()
    page.goto(path.as_uri())
    inner = page.frames[-1]
    inner.wait_for_selector("html.ready")
    inner.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return page, inner, time.perf_counter() - start
