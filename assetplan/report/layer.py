"""The map of the board report: a Folium map with the whole network as one compact canvas layer."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from folium.map import Layer
from folium.template import Template

from assetplan.report.figure import BoardMap

if TYPE_CHECKING:
    from assetplan.report.payload import Payload

SCRIPTS = ("decode.js", "network.js", "details.js", "controls.js")
"""The layer's own scripts, in the order in which they are read."""

PACKET_ID = "map-packet"
"""Element id of the map's data."""


class NetworkLayer(Layer):
    """Folium layer over a canvas `L.GridLayer` that reads its packet from the page.

    Parameters
    ----------
    packet_id : str
        Id of the element that holds the packet, as base64.
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
