"""A programme's strategies valued at the prices of its limits.

At the prices p of a solved plan each asset takes the strategy with the largest net o − p·u, objective less the price
of all it uses, but for the few assets that have to make whole works fit the limits. What all assets would use at any
prices is the best use of limits of just that size (Everett 1963, *Generalized Lagrange multiplier method*,
doi:10.1287/opre.11.3.399).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assetplan._types import Bools, Floats, Texts
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError
from assetplan.limits import LimitKey
from assetplan.programme import Programme, Strategies
from assetplan.programme.summary import LimitResult
from assetplan.strategies.names import NOTHING


@dataclass(frozen=True, eq=False, repr=False)
class Market(Shown):
    """Strategies, limits and prices of one programme.

    Attributes
    ----------
    strategies : Strategies; all that was chosen from
    limits : tuple of rows; rows of the summary's `limits`
    keys : tuple of LimitKey; their keys
    prices : array (n_limits,); what one more unit of each is worth
    held : array of bool (n_assets,)
        Assets that choose with others (schemes of the plan file, candidate schemes, shared sites): they stay as they
        are whatever the prices.
    pays : bool; whether the objective itself bears the cost of works
    """

    strategies: Strategies
    limits: tuple[LimitResult, ...]
    keys: tuple[LimitKey, ...]
    prices: Floats
    held: Bools
    pays: bool

    @classmethod
    def of(cls, programme: Programme) -> Market:
        """The market of a programme.

        Raises
        ------
        RegisterError
            The programme's folder has no strategies.
        """
        strategies, limits = programme.strategies, programme.summary.limits
        if strategies is None:
            rule = "is not in this folder of a plan, so nothing can be explained: plan it again"
            raise RegisterError([Fault("the programme", 0, "", "strategies.parquet", rule)])
        schemes = ((programme.settings or {}).get("plan") or {}).get("schemes") or []
        together = [name for scheme in schemes for name in scheme["assets"]]
        held = programme.assets["asset_id"].isin(together).to_numpy(dtype=bool)
        for column in ("shared_site", "candidate_scheme"):
            if column in programme.assets:
                held = held | (programme.assets[column] != "").to_numpy(dtype=bool)
        pays = programme.summary.sought.bears_cost
        keys = tuple(LimitKey.from_json(row["key"]) for row in limits)
        return cls(strategies, limits, keys, np.array([row["price"] for row in limits], dtype=float), held, pays)

    @cached_property
    def lines(self) -> dict[str, dict[int, int]]:
        """Budget line → year → position of its limit."""
        lines: dict[str, dict[int, int]] = {}
        for place, key in enumerate(self.keys):
            if key.kind == "line":
                lines.setdefault(key.line, {})[key.year] = place
        return lines

    @cached_property
    def money(self) -> Bools:
        """Limits on money, (n_limits,)."""
        return np.array([row["unit"] == "£" for row in self.limits], dtype=bool)

    @cached_property
    def net(self) -> Floats:
        """Each strategy's objective less the price of what it uses, (n,)."""
        return self.net_at(self.prices)

    def net_at(self, prices: Floats) -> Floats:
        """The same at other prices, (n,)."""
        return np.asarray(self.strategies.objective - self.strategies.usage @ prices, dtype=float)

    def demand(self, prices: Floats, asset: int, place: int) -> Floats:
        """What all assets use of each limit when each takes its best strategy at these prices, (n_limits,).

        One asset takes its strategy at a position whatever that is worth: the one for which two are worth the same.

        Parameters
        ----------
        prices : array (n_limits,); what one more unit of each limit costs [unit of the objective]
        asset : int; position of the one asset
        place : int; position of the strategy that it takes
        """
        strategies = self.strategies
        net = self.net_at(prices)
        best = np.maximum.reduceat(net, strategies.starts[:-1])
        # Money is stored to the penny: nearer than that is equal, and what was chosen stays.
        top = np.flatnonzero(net >= np.repeat(best, np.diff(strategies.starts)) - 0.01)
        first = top[np.searchsorted(top, strategies.starts[:-1])]
        stays = self.held | (net[strategies.chosen] >= best - 0.01)
        taken = np.where(stays, strategies.chosen, first)
        taken[asset] = strategies.starts[asset] + place
        return np.asarray(strategies.usage[taken].sum(axis=0), dtype=float).ravel()

    @cached_property
    def flowing(self) -> Floats:
        """What flows (money carried over, moved, drawn from sources) use of each limit in the plan, (n_limits,)."""
        works = np.asarray(self.strategies.usage[self.strategies.chosen].sum(axis=0), dtype=float).ravel()
        return np.array([row["used"] for row in self.limits], dtype=float) - works

    def with_line(self, line: str, share: float) -> Floats:
        """Prices with those of one line's years at a share of theirs."""
        prices = self.prices.copy()
        prices[list(self.lines[line].values())] *= share
        return prices


@dataclass(frozen=True, eq=False)
class Options:
    """The strategies of one asset.

    Attributes
    ----------
    asset : int; position of the asset
    names : array (m,) of str; strategies
    net, objective : array (m,); what the plan seeks, less the price of what is used, and by itself (£ or index-years)
    cost, present_cost, benefit : array (m,); their figures (£)
    changes : array of bool (m,); where the objective bears a price on change
    usage : array (m, n_limits); what each uses of each limit
    chosen : int; position of what was chosen
    idle : int; position of do-nothing, −1 where the asset may not do nothing
    """

    asset: int
    names: Texts
    net: Floats
    cost: Floats
    present_cost: Floats
    benefit: Floats
    objective: Floats
    changes: Bools
    usage: Floats
    chosen: int
    idle: int

    @classmethod
    def of(cls, market: Market, asset: int) -> Options:
        """The strategies of the asset at a position."""
        s, rows = market.strategies, market.strategies.rows(asset)
        names = s.names[s.name[rows]]
        nothing = np.flatnonzero(names == NOTHING)
        return cls(
            asset, names, market.net[rows], s.cost[rows], s.present_cost[rows], s.benefit[rows], s.objective[rows],
            s.changes[rows], s.usage[rows].toarray(), int(s.chosen[asset] - s.starts[asset]),
            int(nothing[0]) if len(nothing) else -1,
        )  # fmt: skip

    @property
    def treats(self) -> Bools:
        """Where something is done."""
        return self.names != NOTHING

    @property
    def treated(self) -> bool:
        """Whether what was chosen does something."""
        return self.chosen != self.idle

    @cached_property
    def best(self) -> int:
        """Position of the treatment with the largest net."""
        return int(np.argmax(np.where(self.treats, self.net, -np.inf)))

    @property
    def lead(self) -> float:
        """How far the best treatment is ahead of doing nothing (of net), negative where it is behind."""
        return float(self.net[self.best] - self.net[self.idle])


def turning_share(fixed: Floats, priced: Floats, treats: Bools, idle: int) -> tuple[float, int] | None:
    """Share of a price at which the best treatment is worth as much as doing nothing.

    A strategy's net is fixed − share · priced. Below the share a treatment is best, above it none is.

    Parameters
    ----------
    fixed : array (n,); net of each strategy, free of the price [unit of the objective]
    priced : array (n,); what each bears of the price [likewise]
    treats : array of bool (n,); which strategies are treatments
    idle : int; position of doing nothing

    Returns
    -------
    (float, int) or None
        The share, at least 0, and the treatment; None where no share turns the choice: free of the price no treatment
        is worth it, or one that does not pay the price is.
    """
    lead, extra = fixed - fixed[idle], priced - priced[idle]
    pays_more = treats & (extra > 1e-9)
    if (treats & ~pays_more & (lead - extra >= 0)).any() or not pays_more.any():
        return None
    shares = np.where(pays_more, lead / np.where(pays_more, extra, 1.0), -np.inf)
    place = int(np.argmax(shares))
    return (float(shares[place]), place) if shares[place] > 0 else None
