"""Accessible tables: caption, scopes, numbers to the right, and a scroll region that the keyboard can reach; folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assetplan.report.wording import escape


@dataclass(frozen=True)
class Row:
    """One row of a table: its header, its cells, and how it stands out ("", "total", "muted" or "group")."""

    head: str
    cells: tuple[str, ...] = ()
    kind: str = ""


def table(
    name: str,
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Row],
    text_columns: Sequence[int] = (),
    basis: str = "",
) -> str:
    """Return a table as HTML; every text in it is escaped here.

    Parameters
    ----------
    name : str
        Names the table within the page; makes its element ids.
    caption : str
        What the table shows, with the unit.
    heads : sequence of str
        Column headers, that of the row headers first.
    rows : sequence of Row
        Rows from the top; a row of kind "group" heads the rows after it.
    text_columns : sequence of int
        Cells (0 the first after the row header) that hold text, set to the left.
    basis : str
        Which money the amounts are in, said under the caption.
    """
    left = set(text_columns)
    label = f"{name}-caption"
    columns = "".join(
        f'<th scope="col"{_side(index - 1, left)}>{escape(head)}</th>' for index, head in enumerate(heads)
    )
    under = f'<span class="basis">{escape(basis)}</span>' if basis else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{label}">'
        f'<table id="{name}"><caption id="{label}"><span>{escape(caption)}</span>{under}</caption>'
        f"<thead><tr>{columns}</tr></thead>{_bodies(rows, len(heads), left)}</table></div>"
    )


def _side(cell: int, left: set[int]) -> str:
    return "" if cell < 0 or cell in left else ' class="n"'


def _bodies(rows: Sequence[Row], width: int, left: set[int]) -> str:
    parts: list[str] = ["<tbody>"]
    for row in rows:
        if row.kind == "group":
            if parts[-1] != "<tbody>":
                parts.append("</tbody><tbody>")
            parts.append(f'<tr class="group"><th scope="rowgroup" colspan="{width}">{escape(row.head)}</th></tr>')
            continue
        cells = "".join(f"<td{_side(index, left)}>{escape(cell)}</td>" for index, cell in enumerate(row.cells))
        kind = f' class="{row.kind}"' if row.kind else ""
        parts.append(f'<tr{kind}><th scope="row">{escape(row.head)}</th>{cells}</tr>')
    return "".join([*parts, "</tbody>"])


def fold(title: str, body: str) -> str:
    """Return a block that is closed on the screen until it is asked for, and open on paper; both parts are HTML."""
    return f"<details><summary>{title}</summary>{body}</details>"
