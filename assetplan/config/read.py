"""Read a plan file, and list every fault in it by its key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assetplan.config.added import plan_class
from assetplan.config.base import LIST, ONE, RANGE
from assetplan.config.checks import faults_of
from assetplan.config.plan import Plan, TableFiles
from assetplan.errors import ConfigError, Fault

# Keys that have another name now, without the places of rows: an old one is refused with the new.
_RENAMED = {"treasury.capital": "treasury.unfinanced_capital"}


def read_plan(path: str | Path) -> Plan:
    """Read and check a plan file.

    Parameters
    ----------
    path : path; a TOML file; see docs/plan-file.md for every key

    Raises
    ------
    ConfigError
        The file is not TOML, has a key that no plan has, or a value out of its range; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    return make_plan(_read_toml(Path(path)), path)


def read_table_files(path: Path) -> TableFiles:
    """The council's own tables that a TOML file, such as a plan, names in `[tables]`.

    Raises
    ------
    ConfigError
        The file is not TOML, has no `[tables]`, or a key there that no plan has; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    data = _read_toml(path)
    if not isinstance(data.get("tables"), dict):
        rule = 'needs a section [tables], as a plan has, such as groups = "groups.csv"'
        raise ConfigError([Fault(str(path), 0, "tables", "", rule)])
    try:
        return TableFiles.model_validate(data["tables"])
    except ValidationError as error:
        faults = {_fault(str(path), {**item, "loc": ("tables", *item["loc"])}) for item in error.errors()}
        raise ConfigError(faults) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Fault(str(path), 0, "", "", f"is not a TOML file: {error}")]) from error


def make_plan(data: dict[str, Any], path: str | Path = "plan") -> Plan:
    """A plan from a dictionary of the same shape as a plan file.

    Parameters
    ----------
    data : dict; keys as in a plan file
    path : path; the file it came from, for faults; relative paths in the plan start at its folder

    Raises
    ------
    ConfigError
        Unknown keys or values out of range; every fault is listed.
    """
    if "folder" in data:
        raise ConfigError([Fault(str(path), 0, "folder", str(data["folder"])[:80], "no such key")])
    try:
        plan = plan_class().model_validate({**data, "folder": Path(path).parent})
    except ValidationError as error:
        raise ConfigError({_fault(str(path), item) for item in error.errors()}) from error
    faults = [Fault(str(path), 0, key, value[:80], rule) for key, value, rule in faults_of(plan)]
    if faults:
        raise ConfigError(faults)
    return plan


def _fault(file: str, item: Any) -> Fault:
    key, rule = _key(item["loc"]), item["msg"].removeprefix("Value error, ")
    if item["type"] == "missing":
        rule = "this key is missing"
    elif item["type"] == "extra_forbidden":
        new = _RENAMED.get(re.sub(r"\[\d+\]", "", key), "")
        rule = f"this key is now called {new}: write that in its place" if new else "no such key"
    shown = "" if isinstance(item["input"], dict) else str(item["input"])[:80]
    return Fault(file, 0, key, shown, rule)


def _key(place: tuple[str | int, ...]) -> str:
    """A key as the plan file writes it; members of a list are counted from 1."""
    key = ""
    for part in place:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        elif part not in (ONE, LIST, RANGE):
            key += f".{part}" if key else part
    return key
