"""Tables of more columns than paper is wide are set smaller there, and fit."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from assetplan.report.tables import Row, Table

HEADS = [
    *("Budget line", "Option", "Capital cost", "Present value of cost", "Reactive maintenance", "Claims", "Risk"),
    *("User costs", "Detours", "Energy", "Avoided cost in all", "Benefit", "Net present value", "Benefit–cost ratio"),
    *("Index at the end", "Share in poor condition at the end", "Owner"),
]


def of_columns(count: int) -> Table:
    """A table as wide as the county's business case, with the longest owner of its indicators."""
    figures = [f"{1234.5 + k:,.2f}" for k in range(count - 3)]
    cells = ("All at its best", *figures, "Head of Highway Maintenance and Network Resilience")
    return Table(
        "case", "Business case by line", HEADS[: count - 1] + HEADS[-1:], [Row("Major works", cells)], (0, count - 2)
    )


@pytest.mark.parametrize(("count", "wide"), [(12, False), (13, True), (17, True)])
def test_only_a_table_of_many_columns_is_set_smaller(count: int, wide: bool) -> None:
    assert ('class="wide"' in of_columns(count).__html__()) is wide


@pytest.mark.slow
@pytest.mark.parametrize("count", [13, 15, 17])
def test_a_table_of_many_columns_fits_on_paper(count: int, open_page: Callable[..., Any], tmp_path: Path) -> None:
    style = (resources.files("assetplan.report") / "assets" / "report.css").read_text(encoding="utf-8")
    file = tmp_path / "page.html"
    head = f'<html lang="en-GB"><meta charset="utf-8"><style>{style}</style>'
    file.write_text(f"{head}<body><main>{of_columns(count).__html__()}</main></html>", encoding="utf-8")
    page = open_page(file, width=700, ready=False)
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('table').getBoundingClientRect().right") <= 700
