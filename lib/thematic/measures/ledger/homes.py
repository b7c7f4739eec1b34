"""Finds counts that several themes publish: each is rounded once, in the ledger of one theme, its home.

Two roundings of one count would print two numbers for it, and tell more of it than either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from thematic.core.digests import digest
from thematic.cubes.bases import Base, base_of, bases, counts_of
from thematic.params import Params
from thematic.params.themes import CELL


@dataclass(frozen=True)
class Home:
    """Where a count is rounded: the theme, the name that it goes by there, and the breakdowns that it has there."""

    theme: str
    key: str
    splits: frozenset[str]


Homes = Mapping[tuple[str, str], Home]
"""By theme and name of a count, the home of those that are not at home there."""


def homes(params: Params, empty: Collection[str]) -> Homes:
    """The counts that are rounded in another theme's ledger, or under another name; `empty` themes have none.

    The home is the theme that protects most (`draws`), then the one that shows most of what rests on the count, then
    the first by the alphabet.
    """
    alike: dict[str, list[Home]] = {}
    uses: dict[tuple[str, str], int] = {}
    for theme in sorted(set(params.themes) - set(empty)):
        shown = _shown(params, theme)
        for base, splits in bases(params.themes[theme], params.measures, params.tables):
            if is_rounded(base):
                uses[theme, base.key] = shown[base.key]
                alike.setdefault(_identity(base), []).append(Home(theme, base.key, frozenset(splits - {CELL})))
    found: dict[tuple[str, str], Home] = {}
    for several in alike.values():
        home = max(several, key=lambda each: (params.disclosure.draws_of(each.theme), uses[each.theme, each.key]))
        found |= {(each.theme, each.key): home for each in several if each is not home}
    return found


def _shown(params: Params, theme: str) -> Counter[str]:
    """In how many dimensions of its measures a theme shows what rests on a count, by the count's key."""
    found: Counter[str] = Counter()
    declared = params.themes[theme]
    for name, dimensions in declared.measures.items():
        for count in counts_of(params.measures[name], params.measures):
            found[base_of(count, declared, params.tables).key] += len(dimensions)
    return found


def is_rounded(base: Base) -> bool:
    """Whether the public sees a count through a ledger: sums are public as they are or not at all, stocks never."""
    counts = base.count.sum is None and not base.is_stock and base.table.public == "counts"
    return counts and not is_known_later(base)


def is_known_later(base: Base) -> bool:
    """Whether a count is placed by one date and known from another: a month's number would be revised, so it is not
    public (`outcome_basis: recorded`)."""
    return base.by_recorded and base.count.dated is not None


def _identity(base: Base) -> str:
    """What a count is, whatever its selection is called."""
    conditions = [
        each.model_dump(mode="json", include={"where", "any_of"}, by_alias=True)
        for each in base.theme.chain(base.count.selection)
    ]
    said = base.count.model_dump(mode="json", exclude={"selection"}, exclude_defaults=True, by_alias=True)
    stated = [each for each in conditions if each["where"] or each["any_of"]]
    return digest([base.table_name, base.date, base.by_recorded, said, stated])
