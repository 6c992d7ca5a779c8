"""Read a plan file, and list every fault in it by its key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assetplan.config.added import plan_class
from assetplan.config.base import FORMS
from assetplan.config.checks import faults_of
from assetplan.config.plan import Plan, TableFiles
from assetplan.errors import ConfigError, Fault
from assetplan.input_files import read_toml, value_faults

# Keys that have another name now, without the places of rows: an old one is refused with the new.
_RENAMED = {
    "treasury.capital": "treasury.unfinanced_capital",
    "forecast.claims": "claims.count",
    "sites.gap": "sites.untreated",
    "projects": "bids",
    "price_growth": "inflation, by kind of cost: [inflation.KIND] with above and of",
    "tables.projects": "tables.bids",
    "medium_term.amounts": "medium_term.changes, changes to the base with their sign",
}


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
    return make_plan(read_toml(Path(path), ConfigError), path)


def read_table_files(path: Path) -> TableFiles:
    """The council's own tables that a TOML file, such as a plan, names in `[tables]`.

    Raises
    ------
    ConfigError
        The file is not TOML, has no `[tables]`, or a key there that no plan has; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    data = read_toml(path, ConfigError)
    if not isinstance(data.get("tables"), dict):
        rule = 'needs a section [tables], as a plan has, such as groups = "groups.csv"'
        raise ConfigError([Fault(str(path), 0, "tables", "", rule)])
    if faults := value_faults({"tables": data["tables"]}, str(path)):
        raise ConfigError(faults)
    try:
        return TableFiles.model_validate(data["tables"])
    except ValidationError as error:
        listed = {_fault(str(path), {**item, "loc": ("tables", *item["loc"])}) for item in error.errors()}
        raise ConfigError(listed) from error


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
    odd = value_faults(data, str(path))
    if any("nested" in fault.rule for fault in odd):
        raise ConfigError(odd)
    try:
        plan = plan_class().model_validate({**data, "folder": Path(path).parent})
    except ValidationError as error:
        listed = {fault.column for fault in odd}
        more = {_fault(str(path), item) for item in error.errors()}
        raise ConfigError([*odd, *(fault for fault in more if fault.column not in listed)]) from error
    faults = odd or [Fault(str(path), 0, key, value[:80], rule) for key, value, rule in faults_of(plan)]
    if faults:
        raise ConfigError(faults)
    return plan


def listed_faults(file: str, error: ValidationError) -> list[Fault]:
    """The faults of a file of settings that its model refused.

    Parameters
    ----------
    file : str; its name for the faults
    error : ValidationError; from its model
    """
    return sorted({_fault(file, item) for item in error.errors()}, key=lambda fault: fault.column)


def _fault(file: str, item: Any) -> Fault:
    key, rule = _key(item["loc"]), item["msg"].removeprefix("Value error, ")
    if item["type"] == "missing":
        rule = "this key is missing"
    elif item["type"] == "extra_forbidden":
        new = _RENAMED.get(re.sub(r"\[\d+\]", "", key), "")
        rule = f"this key is now called {new}: write that in its place" if new else "no such key"
    # What stands for a database may be, or hold, a password.
    shown = "" if key.split(".")[0] == "register" else _shown(item["input"])
    return Fault(file, 0, key, shown, rule)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ""
    try:
        return str(value)[:80]
    except ValueError:  # a number of more digits than Python prints
        return ""


def _key(place: tuple[str | int, ...]) -> str:
    """A key as the plan file writes it; members of a list are counted from 1."""
    key = ""
    for part in place:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        elif part not in FORMS:
            key += f".{part}" if key else part
    return key
