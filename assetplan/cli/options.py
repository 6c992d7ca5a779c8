"""Arguments and options that more than one command takes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import click

PATH = click.Path(path_type=Path)
_MOST = 100  # identifiers that a shell is offered


class _RegularFile(click.Path):
    """A file that is there: no folder, and no pipe or device, which might never end."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(str(super().convert(value, param, ctx)))
        if not path.is_file():
            self.fail(f"{path} is not a regular file", param, ctx)
        return path


class LaterChoice(click.Choice):
    """A choice of names that are heavy to import, so that they are when they are asked for.

    Parameters
    ----------
    names : callable; the names
    """

    def __init__(self, names: Callable[[], tuple[str, ...]]) -> None:
        self.case_sensitive, self._names = True, names

    @cached_property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        """The names."""
        return self._names()


class Shares(click.ParamType):
    """Shares with commas between them, as "80%,100%,1.2"."""

    name = "shares"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """The shares as numbers.

        Parameters
        ----------
        value, param, ctx : text, and the parameter and context that click names in its message
        """
        return (
            value if isinstance(value, tuple) else tuple(Share().convert(each, param, ctx) for each in value.split(","))
        )


class Share(click.ParamType):
    """A share as "0.01" or "1%"."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share as a number.

        Parameters
        ----------
        value, param, ctx : text, and the parameter and context that click names in its message
        """
        text = str(value).strip()
        try:
            return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"{value} is no share such as 1% or 0.01", param, ctx)


def asset_ids(context: click.Context, argument: click.Parameter, begun: str) -> list[str]:
    """Identifiers of the assets of a planned folder that begin so, for a shell to complete.

    Parameters
    ----------
    context, argument : Context, Parameter; of the command, which has the folder as its argument
    begun : str; what is typed of it
    """
    from pandas import read_parquet

    file = Path(context.params.get("folder") or "") / "assets.parquet"
    if not file.is_file():
        return []
    ids = read_parquet(file, columns=["asset_id"])["asset_id"]
    return ids[ids.str.startswith(begun)].head(_MOST).tolist()


FILE = _RegularFile()
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class _PlanOrFolder(click.ParamType):
    """A plan file, or the folder that one was planned into."""

    name = "plan or folder"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path.

        Parameters
        ----------
        value, param, ctx : text, and the parameter and context that click names in its message
        """
        kind = FOLDER if Path(value).is_dir() else FILE
        path: Path = kind.convert(value, param, ctx)
        return path


PLAN_OR_FOLDER = _PlanOrFolder()
INPUTS = click.option(
    "--inputs", type=FOLDER, help="Folder of what a planned folder was made from, as it lay beside the plan file."
)
FORCE = click.option("--force", is_flag=True, help="Replace the output if it exists.")
MAPPING = click.option("--mapping", type=FILE, help="Column mapping of a register that is a council's own table.")
TABLES = click.option(
    "--tables", type=FILE, help="Plan or other TOML file whose [tables] name own classes, groups and treatments."
)

TRUST_EDITS = click.option(
    "--trust-edits", is_flag=True, help="Go on where files of FOLDER were changed since they were written."
)


def output(words: str, required: bool = True) -> Callable[[Any], Any]:
    """The option -o of a command, with what it writes in words; a name that has to be a GeoPackage's is checked."""
    check = _geopackage if ".gpkg" in words else None
    return click.option("-o", "--output", type=PATH, required=required, callback=check, help=words)


def _geopackage(ctx: click.Context, option: click.Parameter, value: Path) -> Path:
    if value.suffix.lower() != ".gpkg":
        raise click.BadParameter(f"{value} must end in .gpkg: what is written is a GeoPackage")
    return value


def seed(words: str | None = None, default: int = 0) -> Callable[[Any], Any]:
    """The option --seed, with what is drawn by it in words."""
    return click.option("--seed", type=click.IntRange(min=0), default=default, show_default=True, help=words)
