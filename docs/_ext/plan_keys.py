"""Every key of the plan file, from the models that read it: type, unit, default and description."""

from __future__ import annotations

import ast
import datetime
import inspect
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from assetplan.config import PlaceSelector, Plan, WorksSelector
from assetplan.config.base import AssetSelector, Frozen, KeyUnit, RoadSelector

SELECTORS = (PlaceSelector, AssetSelector, WorksSelector, RoadSelector)
SCALARS = {str: "text", int: "whole number", float: "number", bool: "true or false", datetime.date: "date"}
# Ranges this wide only keep out what nobody means.
_WIDE = 1e7
# A unit stands in the description, in brackets or as its first word.
_IN_BRACKETS = re.compile(
    r"[(\[](?:in )?(?:the )?((?:m|t CO2e|1/year|years|share|hours|points|envelope's unit|unit of|Band D homes)\b"
    r"[^,;)\]]*|£[^,;)\]]*)"
)
_FIRST_WORD = re.compile(r"(£|seconds|days|weeks|years|share|per cent)(?= |$)")
_NUMBER = re.compile(r"(?:^|: |= |or )(whole )?number")


@dataclass(frozen=True)
class Key:
    """One key as the reference shows it."""

    name: str
    type: str
    unit: str
    default: str
    text: str


@dataclass(frozen=True)
class KeyTable:
    """One table of the plan file: its keys, and the selectors that it takes beside them."""

    path: str
    form: str
    text: str
    keys: tuple[Key, ...]
    selectors: tuple[str, ...]

    @property
    def heading(self) -> str:
        """The table's name as the plan file writes it."""
        return f"`{self.form.format(self.path)}`" if self.path else "Keys before any table"

    @property
    def names(self) -> list[str]:
        """Every key as faults name it."""
        prefix = f"{self.path}." if self.path else ""
        return [prefix + name for name in (*(key.name for key in self.keys), *self.selectors)]


def key_tables(model: type[BaseModel] = Plan, path: str = "", form: str = "") -> Iterator[KeyTable]:
    """The tables of a plan file, each before those within it.

    Parameters
    ----------
    model : type of BaseModel; what reads the table
    path : str; its name, "" for the plan itself
    form : str; how the plan file writes it: "[{}]", or "[[{}]]" where it may have several
    """
    fields = {name: field for name, field in model.model_fields.items() if not field.exclude}
    selectors = [name for name in fields if name in selector_fields() and issubclass(model, SELECTORS)]
    own = {name: field for name, field in fields.items() if name not in selectors or name in model.__annotations__}
    keys = tuple(_key(model, name, field) for name, field in own.items())
    rest = tuple(fields[name].alias or name for name in selectors if name not in own)
    yield KeyTable(path, form, _first_paragraph(model), keys, rest)
    for name, field in own.items():
        inner = f"{path}.{field.alias or name}" if path else (field.alias or name)
        for part, written in _models(field.annotation):
            yield from key_tables(part, inner, written)


@cache
def selector_fields() -> dict[str, str]:
    """Selector of assets or works → what it means."""
    return {name: text for model in SELECTORS for name, text in descriptions(model).items()}


@cache
def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Field → the text that stands below it in the code, of a model and of those it is made from."""
    texts: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if not issubclass(part, Frozen) or part is Frozen:
            continue
        body = ast.parse(inspect.getsource(part)).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, below in zip(body.body, body.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
                texts[field.target.id] = " ".join(str(ast.literal_eval(below.value)).split())
    return texts


def _key(model: type[BaseModel], name: str, field: FieldInfo) -> Key:
    parts = list(_models(field.annotation))
    text = descriptions(model).get(name) or " ".join(_first_paragraph(part) for part, _ in parts)
    kind = type_words(field.annotation, field.metadata)
    unit = _unit(name, kind, text, [*field.metadata, *_parts(field.annotation)])
    return Key(field.alias or name, kind, unit, _default(field, bool(parts)), text)


def _parts(annotation: Any) -> Iterator[Any]:
    """All that a type is made of."""
    for part in get_args(annotation):
        yield from (part, *_parts(part))


def _models(annotation: Any, form: str = "[{}]") -> Iterator[tuple[type[BaseModel], str]]:
    """Models within a type, and how the plan file writes their tables."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation, form
    forms = {tuple: "[[{}]]", dict: "[{}.NAME]"}
    for part in get_args(annotation):
        yield from _models(part, forms.get(get_origin(annotation), form))


def type_words(annotation: Any, metadata: Any = ()) -> str:
    """A type in words, with its range.

    >>> type_words(Literal["real", "cash"])
    '"real" or "cash"'
    """
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        rules = [rule for item in more for rule in (item.metadata if isinstance(item, FieldInfo) else [item])]
        return type_words(inner, [*rules, *metadata])
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [type_words(part, metadata) for part in get_args(annotation) if part is not type(None)]
        return " or ".join(dict.fromkeys(kinds))
    if get_origin(annotation) is Literal:
        return _either([f'"{value}"' if isinstance(value, str) else str(value) for value in get_args(annotation)])
    if get_origin(annotation) is tuple:
        inner = type_words(get_args(annotation)[0])
        one = any(isinstance(item, BeforeValidator) for item in metadata)
        return f"{inner}, or a list" if one else "tables" if inner == "table" else f"list: {inner}"
    if get_origin(annotation) is dict:
        name, inner = get_args(annotation)
        return f"table: {type_words(name)} = {type_words(inner)}"
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return "table"
    return SCALARS[annotation] + _range(metadata)


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" or {words[-1]}"


def _range(metadata: Any) -> str:
    low = next((f"{rule.ge:g}" for rule in metadata if isinstance(rule, Ge) and rule.ge > -_WIDE), "")
    above = next((f"{rule.gt:g}" for rule in metadata if isinstance(rule, Gt)), "")
    high = next((f"{rule.le:g}" for rule in metadata if isinstance(rule, Le) and rule.le < _WIDE), "")
    below = next((f"{rule.lt:g}" for rule in metadata if isinstance(rule, Lt)), "")
    if low and high:
        return f", {low} to {high}"
    ends = (
        low and f"{low} or more",
        above and f"above {above}",
        high and f"at most {high}",
        below and f"below {below}",
    )
    return "".join(f", {end}" for end in ends if end)


def _unit(name: str, kind: str, text: str, parts: list[Any]) -> str:
    """Unit of a number: the one that its description names, else that of its type; of the rest years, or a count."""
    if not (number := _NUMBER.search(kind)):
        return ""
    if match := _IN_BRACKETS.search(text) or _FIRST_WORD.match(text):
        return match[1]
    if unit := next((part.name for part in parts if isinstance(part, KeyUnit)), ""):
        return unit
    if number[1] and (match := re.search(r"\byears?\b", f"{name.replace('_', ' ')} {text}")):
        return match[0]
    return "number"


def _default(field: FieldInfo, is_table: bool) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}, "") or (is_table and isinstance(value, BaseModel)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(f'"{item}"' for item in value)
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _first_paragraph(model: type[BaseModel]) -> str:
    return " ".join(inspect.cleandoc(model.__doc__ or "").split("\n\n")[0].split())
