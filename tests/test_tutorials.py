"""What README and the tutorials show is what their commands print."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
from commands import too_wide
from tutorials import BLOCK, KIND, PAGES, commands_of, kind_of_machine, without_figures


# Pages show what one release of the modelling library gives: another may choose otherwise within the target gap.
@pytest.mark.slow
@pytest.mark.skipif(not version("pulp").startswith("3."), reason="the pages are written with PuLP 3")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_its_commands_print(page: Path, tutorial) -> None:
    now, text = tutorial(page)[0], page.read_text(encoding="utf-8")
    blocks = [block for kind, block in BLOCK.findall(now) if kind == "console"]
    runs = [pair for block in blocks for pair in commands_of(block) if pair[0].startswith("assetplan")]
    printed = [output for _, output in runs if not output.startswith("assetplan: ")]  # a fault is a line, however long
    assert not too_wide("\n".join(printed))
    assert without_figures(now) == without_figures(text)
    if kind_of_machine() == KIND.read_text(encoding="utf-8").strip():
        assert now == text


def test_words_are_compared_and_figures_are_not() -> None:
    page = "line   2019\n----------\nRoads  1.54\n"
    assert without_figures(page) == without_figures("line    2019\n-----------\nRoads  11.54 to 12.1\n")
    assert without_figures(page) != without_figures(page.replace("Roads", "Bridges"))
