"""Turns one YAML file under params/ into its model, or into the problems that stand in the way."""

from __future__ import annotations

import difflib
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from thematic.errors import Problem

Model = TypeVar("Model", bound=BaseModel)

_FIXES = {
    "missing": "Add it.",
    "int_type": "Write a whole number.",
    "int_parsing": "Write a whole number.",
    "float_parsing": "Write a number.",
    "string_type": "Write text (in quotes if it looks like a number or a date).",
    "date_from_datetime_parsing": "Write a date as YYYY-MM-DD.",
    "date_type": "Write a date as YYYY-MM-DD.",
    "list_type": "Write a list.",
    "dict_type": "Write keys and values.",
    "model_type": "Write keys and values.",
}


class _UniqueKeys(yaml.SafeLoader):
    """Plain YAML in which a key that stands twice is an error, not a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key '{key}' stands twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path, shown: str) -> tuple[Any, list[Problem]]:
    """What the file says, and the problems of reading it (then what it says is None)."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return yaml.load(text, Loader=_UniqueKeys), []  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        return None, [Problem(shown, "the file is missing.", "Put it back, or copy it from the product's own params/.")]
    except UnicodeDecodeError as error:
        return None, [Problem(shown, f"byte {error.start} is not UTF-8.", "Save the file as UTF-8.")]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        return None, [Problem(f"{shown}, line {line}", f"{error.problem}.", "Mend the YAML there.")]
    except yaml.YAMLError as error:
        return None, [Problem(shown, f"is not YAML: {error}.", "Mend it or copy it from the product's own params/.")]


def read_model(path: Path, shown: str, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """The file as its model, or None and every problem in it."""
    said, problems = read_yaml(path, shown)
    if problems:
        return None, problems
    try:
        return model.model_validate({} if said is None else said), []
    except ValidationError as error:
        return None, [_problem(detail, shown, model) for detail in error.errors()]


def _problem(detail: Any, shown: str, model: type[BaseModel]) -> Problem:
    key = _key(detail["loc"])
    where = f"{shown}, {key}" if key else shown
    if detail["type"] == "extra_forbidden":
        return Problem(where, f"unknown key '{detail['loc'][-1]}'.", _did_you_mean(detail["loc"], model))
    if detail["type"] == "missing":
        return Problem(where, "is missing.", _FIXES["missing"])
    what = detail["msg"].removeprefix("Value error, ")
    return Problem(where, f"{_value(detail['input'])}: {what}.", _FIXES.get(detail["type"], ""))


def _key(loc: tuple[int | str, ...]) -> str:
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _value(value: Any) -> str:
    shown = str(value)
    return f"'{shown[:60]}...'" if len(shown) > 60 else f"'{shown}'"


def _did_you_mean(loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    known = [field.alias or name for name, field in model.model_fields.items()] if len(loc) == 1 else []
    close = difflib.get_close_matches(str(loc[-1]), known, n=1)
    return f"Did you mean '{close[0]}'?" if close else "Remove it, or correct its spelling."
