"""Business cases: figures by hand, both forms marked for readers of screens, and everything of users as text."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx
import numpy as np
import pandas as pd
import pytest
from docx.oxml.ns import qn

from assetplan.business_cases.case import BusinessCase, options_table
from assetplan.business_cases.document import commentary, document_of
from assetplan.business_cases.gathering import amounts_by_year, by_year
from assetplan.business_cases.pack import page_of, read_assumptions
from assetplan.business_cases.word import write_word
from assetplan.errors import ConfigError

HOSTILE = "<b>Library</b> & 'x'"


def made_case(chosen: bool = True, **others: object) -> BusinessCase:
    """A library of £200,000, of which a reduced one costs £120,000."""
    options = {
        "do-nothing": ("it is left out", 0.0, 0.0, 0.0), "minimum": ("reduced", 120e3, 0.0, 60e3),
        "recommended": ("begun in 2021/22", 150e3, 50e3, 300e3), "full": ("begun in 2021/22", 150e3, 50e3, 300e3),
    }  # fmt: skip
    nothing = pd.DataFrame(columns=["risk", "event", "score", "band", "owner", "mitigation"])
    funding = pd.DataFrame([(1.0, "grants", 2e4, "as likely as not"), (2.0, "loan", np.nan, "last")],
                           columns=["order", "source", "amount", "result"])  # fmt: skip
    case = BusinessCase(
        HOSTILE, HOSTILE, "bid", "North", chosen, "It returns £1.50 for each £1.", "as stated: statutory",
        options_table(options), funding, by_year(2019, np.array([0, 150e3, 50e3]), np.array([0, 0, 10e3])),
        "It has paid for itself.", nothing, pd.DataFrame(columns=["stage", "what", "year", "cost"]),
    )  # fmt: skip
    return replace(case, **others)  # type: ignore[arg-type]


SUMMARY: Any = SimpleNamespace(title="Plan", plan="plan", authority=HOSTILE, price_base=2019, unverified=("a", "b"))
ASSUMED = pd.DataFrame({"assumption": ["=Prices hold"], "owner": ["Finance"], "date": ["1 Oct 2018"]})


def test_the_commentary_is_two_sentences_of_the_figures() -> None:
    first, second = commentary(made_case())
    assert first == (
        "The recommended option costs £200,000 and brings £300,000 of benefit beyond its cost, £1.50 for each £1."
    )
    # The fullest option is the recommended one, so it stands there once.
    brings = "brings £60,000 of benefit beyond its cost; do-nothing costs nothing now and brings none of it."
    assert second == f"The minimum costs £120,000 and {brings}"
    assert commentary(made_case(chosen=False))[0].startswith("The best option of it costs £200,000")


def test_a_case_that_is_not_worth_its_cost_is_put_so() -> None:
    options = made_case().options.assign(benefit=[0.0, -9e3, -5e3, -5e3], per_pound=-0.1)
    first, second = commentary(made_case(chosen=False, options=options))
    assert first == "The best option of it costs £200,000 and brings £5,000 less than it costs."
    assert second.startswith("The minimum costs £120,000 and brings £9,000 less than it costs;")


def test_options_have_benefit_for_each_pound_and_none_where_nothing_is_paid() -> None:
    table = made_case().options.set_index("option")
    assert table["per_pound"].dropna().to_dict() == {"minimum": 0.5, "recommended": 1.5, "full": 1.5}
    assert made_case().cost == 200e3


def test_amounts_of_a_cell_stand_from_the_year_of_the_start_on() -> None:
    assert amounts_by_year("200;50.5", 2)[:5].tolist() == [0, 0, 200, 50.5, 0]
    assert amounts_by_year("", 1).sum() == 0
    assert amounts_by_year(";".join(["1"] * 99), 25).sum() == 5  # 30 years are followed


def test_benefits_end_with_the_last_year_in_which_something_changes() -> None:
    rows = by_year(2019, np.array([0, 100.0, 0, 0]), np.array([0, 0, 30.4, 0]))
    assert rows.to_numpy().tolist() == [
        ["2019/20", 0.0, 0.0, 0.0], ["2020/21", 100.0, 0.0, 0.0], ["2021/22", 0.0, 30.0, 30.0],
    ]  # fmt: skip


def test_the_word_document_marks_headers_captions_and_descriptions(tmp_path: Path) -> None:
    document = document_of(made_case(), SUMMARY, ASSUMED, "unrestricted")
    for name in ("a", "b"):
        write_word(document, tmp_path / f"{name}.docx")
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
    read = docx.Document(str(tmp_path / "a.docx"))
    assert len(read.tables) == 4  # options, funding, benefits, assumptions
    captions = [each.text for each in read.paragraphs if each.style.name == "Caption"]
    for table, caption in zip(read.tables, captions, strict=True):
        properties = table._tbl.tblPr
        assert properties.find(qn("w:tblCaption")).get(qn("w:val")) == caption
        assert properties.find(qn("w:tblDescription")).get(qn("w:val")).startswith("Columns: ")
        headers = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert headers == [True] + [False] * (len(table.rows) - 1)
    assert HOSTILE in [each.text for each in read.paragraphs]
    assert read.sections[0].header.paragraphs[0].text == HOSTILE
    assert "Classification: unrestricted" in [each.text for each in read.paragraphs]
    with zipfile.ZipFile(tmp_path / "a.docx") as packed:
        assert {each.date_time for each in packed.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_page_and_word_say_the_same_and_text_of_users_is_no_markup(tmp_path: Path) -> None:
    document = document_of(made_case(chosen=False), SUMMARY, ASSUMED, "")
    page = page_of(document)
    assert "<b>Library" not in page
    assert "&lt;b&gt;Library&lt;/b&gt; &amp; &#39;x&#39;" in page
    write_word(document, tmp_path / "a.docx")
    read = docx.Document(str(tmp_path / "a.docx"))
    headings = [each.text for each in read.paragraphs if each.style.name == "Heading 1"]
    assert headings == re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    for text in ("Not recommended", "not stated: to be settled before this paper leaves the council", "=Prices hold"):
        assert text in page
    assert read.tables[-1].cell(1, 0).text == "=Prices hold"


def test_assumptions_need_a_case_of_the_pack_an_owner_and_a_date(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "case,assumption,owner,date\n,Prices hold,Finance,2018-10-01\nNowhere,Land is ours,Property,soon\n,Pupils,,\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as error:
        read_assumptions(path, (made_case(),))
    faults = str(error.value)
    for text in ("row 3, column case", "row 3, column date", "row 4, column owner", "row 4, column date"):
        assert text in faults
    path.write_text(f'case,assumption,owner,date\n"{HOSTILE}",Prices hold,Finance,2018-10-01\n', encoding="utf-8")
    assert read_assumptions(path, (made_case(),))["date"].tolist() == ["1\u00a0Oct\u00a02018"]
