"""Turns params/commentary/<theme>/<period>/<area>.md into the analyst's words for one report, or into problems."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from thematic.core.areas import FORCE, Area
from thematic.core.errors import ArgumentsRefused, Problem
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.params.declared import Audience, Declared, Name
from thematic.params.reading import nearest, parse_yaml, read_text, validated

CommentaryKey = tuple[str, str, str]
"""The theme's slug, the period as YYYY-MM and the area's slug."""

_PLACE = "params/commentary/<theme>/<YYYY-MM>/<area>.md"
_FOLDER = "commentary"
_FRONT = re.compile(r"---[ \t]*\n(?P<front>(?:.*\n)*?)---[ \t]*(?:\n|\Z)")
_FIGURES = re.compile(r"^figures[ \t]*:.*\n", re.MULTILINE)
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_FENCES = ("```", "~~~")
_NOTHING, _WORDS = 0, 7
_HEADINGS = ("What changed", "Why", "What is being done")


class FrontMatter(Declared):
    """What may stand between the `---` lines that begin a commentary: who wrote it, when, for whom, on which figures.

    Nothing checks the numbers in typed words, so they are for internal readers unless they say `audience: public`.
    """

    author: Name | None = None
    written_on: Annotated[date | None, Field(alias="date")] = None
    audience: Audience = "internal"
    figures: Name | None = None


class Commentary(Declared):
    """The analyst's words for one report, as Markdown with plain line ends; `written_on` is a day.

    Those with `audience` public stand in the reports for both audiences, others in the internal one alone. `figures`
    is the fingerprint of the figures that they are about; None where nobody ever said.
    """

    author: Name | None = None
    written_on: date | None = None
    audience: Audience = "internal"
    figures: Name | None = None
    text: Name

    def shown_to(self, audience: str) -> bool:
        """Whether readers of that audience may see the words."""
        return audience != "public" or self.audience == "public"


def commentary_path(workbook: Workbook, theme: str, period: str, area: str) -> Path:
    """Where the words for one report lie; nothing of it is checked."""
    return workbook.params / _FOLDER / theme / period / f"{area}.md"


def read_commentary(
    workbook: Workbook, themes: Collection[str], places: Sequence[Area] | None
) -> tuple[dict[CommentaryKey, Commentary], list[Problem]]:
    """Every commentary by theme, period and area, and every problem; `places` None: areas cannot be checked.

    Files and folders whose name begins with a dot are passed over, and so is a file of headings alone: it was begun,
    and nobody has written in it yet.
    """
    root = workbook.params / _FOLDER
    found: dict[CommentaryKey, Commentary] = {}
    problems: list[Problem] = []
    for path in sorted(path for path in root.rglob("*") if path.is_file() and not _hidden(path, root)):
        shown = workbook.shown(path)
        wrong = list(misplaced(workbook, path, themes, places))
        commentary, unread = (None, []) if wrong else _read(path, shown)
        problems += [*wrong, *unread]
        if commentary is not None:
            found[path.parts[-3], path.parts[-2], path.stem] = commentary
    return found, problems


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def misplaced(
    workbook: Workbook, file: Path, themes: Collection[str], places: Sequence[Area] | None
) -> Iterator[Problem]:
    """Why no report has the file: its place must name a theme, a month, and an area that exists at the month's end.

    The file need not exist, but must lie under params/commentary/.
    """
    path, shown = file.relative_to(workbook.params / _FOLDER), workbook.shown(file)
    if len(path.parts) != 3 or path.suffix != ".md":
        yield Problem(shown, "is not the commentary of any report.", f"A commentary is {_PLACE}.")
        return
    theme, period, area = path.parts[0], path.parts[1], path.stem
    if theme not in themes:
        yield Problem(shown, f"there is no theme '{theme}'.", nearest(theme, {slug: slug for slug in sorted(themes)}))
    month = _month(period)
    if month is None:
        yield Problem(shown, f"'{period}' is not a month.", "Name the folder YYYY-MM, such as 2021-01.")
    if places is None or area == FORCE:
        return
    place = next((place for place in places if place.slug == area), None)
    if place is None:
        names = {place.name.casefold(): place.slug for place in places} | {FORCE: FORCE}
        slugs = {place.slug: place.slug for place in places}
        yield Problem(shown, f"there is no area '{area}'.", nearest(area, names | slugs))
    elif month is not None and not place.open_in(month):
        fix = f"Remove the file, or correct valid_from and valid_to in params/areas/{place.level}.yaml."
        yield Problem(shown, f"{place.name} does not exist at the end of {month.label}, so it has no report.", fix)


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
    words = _without_empty_headings(body).strip("\n")
    if problems or front is None or not words.strip():
        return None, problems
    return Commentary(**front.model_dump(), text=words), []


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


def _without_empty_headings(body: str) -> str:
    """The words less each heading that nothing is written under, before the next of its level or a higher one."""
    kept: list[str] = []
    nearest, fenced = _NOTHING, False
    for line in reversed(body.split("\n")):
        fenced ^= line.lstrip().startswith(_FENCES)
        heading = None if fenced else _HEADING.match(line)
        if heading and len(heading[1]) >= nearest:
            continue
        kept.append(line)
        if heading or line.strip():
            nearest = len(heading[1]) if heading else _WORDS
    return "\n".join(reversed(kept))


def blank_commentary(figures: str | None) -> str:
    """A file to write in, about figures with that fingerprint: headings, which no report shows as long as they are
    all that it holds."""
    front = ["author:", "date:", *([f"figures: {figures}"] if figures else [])]
    headings = "".join(f"\n## {heading}\n" for heading in _HEADINGS)
    return "\n".join(["---", *front, "---", headings])


def with_figures(text: str, figures: str) -> str:
    """A commentary's file with the fingerprint of the figures that its words are about now, and nothing else changed.

    A file whose front matter cannot be used is given back as it is.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix(mark).replace("\r\n", "\n")
    before, _, wrong = _front_matter(plain, "")
    if wrong:
        return text
    line = f"figures: {figures}\n"
    found = _FRONT.match(plain)
    if found is None:
        plain = f"---\n{line}---\n{plain}"
    else:
        front = found["front"]
        front = _FIGURES.sub(line, front, count=1) if _FIGURES.search(front) else front + line
        plain = plain[: found.start("front")] + front + plain[found.end("front") :]
    after, _, wrong = _front_matter(plain, "")
    if wrong or not isinstance(before, dict) or after != {**before, "figures": figures}:
        return text
    return mark + plain.replace("\n", end)
