"""Keeps the analyst's commentary with its report: begins its file, and tells whether its figures are still the same."""

from __future__ import annotations

from pathlib import Path

from thematic.core.areas import Area
from thematic.core.errors import ArgumentsRefused, UserError
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.outputs.editions import Edition
from thematic.outputs.placing import write_whole
from thematic.params import Params, load_params
from thematic.params.commentary import blank_commentary, commentary_path, misplaced, with_figures


def open_commentary(workbook: Workbook, theme: str, period: str, area: str) -> Path:
    """The file of the words for one report, made where there is none; `theme` and `area` are slugs, `period` YYYY-MM.

    A new file has headings, which no report shows until something is written under them, and the fingerprint of the
    figures of now, where data have been prepared. Raises ArgumentsRefused where there is no such report.
    """
    params = load_params(workbook, with_commentary=False)
    path = commentary_path(workbook, theme, period, area)
    problems = list(misplaced(workbook, path, params.themes, _places(params, theme)))
    if problems:
        raise ArgumentsRefused("There is no such report.", problems)
    if not path.exists():
        figures = fingerprint(workbook, params, _edition(params, path))
        write_whole(path, blank_commentary(figures).encode())
    return path


def confirm(workbook: Workbook, theme: str, period: str, area: str) -> Path:
    """The file of the words for one report, which now says that they are about the figures as they stand."""
    path = open_commentary(workbook, theme, period, area)
    text = path.read_bytes().decode()
    write_whole(path, renewed(workbook, path, text).encode())
    return path


def renewed(workbook: Workbook, path: Path, text: str) -> str:
    """A commentary as it is about to be saved at `path`, with the fingerprint of the figures as they stand.

    The text comes back as it is where the path is not that of a report's commentary, where params/ or its own front
    matter cannot be used, and where no data have been prepared.
    """
    file = (workbook.root / path).resolve()
    if not file.is_relative_to(workbook.params / "commentary"):
        return text
    try:
        params = load_params(workbook, with_commentary=False)
        if any(misplaced(workbook, file, params.themes, _places(params, file.parts[-3]))):
            return text
        figures = fingerprint(workbook, params, _edition(params, file))
    except (UserError, OSError):
        return text
    return text if figures is None else with_figures(text, figures)


def is_stale(workbook: Workbook, params: Params, edition: Edition) -> bool:
    """Whether the edition's readers could see words that are about other figures than those of now.

    Words that never said which figures they are about are not stale.
    """
    said = params.commentary_on(edition.theme, edition.period, edition.area)
    if said is None or said.figures is None or not said.shown_to(edition.audience):
        return False
    return fingerprint(workbook, params, edition) not in {None, said.figures}


def fingerprint(workbook: Workbook, params: Params, edition: Edition) -> str | None:
    """That of the figures of the internal report, whoever the edition is for; None where its data are not prepared."""
    from thematic.measures.data import ReportData
    from thematic.measures.release import released

    index = cubes.load_index(workbook)
    if index is None or str(edition.period) not in index.slices.get(edition.theme, {}):
        return None
    files = cubes.read_bytes(workbook, edition.theme)
    return released(
        ReportData(params, edition.theme, files, index, edition.area, edition.period, "internal")
    ).fingerprint


def _places(params: Params, theme: str) -> tuple[Area, ...]:
    """The areas that the theme (or, where there is none of that name, any theme) is reported for."""
    return params.report_areas(theme if theme in params.themes else None)


def _edition(params: Params, path: Path) -> Edition:
    """The internal report that the file in this place, which is known to be good, has the words of."""
    return Edition(path.parts[-3], Month.parse(path.parts[-2]), params.area(path.stem), "internal")
