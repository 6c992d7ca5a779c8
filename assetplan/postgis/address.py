"""Addresses of databases and names of their tables, as users write them; an address holds no password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@?#\[\],]*)(?::\d+)?"
_ADDRESS = re.compile(
    rf"postgres(?:ql)?://(?:[^\s:/@?#]+@)?{_HOST}(?:,{_HOST})*(?:/[^\s:/@?#]*)?(?:\?(?P<settings>[^\s@?#]*))?"
)
_SECRET = re.compile(r"password|secret|_key$")
_RULE = (
    "must be an address such as postgresql://host/database or postgresql://?service=name, without a password: that "
    "comes from PGPASSWORD, ~/.pgpass or a service file"
)
_BYTES = 63  # of a name in PostgreSQL


@dataclass(frozen=True)
class DatabaseTable:
    """A table or view of a database.

    Attributes
    ----------
    url : str; address of the database, as "postgresql://host/database" or "postgresql://?service=name"
    name : str; schema and table, as "highways.sections", letter by letter
    """

    url: str
    name: str

    @property
    def parts(self) -> tuple[str, str]:
        """Schema and table."""
        schema, _, table = self.name.partition(".")
        return schema, table


def is_address(text: str) -> bool:
    """Whether a text is meant as the address of a database."""
    return text.startswith(("postgresql:", "postgres:"))


def address_rule(text: str) -> str:
    """The rule that an address of a database breaks, without a word of it; "" where it breaks none."""
    matched = _ADDRESS.fullmatch(text)
    if matched is None:
        return _RULE
    keys = (unquote(setting.partition("=")[0]) for setting in (matched["settings"] or "").split("&"))
    return _RULE if any(_SECRET.search(key) for key in keys) else ""


def name_rule(text: str) -> str:
    """The rule that the name of a table breaks; "" where it breaks none."""
    parts = text.split(".", 1)
    fine = len(parts) == 2 and all(0 < len(part.encode()) <= _BYTES and "\0" not in part for part in parts)
    return "" if fine else "must be the schema and the name of a table or view, as highways.sections"
