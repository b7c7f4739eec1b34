"""Says which sections the notebook of a new theme can have, and reads which of them are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from thematic.core.errors import ArgumentsRefused
from thematic.new_theme.figures import Subject
from thematic.new_theme.phrases import capitalised, in_words, label
from thematic.params.reading import close_to

LIST = "list"
"""What is written in place of sections by those who want to read which there are."""
_NEEDS = {
    "breakdowns": "breakdown that shows nothing personal",
    "groups": "code with groups",
    "times": "derived time or number of days",
    "places": "column of areas",
    "chart": "rate per 1,000 residents",
    "map": "longitude and latitude",
    "funnel": "rate per 1,000 residents",
    "repeats": "reference besides that of the row",
    "recorded": "breakdown of the filled kind",
}
"""What a table must have for a section."""
ALWAYS = "Main points, At a glance, Data quality, Method and Glossary are in every notebook."


def offered(subject: Subject) -> dict[str, str]:
    """The sections that the subject's table can feed, by name, in the report's order; each with a line on it."""
    return dict(_offered(subject))


def _offered(subject: Subject) -> Iterator[tuple[str, str]]:
    rates, means = subject.of_part("rate"), subject.of_part("means")
    repeats, filled = subject.of_part("repeats"), subject.of_part("filled")
    yield "background", "what the report is about, for you to write"
    yield "months", "each number month by month, as a chart"
    if subject.splits:
        yield "breakdowns", f"each number in tables by {_listed(subject, subject.splits)}"
    if subject.grouped:
        columns = [label(subject.params, subject.table, column) for column in subject.grouped]
        yield "groups", f"the percentage in each group of codes: {', '.join(columns)}"
    if means:
        yield "times", f"means: {', '.join(in_words(each.of) for each in means)}"
    if subject.levels:
        levels = [subject.params.levels[level].title for level in subject.levels]
        yield "places", f"each number in tables by {', '.join(levels)}"
    if subject.levels and rates:
        yield "chart", "a chart of the rates that is drawn in its cell, for you to change"
    if subject.has_points:
        yield "map", "a map of hotspots"
    yield "consideration", "what the board is asked to decide, for you to write, and the recommendations"
    if subject.levels and rates:
        yield "funnel", "the rates against the size of the population, folded away on the page"
    if repeats:
        who = " or ".join(in_words(each.of) for each in repeats)
        yield "repeats", f"the percentage with a repeat {who} within a year, folded away on the page"
    if filled:
        yield "recorded", "how often columns are filled in, folded away on the page"


def _listed(subject: Subject, names: tuple[str, ...]) -> str:
    return ", ".join(subject.table.breakdowns[name].heading.lower() for name in names)


def lines_of(subject: Subject) -> list[str]:
    """A line for each section that the subject's notebook can have, its name first; then what it has besides."""
    sections = offered(subject)
    width = max(map(len, sections))
    listed = (f"  {name:<{width}}  {capitalised(line)}" for name, line in sections.items())
    return [f"{subject.title} can have these sections:", *listed, ALWAYS, "Nothing was written."]


def chosen_sections(subject: Subject, asked: str) -> list[str]:
    """The sections that are asked for (names with commas between them), in the report's order; all that the table can
    feed without any.

    Raises ArgumentsRefused, with the names there are, for another.
    """
    known = offered(subject)
    names = [name.strip().lower() for name in asked.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise ArgumentsRefused(_refusal(subject, name, known))
    return [name for name in known if name in names or not names]


def _refusal(subject: Subject, name: str, known: dict[str, str]) -> str:
    if name in _NEEDS:
        why = f"the theme cannot have '{name}', for the table {subject.table_name} has no {_NEEDS[name]}."
    else:
        close = close_to(name, known)
        why = f"there is no section '{name}'." + (f" Did you mean '{close}'?" if close else "")
    return f"--sections: {why} The theme can have: {', '.join(known)}. What each is: --sections {LIST}."


def with_sections(subject: Subject, asked: str) -> Subject:
    """The subject with the sections that are asked for, and the measures that they show.

    Raises ArgumentsRefused as `chosen_sections` does.
    """
    return replace(subject, sections=tuple(chosen_sections(subject, asked)))


def sections_line(subject: Subject) -> str:
    """The sections that a notebook got, and those that it could have had."""
    names = offered(replace(subject, sections=None))
    left_out = ", ".join(name for name in names if not subject.wants(name))
    got = ", ".join(filter(subject.wants, names))
    return f"Sections: {got}." + (f" Left out: {left_out}." if left_out else "")
