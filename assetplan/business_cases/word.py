"""A business case as a Word document: tables marked for readers of screens, and the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetplan.business_cases.document import CaseDocument
from assetplan.report.tables import Noted

if TYPE_CHECKING:
    from docx.document import Document

_MADE = datetime(2000, 1, 1)  # documents and archives carry the time they were made: a fixed one keeps the bytes


def write_word(case: CaseDocument, path: Path) -> None:
    """Write a document as a .docx file.

    python-docx marks neither header rows nor captions nor descriptions of tables, so they are set in the XML.

    Parameters
    ----------
    case, path : CaseDocument, Path; what it says, and where
    """
    import docx

    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.language = _plain(case.title), "assetplan", "en-GB"
    properties.comments, properties.created, properties.modified = "", _MADE, _MADE
    document.sections[0].header.paragraphs[0].text = _plain(case.title)
    document.add_paragraph(_plain(case.subject))
    document.add_heading(_plain(case.title), level=0)
    for name, text in case.cover:
        line = document.add_paragraph()
        line.add_run(f"{name}: ").bold = True
        line.add_run(_plain(text))
    for heading, parts in case.sections:
        document.add_heading(heading, level=1)
        for part in parts:
            if isinstance(part, Noted):
                _add_table(document, part)
            else:
                document.add_paragraph(_plain(part))
    made = io.BytesIO()
    document.save(made)
    path.write_bytes(_dateless(made.getvalue()))


def _add_table(document: Document, noted: Noted) -> None:
    """A table under its caption, its first row marked as header and repeated on each page."""
    table = noted.table
    caption = f"{table.caption} ({table.basis})" if table.basis else table.caption
    document.add_paragraph(_plain(caption), style="Caption").paragraph_format.keep_with_next = True
    made = document.add_table(rows=1 + len(table.rows), cols=len(table.heads), style="Table Grid")
    for row, cells in zip(made.rows, [table.heads, *((row.head, *row.cells) for row in table.rows)], strict=True):
        for place, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.text = _plain(text)
            if place and place - 1 not in table.text_columns:
                cell.paragraphs[0].alignment = 2  # to the right
    for cell in made.rows[0].cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True
    _mark(made.rows[0]._tr.get_or_add_trPr(), "w:tblHeader", "true")
    described = f"Columns: {', '.join(table.heads)}. Rows: {len(table.rows)}."
    for tag, text in (("w:tblCaption", caption), ("w:tblDescription", described)):
        _mark(made._tbl.tblPr, tag, _plain(text))
    if noted.note:
        document.add_paragraph(_plain(noted.note))


def _mark(within: Any, tag: str, value: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    element.set(qn("w:val"), value)
    within.append(element)


def _plain(text: str) -> str:
    """Text that XML can hold: without control characters."""
    return "".join(letter for letter in text if letter in "\t\n" or ord(letter) >= 32)


def _dateless(packed: bytes) -> bytes:
    """The same archive with one date on every file in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _MADE.timetuple()[:6]), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
