"""Keys of the plan file that have another name now: an old one is refused with the new."""

from __future__ import annotations

import re

# Old key → new key, each with its tables and without the places of rows in them.
RENAMED = {
    "treasury.capital": "treasury.unfinanced_capital",
}


def new_name(key: str) -> str:
    """What a key is called now, "" where it never had another name; places of rows as in "borrowing[1].rate"."""
    return RENAMED.get(re.sub(r"\[\d+\]", "", key), "")
