"""The example on disk: a folder with a register and a plan, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from assetplan.errors import OutputExistsError
from assetplan.example.county import make_county
from assetplan.example.figures import load_figures
from assetplan.example.plan_file import plan_text
from assetplan.output import new_folder, refuse_existing
from assetplan.register.files import write_register

_OURS = {"register.gpkg", "plan.toml"}


def write_example(folder: str | os.PathLike[str], size: str = "small", seed: int = 1, force: bool = False) -> Path:
    """Write the example county: `register.gpkg` with inspections, and `plan.toml`.

    Parameters
    ----------
    folder : path
        Folder to make; it appears only when complete.
    size : str
        "small" (a tenth of a county) or "county".
    seed : int
        The same seed gives the same bytes; 0 or above.
    force : bool
        Replace the folder if it is there already. Only a folder that holds an example, or nothing, is replaced.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputExistsError
        The folder exists and `force` is not given, or it holds what no example does.
    ValueError
        The size is unknown or the seed negative.
    """
    target = Path(folder)
    refuse_existing(target, force)
    _refuse_others_work(target)
    register = make_county(size, seed)
    text = plan_text(load_figures(size), f"{register.places['name'].iloc[0]}shire")
    with new_folder(target, force) as draft:
        write_register(register, draft / "register.gpkg")
        (draft / "plan.toml").write_text(text, encoding="utf-8", newline="\n")
    return target


def _refuse_others_work(target: Path) -> None:
    """A programme or a note that someone put into the folder is not ours to delete, force or not."""
    found = {path.name for path in target.iterdir()} if target.is_dir() else set()
    if target.is_file() or found - _OURS:
        held = ", ".join(sorted(found - _OURS)[:3]) or "a file's content"
        raise OutputExistsError(f"{target} holds {held}, which is no part of an example, and is left alone")
