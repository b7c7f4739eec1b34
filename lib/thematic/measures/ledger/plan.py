"""Turns a theme's declarations into its ledgers: root ledgers of leaves, and families that deal their steps.

A root ledger is of one event: a table's own date, or the date that a count is `dated` by. Its leaves are the cross of
area and one breakdown, the areas being the finest that are published. A count whose conditions follow from that
breakdown is a sum of leaves. Any other part of a published count is dealt its steps: a part and the rest, the
categories of another breakdown, or each category of a list or filled set and its rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from thematic.core.areas import FORCE
from thematic.core.digests import digest
from thematic.cubes.bases import Base, bases, is_within
from thematic.cubes.tallies import ThemeCubes
from thematic.measures.ledger.homes import is_rounded
from thematic.measures.ledger.membership import exclusive, follows
from thematic.params import Params
from thematic.params.conditions import Filled
from thematic.params.measures import Count
from thematic.params.tables import ByColumn, ByFilled, fixed_categories
from thematic.params.themes import CELL, FORCE_ROW, MONTH, ROLLING, TOTAL

REST = "rest"

Source = tuple[str, str, str]
"""Rows of a cube: the count's key, the dimension and the category."""


@dataclass(frozen=True)
class Part:
    """What the leaves of one label count, in every area: the rows of `plus`, less those of `minus`. `cell` is the label
    of the parent's leaves that it shares the steps of ("" all)."""

    label: str
    plus: tuple[Source, ...]
    minus: tuple[Source, ...] = ()
    cell: str = ""


@dataclass(frozen=True)
class Ledger:
    """One ledger: its leaves are its parts in each of the areas of `levels` (those of the force alone for none).

    A root has no `parent`; a dealt family shares out the steps of its parent's leaves that have one of the labels.
    `totals` are the published sums of its parts, by name.
    """

    name: str
    levels: tuple[str, ...]
    parts: tuple[Part, ...]
    totals: Mapping[str, frozenset[str]]
    parent: str | None = None
    parent_labels: frozenset[str] = frozenset()

    @property
    def is_root(self) -> bool:
        return self.parent is None

    @property
    def mark(self) -> str:
        """What tells it from others in the header of a month's file."""
        return digest(self.name)[:8]


@dataclass(frozen=True)
class Shown:
    """How a count is read off a ledger: for each label of its leaves the category that they are in, and the levels of
    areas for which that is published."""

    key: str
    dimension: str
    ledger: str
    categories: Mapping[str, str]
    levels: tuple[str, ...]


@dataclass
class Plan:
    """The ledgers of a theme, parents first, and how each published count is read off them."""

    ledgers: list[Ledger] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)


@dataclass(frozen=True)
class _Where:
    """The leaves that a count is the sum of."""

    ledger: Ledger
    labels: frozenset[str]


def published_levels(params: Params, theme: str, dimension: str, *, dated: bool = False) -> tuple[str, ...]:
    """The levels of areas (the force aside) for which a dimension of a theme is published.

    What params/disclosure.yaml does not name goes to all levels that the theme is reported for or broken down by, but
    for breakdowns of counts that are `dated`, which go to the force alone.
    """
    declared = params.themes[theme]
    areas = {area.level for area in params.report_areas(theme) if not area.is_force}
    areas |= {each for dimensions in declared.measures.values() for each in dimensions if each in params.levels}
    named = params.disclosure.levels.get(theme, {}).get(dimension)
    if named is None:
        own = dimension not in (TOTAL, MONTH, ROLLING, FORCE_ROW) and dimension not in params.levels
        return () if own and dated else tuple(level for level in params.levels if level in areas)
    return tuple(level for level in params.levels if level in areas and level in named)


def is_published(params: Params, theme: str, dimension: str, level: str, *, dated: bool) -> bool:
    """Whether a dimension of a theme is published for the areas of a level, the force's among them."""
    if level == FORCE:
        named = params.disclosure.levels.get(theme, {}).get(dimension)
        return named is None or FORCE in named
    return level in published_levels(params, theme, dimension, dated=dated)


def plan(params: Params, theme: str, cubes: ThemeCubes, elsewhere: Collection[str] = ()) -> Plan:
    """The ledgers of a theme, from what it declares and the categories that its cubes hold; of the counts that have
    their home `elsewhere` (by key) it has none."""
    made = Plan()
    events: dict[tuple[str, str], list[tuple[Base, set[str]]]] = {}
    for base, splits in bases(params.themes[theme], params.measures, params.tables):
        counts = is_rounded(base) and base.key not in elsewhere
        if counts and cubes.unavailable(base.key) is None:
            events.setdefault((base.table_name, base.date), []).append((base, splits - {CELL}))
    for found in events.values():
        _Event(params, theme, cubes, _with_whole(found, cubes), made).plan()
    return made


def _with_whole(found: list[tuple[Base, set[str]]], cubes: ThemeCubes) -> list[tuple[Base, set[str]]]:
    """The counts of an event, and one of all rows with a code where several count groups of the codes of one column."""
    by_code: dict[tuple[str, str], list[Base]] = {}
    for base, _ in found:
        if base.count.dated and len(base.count.where) == 1 and base.count.names is None and base.count.repeats is None:
            [column] = base.count.where
            by_code.setdefault((base.count.selection, column), []).append(base)
    more = []
    for (selection, column), alike in by_code.items():
        first = alike[0]
        split = next(
            (
                name
                for name, by in first.table.breakdowns.items()
                if isinstance(by, ByColumn) and by.column == column and not by.renamed
            ),
            None,
        )
        count = Count(selection=selection, dated=first.count.dated, where={column: Filled(filled=True)})
        whole = replace(first, count=count)
        known = any(is_within(each, other) for each in alike for other, _ in found if other not in alike)
        if len(alike) > 1 and split is not None and not known and cubes.rows(whole.key, split).n.size:
            more.append((whole, {split}))
    return [*found, *more]


@dataclass
class _Event:
    """The counts of one theme that are placed by one date."""

    params: Params
    theme: str
    cubes: ThemeCubes
    counts: list[tuple[Base, set[str]]]
    made: Plan
    where: dict[str, _Where] = field(default_factory=dict)
    split: dict[tuple[str, str], tuple[Ledger, Mapping[str, str]]] = field(default_factory=dict)

    def plan(self) -> None:
        plain = [base for base, _ in self.counts if base.count.filled is None]
        over = {base.key: [other for other in plain if other is not base and _inside(base, other)] for base in plain}
        for root in (base for base in plain if not over[base.key]):
            self._root(root, [base for base in plain if root in over[base.key] and base.key not in self.where])
        parts: dict[str, list[Base]] = {}
        for base in sorted((each for each in plain if each.key not in self.where), key=lambda each: each.key):
            least = max(over[base.key], key=lambda each: (len(over[each.key]), each.key))
            parts.setdefault(least.key, []).append(base)
        waiting = [base for base in plain if base.key in self.where]
        for base in waiting:
            self._breakdowns(base)
        while waiting:
            parent = waiting.pop(0)
            for group in self._groups(parent, parts.get(parent.key, [])):
                self._dealt(parent, group)
            for base in parts.get(parent.key, []):
                self._breakdowns(base)
                waiting.append(base)
        for base, _ in self.counts:
            if base.count.filled is not None:
                self._breakdowns(base)

    def _groups(self, parent: Base, parts: list[Base]) -> list[list[Base]]:
        """The parts of a count that are not dealt within a breakdown, each with those that exclude it."""
        groups: list[list[Base]] = []
        for base in parts:
            if base.key in self.where:
                continue
            if not self._dealt_across(base, parent):
                alike = next((group for group in groups if all(exclusive(base, other) for other in group)), None)
                if alike is None:
                    groups.append([base])
                else:
                    alike.append(base)
        return groups

    def _breakdowns(self, base: Base) -> None:
        for name in self._all_splits(base):
            if (base.key, name) not in self.split:
                self._breakdown(base, name)

    def levels(self, base: Base, dimension: str) -> tuple[str, ...]:
        found = published_levels(self.params, self.theme, dimension, dated=base.count.dated is not None)
        placed = {area.counted_at[0] for level in found for area in self.params.areas(level)}
        return tuple(level for level in self.params.levels if level in placed and level in base.table.levels)

    def categories(self, base: Base, name: str) -> list[str]:
        rows = self.cubes.rows(base.key, name)
        return sorted({rows.category.known[code] for code in set(rows.category.codes.tolist()) if code >= 0})

    def declared(self, base: Base, name: str) -> list[str]:
        """All categories that a breakdown can have as far as that is declared, and those that there are."""
        by = base.table.breakdowns[name]
        if isinstance(by, ByFilled):
            return list(by.filled)
        known: list[str] = []
        if isinstance(by, ByColumn):
            codes = fixed_categories(base.table, by.column, self.params.lists) or []
            known = [by.renamed.get(code, code) for code in codes]
        return sorted({*known, *self.categories(base, name)})

    def _name(self, said: Iterable[str], levels: Iterable[str], split: str = "") -> str:
        """The name of a ledger: what it is of, and the shape of its leaves. One of another shape is another ledger."""
        return "/".join([self.theme, *said]) + f" [{', '.join([*levels, *([split] if split else [])]) or 'force'}]"

    def _all_splits(self, base: Base) -> list[str]:
        """The breakdowns of a count, in the order of its table."""
        names = next(splits for each, splits in self.counts if each is base)
        return sorted(names, key=list(base.table.breakdowns).index)

    def _splits(self, base: Base) -> list[str]:
        """The breakdowns of a count that part it: each row is in one category."""
        parted = [name for name in self._all_splits(base) if is_partition(base, name)]
        return [name for name in parted if self.cubes.unavailable(base.key, name) is None]

    def _root(self, root: Base, under: list[Base]) -> None:
        """The root ledger of a count, and of those under it all that are sums of its leaves."""
        fine = self.levels(root, TOTAL)
        best, categories, children = None, [], dict[str, frozenset[str]]()
        for name in self._splits(root):
            known = self.declared(root, name)
            found = {base.key: held for base in under if (held := self._held(base, root, name, known)) is not None}
            if best is None or len(found) > len(children):
                best, categories, children = name, known, found
        if best is None:
            parts: tuple[Part, ...] = (Part("all", ((root.key, TOTAL, TOTAL),)),)
            self._add_root(root, Ledger(self._name([root.key], fine), fine, parts, {root.key: frozenset({"all"})}))
            return
        parts = tuple(Part(category, ((root.key, best, category),)) for category in sorted(categories))
        totals = {root.key: frozenset(categories), **children}
        ledger = Ledger(self._name([root.key], fine, best), fine, parts, totals)
        self._add_root(root, ledger)
        self._is_split(root, best, ledger, {each: each for each in categories})
        for base in (base for base in under if base.key in children):
            self._is_sum(base, ledger, children[base.key])
            if best in self._all_splits(base):
                self._is_split(base, best, ledger, {each: each for each in sorted(children[base.key])})

    def _held(self, base: Base, whole: Base, name: str, categories: Iterable[str]) -> frozenset[str] | None:
        """The categories of a breakdown that a part of a count is the sum of; None where it is no sum of them."""
        held = {each: follows(base, whole, name, each, self.params.lists) for each in categories}
        if None in held.values():
            return None
        return frozenset(each for each, holds in held.items() if holds)

    def _add_root(self, root: Base, ledger: Ledger) -> None:
        self.made.ledgers.append(ledger)
        self._is_sum(root, ledger, ledger.totals[root.key])

    def _is_sum(self, base: Base, ledger: Ledger, labels: frozenset[str]) -> None:
        self.where[base.key] = _Where(ledger, labels)
        self._shows(base, TOTAL, ledger, dict.fromkeys(sorted(labels), TOTAL))

    def _is_split(self, base: Base, name: str, ledger: Ledger, categories: Mapping[str, str]) -> None:
        self.split[base.key, name] = (ledger, categories)
        self._shows(base, name, ledger, categories)

    def _shows(self, base: Base, dimension: str, ledger: Ledger, categories: Mapping[str, str]) -> None:
        levels = tuple(level for level in self.levels(base, dimension) if level in ledger.levels)
        self.made.shown.append(Shown(base.key, dimension, ledger.name, categories, levels))

    def _family(
        self,
        base: Base,
        name: str,
        parent: Ledger,
        labels: frozenset[str],
        levels: Iterable[str],
        parts: tuple[Part, ...],
        total: str,
    ) -> Ledger:
        kept = tuple(level for level in levels if level in parent.levels)
        totals = {part.label: frozenset({part.label}) for part in parts if not part.label.startswith(REST)}
        if total not in totals:
            totals[total] = frozenset(totals)
        shape = f"of {digest(parent.name)[:6]}"
        ledger = Ledger(self._name([base.key, name], kept, shape), kept, parts, totals, parent.name, labels)
        self.made.ledgers.append(ledger)
        return ledger

    def _dealt_across(self, base: Base, parent: Base) -> bool:
        """Deals a part of a count within each category of a breakdown that both have, so that no share of a category
        passes the whole; whether there is one."""
        for name in self._splits(base):
            if (parent.key, name) not in self.split:
                continue
            ledger, labels = self.split[parent.key, name]
            if not set(self.levels(base, TOTAL)) <= set(ledger.levels):
                continue
            parts = []
            for label, category in sorted(labels.items()):
                own, whole = (base.key, name, category), (parent.key, name, category)
                parts += [Part(label, (own,), cell=label), Part(f"{REST} {label}", (whole,), (own,), cell=label)]
            found = self._family(
                base, name, ledger, frozenset(labels), self.levels(base, TOTAL), tuple(parts), base.key
            )
            self._is_sum(base, found, frozenset(labels))
            self._is_split(base, name, found, labels)
            self._follow(base, name, found, labels)
            return True
        return False

    def _follow(self, base: Base, name: str, ledger: Ledger, categories: Collection[str]) -> None:
        """Counts within a dealt one that follow from the categories of its leaves are sums of these."""
        for each, _ in self.counts:
            if each.key in self.where or each.count.filled is not None or not _inside(each, base):
                continue
            held = self._held(each, base, name, categories)
            if held is not None:
                self._is_sum(each, ledger, held)

    def _dealt(self, parent: Base, alike: Collection[Base]) -> None:
        """Deals the steps of a count among parts that exclude one another, and the rest."""
        where = self.where[parent.key]
        own = tuple((base.key, TOTAL, TOTAL) for base in alike)
        parts = [Part(base.key, (source,)) for base, source in zip(alike, own, strict=True)]
        rest = Part(REST, ((parent.key, TOTAL, TOTAL),), own)
        first = next(iter(alike))
        levels = self.levels(first, TOTAL)
        name = TOTAL if len(parts) == 1 else f"{TOTAL} {digest([part.label for part in parts])[:6]}"
        found = self._family(first, name, where.ledger, where.labels, levels, (*parts, rest), first.key)
        for base in alike:
            self._is_sum(base, found, frozenset({base.key}))

    def _breakdown(self, base: Base, name: str) -> None:
        """Deals the steps of a count among the categories of a breakdown, or to each category and its rest."""
        if self.cubes.unavailable(base.key, name) is not None:
            return
        whole = self._whole_of(base)
        if whole is None:
            return
        where, levels, categories = self.where[whole.key], self.levels(base, name), self.declared(base, name)
        if is_partition(base, name):
            parts = tuple(Part(each, ((base.key, name, each),)) for each in categories)
            found = self._family(base, name, where.ledger, where.labels, levels, parts, base.key)
            self._is_split(base, name, found, {each: each for each in categories})
            return
        for category in categories:
            own, all_of_it = (base.key, name, category), (whole.key, TOTAL, TOTAL)
            pair = (Part(category, (own,)), Part(REST, (all_of_it,), (own,)))
            found = self._family(base, f"{name}/{category}", where.ledger, where.labels, levels, pair, category)
            self.split[base.key, name] = (found, {})
            self._shows(base, name, found, {category: category})

    def _whole_of(self, base: Base) -> Base | None:
        """The count whose steps a breakdown's categories are dealt: itself, or of a filled set the least that holds it;
        None where it is in no ledger."""
        if base.key in self.where:
            return base
        plain = replace(base, count=base.count.model_copy(update={"filled": None}))
        known = [each for each, _ in self.counts if each.key in self.where]
        holding = [each for each in known if each.key == plain.key or _inside(plain, each)]
        return max(holding, key=lambda each: (sum(is_within(each, other) for other in holding), each.key), default=None)


def is_partition(base: Base, name: str) -> bool:
    """Whether each row of a count is in one category of a breakdown, and no more."""
    by = base.table.breakdowns[name]
    if isinstance(by, ByFilled):
        return False
    columns = (by.column,) if isinstance(by, ByColumn) else by.columns
    return not any(column in base.table.columns and base.table.columns[column].kind == "codes" for column in columns)


def _inside(inner: Base, outer: Base) -> bool:
    """Whether all rows of a count are rows of another; of two that are the same, one is within the other by name."""
    if not is_within(inner, outer):
        return False
    return not is_within(outer, inner) or inner.key > outer.key
