"""Turns offence codes, sub-groups or a theme's title into the offences that a new theme counts."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from thematic.core.errors import ArgumentsRefused
from thematic.core.workbook import Workbook
from thematic.extracts.offences import Offence, read_offences

REFERENCE = "data/reference/offences.csv"
_NAMED = 12


@dataclass(frozen=True)
class Choice:
    """Offences by one column, `offence_code` or `offence_subgroup`; `found` are those of the reference."""

    column: str
    values: tuple[str, ...]
    found: tuple[Offence, ...]

    @property
    def crimes(self) -> str:
        """The crimes as a definition names them."""
        if self.column == "offence_subgroup":
            quoted = [f"“{value}”" for value in self.values]
            return f"Crimes whose offence is in the sub-group {_either(quoted)}"
        if len(self.values) > _NAMED:
            return f"Crimes with one of {len(self.values)} offence codes, from {self.values[0]} to {self.values[-1]},"
        return f"Crimes with offence code {_either(self.values)}"

    @property
    def listed(self) -> list[str]:
        """A line for each offence: its code and title."""
        return [f"{offence.code} {offence.title}" for offence in self.found]


def choose(workbook: Workbook, title: str, codes: Iterable[str], subgroups: Iterable[str]) -> Choice:
    """The offences of the codes or of the sub-groups; with neither, those that the title names.

    A title names a sub-group of that name, or else the offences in whose titles it stands. Raises ArgumentsRefused
    for a code or a sub-group that the reference does not have, and where a title names nothing.
    """
    offences = read_offences(workbook)
    code_words, group_words = _words(codes), [word.strip() for word in subgroups if word.strip()]
    if code_words and group_words:
        raise ArgumentsRefused(
            "--offence-code and --offence-subgroup do not go together. Give one kind; `any_of` in the theme's file "
            "can join them afterwards."
        )
    if code_words:
        return _by_code(
            [_known(word, {code: code for code in offences}, "--offence-code") for word in code_words], offences
        )
    groups = {offence.subgroup: offence.subgroup for offence in offences.values()}
    if group_words:
        return _by_group([_known(word, groups, "--offence-subgroup") for word in group_words], offences)
    return _by_title(title, groups, offences)


def _words(codes: Iterable[str]) -> list[str]:
    return [word.strip() for words in codes for word in words.split(",") if word.strip()]


def _known(word: str, known: Mapping[str, str], option: str) -> str:
    folded = {name.casefold(): name for name in known}
    if word.casefold() in folded:
        return folded[word.casefold()]
    close = difflib.get_close_matches(word.casefold(), folded, n=1)
    hint = f"Did you mean '{folded[close[0]]}'?" if close else "It lists them all."
    raise ArgumentsRefused(f"{option}: '{word}' is not in {REFERENCE}. {hint}")


def _by_code(codes: Sequence[str], offences: Mapping[str, Offence]) -> Choice:
    once = tuple(dict.fromkeys(codes))
    return Choice("offence_code", once, tuple(offences[code] for code in once))


def _by_group(groups: Sequence[str], offences: Mapping[str, Offence]) -> Choice:
    once = tuple(dict.fromkeys(groups))
    return Choice("offence_subgroup", once, tuple(each for each in offences.values() if each.subgroup in once))


def _by_title(title: str, groups: Mapping[str, str], offences: Mapping[str, Offence]) -> Choice:
    named = next((group for group in groups if group.casefold() == title.casefold()), None)
    if named is not None:
        return _by_group([named], offences)
    codes = [offence.code for offence in offences.values() if title.casefold() in offence.title.casefold()]
    if codes:
        return _by_code(codes, offences)
    raise ArgumentsRefused(
        f"No offence is called '{title}'. Say which the theme counts: --offence-code 19C (again for each) or "
        f'--offence-subgroup "Violence with injury"; {REFERENCE} lists them all.'
    )


def _either(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
