"""The board report and the page of what differs, each one file that is written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assetplan.output import new_file, refuse_existing

if TYPE_CHECKING:
    from assetplan.answers import Comparison
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
    return _written(lambda: render_report(programme), path, force)


def write_differences(
    before: Programme, after: Programme, comparison: Comparison, path: str | Path, title: str, force: bool = False
) -> Path:
    """Write what differs between two programmes, on a map and in tables, as one HTML file that needs no other.

    Parameters
    ----------
    before, after, comparison : Programme, Programme, Comparison; the two, and from `compare` what differs
    path, force : as of `write_report`
    title : str; what the two are, as "As proposed beside half for bridges"

    Raises
    ------
    OutputExistsError, ValueError
        As `write_report`.
    """

    def render() -> str:
        from assetplan.report.differences import render_differences

        return render_differences(before, after, comparison, title)

    return _written(render, path, force)


def _written(render: Callable[[], str], path: str | Path, force: bool) -> Path:
    """A page in its file; a refusal costs nothing, for drawing the page takes seconds."""
    path = Path(path)
    refuse_existing(path, force)
    text = render()
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
    figure = ReportFigure(title, body, styles, scripts, {PACKET_ID: packet_text(payload.packet)})
    make_map(payload).add_to(figure)
    return figure.render()
