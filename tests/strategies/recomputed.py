"""Every strategy of one asset on a curve, reckoned anew from docs/method.md, sections 2 to 5, and the tables alone.

Plain loops and sums, and nothing of the package but its tables.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import NormalDist
from typing import NamedTuple

from assetplan.reference import load_table

PLAN, HORIZON, GROWTH = 5, 35, 0.01
"""Years of the plan, the last year followed (past a step of the discount rate), and growth of works prices."""
_AGES, _DOUBTS = 96, 21
_LEVELS = [4.0 * k for k in range(27)]
_FULL, _SOUND = 44.0, 60.0


def _straight(points: list[tuple[float, float]], at: float) -> float:
    """Straight between points that rise, level beyond them."""
    if at <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return points[-1][1]


def _columns(table: str, *names: str) -> list[tuple[float, ...]]:
    return sorted(zip(*(load_table(table)[name].tolist() for name in names), strict=True))


def _factors() -> list[float]:
    """Discount factors at the start of each year followed, and of one more at the rate of the last."""
    out = [1.0]
    for year in range(1, HORIZON + 1):
        rate = [rate for first, rate in _columns("discount_rates", "first_year", "rate") if first <= year][-1]
        out.append(out[-1] / (1 + rate))
    return [*out, out[-1] ** 2 / out[-2]]


START = _factors()
MIDDLE = [(a * b) ** 0.5 for a, b in pairwise(START)]
_SHARES = _columns("condition_factor", "index", "share")


@dataclass(frozen=True)
class Bridge:
    """What sending each class round a bridge costs [£ a year], by its index, assessment and posted limit [t]."""

    index: float
    capacity: float
    posted: float
    cost: tuple[float, ...]

    def carries(self, index: float, standing: bool) -> float:
        """What it carries at an index [t], as it stands or renewed."""
        share = _straight(_SHARES, index)
        if not standing:
            return _SOUND * share
        now, today = _straight(_SHARES, self.index), self.capacity
        if math.isnan(today) or today >= _FULL:
            today = max(_SOUND * now, _FULL)
        return today * min(1.0, share / now)

    def weak(self, index: float, load: float) -> bool:
        """Whether it carries less than a load, by its assessment at an index or by the limit that is posted."""
        return self.posted < load or self.carries(index, True) < load

    def below(self, weight: float, standing: bool) -> float:
        """Index below which a weight is sent round, found by halving; infinite where it is today."""
        low, high = 0.0, self.index if standing else 100.0
        if standing and self.weak(high, weight):
            return math.inf
        if self.carries(low, standing) >= weight:
            return low
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if self.carries(middle, standing) >= weight else (middle, high)
        return high

    @cached_property
    def limits(self) -> dict[bool, list[tuple[float, float]]]:
        """That index and the cost of each class, as the bridge stands or renewed."""
        weights = load_table("vehicle_classes")["weight_t"].tolist()
        return {s: [(self.below(w, s), c) for w, c in zip(weights, self.cost, strict=True)] for s in (True, False)}

    def in_plan(self, index: float, standing: bool) -> float:
        """What it costs in a plan year, at the index of its middle [£]."""
        return sum(cost for limit, cost in self.limits[standing] if index < limit)

    def after_plan(self, index: float, standing: bool) -> float:
        """What it costs in a year after: as it stands, straight between limits at every fourth index point [£]."""
        if not standing:
            return self.in_plan(index, False)
        total = 0.0
        for limit, cost in self.limits[True]:
            at = min(limit, _LEVELS[-1]) / 4
            low = min(int(at), len(_LEVELS) - 2)
            total += cost * ((1 - (at - low)) * (index < _LEVELS[low]) + (at - low) * (index < _LEVELS[low + 1]))
        return total


class State(NamedTuple):
    """Effective age, years aged in one, factor of slowing, its years left, treatments since a renewal, none as yet."""

    age: float
    rate: float
    factor: float
    left: int
    repeats: int
    standing: bool


Point = tuple[int, float, float, int, int]
"""A state, with a place on the grid of ages for its age, and without whether it stands as it did."""


class Way(NamedTuple):
    """What may be done in a year: price [£], whether that renews, mid-year age, burdens without and with traffic [£].

    `to` are the points that it leads to, `stays` the chance of the same point again.
    """

    price: float
    renews: bool
    age: float
    burden: float
    driven: float
    to: list[tuple[Point, float]]
    stays: float


@dataclass(frozen=True)
class Asset:
    """A rural asset, alone in its group; `driven` is its vehicle-km a year, traffic grows by a rate for years."""

    group: str
    at: float
    quantity: float
    driven: float = 0.0
    bridge: Bridge | None = None
    rate: float = 0.0
    lasts: int = 0

    def strategies(self) -> dict[tuple[int, ...], float]:
        """Whole-life cost [£] of each: by year the treatment's place in the table of the group, −1 for none."""
        ends = list(self._ends(State(self.age(self.at), 1.0, 1.0, 0, 0, True)))
        then = [self._then(state) for _, _, state in ends]
        policy = self._policy({point for paths in then for _, state in paths for point, _ in self._likely(state)})
        worth = self._worth(policy)

        def later(state: State) -> float:
            return sum(chance * worth[state.standing][point] for point, chance in self._likely(state))

        return {
            done: total + min(START[PLAN] * paid + later(state) for paid, state in paths)
            for (done, total, _), paths in zip(ends, then, strict=True)
        }

    # Condition

    @cached_property
    def curve(self) -> dict:
        return load_table("groups").set_index("group").loc[self.group].to_dict()

    def index(self, age: float) -> float:
        g = self.curve
        falls = (
            g["c0"] - g["k"] * age ** g["b"]
            if g["family"] == "power"
            else g["c0"] * math.exp(-((age / g["k"]) ** g["b"]))
        )
        return min(max(falls, 0.0), 100.0)

    def age(self, index: float) -> float:
        g = self.curve
        power = (g["c0"] - index) / g["k"] if g["family"] == "power" else -math.log(index / g["c0"])
        return float(power ** (1 / g["b"])) if g["family"] == "power" else float(g["k"] * power ** (1 / g["b"]))

    # What a year costs

    @cached_property
    def _rates(self) -> dict[tuple[str, str], list[tuple[float, float]]]:
        table = load_table("consequences")
        rows = table[table["group"] == self.group].sort_values("index")
        return {
            key: list(zip(part["index"], part["rate"], strict=True)) for key, part in rows.groupby(["per", "stream"])
        }

    @cached_property
    def _read(self) -> dict[int, tuple[float, float]]:
        return {}

    def _at_point(self, place: int) -> tuple[float, float]:
        if place not in self._read:
            index, total = self.index(place / 64), [0.0, 0.0]
            for (per, _), points in self._rates.items():
                total[per == "vehicle_km"] += _straight(points, index) * (
                    self.driven if per == "vehicle_km" else self.quantity
                )
            self._read[place] = total[0], total[1]
        return self._read[place]

    def burdens(self, age: float) -> tuple[float, float]:
        """Yearly burdens without traffic and with it, read straight between ages 1/64 of a year apart [£]."""
        low = int(age * 64)
        (a, b), (c, d) = self._at_point(low), self._at_point(low + 1)
        return a + (c - a) * (age * 64 - low), b + (d - b) * (age * 64 - low)

    def traffic(self, year: int) -> float:
        """Traffic of a plan year, 0 the first, over that of the base year."""
        return (1 + self.rate) ** min(year + 1, self.lasts)

    # What treatments do

    @cached_property
    def treatments(self) -> list[dict]:
        table = load_table("treatments")
        # Texture, which only what restores it asks for, is known of no asset here.
        mine = table[(table["group"] == self.group) & table["restores"].isna()]
        rows = mine.fillna({"slow_factor": 1.0, "repeats": math.inf, "environment": ""})
        return rows.to_dict("records")

    @cached_property
    def _sites(self) -> dict[str, dict]:
        return load_table("sites").set_index("treatment").to_dict("index")

    def works(self, t: dict) -> float:
        """Price of works on a site of their own, before growth [£]."""
        site = self._sites.get(t["treatment"])
        if site is None or math.isnan(site["typical"]):
            return t["unit_cost"] * self.quantity
        alone = site["mobilisation"] + site["setup_days"] * site["traffic_management"]
        return t["unit_cost"] * self.quantity + alone * (1 - self.quantity / site["typical"])

    def may(self, state: State, t: dict, weak: bool = False) -> bool:
        """Whether condition lets a treatment be used, or capacity in any better condition."""
        index = self.index(state.age)
        held = state.left > 0 and state.factor <= t["slow_factor"] < 1
        fits = (weak or index <= t["index_high"]) and t["index_low"] <= index
        return fits and not held and state.repeats < t["repeats"] and t["environment"] != "urban"

    def weak(self, state: State, t: dict) -> bool:
        """Whether capacity calls for a treatment."""
        called = self.bridge is not None and state.standing and t["capacity_below"] > 0
        return called and self.bridge.weak(self.index(state.age), t["capacity_below"])

    def treated(self, state: State, t: dict) -> State:
        if t["reset_to"] > 0:
            new = self.age(t["reset_to"])
            rate = (self.age(self.curve["failure_index"]) - new) / t["life"]
            # What is in better condition than that stays so, and ages no faster.
            new, rate = (state.age, min(state.rate, rate)) if state.age < new else (new, rate)
            return State(new, rate, 1.0, 0, 0, False)
        now, cap = self.index(state.age), t["raise_cap"]
        age = self.age(min(now + t["raise_by"], cap)) if now < cap else state.age
        return State(age, state.rate, t["slow_factor"], int(t["life"]), state.repeats + 1, state.standing)

    def older(self, state: State, years: float = 1.0) -> State:
        left = max(state.left - 1, 0)
        age = state.age + state.rate * state.factor * years
        return State(age, state.rate, state.factor if left else 1.0, left, state.repeats, state.standing)

    # The plan years

    def _ends(self, state: State, done: tuple[int, ...] = (), total: float = 0.0) -> Iterator[tuple]:
        """Every strategy, what it costs in the plan years [£], and the state that it ends in."""
        year, past = len(done), [k for k, code in enumerate(done) if code >= 0]
        if year == PLAN:
            yield done, total, state
            return
        for code in range(-1, len(self.treatments)):
            now, cost = state, 0.0
            if code >= 0:
                t = self.treatments[code]
                if len(past) == 2 or (past and year - past[-1] < 3) or not self.may(state, t, self.weak(state, t)):
                    continue
                now, cost = self.treated(state, t), t["unit_cost"] * self.quantity * (1 + GROWTH) ** year
            age = self.older(now, 0.5).age
            burden, driven = self.burdens(age)
            driven += self.bridge.in_plan(self.index(age), now.standing) if self.bridge else 0.0
            spent = START[year] * cost + MIDDLE[year] * (burden + driven * self.traffic(year))
            yield from self._ends(self.older(now), (*done, code), total + spent)

    def _then(self, state: State) -> list[tuple[float, State]]:
        """What may be at the start of the first year after: as it is, or, where weak, strengthened at a price [£]."""
        called = [t for t in self.treatments if self.weak(state, t) and self.may(state, t, True)]
        grown = (1 + GROWTH) ** PLAN
        return [(0.0, state), *((grown * self.works(t), self.treated(state, t)) for t in called)]

    # The years after the plan, on the grid

    @cached_property
    def _ages(self) -> list[float]:
        index = [self.index(age / 4) for age in range(1600)]
        last = next(k for k, value in enumerate(index) if value <= index[-1] + 0.5) / 4
        return [last * k / (_AGES - 1) for k in range(_AGES)]

    def _about(self, state: State) -> list[tuple[Point, float]]:
        """Points about a state, each with its chance."""
        at = min(max(state.age / self._ages[1], 0.0), _AGES - 1.0)
        low = min(int(at), _AGES - 2)
        return [((k, *state[1:5]), p) for k, p in ((low, 1 - (at - low)), (low + 1, at - low)) if p > 0]

    def _likely(self, state: State) -> list[tuple[Point, float]]:
        """The same of a state whose index is in doubt."""
        about = self._about(state)
        return [((k, *point[1:]), p * q) for point, p in about for k, q in self._spread[point[0]].items()]

    @cached_property
    def _spread(self) -> list[dict[int, float]]:
        """Places where what is expected at each place may truly be, with their chances."""
        index, out = [self.index(age) for age in self._ages], []
        doubt = load_table("doubts").set_index("doubt")["value"]["not stated"]
        for expected in index:
            places: dict[int, float] = defaultdict(float)
            for k in range(_DOUBTS):
                true = expected + doubt * NormalDist().inv_cdf((k + 0.5) / _DOUBTS)
                true = min(max(true, index[-1]), index[0])
                low = max(j for j in range(_AGES - 1) if index[j] >= true)
                part = (index[low] - true) / (index[low] - index[low + 1])
                places[low] += (1 - part) / _DOUBTS
                places[low + 1] += part / _DOUBTS
            out.append({place: chance for place, chance in places.items() if chance > 0})
        return out

    def _ways(self, point: Point) -> list[Way]:
        """What may be done at a point; what has failed is renewed, where a treatment may."""
        state = State(self._ages[point[0]], *point[1:], True)
        allowed = [t for t in self.treatments if self.may(state, t)]
        renewing = [t for t in allowed if t["reset_to"] > 0]
        due = renewing if self.index(state.age) <= self.curve["failure_index"] else []
        after = [] if due else [(0.0, state)]
        after += [(self.works(t), self.treated(state, t)) for t in due or allowed]
        return [self._way(point, price, now) for price, now in after]

    def _way(self, point: Point, price: float, state: State) -> Way:
        age, to = self.older(state, 0.5).age, self._about(self.older(state))
        stays = sum(p for end, p in to if end == point)
        return Way(price, not state.standing, age, *self.burdens(age), [way for way in to if way[0] != point], stays)

    def _policy(self, starts: set[Point]) -> dict[Point, Way]:
        """What is done at each point that is reached, for the least whole-life cost; detours are not weighed."""
        ways = _reached(starts, self._ways)
        factor, grown = START[PLAN + 1] / START[PLAN], (1 + GROWTH) ** PLAN
        cost = {p: [grown * w.price + factor**0.5 * (w.burden + w.driven) for w in each] for p, each in ways.items()}
        chosen = _for_ever(ways, cost, factor)[1]
        return {point: each[0] for point, each in _reached(starts, lambda p: [ways[p][chosen[p]]]).items()}

    def _worth(self, policy: dict[Point, Way]) -> dict[bool, dict[Point, float]]:
        """Present value of each point at the end of the plan [£], of what stands as it did and of what was renewed."""
        weak = self.bridge is not None
        detours = {
            standing: {
                p: self.bridge.after_plan(self.index(w.age), standing and not w.renews) if weak else 0.0
                for p, w in policy.items()
            }
            for standing in (True, False)
        }

        def year_of(year: int, standing: bool) -> dict[Point, float]:
            works, middle, traffic = START[year] * (1 + GROWTH) ** year, MIDDLE[year], self.traffic(year)
            round_it = detours[standing]
            return {
                p: works * w.price + middle * (w.burden + traffic * (w.driven + round_it[p])) for p, w in policy.items()
            }

        factor = START[HORIZON] / START[HORIZON - 1]
        renewed = _for_ever({p: [w] for p, w in policy.items()}, _alone(year_of(HORIZON, False)), factor)[0]
        # Of what stands as it did a renewal is the end, with what follows in its cost.
        cost, ways = year_of(HORIZON, True), {}
        for point, way in policy.items():
            ways[point] = [way._replace(to=[], stays=0.0) if way.renews else way]
            cost[point] += factor * sum(p * renewed[to] for to, p in way.to) if way.renews else 0.0
        worth = {True: _for_ever(ways, _alone(cost), factor)[0], False: renewed}
        for year in reversed(range(PLAN, HORIZON)):
            then, worth = worth, {}
            for standing in (True, False) if weak else (False,):
                now = worth[standing] = year_of(year, standing)
                for point, way in policy.items():
                    on = then[standing and not way.renews]
                    now[point] += way.stays * on[point] + sum(p * on[to] for to, p in way.to)
        return worth if weak else {True: worth[False], False: worth[False]}


def _alone(cost: dict[Point, float]) -> dict[Point, list[float]]:
    """Costs of points at which there is one way."""
    return {point: [amount] for point, amount in cost.items()}


def _reached(starts: set[Point], ways: Callable[[Point], list[Way]]) -> dict[Point, list[Way]]:
    """The ways of each point that is reached, in an order in which a year leads to earlier ones, save by a renewal."""
    out, waiting = {}, list(starts)
    while waiting:
        if (point := waiting.pop()) not in out:
            out[point] = ways(point)
            waiting += [end for way in out[point] for end, _ in way.to]
    return dict(sorted(out.items(), key=lambda item: (-item[0][4], item[0][3], -item[0][0])))


def _for_ever(
    ways: dict[Point, list[Way]], cost: dict[Point, list[float]], factor: float
) -> tuple[dict[Point, float], dict[Point, int]]:
    """Least present value of each point for ever, the first year at once, and its way: rounds until none moves."""
    worth, chosen, moved = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0), True
    while moved:
        moved = False
        for point, each in ways.items():
            best = math.inf
            for code, way in enumerate(each):
                on = sum(p * worth[to] for to, p in way.to)
                value = (cost[point][code] + factor * on) / (1 - factor * way.stays)
                if value < best:
                    best, chosen[point] = value, code
            moved = moved or abs(best - worth[point]) > 1e-11 * best
            worth[point] = best
    return worth, chosen
