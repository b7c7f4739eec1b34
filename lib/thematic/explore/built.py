"""Finds the workbook's data as they were built last, for a person at work and never for a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from thematic.core.errors import ArgumentsRefused, DataRefused, UserError
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.extracts import warehouse
from thematic.extracts.warehouse import ExtractFacts
from thematic.params import Params, load_params
from thematic.params.reading import nearest
from thematic.report.context import NO_DATA, is_handed_over

_OLDER = (
    "The counts are older than the data, than params/ or than the product itself. "
    "Run `make data` (or `thematic data`) in the workbook, then this cell again."
)
_IN_REPORT = (
    "A report shows released figures and nothing about people, so `explore` is not available while one is made. Keep "
    "this cell in a notebook of your own; a report takes its figures from `report`, and counts from `report.counts`."
)


@dataclass(frozen=True)
class Built:
    """What was built last: the places of the workbook, its params, and what is known of the extract."""

    workbook: Workbook
    params: Params
    facts: ExtractFacts


def built(workbook: Workbook | None = None) -> Built:
    """The workbook (default: that which the notebook lies in), as it was built.

    Raises UserError in a report, and DataRefused where no data are there.
    """
    if is_handed_over():
        raise UserError(_IN_REPORT)
    workbook = workbook or Workbook.find()
    params = load_params(workbook)
    facts = warehouse.facts(workbook)
    if facts is None:
        raise DataRefused(NO_DATA)
    return Built(workbook, params, facts)


def counted(found: Built) -> Index:
    """The index of the cubes. Raises DataRefused where the data, params/ or the product have changed since."""
    index = cubes.load_index(found.workbook)
    if index is None:
        raise DataRefused(NO_DATA)
    if not cubes.is_current(index, found.params, found.facts):
        raise DataRefused(_OLDER)
    return index


def chosen(kind: str, word: str, known: Mapping[str, str]) -> str:
    """What `known` gives for a word, whatever its case. Raises ArgumentsRefused, which names those there are."""
    folded = {name.casefold(): value for name, value in known.items()}
    found = folded.get(word.strip().casefold())
    if found is None:
        listed = f"There are: {', '.join(dict.fromkeys(folded.values()))}."
        close = nearest(word, folded)
        raise ArgumentsRefused(f"There is no {kind} '{word}'. {' '.join(dict.fromkeys((close, listed)))}")
    return found
