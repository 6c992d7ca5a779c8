"""Other people's files as registers: OpenStreetMap, Ordnance Survey, the street gazetteer, the US bridge inventory.

Names are loaded when first used, so that importing this package does not import the geospatial libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetplan.importers.dtf import import_dtf
    from assetplan.importers.nbi import import_nbi
    from assetplan.importers.ngd import import_ngd
    from assetplan.importers.open_roads import import_open_roads
    from assetplan.importers.osm import import_osm
    from assetplan.importers.property import import_property

_HOME = {
    "import_dtf": "dtf",
    "import_nbi": "nbi",
    "import_ngd": "ngd",
    "import_open_roads": "open_roads",
    "import_osm": "osm",
    "import_property": "property",
}

__all__ = ["import_dtf", "import_nbi", "import_ngd", "import_open_roads", "import_osm", "import_property"]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"assetplan.importers.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
