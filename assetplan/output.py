"""Writing files and folders: whole or not at all, and over what is there only with `force`."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from assetplan.errors import OutputExistsError


def refuse_existing(path: str | Path, force: bool, ours: Collection[str] | None = None) -> None:
    """Refuse an output that is there already.

    Parameters
    ----------
    path : path; file or folder about to be written
    force : bool; whether it may be replaced
    ours : collection of str, optional
        Names a folder of this kind holds: one that holds anything else is somebody's work, and is left alone even
        with `force`.

    Raises
    ------
    OutputExistsError
        It exists and may not be replaced, or it is a link: what lies behind it may be somebody else's.
    """
    path = Path(path)
    if path.is_symlink():
        raise OutputExistsError(f"{path} is a link: give the place it points to, or choose another name")
    if not path.exists():
        return
    if not force:
        raise OutputExistsError(f"{path} exists already: choose another name, or add --force to replace it")
    if ours is None:
        return
    if not path.is_dir():
        raise OutputExistsError(f"{path} is a file, where a folder is to be written")
    others = sorted({part.name for part in path.iterdir()} - set(ours))
    if others:
        raise OutputExistsError(f"{path} also holds {', '.join(others[:3])}, which is not ours to delete")


@contextmanager
def tidy_end() -> Iterator[None]:
    """Within this a request to end (SIGTERM) unwinds the program, so that drafts are removed on the way out.

    Only in the main thread, which alone may handle signals, and where nothing else handles this one.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def new_folder(path: str | Path, force: bool, ours: Collection[str]) -> Iterator[Path]:
    """A folder to write into, which takes its name only once everything in it is written.

    Parameters
    ----------
    path : path; name of the folder
    force : bool; whether a folder of that name may be replaced
    ours : collection of str
        Names such a folder may hold; one that holds anything else is not replaced.

    Raises
    ------
    OutputExistsError
        It exists and may not be replaced.
    """
    path = Path(path)
    refuse_existing(path, force, ours)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tidy_end():
        part = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        old = part.with_name(part.name + "-old")
        try:
            part.chmod(0o755)
            yield part
            if path.exists():
                path.rename(old)
            part.rename(path)
        finally:
            if old.exists() and not path.exists():
                old.rename(path)
            for left in (part, old):
                if left.exists():
                    shutil.rmtree(left)


@contextmanager
def new_file(path: str | Path, force: bool = False) -> Iterator[Path]:
    """A file to write, beside its place, which takes its name only once it is written.

    Parameters
    ----------
    path : path; name of the file
    force : bool; whether a file of that name may be replaced

    Raises
    ------
    OutputExistsError
        It exists and `force` is false.
    """
    path = Path(path)
    refuse_existing(path, force)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tidy_end():
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        try:
            part = folder / path.name
            yield part
            part.replace(path)
        finally:
            shutil.rmtree(folder)


# GeoPackages store when each layer last changed; a fixed date makes the bytes depend on the content alone. A draft goes
# to disk once, at its end, and not after every layer.
_GDAL_OPTIONS = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z", "OGR_SQLITE_SYNCHRONOUS": "OFF"}


@contextmanager
def repeatable_layers() -> Iterator[None]:
    """Within this the same layers give a GeoPackage of the same bytes."""
    import pyogrio

    before = {name: pyogrio.get_gdal_config_option(name) for name in _GDAL_OPTIONS}
    pyogrio.set_gdal_config_options(_GDAL_OPTIONS)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
