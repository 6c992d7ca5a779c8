"""Verify a folder of a plan: its files are as they were written, and the same inputs bring them again."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assetplan import __version__
from assetplan.errors import Fault, RegisterError
from assetplan.output import MANIFEST, digest_of, edited_or_gone, read_manifest
from assetplan.planning import plan
from assetplan.preparation import OWN_DIGEST, plan_again
from assetplan.programme import REPORT
from assetplan.programme.files import read_settings
from assetplan.programme.summary_file import read_summary
from assetplan.programme.writing import SETTINGS, SUMMARY
from assetplan.report import write_report


@dataclass(frozen=True)
class Verification:
    """What is not as it was in a folder of a plan.

    Attributes
    ----------
    outputs : tuple of str; files that were edited since they were written, are gone, or were not written with the plan
    inputs : tuple of str; files that the plan was made from and that are now others, or gone
    differs : tuple of str
        Files that planning again wrote otherwise; of summary.json, the keys whose values differ.
    version : str; version of the program that wrote the folder, "" where that is not known
    not_planned : str; why the plan was not made again; "" where it was
    """

    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    differs: tuple[str, ...]
    version: str
    not_planned: str

    @property
    def holds(self) -> bool:
        """Whether everything that was looked at is as it was."""
        return not (self.outputs or self.inputs or self.differs)

    @property
    def other_version(self) -> bool:
        """Whether another version of the program wrote the folder, which may choose otherwise."""
        return self.version not in ("", __version__)


def verify(folder: str | Path, inputs: str | Path | None = None) -> Verification:
    """Compare a folder of a plan with its digests and, given its inputs, with the same plan made again.

    Seconds by stage are left out of the comparison, as is the digest of the plan's own settings, for they depend on the
    machine and on where files lay; the settings themselves are compared as plan.json.

    Parameters
    ----------
    folder : path; folder of a plan, or a run of a round
    inputs : path, optional
        Folder of what the plan was made from, as it lay beside the plan file; without it nothing is planned again.

    Raises
    ------
    RegisterError
        The folder is not that of a plan, or its summary or settings cannot be read.
    ConfigError, InfeasibleError
        The settings that the folder keeps are not a plan, or one that cannot be met.
    """
    folder = Path(folder)
    known = read_manifest(folder)
    needed = [name for name in (SUMMARY, SETTINGS) if known is None or name not in known]
    if known is None or needed:
        missing = [MANIFEST] if known is None else needed
        raise RegisterError(Fault(str(folder), 0, "", name, "is not in this folder of a plan") for name in missing)
    others = sorted({path.name for path in folder.iterdir()} - set(known) - {MANIFEST})
    outputs = (*edited_or_gone(folder), *others)
    if lost := tuple(name for name in (SUMMARY, SETTINGS) if name in outputs):
        return Verification(outputs, (), (), "", f"{lost[0]} is not as it was written")
    summary, kept = read_summary(folder / SUMMARY), read_settings(folder / SETTINGS)
    assert kept is not None
    if inputs is None:
        return Verification(outputs, (), (), summary.version, "give the folder of its inputs with --inputs")
    again, changed = plan_again(kept, summary.inputs, inputs)
    if changed:
        return Verification(outputs, tuple(changed), (), summary.version, "its inputs are others")
    with tempfile.TemporaryDirectory() as place:
        made = plan(again)
        new = made.write(Path(place) / "plan")
        if REPORT in known:
            write_report(made, new / REPORT)
        differs = tuple(_differs(folder, new, sorted({*known, *(read_manifest(new) or {})})))
    return Verification(outputs, (), differs, summary.version, "")


def _differs(folder: Path, new: Path, names: list[str]) -> list[str]:
    """What two folders of a plan do not have alike."""
    out = []
    for name in names:
        if name != SUMMARY:
            if digest_of(folder / name) != digest_of(new / name):
                out.append(name)
            continue
        first, second = _compared(folder / name), _compared(new / name)
        keys = [key for key in {**first, **second} if first.get(key) != second.get(key)]
        if keys:
            out.append(f"{name} ({', '.join(keys)})")
    return out


def _compared(path: Path) -> dict[str, Any]:
    """A summary without what depends on the machine."""
    summary = json.loads(path.read_text(encoding="utf-8"))
    summary.pop("seconds", None)
    summary.get("inputs", {}).pop(OWN_DIGEST, None)
    return dict(summary)
