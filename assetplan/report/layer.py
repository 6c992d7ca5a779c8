"""The map of the board report: a Folium map with the whole network as one compact canvas layer."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

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

    def __html__(self) -> Markup:
        """Return the element that the map is drawn in; its script comes with the figure."""
        return Markup(self._template.module.html(self, {}))


class NetworkLayer(Layer):
    """Folium layer over a canvas `L.GridLayer` that reads its packet from the page.

    Parameters
    ----------
    packet_id : str; id of the element that holds the packet, as base64
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = assetplan.networkLayer({{ this.packet_id|tojson }});
        assetplan.start({{ this._parent.get_name() }}, {{ this.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, packet_id: str = PACKET_ID) -> None:
        super().__init__(name="network", overlay=True, control=False)
        self._name = "Network"
        self._id = "layer"
        self.packet_id = packet_id


def make_map(payload: Payload) -> BoardMap:
    """Return the map with its layer; the packet itself goes into the page beside it."""
    board_map = BoardMap("plan", payload.bounds)
    NetworkLayer().add_to(board_map)
    return board_map


def packet_text(payload: Payload) -> str:
    """Return the packet as the page holds it: base64, which has no character HTML could mistake."""
    return base64.b64encode(payload.packet).decode("ascii")
