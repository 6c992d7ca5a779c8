"""The plan as an output folder keeps it: every setting as it was used, with the text of its own tables."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from assetplan.config import Plan, make_plan


def settings(plan: Plan) -> dict[str, Any]:
    """Every setting of a plan as it is used, and the text of its own tables.

    A folder may travel: of files outside the plan's own folder only the name is kept.
    """
    values = _plain(plan.model_dump(mode="json", by_alias=True, exclude_none=True))
    tables = {
        key: {"file": values["tables"][key], "text": plan.path(name).read_text(encoding="utf-8-sig")}
        for key, name in plan.tables.model_dump().items()
        if name
    }
    return {"plan": values, "tables": tables, **_records(plan)}


def _records(plan: Plan) -> dict[str, Any]:
    """The text of the council's own registers and indicators, by key; of a plan that names none there is no entry."""
    kept = {
        key: {"file": Path(name).name, "text": plan.path(name).read_text(encoding="utf-8-sig")}
        for key, name in plan.records.items()
    }
    return {"records": kept} if kept else {}


def _plain(value: Any) -> Any:
    """The same, without the places of files on this machine."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if not isinstance(value, str):
        return value
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(value)
        if path.is_absolute() or path.parts[:1] == ("..",):
            return path.name or value
    return value


@contextmanager
def kept_plan(kept: dict[str, Any]) -> Iterator[Plan]:
    """The plan that `settings` kept, with its own tables where it finds them for as long as this lasts.

    Raises
    ------
    ConfigError
        What was kept is not a plan.
    """
    values, tables = dict(kept.get("plan") or {}), kept.get("tables") or {}
    # What an earlier plan chose is not kept: strategies bear its price already.
    values.pop("stability", None)
    with tempfile.TemporaryDirectory() as folder:
        for key, table in tables.items():
            (Path(folder) / f"{Path(key).name}.csv").write_text(str(table["text"]), encoding="utf-8")
        for key, record in (kept.get("records") or {}).items():
            section, _, name = Path(key).name.partition(".")
            values[section] = {**values[section], name: f"{section}.{name}.csv"}
            (Path(folder) / values[section][name]).write_text(str(record["text"]), encoding="utf-8")
        values["tables"] = {key: f"{Path(key).name}.csv" for key in tables}
        yield make_plan(values, Path(folder) / "plan.json")
