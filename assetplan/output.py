"""Writing what a user will own: whole or not at all, and never over what is there unless told to."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assetplan.errors import OutputExistsError


def refuse_existing(path: Path, force: bool) -> None:
    """Raise OutputExistsError where the output is there and may not be replaced."""
    if path.exists() and not force:
        raise OutputExistsError(f"{path} exists already: choose another name, or say --force to replace it")


@contextmanager
def new_folder(path: str | Path, force: bool = False) -> Iterator[Path]:
    """A folder to write into, which takes its name only once everything in it is written.

    Parameters
    ----------
    path : path
        Name of the folder.
    force : bool
        Whether a folder of that name may be replaced.

    Raises
    ------
    OutputExistsError
        It exists and `force` is false.
    """
    path = Path(path)
    refuse_existing(path, force)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    part.chmod(0o755)
    try:
        yield part
        if path.exists():
            old = part.with_name(part.name + "-old")
            path.rename(old)
            part.rename(path)
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        else:
            part.rename(path)
    finally:
        if part.exists():
            shutil.rmtree(part)


@contextmanager
def new_file(path: str | Path, force: bool = False) -> Iterator[Path]:
    """A file to write, beside its place, which takes its name only once it is written.

    Parameters and errors as for `new_folder`.
    """
    path = Path(path)
    refuse_existing(path, force)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        part = folder / path.name
        yield part
        part.replace(path)
    finally:
        shutil.rmtree(folder)


@contextmanager
def fixed_layer_dates() -> Iterator[None]:
    """GeoPackages store when each layer last changed; within this they all say the same, so bytes do not differ."""
    from pyogrio import set_gdal_config_options

    set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        set_gdal_config_options({"OGR_CURRENT_DATE": None})
