"""What layers a vector file has."""

from __future__ import annotations

from pathlib import Path

from assetplan.errors import Fault, RegisterError


def layer_names(path: Path) -> list[str]:
    """Names of a vector file's layers.

    Raises
    ------
    RegisterError
        The file is no vector file GDAL can open.
    """
    import pyogrio
    from pyogrio.errors import DataSourceError

    try:
        return [str(name) for name, _ in pyogrio.list_layers(path)]
    except DataSourceError as error:
        raise RegisterError([Fault(path.name, 0, "", "", f"cannot be read: {error}")]) from error
