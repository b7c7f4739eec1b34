"""Serves the analyst who gives a method of a report what it does not take: a sentence in place of a TypeError."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from inspect import Parameter, Signature, getmembers, isfunction, signature
from numbers import Real
from typing import Any, TypeVar

from thematic.core.errors import ArgumentsRefused
from thematic.params import Params
from thematic.params.reading import close_to
from thematic.report.recipes import RECIPES

Kind = TypeVar("Kind", bound=type)
Called = TypeVar("Called", bound=Callable[..., Any])

_LOOKS = (
    "alpha ax axes bins c cmap color colors colour colours dpi edgecolor errorbar facecolor figsize font fontsize grid "
    "hatch height hue kind label labels legend line linestyle linewidth ls lw marker markers order orient palette "
    "rotation s size sort style theme width xlabel xlim ylabel ylim"
)
_AREAS = "area areas district districts force place places region unit units"
_TIMES = "date dates day days end month months period periods since start until week weeks year years"
"""Words by which analysts ask for another look, area or time, as matplotlib and people call them."""
_LINES = "benchmark goal reference standard target targets threshold"
"""Words by which analysts ask for a line to hold figures against."""
_TARGETS = "a target that is declared with its measure (docs/methods/targets.md)"
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "one text in quotation marks"),
    "str | Sequence[str]": ((str, Iterable), "a text in quotation marks, or a list of them"),
    "int": ((Real,), "a number"),
    "int | None": ((Real, type(None)), "a number"),
    "float": ((Real,), "a number"),
}
"""By the annotation of a parameter what it takes, and how that is said."""
_DOCS = "docs/a-chart-of-my-own.md"


def checked(kind: Kind) -> Kind:
    """Has a class of reports refuse what its public methods, inherited ones too, do not take."""
    for name, method in getmembers(kind, isfunction):
        if not name.startswith("_"):
            setattr(kind, name, checked_call(f"report.{name}")(method))
    return kind


def checked_call(shown: str) -> Callable[[Called], Called]:
    """Has a method or function, called `shown` in notebooks, raise ArgumentsRefused for what it does not take."""

    def of(method: Called) -> Called:
        takes = signature(method)

        @wraps(method)
        def called(*args: Any, **options: Any) -> Any:
            try:
                bound = takes.bind(*args, **options)
            except TypeError:
                raise ArgumentsRefused(_refusal(shown, takes, args, options)) from None
            for name, value in bound.arguments.items():
                _check_kind(shown, takes.parameters[name], value)
            return method(*args, **options)

        return called  # type: ignore[return-value]

    return of


def _check_kind(shown: str, each: Parameter, value: Any) -> None:
    """Raises ArgumentsRefused for a value of another kind than the parameter's annotation says."""
    kinds, words = _KINDS.get(str(each.annotation), ((object,), ""))
    values = value if each.kind is Parameter.VAR_POSITIONAL else (value,)
    for one in values:
        if not isinstance(one, kinds):
            raise ArgumentsRefused(f"{shown} takes {words} as {each.name}, and not {type(one).__name__}.")


def _refusal(shown: str, takes: Signature, args: tuple[Any, ...], options: Mapping[str, Any]) -> str:
    """What is wrong with a call, what can be given, and where what is wanted is done."""
    known = {name: each for name, each in takes.parameters.items() if name != "self"}
    given = len(args) - (len(takes.parameters) - len(known))
    unknown = [name for name in options if name not in known or known[name].kind is Parameter.VAR_POSITIONAL]
    if not unknown:
        return f"{shown} {_miscount(known, given, options)}. {_takes(known)}"
    params = getattr(args[0], "params", None) if args else None
    hints = dict.fromkeys(_hint(shown, name, known, params) for name in unknown)
    refused = _and([f"{name}=" for name in unknown])
    return " ".join([f"{shown} takes no {refused}. {_takes(known)}", *filter(None, hints)])


def _miscount(known: Mapping[str, Parameter], given: int, options: Mapping[str, Any]) -> str:
    """What is given twice, too much or not at all, where each name is known."""
    places = [name for name, each in known.items() if each.kind is Parameter.POSITIONAL_OR_KEYWORD]
    if given > len(places):
        return f"takes {_values(len(places))} without a name, not {given}"
    if twice := [name for name in places[:given] if name in options]:
        return f"was given {_and(twice)} twice"
    left = [name for name in known if name not in places[:given] and name not in options]
    return f"was not given {_and([name for name in left if _is_needed(known[name])])}"


def _values(number: int) -> str:
    return "1 value" if number == 1 else f"{number or 'no'} values"


def _is_needed(each: Parameter) -> bool:
    return each.default is Parameter.empty and each.kind is not Parameter.VAR_POSITIONAL


def _takes(known: Mapping[str, Parameter]) -> str:
    needed, free = list(_names(known, needed=True)), list(_names(known, needed=False))
    if not known:
        return "It takes nothing: leave the brackets empty."
    if not needed:
        return f"It can be given {_and(free)}."
    return f"It takes {_and(needed)}" + (f", and can be given {_and(free)}." if free else " alone.")


def _names(known: Mapping[str, Parameter], needed: bool) -> Iterator[str]:
    for name, each in known.items():
        if needed == _is_needed(each):
            yield f"{name}=" if each.kind is Parameter.KEYWORD_ONLY else name


def _hint(shown: str, name: str, known: Mapping[str, Parameter], params: Params | None) -> str:
    """Where what an unknown name asks for is done; empty where it is not known what it asks for."""
    method = shown.removeprefix("report.")
    word = name.casefold()
    if name in known:
        return "Write the values without the name."
    if method == shown:
        return ""
    if word in _TIMES.split():
        return (
            'A report is of the period in its first cell; report.table("MEASURE", by="month") has the months up to it.'
        )
    if params is not None and word in {*_AREAS.split(), *params.levels}:
        units = f'by=["{params.units}", "force"]'
        return f'A report is of the area in its first cell; report.table("MEASURE", {units}) has the others.'
    if word in _LOOKS.split():
        return _of_looks(method)
    if word in _LINES.split():
        return f"A line is drawn in your own draw(ax) by ax.axvline or ax.axhline; built-in charts draw {_TARGETS}."
    close = close_to(word, known)
    return f"Did you mean '{close}'?" if close else ""


def _of_looks(method: str) -> str:
    if method in RECIPES:
        return f'report.recipe("{method}", ...) prints a cell that draws it, to copy and to change ({_DOCS}).'
    return f"A chart that looks as you like is drawn with report.chart ({_DOCS})."


def _and(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
