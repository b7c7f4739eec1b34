"""Remembers the displays that a public report made from the figures it was handed, so that nothing else passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, TypeVar

from thematic.core.digests import digest
from thematic.displays import MIME_TYPE, Display
from thematic.report import context

if TYPE_CHECKING:
    from thematic.measures.data import ReportData

Made = TypeVar("Made", bound=type)

_made: dict[str, tuple[Display, list[str]]] = {}
"""By the digest of its structure each display, and the words that the notebook gave it."""

_refused: dict[str, str] = {}
"""By the digest of its structure, why a display is not one of released figures."""


def remembering(*but: str) -> Callable[[Made], Made]:
    """Has a class of reports remember what its methods show, where it is the public report that was handed over; not
    what the methods named show, which is the analyst's own."""

    def of(kind: Made) -> Made:
        for name, method in vars(kind).copy().items():
            if callable(method) and not name.startswith("_") and name not in but:
                setattr(kind, name, _remembered(method))
        return kind

    return of


def _remembered(method: Callable[..., Any]) -> Callable[..., Any]:
    given = signature(method)

    @wraps(method)
    def shown(report: Any, *args: Any, **options: Any) -> Any:
        found = method(report, *args, **options)
        if isinstance(found, Display):
            title = given.bind(report, *args, **options).arguments.get("title", "")
            remember(report.data, found, [str(title)])
        return found

    return shown


def remember(data: ReportData, display: Display, words: Sequence[str], why_not: str = "") -> None:
    """Remembers a display of the public report that was handed over, and the words that the notebook gave it; or
    `why_not`, where it shows more than what was released."""
    if data.audience != "public" or not context.is_handed(data):
        return
    if why_not:
        _refused[digest(display.payload())] = why_not
    else:
        _made[digest(display.payload())] = display, [word for word in words if word]


def why_not(data: Mapping[str, Any]) -> str:
    """Why an output shows more than what was released, where that is known."""
    return _refused.get(digest(data[MIME_TYPE]), "") if MIME_TYPE in data else ""


def is_made(data: Mapping[str, Any]) -> bool:
    """Whether an output shows a display as the report made it, and nothing beside it."""
    payload = data.get(MIME_TYPE)
    found = _made.get(digest(payload)) if payload is not None else None
    return found is not None and digest(found[0]._repr_mimebundle_()) == digest(dict(data))


def given_words(data: Mapping[str, Any]) -> list[str]:
    """The words that the notebook gave a made display: its title first. Raises KeyError for one that was not made."""
    return _made[digest(data[MIME_TYPE])][1]
