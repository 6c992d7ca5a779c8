"""A Folium figure that stands alone: every script and style in the page, nothing fetched, nothing compiled twice."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template

LEAFLET_JS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"
LEAFLET_CSS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css"

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class Verbatim(Element):
    """Text that reaches the page as it is, past every template engine."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self._id = name
        self._text = text

    def render(self, **kwargs: Any) -> str:
        """Return the text."""
        return self._text


class BoardMap(folium.Map):
    """A Folium map that needs Leaflet alone, leaves the page's size and zoom to the page, and has a fixed id."""

    default_js = [("leaflet", LEAFLET_JS)]  # noqa: RUF012 (folium's own form)
    default_css = [("leaflet_css", LEAFLET_CSS)]  # noqa: RUF012
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="folium-map" id={{ this.get_name()|tojson }} role="application" aria-roledescription="map"
             aria-label="Map. Arrow keys move it, plus and minus zoom, Enter describes what lies in the middle."></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
            ...{{ this.options|tojavascript }},
            crs: assetplan.fittedCrs({{ this.get_name()|tojson }}, {{ this.extent|tojson }})
        });
        {{ this.get_name() }}.fitBounds({{ this.extent|tojson }});
        {{ this.get_name() }}.attributionControl.setPrefix(false);
        L.control.scale({maxWidth: 120}).addTo({{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, name: str, bounds: tuple[float, float, float, float]) -> None:
        south, west, north, east = bounds
        super().__init__(
            location=((south + north) / 2, (west + east) / 2),
            tiles=None,
            zoom_start=9,
            min_zoom=6,
            max_zoom=18,
            fade_animation=False,
            # A page must scroll past its map: the wheel zooms only once the map has the focus.
            scroll_wheel_zoom=False,
        )
        self._id = name
        self.extent = [[south, west], [north, east]]


class ReportFigure(Figure):
    """The page around a map: its head, its policy, its landmarks.

    Parameters
    ----------
    title : str
        Title of the page; escaped by the caller.
    before, after : str
        HTML of the body on either side of the map.
    styles, scripts : iterable of str
        The report's own style sheets and scripts.
    data : iterable of (str, str)
        Element id and text of data blocks; the text must be free of `<`.
    """

    def __init__(
        self,
        title: str,
        before: str,
        after: str,
        styles: Iterable[str],
        scripts: Iterable[str],
        data: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self._id = "report"
        self.title = title
        self.header._children.clear()
        self._before, self._after = before, after
        self._styles, self._scripts, self._data = tuple(styles), tuple(scripts), tuple(data)

    def render(self, **kwargs: Any) -> str:
        """Return the whole page.

        Raises ValueError where a part of the map asks for a file that this page has no text of.
        """
        for child in self._children.values():
            child.render(**kwargs)
        head, scripts = self._links()
        own = [f"<style>{text}</style>" for text in self._styles]
        scripts += [f"<script>{_harmless(text)}</script>" for text in self._scripts]
        run = _render(self.script)
        if run.strip():
            scripts.append(f"<script>\n{run}\n</script>")
        data = [f'<script type="text/plain" id="{name}">{text}</script>' for name, text in self._data]
        head = [*head, *own]
        policy = _policy("".join(head), "".join(scripts))
        return "\n".join(
            [
                '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">',
                f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{self.title}</title>",
                *head,
                "</head>\n<body>",
                self._before + _render(self.html) + self._after,
                *data,
                *scripts,
                "</body>\n</html>\n",
            ]
        )

    def _links(self) -> tuple[list[str], list[str]]:
        """Styles and scripts that the map asks for, as text."""
        head: list[str] = []
        scripts: list[str] = []
        for child in self.header._children.values():
            if isinstance(child, JavascriptLink):
                scripts.append(f"<script>{_harmless(text_of(child.url))}</script>")
            elif isinstance(child, CssLink):
                head.append(f"<style>{text_of(child.url)}</style>")
            else:
                head.append(child.render())
        return head, scripts


def text_of(url: str) -> str:
    """Return the text behind a URL from an installed package.

    Raises ValueError for a URL whose text is not at hand: the page must not fetch it either.
    """
    from xstatic.pkg import leaflet

    files = {LEAFLET_JS: "leaflet.js", LEAFLET_CSS: "leaflet.css"}
    if url not in files:
        raise ValueError(f"the report has no text for {url}, and a page that stands alone may not fetch it")
    text = (Path(leaflet.BASE_DIR) / files[url]).read_text(encoding="utf-8")
    # Pictures of markers and layer buttons, which the report does not use, lie beside the style sheet.
    text = re.sub(r"url\([^)]*\)", "none", text) if files[url].endswith(".css") else text
    return re.sub(r"//# sourceMappingURL=.*", "", text)


def asset_text(name: str) -> str:
    """Return one of the report's own style sheets or scripts."""
    return (resources.files("assetplan.report") / "assets" / name).read_text(encoding="utf-8")


def _render(part: Element) -> str:
    return "\n".join(child.render() for child in part._children.values())


def _harmless(script: str) -> str:
    if "</script" in script.lower() or "<!--" in script:
        raise ValueError("a script that closes its own element cannot be put in the page")
    return script


def _policy(styles: str, scripts: str) -> str:
    """A content security policy that lets through exactly the scripts and styles of this page."""
    allowed = {
        "script-src": _SCRIPT.findall(scripts),
        "style-src": _STYLE.findall(styles),
    }
    parts = ["default-src 'none'", "img-src data:"]
    for name, texts in allowed.items():
        hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
        parts.append(" ".join([name, *(f"'sha256-{value}'" for value in hashes)] if texts else [name, "'none'"]))
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])
