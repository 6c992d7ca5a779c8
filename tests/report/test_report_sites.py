"""Sites of each class and what the rules of sites cost, in the report and on the terminal."""

from __future__ import annotations

from summaries import with_summary
from synthetic import YEARS, make_programme

from assetplan.cli.plan_text import summary_text
from assetplan.programme.words import sites_sentences
from assetplan.report.facts import Facts
from assetplan.report.sections.largest_works import SECTION

ROW = {
    "asset_class": "carriageway", "by_year": tuple(1_200 + place for place in range(len(YEARS))), "shortest_m": 203.4,
    "median_m": 799.0, "longest_m": 2_900.0, "mean_cost": 38_900.0,
}  # fmt: skip


def test_sites_are_stated_by_class_and_their_rules_by_what_they_cost_at_most() -> None:
    plain = make_programme(4, 2)
    sites = {**plain.summary.sites, "sharing": 2, "works": 3, "by_class": (ROW,)}
    free = with_summary(plain, sites={**sites, "without_rules": plain.summary.reached / 0.9})
    by_class, rules = sites_sentences(free.summary)
    assert f"1,200, 1,201, 1,202, 1,203 and 1,204 sites in {YEARS[0]} to {YEARS[-1]}" in by_class
    assert "half longer than 799 m, the shortest that is not committed 203 m, £38,900 each on average." in by_class
    assert rules.startswith("Without the rules of sites the same money could bring at most £")
    assert rules.endswith("they cost at most 10.0% of it.")
    html, text = SECTION.render(Facts(free)), " ".join(summary_text(free).split())
    assert all(sentence in html and sentence in text for sentence in (by_class, rules))

    all_committed = with_summary(plain, sites={**sites, "by_class": ({**ROW, "shortest_m": None},)})
    (alone,) = sites_sentences(all_committed.summary)
    assert "shortest" not in alone
    assert "Without the rules" not in SECTION.render(Facts(all_committed)) + summary_text(all_committed)
