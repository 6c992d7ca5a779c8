"""What `inspect`, `survey`, `import` and `validate` print of a register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from assetplan.asset_classes import CARRIAGEWAY, AssetClasses, load_asset_classes
from assetplan.cli.layout import figure, items, paragraph, table, wrapped
from assetplan.errors import Fault
from assetplan.inspection import Inspection, Survey
from assetplan.register import Register, assumed_share
from assetplan.register.basis import basis_notes, condition_basis, largely_assumed
from assetplan.register.no_map import no_map, without_geometry
from assetplan.register.positions import extent_text
from assetplan.register.sources import source_summary
from assetplan.words import capitalised, is_missing, millions

if TYPE_CHECKING:
    import geopandas as gpd

_FEW = 5
_FAULTS = 20
_LABELS = {"road_class": "road class", "hierarchy": "level of the hierarchy", "district": "district"}
_MILLIONS = "£m"
_CLASS = ("class", "asset_class", "")
_VALUE = ("£m new", "replacement_value", _MILLIONS)


def _table(frame: pd.DataFrame, *columns: tuple[str, str, str], shares_from: str = "") -> str:
    """Some columns of a frame, each with its heading and the format of its figures, then shares to the last."""
    shares = list(frame.columns)[list(frame.columns).index(shares_from) + 1 :] if shares_from else []
    shown = [*columns, *((str(column), column, ".1%") for column in shares)]
    cells = [[_cell(value, form) for value in frame[column]] for _, column, form in shown]
    return table([heading for heading, _, _ in shown], list(zip(*cells, strict=True)))


def _cell(value: Any, form: str) -> str:
    if form == _MILLIONS:
        return millions(value)
    return figure(value, form) if form else str(value)


def inspection_text(inspection: Inspection) -> str:
    """What is owned, its condition and life by class, carriageways by road class, level and district, and the rest."""
    bands, life = inspection.tables["condition"], inspection.tables["residual_life"]
    doubt = inspection.largely_assumed
    return "\n\n".join(
        [
            paragraph(f"What is owned, and its condition index at the end of {inspection.year}{doubt and ': '}{doubt}"),
            *_condition(bands),
            "Years left if nothing is done",
            _table(life[life["by"] == "all"], _CLASS, ("mean", "mean", ",.1f"), shares_from="mean"),
            *_surveyed(inspection),
            *_property(inspection),
            *_assumed(inspection),
            *(["\n".join(items(inspection.notes))] if inspection.notes else []),
        ]
    )


def _condition(bands: pd.DataFrame) -> Iterator[str]:
    whole = bands[bands["by"] == "all"]
    names = list(bands.columns)[list(bands.columns).index("mean") + 1 :]
    # Classes shown in the same bands stand in one table.
    shown = [
        tuple(name for name, share in zip(names, row, strict=True) if share == share) for row in whole[names].to_numpy()
    ]
    most = max(shown, key=len, default=())
    shown = [own or most for own in shown]
    for there in dict.fromkeys(shown):
        absent = [name for name in names if name not in there]
        yield _table(
            whole[[own == there for own in shown]].drop(columns=absent),
            _CLASS, ("assets", "assets", ",.0f"), ("stock", "stock", ",.1f"), ("unit", "unit", ""),
            _VALUE, ("known", "known", ".1%"), ("index", "mean", ",.1f"),
            shares_from="mean",
        )  # fmt: skip
    roads = bands[(bands["asset_class"] == CARRIAGEWAY) & (bands["by"] != "all")]
    unused = [name for name in names if roads[name].isna().all()]
    for by, part in roads.drop(columns=unused).groupby("by", sort=False):
        head = f"carriageway by {_LABELS[str(by)]}"
        yield _table(
            part, (head, "name", ""), ("km", "stock", ",.1f"), _VALUE, ("index", "mean", ",.1f"), shares_from="mean"
        )


def _surveyed(inspection: Inspection) -> Iterator[str]:
    """Road surveys, footway levels, bridges."""
    if "indicators" in inspection.tables:
        for measure, part in inspection.tables["indicators"].groupby("measure", sort=False):
            yield f"Roads as surveyed by {measure}, share of the length of sections"
            yield _bands(part)
    if "footways" in inspection.tables:
        yield "Footways as surveyed, share of length"
        yield _table(
            inspection.tables["footways"], ("footway", "name", ""), ("km", "length_km", ",.1f"), shares_from="length_km"
        )
    if "bridges" in inspection.tables:
        yield "Bridges, index of the stock weighted by deck area"
        yield _table(
            inspection.tables["bridges"],
            ("bridges", "name", ""), ("number", "bridges", ",.0f"), ("deck m²", "deck_m2", ",.0f"),
            ("index", "stock_index", ",.1f"), ("below full loading", "substandard", ",.0f"),
            ("weight limits", "weight_limits", ",.0f"),
            shares_from="weight_limits",
        )  # fmt: skip


def _bands(part: pd.DataFrame) -> str:
    rows = part.pivot_table("share", ["by", "name"], "band", sort=False).rename_axis(columns=None)
    rows.insert(0, "km", part.groupby(["by", "name"], sort=False)["length_km"].sum())
    return _table(rows.reset_index("name"), ("road", "name", ""), ("km", "km", ",.1f"), shares_from="km")


def survey_facts(survey: Survey) -> dict[str, Any]:
    """How many sections a survey was carried to, and the reported shares of lengths.

    Parameters
    ----------
    survey : Survey
    """
    carried = int(survey.sections["carried"].sum())
    return {
        "sections_carried": carried,
        "sections_kept": len(survey.sections) - carried,
        "homogeneous_sections": len(survey.homogeneous),
        "series_breaks": len(survey.breaks),
        "measure": survey.measure,
        "bands": survey.bands,
        "faults": survey.faults,
    }


def survey_text(survey: Survey) -> str:
    """Sections carried, the reported share of lengths in each band, and what did not fit.

    Parameters
    ----------
    survey : Survey
    """
    facts, faults = survey_facts(survey), survey.faults
    counts = (
        ("sections_carried", "sections take their condition from the survey"),
        ("sections_kept", "keep what they had: too little of them was read"),
        ("homogeneous_sections", "homogeneous sections"),
        ("series_breaks", "were measured otherwise before: there the series breaks"),
    )
    always = ("sections_carried", "homogeneous_sections")
    lines = [f"{facts[key]:,} {words}" for key, words in counts if facts[key] or key in always]
    lines += filter(None, [paragraph(no_map(survey.register.assets))])
    parts = ["\n".join(lines), f"Lengths read, by {survey.measure}: the reported shares", _bands(survey.bands)]
    if faults:
        shown = [paragraph(f"  {fault}", "      ") for fault in faults[:_FAULTS]]
        more = [f"  … and {len(faults) - _FAULTS:,} more: --csv lists them all"] if len(faults) > _FAULTS else []
        parts.append("\n".join([f"{len(faults):,} readings did not fit", *shown, *more]))
    return "\n\n".join(parts)


def _property(inspection: Inspection) -> Iterator[str]:
    """Backlog of the estate by grade and priority, and the buildings in the worst condition."""
    if "backlog" in inspection.tables:
        estate = inspection.tables["backlog"].groupby("grade").sum(numeric_only=True).reset_index()
        yield paragraph("Backlog of buildings, £m: what brings components worse than grade B to B, by priority")
        amounts = [(str(name), str(name), _MILLIONS) for name in estate.columns[1:]]
        yield _table(estate, ("grade", "grade", ""), *amounts)
    if "facilities" in inspection.tables:
        worst = inspection.tables["facilities"]
        counts = worst["band"].value_counts(sort=False)
        listed = ", ".join(f"{band} {count:,}" for band, count in counts.items())
        yield paragraph(f"Facility condition index: {listed}")
        backlog = ("backlog £m", "backlog", _MILLIONS)
        yield _table(worst.head(_FEW), ("worst buildings", "name", ""), _VALUE, backlog, ("index", "fci", ".3f"))


def _assumed(inspection: Inspection) -> Iterator[str]:
    """Columns that rules filled, by class."""
    if "assumed" not in inspection.tables:
        return
    lines = []
    for asset_class, part in inspection.tables["assumed"].groupby("asset_class", sort=False):
        shares = ", ".join(f"{c} {s:.0%}" for c, s in zip(part["column"], part["share"], strict=True))
        lines += wrapped(f"{asset_class}: {shares}", initial_indent="  ", subsequent_indent="    ")
    yield "\n".join(["Assumed by rule, share of assets", *lines])


def _where(assets: gpd.GeoDataFrame) -> list[str]:
    """CRS and extent of the assets, and that there is no map of some or all of them."""
    extent = "" if without_geometry(assets).all() else extent_text(assets.geometry)
    return list(filter(None, (extent, no_map(assets))))


def register_facts(register: Register, classes: AssetClasses | None = None, year: int | None = None) -> dict[str, Any]:
    """What a register holds: assets by class, roads by class, what was left out, what was assumed.

    Parameters
    ----------
    register : Register
    classes : AssetClasses, optional; by default the packaged ones
    year : int, optional; base year of a plan, which condition without a date is taken for
    """
    assets, classes = register.assets, classes or load_asset_classes()
    basis = condition_basis(assets, classes)
    by_class = assets.groupby("asset_class")
    rows = pd.DataFrame({"assets": by_class.size(), "length_km": by_class["length_m"].sum(min_count=1) / 1000})
    rows["replacement_value"] = by_class["replacement_value"].sum()
    roads = assets[assets["asset_class"] == CARRIAGEWAY]
    sources = [(column, source, count / len(assets)) for column, source, count in source_summary(assets)]
    plurals = {row.asset_class: row.plural for row in classes}
    return {
        "doubt": largely_assumed(basis, year),
        "classes": rows.reset_index(),
        "carriageway_km": dict(roads.groupby("road_class")["length_m"].sum() / 1000),
        "where": _where(assets),
        "notes": register.notes,
        "sources": pd.DataFrame(sources, columns=["column", "source", "share"]),
        "basis": [note for _, note in basis_notes(basis, lambda name: plurals.get(name, name), year)],
        "assumed_share": dict(assumed_share(assets)),
    }


def register_text(facts: Mapping[str, Any]) -> str:
    """What a register holds, as text.

    Parameters
    ----------
    facts : mapping; from `register_facts`
    """
    parts = [paragraph(capitalised(facts["doubt"]) + ".")] if facts["doubt"] else []
    rows = [
        [
            str(row["asset_class"]),
            f"{row['assets']:,}",
            "" if is_missing(row["length_km"]) else f"{row['length_km']:,.1f}",
            f"{row['replacement_value'] / 1e6:,.1f}",
        ]
        for row in facts["classes"].to_dict("records")
    ]
    parts.append(table(["class", "assets", "km", "replacement £m"], rows))
    if facts["carriageway_km"]:
        lengths = (f"{name} {length:,.1f}" for name, length in facts["carriageway_km"].items())
        parts.append(paragraph("carriageway km: " + ", ".join(lengths)))
    parts += map(paragraph, facts["where"])
    parts += [paragraph(f"  {note}: {count:,}", "    ") for note, count in facts["notes"]]
    for source, part in facts["sources"].groupby("source", sort=False):
        columns = (f"{column} {share:.0%}" for column, share in zip(part["column"], part["share"], strict=True))
        parts.append(paragraph(f"from {source}: {', '.join(columns)}"))
    parts += map(paragraph, facts["basis"])
    if facts["assumed_share"]:
        by_column = ", ".join(f"{column} {share:.0%}" for column, share in facts["assumed_share"].items())
        parts.append(paragraph(f"assumed by rule, share of assets: {by_column}"))
    return "\n".join(parts)


def property_text(register: Register, faults: Sequence[Fault], file: Path | None) -> str:
    """What an import of property made: premises, blocks, components, what was left out, and the first faults.

    Parameters
    ----------
    register : Register
    faults : sequence of Fault; rows that were left out and cells that were left blank
    file : Path or None; where the whole list of them was written
    """
    held = (("premises", register.premises), ("blocks", register.blocks), ("assets", register.assets))
    parts = [", ".join(f"{len(table):,} {name}" for name, table in held)]
    parts += [paragraph(f"  {note}: {count:,}", "    ") for note, count in register.notes]
    parts += [paragraph(f"  {fault}", "    ") for fault in faults[:_FAULTS]]
    if len(faults) > _FAULTS and file is None:
        parts.append(f"  … and {len(faults) - _FAULTS:,} more: assetplan --faults FAULTS.csv import … lists them all")
    if file is not None:
        parts.append(f"every fault: {file}")
    return "\n".join(parts)
