"""Projects as choices beside those of the assets: not at all, or begun in one of the years that they may begin in.

Their options stand after those of all assets, so what is known of an asset by its row stays as it is. Their costs are
works items of no asset: limits on money select them by line, district and name, and no selector of asset classes,
groups, roads or treatments means them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.asset_classes import PROJECT
from assetplan.display import Shown
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.inputs.projects import StatedProject

_BY_OPTION = ("project", "start", "cost", "later", "receipt", "present_cost", "benefit")
NOT = -1
"""Start of the option of leaving a project out."""


@dataclass(frozen=True, eq=False, repr=False)
class ProjectOptions(Shown):
    """Options of all projects, sorted by project; leaving it out, where that is one, is the first of each.

    Attributes
    ----------
    projects : tuple of StatedProject; what is chosen on
    lines : tuple of str; budget lines of the plan
    project : array (n,); project of each option
    start : array (n,); plan year in which it begins (0 is the first), `NOT` where it is left out
    cost : array (n, n_lines, years); what each line pays in each plan year [£, prices of the first year]
    later : array (n,); what is to be paid after the plan years [£]
    receipt : array (n, years); what comes in each plan year, by how likely it is [£]
    present_cost : array (n,); present value of the cost in the plan years [£]
    benefit : array (n,)
        Present value of what it brings, saves and receives, less that of all it costs [£].
    starts : array (n_projects + 1,); project p owns rows starts[p] to starts[p + 1] − 1
    """

    projects: tuple[StatedProject, ...]
    lines: tuple[str, ...]
    project: Ints
    start: Ints
    cost: Floats
    later: Floats
    receipt: Floats
    present_cost: Floats
    benefit: Floats
    starts: Ints

    def none(self) -> ProjectOptions:
        """No project of the same plan."""
        return replace(self.taking(np.zeros(0, dtype=np.intp)), projects=(), starts=self.starts[:1])

    def taking(self, rows: Ints) -> ProjectOptions:
        """The same projects with some of their options."""
        part = {name: getattr(self, name)[rows] for name in _BY_OPTION}
        return replace(self, starts=np.searchsorted(part["project"], np.arange(len(self.starts))), **part)

    @property
    def names(self) -> Texts:
        """Name of each project, (n_projects,)."""
        return np.array([project.name for project in self.projects], dtype=object)

    @property
    def spends(self) -> Bools:
        """Where a line pays something, or nothing yet in the year of the start, (n, n_lines, years)."""
        out: Bools = self.cost > 0
        begun = np.flatnonzero(self.start != NOT)
        bare = begun[~out[begun, :, self.start[begun]].any(axis=1)]
        paying = [self.lines.index(self.projects[place].main_line) for place in self.project[bare]]
        out[bare, paying, self.start[bare]] = True
        return out

    @property
    def most_paid(self) -> Floats:
        """The most that all projects together can cost in each plan year, (years,)."""
        return self._most(self.cost.sum(axis=1))

    def most_received(self, price: Floats) -> Floats:
        """The most that may be left of what all projects brought by each plan year, (years,) [£].

        Parameters
        ----------
        price : array (years,); what £1 of the first year is in the money that receipts are kept in
        """
        return self._most((self.receipt * price).cumsum(axis=1)) / price

    def _most(self, amount: Floats) -> Floats:
        if not self.projects:
            return np.zeros(amount.shape[1])
        return np.asarray(np.maximum.reduceat(amount, self.starts[:-1], axis=0).sum(axis=0), dtype=np.float64)

    def places(self, assets: pd.DataFrame) -> pd.DataFrame:
        """One row a project under the register's columns: name, class and place; all else is blank, or zero.

        Parameters
        ----------
        assets : DataFrame; table `assets` of the register
        """
        known = {"asset_id": self.names, "name": self.names, "asset_class": PROJECT.asset_class}
        known |= {key: [getattr(project, key) for project in self.projects] for key in ("district", "division")}
        other = {
            name: 0.0 if pd.api.types.is_numeric_dtype(assets[name]) else ""
            for name in assets.columns
            if name != "geometry"
        }
        return pd.DataFrame(other | known, index=range(len(self.projects)))


def project_options(inputs: Inputs, whole: bool = True) -> ProjectOptions:
    """Every option of every project of a plan.

    Parameters
    ----------
    inputs : Inputs; the plan
    whole : bool; whether all of the plan is stated; beside some of its assets no project is
    """
    projects = inputs.projects if whole else ()
    starts = [
        (place, start)
        for place, each in enumerate(projects)
        for start in ([] if each.mandatory else [NOT]) + list(range(each.earliest, each.latest + 1))
    ]
    project, start = np.array(starts, dtype=np.intp).reshape(-1, 2).T
    lines, years = inputs.limits.lines, inputs.plan.years
    cost, receipt = np.zeros((len(starts), len(lines), years)), np.zeros((len(starts), years))
    later, benefit = np.zeros((2, len(starts)))
    for row, (place, begins) in enumerate(starts):
        if begins != NOT:
            each = projects[place]
            for line, amounts in each.costs.items():
                within = amounts[: years - begins]
                cost[row, lines.index(line), begins : begins + len(within)] = within
                later[row] += amounts[years - begins :].sum()
            came = each.receipts[: years - begins]
            receipt[row, begins : begins + len(came)] = came * each.probability
            benefit[row] = _worth(each, begins, inputs.model.rules.discount)
    present_cost = cost.sum(axis=1) @ inputs.model.rules.works_discount
    first = np.searchsorted(project, np.arange(len(projects) + 1))
    return ProjectOptions(projects, lines, project, start, cost, later, receipt, present_cost, benefit, first)


def _worth(project: StatedProject, begins: int, discount: Floats) -> float:
    """Present value of a project begun in a plan year: what it brings, saves and receives less what it costs [£].

    Costs and receipts fall at the start of their years, savings in the middle; beyond the horizon nothing is saved, and
    costs bear its last factor.
    """
    factor = np.pad(discount, (0, len(project.receipts) + project.length), mode="edge")[begins:]
    paid = sum((amounts @ factor[: len(amounts)] for amounts in project.costs.values()), 0.0)
    came = project.probability * float(project.receipts @ factor[: len(project.receipts)])
    middle = np.sqrt(discount[1:] * discount[:-1])[begins + project.length :][: project.saving_years]
    return float(project.benefit * discount[begins] + project.saving * middle.sum() + came - paid)


def with_projects(works: Works, options: ProjectOptions) -> Works:
    """Works of the assets' candidates with what projects spend, an item for each line and year of an option.

    Parameters
    ----------
    works : Works; of all candidates of the assets
    options : ProjectOptions; options that follow them
    """
    if not options.projects:
        return works
    option, line, year = np.nonzero(options.spends)
    order = np.lexsort((line, year, option))
    option, line, year = option[order], line[order], year[order]
    assets = works.assets
    kind = PROJECT.asset_class
    paid = {"group": kind, "treatment": kind, "label": PROJECT.label, "kind": kind, "line": list(options.lines)}
    rows = pd.DataFrame({**paid, "growth": 0.0, "unit": PROJECT.unit}).reindex(columns=works.treatments.columns)
    return replace(
        works,
        assets=pd.concat(
            [pd.DataFrame(assets.drop(columns="geometry", errors="ignore")), options.places(assets)], ignore_index=True
        ),
        treatments=pd.concat([works.treatments, rows], ignore_index=True),
        option=np.concatenate([works.option, works.n_options + option]),
        asset=np.concatenate([works.asset, len(assets) + options.project[option]]),
        year=np.concatenate([works.year, year]),
        treatment=np.concatenate([works.treatment, len(works.treatments) + line]),
        cost=np.concatenate([works.cost, options.cost[option, line, year]]),
        n_options=works.n_options + len(options.project),
    )
