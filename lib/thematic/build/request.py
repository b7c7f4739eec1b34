"""Turns the words of a build command into what they ask for, or refuses them before anything is read or made."""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from thematic.build.areas import chosen_areas
from thematic.core.errors import ArgumentsRefused, reason
from thematic.core.formats import DEFAULT_FORMATS
from thematic.core.memory import MB
from thematic.core.periods import Month, parse_periods
from thematic.core.workbook import Workbook
from thematic.execution.processes import TIMEOUT
from thematic.measures.disclosure import AUDIENCES
from thematic.outputs.editions import FORMATS
from thematic.params import Params
from thematic.params.declared import Audience

ALL = "ALL"
_OWN_FOLDERS = ("data", "params", "lib", "notebooks", ".git", ".venv", "tests", "docs", "bench")
_CLEARED = frozenset({"failed", "share"})
"""Folders that builds keep beside reports."""
_IS_MONTH = re.compile(r"\d{4}-\d{2}")
_LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Words:
    """A build command as it was typed; None and blank both mean not given. `lpu` is another word for `area`."""

    goals: Sequence[str]
    period: str | None = None
    area: str | None = None
    lpu: str | None = None
    format: str | None = None
    audience: str | None = None
    data: str | None = None
    lookup: str | None = None
    out: str | None = None
    jobs: str | None = None
    cluster: str | None = None
    timeout: str | None = None
    memory: str | None = None

    def __str__(self) -> str:
        """The command as it goes through make."""
        given = {field.name: _given(getattr(self, field.name)) for field in fields(self)[1:]}
        return " ".join([*self.goals, *(f"{name.upper()}={word}" for name, word in given.items() if word)])


@dataclass(frozen=True)
class Request:
    """What a build command asks for.

    `themes` are slugs; `periods` None is the latest in the data; `areas` are slugs, None is every area that each theme
    is reported for and that is open in the period; `timeout` is in seconds for each report, None for no end; `memory`
    is in bytes for each, None for a fair share of the machine's; `cluster` is the address of the scheduler that the
    reports are sent to, None for none.
    """

    themes: tuple[str, ...]
    periods: tuple[Month, ...] | None
    areas: tuple[str, ...] | None
    formats: tuple[str, ...]
    audience: Audience
    data: Path | None
    lookup: Path | None
    out: Path
    jobs: int
    timeout: float | None
    memory: int | None
    cluster: str | None


def check(words: Words, params: Params, workbook: Workbook) -> Request:
    """What the words ask for. Raises ArgumentsRefused for the first that cannot be used."""
    period = _given(words.period)
    themes = _themes(words.goals, params)
    data, lookup = data_paths(words.data, words.lookup)
    return Request(
        themes=themes,
        periods=tuple(parse_periods(period)) if period else None,
        areas=_areas(words, params, themes),
        formats=_formats(words.format),
        audience=_audience(words.audience),
        data=data,
        lookup=lookup,
        out=output_folder(words.out, workbook.root / "outputs", _own_folders(workbook)),
        jobs=_jobs(words.jobs),
        timeout=_timeout(words.timeout),
        memory=_memory(words.memory),
        cluster=_given(words.cluster),
    )


def data_paths(data: str | None, lookup: str | None) -> tuple[Path | None, Path | None]:
    """The paths of the words DATA and LOOKUP, None where not given. Raises ArgumentsRefused where nothing is there."""
    return (
        _existing("DATA", data, "a folder of extracts or a police.uk download"),
        _existing("LOOKUP", lookup, "a CSV file that places LSOAs", file=True),
    )


def _existing(name: str, word: str | None, what: str, file: bool = False) -> Path | None:
    text = _given(word)
    if text is None:
        return None
    path = _path(name, text)
    if not path.exists():
        raise ArgumentsRefused(f"{name}: '{text}' does not exist. Name {what}.")
    if file and not path.is_file():
        kind = "a folder" if path.is_dir() else "a device or a pipe"
        raise ArgumentsRefused(f"{name}: '{text}' is {kind}. Name {what}.")
    return path


def _path(name: str, text: str) -> Path:
    """The path that a word is. Raises ArgumentsRefused for what the system takes for none."""
    try:
        path = Path(text).expanduser()
        path.lstat()
        path.resolve()
    except (FileNotFoundError, NotADirectoryError):
        return path
    except (OSError, ValueError, RuntimeError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise ArgumentsRefused(f"{name}: '{text}' cannot be a path here: {why}. Name another.") from error
    return path


def _given(word: str | None) -> str | None:
    return (word or "").strip() or None


def _themes(goals: Iterable[str], params: Params) -> tuple[str, ...]:
    slugs = {theme.goal: slug for slug, theme in sorted(params.themes.items(), key=lambda item: item[1].goal)}
    listed = _listed([*(f"{goal} ({params.themes[slug].title})" for goal, slug in slugs.items()), "ALL"])
    asked = [goal.strip() for goal in goals if goal.strip()]
    if not asked:
        raise ArgumentsRefused(f"No goal given. Say which reports to make: {listed}.")
    for goal in asked:
        if goal not in slugs and goal != ALL:
            hint = _did_you_mean(goal, {**{known: known for known in (*slugs, ALL)}, **_titles(slugs, params)})
            raise ArgumentsRefused(f"'{goal}' is not a goal.{hint} Goals are {listed}.")
    return tuple(slug for goal, slug in slugs.items() if goal in asked or ALL in asked)


def _titles(slugs: dict[str, str], params: Params) -> dict[str, str]:
    titles = {params.themes[slug].title: goal for goal, slug in slugs.items()}
    return titles | {slug: goal for goal, slug in slugs.items()}


def _areas(words: Words, params: Params, themes: Iterable[str]) -> tuple[str, ...] | None:
    """The slugs of the areas asked for, by AREA or by LPU, its other name; None for all."""
    area, lpu = _given(words.area), _given(words.lpu)
    if area is not None and lpu is not None and area != lpu:
        raise ArgumentsRefused(f"AREA and LPU: '{area}' and '{lpu}'. LPU is another name for AREA: give one of them.")
    text, name = (lpu, "LPU") if area is None else (area, "AREA")
    return None if text is None else chosen_areas(text, name, params, themes)


def _formats(word: str | None) -> tuple[str, ...]:
    text = _given(word)
    asked = [part.lower() for part in _parts(text)] if text is not None else list(DEFAULT_FORMATS)
    formats = ", ".join(FORMATS)
    for suffix in asked:
        if suffix not in FORMATS:
            hint = _did_you_mean(suffix, {known: known for known in FORMATS})
            raise ArgumentsRefused(f"FORMAT: '{suffix}' is not a format.{hint} Formats: {formats}.")
    if not asked:
        raise ArgumentsRefused(f"FORMAT: '{text}' names no format. Formats: {formats}.")
    return tuple(suffix for suffix in FORMATS if suffix in asked)


def _audience(word: str | None) -> Audience:
    text = (_given(word) or AUDIENCES[0]).lower()
    for audience in AUDIENCES:
        if text == audience:
            return audience
    raise ArgumentsRefused(f"AUDIENCE: '{text}' is not an audience. Write {' or '.join(AUDIENCES)}.")


def _own_folders(workbook: Workbook) -> list[Path]:
    """The folders of a workbook that hold something else than reports."""
    return [workbook.root / name for name in _OWN_FOLDERS]


def output_folder(word: str | None, default: Path, closed: Iterable[Path] = ()) -> Path:
    """The folder of the word OUT, which need not exist. Raises ArgumentsRefused where it cannot be made or written, and
    where it is, or lies in, one of the `closed` ones."""
    text = _given(word)
    if text is None:
        return default
    path = _path("OUT", text)
    for folder in closed:
        if path.resolve().is_relative_to(folder.resolve()):
            raise ArgumentsRefused(
                f"OUT: '{text}' is in {folder.name}/ of the workbook, which is not for reports. Name another folder."
            )
    _refuse_cleared(path.resolve(), text, default.resolve().parent)
    check_writable(path, text)
    return path


def _refuse_cleared(path: Path, text: str, root: Path) -> None:
    """Raises ArgumentsRefused for a folder that builds themselves clear, or that holds the workbook."""
    if root.is_relative_to(path):
        raise ArgumentsRefused(f"OUT: '{text}' is the workbook's own folder, or one above it. Name a folder in it.")
    parts = path.relative_to(root).parts if path.is_relative_to(root) else ()
    cleared = [part for part in parts[1:] if part in _CLEARED or _IS_MONTH.fullmatch(part)]
    if cleared or any(part.endswith("-making") for part in parts):
        kept = cleared[0] if cleared else parts[-1]
        raise ArgumentsRefused(f"OUT: '{text}' is in {kept}/, which every build clears. Name another folder.")


def check_writable(folder: Path, shown: str) -> None:
    """Raises ArgumentsRefused where the folder (`shown` in messages), if need be made first, takes no files."""
    standing = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not standing.is_dir():
        raise ArgumentsRefused(f"OUT: '{standing}' is a file. Name a folder; it is made where it does not exist.")
    if not os.access(standing, os.W_OK):
        raise ArgumentsRefused(f"OUT: '{shown}' cannot be written to. Name a folder of your own.")


def _jobs(word: str | None) -> int:
    text = _given(word)
    if text is None:
        return processors()
    if not _is_count(text):
        raise ArgumentsRefused(f"JOBS: '{text}' is not a number of reports at once. Write a whole number from 1.")
    return int(text)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _timeout(word: str | None) -> float | None:
    """The seconds that one report may take; None for no end, which 0 asks for."""
    text = _given(word)
    if text is None:
        return TIMEOUT
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds >= 0):
        fix = "Write the seconds one report may take, such as 120; 0 for no end."
        raise ArgumentsRefused(f"TIMEOUT: '{text}' is not a time. {fix}")
    return seconds or None


def _memory(word: str | None) -> int | None:
    text = _given(word)
    if text is None:
        return None
    if not _is_count(text):
        raise ArgumentsRefused(
            f"MEMORY: '{text}' is not an amount of memory. Write the whole MB that one report may use, such as 2000."
        )
    return int(text) * MB


def _is_count(text: str) -> bool:
    """Whether it is a whole number from 1, in digits alone."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER and int(text) >= 1


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _did_you_mean(word: str, known: dict[str, str]) -> str:
    """A hint at the known word that is closest, whatever the case; `known` gives what to write for each."""
    folded = {key.casefold(): value for key, value in known.items()}
    close = difflib.get_close_matches(word.casefold(), folded, n=1)
    return f" Did you mean {folded[close[0]]}?" if close else ""


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
