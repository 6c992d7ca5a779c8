"""The programme as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assetplan.programme.sheets import add_sheet, new_book

if TYPE_CHECKING:
    import pandas as pd

    from assetplan.programme.result import Programme

_MONEY = dict.fromkeys(("cost", "benefit", "amount", "limit"), "#,##0")


def write_workbook(programme: Programme, works: pd.DataFrame, path: Path) -> None:
    """Programme, spend and condition as sheets."""
    import pandas as pd

    summary = programme.summary
    with new_book(path, summary["title"]) as book:
        add_sheet(book, "programme", works, _MONEY)
        for name in ("spend", "condition"):
            add_sheet(book, name, pd.DataFrame(summary[name]), _MONEY)
