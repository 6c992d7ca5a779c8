"""Reading summary.json: every fault is listed by key, and which version wrote the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assetplan import __version__
from assetplan.errors import Fault, RegisterError
from assetplan.programme.statements import statement_faults
from assetplan.programme.summary import FORM, Summary


def read_summary(path: Path) -> Summary:
    """Read summary.json; a RegisterError lists every fault by key, and which version wrote the file."""
    return summary_of(read_json(path), str(path))


def summary_of(content: dict[str, Any], file: str = "summary.json") -> Summary:
    """A summary from the dictionary that its JSON holds; `file` and errors as in `read_summary`."""
    text = json.dumps(content)
    try:
        summary = Summary.model_validate_json(text)
    except ValidationError as error:
        raise RegisterError(_faults(error, json.loads(text), file)) from error
    faults = list(statement_faults(list(summary.finance), file))
    if faults:
        raise RegisterError(faults)
    return summary


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object of an output folder; a RegisterError where the file holds something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RegisterError([Fault(str(path), 0, "", "", f"is not a JSON file that can be read: {error}")]) from error
    if not isinstance(content, dict):
        raise RegisterError([Fault(str(path), 0, "", "", "does not hold what a plan writes")])
    return content


_RULES = {
    "missing": "this key is missing",
    "extra_forbidden": "is no key that this version reads",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must hold keys and values",
}


def _faults(error: ValidationError, content: dict[str, Any], file: str) -> Iterator[Fault]:
    """Faults by key, one for all rows that have the same, then which version wrote the file."""
    seen: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for item in error.errors(include_url=False):
        rule = _rule(item["loc"], item["type"], item["msg"])
        shown = "" if item["type"] == "missing" or isinstance(item["input"], (dict, list)) else str(item["input"])[:80]
        column = ".".join(str(part) for part in item["loc"] if isinstance(part, str))
        seen.setdefault((column, rule), []).append((_key(item["loc"]), shown))
    tables = list(statement_faults(content["finance"], file)) if "finance" in content else []
    for (column, rule), places in seen.items():
        if tables and column.startswith("finance"):
            continue
        key, shown = places[0]
        more = f" (here and in {len(places) - 1:,} more rows)" if len(places) > 1 else ""
        yield Fault(file, 0, key, shown, rule + more)
    yield from tables
    written = content.get("version")
    by = f"was written by assetplan {written}" if isinstance(written, str) else "does not say which version wrote it"
    rule = f"{by}, and this is {__version__}: plan again to have a folder that it can read"
    yield Fault(file, 0, "version", "", rule)


def _rule(place: Sequence[str | int], kind: str, message: str) -> str:
    if place[:1] == ("years",):
        return "must list the plan's years, one after the other"
    if place[:1] == ("form",):
        return f"must be {FORM}, the form that this version reads"
    return _RULES.get(kind, message[:1].lower() + message[1:])


def _key(place: Sequence[str | int]) -> str:
    """A key as "spend[3].amount", rows counted from 1."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
