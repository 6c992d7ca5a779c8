"""Writing files and folders: whole or not at all, over nothing that is the user's, and by one run at a time.

What is being written lies in a draft beside its place, `.NAME.draft`, which one run at a time may hold. It takes its
name once it is whole. A run that was killed leaves its draft; the next one that writes the same output clears it, and
puts back what that run had moved aside.

A folder holds `manifest.json`, the names and digests of the files that were written into it: a folder is replaced only
where the manifest knows all that is in it, and what was edited since can be named.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from assetplan.errors import OutputExistsError

MANIFEST = "manifest.json"
_FORMAT = 1
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_log = logging.getLogger("assetplan")


def place_of(path: str | Path) -> Path:
    """An output's path without links and dots on the way to it; whether it is a link itself is left to see."""
    path = Path(path)
    return path.resolve() if path.name in ("", "..") else path.parent.resolve() / path.name


def refuse_existing(
    path: str | Path, force: bool, *, folder: bool = False, inputs: Mapping[str, str | Path] | None = None
) -> None:
    """Refuse an output that is there already, or could not be written.

    Parameters
    ----------
    path : path
        File or folder about to be written.
    force : bool
        Whether it may be replaced: a regular file, or a folder whose manifest knows all that is in it.
    folder : bool
        Whether a folder is to be written.
    inputs : mapping of what it is → path, optional
        Files and folders that the output is made from, which it may not take the place of.

    Raises
    ------
    OutputExistsError
        It exists and may not be replaced, it is an input, or it is a link: what lies behind may be somebody else's.
    OSError
        The folder it lies in cannot be made or written to.
    """
    place = place_of(path)
    rule = _why_not(place, force, folder, inputs or {})
    if rule:
        raise OutputExistsError(f"{path} {rule}")
    above = next(parent for parent in place.parents if parent.exists())
    for needed in (above, *([place] if folder and place.exists() else [])):
        if not needed.is_dir():
            raise NotADirectoryError(20, "is not a folder", str(needed))
        if not os.access(needed, os.W_OK):
            raise PermissionError(13, "may not be written to", str(needed))


def _why_not(place: Path, force: bool, folder: bool, inputs: Mapping[str, str | Path]) -> str:
    """Why an output may not be written to its place; "" where it may."""
    if place.is_symlink():
        return "is a link: give the place it points to, or choose another name"
    if not place.exists():
        return ""
    if not place.is_file() and not place.is_dir():
        return "is neither a file nor a folder, so it is never replaced: choose another name"
    for what, source in inputs.items():
        if Path(source).exists() and (place.samefile(source) or place in Path(source).resolve().parents):
            return f"is, or holds, the {what} that the output is made from: choose another name"
    if place == Path.cwd() or place in Path.cwd().parents:
        return "is the folder you are in, or one above it: choose another name"
    if not force:
        return "exists already: choose another name, or add --force to replace it"
    if place.is_dir() != folder:
        return "is a file, where a folder is to be written" if folder else "is a folder, where a file is to be written"
    return _not_ours(place) if folder else ""


def _not_ours(folder: Path) -> str:
    """Why a folder is not ours to replace; "" where its manifest knows all that is in it, or where it is empty."""
    held = {part.name for part in folder.iterdir()}
    if not held:
        return ""
    known = read_manifest(folder)
    if known is None:
        some = ", ".join(sorted(held)[:3])
        return f"holds {some} and no {MANIFEST}, so this program did not write it: choose another name, or delete it"
    others = sorted(name for name in held - set(known) - {MANIFEST}) + sorted(
        name for name in held & set(known) if not (folder / name).is_file() or (folder / name).is_symlink()
    )
    return f"also holds {', '.join(others[:3])}, which is not ours to delete" if others else ""


def read_manifest(folder: str | Path) -> dict[str, str] | None:
    """Digest (SHA-256) of each file of a folder as it was written, by name; None where it has no manifest of ours.

    Raises
    ------
    OutputExistsError
        A later version of the program wrote the folder.
    """
    try:
        manifest = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
        version, files = int(manifest["format"]), {str(name): str(digest) for name, digest in manifest["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if version > _FORMAT:
        raise OutputExistsError(f"{folder} was written by a later version of assetplan: use that one, or another name")
    return files


def edited(folder: str | Path) -> list[str]:
    """Files of a folder that are there and not as they were written; empty where it has no manifest."""
    return [name for name in edited_or_gone(folder) if (Path(folder) / name).is_file()]


def edited_or_gone(folder: str | Path) -> list[str]:
    """Files of a folder that are not as they were written, or not there; empty where it has no manifest."""
    known = read_manifest(folder) or {}
    return [name for name, was in known.items() if digest_of(Path(folder) / name) != was]


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; "" where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, *names: str) -> None:
    """Write down the files of a folder as they are; with names, those alone anew and the rest as they stood."""
    known = (read_manifest(folder) or {}) if names else {}
    files = names or [path.name for path in folder.iterdir() if path.name != MANIFEST]
    known |= {name: digest_of(folder / name) for name in files}
    text = json.dumps({"format": _FORMAT, "files": dict(sorted(known.items()))}, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


@contextmanager
def tidy_end() -> Iterator[None]:
    """Within this a request to end (SIGTERM, SIGHUP) unwinds the program, so that drafts are removed on the way out.

    Only in the main thread, which alone may handle signals, and where nothing else handles them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    ours = [number for number in _SIGNALS if signal.getsignal(number) == signal.SIG_DFL]
    for number in ours:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def _draft(place: Path) -> Iterator[Path]:
    """The draft of an output, for this run alone: a path in it where the output may be made."""
    draft = place.with_name(f".{place.name}.draft")
    draft.mkdir(parents=True, exist_ok=True)
    lock = FileLock(draft / "lock", timeout=0)
    try:
        lock.acquire()
    except (Timeout, FileNotFoundError):  # held, or just being removed by the run that held it
        rule = "is being written by another run: wait for it, or choose another name"
        raise OutputExistsError(f"{place} {rule}") from None
    try:
        if any(path.name != "lock" for path in draft.iterdir()):
            _log.warning("assetplan: an earlier run was killed while it wrote %s: its draft is removed", place)
            _restore(draft, place)
        (draft / "new").mkdir()
        with tidy_end():
            yield draft / "new" / place.name
    finally:
        try:
            _restore(draft, place)
            lock.release()
            shutil.rmtree(draft)
        except OSError as error:
            _log.warning("assetplan: what %s replaced could not be removed: %s", place, error)


def _restore(draft: Path, place: Path) -> None:
    """Put back what a run had moved aside and not replaced, keep what is somebody else's, and remove the rest."""
    old = draft / "old"
    if old.is_dir() and not place.exists():
        old.rename(place)
    _keep_unknown(old, place)
    for left in draft.iterdir():
        if left.name != "lock":
            _remove(left)


def _keep_unknown(old: Path, place: Path) -> None:
    """Move to a folder what somebody saved into the one it replaced while it was being written."""
    if not old.is_dir():
        return
    known = read_manifest(old) or {}
    for path in old.iterdir():
        if path.name not in known and path.name != MANIFEST:
            path.rename(place / path.name)


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def new_folder(path: str | Path, force: bool = False, inputs: Mapping[str, str | Path] | None = None) -> Iterator[Path]:
    """A folder to write into, which takes its name, with its manifest, only once everything in it is written.

    Parameters
    ----------
    path : path
        Name of the folder.
    force : bool
        Whether a folder of that name, all of which its manifest knows, may be replaced.
    inputs : mapping of what it is → path, optional
        Files and folders that it is made from.

    Raises
    ------
    OutputExistsError
        It exists and may not be replaced, is an input, or another run is writing it.
    OSError
        It cannot be written.
    """
    place = place_of(path)
    refuse_existing(path, force, folder=True, inputs=inputs)
    with _draft(place) as part:
        refuse_existing(path, force, folder=True, inputs=inputs)
        part.mkdir(mode=0o755)
        yield part
        write_manifest(part)
        if place.exists():
            if not force:
                raise OutputExistsError(f"{path} was made by somebody else meanwhile: choose another name")
            # Wherever the run ends from here on, its draft puts this back or keeps what is not ours.
            place.rename(part.parent.with_name("old"))
        part.rename(place)


@contextmanager
def new_file(path: str | Path, force: bool = False, inputs: Mapping[str, str | Path] | None = None) -> Iterator[Path]:
    """A file to write, beside its place, which takes its name only once it is written.

    Parameters
    ----------
    path : path
        Name of the file.
    force : bool
        Whether a regular file of that name may be replaced.
    inputs : mapping of what it is → path, optional
        Files and folders that it is made from.

    Raises
    ------
    OutputExistsError
        It exists and `force` is false, is an input, or another run is writing it.
    OSError
        It cannot be written.
    """
    place = place_of(path)
    refuse_existing(path, force, inputs=inputs)
    with _draft(place) as part:
        yield part
        if force:
            part.replace(place)
            return
        if not take_name(part, place):
            raise OutputExistsError(f"{path} was made by somebody else meanwhile: choose another name")


def take_name(file: Path, place: Path) -> bool:
    """Give a file its name where nothing has it yet; whether it was free.

    Parameters
    ----------
    file, place : Path; the file, whole, and its name in the same file system
    """
    try:
        os.link(file, place)  # which fails where the name was taken meanwhile
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if place.exists():
            return False
        file.replace(place)
    return True


# GeoPackages store when each layer last changed; a fixed date makes the bytes depend on the content alone. A draft goes
# to disk once, at its end, and not after every layer.
_GDAL_OPTIONS = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z", "OGR_SQLITE_SYNCHRONOUS": "OFF"}


@contextmanager
def repeatable_layers() -> Iterator[None]:
    """Within this the same layers give a GeoPackage of the same bytes.

    Raises
    ------
    OSError
        A layer could not be written.
    """
    import pyogrio

    before = {name: pyogrio.get_gdal_config_option(name) for name in _GDAL_OPTIONS}
    pyogrio.set_gdal_config_options(_GDAL_OPTIONS)
    try:
        yield
    except pyogrio.errors.DataSourceError as error:
        raise OSError(f"a GeoPackage cannot be written: {error}") from error
    finally:
        pyogrio.set_gdal_config_options(before)
