"""Settings written as TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(data: Mapping[str, Any], head: str = "") -> str:
    """Settings as the text of a TOML file: keys of the file first, then each table and list of tables.

    Parameters
    ----------
    data : mapping; text, numbers, truth values, dates, lists and tables of them
    head : str; lines of a comment above them, without #

    Examples
    --------
    >>> print(toml_text({"name": "a", "envelope": {"lines": {"x": [1.0, 2]}}, "sources": [{"name": "b"}]}))
    name = "a"
    <BLANKLINE>
    [envelope.lines]
    x = [1.0, 2]
    <BLANKLINE>
    [[sources]]
    name = "b"
    <BLANKLINE>
    """
    comment = "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines())
    return comment + "\n\n".join(_tables(data, "", "")) + "\n"


def _tables(data: Mapping[str, Any], name: str, header: str) -> Iterator[str]:
    """A table as a block of text, then those within it."""
    own = [f"{_key(key)} = {_value(value)}" for key, value in data.items() if not _is_table(value)]
    if own or not data:
        yield "\n".join([header, *own] if header else own)
    for key, value in data.items():
        place = f"{name}.{_key(key)}" if name else _key(key)
        if isinstance(value, Mapping):
            yield from _tables(value, place, f"[{place}]")
        elif _is_table(value):
            for row in value:
                yield "\n".join([f"[[{place}]]", *(f"{_key(k)} = {_value(v)}" for k, v in row.items())])


def _is_table(value: object) -> bool:
    rows = isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)
    return isinstance(value, Mapping) or rows


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)


def _text(text: str) -> str:
    # A text of JSON is one of TOML but for a character that TOML does not take as it stands.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
