"""Loads parts of a library when they are first used, not when the modules that may use them are loaded."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class _Later:
    """Stands for a name of a module until it is called or asked for something: the module is loaded then."""

    def __init__(self, module: str, name: str) -> None:
        self.__module, self.__name = module, name

    def __real(self) -> Any:
        return getattr(importlib.import_module(self.__module), self.__name)

    def __call__(self, *positional: Any, **named: Any) -> Any:
        return self.__real()(*positional, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__real(), name)


class _LaterModule(ModuleType):
    """A module whose code runs when something in it is asked for. (The standard LazyLoader runs it at every import.)"""

    def __getattr__(self, name: str) -> Any:
        found = self.__spec__
        self.__class__ = ModuleType  # type: ignore[assignment]
        if found is not None and found.loader is not None:
            if found.submodule_search_locations is not None:
                self.__path__ = found.submodule_search_locations
            found.loader.exec_module(self)
        return getattr(self, name)


def later_whole(name: str) -> None:
    """Has a module loaded when something in it is asked for, whoever imports it. Does nothing where it is not there."""
    found = None if name in sys.modules else find_spec(name)
    if found is None or found.loader is None:
        return
    module = _LaterModule(name)
    module.__spec__, module.__file__ = found, found.origin
    sys.modules[name] = module
    parent, _, own = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], own, module)


@contextmanager
def later(names: Iterable[tuple[str, str]]) -> Iterator[None]:
    """What is loaded in the block and takes one of these names, each a module and a name in it, from its module gets
    what loads the module at its first use. A module that has been loaded before is left as it is."""
    stand_ins: dict[str, ModuleType] = {}
    for module, name in names:
        if module not in sys.modules:
            setattr(stand_ins.setdefault(module, ModuleType(module)), name, _Later(module, name))
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for module in stand_ins:
            del sys.modules[module]
