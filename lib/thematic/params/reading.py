"""Turns what one file under params/ says into its model, or into the problems that stand in the way."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from thematic.core.bounded import read_whole
from thematic.core.errors import Problem, reason

Model = TypeVar("Model", bound=BaseModel)

_FIXES = {
    "missing": "Add it.",
    "int_type": "Write a whole number.",
    "int_parsing": "Write a whole number.",
    "float_parsing": "Write a number.",
    "string_type": "Write text (in quotes if it looks like a number or a date).",
    "date_from_datetime_parsing": "Write a date as YYYY-MM-DD.",
    "date_from_datetime_inexact": "Write a date as YYYY-MM-DD, without a time.",
    "date_type": "Write a date as YYYY-MM-DD.",
    "list_type": "Write a list.",
    "dict_type": "Write keys and values.",
    "model_type": "Write keys and values.",
    "tuple_type": "Write a list, such as [a, b].",
    "bool_parsing": "Write true or false.",
    "bool_type": "Write true or false.",
    "string_too_short": "Fill it in, or remove the key.",
}
_WHAT = {
    "dict_type": "holds no keys with values",
    "model_type": "holds no keys with values",
    "tuple_type": "is no list",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "string_too_short": "is blank",
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "is no name of small letters, digits and _ that begins with a letter",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "is no name of small letters and digits with single hyphens between them",
}
"""What a text that matches one of these patterns is not, in words."""
_DEEPEST, _MOST_VALUES = 60, 500_000
_BRACKETS = re.compile(r"[\[\]{}]")
_DASHES = re.compile(r"^[ ]*((?:[-?:][ ]+){8,})", re.MULTILINE)
_INDENTS = re.compile(r"^[ ]+", re.MULTILINE)
A_BOOLEAN = "is true or false to YAML, as yes, no, on and off are"
IN_QUOTES = 'Put the word in quotes, such as "yes".'


class _UniqueKeys(yaml.CSafeLoader):
    """Plain YAML in which a key that stands twice is an error, not a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.MarkedYAMLError(problem="a list cannot be a key", problem_mark=key_node.start_mark)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key '{key}' is there twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        """The date, or its text where the calendar has no such day, for the model to refuse with its key."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return self.construct_scalar(node)

    def construct_number(self, node: yaml.ScalarNode) -> Any:
        """The whole number; text where it begins with a 0, as codes do."""
        return node.value if re.fullmatch(r"0\d+", node.value) else self.construct_yaml_int(node)


_UniqueKeys.add_constructor("tag:yaml.org,2002:timestamp", _UniqueKeys.construct_day)
_UniqueKeys.add_constructor("tag:yaml.org,2002:int", _UniqueKeys.construct_number)


def read_yaml(path: Path, shown: str) -> tuple[Any, list[Problem]]:
    """What the file says, and the problems of reading it (then what it says is None)."""
    text, problems = read_text(path, shown)
    return (None, problems) if problems else parse_yaml(text, shown)


def read_text(path: Path, shown: str) -> tuple[str, list[Problem]]:
    """The file's text, and the problems of reading it (then the text is empty)."""
    try:
        return read_whole(path).decode("utf-8-sig"), []
    except FileNotFoundError:
        return "", [Problem(shown, "the file is missing.", "Put it back, or copy it from the product's own params/.")]
    except UnicodeDecodeError as error:
        return "", [Problem(shown, f"byte {error.start} is not UTF-8.", "Save the file as UTF-8.")]
    except OSError as error:
        return "", [Problem(shown, f"cannot be read: {reason(error)}.", "Make it a file that you may read.")]


def parse_yaml(text: str, shown: str) -> tuple[Any, list[Problem]]:
    """What the text says, and the problems of its YAML (then what it says is None)."""
    if _deepest(text) > _DEEPEST:
        return None, [Problem(shown, f"is nested more than {_DEEPEST} levels deep.", "Write it flatter.")]
    try:
        said = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
        if (size := _size(said, {})) > _MOST_VALUES:
            what = "refers to itself" if size == math.inf else f"comes to more than {_MOST_VALUES:,} values"
            return None, [Problem(shown, f"{what} by its anchors.", "Write it out without anchors.")]
        return said, []
    except (ValueError, OverflowError, RecursionError, TypeError) as error:
        return None, [
            Problem(shown, f"holds a value that cannot be read ({_first_line(error)}).", "Write it as text, in quotes.")
        ]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        return None, [Problem(f"{shown}, line {line}", f"{error.problem}.", "Correct the YAML there.")]
    except yaml.YAMLError as error:
        return None, [Problem(shown, f"is not YAML: {error}.", "Correct it or copy it from the product's own params/.")]


def _deepest(text: str) -> int:
    """A bound of how deep the text is nested: by brackets, by indents, and by dashes on one line."""
    deep = deepest = 0
    for mark in _BRACKETS.findall(text):
        deep = deep + 1 if mark in "[{" else max(0, deep - 1)
        deepest = max(deepest, deep)
    return max([deepest, *(len(found[1].split()) for found in _DASHES.finditer(text)), *_indents(text)])


def _indents(text: str) -> Iterator[int]:
    """How many levels a deep indent can be, of a space each; none where the text is indented as people do."""
    widest = max(map(len, _INDENTS.findall(text)), default=0)
    if widest > _DEEPEST:
        yield len({len(found) for found in _INDENTS.findall(text)})


def _size(said: Any, known: dict[int, float]) -> float:
    """How many values there are once every alias is written out; infinite where one is part of itself."""
    if not isinstance(said, dict | list):
        return 1
    if id(said) not in known:
        known[id(said)] = math.inf
        inner = said.values() if isinstance(said, dict) else said
        known[id(said)] = 1 + sum(_size(each, known) for each in inner)
    return known[id(said)]


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def read_model(path: Path, shown: str, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """The file as its model, or None and every problem in it."""
    said, problems = read_yaml(path, shown)
    return (None, problems) if problems else validated({} if said is None else said, shown, model)


def validated(said: Any, shown: str, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """What a file says as its model, or None and every problem in it."""
    try:
        return model.model_validate(said), []
    except ValidationError as error:
        return None, [_problem(detail, shown, model) for detail in error.errors()]
    except RecursionError:
        return None, [Problem(shown, "refers to itself, or is nested too deeply.", "Write it out without anchors.")]


def _problem(detail: Any, shown: str, model: type[BaseModel]) -> Problem:
    key = _key(detail["loc"])
    where = f"{shown}, {key}" if key else shown
    if detail["type"] == "extra_forbidden":
        return Problem(where, f"unknown key '{detail['loc'][-1]}'.", _did_you_mean(detail["loc"], model))
    if detail["type"] == "missing":
        return Problem(where, "is missing.", _FIXES["missing"])
    if detail["input"] is None and not detail["type"].startswith("value_error"):
        return Problem(where, "is blank.", _FIXES["string_too_short"])
    value = (
        "" if isinstance(detail["input"], dict | list) or detail["input"] is None else f"{_value(detail['input'])}: "
    )
    fix = IN_QUOTES if _is_a_boolean(detail) else _FIXES.get(detail["type"], "")
    return Problem(where, f"{value}{_what(detail)}.", fix)


def _is_a_boolean(detail: Any) -> bool:
    return detail["type"] == "string_type" and isinstance(detail["input"], bool)


def _what(detail: Any) -> str:
    """What is wrong, in words of ours where those of the library speak to programmers."""
    if _is_a_boolean(detail):
        return A_BOOLEAN
    words = _WHAT.get(detail["type"]) or _PATTERNS.get(detail.get("ctx", {}).get("pattern", ""))
    return words or str(detail["msg"]).removeprefix("Value error, ")


MISSPELT = 0.8
"""How alike two names are of which one is taken for the other misspelt, where an unknown name may stand."""


def close_to(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that a misspelt one is likely to be; None where none is as like as that (1: the same)."""
    return next(iter(difflib.get_close_matches(word.casefold(), list(known), n=1, cutoff=likeness)), None)


def nearest(word: str, known: Mapping[str, str]) -> str:
    """The fix for an unknown word: the known one that is closest, or all there are; `known` gives what to write."""
    close = close_to(word, known)
    return f"Did you mean '{known[close]}'?" if close else f"There are: {', '.join(dict.fromkeys(known.values()))}."


def _key(loc: tuple[int | str, ...]) -> str:
    """The place in the file; of a key that is wrong itself, that of what it stands under."""
    text = ""
    if loc[-1:] == ("[key]",):
        loc = (*loc[:-2], "(key)")
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _value(value: Any) -> str:
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{shown[:60]}...'" if len(shown) > 60 else f"'{shown}'"


def _did_you_mean(loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    for part in loc[:-1]:
        model = _model_within(model, part) or model
    known = [field.alias or name for name, field in model.model_fields.items()]
    close = difflib.get_close_matches(str(loc[-1]), known, n=1)
    return f"Did you mean '{close[0]}'?" if close else "Remove it, or correct its spelling."


def _model_within(model: type[BaseModel], part: int | str) -> type[BaseModel] | None:
    """The model of the entries that a field of lists or of names holds, or of the field itself."""
    field = model.model_fields.get("root" if isinstance(part, int) else part)
    parts = [field.annotation] if field is not None else []
    while parts:
        kind = parts.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
        parts += get_args(kind)
    return None
