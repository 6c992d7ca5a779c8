"""The board report as one file: sections in order around the map, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assetplan.output import new_file, refuse_existing

if TYPE_CHECKING:
    from assetplan.programme import Programme


def write_report(programme: Programme, path: str | Path, force: bool = False) -> Path:
    """Write the board report as one HTML file that needs no other.

    Parameters
    ----------
    programme : Programme; what to report; see its docstring
    path : path; where the file goes; its folder is made if need be
    force : bool; whether a file already there may be replaced

    Raises
    ------
    OutputExistsError
        The file is there already and `force` is not set.
    ValueError
        The assets have no coordinate reference system.
    """
    path = Path(path)
    # A refusal costs nothing; drawing the report takes seconds.
    refuse_existing(path, force)
    text = render_report(programme)
    with new_file(path, force) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return path


def render_report(programme: Programme) -> str:
    """Return the board report's HTML; the same programme gives the same text."""
    # Folium and matplotlib take seconds to import, so only a report pays for them.
    from assetplan.report.facts import Facts
    from assetplan.report.figure import ReportFigure, asset_text
    from assetplan.report.layer import PACKET_ID, SCRIPTS, make_map, packet_text
    from assetplan.report.markup import render
    from assetplan.report.sections import SECTIONS
    from assetplan.words import financial_year

    facts = Facts(programme)
    summary, payload = facts.summary, facts.payload
    title = summary.title or (f"Capital programme {financial_year(facts.years[0])} to {financial_year(facts.last)}")
    rendered = [(section, section.render(facts)) for section in SECTIONS]
    body = render(
        "page.html",
        title=title,
        authority=summary.authority,
        plan=summary.plan,
        note=summary.note,
        edited=programme.edited,
        sections=[(section, html) for section, html in rendered if html],
    )
    styles = [asset_text("report.css")]
    if payload is None:
        return ReportFigure(title, body, styles).render()
    scripts = [asset_text(name) for name in ("live.js", *SCRIPTS)]
    figure = ReportFigure(title, body, styles, scripts, {PACKET_ID: packet_text(payload)})
    make_map(payload).add_to(figure)
    return figure.render()
