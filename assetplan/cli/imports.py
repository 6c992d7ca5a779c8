"""`assetplan import …`: from other people's files to a register."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from assetplan.register import Register

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def import_group() -> None:
    """Make a register from OpenStreetMap, OS Open Roads, US bridge files or any table."""


def _finish(register: Register, output: Path, force: bool) -> None:
    from assetplan import write_register
    from assetplan.cli.text import register_text

    write_register(register, output, force)
    click.echo(register_text(register))
    click.echo(str(output))


def _command(name: str, explanation: str, read: Callable[[Path], Register]) -> None:
    @import_group.command(name, help=explanation)
    @click.argument("file", type=_FILE)
    @click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Register to write (.gpkg).")
    @click.option("--force", is_flag=True, help="Replace the output if it exists.")
    def run(file: Path, output: Path, force: bool) -> None:
        from assetplan.output import refuse_existing

        refuse_existing(output, force)
        _finish(read(file), output, force)


def _osm(file: Path) -> Register:
    from assetplan.register import import_osm

    return import_osm(file)


def _open_roads(file: Path) -> Register:
    from assetplan.register import import_open_roads

    return import_open_roads(file)


def _nbi(file: Path) -> Register:
    from assetplan.register import import_nbi

    return import_nbi(file)


_command("osm", "Council roads, bridges and public buildings of an OpenStreetMap extract (.osm.pbf).", _osm)
_command("open-roads", "Council roads of an OS Open Roads GeoPackage.", _open_roads)
_command("nbi", "Bridges of a US National Bridge Inventory file.", _nbi)


@import_group.command("table")
@click.argument("file", type=_FILE)
@click.option("--mapping", type=_FILE, help="Column mapping (TOML); see docs/register.md.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Register to write (.gpkg).")
@click.option("--force", is_flag=True, help="Replace the output if it exists.")
def table(file: Path, mapping: Path | None, output: Path, force: bool) -> None:
    """Any table of assets: GeoPackage, GeoParquet, Shapefile, GeoJSON, CSV."""
    from assetplan.output import refuse_existing
    from assetplan.register import import_table

    refuse_existing(output, force)
    _finish(import_table(file, mapping), output, force)
