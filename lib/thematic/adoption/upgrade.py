"""Turns a workbook and the starter that is installed into what an upgrade changes, and brings the workbook up to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from thematic.adoption.differences import Difference, compare_file, merged
from thematic.adoption.editing import edited
from thematic.adoption.keys import Digests, Key, at, file_digests, said_by
from thematic.adoption.own_files import below, counts_by_key, own_files
from thematic.adoption.record import BuiltOn, product_now, read_record
from thematic.core.errors import ParamsRefused, Problem
from thematic.core.locking import alone
from thematic.core.starter import starter, starter_files
from thematic.core.workbook import BUILDS_ON, Workbook, leaves_out

_LONGEST = 60
NOTEBOOKS = "notebooks/"
_OF_A_FORCE = ("params/force.yaml", "params/areas/")


@dataclass(frozen=True)
class Upgrade:
    """What lies between two starters, by the files of the workbook; `writes` are its own files as they will be, and
    `by_hand` those that cannot take over by themselves what they have unchanged."""

    before: BuiltOn
    now: BuiltOn
    differences: tuple[Difference, ...]
    writes: dict[str, bytes]
    by_hand: frozenset[str]
    values: dict[tuple[str, Key], str]

    @property
    def is_needed(self) -> bool:
        return self.before != self.now


def plan(workbook: Workbook) -> Upgrade:
    """What an upgrade of the workbook would change. Nothing is written.

    Raises UserError where the record, or a file of the force's own, cannot be read.
    """
    before, root = read_record(workbook), starter()
    now, theirs = product_now(root), starter_files(root)
    own = {name: path.read_bytes() for name, path in own_files(workbook).items() if not leaves_out(path)}
    found: list[Difference] = []
    changed: dict[str, bytes | None] = {}
    for name in sorted({*before.files, *now.files, *own}):
        differences = _differences(name, before, now, _digests(name, own))
        found += differences
        if any(each.whose == "taken" or _is_new_notebook(each) for each in differences):
            changed[name] = _as_it_will_be(name, own.get(name), theirs.get(below(name)), differences)
    return Upgrade(
        before,
        now,
        tuple(found),
        {name: data for name, data in changed.items() if data is not None},
        frozenset(name for name, data in changed.items() if data is None),
        _values(found, theirs),
    )


def _differences(name: str, before: BuiltOn, now: BuiltOn, own: Digests | None) -> list[Difference]:
    """Those of one file. Of additions to a list, those that have to do with a code they give."""
    over = below(name)
    if over == name:
        found = compare_file(name, before.files.get(name), now.files.get(name), own, by_key=counts_by_key(name))
        return [_of_a_force(each) if name.startswith(_OF_A_FORCE) else each for each in found]
    found = compare_file(name, before.files.get(over, {}), now.files.get(over, {}), own, by_key=True)
    return [each for each in found if each.whose != "product"]


def _of_a_force(difference: Difference) -> Difference:
    """The same, but that a key is never added by itself: the starter's value is a fact about another force."""
    is_added = (difference.what, difference.whose) == ("adds", "taken")
    return replace(difference, whose="own") if is_added else difference


def _is_new_notebook(difference: Difference) -> bool:
    named = difference.file.startswith(NOTEBOOKS)
    return named and (difference.what, difference.key, difference.whose) == ("adds", (), "product")


def _as_it_will_be(name: str, own: bytes | None, theirs: Path | None, differences: list[Difference]) -> bytes | None:
    """The workbook's file once it has taken over what it can; None where that has to be done by hand."""
    if theirs is not None and name.startswith(NOTEBOOKS):
        return theirs.read_bytes()
    if theirs is None or own is None or not name.endswith(".yaml"):
        return None
    return _taken_over(name, own, theirs, differences)


def _digests(name: str, own: dict[str, bytes]) -> Digests | None:
    if name not in own:
        return None
    try:
        return file_digests(name, own[name])
    except ValueError as error:
        problem = Problem(name, "cannot be read.", "Correct it first: thematic check says what is wrong.")
        raise ParamsRefused("Nothing was changed.", [problem]) from error


def _taken_over(name: str, own: bytes, theirs: Path, differences: list[Difference]) -> bytes | None:
    """The own file with the keys that it takes over; None where that cannot be done by itself."""
    said, now = said_by(name, own), said_by(name, theirs.read_bytes())
    try:
        wanted = merged(said, now, differences)
    except KeyError:
        return None
    text = edited(own.decode("utf-8-sig"), wanted, [each.key for each in differences if each.whose == "taken"])
    return None if text is None else text.encode()


def _values(found: list[Difference], theirs: dict[str, Path]) -> dict[tuple[str, Key], str]:
    """What the product says now, by file and key."""
    names = {below(each.file) for each in found} & theirs.keys()
    said = {name: said_by(name, theirs[name].read_bytes()) for name in names}
    return {(each.file, each.key): _value(each, said.get(below(each.file))) for each in found}


def _value(difference: Difference, said: Any) -> str:
    """What the product says now, short enough for a line; blank where it says nothing, or is no text to show."""
    if said is None or difference.what == "takes away" or not difference.key:
        return ""
    value = at(said, difference.key)
    is_row = below(difference.file).endswith(".csv")
    text = " ".join((", ".join(value.values()) if is_row else str(value)).split())
    return f"'{text[:_LONGEST]}...'" if len(text) > _LONGEST else f"'{text}'"


def apply(workbook: Workbook, upgrade: Upgrade, say: Callable[[str], None]) -> None:
    """Writes the files that change, each whole, and the record last: what is cut short is made whole by another."""
    record = workbook.params / BUILDS_ON
    with alone(record, say):
        for name, data in {**upgrade.writes, f"params/{BUILDS_ON}": upgrade.now.as_bytes()}.items():
            path = workbook.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.part")
            part.write_bytes(data)
            part.replace(path)


def lines(upgrade: Upgrade) -> Iterator[str]:
    """What is added, changed and taken away, a line for each key, those that ask for a decision last."""
    if not upgrade.is_needed:
        installed = f"thematic {upgrade.now.version}, the one installed"
        yield f"These params were written for {installed}. There is nothing to do."
        return
    yield f"From thematic {upgrade.before.version} to {upgrade.now.version}:"
    for each in sorted(upgrade.differences, key=lambda each: _asks(each, upgrade)):
        key = ".".join(part for part in each.key if part)
        where = f"{each.file}, {key}" if key else each.file
        yield f"  {where}: {_what(each, upgrade)}{_whose(each, upgrade)}"
    if not upgrade.differences:
        yield "  Nothing differs for this workbook."
    decisions = sum(_asks(each, upgrade) for each in upgrade.differences)
    taken = sum(each.whose == "taken" and not _asks(each, upgrade) for each in upgrade.differences)
    yield f"{len(upgrade.differences)} in all; taken over in your files: {taken}; for you to decide: {decisions}."


def _asks(difference: Difference, upgrade: Upgrade) -> bool:
    """Whether somebody has to look at it."""
    return difference.whose == "own" or (difference.whose == "taken" and difference.file in upgrade.by_hand)


def _what(difference: Difference, upgrade: Upgrade) -> str:
    value = upgrade.values[difference.file, difference.key]
    match difference.what:
        case "adds":
            return f"added, {value}" if value else "added"
        case "changes":
            return f"changed to {value}" if value else "changed"
        case "takes away":
            return "taken away"


def _whose(difference: Difference, upgrade: Upgrade) -> str:
    if difference.whose == "product":
        return ""
    if difference.whose == "own":
        return ". Yours stays as it is: look whether it still fits"
    if difference.file in upgrade.by_hand:
        return ". Your file has the old one: change it there by hand"
    return ". Your file takes it over"
