"""Turns the product of a job into plain bytes on a worker, and these into the product again where it was asked for."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from thematic.core.digests import digest_bytes
from thematic.outputs.editions import NOTEBOOK
from thematic.outputs.jobs import Failure, Job, Product
from thematic.outputs.manifest import SUFFIX, Made, Manifest

_LENGTH = 8
_KINDS = frozenset({"failed", "crashed", "timeout", "memory", "unwritten"})
_LONGEST_MESSAGE = 2000
_KEPT = "failed notebook"
_FROM_THE_RUN = {
    "rows",
    "quarantined",
    "force",
    "marking",
    "indicator",
    "lead",
    "commentary_stale",
    "checked",
    "left_out",
    "formats",
}
"""What a manifest says of the run itself; all else is known before."""


class NotTheProduct(ValueError):
    """Bytes that are not what the job gives. The message says why."""


def carried(product: Product) -> bytes:
    """The product as bytes: a length, a header in JSON, and the files one after the other."""
    parts = list(product.files.items())
    if product.failed_notebook is not None:
        parts.append((_KEPT, product.failed_notebook))
    failure = None if product.failure is None else [product.failure.kind, product.failure.message]
    header = {
        "parts": [[name, len(data)] for name, data in parts],
        "failure": failure,
        "seconds": product.seconds,
        "notices": product.notices,
    }
    said = json.dumps(header).encode()
    return b"".join([len(said).to_bytes(_LENGTH), said, *(data for _, data in parts)])


def received(data: object, job: Job) -> Product:
    """The product of the job that these bytes are. Raises NotTheProduct where they are anything else.

    The files are those that the job asks for, by name; the manifest is that of the job, and gives their digests.
    """
    if not isinstance(data, bytes):
        raise NotTheProduct(f"it is of the kind {type(data).__name__}")
    try:
        header, parts = _parted(data)
        seconds = float(header["seconds"])
        failure = _failure(header["failure"])
        notices = tuple(map(_line, header["notices"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotTheProduct("it cannot be read") from error
    if not (math.isfinite(seconds) and seconds >= 0):
        raise NotTheProduct("it gives no time")
    if failure is not None:
        kept = parts.pop(_KEPT, None)
        _check_names(parts, set())
        return Product(job.edition, failure=failure, failed_notebook=kept, seconds=seconds)
    _check_names(parts, {*job.exporters, NOTEBOOK, SUFFIX})
    _check_manifest(parts, job)
    return Product(job.edition, parts, seconds=seconds, notices=notices)


def _parted(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    begins = _LENGTH + int.from_bytes(data[:_LENGTH])
    header = json.loads(data[_LENGTH:begins])
    parts = dict(_cut(header["parts"], data, begins))
    if len(parts) != len(header["parts"]):
        raise ValueError("a name twice")
    return header, parts


def _cut(listed: list[tuple[str, int]], data: bytes, at: int) -> Iterator[tuple[str, bytes]]:
    for name, length in listed:
        if not (isinstance(name, str) and isinstance(length, int) and 0 <= length <= len(data) - at):
            raise ValueError("a part that is not there")
        yield name, data[at : at + length]
        at += length
    if at != len(data):
        raise ValueError("more than its parts")


def _failure(said: Any) -> Failure | None:
    if said is None:
        return None
    kind, message = said
    if kind not in _KINDS:
        raise ValueError("no failure of a report")
    return Failure(kind, _line(message))


def _line(said: Any) -> str:
    """A message as one line, cut where it is longer than any of ours."""
    if not isinstance(said, str):
        raise TypeError("no message")
    return " ".join(said[:_LONGEST_MESSAGE].splitlines())


def _check_names(parts: dict[str, bytes], wanted: set[str]) -> None:
    if parts.keys() != wanted:
        others = sorted(parts.keys() ^ wanted)
        raise NotTheProduct(f"its files are not those of the job ({', '.join(others)})")


def _check_manifest(parts: dict[str, bytes], job: Job) -> None:
    try:
        manifest = Manifest.model_validate_json(parts[SUFFIX])
    except ValidationError as error:
        raise NotTheProduct("its manifest cannot be read") from error
    if manifest.model_dump(exclude=_FROM_THE_RUN) != job.manifest.model_dump(exclude=_FROM_THE_RUN):
        raise NotTheProduct("its manifest is not that of the job")
    made = {name: Made(sha256=digest_bytes(data), bytes=len(data)) for name, data in parts.items() if name != SUFFIX}
    if manifest.formats != made:
        raise NotTheProduct("its files are not as its manifest says")
