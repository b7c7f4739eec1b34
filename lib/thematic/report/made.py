"""Remembers the displays that a public report made from the figures it was handed, so that nothing else passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from thematic.core.digests import digest
from thematic.displays import MIME_TYPE, Display
from thematic.report import context

Made = TypeVar("Made", bound=type)

_made: dict[str, tuple[Display, str]] = {}
"""By the digest of its structure each display, and the title that the notebook gave it."""


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
        if isinstance(found, Display) and report.data.audience == "public" and context.is_handed(report.data):
            title = str(given.bind(report, *args, **options).arguments.get("title", ""))
            _made[digest(found.payload())] = found, title
        return found

    return shown


def is_made(data: Mapping[str, Any]) -> bool:
    """Whether an output shows a display as the report made it, and nothing beside it."""
    payload = data.get(MIME_TYPE)
    found = _made.get(digest(payload)) if payload is not None else None
    return found is not None and digest(found[0]._repr_mimebundle_()) == digest(dict(data))


def given_title(data: Mapping[str, Any]) -> str:
    """The words that the notebook gave a made display as its title, empty where it gave none. Raises KeyError for a
    display that was not made."""
    return _made[digest(data[MIME_TYPE])][1]
