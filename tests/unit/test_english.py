"""The English of everything a person reads: messages, reports, notebooks, params and docs keep to the house's words."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_SAID = {
    "told": "said, given or named",
    "stands": "is",
    "lies": "is",
    "lie": "are",
    "mend": "repair or put right",
    "mends": "repairs or puts right",
    "hold against": "compare with",
    "anew": "again",
    "of its own": "own, or separate",
    "parted by": "separated by",
    "parts the force": "divides the force",
    "all well": "no errors",
    "leans on": "depends on",
    "more than chance explains": "statistically significant",
    "is not to be had": "is not available",
    "round the": "around the",
    "round it": "around it",
}
"""Words that the house does not use, and what it says in their place."""

PATTERN = re.compile(r"\b(" + "|".join(map(re.escape, NOT_SAID)) + r")\b(?! out\b)", re.IGNORECASE)


def strings_of(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module with their lines, without docstrings, keys and names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in silent]
    yield from (
        (node.lineno, node.value) for node in texts if isinstance(node.value, str) and " " in node.value.strip()
    )


def texts() -> Iterator[tuple[str, str]]:
    """Everything that a person reads, with where it is."""
    for path in sorted((ROOT / "lib").rglob("*.py")):
        for line, text in strings_of(path):
            yield f"{path.relative_to(ROOT).as_posix()}:{line}", text
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            yield f"{path.name}, cell {number}", "".join(cell["source"])
    pages = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "params").rglob("*.yaml"),
        *(ROOT / "params").rglob("*.md"),
    ]
    for path in sorted(path for path in pages if "_build" not in path.parts):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.relative_to(ROOT).as_posix()}:{number}", text


def found(text: str) -> list[str]:
    return [each.lower() for each in PATTERN.findall(text)]


@pytest.mark.parametrize("text", ["What is told of it", "It stands there.", "Divided anew"])
def test_the_word_list_finds_its_words(text: str) -> None:
    assert len(found(text)) == 1


@pytest.mark.parametrize(
    "text", ["A retold tale", "Standstill", "All of it is said again.", "What stands out is named."]
)
def test_the_word_list_finds_no_other_words(text: str) -> None:
    assert found(text) == []


def test_nothing_a_person_reads_has_words_that_the_house_does_not_use() -> None:
    wrong = [
        f"{place}: '{word}' (say {NOT_SAID[word]}): {text.strip()[:110]}"
        for place, text in texts()
        for word in found(text)
    ]
    assert not wrong, "\n".join([f"{len(wrong)} words", *wrong])
