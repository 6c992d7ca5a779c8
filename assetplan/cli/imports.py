"""`assetplan import …`: from other people's files to a register."""

from __future__ import annotations

from pathlib import Path

import click

from assetplan.cli.registers import TABLES
from assetplan.output import refuse_existing
from assetplan.register import Register

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def import_group() -> None:
    """Make a register from OpenStreetMap, OS Open Roads, US bridge files or any table."""


def _finish(register: Register, output: Path, force: bool) -> None:
    from assetplan import write_register
    from assetplan.cli.register_text import register_text

    write_register(register, output, force)
    click.echo(register_text(register))
    click.echo(str(output))


def _geopackage(ctx: click.Context, option: click.Parameter, value: Path) -> Path:
    if value.suffix.lower() != ".gpkg":
        raise click.BadParameter(f"{value} must end in .gpkg: a register is a GeoPackage")
    return value


_OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    callback=_geopackage,
    help="Register to write (.gpkg).",
)
_FORCE = click.option("--force", is_flag=True, help="Replace the output if it exists.")


@import_group.command("osm")
@click.argument("file", type=_FILE)
@click.option(
    "--council-trunk",
    default="",
    metavar="REF,…",
    help="Roads tagged trunk that are the council's all the same, as A606,A6003: the tag marks primary routes too.",
)
@_OUTPUT
@_FORCE
def osm(file: Path, council_trunk: str, output: Path, force: bool) -> None:
    """Council roads, bridges and public buildings of an OpenStreetMap extract (.osm.pbf)."""
    from assetplan.register import import_osm

    refuse_existing(output, force)
    names = {name.strip() for name in council_trunk.split(",") if name.strip()}
    _finish(import_osm(file, council_trunk=names), output, force)


@import_group.command("open-roads")
@click.argument("file", type=_FILE)
@_OUTPUT
@_FORCE
def open_roads(file: Path, output: Path, force: bool) -> None:
    """Council roads of an OS Open Roads GeoPackage."""
    from assetplan.register import import_open_roads

    refuse_existing(output, force)
    _finish(import_open_roads(file), output, force)


@import_group.command("nbi")
@click.argument("file", type=_FILE)
@_OUTPUT
@_FORCE
def nbi(file: Path, output: Path, force: bool) -> None:
    """Bridges of a US National Bridge Inventory file."""
    from assetplan.register import import_nbi

    refuse_existing(output, force)
    _finish(import_nbi(file), output, force)


@import_group.command("table")
@click.argument("file", type=_FILE)
@click.option("--mapping", type=_FILE, help="Column mapping (TOML); see docs/register.md.")
@TABLES
@_OUTPUT
@_FORCE
def table(file: Path, mapping: Path | None, tables: Path | None, output: Path, force: bool) -> None:
    """Any table of assets: GeoPackage, GeoParquet, Shapefile, GeoJSON, CSV."""
    from assetplan.inputs import read_parameters
    from assetplan.register import import_table

    refuse_existing(output, force)
    _finish(import_table(file, mapping, fill=True, names=read_parameters(tables).names), output, force)
