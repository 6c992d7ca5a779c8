"""A Folium figure that stands alone: every script and style in the page, nothing fetched, nothing compiled twice."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from branca.element import CssLink, Figure, JavascriptLink
from markupsafe import Markup

from assetplan.report.markup import render

LEAFLET_JS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"
LEAFLET_CSS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css"


class ReportFigure(Figure):
    """The page as a document: its head, its policy, its body, its data and scripts.

    Parameters
    ----------
    title : str; title of the page
    body : Markup
        HTML of the body. A map of it is added to the figure too, for what it needs in the head and as script.
    styles, scripts : iterable of str; the report's own style sheets and scripts
    data : mapping of str to str; text of data blocks by their element id; it must be free of `<`
    """

    def __init__(
        self,
        title: str,
        body: Markup,
        styles: Iterable[str] = (),
        scripts: Iterable[str] = (),
        data: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._id = "report"
        self.title = title
        self.header._children.clear()
        self._body, self._styles, self._scripts, self._data = body, tuple(styles), tuple(scripts), data or {}

    def render(self, **kwargs: Any) -> str:
        """Return the whole page.

        Raises ValueError where a part of the map asks for a file that this page has no text of.
        """
        for child in self._children.values():
            child.render(**kwargs)
        asked = list(self.header._children.values())
        for child in asked:
            if not isinstance(child, (CssLink, JavascriptLink)):
                raise ValueError(f"the report's page has no place for {child.get_name()} in its head")
        styles = [text_of(child.url) for child in asked if isinstance(child, CssLink)]
        scripts = [text_of(child.url) for child in asked if isinstance(child, JavascriptLink)]
        styles += self._styles
        scripts += self._scripts
        run = "\n".join(child.render() for child in self.script._children.values())
        if run.strip():
            scripts.append(f"\n{run}\n")
        page = render(
            "document.html",
            title=self.title,
            body=self._body,
            policy=_policy(styles, scripts),
            styles=[_whole(text, "style") for text in styles],
            scripts=[_whole(text, "script") for text in scripts],
            data=self._data,
        )
        return str(page) + "\n"


def text_of(url: str) -> str:
    """Return the text behind a URL from an installed package.

    Raises ValueError for a URL whose text is not at hand: the page must not fetch it either.
    """
    from xstatic.pkg import leaflet

    files = {LEAFLET_JS: "leaflet.js", LEAFLET_CSS: "leaflet.css"}
    if url not in files:
        raise ValueError(f"the report has no text for {url}, and a page that stands alone may not fetch it")
    lines = (Path(leaflet.BASE_DIR) / files[url]).read_text(encoding="utf-8").splitlines()
    # Pictures of markers and layer buttons, which the report does not use, lie beside the style sheet.
    beside = "url(" if url == LEAFLET_CSS else "sourceMappingURL"
    return "\n".join(line for line in lines if beside not in line)


def asset_text(name: str, package: str = "assetplan.report") -> str:
    """Return one of the style sheets or scripts of the report, or of another package that has some."""
    return (resources.files(package) / "assets" / name).read_text(encoding="utf-8")


def _whole(text: str, element: str) -> Markup:
    """A script or a style as it is, past every template engine."""
    if f"</{element}" in text.lower() or "<!--" in text:
        raise ValueError(f"a {element} that closes its own element cannot be put in the page")
    return Markup(text)


def _policy(styles: Iterable[str], scripts: Iterable[str]) -> Markup:
    """A content security policy that lets through exactly the scripts and styles of this page."""
    parts = ["default-src 'none'", "img-src data:"]
    for name, texts in (("script-src", scripts), ("style-src", styles)):
        hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
        parts.append(" ".join([name, *([f"'sha256-{value}'" for value in hashes] or ["'none'"])]))
    return Markup("; ").join(map(Markup, [*parts, "base-uri 'none'", "form-action 'none'"]))
