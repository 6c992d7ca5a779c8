"""The sections on how far the plan can be trusted: what it was compared with, what binds it, its inputs."""

from __future__ import annotations

from typing import Any

from assetplan.programme.words import INDEX_YEAR
from assetplan.report.facts import Facts
from assetplan.report.money import records
from assetplan.report.tables import Row, fold, table
from assetplan.report.wording import (
    class_label,
    class_order,
    escape,
    financial_year,
    gap_words,
    is_missing,
    millions,
    number,
    percent,
    pounds,
    sentence,
)
from assetplan.report.worth import worth

_STREAMS = {
    "works": "works, those of the plan and later ones",
    "reactive": "reactive repairs",
    "claims": "claims",
    "risk": "risk of failure",
    "user": "cost to road users",
    "detours": "detours round weight limits",
}

_BENEFIT, _GAIN = ("£m", "Benefit", "Benefit"), ("million index-years", "Condition gained", "Index-years")
_SOUGHT = {
    "condition": "condition gained by value and importance is the largest that the limits of each year allow",
    "least cost": "present cost of works is the least that reaches what the plan must reach",
}


def value(facts: Facts) -> str:
    """Return the section on the plan against other ways of choosing, and what more money would buy."""
    body = _proof(facts) + _baselines(facts) + worth(facts) + records(facts)
    return f'<section aria-labelledby="value-heading"><h2 id="value-heading">Value for money</h2>{body}</section>'


def exact(value: Any) -> str:
    """Money close enough to tell a benefit from its bound."""
    return f"£{millions(value, 2)}m" if float(value) >= 1e6 else pounds(value)


def _proof(facts: Facts) -> str:
    summary = facts.summary
    benefit, gap = summary.get("benefit"), summary.get("gap")
    bound: Any = summary.get("bound")
    if is_missing(benefit):
        return "<p>The programme states no benefit.</p>"
    aim = summary.get("objective")
    text = f"The plan's benefit is {exact(benefit)}" + (f" ({aim})" if aim else "")
    if facts.net:
        text += ", counted after the cost of the works themselves is taken off"
    if summary.get("of") == "condition":
        return f"<p>{escape(_condition_proof(summary, benefit))}</p>{_streams(facts)}"
    if summary.get("of") == "least cost":
        text += f". Its works have a present cost of {exact(-float(summary['reached']))}"
        text += f". No choice of works reaches the same for less than {exact(-float(bound))}"
    elif not is_missing(bound):
        text += f". No choice of works within the same limits can return more than {exact(bound)}"
    text += "." if is_missing(gap) else f", so the plan is {gap_words(gap)}."
    return f"<p>{escape(text)}</p>{_streams(facts)}"


def _condition_proof(summary: dict[str, Any], benefit: Any) -> str:
    reached, bound = (number(summary[name]) for name in ("reached", "bound"))
    return (
        f"The plan seeks condition, and gains {reached} index-years. {INDEX_YEAR} No choice of works within the same "
        f"limits can gain more than {bound}, so the plan is {gap_words(summary.get('gap'))}. Its benefit, which it "
        f"does not seek, is {exact(benefit)} (present value against do-nothing)."
    )


def _streams(facts: Facts) -> str:
    """Costs counted in the benefit, under both futures where the summary tells them apart."""
    streams = facts.summary.get("streams") or []
    if not streams:
        return ""
    if not all(isinstance(row, dict) for row in streams):
        names = ", ".join(_STREAMS.get(str(name), str(name)) for name in streams)
        return f"<p>Costs counted: {escape(names)}.</p>"
    rows = [
        _stream_row(_STREAMS.get(str(row["stream"]), str(row["stream"])), row["do_nothing"], row["plan"])
        for row in streams
    ]
    totals = [sum(float(row[case]) for row in streams) for case in ("do_nothing", "plan")]
    rows.append(_stream_row("All costs", totals[0], totals[1], "total"))
    horizon = facts.summary.get("horizon")
    over = "" if is_missing(horizon) else f" over {number(horizon)} years"
    caption = f"Present value of costs{over} in both futures, £m"
    heads = ("Cost", "If nothing is done", "With the plan", "Saved by the plan")
    return table("streams", caption, heads, rows)


def _stream_row(name: str, nothing: Any, plan: Any, kind: str = "") -> Row:
    saved = millions(float(nothing) - float(plan), 1)
    return Row(sentence(name), (millions(nothing, 1), millions(plan, 1), saved), kind)


def _baselines(facts: Facts) -> str:
    baselines = facts.summary.get("baselines") or []
    if not baselines:
        return ""
    condition = facts.summary.get("of") == "condition"
    key, sign = ("reached", "") if condition else ("benefit", "£")
    unit, gain, each = _GAIN if condition else _BENEFIT
    ours = facts.summary.get(key)
    rows = [_baseline_row("This plan", ours, facts.cost, ours, sign, "total")]
    rows += [_baseline_row(_named(row), row.get(key), row.get("cost"), ours, sign) for row in baselines]
    heads = ("Way of choosing", "Cost, £m", f"{gain}, {unit}", f"{each} for each £1", f"Against this plan, {unit}")
    caption = "This plan beside other ways of choosing, with the same money"
    return "<h3>What the plan was compared with</h3>" + table("baselines", caption, heads, rows)


def _named(row: dict[str, Any]) -> str:
    broken = row.get("breaks") or []
    return f"{row.get('name', '')}{' (does not keep every limit)' if broken else ''}"


def _baseline_row(name: str, benefit: Any, cost: Any, ours: Any, sign: str, kind: str = "") -> Row:
    each = "–"
    if not is_missing(benefit) and not is_missing(cost) and float(cost) > 0:
        each = f"{sign}{number(float(benefit) / float(cost), 2)}"
    known = not is_missing(benefit) and not is_missing(ours)
    less = millions(float(benefit) - float(ours), 1) if known and kind != "total" else "–"
    return Row(sentence(name), (millions(cost, 1), millions(benefit, 1), each, less), kind)


def about(facts: Facts) -> str:
    """Return the last section: checks, method, inputs, unverified parameters, version."""
    parts = [_findings(facts), _assumed(facts), _method(facts), _inputs(facts), _unverified(facts), _version(facts)]
    return (
        '<section aria-labelledby="about-heading"><h2 id="about-heading">About this report</h2>'
        f"{''.join(parts)}</section>"
    )


def _findings(facts: Facts) -> str:
    lint = facts.summary.get("lint") or []
    if not lint:
        return ""
    items = "".join(
        f"<li><strong>{escape(sentence(row.get('check', '')))}:</strong> {escape(row.get('message', ''))}</li>"
        if isinstance(row, dict)
        else f"<li>{escape(row)}</li>"
        for row in lint
    )
    return f"<h3>What the checks of the model found</h3><ul>{items}</ul>"


def _assumed(facts: Facts) -> str:
    notes = facts.summary.get("notes") or []
    items = "".join(f"<li>{_note(note)}</li>" for note in notes)
    body = _assumed_share(facts.summary.get("assumed_share")) + (f"<ul>{items}</ul>" if items else "")
    return f"<h3>Data</h3>{body}" if body else ""


def _assumed_share(share: Any) -> str:
    """How much of the register was filled in by rule: one share, or a share by class and column."""
    if isinstance(share, (list, tuple)):
        columns = {str(row["column"]).replace("_", " ") for row in share}
        if not columns:
            return ""
        rows = [
            Row(class_label(row["asset_class"]), (str(row["column"]).replace("_", " "), percent(row["share"])))
            for row in sorted(share, key=lambda row: (class_order(row["asset_class"]), -float(row["share"])))
        ]
        listing = table(
            "assumed",
            "Share of assets whose figure was filled in by a stated rule",
            ("Class", "Figure", "Share"),
            rows,
            (0,),
        )
        return fold(f"Figures filled in by rule ({len(rows)})", listing)
    if is_missing(share):
        return ""
    return f"<p>{percent(share)} of the register rests on figures filled in by a stated rule.</p>"


def _note(note: Any) -> str:
    if isinstance(note, dict):
        note = [note.get("note", note.get("message", "")), note.get("count")]
    if isinstance(note, (list, tuple)) and len(note) == 2:
        count = "" if is_missing(note[1]) else f": {number(note[1]) if isinstance(note[1], (int, float)) else note[1]}"
        return escape(f"{sentence(note[0])}{count}")
    return escape(note)


def _method(facts: Facts) -> str:
    status = {
        "optimal": "reached the proof it was asked for",
        "feasible": "stopped before it reached the proof it was asked for",
    }
    sought = _SOUGHT.get(
        str(facts.summary.get("of")), "sum of benefits is the largest that the limits of each year allow"
    )
    state = status.get(str(facts.summary.get("status")), "")
    body = (
        "<p>Each asset has a condition index from 0 to 100, 100 as new. Its group's curve says how the index falls "
        "from year to year. For each asset the planner works out what could be done and when, what that costs in every "
        "year and what it avoids over the asset's life; doing nothing is always among the choices. It then picks one "
        f"course for every asset so that the {sought}, and proves how much better any other choice could be.</p>"
        "<p>Years are financial years, April to March. Condition is that at the end of the year; today is the end of "
        f"{financial_year(facts.base)}. Bands are fifths of the index.</p>"
    )
    if state:
        body += f"<p>The search {state}.</p>"
    return fold("Method", body)


def _inputs(facts: Facts) -> str:
    inputs = facts.summary.get("inputs") or {}
    if not inputs:
        return ""
    rows = [Row(str(name), (str(digest),)) for name, digest in inputs.items()]
    listing = table("inputs", "Files the plan was made from", ("File", "SHA-256"), rows, text_columns=(0,))
    return fold(f"Inputs ({len(rows)})", listing)


def _unverified(facts: Facts) -> str:
    listing = facts.summary.get("unverified") or []
    if not listing:
        return ""
    items = "".join(f"<li>{escape(_parameter(row))}</li>" for row in listing)
    body = (
        "<p>No verified source stands behind these parameters. Results that rest on them should be read so.</p>"
        f'<ul class="columns">{items}</ul>'
    )
    return fold(f"Unverified parameters ({number(len(listing))})", body)


def _parameter(row: Any) -> str:
    return ", ".join(f"{key} {item}" for key, item in row.items()) if isinstance(row, dict) else str(row)


def _version(facts: Facts) -> str:
    version = facts.summary.get("version")
    made = f"assetplan {version}" if version else "assetplan"
    return (
        f'<p class="small">Made by {escape(made)}. The map is drawn by Leaflet 1.9.3. The page holds all it shows '
        "and asks nothing of the internet.</p>"
    )
