"""The generated parts of the reference, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from importlib import resources

import pandas as pd
from plan_keys import key_tables, selector_fields

import assetplan
from assetplan.delimited import read_delimited
from assetplan.reference import load_table

# What a table of the schema holds, and where it comes from.
TABLES = {
    "assets": "The register: one row an asset ([register](../register.md)).",
    "inspections": "Inspections that decay is learned from ([calibration](../calibration.md)).",
    "premises": "Premises of the estate ([property](../property.md)).",
    "blocks": "Blocks of premises ([property](../property.md)).",
    "places": "Settlements, schools, hospitals and shops, a layer of the register ([network](../network.md)).",
    "grade_costs": "What mending a component costs by grade, `tables.grade_costs` ([property](../property.md)).",
    "statutory_tests": "Tests, inspections and reviews, `tables.statutory_tests` ([compliance](../compliance.md)).",
    "bids": "Bids beside those of the plan file, `tables.bids` ([bids](../bids.md)).",
    "routine_jobs": "Routine jobs that are due, `tables.routine_jobs` ([plan file](../plan-file.md#routine-jobs)).",
    "medium_term": "Lines of the medium-term plan, `tables.medium_term` ([plan file](../plan-file.md)).",
    "risk_register": "The council's register of risks, `risk.register` ([risk](../risk.md)).",
    "indicators": "Performance indicators, `indicators.definitions` ([indicators](../indicators.md)).",
    "indicator_values": "Values of indicators, `indicators.values` ([indicators](../indicators.md)).",
    "scheme_progress": "Dates and money of schemes, `indicators.schemes` ([indicators](../indicators.md)).",
    "actuals": "What schemes have spent and are to spend, for `assetplan monitor` ([monitoring](../monitoring.md)).",
    "case_assumptions": "Assumptions of business cases, each with its owner ([business cases](../business-case.md)).",
    "other_roads": "Roads of others, which detours may take ([network](../network.md)).",
    "districts": "District council areas, a layer of the register ([register](../register.md)).",
}


def plan_keys() -> str:
    """Every key of the plan file, table by table."""
    parts = []
    for table in key_tables():
        rows = [(f"`{key.name}`", key.type, key.unit, _code(key.default), key.text) for key in table.keys]
        parts.append(f"## {table.heading}\n\n{table.text}\n\n" if table.path else f"## {table.heading}\n\n")
        parts.append(_table(["key", "type", "unit", "default", "meaning"], rows))
        if table.selectors:
            names = ", ".join(f"`{name}`" for name in table.selectors)
            parts.append(f"\nAnd the [selectors](#selectors) {names}.\n")
        parts.append("\n")
    rows = [(f"`{name}`", text) for name, text in selector_fields().items()]
    parts.append("## Selectors\n\nWhich assets or works are meant: each key that is given must hold, and one of its ")
    parts.append("names is enough. Each is a text or a list of texts; left out, all are meant.\n\n")
    parts.append(_table(["key", "meaning"], rows))
    return "".join(parts)


def input_tables() -> str:
    """Columns of every table that a user may give."""
    schema = load_table("schema")
    parts = []
    for name, rows in schema.groupby("table", sort=False):
        if name not in TABLES:
            continue
        parts.append(f"## `{name}`\n\n{TABLES[str(name)]}\n\n")
        cells = [
            (
                f"`{row.column}`",
                _kind(row),
                _text(row.unit),
                "required" if row.required == "yes" else "",
                row.description,
            )
            for row in rows.itertuples()
        ]
        parts.append(_table(["column", "type", "unit", "required", "meaning"], cells) + "\n")
    return "".join(parts)


def _kind(row: object) -> str:
    low, high, allowed = (_text(getattr(row, name)) for name in ("low", "high", "allowed"))
    kind = str(row.type)  # type: ignore[attr-defined]
    if allowed.endswith(".csv"):
        return f"one of `{allowed}`"
    if allowed:
        return "one of " + ", ".join(allowed.split("|"))
    if low and high:
        return f"{kind}, {low} to {high}"
    return kind + (f", {low} or more" if low and kind != "positive" else f", at most {high}" if high else "")


def packaged_tables() -> str:
    """Every packaged table with all its rows, folded."""
    parts = []
    folder = resources.files("assetplan.reference")
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.endswith(".csv"):
            parts.append(_packaged(path.name, path.read_text(encoding="utf-8")))
    return "\n".join(parts)


def _packaged(name: str, text: str) -> str:
    comments = [line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("#")]
    with resources.as_file(resources.files("assetplan.reference") / name) as path:
        table = read_delimited(path, comments=True)
    return f"## `{name}`\n\n{_escape(' '.join(comments))}\n\n{_folded(table)}\n"


def _folded(table: pd.DataFrame) -> str:
    unverified = int((table["verified"] == "no").sum()) if "verified" in table else 0
    summary = f"{len(table):,} rows" + (f", {unverified:,} not verified" if unverified else "")
    head = "".join(f"<th>{escape(str(column))}</th>" for column in table.columns)
    body = "\n".join(
        "<tr>" + "".join(_td(str(cell)) for cell in row) + "</tr>" for row in table.itertuples(index=False)
    )
    return (
        f'<details><summary>{summary}</summary><div class="table-wrapper" tabindex="0"><table class="docutils">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div></details>\n"
    )


def _td(cell: str) -> str:
    return f'<td class="long">{escape(cell)}</td>' if len(cell) > 40 else f"<td>{escape(cell)}</td>"


def public_names() -> str:
    """Every public name of the package, by room, with signature and docstring."""
    rooms: dict[str, list[str]] = {}
    for name, room in assetplan._HOME.items():
        rooms.setdefault(room, []).append(name)
    parts = []
    for room, names in rooms.items():
        parts.append(f"## {room}\n\n```{{eval-rst}}\n")
        for name in names:
            is_class = isinstance(getattr(assetplan, name), type)
            parts.append(f".. auto{'class' if is_class else 'function'}:: assetplan.{name}\n")
            parts.append("   :members:\n\n" if is_class else "\n")
        parts.append("```\n\n")
    return "".join(parts)


def _table(head: list[str], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


def _escape(text: str) -> str:
    return text.replace("*", "\\*").replace("<", "&lt;").replace("_", "\\_")


def _code(text: str) -> str:
    return text if text in ("", "required") else f"`{text}`"


def _text(value: object) -> str:
    return "" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)


PARTS: dict[str, Callable[[], str]] = {
    "plan keys": plan_keys,
    "input tables": input_tables,
    "packaged tables": packaged_tables,
    "public names": public_names,
}
