"""What would have turned a bid's choice, one thing at a time, each solved again.

With V the most that the plan can bring with the bid left out and V₁ with it done, V − V₁ is the benefit that it lacks.
Its own funding, or a link with another bid taken away, brings it in where V₁ with that change comes to V. Money for the
budget lines that pay for it changes both: at a price on that money, what a choice buys of it is the money with which
that choice is best (Everett 1963, *Generalized Lagrange multiplier method*, doi:10.1287/opre.11.3.399), so the bid
comes in with what the best choice with it buys at a price at which the best choice without it is worth no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.answers.bid_levers import BENEFIT, FUNDING, LINK, MONEY, BidLever, BidLevers
from assetplan.answers.plan_b import SolvedPlan, with_flows
from assetplan.errors import InfeasibleError
from assetplan.formulation.bids import NOT
from assetplan.inputs.bids import StatedBid
from assetplan.limits import BID_LINK, FlowKey
from assetplan.optimisation.problem import Flows, Problem, Solution
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.solving import solve

_PAYS = ("line", "funding")
_TRIES = 4  # solves to the share of own funding, and prices of money tried
_NEAR = 0.02  # share of its cost by which own funding may be more than is needed
_CHEAPER = 0.8  # price of money beside the one tried before
_Tried = tuple[float, float | None]
_Paying = tuple[tuple[str, int], list[int]]


def bid_levers_of(plan: SolvedPlan, name: str) -> BidLevers:
    """What would have turned the choice of a bid.

    Parameters
    ----------
    plan : SolvedPlan
    name : str; name of the bid, one of the plan's

    Raises
    ------
    KeyError
        The plan has no such bid.
    """
    names = plan.formulation.bids.names.tolist()
    if name not in names:
        raise KeyError(name)
    bid = _OneBid(plan, names.index(name))
    levers = () if bid.fixed else tuple(bid.levers())
    reached = plan.solution
    near, unit = float(reached.bound - reached.benefit), plan.inputs.plan.objective.sought.unit
    return BidLevers(name, bid.done, bid.fixed, levers, near, len(bid.solved), unit)


@dataclass(frozen=True, eq=False)
class _OneBid:
    """A bid of a solved plan; `solved` has an entry for each time that the plan was solved again."""

    plan: SolvedPlan
    place: int
    solved: list[bool] = field(default_factory=list)

    @cached_property
    def rows(self) -> Ints:
        """Its options in the problem."""
        first, starts = len(self.plan.formulation.options.asset), self.plan.formulation.bids.starts
        return np.arange(first + starts[self.place], first + starts[self.place + 1])

    @cached_property
    def begun(self) -> Ints:
        """Those of them that do it."""
        options = self.plan.formulation.bids
        return self.rows[options.start[self.rows - len(self.plan.formulation.options.asset)] != NOT]

    @property
    def fixed(self) -> bool:
        return len(self.begun) in (0, len(self.rows))

    @property
    def done(self) -> bool:
        return self.chosen(self.plan.solution) in self.begun

    def chosen(self, solution: Solution) -> int:
        """Its option in a solution, as a row of the problem."""
        return int(solution.chosen[len(self.plan.formulation.options.starts) - 1 + self.place])

    def best(self, problem: Problem, done: bool, start: Solution | None = None) -> Solution | None:
        """The best choice that does the bid, or leaves it out; None where none meets the limits.

        It begins from another choice where that meets the limits.
        """
        barred = np.setdiff1d(self.rows, self.begun) if done else self.begun
        allowed = np.setdiff1d(np.arange(problem.n_options), barred)
        part = problem.part(allowed, np.zeros(0, dtype=np.intp))
        begin = None
        if start is not None and np.isin(start.chosen, allowed).all():
            extra = len(problem.flows.names) - len(start.amounts)
            begin = np.searchsorted(allowed, start.chosen), np.pad(start.amounts, (0, extra))
            begin = begin if canonical(part).is_feasible(*begin) else None
        try:
            reached = solve(part, self.plan.gap, self.plan.seconds, start=begin)
        except InfeasibleError:
            self.solved.append(False)
            return None
        self.solved.append(True)
        return replace(reached, chosen=allowed[reached.chosen])

    def levers(self) -> Iterator[BidLever]:
        own, problem = self.plan.solution, self.plan.formulation.problem
        other = self.best(problem, not self.done)
        if self.done:
            if other is not None:
                yield self.benefit(own, other)
            return
        if other is not None:
            yield self.benefit(other, own)
        yield self.funding(other)
        yield self.money(other)
        yield from self.links()

    def benefit(self, with_it: Solution, without: Solution) -> BidLever:
        """How much more benefit it needs, or may lose, and what of that is proved."""
        more, fewer = (with_it, without) if self.done else (without, with_it)
        amounts = more.benefit - fewer.benefit, more.benefit - fewer.bound, more.bound - fewer.benefit
        amount, least, most = (max(float(each), 0.0) for each in amounts)
        return BidLever(BENEFIT, amount, least, most, reached=with_it.benefit, without=without.benefit)

    def funding(self, with_it: Solution | None) -> BidLever:
        """Own funding with which it comes in, the same share of every year's cost."""
        own, funded = self.plan.solution, self._funded()
        before = below = (0.0, None if with_it is None else with_it.benefit)
        high: tuple[float, Solution] | None = None
        share = self._share(with_it)
        for _ in range(_TRIES):
            with_it = self.best(funded(share), True, with_it)
            value = None if with_it is None else with_it.benefit
            if with_it is not None and with_it.benefit >= own.benefit:
                high = share, with_it
            else:
                before, below = below, (share, value)
            if below[0] == 1.0 or (high is not None and high[0] - below[0] <= _NEAR):
                break
            above = None if high is None else (high[0], high[1].benefit)
            share = _next(before, below, above, own.benefit, high is not None and high[0] == share)
        if high is None:
            return BidLever(FUNDING, reached=None if with_it is None else with_it.benefit, without=own.benefit)
        cost = self._cost(self.chosen(high[1]))
        return BidLever(FUNDING, high[0] * cost, below[0] * cost, reached=high[1].benefit, without=own.benefit)

    def _cost(self, row: int) -> float:
        """What lines pay for an option, after the plan years too (£)."""
        bids, at = self.plan.formulation.bids, row - len(self.plan.formulation.options.asset)
        return float(bids.cost[at].sum() + bids.later[at])

    def _share(self, with_it: Solution | None) -> float:
        """Share of its cost that it lacks by the prices of limits; half where they say nothing of use."""
        if with_it is None:
            return 0.5
        problem, row = self.plan.formulation.problem, self.chosen(with_it)
        paid = problem.usage[[row]].toarray().ravel() @ np.nan_to_num(self.plan.solution.prices)
        lacks = (paid - problem.benefit[row]) / paid if paid > 0 else 0.5
        return float(lacks) if _NEAR < lacks < 1 else 0.5

    def _funded(self) -> Callable[[float], Problem]:
        """The problem with a share of what the lines pay for the bid paid for it.

        All that its options use and bring goes in a straight line with what they cost, so two shares give every other.
        """
        plan, name = self.plan, self.plan.formulation.bids.names[self.place]
        bids = tuple(_halved(each) if each.name == name else each for each in plan.inputs.bids)
        own, other = plan.formulation, plan.restate(replace(plan.inputs, bids=bids))
        rows = self.rows - len(own.options.asset) + len(other.options.asset)
        column = [own.place[row.key] for row in other.rows]
        used = sparse.coo_array(other.problem.usage[rows])
        place = self.rows[used.row], np.array(column, dtype=np.intp)[used.col]
        half = sparse.csr_array((used.data, place), shape=own.problem.usage.shape)
        mine = np.zeros(own.problem.n_options)
        mine[self.rows] = 1.0
        less = half - sparse.diags_array(mine) @ own.problem.usage
        gain = np.zeros(own.problem.n_options)
        gain[self.rows] = other.problem.benefit[rows] - own.problem.benefit[self.rows]

        def funded(share: float) -> Problem:
            problem = own.problem
            return replace(
                problem,
                usage=sparse.csr_array(problem.usage + 2 * share * less),
                benefit=problem.benefit + 2 * share * gain,
            )

        return funded

    def money(self, with_it: Solution | None) -> BidLever:
        """Money for the lines that pay for it, and for what pays for them, with which it comes in."""
        problem, prices = self.plan.formulation.problem, np.nan_to_num(self.plan.solution.prices)
        usage = problem.usage[self.begun].toarray()
        row = int(np.argmax(problem.benefit[self.begun] - usage @ prices))
        if with_it is not None:
            row = int(np.flatnonzero(self.begun == self.chosen(with_it))[0])
        groups = self._paying(usage[row], prices)
        if not groups:
            return BidLever(MONEY)
        eased = [place for _, places in groups for place in places]
        paid = usage[row] * prices
        share = (problem.benefit[self.begun[row]] - (paid.sum() - paid[eased].sum())) / paid[eased].sum()
        share, without = min(max(float(share), 0.0), 1.0), self.plan.solution
        lever = BidLever(MONEY)
        for _ in range(_TRIES):
            bought = _buying(problem, groups, share * prices)
            with_it, best_without = self.best(bought, True, with_it), self.best(bought, False, without)
            assert best_without is not None  # the plan's own choice is one
            reached = None if with_it is None else with_it.benefit
            lever = BidLever(MONEY, reached=reached, without=best_without.benefit)
            if with_it is not None and lever.turns:
                amounts = np.ceil(with_it.amounts[-len(groups) :] * 100) / 100  # to the penny, or a work might not fit
                more = {where: float(by) for (where, _), by in zip(groups, amounts, strict=True) if by > 0.5}
                return replace(lever, amount=sum(more.values()), by_year=more)
            share *= _CHEAPER
        return lever

    def _paying(self, usage: Floats, prices: Floats) -> list[_Paying]:
        """Line and year of money that an option uses and that is short, with the limits that more of it would ease.

        Money of a line has to be paid for by sources too, where the plan has them.
        """
        keys = [row.key for row in self.plan.formulation.rows]
        short = [k for k, key in enumerate(keys) if key.kind in _PAYS and usage[k] > 0 and prices[k] > 0]
        lines = [k for k, key in enumerate(keys) if key.kind == "line" and usage[k] > 0]
        out = []
        for k in lines:
            payers = [j for j in short if keys[j].kind == "funding" and keys[j].year == keys[k].year]
            if eased := [*([k] if k in short else []), *payers]:
                # Its own row is eased even where it has room now: what is bought must fit in it.
                out.append(((keys[k].line, keys[k].year), list(dict.fromkeys([k, *eased]))))
        return out

    def links(self) -> Iterator[BidLever]:
        """Each link with another bid that keeps it out, taken away."""
        formulation, own = self.plan.formulation, self.plan.solution
        bids, problem = formulation.bids, formulation.problem
        name = bids.names[self.place]
        done = {each.name for each in bids.bids_of(formulation.chosen_bids(own))}
        links = {
            (each.name, link, other)
            for each in bids.stated
            for link in ("needs", "follows", "excludes")
            for other in getattr(each, link)
        }
        for first, link, second in sorted(links):
            holds = name == first and second not in done if link != "excludes" else name in (first, second)
            other = second if first == name else first
            if not holds or (link == "excludes" and other not in done):
                continue
            what = f"{first} {link} {second}"
            of = [
                row.key.kind == BID_LINK and row.key.name.split(" by plan year ")[0] == what for row in formulation.rows
            ]
            loose = replace(problem, caps=np.where(of, np.inf, problem.caps))
            with_it = self.best(loose, True)
            reached = None if with_it is None else with_it.benefit
            yield BidLever(LINK, what=what, reached=reached, without=own.benefit)


def _halved(bid: StatedBid) -> StatedBid:
    """A bid of which each line pays half in every year, whenever it starts."""
    works = {line: paid / 2 for line, paid in bid.works.items()}
    half = replace(bid, works=works, grants=bid.grants / 2, contributions=bid.contributions / 2)
    return replace(half, costs=half.net_costs())


def _next(before: _Tried, below: _Tried, above: _Tried | None, aim: float, in_last: bool) -> float:
    """The next share to try: on the straight line between two that were, a little to the side that was not tried last.

    Parameters
    ----------
    before, below : (float, float or None); the last two shares that are not enough, and what is reached with each
    above : (float, float) or None; the least share that is enough
    aim : float; what is to be reached
    in_last : bool; whether the share tried last is enough
    """
    first, second = (below, above) if above is not None else (before, below)
    if first[1] is None or second[1] is None or second[1] <= first[1]:
        return (below[0] + (1.0 if above is None else above[0])) / 2 if above is not None else 1.0
    share = first[0] + (aim - first[1]) / (second[1] - first[1]) * (second[0] - first[0])
    share += -_NEAR / 2 if in_last else _NEAR / 2
    return min(max(share, below[0] + _NEAR / 4), 1.0 if above is None else above[0] - _NEAR / 4)


def _buying(problem: Problem, groups: Sequence[_Paying], prices: Floats) -> Problem:
    """The problem in which money for lines and years can be bought at these prices, as much as can be used."""
    usage = sparse.lil_array((len(groups), len(problem.caps)))
    price, most = np.zeros(len(groups)), np.zeros(len(groups))
    for k, (_, eased) in enumerate(groups):
        usage[k, eased] = -1.0
        price[k] = prices[eased].sum()
        uses = problem.usage[:, eased].toarray().max(axis=1)
        most[k] = np.maximum.reduceat(np.maximum(uses, 0.0), problem.starts[:-1]).sum()
    keys = tuple(FlowKey("bought", line=line, year=year) for (line, year), _ in groups)
    return with_flows(problem, Flows(keys, -price, usage.tocsr(), np.zeros(len(groups)), most))
