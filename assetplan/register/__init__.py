"""The register of what is owned: read, written, validated, imported, and filled where sources are silent.

Names are loaded when first used, so that importing this package does not import the geospatial libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from assetplan.register.register import Register, RegisterNames

if TYPE_CHECKING:
    from assetplan.register.components import building_components
    from assetplan.register.files import read_register, write_register
    from assetplan.register.fill import assumed_share, fill_assumed
    from assetplan.register.table import import_table, suggest_table_mapping
    from assetplan.register.validation import validate_register

_HOME = {
    "assumed_share": "fill",
    "building_components": "components",
    "fill_assumed": "fill",
    "import_table": "table",
    "read_register": "files",
    "suggest_table_mapping": "table",
    "validate_register": "validation",
    "write_register": "files",
}

__all__ = [
    "Register",
    "RegisterNames",
    "assumed_share",
    "building_components",
    "fill_assumed",
    "import_table",
    "read_register",
    "suggest_table_mapping",
    "validate_register",
    "write_register",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"assetplan.register.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
