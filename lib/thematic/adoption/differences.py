"""Compares three things: a starter as it was, the starter as it is, and a force's own file over it, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from thematic.adoption.keys import Digests, Key

What = Literal["adds", "changes", "takes away"]
Whose = Literal["product", "taken", "own"]


@dataclass(frozen=True)
class Difference:
    """One key of a file that the new starter adds, changes or takes away; `key` is empty for a whole file.

    `whose` says what counts now: `product` where no own file says the key, `taken` where the own file has it as the old
    starter had it and can take the new one, `own` where the force has changed it too, or keeps what is taken away.
    """

    file: str
    key: Key
    what: What
    whose: Whose


def changed(before: Digests, now: Digests) -> Iterator[tuple[Key, What]]:
    """The keys that differ between two starters, in the order of the new one, those taken away last.

    A key with keys below it that is new, or gone, is one difference.
    """
    for key, value in now.items():
        if key not in before:
            yield (key,), "adds"
        elif isinstance(value, dict) and isinstance(before[key], dict):
            yield from (((key, *inner), what) for inner, what in changed(before[key], value))
        elif value != before[key]:
            yield (key,), "changes"
    for key in before:
        if key not in now:
            yield (key,), "takes away"


def compare_file(
    file: str, before: Digests | None, now: Digests | None, own: Digests | None, *, by_key: bool
) -> list[Difference]:
    """The differences of one file between two starters, and whose word counts after each.

    `own` are the digests of the force's file, None where it has none; `by_key` says that its keys count over the
    product's, so that a key it does not give is the product's.
    """
    if before is None or now is None:
        if before is now or (now is not None and own == now):
            return []
        return [Difference(file, (), "adds" if before is None else "takes away", "product" if own is None else "own")]
    return [
        Difference(file, key, what, "product" if own is None else _whose(key, before, now, own, by_key=by_key))
        for key, what in changed(before, now)
        if own is None or not _same(own, now, key)
    ]


def _same(own: Digests, now: Digests, key: Key) -> bool:
    """Whether the own file says of a key what the new starter says of it, or both say nothing."""
    return bool(_at(own, key) == _at(now, key))


def _whose(key: Key, before: Digests, now: Digests, own: Digests, *, by_key: bool) -> Whose:
    mine = _at(own, key)
    if mine is None and by_key:
        return "product"
    has_place = len(key) == 1 or isinstance(_at(own, key[:-1]), Mapping)
    return "taken" if mine == _at(before, key) and has_place else "own"


def _at(found: Any, key: Key) -> Any:
    for part in key:
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def merged(said: Any, now: Any, differences: list[Difference]) -> Any:
    """What an own file says once it has taken the keys that are its to take. Nothing is changed in place.

    Raises KeyError where the keys above one are not there any more.
    """
    result = _copy(said)
    for each in differences:
        if each.whose != "taken":
            continue
        *above, last = each.key
        place, theirs = result, now
        for part in above:
            place, theirs = place[_real(place, part)], theirs.get(_real(theirs, part), {}) if theirs else {}
        if each.what == "takes away":
            del place[_real(place, last)]
        else:
            real = _real(theirs, last)
            place[real] = theirs[real]
    return result


def _copy(said: Any) -> Any:
    return {key: _copy(value) for key, value in said.items()} if isinstance(said, dict) else said


def _real(said: Any, part: str) -> Any:
    """The key itself, which may be a number or a date, by its text. Raises KeyError where there is none."""
    for key in said:
        if str(key) == part:
            return key
    raise KeyError(part)
