"""`assetplan import …`: from other people's files to a register."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from assetplan.cli.answer import JSON, answer, remark
from assetplan.cli.faults import write_faults
from assetplan.cli.layout import paragraph
from assetplan.cli.options import FILE, FORCE, TABLES, output
from assetplan.output import new_file, refuse_existing
from assetplan.register import Register


@click.group("import")
def import_group() -> None:
    """Make a register from maps, street and bridge files or any table, or give it a condition survey."""


@dataclass(frozen=True)
class _Importer:
    """One command: its name and help, the function of `assetplan` that it calls, and its own options.

    `arguments` makes the function's keyword arguments of the values of the options; `several` files are read as one.
    """

    name: str
    reads: str
    function: str
    options: tuple[Callable[[Any], Any], ...] = ()
    arguments: Callable[..., dict[str, Any]] = dict
    several: bool = False


def _practice(council_trunk: str, country: str) -> dict[str, Any]:
    return {"council_trunk": {name.strip() for name in council_trunk.split(",") if name.strip()}, "country": country}


def _joined(register: Path | None) -> dict[str, Any]:
    from assetplan.register import read_register

    return {"register": None if register is None else read_register(register)}


_TRUNK = click.option(
    "--council-trunk",
    default="",
    metavar="REF,…",
    help="Roads tagged trunk that are the council's all the same, as A606,A6003: the tag marks primary routes too.",
)
_COUNTRY = click.option(
    "--country",
    type=click.Choice(["GB", "DE", "FR", "IE", "NL", "US"]),
    default="GB",
    show_default=True,
    help="Whose practice of tagging roads to read by.",
)
_REGISTER = click.option("--register", type=FILE, help="Register that takes what the file measured and it did not.")
_ITEMS = click.option(
    "--mapping", type=FILE, help="Columns of further items (TOML), added or in place of the import's own."
)
_IMPORTERS = (
    _Importer(
        "osm",
        "Council roads, bridges and public buildings of an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz, .osm.bz2).",
        "import_osm",
        (_TRUNK, _COUNTRY),
        _practice,
    ),
    _Importer("open-roads", "Council roads of an OS Open Roads GeoPackage.", "import_open_roads"),
    _Importer(
        "ngd",
        "Roads, footways and bridges of OS NGD road links, streets and compound structures (GeoPackage or CSV).",
        "import_ngd",
        (_REGISTER,),
        _joined,
        several=True,
    ),
    _Importer(
        "dtf",
        "Streets of the National Street Gazetteer (DTF 8.1): the LG file and, beside it, the AD file.",
        "import_dtf",
        (_REGISTER,),
        _joined,
        several=True,
    ),
    _Importer("nbi", "Bridges of a US National Bridge Inventory file.", "import_nbi", (_ITEMS,)),
)


def _finish(made: Register, output: Path, force: bool) -> None:
    from assetplan import write_register
    from assetplan.cli.register_text import register_facts, register_text
    from assetplan.register.plausible import with_doubts

    made = with_doubts(made)
    write_register(made, output, force)
    facts = register_facts(made)
    answer(register_text(facts), facts, output)


def _add(importer: _Importer) -> None:
    def run(file: Path | tuple[Path, ...], output: Path, force: bool, **given: Any) -> None:
        import assetplan

        inputs = {f"file {n}": each for n, each in enumerate(file)} if isinstance(file, tuple) else {"file": file}
        refuse_existing(output, force, inputs=inputs | {k: v for k, v in given.items() if isinstance(v, Path)})
        _finish(getattr(assetplan, importer.function)(file, **importer.arguments(**given)), output, force)

    files = click.argument("file", type=FILE, nargs=-1 if importer.several else 1, required=True)
    decorators = (files, *importer.options, output("Register to write (.gpkg)."), FORCE, JSON)
    for decorate in reversed(decorators):
        run = decorate(run)
    import_group.command(importer.name, help=importer.reads)(run)


for _importer in _IMPORTERS:
    _add(_importer)


@import_group.command("table")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--mapping", type=FILE, help="Column mapping (TOML); see docs/register.md.")
@TABLES
@click.option("--suggest", is_flag=True, help="Write a first mapping (.toml) from names and contents, and no register.")
@output("Register to write; with --suggest the mapping (.toml).")
@FORCE
@JSON
def _table(
    files: tuple[Path, ...], mapping: Path | None, tables: Path | None, suggest: bool, output: Path, force: bool
) -> None:
    """Any table of assets, or several of one layout: GeoPackage, GeoParquet, shapefile, GeoJSON, Excel, CSV."""
    from assetplan.inputs import read_parameters
    from assetplan.register import import_table, read_register, suggest_table_mapping

    ending = ".toml" if suggest else ".gpkg"
    if output.suffix.lower() != ending:
        raise click.BadParameter(f"{output} must end in {ending}", param_hint="--output")
    inputs = {f"file {number}": file for number, file in enumerate(files, 1)}
    refuse_existing(output, force, inputs={**inputs, **({"mapping": mapping} if mapping else {})})
    if not suggest:
        names = read_parameters(tables).names
        # one file may be a register that lacks something, with a layer for each class
        one = len(files) == 1
        made = (read_register(files[0], mapping, names, fill=True) if one
                else import_table(files, mapping, fill=True, names=names))  # fmt: skip
        _finish(made, output, force)
        return
    text, unsure = suggest_table_mapping(files)
    with new_file(output, force) as part:
        part.write_text(text, encoding="utf-8")
    answer("\n".join(paragraph(f"unsure: {each}") for each in unsure), {"unsure": unsure}, output)


@import_group.command("property")
@click.argument("file", type=FILE)
@click.option("--mapping", type=FILE, help="Column mapping (TOML); see docs/property.md.")
@click.option("--register", type=FILE, help="Register that takes the premises, blocks and components.")
@TABLES
@click.option("--dfe", is_flag=True, help="The file is of the DfE's condition data: print what they are not for.")
@output("Register to write (.gpkg).")
@FORCE
@JSON
def _property(
    file: Path, mapping: Path | None, register: Path | None, tables: Path | None, dfe: bool, output: Path, force: bool
) -> None:
    """A component survey, condition data by block and element, or a plain list of premises."""
    from assetplan import import_property, write_register
    from assetplan.cli.register_text import property_text
    from assetplan.importers.property import DFE_CAVEAT
    from assetplan.inputs import read_parameters
    from assetplan.register import read_register

    inputs = {"file": file, "mapping": mapping, "register": register}
    refuse_existing(output, force, inputs={name: path for name, path in inputs.items() if path is not None})
    names = read_parameters(tables).names
    whole = None if register is None else read_register(register, None, names, premises_alone=True)
    made = import_property(file, mapping, whole, names)
    write_register(made.register, output, force)
    faults = click.get_current_context().find_root().params.get("faults")
    if faults is not None:
        write_faults(made.faults, faults)
    held = made.register
    facts = {
        "premises": len(held.premises),
        "blocks": len(held.blocks),
        "assets": len(held.assets),
        "notes": held.notes,
        "faults": len(made.faults),
    }
    answer(property_text(held, made.faults, faults), facts, output)
    remark(DFE_CAVEAT if dfe else "")
