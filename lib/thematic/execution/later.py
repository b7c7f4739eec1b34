"""Loads parts of a library when they are first used, not when the modules that may use them are loaded."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
