"""What a command answers: text or, with --json, JSON alone on standard output; with --quiet only what was asked for."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click

from assetplan.cli.layout import echo, paragraph

_FIGURES = 10  # significant figures of a number, so that no two machines print other last digits
_JSON = "assetplan.json"


def _keep(context: click.Context, option: click.Parameter, value: bool) -> None:
    context.meta[_JSON] = value


JSON = click.option(
    "--json",
    is_flag=True,
    expose_value=False,
    callback=_keep,
    help="Print figures as JSON, alone on standard output.",
)
"""Option of every command that prints figures; `answer` prints what it asks for."""


def as_json() -> bool:
    """Whether the command that runs is to print JSON."""
    return bool(click.get_current_context().meta.get(_JSON))


def quiet() -> bool:
    """Whether the command that runs is to print only errors and what was asked for."""
    return bool(click.get_current_context().find_root().params.get("quiet"))


def answer(text: str, facts: object, *written: Path | None) -> None:
    """Print what a command came to, and what it wrote.

    Text of a command that writes its result is left out with --quiet: what was asked for is the file.

    Parameters
    ----------
    text : str; what a reader is shown
    facts : object; the same as values that `plain` takes
    written : Path or None; files and folders that were written; None is left out
    """
    files = [path for path in written if path is not None]
    if as_json():
        click.echo(json.dumps(plain(facts), ensure_ascii=False, indent=1, allow_nan=False))
    elif not (quiet() and files):
        echo(text)
    remark_files(*files)


def remark_files(*written: Path) -> None:
    """Name what was written: the files of a folder, or a file; beside JSON on standard error.

    Parameters
    ----------
    written : Path; files and folders
    """
    for path in () if quiet() else written:
        if not path.is_dir():
            echo(str(path), err=as_json())
            continue
        names = ", ".join(sorted(each.name for each in path.iterdir()))
        echo(("" if as_json() else "\n") + paragraph(f"Files in {path}: {names}"), err=as_json())


def remark(sentence: str, err: bool = False) -> None:
    """Print a sentence, if there is one and remarks are wanted; beside JSON on standard error.

    Parameters
    ----------
    sentence : str
    err : bool; whether it goes to standard error whatever the command prints
    """
    if sentence and not quiet():
        echo(paragraph(sentence), err or as_json())


def plain(value: Any) -> Any:
    """A result as values of JSON: objects, lists, texts, numbers, null where there is none.

    A table is a list of its rows, without shapes, its columns named with their units (`json_keys.csv` among the
    reference tables); what is a dataclass, an object of its fields.

    Parameters
    ----------
    value : object
    """
    if hasattr(value, "as_json"):
        return value.as_json()
    if hasattr(value, "columns") and hasattr(value, "to_dict"):
        return _rows(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if hasattr(value, "tolist"):  # numbers of numpy, arrays, Series
        value = value.tolist()
    if isinstance(value, float):
        return float(f"{value:.{_FIGURES}g}") if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    return [plain(each) for each in value] if isinstance(value, Iterable) else _text(value)


def _text(value: Any) -> str | None:
    return None if value != value else str(value)  # NaT


def _rows(table: Any) -> list[dict[str, Any]]:
    shown = [name for name in table.columns if str(name) != "geometry"]
    cells = [plain(table[name].astype(object).where(table[name].notna(), None).tolist()) for name in shown]
    keys = [_key(str(name)) for name in shown]
    return [dict(zip(keys, row, strict=True)) for row in zip(*cells, strict=True)]


@cache
def _keys() -> dict[str, str]:
    from assetplan.reference import load_table

    rows = load_table("json_keys")
    return dict(zip(rows["column"], rows["key"], strict=True))


def _key(name: str) -> str:
    return _keys().get(name, name)
