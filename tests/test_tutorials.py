"""What README and the tutorials show is what their commands print."""

from __future__ import annotations

from pathlib import Path

import pytest
from tutorials import PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_its_commands_print(page: Path, tutorial) -> None:
    assert tutorial(page)[0] == page.read_text(encoding="utf-8")
