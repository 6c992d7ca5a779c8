"""Links lead somewhere, in the repository as on the site; links to the web are whole addresses."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pages import DOCS, PAGES, anchors, links
from places import ROOT

_CONTENTS = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_a_file_and_a_place_in_it(page: Path) -> None:
    wrong = []
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            if parts.scheme not in ("https", "http") or "." not in parts.netloc:
                wrong.append(link)
            continue
        target = (page.parent / parts.path).resolve() if parts.path else page
        there = target.exists() and target.is_relative_to(ROOT)
        if not there or (parts.fragment and parts.fragment not in anchors(target)):
            wrong.append(link)
    assert wrong == []


def test_every_page_is_in_the_contents() -> None:
    contents = _CONTENTS.findall((DOCS / "index.md").read_text(encoding="utf-8"))
    listed = [line for part in contents for line in part.splitlines() if line and not line.startswith(":")]
    files = [*DOCS.rglob("*.md"), *DOCS.glob("notebooks/*.ipynb")]
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in files} - {"index"}
    assert [page for page in sorted(pages) if not any(fnmatch(page, name) for name in listed)] == []
    assert [name for name in listed if not any(fnmatch(page, name) for page in pages)] == []
