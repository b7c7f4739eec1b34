"""Turns what a new theme counts into the files that declare and narrate it: theme, measures, notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from thematic.core.errors import ArgumentsRefused, ParamsRefused, UserError
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes.cubes import load_index
from thematic.execution.cleaning import KERNEL
from thematic.new_theme.conditions import as_declared
from thematic.new_theme.figures import Proposal, Subject
from thematic.new_theme.phrases import capitalised, label, uncapitalised
from thematic.outputs.notebooks import read_notebooks
from thematic.outputs.placing import write_whole
from thematic.outputs.unfinished import PLACEHOLDERS
from thematic.params import Params, load_params
from thematic.params.measures import AWAITING

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATES = Path(__file__).parent / "templates"
LONGEST = 60
_RESERVED = frozenset({"all", "force"})
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CELL = re.compile(r"^%% (parameters|code|markdown|annex) ([a-z0-9-]+)\n", re.MULTILINE)
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~$])")
_REVIEW_DAYS = 365
_AT_A_GLANCE = 6
_OWN_TERM = "Significant change"
_SECTIONS = ("number", "rate", "groups", "repeats", "means")
"""The parts whose figures stand at a glance, in this order."""


@dataclass(frozen=True)
class NewTheme:
    """A theme to be: its slug and what it counts."""

    slug: str
    subject: Subject

    @property
    def title(self) -> str:
        return self.subject.title

    @property
    def goal(self) -> str:
        """The word that makes its reports; it may hold no hyphen."""
        return prefix_of(self.slug).upper()

    @property
    def notebook(self) -> str:
        return f"{prefix_of(self.slug)}.ipynb"


def prefix_of(slug: str) -> str:
    """What a theme's measures, its selection and its notebook are called by."""
    return slug.replace("-", "_")


def check_name(slug: str, title: str) -> tuple[str, str]:
    """The slug and the title (by default the slug in words). Raises ArgumentsRefused where they cannot be used."""
    if not _SLUG.fullmatch(slug) or slug in _RESERVED or len(slug) > LONGEST:
        tidy = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-0123456789")[:LONGEST].rstrip("-")
        hint = f" Write {tidy}." if _SLUG.fullmatch(tidy) and tidy not in _RESERVED else ""
        raise ArgumentsRefused(
            f"'{slug}' cannot be a theme's name: small letters and digits, with single hyphens between them, a letter "
            f"first, at most {LONGEST} characters, neither all nor force.{hint}"
        )
    words = " ".join(title.split()) or slug.replace("-", " ").capitalize()
    if not words.isprintable() or len(words) > LONGEST or not any(letter.isalnum() for letter in words):
        raise ArgumentsRefused(f"--title: '{words}' cannot be a title. Write words, {LONGEST} characters at most.")
    return slug, words


def add_theme(workbook: Workbook, theme: NewTheme, today: date) -> list[Path]:
    """Writes the theme's files, which are returned; it then passes `thematic check` and can be built at once.

    Raises UserError, and leaves nothing behind, where a file of that name is there already, the goal is taken, the
    table gives no figure, or params/ would not be well with the new theme.
    """
    params = theme.subject.params
    files = theme_files(workbook, theme, today)
    _refuse_taken(workbook, params, theme, files)
    written: list[Path] = []
    try:
        for path, data in files.items():
            written.append(path)
            write_whole(path, data)
        read_notebooks(workbook, [load_params(workbook).themes[theme.slug].notebook])
    except (UserError, OSError) as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, UserError):
            raise ParamsRefused("The theme was not added: params/ lacks what it needs.", error.problems) from error
        raise ArgumentsRefused(f"The theme was not added: {error.filename}: {error.strerror}.") from error
    return list(files)


def theme_files(workbook: Workbook, theme: NewTheme, today: date) -> dict[Path, bytes]:
    """The files of a theme by path: its declaration, its measures and its notebook."""
    if not theme.subject.of_part("number"):
        table = theme.subject.table
        raise ArgumentsRefused(
            f"--table: {table.title.lower()} have neither a reference nor a column of numbers that is not personal, so "
            "there is nothing to count or to add up. Name another table."
        )
    notebook = _notebook(workbook, theme, today)
    measures = {each.name: _measure(theme.subject, each, today) for each in theme.subject.proposals}
    files = {workbook.params / "themes" / f"{theme.slug}.yaml": _declaration(theme, [notebook, *measures.values()])}
    files |= {workbook.params / "measures" / f"{name}.yaml": said for name, said in measures.items()}
    files[workbook.notebooks / theme.notebook] = notebook
    return {path: text.encode() for path, text in files.items()}


def _refuse_taken(workbook: Workbook, params: Params, theme: NewTheme, files: Mapping[Path, bytes]) -> None:
    there = [name for name in map(workbook.shown, files) if workbook.file(name).exists()]
    if there:
        more = f" (and {len(there) - 1} more of its files)" if len(there) > 1 else ""
        raise ArgumentsRefused(f"{there[0]} exists already{more}. Nothing was changed: choose another name.")
    for each in theme.subject.proposals:
        if each.name in params.measures:
            raise ArgumentsRefused(f"There is a measure {each.name} already. Nothing was changed: choose another name.")
    for slug, other in params.themes.items():
        if theme.goal == other.goal:
            raise ArgumentsRefused(f"{theme.goal} is the goal of {slug} already. Choose another name.")
        if theme.title.casefold() == other.title.casefold():
            raise ArgumentsRefused(f"--title: '{theme.title}' is the title of {slug} already. Choose another.")


def _declaration(theme: NewTheme, texts: Sequence[str]) -> str:
    """The theme's own file; its glossary has the force's terms that stand in the other `texts`."""
    subject = theme.subject
    selection: dict[str, Any] = {"table": subject.table_name}
    if subject.where:
        selection["where"] = {column: as_declared(each) for column, each in subject.where.items()}
    said: dict[str, Any] = {
        "title": theme.title,
        "goal": theme.goal,
        "notebook": theme.notebook,
        "selections": {subject.prefix: selection},
        "sections": _sections(subject),
        "measures": {each.name: list(each.dimensions) for each in subject.proposals},
    }
    reported = [name for name, level in subject.params.levels.items() if level.reports]
    if not set(reported) <= set(subject.levels):
        said["areas"] = [name for name in reported if name in subject.levels]
    if subject.has_map:
        said["hotspots"] = {"measures": [subject.of_part("number")[0].name]}
    if terms := _terms(subject, texts):
        said["glossary"] = terms
    comment = f"# {theme.title}: which rows it counts, what its report shows, and how each measure is broken down.\n"
    return comment + _as_yaml(said)


def _sections(subject: Subject) -> dict[str, Any]:
    glance = [each.name for part in _SECTIONS for each in subject.of_part(part)][:_AT_A_GLANCE]
    found = {"at_a_glance": {"title": "At a glance", "measures": glance}}
    for column in subject.grouped:
        if groups := subject.of_part("groups", column):
            title = capitalised(label(subject.params, subject.table, column))
            found[_section(column)] = {"title": title, "measures": [each.name for each in groups]}
    if means := subject.of_part("means"):
        found["means"] = {"title": "Times", "measures": [each.name for each in means]}
    return found


def _section(column: str) -> str:
    return f"{column}_groups"


def _terms(subject: Subject, texts: Sequence[str]) -> list[str]:
    """The terms of the force's glossary that the texts, or the tables that stand beside them, use."""
    params = subject.params
    text = "\n".join([*texts, _OWN_TERM, *(params.levels[level].title for level in subject.levels)])
    return [term for term in params.glossary.terms if re.search(rf"(?i)(?<!\w){re.escape(term)}(?!\w)", text)]


def _measure(subject: Subject, proposal: Proposal, today: date) -> str:
    signed = {
        "owner": "Performance analysis team",
        "checked_by": AWAITING,
        "reviewed_on": today,
        "review_due": today + timedelta(days=_REVIEW_DAYS),
        "changes": [{"made_on": today, "what": "First declared."}],
    }
    kinds = {"polarity": "none", "source": subject.source}
    return _as_yaml({**proposal.said, **{key: kinds[key] for key in kinds if key not in proposal.said}, **signed})


class _Plain(yaml.SafeDumper):
    """YAML that writes a value out wherever it stands, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _as_yaml(said: Mapping[str, Any]) -> str:
    return yaml.dump(dict(said), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)


def _notebook(workbook: Workbook, theme: NewTheme, today: date) -> str:
    """The notebook's file, from a template in which a line `%% kind id` begins each cell."""
    index = load_index(workbook)
    period = str(Month.containing(today) - 1) if index is None else index.latest_period
    text = _template().render(period=period, slug=theme.slug, **_narrated(theme.subject))
    _, *parts = _CELL.split(text)
    cells = [_cell(kind, name, text.strip()) for kind, name, text in zip(*(parts[n::3] for n in range(3)), strict=True)]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _narrated(subject: Subject) -> dict[str, Any]:
    """What the notebook's template tells of."""
    return {
        "topic": uncapitalised(subject.title),
        "rows": subject.rows,
        "row": subject.table.row,
        "numbers": [{"name": each.name, "title": each.said["title"]} for each in subject.of_part("number")],
        "rate": next(iter(subject.of_part("rate")), None),
        "splits": [(name, subject.is_ranked(name)) for name in subject.splits],
        "groups": [_group(subject, column) for column in subject.grouped],
        "means": subject.of_part("means"),
        "levels": subject.levels,
        "charted": bool(subject.levels and subject.of_part("rate")) and subject.wants("chart"),
        "has_units": subject.params.units in subject.levels,
        "has_map": subject.has_map,
        "wants": subject.wants,
        "placeholders": PLACEHOLDERS,
        "repeats": [{"name": each.name, "title": each.said["title"]} for each in subject.of_part("repeats")],
        "filled": [
            {"name": each.name, "of": each.of, "title": each.said["title"]} for each in subject.of_part("filled")
        ],
    }


def _group(subject: Subject, column: str) -> dict[str, Any]:
    known, groups = subject.of_part("known", column), subject.of_part("groups", column)
    by = [name for each in known for name in each.dimensions if name in subject.table.breakdowns]
    return {
        "title": capitalised(label(subject.params, subject.table, column)),
        "is_ratio": bool(known and groups),
        "first": (groups or known)[0].name,
        "section": _section(column) if groups else "",
        "splits": [(each.name, name) for each in known for name in by],
    }


def _cell(kind: str, name: str, text: str) -> dict[str, Any]:
    source = text.splitlines(keepends=True)
    if kind in ("markdown", "annex"):
        tags = {"tags": [kind]} if kind == "annex" else {}
        return {"cell_type": "markdown", "id": name, "metadata": tags, "source": source}
    metadata: dict[str, Sequence[str]] = {"tags": ["parameters"]} if kind == "parameters" else {}
    begun = {"cell_type": "code", "execution_count": None, "id": name}
    return {**begun, "metadata": metadata, "outputs": [], "source": source}


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - of a notebook's text, and not of a page
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["text"] = lambda value: json.dumps(value, ensure_ascii=False)
    environment.filters["markdown"] = lambda words: _MARKUP.sub(r"\\\1", words)
    return environment.get_template("notebook.txt")
