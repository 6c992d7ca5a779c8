"""What README and the tutorials show is what their commands print."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
from tutorials import PAGES

# Pages show what one release of the modelling library gives: another may choose otherwise within the target gap.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not version("pulp").startswith("3."), reason="the pages are written with PuLP 3"),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_its_commands_print(page: Path, tutorial) -> None:
    assert tutorial(page)[0] == page.read_text(encoding="utf-8")
