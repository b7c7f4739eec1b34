"""Turns a workbook that builds on the starter into lines that say which of its files are the force's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from thematic.adoption.keys import said_by
from thematic.adoption.record import product_now, read_record
from thematic.core.starter import is_shared, starter, starter_files
from thematic.core.workbook import Workbook, leaves_out
from thematic.params.lists import OWN_FOLDER

GLOSSARY, MEASURES, LISTS = "params/glossary.yaml", "params/measures/", f"params/{OWN_FOLDER}/"


def below(name: str) -> str:
    """The file of the starter that an own file counts over: of additions to a list the list itself."""
    return f"data/reference/{Path(name).name}" if name.startswith(LISTS) else name


def own_files(workbook: Workbook) -> dict[str, Path]:
    """The workbook's own files of the kinds that the starter brings, by their paths from its folder, in order."""
    places = [path for part in ("params", "notebooks", "data/reference") for path in (workbook.root / part).rglob("*")]
    named = {path.relative_to(workbook.root).as_posix(): path for path in places if path.is_file()}
    return {name: named[name] for name in sorted(named) if is_shared(below(name))}


def own_lines(workbook: Workbook) -> list[str]:
    """A line for every file that is the force's own, and one that says what they are over."""
    record, now = read_record(workbook), product_now(starter())
    theirs = starter_files(starter())
    lines = [line for name, path in own_files(workbook).items() for line in _line(name, path, theirs.get(below(name)))]
    heading = "Your own, over those of" if lines else "No files of your own yet; all are those of"
    told = [f"{heading} thematic {now.version}:" if lines else f"{heading} thematic {now.version}.", *lines]
    if record.version != now.version or record.files != now.files:
        told.append(
            f"Warning: these params were written for thematic {record.version}, and {now.version} is installed, whose "
            "files differ or may. See what changes: thematic upgrade --dry-run"
        )
    return told


def _line(name: str, own: Path, theirs: Path | None) -> Iterator[str]:
    """The line of an own file; none of a notebook that is still the product's."""
    if theirs is None:
        yield f"  {name}: new"
    elif own.read_bytes() == theirs.read_bytes():
        if not name.startswith("notebooks/"):
            yield f"  {name}: the same as the product's, so far"
    elif leaves_out(own):
        yield f"  {name}: leaves the product's out"
    elif keys := _keys_over(name, own):
        yield f"  {name}: {keys} over the product's"
    else:
        yield f"  {name}: in place of the product's"


def _keys_over(name: str, own: Path) -> str:
    """What of a file that counts key by key it says itself; blank for one that counts whole."""
    if not counts_by_key(name):
        return ""
    said = said_by(name, own.read_bytes())
    if name.startswith(LISTS):
        return _number(len(said), "code")
    if name == GLOSSARY:
        return _number(len(said.get("terms") or {}), "term")
    return ", ".join(map(str, said))


def counts_by_key(name: str) -> bool:
    """Whether the keys of an own file count over the product's; else the file is read in its place."""
    in_measures = name.startswith(MEASURES) and "/" not in name.removeprefix(MEASURES)
    return name == GLOSSARY or name.startswith(LISTS) or in_measures


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
