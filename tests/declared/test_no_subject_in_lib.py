"""No table, column, breakdown, code, area, selection or measure of the themes stands in lib/, in a name or in a string.

The sample generator and the police.uk reader are excepted. Docstrings and comments are not looked at.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LIB, PARAMS = ROOT / "lib/thematic", ROOT / "params"
POLICE_UK = tuple(path.relative_to(LIB).as_posix() for path in (LIB / "extracts").glob("police_uk*.py"))
EXCEPTED = ("tools/sample", *POLICE_UK, "exporters/fonts")
TEXTS = {".j2", ".typ", ".css", ".js", ".html", ".txt", ".json"}

SUBJECT = [
    "crime",
    "crimes",
    "offence",
    "offences",
    "outcome",
    "outcomes",
    "victim",
    "victims",
    "suspect",
    "offender",
    "caller",
    "callers",
    "incident",
    "incidents",
    "domestic",
    "rape",
    "hate",
    "strand",
    "strands",
    "characteristic",
    "characteristics",
    "lpu",
    "lpus",
    "authority",
    "authorities",
    "solved",
    "dvpn",
    "dvpo",
    "dvwi",
    "dvds",
    "clare",
    "asb",
    "antisocial",
    "disclosures",
    "stalking",
    "burglary",
    "robbery",
    "violence",
    "injury",
    "satisfied",
    "satisfaction",
    "ethnicity",
    "religion",
    "disability",
    "cheshire",
    "lsoa",
    "hmicfrs",
]
"""Words of the subjects, whatever the declarations say today."""

ALLOWED = {
    "action": "of a form, and what is done",
    "age": "plain English",
    "ask": "plain English",
    "code": "plain English, and a kind of column",
    "longitude": "the product's own: with latitude it places a row on a map",
    "latitude": "the product's own: with longitude it places a row on a map",
    "glance": "the product's own: report.at_a_glance is a table of indicators",
    "granted": "plain English",
    "hour": "a kind of derived column",
    "know": "plain English",
    "mixed": "plain English",
    "neither": "plain English",
    "object": "Python's own",
    "other": "plain English",
    "outcome": "what came of a command; outcome_basis is a key of themes",
    "person": "plain English",
    "personal": "a key of columns",
    "question": "plain English",
    "rate_per_1000": "named after the unit per_1000",
    "recorded": "plain English: No location recorded",
    "response": "what a web server answers",
    "right": "a side of a page",
    "scheme": "of a web address",
    "stop": "plain English",
    "stops": "what ends a process",
    "survey": "plain English: to look over what there is to do",
    "type": "Python's and HTML's own",
    "weekday": "a kind of derived column",
    "white": "a colour",
    "device": "kind of file, and of screen",
    "disabled": "of a button, and of what is switched off",
    "month": "the product's own dimension",
    "not known": "plain English",
    "not_known": "plain English",
    "not_recorded": "plain English",
    "people": "plain English",
    "performance": "plain English: the team that analyses it",
    "disclosure": "statistical disclosure control",
    "notices": "what charts and pages say beside themselves",
}
"""Words of the declarations that are the product's own or plain English, each with the reason."""

LPU_IS_AREA = "LPU= is kept as another name of AREA= (section 6 of the contract)"
ALLOWED_IN = {
    ("build/request.py", "lpu"): LPU_IS_AREA,
    ("cli.py", "lpu"): LPU_IS_AREA,
    ("jupyter/preview/making.py", "lpu"): LPU_IS_AREA,
    ("jupyter/preview/watching.py", "lpu"): LPU_IS_AREA,
    ("publishing/pack.py", "lpu"): LPU_IS_AREA,
}
"""Words that one module alone may say."""


# --- the words


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _words_of_tables() -> Iterator[str]:
    for path in (PARAMS / "tables").glob("*.yaml"):
        table = _read(path)
        yield path.stem
        yield from (table["title"], *table["columns"], *table.get("derived", {}))
        for column in table["columns"].values():
            yield from map(str, column.get("codes", {}))
            yield from column.get("codes", {}).values()
            yield from column.get("groups", {})
            yield column.get("list", "")
        for name, breakdown in table.get("breakdowns", {}).items():
            yield from (name, *breakdown.get("as", {}).values(), *breakdown.get("filled", {}))


def _words_of_areas() -> Iterator[str]:
    for path in (PARAMS / "areas").glob("*.yaml"):
        level = _read(path)
        yield from (path.stem, level["title"], level["plural"], level["short"])
        areas = level["areas"]
        for area in areas if isinstance(areas, list) else [{"slug": slug, **each} for slug, each in areas.items()]:
            yield from (area["slug"], area["name"])
    yield _read(PARAMS / "force.yaml")["name"]


def _words_of_themes() -> Iterator[str]:
    for path in (PARAMS / "themes").glob("*.yaml"):
        theme = _read(path)
        yield from (path.stem, theme["title"], theme["goal"], Path(theme["notebook"]).stem)
        yield from (*theme["selections"], *theme["measures"])
    for path in PARAMS.glob("measures/*.yaml"):
        yield from (path.stem, _read(path).get("title", ""))
    for path in PARAMS.glob("measures/_families/*.yaml"):
        family = _read(path)
        yield from (path.stem, *family["for"])
        yield from (text for words in family["for"].values() for text in words.values())
        yield from (name.replace("{selection}_", "") for name in family["measures"])


def _words_of_lists() -> Iterator[str]:
    for path in (ROOT / "data/reference").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                yield from row.values()


@cache
def words() -> frozenset[str]:
    """Every word to look for. Numbers, Y and N are no one's own; of a list's codes, those with a letter."""
    collected = [*_words_of_tables(), *_words_of_areas(), *_words_of_themes(), *_words_of_lists(), *SUBJECT]
    found = {str(word).strip() for word in collected}
    wanted = {word for word in found if re.search(r"[A-Za-z]", word) and word not in {"Y", "N"}}
    unlike = {word if is_short(word) else word.lower() for word in wanted}
    return frozenset(word for word in unlike if word not in ALLOWED)


# --- where they are looked for


def _is_excepted(path: Path) -> bool:
    inside = path.relative_to(LIB).as_posix()
    return any(inside == each or inside.startswith(f"{each}/") for each in EXCEPTED)


def _docstrings(tree: ast.AST) -> set[int]:
    """Strings that stand by themselves: of modules, classes, functions, and beneath constants."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def said(source: str) -> Iterator[tuple[int, str, bool]]:
    """Line, text and whether it is a name, of every identifier and every string of a module."""
    tree = ast.parse(source)
    docstrings = _docstrings(tree)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        for field in ("id", "attr", "arg", "name", "asname", "module"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield line, value, True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield line, node.value, False


def parts(name: str) -> str:
    """A name as its words: `lpu_areas`, `LpuAreas` and `LPU_AREAS` are all ` lpu areas `."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return " " + re.sub(r"[^a-z0-9]+", " ", spaced.lower()).strip() + " "


def is_short(word: str) -> bool:
    """Codes of one or two letters and digits are looked for as whole strings alone."""
    return len(word) < 3


def held_by(path: Path, text: str, is_name: bool) -> list[str]:
    inside = path.relative_to(LIB).as_posix()
    return [word for word in finds(text, is_name) if (inside, word) not in ALLOWED_IN]


def finds(text: str, is_name: bool) -> list[str]:
    """The words that stand in a name or a string: whole words, in any case; short ones as the whole text."""
    if text in words() and is_short(text):
        return [text]
    tokens = (parts(text) if is_name else _letters(text)).split()
    runs = {" ".join(tokens[start : start + size]) for size in _plain() for start in range(len(tokens) + 1 - size)}
    return sorted(word for size, known in _plain().items() for run in runs & known.keys() for word in [known[run]])


@cache
def _plain() -> dict[int, dict[str, str]]:
    """The words by how many parts they have, each under its parts."""
    found: dict[int, dict[str, str]] = {}
    for word in sorted(words()):
        plain = parts(word).strip() if "_" in word else _letters(word)
        if not is_short(word):
            found.setdefault(len(plain.split()), {})[plain] = word
    return found


def _letters(word: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", word.lower()).strip()


MODULES = sorted(path for path in LIB.rglob("*.py") if not _is_excepted(path))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIB).as_posix())
def test_no_word_of_a_subject_stands_in_a_module(path: Path) -> None:
    found = [
        f"line {line}: {text[:70]!r} holds {', '.join(held)}"
        for line, text, is_name in said(path.read_text(encoding="utf-8"))
        if (held := held_by(path, text, is_name))
    ]
    assert found == []


OTHERS = sorted(path for path in LIB.rglob("*") if path.suffix in TEXTS and not _is_excepted(path))


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.relative_to(LIB).as_posix())
def test_no_word_of_a_subject_stands_in_a_template(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [
        f"line {number}: {', '.join(held)}"
        for number, line in enumerate(lines, 1)
        if (held := held_by(path, line, False))
    ]
    assert found == []


# --- that the test can fail


def test_the_words_are_those_of_every_kind_of_declaration() -> None:
    wanted = {"crimes", "recorded_on", "offence", "BE", "fairly_satisfied", "environmental", "solved", "lpu", "widnes",
              "ellesmere port", "local policing unit", "domestic-abuse", "DA", "dvwi", "da_recorded", "murder", "19c"}  # fmt: skip
    assert wanted <= words()


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("lpu_areas = 1", "lpu"),
        ("class CrimeRow: ...", "crime"),
        ("def f(*, victim_ref): ...", "victim_ref"),
        ("x = rows['recorded_on']", "recorded_on"),
        ("x = f'{n} offences'", "offences"),
        ("x = y.outcome_code", "outcome_code"),
        ("x = 'BE'", "BE"),
        ("x = 'of Ellesmere  Port, say'", "ellesmere-port"),
        ("from a.crimes import b", "crimes"),
    ],
)
def test_a_word_is_found_in_names_and_strings(source: str, word: str) -> None:
    assert word in [held for _, text, is_name in said(source) for held in finds(text, is_name)]


@pytest.mark.parametrize(
    "source",
    ["'''A crime.'''", "# lpu", "x = 'to BE or not'", "x = 'comfort'", "scheme = 1", "def f():\n    '''An LPU.'''"],
)
def test_what_only_looks_like_one_is_let_be(source: str) -> None:
    assert [held for _, text, is_name in said(source) for held in finds(text, is_name)] == []


@pytest.mark.parametrize(("inside", "word"), ALLOWED_IN)
def test_what_one_module_may_say_it_says(inside: str, word: str) -> None:
    path = LIB / inside
    assert any(word in finds(text, is_name) for _, text, is_name in said(path.read_text(encoding="utf-8")))
