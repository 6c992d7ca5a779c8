"""How long the optimiser takes and how near it comes, against one model of everything, by size and kind of problem.

Run by hand: `python -m pytest tests/benchmarks/test_optimiser.py -m benchmark -s --override-ini addopts=`. It prints
tables, and judges nothing on time: only that every choice keeps its limits and that what is claimed of it is true.

By default networks up to 50,000 assets and short limits, under half a minute in all. With ASSETPLAN_BENCHMARK=full the
whole ladder to 1,000,000 assets and long limits (an hour and more), and the growth is drawn to
docs/optimiser-growth.svg. ASSETPLAN_BENCHMARK_SECONDS is the time limit of one model [s], 4 or 400 if it is not set.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from optimiser_cases import Case, Measured, measure
from places import ROOT
from tables import FULL, head, row

pytestmark = pytest.mark.benchmark

MODEL_SECONDS = float(os.environ.get("ASSETPLAN_BENCHMARK_SECONDS", 400 if FULL else 4))
SECONDS = 60.0 if FULL else 3.0  # time limit of ours
GROWTH = ROOT / "docs" / "optimiser-growth.svg"
FINE = 1e-5

LADDER = [(n, 1e-4) for n in (1_000, 5_000, 20_000, 50_000)]
OTHERS = [
    ("one line pays part of another's works", {"assets": 20_000, "across": 0.2}),
    ("heavy tails", {"assets": 20_000, "spread": 1.3}),
]
AGAINST = (1_000, 5_000) if FULL else (5_000,)
HASTE = [50_000]
KNAPSACKS = [("khan", 30, 5), ("mixed", 400, 10)]
if FULL:
    LADDER += [(200_000, 1e-4), (200_000, FINE), (1_000_000, FINE)]
    OTHERS += [
        ("40 options, 30 caps, 30 floors", {"assets": 50_000, "options": 40, "lines": 6, "floors": 0.6}),
        ("the same, floors of nine tenths", {"assets": 50_000, "options": 40, "lines": 6, "floors": 0.9}),
    ]
    OTHERS += [("heavy tails", {"assets": n, "spread": 1.3}) for n in (5_000, 50_000, 200_000)]
    HASTE += [200_000]
    KNAPSACKS = [
        (kind, groups, dims) for kind in ("khan", "mixed") for groups in (5, 30, 100, 400) for dims in (5, 10, 25)
    ]


def shown(measured: Measured) -> tuple[str, str, str]:
    gap = measured.status if measured.gap == float("inf") else f"{measured.gap:.1e}"
    return f"{measured.seconds:.1f}", gap, f"{measured.peak:.2f}"


def held(measured: Measured, target: float) -> None:
    """What must be so, whatever the time."""
    assert measured.status in ("optimal", "feasible", "nothing", "infeasible")
    assert (measured.status == "optimal") == (measured.gap <= target)


def test_network_by_size() -> None:
    """Seconds to the target gap, then one model of the same data, each to the gap that the other can reach."""
    head("Networks of 12 options and 7 lines × 5 years", "assets", "target gap", "seconds", "gap", "peak GB")
    grown: dict[int, tuple[Measured, float]] = {}
    for assets, target in LADDER:
        measured = measure(Case({"assets": assets}, target=target, seconds=limit_of(assets)))
        held(measured, target)
        grown.setdefault(assets, (measured, target))
        row(f"{assets:,}", f"{target:.0e}", *shown(measured))
    models = {assets: against_one_model(assets, *grown[assets]) for assets in AGAINST}
    for model in models.values():
        assert model.status == "killed" or (model.status == "optimal") == (model.gap <= 1e-4)
    if FULL:
        draw(grown, models, GROWTH)


def limit_of(assets: int) -> float:
    """Time limit of ours: the ladder's top takes longer than a minute to pass through once."""
    return SECONDS if assets < 200_000 else 5 * SECONDS


def against_one_model(assets: int, own: Measured, target: float) -> Measured:
    """One model of everything, and ours again to the gap at which it stopped."""
    if assets == AGAINST[0]:
        head(
            f"One PuLP model of everything solved by HiGHS, {MODEL_SECONDS:.0f} s, and ours to the same gap",
            "assets", "gap after N s", "N: seconds to that gap", "ours to the same gap", "ratio of times",
            f"to a gap of {target:.0e}", "peak GB",
        )  # fmt: skip
    model = measure(Case({"assets": assets}, "one model", target, MODEL_SECONDS))
    if model.gap == float("inf"):
        row(f"{assets:,}", model.status, f"{model.seconds:.0f}", "", "", beyond(model, own), f"{model.peak:.2f}")
        return model
    same = measure(Case({"assets": assets}, target=model.gap, seconds=max(limit_of(assets), model.to_gap)))
    reached = same.gap <= model.gap
    ratio = f"{model.to_gap / same.seconds:.1f}" if reached else f"ours not there, {same.gap:.1e}"
    row(
        f"{assets:,}", f"{model.gap:.1e}", f"{model.to_gap:.1f}", f"{same.seconds:.1f}" if reached else "–", ratio,
        beyond(model, own), f"{model.peak:.2f}",
    )  # fmt: skip
    return model


def beyond(model: Measured, own: Measured) -> str:
    """Ratio of the times to the target gap."""
    if own.status != "optimal":
        return "ours not there"
    ratio = model.seconds / own.seconds
    return f"{ratio:.1f}" if model.status == "optimal" else f"more than {ratio:.0f}"


def test_other_networks() -> None:
    """Kinds of network that are harder, or larger by option, each as its own row."""
    head("Other networks, target gap 1e-04", "kind", "assets", "seconds", "gap", "peak GB")
    for kind, made in OTHERS:
        measured = measure(Case(made, seconds=limit_of(int(made["assets"]))))
        held(measured, 1e-4)
        row(kind, f"{made['assets']:,}", *shown(measured))


def test_one_second() -> None:
    """What there is after a time limit of one second."""
    head("A time limit of 1 s, target gap 1e-05", "assets", "seconds", "gap", "peak GB", "status")
    for assets in HASTE:
        measured = measure(Case({"assets": assets}, target=FINE, seconds=1.0))
        held(measured, FINE)
        row(f"{assets:,}", *shown(measured), measured.status)


def test_knapsacks() -> None:
    """Dense knapsacks, 10 items a group: the gap when time is up, or sooner where it is closed."""
    head(f"Dense knapsacks, {SECONDS:.0f} s, target gap 1e-04", "kind", "groups", "dims", "seconds", "gap", "peak GB")
    for kind, groups, dims in KNAPSACKS:
        measured = measure(Case({"kind": kind, "groups": groups, "items": 10, "dims": dims}, seconds=SECONDS))
        held(measured, 1e-4)
        row(kind, groups, dims, *shown(measured))


def draw(grown: dict[int, tuple[Measured, float]], models: dict[int, Measured], path: Path) -> None:
    """Seconds by number of assets, both logarithmic; the same figures make the same bytes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "optimiser-growth", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        axes = figure.subplots()
        sizes, seconds = list(grown), [measured.seconds for measured, _ in grown.values()]
        axes.loglog(sizes, seconds, "-", color="#1b6ca8", linewidth=1)
        for reached, face, words in ((True, "#1b6ca8", "target gap reached"), (False, "white", "stopped by the limit")):
            picked = [n for n in sizes if (grown[n][0].status == "optimal") == reached]
            if picked:
                taken = [grown[n][0].seconds for n in picked]
                axes.plot(picked, taken, "o", color="#1b6ca8", markerfacecolor=face, label=f"assetplan, {words}")
        last = (sizes[-1], seconds[-1])
        axes.plot(sizes, [last[1] * n / last[0] for n in sizes], ":", color="grey", label="in proportion to assets")
        for n, model in models.items():
            face = "#b5482a" if model.status == "optimal" else "white"
            label = "one model, HiGHS" if n == min(models) else None
            axes.plot(n, model.seconds, "s", color="#b5482a", markerfacecolor=face, label=label)
            axes.annotate(shown(model)[1], (n, model.seconds), (6, 4), textcoords="offset points", fontsize=8)
        for n, (measured, _) in grown.items():
            axes.annotate(shown(measured)[1], (n, measured.seconds), (4, -12), textcoords="offset points", fontsize=8)
        axes.set(xlabel="assets (12 options each)", ylabel="seconds (numbers: gap)")
        axes.legend(frameon=False, fontsize=8)
        figure.savefig(path, format="svg", metadata={"Date": None})


def test_the_drawing_is_the_same_each_time(tmp_path: Path) -> None:
    grown = {1_000: (Measured(9.0, 2e-3, "feasible"), 1e-4), 50_000: (Measured(4.0, 2e-5, "optimal"), 1e-4)}
    models = {1_000: Measured(20.0, 8e-4, "feasible"), 5_000: Measured(float(20), float("inf"), "killed")}
    one, two = tmp_path / "one.svg", tmp_path / "two.svg"
    draw(grown, models, one)
    draw(grown, models, two)
    assert one.read_bytes() == two.read_bytes()
    assert "killed" in one.read_text()
