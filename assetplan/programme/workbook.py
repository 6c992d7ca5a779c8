"""The programme as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from assetplan.programme.result import Programme

_SHEETS = ("programme", "spend", "condition")


def write_workbook(programme: Programme, works: pd.DataFrame, path: Path) -> None:
    """Programme, spend and condition as sheets; register text is never taken for a formula or a link."""
    from datetime import UTC, datetime

    import pandas as pd
    import xlsxwriter

    sheets = (works, pd.DataFrame(programme.summary["spend"]), pd.DataFrame(programme.summary["condition"]))
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        # A workbook carries the time it was made; a fixed one keeps the bytes the same.
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC), "title": programme.summary["title"]})
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
        for name, frame in zip(_SHEETS, sheets, strict=True):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            sheet.write_row(0, 0, list(frame.columns), bold)
            for place, column in enumerate(frame.columns):
                plain = money if column in ("cost", "benefit", "amount", "limit") else None
                sheet.set_column(place, place, 14 if plain is None else 16, plain)
                # A missing number is an empty cell.
                cells = frame[column].astype(object).where(frame[column].notna(), None).tolist()
                sheet.write_column(1, place, cells)
            if len(frame):
                sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
