"""What commands print: JSON alone, quiet, 80 columns, progress on a terminal, and how they end."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest
from click.shell_completion import ShellComplete
from commands import run

from assetplan.cli.answer import plain
from assetplan.cli.layout import table
from assetplan.cli.main import main
from assetplan.cli.progress import progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, **options: bool) -> str:
    """What a stream of errors shows of two stages."""
    monkeypatch.setattr("sys.stderr", stream)
    context = click.Context(main)
    context.params = {"quiet": False, **options}
    with context, progress() as listen:
        for stage in ("strategies", "optimisation: gap 0.120%, bound £12.345m"):
            if listen is not None:
                listen(stage)
    return stream.getvalue()


def test_a_terminal_shows_the_stage_and_the_gap_and_no_colour_where_none_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[32m" in shown(monkeypatch, Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    plain_text = shown(monkeypatch, Terminal())
    assert "optimisation: gap 0.120%, bound £12.345m" in plain_text
    assert "\x1b[32m" not in plain_text


def test_a_dumb_terminal_has_a_line_a_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert shown(monkeypatch, Terminal()) == "strategies\noptimisation: gap 0.120%, bound £12.345m\n"


def test_a_pipe_and_quiet_have_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO()) == ""
    assert shown(monkeypatch, Terminal(), quiet=True) == ""


def test_json_has_numbers_of_ten_figures_and_null_where_there_is_none() -> None:
    rows = pd.DataFrame(
        {"cost": [0.1 + 0.2, math.nan], "n": np.array([1, 2]), "on": [pd.Timestamp("2020-01-02"), pd.NaT]}
    )
    assert plain({"rows": rows, "whole": np.int64(3), "never": math.inf, "years": (2019, 2020), "flag": np.True_}) == {
        "rows": [
            {"cost_gbp": 0.3, "n": 1, "on": "2020-01-02 00:00:00"},
            {"cost_gbp": None, "n": 2, "on": None},
        ],
        "whole": 3,
        "never": None,
        "years": [2019, 2020],
        "flag": True,
    }


def test_a_table_without_room_breaks_headings_then_names_then_columns() -> None:
    years = [str(2019 + k) for k in range(12)]
    rows = [["a name of very many words that goes on and on and never ends", *(f"{k},234.56" for k in range(12))]]
    text = table(["line of the budget", *years], rows)
    assert max(map(len, text.split("\n"))) <= 80
    order = [text.index(f"{k},234.56") for k in range(12)]
    assert order == sorted(order)
    assert text.count("line of the budget") == len(text.split("\n\n")) == 3
    assert "a name of very many words" in text


def test_a_table_with_room_has_a_line_a_row() -> None:
    assert table(["a", "b"], [["x", "1"], ["yy", "22"]]) == "a    b\n------\nx    1\nyy  22"
    assert table(["a", "b"], []) == "a  b\n----"


def test_json_is_alone_on_standard_output(planned, tmp_path: Path) -> None:
    _, out = planned
    done = run("inspect", out.parents[1] / "made-small_county" / "register.gpkg", "--json", "-o", tmp_path / "tables")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["year"]
    assert "Files in" in done.text


def test_quiet_prints_nothing_of_what_is_written_and_all_that_is_asked_for(planned, tmp_path: Path) -> None:
    _, out = planned
    register = out.parents[1] / "made-small_county" / "register.gpkg"
    done = run("--quiet", "inspect", register, "-o", tmp_path / "tables")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "tables" / "inspection.json").is_file()
    assert run("-q", "inspect", register).stdout == run("inspect", register).stdout


def test_exit_states(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text('name = "x"\n', encoding="utf-8")
    assert run("--version").returncode == 0
    assert run("validate", tmp_path / "plan.toml").returncode == 1, "the plan is wrong"
    assert run("validate", tmp_path / "none.toml").returncode == 2, "no such file: wrong usage"
    assert run("plan", "--no-such-option").returncode == 2
    assert run("no-such-command").returncode == 2


def test_a_shell_completes_commands_and_the_assets_of_a_folder(planned) -> None:
    shell = ShellComplete(main, {}, "assetplan", "_ASSETPLAN_COMPLETE")
    assert [each.value for each in shell.get_completions([], "calib")] == ["calibrate"]
    offered = [each.value for each in shell.get_completions(["explain", str(planned[1])], "R000")]
    assert offered[:2] == ["R0001", "R0002"]
    assert all(each.startswith("R000") for each in offered)
    assert shell.get_completions(["explain", "no-such-folder"], "R") == []
