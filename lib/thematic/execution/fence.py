"""Keeps what a cluster sends from running anything here: while it stands, no object is rebuilt from outside bytes."""

from __future__ import annotations

import builtins
import io
import pickle
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_PLAIN = frozenset({"bytes", "bytearray"})
_NAMED = {
    ("distributed.scheduler", "KilledWorker"),
    ("distributed.comm.core", "CommClosedError"),
    ("asyncio.exceptions", "CancelledError"),
}
"""What Dask itself says by its own errors; they hold words and numbers alone."""
_ERRORS = {("tblib.pickling_support", f"unpickle_exception{kind}") for kind in ("", "_with_attrs")}
"""What Dask has errors pickled by: a class and its arguments, and more that is not taken."""
_FIND = "pickle.find_class"
_standing: list[None] = []
_hooked: list[None] = []


class Foreign(Exception):
    """Stands for an object of any class that came from outside: it has the name of the class, and does nothing."""

    def __setstate__(self, state: object) -> None:
        """Takes nothing over."""


class _Unpickler(pickle.Unpickler):
    """Rebuilds texts, numbers, collections of them, and errors; of everything else the name."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if (module_name, global_name) in _NAMED and module_name in sys.modules:
            return getattr(sys.modules[module_name], global_name)
        if (module_name, global_name) in _ERRORS:
            return _error
        known = getattr(builtins, global_name, None) if module_name == "builtins" else None
        if isinstance(known, type) and (issubclass(known, Exception) or global_name in _PLAIN):
            return known
        return type(ascii(global_name)[1:-1], (Foreign,), {})


def _error(kind: object, said: object, *_: object) -> Exception:
    """The error of this class; one without a name where that is not known."""
    arguments = said.get("args") if isinstance(said, dict) else said
    arguments = arguments if isinstance(arguments, tuple) else ()
    if isinstance(kind, type) and issubclass(kind, Exception):
        return kind(*arguments)
    return Foreign(*arguments)


def plain(data: bytes, *, buffers: Sequence[object] = ()) -> Any:
    """What Dask has pickled, as far as it is plain; Foreign where it cannot be read so. Runs no code from outside."""
    try:
        return _Unpickler(io.BytesIO(data), buffers=buffers).load()
    except Exception as error:  # noqa: BLE001 - the bytes may be anything
        return Foreign(f"{type(error).__name__}: {error}")


@contextmanager
def fenced() -> Iterator[None]:
    """Until the block ends, Dask reads by `plain` what it gets, and every other unpickling of objects is refused."""
    import distributed.client
    import distributed.core
    import distributed.protocol.pickle as dask_pickle

    if not _hooked:
        sys.addaudithook(_refuse)
        _hooked.append(None)
    before, client, clean = dask_pickle.loads, distributed.client.loads, distributed.core.clean_exception
    dask_pickle.loads = distributed.client.loads = plain
    distributed.core.clean_exception = distributed.client.clean_exception = _error_of
    _standing.append(None)
    try:
        yield
    finally:
        _standing.pop()
        dask_pickle.loads, distributed.client.loads = before, client
        distributed.core.clean_exception = distributed.client.clean_exception = clean


def _error_of(exception: object = None, traceback: object = None, **_: object) -> tuple[type, Exception, None]:
    """What a message of Dask's says went wrong, whatever it holds; where it did so is not taken over."""
    error = plain(bytes(exception)) if isinstance(exception, bytes | bytearray) else exception
    known = error if isinstance(error, Exception) else Foreign(str(error))
    return type(known), known, None


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == _FIND and _standing:
        raise pickle.UnpicklingError(f"{'.'.join(map(str, arguments[1:]))} is not taken from a cluster")
