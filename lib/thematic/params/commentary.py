"""Turns params/commentary/<theme>/<period>/<area>.md into the analyst's words for one report, or into problems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from thematic.areas import FORCE, Area
from thematic.errors import ArgumentsRefused, Problem
from thematic.params.models import Audience, Declared, ForceParams, Name
from thematic.params.reading import nearest, parse_yaml, read_text, validated
from thematic.periods import Month
from thematic.workbook import Workbook

CommentaryKey = tuple[str, str, str]
"""The theme's slug, the period as YYYY-MM and the area's slug."""

_PLACE = "params/commentary/<theme>/<YYYY-MM>/<area>.md"
_FRONT = re.compile(r"---[ \t]*\n(?P<front>(?:.*\n)*?)---[ \t]*(?:\n|\Z)")


class FrontMatter(Declared):
    """What may stand between the `---` lines that begin a commentary: who wrote it, when, and for whom.

    Typed words pass no disclosure gate, so they are for internal readers unless they say `audience: public`.
    """

    author: Name | None = None
    written_on: Annotated[date | None, Field(alias="date")] = None
    audience: Audience = "internal"


class Commentary(Declared):
    """The analyst's words for one report, as Markdown with plain line ends; `written_on` is a day.

    Those with `audience` public stand in the reports for both audiences, others in the internal one alone.
    """

    author: Name | None = None
    written_on: date | None = None
    audience: Audience = "internal"
    text: Name


def read_commentary(
    workbook: Workbook, themes: Iterable[str], force: ForceParams | None
) -> tuple[dict[CommentaryKey, Commentary], list[Problem]]:
    """Every commentary by theme, period and area, and every problem; `force` None: areas cannot be checked.

    Files and folders whose name begins with a dot are passed over.
    """
    root, slugs = workbook.params / "commentary", sorted(themes)
    found: dict[CommentaryKey, Commentary] = {}
    problems: list[Problem] = []
    for path in sorted(path for path in root.rglob("*") if path.is_file() and not _hidden(path, root)):
        shown = workbook.shown(path)
        wrong = list(_misplaced(path.relative_to(root), shown, slugs, force))
        commentary, unread = (None, []) if wrong else _read(path, shown)
        problems += [*wrong, *unread]
        if commentary is not None:
            found[path.parts[-3], path.parts[-2], path.stem] = commentary
    return found, problems


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _misplaced(path: Path, shown: str, themes: Sequence[str], force: ForceParams | None) -> Iterator[Problem]:
    """Why no report has the file: its place must name a theme, a month, and an area that exists at the month's end."""
    if len(path.parts) != 3 or path.suffix != ".md":
        yield Problem(shown, "is not the commentary of any report.", f"A commentary is {_PLACE}.")
        return
    theme, period, area = path.parts[0], path.parts[1], path.stem
    if theme not in themes:
        yield Problem(shown, f"there is no theme '{theme}'.", nearest(theme, {slug: slug for slug in themes}))
    month = _month(period)
    if month is None:
        yield Problem(shown, f"'{period}' is not a month.", "Name the folder YYYY-MM, such as 2021-01.")
    if force is None or area == FORCE:
        return
    lpu = next((lpu for lpu in force.lpus if lpu.slug == area), None)
    if lpu is None:
        names = {FORCE: FORCE} | {lpu.name.casefold(): lpu.slug for lpu in force.lpus}
        yield Problem(
            shown, f"there is no area '{area}'.", nearest(area, names | {lpu.slug: lpu.slug for lpu in force.lpus})
        )
    elif month is not None and not Area(lpu.slug, lpu.name, lpu.valid_from, lpu.valid_to).open_in(month):
        fix = "Remove the file, or mend valid_from and valid_to in params/force.yaml."
        yield Problem(shown, f"{lpu.name} does not exist at the end of {month.label}, so it has no report.", fix)


def _month(text: str) -> Month | None:
    try:
        month = Month.parse(text)
    except ArgumentsRefused:
        return None
    return month if str(month) == text else None


def _read(path: Path, shown: str) -> tuple[Commentary | None, list[Problem]]:
    text, problems = read_text(path, shown)
    if problems:
        return None, problems
    if "\0" in text:
        return None, [Problem(shown, "holds NUL characters, so it is not text.", "Save the file as UTF-8.")]
    said, body, problems = _front_matter(text.replace("\r\n", "\n").replace("\r", "\n"), shown)
    front, wrong = (None, []) if problems else validated(said, shown, FrontMatter)
    problems += wrong
    if not body.strip():
        problems.append(Problem(shown, "says nothing.", "Write the commentary, or remove the file."))
    if problems or front is None:
        return None, problems
    words = body.strip("\n")
    return Commentary(author=front.author, written_on=front.written_on, audience=front.audience, text=words), []


def _front_matter(text: str, shown: str) -> tuple[Any, str, list[Problem]]:
    """What the front matter says, the words below it, and the problems of its YAML (lines counted from the top)."""
    first, _, rest = text.partition("\n")
    if first.rstrip() != "---":
        return {}, text, []
    found = _FRONT.match(text)
    if found is None:
        fix = "End the lines of author: and date: with a line ---."
        return {}, rest, [Problem(f"{shown}, line 1", "the front matter that begins here has no end.", fix)]
    said, problems = parse_yaml("\n" + found["front"], shown)
    return {} if said is None else said, text[found.end() :], problems
