"""A session with a database: one transaction, whose errors are faults in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assetplan.errors import Fault, RegisterError
from assetplan.postgis.address import address_rule

if TYPE_CHECKING:
    from psycopg import Connection, Error

_INSTALL = "a database is read and written with a library that is not installed: pip install 'assetplan[postgis]'"
_CREDENTIALS = "user and password come from PGUSER and PGPASSWORD, ~/.pgpass or a service file, never from the address"

# The text of a cell is the same whatever a server or a user prefers; a table that others hold is not waited for long.
_SETTINGS = """
    SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';
    SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL lock_timeout = '30s'
"""


@contextmanager
def session(url: str, where: str, reading: bool) -> Iterator[Connection]:
    """A session of one transaction: what is done in it holds once everything within has ended well, else nothing does.

    Parameters
    ----------
    url : str; address of the database
    where : str; what is read or written, as the faults name it
    reading : bool; whether nothing is written and everything that is read is of one moment

    Raises
    ------
    RegisterError
        The address is none or holds a password, the driver is not installed, the database cannot be opened, or it
        refuses what is asked of it.
    """
    if rule := address_rule(url):
        raise RegisterError([Fault(where, 0, "url", "", rule)])
    try:
        import psycopg
    except ImportError:
        raise RegisterError([Fault(where, 0, "", "", _INSTALL)]) from None
    try:
        connection = psycopg.connect(url, client_encoding="UTF8", fallback_application_name="assetplan")
    except psycopg.Error as error:
        asked = error.pgconn is not None and error.pgconn.needs_password
        rule = "it asks for a password, and there is none" if asked else _words(error)
        raise RegisterError([Fault(where, 0, "", "", f"the database cannot be opened: {rule}", _CREDENTIALS)]) from None
    if reading:
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
    try:
        with connection:
            connection.execute(_SETTINGS)
            yield connection
    except psycopg.Error as error:
        raise RegisterError([Fault(where, 0, "", "", f"the database refuses it: {_words(error)}")]) from None


def _words(error: Error) -> str:
    """What the database or its driver answered, in one line, without the user's name."""
    text = (error.diag.message_primary or str(error)).splitlines()[0]
    user = error.pgconn.user.decode() if error.pgconn and error.pgconn.user else ""
    text = text.replace(f'"{user}"', "…") if user else text
    return text.removeprefix("connection failed: ").removeprefix("connection is bad: ")
