"""Gives a report what it is made from: the params and the cubes, handed over by a batch or read from the workbook."""

from __future__ import annotations

from dataclasses import dataclass

from thematic.core.errors import ArgumentsRefused, UserError
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.cubes.tallies import ThemeCubes
from thematic.params import Params, load_params

NO_DATA = "No data have been prepared yet. Run `make data` (or `thematic data`) in the workbook first."


@dataclass(frozen=True)
class Context:
    """All that a report of one theme is made from; it holds no path and can be sent to another machine.

    `audience` is whom a batch makes the report for; None where somebody works in a notebook.
    """

    params: Params
    theme: str
    cubes: dict[str, bytes]
    index: Index
    audience: str | None = None

    def theme_cubes(self) -> ThemeCubes:
        return ThemeCubes.read(self.theme, self.index, self.cubes)


_handed_over: list[Context] = []


def use(context: Context | None) -> None:
    """Has the process's reports made from `context`; None has them read the workbook's folders again."""
    _handed_over[:] = [] if context is None else [context]


def is_handed_over() -> bool:
    """Whether this process makes a report, rather than that somebody works in a notebook."""
    return bool(_handed_over)


def context_for(theme: str) -> Context:
    """The context handed over, or the workbook's own params and cubes as they stand on disk.

    Raises UserError where the theme is not known or no cubes have been built.
    """
    if _handed_over:
        return _handed_over[0]
    workbook = Workbook.find()
    params = load_params(workbook)
    if theme not in params.themes:
        raise ArgumentsRefused(f"There is no theme '{theme}'. Themes: {', '.join(params.themes)}.")
    index = cubes.load_index(workbook)
    if index is None:
        raise UserError(NO_DATA)
    return Context(params, theme, cubes.read_bytes(workbook, theme), index)
