"""Books months into the ledger, in order and once, and makes of it the counts that public editions are made from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from thematic.core.digests import digest, digest_bytes
from thematic.core.errors import ArgumentsRefused, DataRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.cubes.tallies import ThemeCubes
from thematic.measures.ledger import files, keys, released
from thematic.measures.ledger.counting import Counted, Flows, Integers
from thematic.measures.ledger.draws import Draws, fingerprint
from thematic.measures.ledger.files import Header, MonthFile
from thematic.measures.ledger.homes import Homes, homes
from thematic.measures.ledger.plan import Ledger, Plan, plan
from thematic.measures.ledger.states import Entry, MonthBook, States, Strayed, published_sets, theme_of
from thematic.params import Params

_YEAR = 12
_ALLOWED_OF_A_YEAR = 0.05
_ATTEMPTS = 40
"""How often the draws of a month are drawn."""


@dataclass(frozen=True)
class Booked:
    """What a booking did: the months it booked, and the last month that the public may see."""

    months: tuple[Month, ...]
    last: Month


@dataclass(frozen=True)
class _Books:
    """All that a booking rests on; with a `new_key` the months to come are booked with that."""

    workbook: Workbook
    params: Params
    index: Index
    new_key: bytes | None = None

    @cached_property
    def themes(self) -> list[str]:
        return [theme for theme in self.params.themes if theme not in self.index.empty]

    @cached_property
    def cubes(self) -> dict[str, ThemeCubes]:
        return {
            theme: ThemeCubes.read(theme, self.index, cubes.read_bytes(self.workbook, theme)) for theme in self.themes
        }

    @cached_property
    def plans(self) -> dict[str, Plan]:
        guests = {theme: {key for guest, key in self.homes if guest == theme} for theme in self.themes}
        return {theme: plan(self.params, theme, self.cubes[theme], guests[theme]) for theme in self.themes}

    @cached_property
    def homes(self) -> Homes:
        return homes(self.params, self.index.empty)

    @cached_property
    def ledgers(self) -> list[Ledger]:
        """Those of all themes, parents first."""
        return [each for made in self.plans.values() for each in made.ledgers]

    @cached_property
    def draws(self) -> dict[str, Draws]:
        """Those of each theme."""
        rules = self.params.disclosure
        return {theme: Draws(self.key, rules.base, rules.draws_of(theme)) for theme in self.params.themes}

    @cached_property
    def starts(self) -> Draws:
        """Draws from which leaves start, whatever their theme."""
        return Draws(self.key, self.params.disclosure.base, 0)

    def draws_as(self, header: Header, key: bytes) -> dict[str, Draws]:
        """The draws of each theme as they were when a month was booked."""
        return {theme: Draws(key, int(header.base), width) for theme, width in header.draws_of.items()}

    @cached_property
    def key(self) -> bytes:
        return self.new_key or keys.key_of(self.workbook, synthetic=self.index.synthetic)

    @cached_property
    def declared(self) -> str:
        """The digest of what the ledgers are derived from."""
        shape = [
            [each.name, each.levels, each.parent, sorted(each.totals) if each.is_root else []]
            for each in self.ledgers
            if _is_fixed(each)
        ]
        return digest([self.params.units, shape])

    @cached_property
    def counted(self) -> dict[str, Counted]:
        """What the leaves of each ledger hold, from the first month of the data on."""
        first, last = Month.parse(self.index.first_period), Month.parse(self.index.latest_period)
        found: dict[str, Counted] = {}
        for theme, made in self.plans.items():
            flows = Flows(self.cubes[theme], first, last)
            found |= {each.name: flows.counted(each) for each in made.ledgers}
        return found

    def leaves(self, ledger: Ledger, states: States, more: Iterable[str] = ()) -> Counted:
        """What the leaves of a ledger hold, those that are booked (or named) and hold nothing now among them."""
        return self.counted[ledger.name].with_leaves([*states.of(ledger.name), *more], ledger)

    def states(self, months: Sequence[MonthFile]) -> States:
        """The states after these months, as a month that is booked now begins."""
        states, keys_after = States(), [*(each.header.key for each in months[1:]), fingerprint(self.key)]
        for each, after in zip(months, keys_after, strict=False):
            states.replay(each.entries, self.starts)
            if after != each.header.key:
                states.start_anew(self.starts)
        return states


def _is_fixed(ledger: Ledger) -> bool:
    """Whether a ledger is declared, and does not come with the categories of the data."""
    return ledger.name.count("/") < 3


def book(
    workbook: Workbook,
    params: Params,
    index: Index,
    period: Month,
    say: Callable[[str], None],
    rests_on: str,
    *,
    new_key: bool = False,
) -> Booked:
    """Books every month up to the period that is not booked, and renews what public editions are made from.

    With a new key these months and all after them are booked with another than those before. Of made-up data the ledger
    is made anew where what is declared has changed. Raises ArgumentsRefused for a period that the data do not reach and
    a new key that holds for nothing, and DataRefused where records of months already booked have changed too much,
    where a total would stray, and where files were changed; nothing is written then.
    """
    latest = Month.parse(index.latest_period)
    if period > latest:
        raise ArgumentsRefused(f"PERIOD: {period} is not complete in the data. The latest period is {latest}.")
    books = _Books(workbook, params, index, keys.new_key() if new_key else None)
    _settle(books)
    known = list(files.read_months(workbook, None if new_key else books.key))
    _same_base(books, known)
    first = known[-1].month + 1 if known else Month.parse(index.first_period)
    months = [Month(number) for number in range(first.index, period.index + 1)]
    if books.new_key is not None:
        _checked_new_key(books, known, months, period)
    if months:
        say(f"Booking for the public: {_span(months)} into {workbook.shown(workbook.ledger)}")
    made = _booked(books, known, months)
    if books.new_key is not None:
        keys.change_key(workbook, books.new_key)
    files.write_months(workbook, [(each.month, data) for each, data in made])
    every = [*known, *(each for each, _ in made)]
    released.write(workbook, params, index, books.plans, every, rests_on)
    return Booked(tuple(months), every[-1].month)


def _checked_new_key(books: _Books, known: Sequence[MonthFile], months: Sequence[Month], period: Month) -> None:
    """Raises ArgumentsRefused where a new key would hold for nothing, or take the place of none."""
    if books.index.synthetic:
        raise ArgumentsRefused("--new-key: these data are made up, and their key is known to everybody. Leave it out.")
    if not known:
        raise ArgumentsRefused("--new-key: nothing was booked yet. The first booking makes a key; leave it out.")
    if not months:
        raise ArgumentsRefused(
            f"--new-key: {period} is booked already, and a new key holds from the next month on. Name a later PERIOD."
        )


def _same_base(books: _Books, known: Sequence[MonthFile]) -> None:
    """Raises DataRefused where the base is not that of the months already booked."""
    base = str(books.params.disclosure.base)
    for each in known:
        if each.header.base != base:
            shown = books.workbook.shown(books.workbook.params / "disclosure.yaml")
            raise DataRefused(
                f"{shown}, base: is {base}, and {each.month} was booked with {each.header.base}. What was published "
                f"stays as it is, so the base cannot change: write base: {each.header.base}."
            )


def _settle(books: _Books) -> None:
    """Clears a ledger of made-up data away that is not of these. That of a force is never touched."""
    workbook, of_sample = books.workbook, keys.is_of_sample(books.workbook)
    if of_sample is False and books.index.synthetic:
        raise DataRefused(
            f"{workbook.shown(workbook.ledger)} holds the ledger of the force's own data, and these data are made up. "
            "Make public reports of made-up data in a workbook of their own."
        )
    if of_sample and not (books.index.synthetic and _is_of(books)):
        shutil.rmtree(workbook.ledger)


def _span(months: Sequence[Month]) -> str:
    return str(months[0]) if len(months) == 1 else f"{months[0]} to {months[-1]}"


def _is_of(books: _Books) -> bool:
    """Whether the files that there are are of these data and declarations."""
    try:
        known = list(files.read_months(books.workbook, books.key))
    except DataRefused:
        return False
    return all(each.header.declared == books.declared and each.header.extract == books.index.extract for each in known)


def _booked(books: _Books, known: Sequence[MonthFile], months: Sequence[Month]) -> list[tuple[MonthFile, bytes]]:
    """The files of new months, each after the one before."""
    states = books.states(known)
    previous = known[-1].digest if known else ""
    made: list[tuple[MonthFile, bytes]] = []
    for month in months:
        entries = (
            [] if made or not known else [*_begun(books, states, known, month), *_changed(books, states, known, month)]
        )
        states, attempt, steps = _kept_near(books, states, [*known, *(each for each, _ in made)], entries, month)
        entries += steps
        rules = books.params.disclosure
        widths = ", ".join(f"{theme} {rules.draws_of(theme)}" for theme in sorted(books.params.themes))
        header = Header(
            previous,
            fingerprint(books.key),
            books.declared,
            books.index.extract,
            str(rules.base),
            widths,
            " ".join(sorted(ledger.mark for ledger in books.ledgers)),
            str(attempt),
        )
        data = files.month_bytes(header, entries)
        previous = digest_bytes(data)
        made.append((MonthFile(month, header, entries, previous), data))
    return made


def _kept_near(
    books: _Books, states: States, before: Sequence[MonthFile], begun: Sequence[Entry], month: Month
) -> tuple[States, int, list[Entry]]:
    """The entries of a month, its draws drawn again as long as a total would stray; which of the draws these are, and
    the states after it. Raises DataRefused where none of them keeps every total near."""
    for attempt in range(_ATTEMPTS):
        try:
            return states, attempt, _entries(books, states, month, attempt)
        except Strayed:
            if attempt == _ATTEMPTS - 1:
                raise
        states = books.states(before)
        states.replay(begun, books.starts)
    raise ValueError(month)


def _entries(books: _Books, states: States, month: Month, attempt: int) -> list[Entry]:
    of_month = MonthBook(str(month), books.params.units, books.draws, states, attempt)
    entries = []
    for ledger in books.ledgers:
        counted = books.leaves(ledger, states)
        entries += of_month.book(ledger, counted, counted.at(month))
    return entries


def _begun(books: _Books, states: States, known: Sequence[MonthFile], month: Month) -> list[Entry]:
    """Ledgers that were not kept in the month before begin with this one: what there was meanwhile is written off."""
    entries = []
    for ledger in books.ledgers:
        if ledger.mark not in known[-1].header.marks:
            counted = books.leaves(ledger, states)
            entries += _written_off(ledger, counted, counted.at(month - 1) - _booked_of(states, ledger, counted))
    states.replay(entries, books.starts)
    return entries


def _booked_of(states: States, ledger: Ledger, counted: Counted) -> Integers:
    """What is booked of each leaf of a ledger."""
    state = states.of(ledger.name)
    return np.array([state[leaf.name].booked if leaf.name in state else 0 for leaf in counted.leaves], dtype=np.int64)


def _written_off(ledger: Ledger, counted: Counted, changes: Integers) -> list[Entry]:
    """The entries that take changes of leaves in without a step."""
    return [
        Entry(ledger.name, leaf.name, int(n), 0, True) for leaf, n in zip(counted.leaves, changes, strict=True) if n
    ]


def _changed(books: _Books, states: States, known: Sequence[MonthFile], month: Month) -> list[Entry]:
    """What becomes of records of months already booked that have changed since: they are booked with this month, or
    written off where the force says so. Raises DataRefused where they are many and the force has not decided."""
    decision = books.params.corrections.get(str(month))
    of_year = _of_last_year(known)
    wrong: list[str] = []
    anchored: list[Entry] = []
    for ledger in books.ledgers:
        counted = books.leaves(ledger, states)
        changes = counted.at(month - 1) - _booked_of(states, ledger, counted)
        if decision is None:
            wrong += _too_many(ledger, counted, changes, of_year, books)
        elif decision.do == "reanchor":
            anchored += _written_off(ledger, counted, changes)
    if wrong:
        shown = books.workbook.shown(books.workbook.params / "corrections.yaml")
        raise DataRefused(
            f"{month} cannot be booked: records of months already published have changed by more than can be booked "
            f"with it. {wrong[0]}{f' (and {len(wrong) - 1} more totals)' if len(wrong) > 1 else ''}. Decide in "
            f'{shown}: "{month}": {{do: book, why: ...}} where it happened to the force now, or {{do: reanchor, why: '
            "...} where what was published stays as it is."
        )
    states.replay(anchored, books.starts)
    return anchored


def _too_many(
    ledger: Ledger, counted: Counted, changes: Integers, of_year: Mapping[tuple[str, str], int], books: _Books
) -> Iterator[str]:
    base = books.params.disclosure.base
    year = np.array([of_year.get((ledger.name, leaf.name), 0) for leaf in counted.leaves], dtype=int)
    for name, _, places in published_sets(ledger, counted.leaves, books.params.units):
        change, whole = int(changes[places].sum()), int(year[places].sum())
        if abs(change) > max(2 * base, _ALLOWED_OF_A_YEAR * whole):
            what = f"{theme_of(ledger.name)}, {name}"
            yield f"{what}: {change:+,} on {whole:,} booked in the last {_YEAR} months"


def _of_last_year(known: Sequence[MonthFile]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for each in known[-_YEAR:]:
        for entry in each.entries:
            if not entry.anchored:
                place = (entry.ledger, entry.leaf)
                found[place] = found.get(place, 0) + entry.records
    return found


def verify(workbook: Workbook, params: Params, index: Index) -> tuple[int, int]:
    """Works every step of the ledger out again from the files' records and the key; how many months there are, and of
    how many that was done: those that were booked under what is declared now, with a key that is there. Of the others
    the chain of files is looked at.

    Raises DataRefused with the first leaf whose step differs.
    """
    books = _Books(workbook, params, index)
    months = list(files.read_months(workbook, books.key))
    known = keys.keys_of(workbook, books.key)
    states, again, before = States(), 0, ""
    for each in months:
        key = known.get(each.header.key, books.key)
        starts = Draws(key, books.params.disclosure.base, 0)
        if before not in ("", each.header.key):
            states.start_anew(starts)
        before = each.header.key
        if each.header.declared != books.declared or each.header.key not in known:
            states.replay(each.entries, starts)
            continue
        again += 1
        found, entries = _again(books, states, each, key), sorted(each.entries, key=_place)
        if found != entries:
            pairs = {(*_place(entry), entry) for entry in found} ^ {(*_place(entry), entry) for entry in entries}
            *_, first = min(pairs, key=lambda pair: pair[:3])
            raise DataRefused(
                f"{workbook.shown(workbook.ledger / f'{each.month}.csv')}: '{first.leaf}' of '{first.ledger}' is not "
                "what its records and the key give. Bring the file back from the backup."
            )
    return len(months), again


def _place(entry: Entry) -> tuple[str, str, bool]:
    return entry.ledger, entry.leaf, entry.anchored


def _again(books: _Books, states: States, month: MonthFile, key: bytes) -> list[Entry]:
    """The entries of a month, worked out from its records and its key alone."""
    anchored = [entry for entry in month.entries if entry.anchored]
    states.replay(anchored, Draws(key, books.params.disclosure.base, 0))
    draws = books.draws_as(month.header, key)
    of_month = MonthBook(str(month.month), books.params.units, draws, states, int(month.header.attempt))
    found = list(anchored)
    records: dict[str, dict[str, int]] = {}
    for entry in month.entries:
        if not entry.anchored:
            records.setdefault(entry.ledger, {})[entry.leaf] = entry.records
    for ledger in books.ledgers:
        own = records.get(ledger.name, {})
        counted = books.leaves(ledger, states, own)
        came = np.array([own.get(leaf.name, 0) for leaf in counted.leaves], dtype=np.int64)
        found += of_month.book(ledger, counted, _booked_of(states, ledger, counted) + came)
    return sorted(found, key=_place)
