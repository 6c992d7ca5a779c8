"""`assetplan import …`: from other people's files to a register."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from assetplan.cli.layout import echo
from assetplan.cli.options import FILE, FORCE, TABLES, output
from assetplan.output import refuse_existing


@click.group("import")
def import_group() -> None:
    """Make a register from OpenStreetMap, OS Open Roads, US bridge files or any table."""


@dataclass(frozen=True)
class _Importer:
    """One command: its name and help, the function of `assetplan.register` that it calls, and its own options.

    `arguments` makes the function's keyword arguments of the values of the options.
    """

    name: str
    reads: str
    function: str
    options: tuple[Callable[[Any], Any], ...] = ()
    arguments: Callable[..., dict[str, Any]] = dict


def _trunks(council_trunk: str) -> dict[str, Any]:
    return {"council_trunk": {name.strip() for name in council_trunk.split(",") if name.strip()}}


def _mapped(mapping: Path | None, tables: Path | None) -> dict[str, Any]:
    from assetplan.inputs import read_parameters

    return {"mapping": mapping, "fill": True, "names": read_parameters(tables).names}


_TRUNK = click.option(
    "--council-trunk",
    default="",
    metavar="REF,…",
    help="Roads tagged trunk that are the council's all the same, as A606,A6003: the tag marks primary routes too.",
)
_COLUMNS = click.option("--mapping", type=FILE, help="Column mapping (TOML); see docs/register.md.")
_IMPORTERS = (
    _Importer(
        "osm",
        "Council roads, bridges and public buildings of an OpenStreetMap extract (.osm.pbf).",
        "import_osm",
        (_TRUNK,),
        _trunks,
    ),
    _Importer("open-roads", "Council roads of an OS Open Roads GeoPackage.", "import_open_roads"),
    _Importer("nbi", "Bridges of a US National Bridge Inventory file.", "import_nbi"),
    _Importer(
        "table",
        "Any table of assets: GeoPackage, GeoParquet, Shapefile, GeoJSON, CSV.",
        "import_table",
        (_COLUMNS, TABLES),
        _mapped,
    ),
)


def _add(importer: _Importer) -> None:
    def run(file: Path, output: Path, force: bool, **given: Any) -> None:
        from assetplan import register, write_register
        from assetplan.cli.register_text import register_text

        refuse_existing(output, force, inputs={"file": file})
        made = getattr(register, importer.function)(file, **importer.arguments(**given))
        write_register(made, output, force)
        echo(f"{register_text(made)}\n{output}")

    decorators = (click.argument("file", type=FILE), *importer.options, output("Register to write (.gpkg)."), FORCE)
    for decorate in reversed(decorators):
        run = decorate(run)
    import_group.command(importer.name, help=importer.reads)(run)


for _importer in _IMPORTERS:
    _add(_importer)
