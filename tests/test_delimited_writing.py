"""CSV files are what a spreadsheet shows as it stands, and are read back as they were."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from assetplan.delimited import read_delimited, write_csv


def test_formulas_are_text_and_come_back(tmp_path: Path) -> None:
    texts = ["=1+1", "+44", "-2+3", "@SUM(1)", "Café", "", "'=quoted", "plain"]
    table = pd.DataFrame({"name": texts, "=HYPERLINK(1)": range(-4, 4), "share": [0.5, None] * 4})
    write_csv(table, tmp_path / "t.csv")
    content = (tmp_path / "t.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0] == "name,'=HYPERLINK(1),share"
    assert [line.split(",")[0] for line in lines[1:5]] == ["'=1+1", "'+44", "'-2+3", "'@SUM(1)"]
    assert [line.split(",")[1] for line in lines[1:3]] == ["-4", "-3"], "numbers stay numbers"
    back = read_delimited(tmp_path / "t.csv")
    assert back.columns.tolist() == table.columns.tolist()
    assert back["name"].tolist() == ["=quoted" if text == "'=quoted" else text for text in texts]
