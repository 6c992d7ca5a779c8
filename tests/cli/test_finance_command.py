"""`assetplan finance` through its own entry point: what it writes agrees, repeats, and replaces nothing else."""

from __future__ import annotations

import csv
import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from commands import Done, import_roads, run, run_alone

from assetplan.programme import read_programme

FORMULA, MARKUP = '=HYPERLINK("http://x","y")', "</script><b>{{7*7}}&\"'"
PLAN = f"""
name = {json.dumps(FORMULA)}
register = "r.gpkg"
first_year = 2019
years = 2
gates = [{{ name = {json.dumps(MARKUP)} }}]

[envelope]
prices = "cash"
unit = "£m"
[envelope.current]
carriageway_preventative = 0.1
carriageway_major = 0.1
[envelope.additional]
carriageway_preventative = {{ low = [0.1, 0.1], high = [1.0, 1.0] }}
carriageway_major = [6.0, 6.0]

[[sources]]
name = {json.dumps(FORMULA)}
type = "grant"
amounts = [0.4, 0.4]

[[borrowing]]
name = "PWLB"
rate = 0.03
years = 10

[tax_base]
base = 24684.0
growth = 0.02
homes = [505.0, 514.0]
band_d = [1468.84]
confirmed = 2020

[[medium_term]]
reference = "@SURV"
type = "P"
detail = {json.dumps(MARKUP)}
changes = [0.02, 0]

[strategies]
max_treatments = 1

[sites]
minimum = 0
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    """A tiny plan that may borrow, and its statements."""
    home = tmp_path_factory.mktemp("finance")
    import_roads(home, area=60000)
    (home / "plan.toml").write_text(PLAN, encoding="utf-8")
    return run("finance", "plan.toml", "-o", "out", cwd=home), home


def tables(home: Path) -> list[dict[str, Any]]:
    return json.loads((home / "out" / "finance.json").read_text(encoding="utf-8"))["tables"]


def test_it_opens_with_what_is_assumed_as_plan_does(written, own_folder) -> None:
    first = [" ".join(done.stdout.partition("\n\n")[0].split()) for done in (written[0], own_folder[0])]
    assert "100% of the condition, by replacement value, is assumed: without a date" in first[0]
    assert first[0] == first[1]


def test_it_prints_what_is_borrowed_and_names_its_files(written) -> None:
    done, home = written
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "quiet in a pipe"
    for word in (
        "Borrowed, cash: £",
        "In the tightest year",
        "£1 more confirmed income",
        "Other money",
        "finance.xlsx",
    ):
        assert word in done.stdout
    assert "capital_programme" in done.stdout
    names = {f"{table['name']}.csv" for table in tables(home)}
    assert {path.name for path in (home / "out").iterdir()} == {"finance.xlsx", "finance.json", "manifest.json"} | names
    assert {"loans.csv", "capital_programme.csv", "affordability.csv"} <= names


def test_workbook_csv_and_json_hold_the_same(written) -> None:
    _, home = written
    content = json.loads((home / "out" / "finance.json").read_text(encoding="utf-8"))
    assert (content["plan"], content["prices"]) == (FORMULA, "cash")
    book = openpyxl.load_workbook(home / "out" / "finance.xlsx")
    assert book.sheetnames == [table["name"] for table in content["tables"]]
    for table in content["tables"]:
        basis = ", ".join(part for part in (table["unit"], table["prices"]) if part)
        text = (home / "out" / f"{table['name']}.csv").read_bytes().decode("utf-8-sig")
        assert "\r" not in text
        head, *rows = csv.reader(text.splitlines())
        assert head == [*map(as_text, table["columns"]), "basis"]
        assert {row[-1] for row in rows} == {basis}
        assert [row[:-1] for row in rows] == [
            ["" if cell is None else as_text(cell) if isinstance(cell, str) else repr(cell) for cell in row]
            for row in table["rows"]
        ]
        sheet = book[table["name"]]
        assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == [table["title"], basis, table["note"] or None]
        cells = list(sheet.iter_rows(min_row=5, max_col=len(table["columns"]), values_only=True))
        assert list(cells[0]) == table["headings"]
        assert [[cell or None if isinstance(cell, str) else cell for cell in row] for row in table["rows"]] == [
            list(row) for row in cells[1:]
        ]
        assert sheet.freeze_panes == "B6"


def as_text(cell: str) -> str:
    """A cell of a CSV file, which a spreadsheet must not compute."""
    return f"'{cell}" if cell[:1] in tuple("=+-@") else cell


def test_names_stay_text_in_the_workbook(written) -> None:
    _, home = written
    book = openpyxl.load_workbook(home / "out" / "finance.xlsx")
    seen = set()
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
                seen.add(cell.value)
    assert {FORMULA, MARKUP, "@SURV"} <= seen


@pytest.mark.slow
def test_the_same_plan_gives_the_same_bytes_and_replaces_them_by_force(written) -> None:
    _, home = written
    kept = {path.name: path.read_bytes() for path in (home / "out").iterdir()}
    for more in ((), ("--force",)):
        start = run if more else partial(run_alone, PYTHONHASHSEED="17")
        assert start("finance", "plan.toml", "-o", "again", *more, cwd=home).returncode == 0
        assert {path.name: path.read_bytes() for path in (home / "again").iterdir()} == kept
    assert not list(home.glob(".again*")), "no draft is left"


def test_nothing_is_replaced_without_force_and_what_is_not_ours_never(written, tmp_path: Path) -> None:
    _, home = written
    before = {path: path.stat().st_mtime_ns for path in (home / "out").iterdir()}
    done = run("finance", "plan.toml", "-o", "out", cwd=home)
    assert done.returncode == 1
    assert "exists already" in done.text
    assert {path: path.stat().st_mtime_ns for path in (home / "out").iterdir()} == before
    other = tmp_path / "other"
    other.mkdir()
    (other / "loans.csv").write_text("mine", encoding="utf-8")
    done = run("finance", home / "plan.toml", "-o", other, "--force", cwd=home)
    assert done.returncode == 1
    assert "holds loans.csv and no manifest.json, so this program did not write it" in done.text
    assert "Traceback" not in done.stderr
    assert (other / "loans.csv").read_text(encoding="utf-8") == "mine"


def test_a_faulty_plan_ends_with_its_fault_and_no_folder(written, tmp_path: Path) -> None:
    _, home = written
    (home / "bad.toml").write_text(PLAN.replace("rate = 0.03", "rate = -0.03"), encoding="utf-8")
    done = run("finance", "bad.toml", "-o", tmp_path / "out", cwd=home)
    assert done.returncode == 1
    assert "rate" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def own_folder(written) -> tuple[Done, Path]:
    """The same plan with its own folder."""
    _, home = written
    return run("plan", "plan.toml", "-o", "planned", cwd=home), home / "planned"


def test_the_folder_of_the_plan_has_the_workbook_and_the_same_borrowing(written, own_folder) -> None:
    (done, home), (full, folder) = written, own_folder
    assert full.returncode == 0, full.stderr
    notes = [line for line in done.stdout.splitlines() if line.startswith("  - ")]
    assert notes
    assert all(line in full.stdout for line in notes)
    assert (folder / "finance.xlsx").read_bytes() == (home / "out" / "finance.xlsx").read_bytes()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "The money" in page
    assert MARKUP not in page
    again = run("report", folder, "-o", "again.html", cwd=home)
    assert again.returncode == 0, again.stderr
    assert (home / "again.html").read_text(encoding="utf-8") == page


def test_a_folder_is_read_with_its_statements_and_without(own_folder, tmp_path: Path) -> None:
    _, folder = own_folder
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert [table.as_json() for table in read_programme(folder).accounts] == summary["finance"]
    shutil.copytree(folder, tmp_path / "other")
    changed = tmp_path / "other" / "summary.json"
    listed = summary["finance"]
    changed.write_text(json.dumps({**summary, "finance": []}), encoding="utf-8")
    assert read_programme(tmp_path / "other", trust_edits=True).accounts == ()
    listed[0]["rows"][0] = ["short"]
    changed.write_text(json.dumps({**summary, "finance": listed}), encoding="utf-8")
    done = run("report", tmp_path / "other", "-o", "damaged.html", "--trust-edits", cwd=tmp_path)
    assert done.returncode == 1
    assert "column finance, table approved_profile" in done.text
    assert "must have rows of" in done.text
    assert "Traceback" not in done.stderr
