"""Turns the text of a YAML file into one that says other values at some keys, with its comments and order kept."""

from __future__ import annotations

from typing import Any

import yaml

from thematic.adoption.keys import Key, at
from thematic.params.reading import parse_yaml

_WIDE = 10_000


def edited(text: str, wanted: Any, keys: list[Key]) -> str | None:
    """The text with the values of `wanted` at each of the keys, or without those that it lacks.

    None where the result would not say exactly what is wanted: nothing is then to be written.
    """
    try:
        for key in keys:
            text = _edit(text, wanted, key)
    except (KeyError, ValueError, yaml.YAMLError):
        return None
    said, problems = parse_yaml(text, "")
    return text if not problems and said == wanted else None


def _edit(text: str, wanted: Any, key: Key) -> str:
    try:
        value = _written(at(wanted, key))
    except KeyError:
        return _without(text, key)
    above, node = _find(text, key)
    if node is not None:
        return text[: node.start_mark.index] + value + text[_end(text, node) :]
    added = f"{_written(_named(wanted, key))}: {value}"
    end = _end(text, above)
    if above.flow_style:
        inside = ", " if above.value else ""
        return text[: end - 1] + inside + added + text[end - 1 :]
    ending = "\r\n" if "\r\n" in text else "\n"
    rest = text.find(ending, end)
    line = len(text) if rest < 0 else rest
    return f"{text[:line]}{ending}{' ' * above.start_mark.column}{added}{text[line:]}"


def _without(text: str, key: Key) -> str:
    """The text without a key, its value, and the rest of its line."""
    above, node = _find(text, key)
    if node is None or above.flow_style or len(above.value) == 1:
        raise ValueError("only a whole line can be taken out")
    named = next(name for name, value in above.value if value is node)
    start = text.rfind("\n", 0, named.start_mark.index) + 1
    rest = text.find("\n", _end(text, node))
    return text[:start] + ("" if rest < 0 else text[rest + 1 :])


def _find(text: str, key: Key) -> tuple[yaml.MappingNode, yaml.Node | None]:
    """The mapping that a key is in, and the node of its value, None where it is not there."""
    place = yaml.compose(text, Loader=yaml.SafeLoader)
    *above, last = key
    for part in above:
        place = _value(place, part)
    if not isinstance(place, yaml.MappingNode):
        raise ValueError("there is no mapping for it")
    return place, _value(place, last)


def _value(place: Any, part: str) -> yaml.Node | None:
    if not isinstance(place, yaml.MappingNode):
        raise ValueError("there is no mapping for it")
    return next((value for name, value in place.value if name.value == part), None)


def _end(text: str, node: yaml.Node) -> int:
    """Where what a node says ends: before blank lines and comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return len(text[:end].rstrip()) if is_block else end


def _named(wanted: Any, key: Key) -> Any:
    """The key itself, which may be a number or a date."""
    inside = at(wanted, key[:-1])
    return next(each for each in inside if str(each) == key[-1])


def _written(value: Any) -> str:
    """The value as YAML on one line."""
    text: str = yaml.safe_dump(value, default_flow_style=True, width=_WIDE, allow_unicode=True, sort_keys=False)
    return text.removesuffix("...\n").rstrip("\n")
