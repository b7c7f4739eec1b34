"""What params/pack.yaml may say: a meeting of the board, its items, and the reports that are its papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from thematic.core.areas import FORCE, Area
from thematic.core.errors import Problem
from thematic.core.workbook import Workbook
from thematic.params.declared import Audience, Declared, Name, Slug
from thematic.params.reading import nearest, read_text

FOLDER = "pack"
"""The folder of params/ with the texts that are papers."""
PaperFile = Annotated[str, StringConstraints(pattern=r"^[\w-]+\.md$")]
PackPart = Literal[1, 2]
"""Part 1 of a pack holds what is taken in public, part 2 what is taken in private."""


def example(themes: Mapping[str, str]) -> str:
    """A file to begin with, whose papers are the reports of the first two themes (titles by slug)."""
    items = ["  - {number: 1, part: 1, title: Apologies for absence}"]
    for number, (slug, title) in enumerate(list(themes.items())[:2], start=2):
        rest = f"title: {title}, theme: {slug}, areas: [force], recommendation: to note"
        items.append(f"  - {{number: {number}, part: {number - 1}, {rest}}}")
    return "\n".join(["meeting: Scrutiny Board", "date: 2021-02-24", "items:", *items]) + "\n"


class PackItem(Declared):
    """One item of the agenda. Its papers are a theme's reports for the areas, a text of params/pack/ (Markdown, such as
    minutes), and a plan: the recommendations of a file in params/recommendations/. It may have none."""

    number: Annotated[int, Field(gt=0)]
    part: PackPart
    title: Name
    theme: Slug | None = None
    areas: list[Slug] = Field(default_factory=lambda: [FORCE], min_length=1)
    paper: PaperFile | None = None
    plan: Slug | None = None
    recommendation: Name | None = None
    presenter: Name | None = None
    minutes: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _of_a_theme(self) -> PackItem:
        if self.theme is None and "areas" in self.model_fields_set:
            raise ValueError("areas go with a theme: name the theme whose reports are the papers, or remove areas")
        if len(set(self.areas)) < len(self.areas):
            raise ValueError("an area is named twice: name each once")
        return self

    @property
    def reports(self) -> tuple[tuple[str, str], ...]:
        """The theme and the area of each of its papers."""
        return tuple((self.theme, area) for area in self.areas) if self.theme else ()


class PackParams(Declared):
    """params/pack.yaml: a meeting and its agenda; `exemption` says why the items of part 2 are private. `first` is the
    theme whose report for the force is the first page of each part."""

    meeting: Name
    held_on: Annotated[date, Field(alias="date")]
    place: Name | None = None
    chair: Name | None = None
    exemption: Name | None = None
    first: Slug | None = None
    items: Annotated[list[PackItem], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> PackParams:
        for before, item in zip(self.items, self.items[1:], strict=False):
            if item.number <= before.number:
                raise ValueError(f"item {item.number} follows item {before.number}: number them as they are taken")
        if self.first is None and not any(item.reports for item in self.items):
            raise ValueError("no item has a paper: name a theme in one of them")
        return self

    def reports_of(self, part: PackPart) -> tuple[tuple[str, str], ...]:
        """The theme and the area of each report in a part, the first page's before those of its items."""
        items = self.of(part)
        first = ((self.first, FORCE),) if self.first and items else ()
        return tuple(dict.fromkeys([*first, *(report for item in items for report in item.reports)]))

    @property
    def plans(self) -> frozenset[str]:
        """The files of recommendations that are papers."""
        return frozenset(item.plan for item in self.items if item.plan)

    def of(self, part: PackPart) -> tuple[PackItem, ...]:
        """The items of one part, in the order of the meeting."""
        return tuple(item for item in self.items if item.part == part)


def audience_of(part: PackPart) -> Audience:
    """Whom the papers of a part are for: those of part 1 are the public reports."""
    return "public" if part == 1 else "internal"


def unwritten_plans(pack: PackParams, plans: Iterable[str]) -> Iterator[Problem]:
    """Plans that there are not. Reports are made without them, and the pack is not."""
    known = {slug: slug for slug in plans}
    for place, item in enumerate(pack.items):
        if item.plan is not None and item.plan not in known:
            fix = nearest(item.plan, known) if known else "Write it."
            where = f"params/pack.yaml, items[{place}].plan"
            yield Problem(where, f"params/recommendations/{item.plan}.yaml does not exist.", fix)


def unknown_papers(pack: PackParams, themes: Iterable[str], places: Sequence[Area] | None) -> Iterator[Problem]:
    """Themes and areas that have no reports; `places` None: areas cannot be checked."""
    slugs = {slug: slug for slug in themes}
    if pack.first is not None and pack.first not in slugs:
        fix = nearest(pack.first, slugs)
        yield Problem("params/pack.yaml, first", f"there is no theme '{pack.first}'.", fix)
    for place, item in enumerate(pack.items):
        where = f"params/pack.yaml, items[{place}]"
        if item.theme is not None and item.theme not in slugs:
            yield Problem(f"{where}.theme", f"there is no theme '{item.theme}'.", nearest(item.theme, slugs))
        if places is None:
            continue
        areas = {place.slug: place.slug for place in places}
        names = {place.name.casefold(): place.slug for place in places if not place.is_force}
        for area in item.areas:
            if area not in areas:
                yield Problem(f"{where}.areas", f"there is no area '{area}'.", nearest(area, names | areas))


def read_papers(workbook: Workbook, pack: PackParams) -> tuple[dict[str, str], list[Problem]]:
    """The texts that are papers, by the names of their files in params/pack/, and those that cannot be read."""
    papers: dict[str, str] = {}
    problems: list[Problem] = []
    for place, item in enumerate(pack.items):
        if item.paper is None or item.paper in papers:
            continue
        path = workbook.params / FOLDER / item.paper
        if not path.is_file():
            what = f"{workbook.shown(path)} does not exist."
            problems.append(Problem(f"params/pack.yaml, items[{place}].paper", what, "Write it, or remove the key."))
            continue
        text, wrong = read_text(path, workbook.shown(path))
        problems.extend(wrong)
        papers[item.paper] = text or ""
    return papers, problems
