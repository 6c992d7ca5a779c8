"""The map of the board report: a Folium map with the whole network as one compact canvas layer."""

from __future__ import annotations

import base64
from importlib import resources
from typing import TYPE_CHECKING, Any

import folium
from folium.map import Layer
from folium.template import Template
from markupsafe import Markup

from assetplan.report.figure import LEAFLET_CSS, LEAFLET_JS

if TYPE_CHECKING:
    from assetplan.report.payload import Payload

SCRIPTS = ("decode.js", "network.js", "details.js", "controls.js")
"""The layer's own scripts, in the order in which they are read."""

PACKET_ID = "map-packet"
"""Element id of the map's data."""


def _folium_template(name: str) -> Any:
    """One of the report's templates as Folium reads them."""
    return Template((resources.files("assetplan.report") / "templates" / name).read_text(encoding="utf-8"))


class BoardMap(folium.Map):
    """A Folium map that needs Leaflet alone, leaves the page's size and zoom to the page, and has a fixed id."""

    default_js = [("leaflet", LEAFLET_JS)]  # noqa: RUF012 (folium's own form)
    default_css = [("leaflet_css", LEAFLET_CSS)]  # noqa: RUF012
    _template = _folium_template("board_map.html")

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
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
        self._id = "plan"
        self.extent = [[south, west], [north, east]]

    def __html__(self) -> Markup:
        """Return the element that the map is drawn in; its script comes with the figure."""
        return Markup(self._template.module.html(self, {}))


class NetworkLayer(Layer):
    """Folium layer over a canvas `L.GridLayer` that reads its packet, as base64, from an element of the page."""

    _template = _folium_template("network_layer.html")

    def __init__(self) -> None:
        super().__init__(name="network", overlay=True, control=False)
        self._name, self._id, self.packet_id = "Network", "layer", PACKET_ID


def make_map(payload: Payload) -> BoardMap:
    """Return the map with its layer; the packet itself goes into the page beside it."""
    board_map = BoardMap(payload.bounds)
    NetworkLayer().add_to(board_map)
    return board_map


def packet_text(packet: bytes) -> str:
    """Return a packet as the page holds it: base64, which has no character HTML could mistake."""
    return base64.b64encode(packet).decode("ascii")
