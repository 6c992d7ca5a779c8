"""The board report as one file: sections in order around the map, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assetplan.output import new_file, refuse_existing

if TYPE_CHECKING:
    from assetplan.programme import Programme
    from assetplan.report.facts import Facts


def write_report(programme: Programme, path: str | Path, force: bool = False) -> Path:
    """Write the board report as one HTML file that needs no other.

    Parameters
    ----------
    programme : Programme
        What to report; see its docstring. Keys missing from its summary leave out what rests on them.
    path : path
        Where the file goes; its folder is made if need be.
    force : bool
        Whether a file already there may be replaced.

    Returns
    -------
    Path
        The file written.

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
    from assetplan.report import method, money, sections
    from assetplan.report.facts import Facts
    from assetplan.report.figure import ReportFigure, asset_text
    from assetplan.report.layer import PACKET_ID, SCRIPTS, make_map, packet_text
    from assetplan.report.mapview import after_map, before_map, no_map
    from assetplan.report.payload import make_payload
    from assetplan.report.printed import still_map
    from assetplan.report.wording import escape

    facts = Facts(programme)
    payload = make_payload(programme)
    if payload is None:
        around = (no_map(facts), "")
    else:
        around = (before_map(facts, payload, still_map(programme)), after_map(facts, payload))
    rest = [sections.condition, sections.spending, money.money, sections.works, method.value, method.about]
    figure = ReportFigure(
        title=escape(_title(facts)),
        before=_header(facts) + sections.headline(facts) + around[0],
        after=around[1] + "".join(part(facts) for part in rest) + "</main>",
        styles=[asset_text("report.css")],
        scripts=[asset_text(name) for name in ("live.js", *SCRIPTS)] if payload else [],
        data=[(PACKET_ID, packet_text(payload))] if payload else [],
    )
    if payload:
        make_map(payload).add_to(figure)
    return figure.render()


_CONTENTS = (
    ("headline", "Headline figures"),
    ("map", "Map"),
    ("condition", "Condition"),
    ("spend", "Spending"),
    ("money", "The money"),
    ("works", "Largest works"),
    ("value", "Value for money"),
    ("about", "About this report"),
)


def _title(facts: Facts) -> str:
    from assetplan.report.wording import financial_year

    given = facts.summary.get("title")
    span = f"{financial_year(facts.years[0])} to {financial_year(facts.last)}"
    return str(given) if given else f"Capital programme {span}"


def _header(facts: Facts) -> str:
    """The page's first landmark, its contents, and the note that says what the figures are."""
    from assetplan.report.money import has_money
    from assetplan.report.wording import escape

    summary = facts.summary
    authority = summary.get("authority")
    over = f'<p class="authority">{escape(authority)}</p>' if authority else ""
    plan = summary.get("plan")
    under = f"Report to the capital board. Plan: {escape(plan)}." if plan else "Report to the capital board."
    contents = [entry for entry in _CONTENTS if entry[0] != "money" or has_money(facts)]
    links = "".join(f'<li><a href="#{name}-heading">{label}</a></li>' for name, label in contents)
    note = summary.get("note")
    said = f'<p class="note"><strong>Note.</strong> {escape(note)}</p>' if note else ""
    return (
        '<a class="skip" href="#main">Skip to the report</a>'
        f'<header class="top"><div class="inner">{over}<h1>{escape(_title(facts))}</h1><p>{under}</p></div></header>'
        f'<nav class="contents" aria-label="Contents"><ul class="inner">{links}</ul></nav>'
        f'<main id="main" class="inner" tabindex="-1">{said}'
    )
