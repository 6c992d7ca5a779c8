"""A programme as tables of a database with PostGIS."""

from __future__ import annotations

from assetplan import __version__
from assetplan.postgis.writing import write_tables
from assetplan.programme.result import Programme

_KEYS = {"assets": ("asset_id",), "programme": ("asset_id", "year")}
"""Tables that are written, with their primary keys."""


def publish(programme: Programme, url: str, schema: str, force: bool = False) -> list[str]:
    """Write the assets and works of a programme, with their shapes, to a database: both tables or none.

    Parameters
    ----------
    programme : Programme
    url : str; address of the database, as "postgresql://host/database" or "postgresql://?service=name"
    schema : str; where tables `assets` and `programme` stand; it is made where it is not there
    force : bool; whether tables that this program wrote may be replaced

    Returns
    -------
    list of str
        Names of the tables, with their schema.

    Raises
    ------
    RegisterError
        The address holds a password or is none, the database cannot be opened or written to, or it has no PostGIS.
    OutputExistsError
        A table is there already, and may not be replaced or is somebody else's.
    """
    about = f"{__version__}: {programme.summary.title}"
    tables = {"assets": programme.assets, "programme": programme.works}
    keys = dict(_KEYS)
    if programme.bids is not None and len(programme.bids):
        keys["programme"] = (*_KEYS["programme"], "line")  # several lines may pay for a bid in a year
    write_tables(url, schema, tables, keys, about, force)
    return [f"{schema}.{name}" for name in tables]
