"""Turns the places of the sample into the areas of a force that has declared its own, so that it can try things out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from thematic.core.workbook import Workbook
from thematic.params.areas import Level
from thematic.params.reading import read_model

if TYPE_CHECKING:
    import pyarrow as pa

    from thematic.tools.sample.tables import Table

OwnAreas = Mapping[str, Sequence[str]]
"""The names of a force's own areas by the level, which in the sample is the column, that they are in."""
_LEVELS = ("lpu", "local_authority")


def own_areas(workbook: Workbook) -> OwnAreas:
    """The areas of the levels that a workbook declares in place of the starter's; none where there is no starter."""
    paths = {level: workbook.root / "params" / "areas" / f"{level}.yaml" for level in _LEVELS}
    own = {level: path for level, path in paths.items() if workbook.starter is not None and path.is_file()}
    read = {level: read_model(path, workbook.shown(path), Level)[0] for level, path in own.items()}
    names = {level: [area.name for area in found.areas if not area.members] for level, found in read.items() if found}
    return {level: areas for level, areas in names.items() if areas}


def in_own_areas(table: Table, own: OwnAreas) -> Table:
    """The table with each place under the name of one of the force's areas, dealt out in order; blanks stay blank."""
    return {name: _dealt(column, own[name]) if name in own else column for name, column in table.items()}


def _dealt(column: pa.Array, areas: Sequence[str]) -> pa.Array:
    import pyarrow as pa

    places = sorted(set(column.unique().to_pylist()) - {"", None})
    names = {place: areas[number % len(areas)] for number, place in enumerate(places)} | {"": "", None: ""}
    return pa.array([names[place] for place in column.to_pylist()], pa.string())
