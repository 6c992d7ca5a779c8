"""Output appears whole or not at all, and replaces nothing without force."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from assetplan.errors import OutputExistsError
from assetplan.output import new_file
from assetplan.output import new_folder as any_folder

new_folder = partial(any_folder, ours={"x", "mine"})


@pytest.mark.parametrize("make", [new_file, new_folder])
def test_a_failure_leaves_nothing_behind(make, tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with make(tmp_path / "deep" / "out", force=False) as part:
            (part if make is new_file else part / "x").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.parametrize("make", [new_file, new_folder])
def test_existing_output_is_refused_then_replaced_with_force(make, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for text in ("one", "two"):
        if text == "two":
            with pytest.raises(OutputExistsError, match="--force"), make(out, force=False):
                pytest.fail("must not begin")
        with make(out, force=True) as part:
            (part if make is new_file else part / "x").write_text(text)
        assert (out if make is new_file else out / "x").read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failed_replacement_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("kept")
    with pytest.raises(RuntimeError), new_folder(tmp_path / "out", force=True):
        raise RuntimeError
    assert (tmp_path / "out" / "mine").read_text() == "kept"


def test_a_folder_with_somebody_elses_work_is_left_alone_even_with_force(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputExistsError, match=r"thesis\.docx"), new_folder(tmp_path / "out", force=True):
        pytest.fail("must not begin")
    assert (tmp_path / "out" / "thesis.docx").read_text() == "years of work"


@pytest.mark.parametrize("make", [new_file, new_folder])
def test_a_link_is_refused_even_with_force(make, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    for name in ("out", "dangling"):
        with pytest.raises(OutputExistsError, match="is a link"), make(tmp_path / name, force=True):
            pytest.fail("must not begin")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "out", "real"]


@pytest.mark.parametrize("kind", ["new_file", "new_folder"])
def test_a_request_to_end_leaves_no_draft(kind: str, tmp_path: Path) -> None:
    call = "new_file(out)" if kind == "new_file" else "new_folder(out, False, ())"
    code = (
        "import sys, time\nfrom assetplan.output import new_file, new_folder\nout = sys.argv[1]\n"
        f"with {call} as part:\n    print('begun', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path / "out"], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        os.kill(child.pid, signal.SIGTERM)
        assert child.wait(timeout=30) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
