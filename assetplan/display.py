"""How objects show themselves: a few lines at a prompt, a table in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from importlib import import_module
from itertools import islice
from typing import Any

_LINES, _WIDTH = 8, 96  # below the name of the type: under ten with it
_FEW, _ROWS, _COLUMNS = 6, 10, 12


def cut(text: str, width: int = _WIDTH) -> str:
    """Text on one line, its end left out where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def _is_table(value: object) -> bool:
    return hasattr(value, "columns") and hasattr(value, "iloc")


def _listed(values: Iterable[Any], count: int) -> str:
    return ", ".join(brief(value) for value in islice(values, _FEW)) + (", …" if count > _FEW else "")


def brief(value: Any) -> str:
    """A value in some words: how many rows of a table, the shape of an array, the first of a list."""
    if _is_table(value):
        return f"{len(value):,} {'row' if len(value) == 1 else 'rows'}: {_listed(value.columns, len(value.columns))}"
    if hasattr(value, "to_dict") and hasattr(value, "index"):
        return _listed((f"{key} {brief(one)}" for key, one in islice(value.items(), _FEW)), len(value)) or "none"
    if getattr(value, "shape", ()):
        return f"array {value.shape}"
    if isinstance(value, Mapping):
        return f"{len(value):,}: {_listed(value, len(value))}"
    if isinstance(value, tuple | list):
        return f"{len(value):,}: {_listed(value, len(value))}" if len(value) > _FEW else _listed(value, len(value))
    if isinstance(value, Shown):
        return type(value).__name__
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:,.6g}"
    return str(value)


def in_notebooks(module: str, name: str) -> Any:
    """What a module of the room `notebook` gives a class below it, imported when it is first used.

    The one way up through the layers: by name, so that no class waits for maps and figures that nobody asks of it.

    Parameters
    ----------
    module, name : str; module of the room, and what is taken from it
    """
    return getattr(import_module(f"assetplan.notebook.{module}"), name)


class Shown:
    """A result that shows itself briefly; dataclasses leave `repr` to it.

    A class says in `_shown` what is to be seen, in that order: by default its fields, but for those that are empty.
    """

    def _shown(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in getattr(self, "__dataclass_fields__", ())}

    def _lines(self) -> list[tuple[str, str]]:
        empty = ("", (), None)
        facts = {name: value for name, value in self._shown().items() if not any(value is none for none in empty)}
        most = _LINES if len(facts) <= _LINES else _LINES - 1
        lines = [(name, brief(value)) for name, value in islice(facts.items(), most)]
        return lines + ([("and", ", ".join(islice(facts, most, None)))] if len(facts) > most else [])

    def __repr__(self) -> str:
        lines = self._lines()
        wide = max((len(name) for name, _ in lines), default=0)
        room = _WIDTH - wide
        return "\n".join([type(self).__name__, *(f"  {name:{wide}}  {cut(text, room)}" for name, text in lines)])

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        """The same as a table, and the first rows of the first table in it; all text is escaped."""
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(cut(text))}</td></tr>" for name, text in self._lines())
        tables = (value for value in self._shown().values() if _is_table(value))
        first = next((head(table) for table in tables), "")
        return f"<b>{escape(type(self).__name__)}</b><table>{rows}</table>{first}"


def head(table: Any) -> str:
    """The first rows of a table as HTML, its text escaped, its shapes left out."""
    shown = table.loc[:, [column for column in table.columns if column != "geometry"][:_COLUMNS]]
    return str(shown.head(_ROWS).to_html())
