"""Turns a new theme's name and its offences into the files that declare and narrate it: theme, measures, notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from string import Template
from typing import Any

import yaml

from thematic.core.errors import ArgumentsRefused, ParamsRefused, UserError
from thematic.core.workbook import Workbook
from thematic.cubes.cubes import load_index
from thematic.execution.cleaning import KERNEL
from thematic.new_theme.offence_choice import Choice
from thematic.outputs.notebooks import read_notebooks
from thematic.outputs.placing import write_whole
from thematic.params import Params, load_params

TEMPLATES = Path(__file__).parent / "templates"
CRIME_SOURCE = "Crime recording system (crimes extract)"
LONGEST = 60
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CELL = re.compile(r"^%% (parameters|code|markdown) ([a-z0-9-]+)\n", re.MULTILINE)
_GLOSSARY = (
    "Local Policing Unit",
    "Outcome",
    "Per 1,000 residents",
    "Recorded",
    "Repeat victim",
    "Solved",
    "Significant change",
    "Suspect identified",
)
_REVIEW_DAYS = 365


@dataclass(frozen=True)
class NewTheme:
    """A theme to be: its slug, its title and the offences it counts."""

    slug: str
    title: str
    offences: Choice

    @property
    def goal(self) -> str:
        """The word that makes its reports; it may hold no hyphen."""
        return self.prefix.upper()

    @property
    def prefix(self) -> str:
        """What its measures, its selection and its notebook are called by."""
        return self.slug.replace("-", "_")


def check_name(slug: str, title: str) -> tuple[str, str]:
    """The slug and the title (by default the slug in words). Raises ArgumentsRefused where they cannot be used."""
    if not _SLUG.fullmatch(slug) or slug in {"all", "force"} or len(slug) > LONGEST:
        tidy = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-0123456789")[:LONGEST].rstrip("-")
        hint = f" Write {tidy}." if _SLUG.fullmatch(tidy) and tidy not in {"all", "force"} else ""
        raise ArgumentsRefused(
            f"'{slug}' cannot be a theme's name: small letters and digits parted by single hyphens, a letter first, "
            f"at most {LONGEST} characters, neither all nor force.{hint}"
        )
    words = " ".join(title.split()) or slug.replace("-", " ").capitalize()
    if not words.isprintable() or len(words) > LONGEST or not any(letter.isalnum() for letter in words):
        raise ArgumentsRefused(f"--title: '{words}' cannot be a title. Write words, {LONGEST} characters at most.")
    return slug, words


def add_theme(workbook: Workbook, theme: NewTheme, today: date) -> list[Path]:
    """Writes the theme's files, which are returned; it then passes `thematic check` and can be built at once.

    Raises UserError, and leaves nothing behind, where a file of that name is there already, the goal is taken, or
    params/ would not be well with the new theme.
    """
    params = load_params(workbook)
    files = theme_files(workbook, params, theme, today)
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


def theme_files(workbook: Workbook, params: Params, theme: NewTheme, today: date) -> dict[Path, bytes]:
    """The files of a theme by path: its declaration, its ten measures and its notebook."""
    words = _words(workbook, params, theme)
    declared = Template(_template("theme.yaml")).substitute(words)
    files = {workbook.params / "themes" / f"{theme.slug}.yaml": declared}
    for name, measure in _measures(words, today).items():
        files[workbook.params / "measures" / f"{theme.prefix}_{name}.yaml"] = measure
    files[workbook.notebooks / f"{theme.prefix}.ipynb"] = _notebook(words)
    return {path: text.encode() for path, text in files.items()}


def _refuse_taken(workbook: Workbook, params: Params, theme: NewTheme, files: Mapping[Path, bytes]) -> None:
    there = [workbook.shown(path) for path in files if path.exists()]
    if there:
        more = f" (and {len(there) - 1} more of its files)" if len(there) > 1 else ""
        raise ArgumentsRefused(f"{there[0]} exists already{more}. Nothing was changed: choose another name.")
    for slug, other in params.themes.items():
        if theme.goal == other.goal:
            raise ArgumentsRefused(f"{theme.goal} is the goal of {slug} already. Choose another name.")
        if theme.title.casefold() == other.title.casefold():
            raise ArgumentsRefused(f"--title: '{theme.title}' is the title of {slug} already. Choose another.")


def _words(workbook: Workbook, params: Params, theme: NewTheme) -> dict[str, str]:
    """What stands in the templates' places."""
    index = load_index(workbook)
    crimes = theme.offences.crimes
    terms = [term for term in _GLOSSARY if term in params.glossary.terms]
    return {
        "slug": theme.slug,
        "prefix": theme.prefix,
        "goal": theme.goal,
        "title": _quoted(theme.title),
        "comment": theme.title,
        "topic": _in_markdown(_uncapitalised(theme.title)),
        "what": _crimes_of(theme.title),
        "crimes": crimes,
        "crimes_within": _uncapitalised(crimes),
        "column": theme.offences.column,
        "values": _quoted(theme.offences.values),
        "glossary": _quoted(terms),
        "period": "2021-01" if index is None else index.latest_period,
    }


def _quoted(value: object) -> str:
    """The value as JSON, which YAML reads as well."""
    return json.dumps(value, ensure_ascii=False)


def _uncapitalised(words: str) -> str:
    """The words with a small first letter, unless they begin with an abbreviation or a name in capitals."""
    return words if words[:2].isupper() else words[0].lower() + words[1:]


def _in_markdown(words: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#|~$])", r"\\\1", words)


def _crimes_of(title: str) -> str:
    """The theme's crimes as titles of measures name them: `Stalking crimes`, `Hate crimes`, `Drug offences`."""
    last = title.rsplit(maxsplit=1)[-1].lower()
    if last in {"crimes", "offences"}:
        return title
    return f"{title}s" if last in {"crime", "offence"} else f"{title} crimes"


def _measures(words: Mapping[str, str], today: date) -> dict[str, str]:
    """Each measure as YAML, by the part of its name that follows the theme's."""
    declared = yaml.safe_load(_template("measures.yaml"))
    signed = {
        "owner": "Performance analysis team",
        "checked_by": "awaiting a second analyst",
        "reviewed_on": today,
        "review_due": today + timedelta(days=_REVIEW_DAYS),
        "changes": [{"made_on": today, "what": "First declared."}],
    }
    return {name: _as_yaml({"source": CRIME_SOURCE} | _filled(said, words) | signed) for name, said in declared.items()}


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return Template(value).substitute(words)
    if isinstance(value, Mapping):
        return {key: _filled(part, words) for key, part in value.items()}
    return [_filled(part, words) for part in value] if isinstance(value, list) else value


class _Plain(yaml.SafeDumper):
    """YAML that writes a value out wherever it stands, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _as_yaml(said: dict[str, Any]) -> str:
    order = ("title", "short", "definition", "numerator", "denominator", "per", "unit", "test", "polarity", "decimals")
    ordered = {name: said[name] for name in order if name in said} | said
    return yaml.dump(ordered, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


def _notebook(words: Mapping[str, str]) -> str:
    """The notebook's file, from a template in which a line `%% kind id` begins each cell."""
    _, *parts = _CELL.split(_template("notebook.txt"))
    cells = [
        _cell(kind, name, Template(text.strip()).substitute(words))
        for kind, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, name: str, text: str) -> dict[str, Any]:
    source = text.splitlines(keepends=True)
    if kind == "markdown":
        return {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    metadata: dict[str, Sequence[str]] = {"tags": ["parameters"]} if kind == "parameters" else {}
    begun = {"cell_type": "code", "execution_count": None, "id": name}
    return {**begun, "metadata": metadata, "outputs": [], "source": source}


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
