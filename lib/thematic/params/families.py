"""Families: like measures of several selections, declared once and filled in for each; single files replace keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from thematic.core.errors import Problem
from thematic.params.declared import Declared, Key, Name
from thematic.params.measures import Measure
from thematic.params.reading import validated

FOLDER = "_families"
_WORD = re.compile(r"\{(\w+)\}")


class Family(Declared):
    """params/measures/_families/<family>.yaml. `selections` (in YAML `for`) gives for each selection the words that
    stand for `{word}` in every text; {selection} is its name."""

    selections: Annotated[dict[Key, dict[Name, Name]], Field(alias="for", min_length=1)]
    measures: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]


def fill(
    families: Mapping[str, Family], own: Mapping[str, tuple[str, dict[str, Any]]]
) -> tuple[dict[str, Measure], list[Problem]]:
    """Every measure by its name: those of families, with the keys that a file of their own replaces, and the rest.

    `families` are by the file's shown name, `own` gives each single file's shown name and what it says.
    """
    problems: list[Problem] = []
    said: dict[str, tuple[str, dict[str, Any]]] = {}
    for shown, family in families.items():
        if _is_circular(family.measures):
            problems.append(Problem(shown, "refers to itself.", "Write it out without anchors."))
            continue
        for name, (where, keys) in _members(shown, family, problems):
            if name in said:
                fix = "Give one of them another name."
                problems.append(Problem(where, f"'{name}' is declared in {said[name][0]} as well.", fix))
            said[name] = where, keys
    for name, (shown, keys) in own.items():
        said[name] = shown, {**said[name][1], **keys} if name in said else keys
    measures: dict[str, Measure] = {}
    for name, (where, keys) in sorted(said.items()):
        measure, wrong = validated(keys, where, Measure)
        problems += wrong
        if measure is not None:
            measures[name] = measure
    return measures, list(dict.fromkeys(problems))


def _members(shown: str, family: Family, problems: list[Problem]) -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
    for selection, words in family.selections.items():
        known = {**words, "selection": selection}
        for template, keys in family.measures.items():
            where = f"{shown}, measures.{template} for {selection}"
            unknown = sorted({word for word in _words([template, keys]) if word not in known})
            if unknown:
                fix = f"Give it under for: {selection}: (there are: {', '.join(known)})."
                problems.append(Problem(where, f"the word {{{unknown[0]}}} is not given.", fix))
                continue
            yield _filled(template, known), (where, _filled(keys, known))


def _is_circular(said: Any) -> bool:
    try:
        list(_words(said))
    except RecursionError:
        return True
    return False


def _words(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield from _WORD.findall(said)
    elif isinstance(said, dict):
        for key, value in said.items():
            yield from _words(key)
            yield from _words(value)
    elif isinstance(said, list):
        for each in said:
            yield from _words(each)


def _filled(said: Any, words: Mapping[str, str]) -> Any:
    if isinstance(said, str):
        return _WORD.sub(lambda found: words[found[1]], said)
    if isinstance(said, dict):
        return {_filled(key, words): _filled(value, words) for key, value in said.items()}
    return [_filled(each, words) for each in said] if isinstance(said, list) else said
