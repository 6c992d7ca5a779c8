"""Output appears whole or not at all, takes the place of nothing that is the user's, and is one run's at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assetplan.errors import OutputExistsError
from assetplan.output import MANIFEST, edited, new_file, new_folder, refuse_existing

BOTH = pytest.mark.parametrize("make", [new_file, new_folder])


def write(make, path: Path, text: str = "one", force: bool = False, **more) -> None:
    """A file, or a folder with one file in it."""
    with make(path, force, **more) as part:
        (part if make is new_file else part / "x").write_text(text)


def text_of(make, path: Path) -> str:
    return (path if make is new_file else path / "x").read_text()


def refused(match: str, make, path: Path, **more) -> None:
    with pytest.raises(OutputExistsError, match=match), make(path, **more):
        pytest.fail("must not begin")


@BOTH
def test_a_failure_leaves_nothing_behind(make, tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with make(tmp_path / "deep" / "out") as part:
            (part if make is new_file else part / "x").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert list((tmp_path / "deep").iterdir()) == []


@BOTH
def test_existing_output_is_refused_then_replaced_with_force(make, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(make, out)
    refused("--force", make, out)
    write(make, out, "two", force=True)
    assert text_of(make, out) == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failed_replacement_keeps_what_was_there(tmp_path: Path) -> None:
    write(new_folder, tmp_path / "out")
    with pytest.raises(RuntimeError), new_folder(tmp_path / "out", force=True):
        raise RuntimeError
    assert text_of(new_folder, tmp_path / "out") == "one"


def test_only_what_the_manifest_knows_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write(new_folder, out, force=True)  # an empty folder holds nobody's work
    (out / "thesis.docx").write_text("years of work")
    refused(r"thesis\.docx", new_folder, out, force=True)
    (out / "thesis.docx").unlink()
    (out / "x").unlink()
    (out / "x").mkdir()  # a user's folder with the name of one of our files
    refused("also holds x", new_folder, out, force=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "summary.json").write_text("{}")
    refused("this program did not write it", new_folder, other, force=True)
    (out / MANIFEST).write_text(json.dumps({"format": 99, "files": {}}))
    refused("later version", new_folder, out, force=True)
    assert (other / "summary.json").exists()


@BOTH
def test_a_link_a_pipe_and_the_wrong_kind_are_refused_even_with_force(make, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "out").symlink_to(tmp_path / "real")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "pipe")
    wrong = "file" if make is new_folder else "real"
    for name, rule in (("out", "a link"), ("dangling", "a link"), ("pipe", "neither"), (wrong, "where a")):
        refused(rule, make, tmp_path / name, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "file", "out", "pipe", "real"]


@BOTH
def test_an_input_is_never_replaced(make, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(make, out)
    (tmp_path / "link").symlink_to(out)
    inputs = [out, tmp_path / "link", tmp_path / "sub" / ".." / "out", *([out / "x"] if make is new_folder else [])]
    (tmp_path / "sub").mkdir()
    for source in inputs:
        refused("the register that the output is made from", make, out, force=True, inputs={"register": source})


def test_a_way_through_the_output_itself_and_the_folder_one_is_in(tmp_path: Path, monkeypatch) -> None:
    out = tmp_path / "out"
    write(new_folder, out)
    write(new_folder, out / ".." / "out", "two", force=True)
    assert text_of(new_folder, out) == "two"
    monkeypatch.chdir(out)
    for name in (".", "../out"):
        refused("the folder you are in", new_folder, Path(name), force=True)


def test_below_a_file_and_an_endless_name_are_errors_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        refuse_existing(tmp_path / "file" / "out", False)
    with pytest.raises(OSError, match="name too long"):
        write(new_folder, tmp_path / ("n" * 250))


@BOTH
def test_a_second_run_to_one_output_is_refused_before_it_begins(make, tmp_path: Path) -> None:
    with make(tmp_path / "out") as part:
        refused("being written by another run", make, tmp_path / "out")
        (part if make is new_file else part / "x").write_text("one")
    assert text_of(make, tmp_path / "out") == "one"


@BOTH
def test_what_takes_the_name_meanwhile_survives(make, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def both_write() -> None:
        with make(out) as part:
            (part if make is new_file else part / "x").write_text("ours")
            if make is new_folder:
                out.mkdir()
            (out if make is new_file else out / "x").write_text("theirs")

    with pytest.raises(OutputExistsError, match="meanwhile"):
        both_write()
    assert text_of(make, out) == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_saved_into_the_folder_meanwhile_survives(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(new_folder, out)
    with new_folder(out, force=True) as part:
        (part / "x").write_text("two")
        (out / "notes.txt").write_text("of the meeting")
    assert text_of(new_folder, out) == "two"
    assert (out / "notes.txt").read_text() == "of the meeting"


def test_edits_are_named(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(new_folder, out)
    assert edited(out) == []
    (out / "x").write_text("mine")
    assert edited(out) == ["x"]


@BOTH
def test_a_killed_run_is_cleared_up_after(make, tmp_path: Path, caplog) -> None:
    out, draft = tmp_path / "out", tmp_path / ".out.draft"
    write(make, out)
    draft.mkdir()
    (draft / "lock").write_text("")
    if make is new_folder:
        out.rename(draft / "old")  # killed between the two renames
    (draft / "half").write_text("")
    write(make, out, "two", force=True)
    assert text_of(make, out) == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert "was killed" in caplog.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("kind", ["new_file", "new_folder"])
def test_a_request_to_end_leaves_no_draft(kind: str, number: signal.Signals, tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom assetplan.output import new_file, new_folder\nout = sys.argv[1]\n"
        f"with {kind}(out) as part:\n    print('begun', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path / "out"], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        os.kill(child.pid, number)
        assert child.wait(timeout=30) == 128 + number
    assert list(tmp_path.iterdir()) == []


@BOTH
@pytest.mark.parametrize("name", ["old", "new", "lock"])
def test_no_name_is_taken_for_a_part_of_the_draft(make, name: str, tmp_path: Path) -> None:
    for text in ("one", "two"):
        write(make, tmp_path / name, text, force=True)
        assert text_of(make, tmp_path / name) == text
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_end_between_the_two_renames_loses_nothing(tmp_path: Path, monkeypatch) -> None:
    out = tmp_path / "out"
    write(new_folder, out)
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        done = rename(self, target)
        if self == out:
            raise SystemExit(143)
        return done

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(SystemExit):
        write(new_folder, out, "two", force=True)
    assert text_of(new_folder, out) == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
