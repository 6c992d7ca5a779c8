"""What the tutorials show is what their commands print."""

from __future__ import annotations

from pathlib import Path

import pytest
from tutorials import PAGES, carried_out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_shows_what_its_commands_print(page: Path, shared: Path, tmp_path: Path) -> None:
    assert carried_out(page, tmp_path) == page.read_text(encoding="utf-8")
