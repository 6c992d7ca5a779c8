"""The folder of a round: where its runs lie, what says that it is one, and how a run is named by its user."""

from __future__ import annotations

from pathlib import Path

from assetplan.errors import Fault, OutputExistsError, RegisterError
from assetplan.output import MANIFEST, place_of

RUNS, MARK = "runs", "round.txt"
_SHORTEST = 4  # first letters of an identity that a run may be called by


def opened(folder: str | Path) -> Path:
    """The place of a round's folder.

    Parameters
    ----------
    folder : path

    Raises
    ------
    RegisterError
        It is not there, or is no round's folder.
    """
    place = place_of(folder)
    if not (place / MARK).is_file():
        raise RegisterError([Fault(str(folder), 0, "", "", f"is no round's folder: it holds no {MARK}")])
    return place


def made(folder: str | Path) -> Path:
    """The place of a round's folder, made where it is not there.

    Parameters
    ----------
    folder : path

    Raises
    ------
    OutputExistsError
        Something else is there.
    """
    place = place_of(folder)
    mark = place / MARK
    if place.exists() and not (place.is_dir() and (mark.is_file() or not any(place.iterdir()))):
        raise OutputExistsError(f"{place} exists and is no round's folder: choose another name")
    (place / RUNS).mkdir(parents=True, exist_ok=True)
    mark.write_text("A round of assetplan: every folder in runs is one plan, named by what it was made from.\n")
    return place


def run_names(place: Path) -> list[str]:
    """Identities of the runs that are there, in their order.

    Parameters
    ----------
    place : Path; the round's folder
    """
    return sorted(path.parent.name for path in (place / RUNS).glob(f"*/{MANIFEST}") if path.parent.name[0] != ".")


def run_of(place: Path, name: str, latest: dict[str, str]) -> str:
    """Identity of the run that is meant.

    Parameters
    ----------
    place : Path; the round's folder
    name : str; its identity, the first four letters of it or more, or a scenario, for the latest run of it
    latest : dict; the latest run of each scenario, by its name

    Raises
    ------
    RegisterError
        There is no such run, or several.
    """
    runs = run_names(place)
    like = [run for run in runs if run == name or (len(name) >= _SHORTEST and run.startswith(name))]
    if name in latest and name not in runs:
        like = [latest[name]]
    if len(like) != 1:
        rule = f"is the beginning of {len(like)} runs" if like else "is no run, and no scenario, of this round"
        raise RegisterError([Fault(str(place), 0, "", name, rule)])
    return like[0]
