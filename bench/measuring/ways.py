"""The ways of making the same reports that are held against each other, each from the command to the last file."""

from __future__ import annotations

import html
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import floor
from measuring.setting import PERIOD, WORKERS, Setting
from measuring.usage import Usage, run
from thematic.outputs.editions import Edition

_LOOP = """
papermill "$0" "$3/$1.ipynb" -p area "$1" -p period "$2" -p audience internal --no-progress-bar &&
jupyter nbconvert --to html "$3/$1.ipynb"
"""


FOUR_FORMATS = ("html", "pdf", "xlsx", "csv")


@dataclass(frozen=True)
class Way:
    """A way of making reports. `make` gives what it took to make the editions, their files in the folder `out`."""

    letter: str
    title: str
    make: Callable[[Setting, Sequence[Edition], Path], Usage]


def shell_loop(setting: Setting, editions: Sequence[Edition], out: Path) -> Usage:
    """papermill and nbconvert, a command each for each report, under xargs."""
    lines = out / "reports.txt"
    listed = [f"{setting.notebook(each)} {each.area.slug} {each.period} {_folder(out, each)}" for each in editions]
    lines.write_text("\n".join(listed) + "\n", encoding="utf-8")
    usage = run(setting, ["xargs", "-P", str(WORKERS), "-L", "1", "sh", "-c", _LOOP], standard_input=lines)
    _check((edition, _folder(out, edition) / f"{edition.area.slug}.html") for edition in editions)
    return usage


def _folder(out: Path, edition: Edition) -> Path:
    folder = out / edition.theme
    folder.mkdir(exist_ok=True)
    return folder


def sensible_script(setting: Setting, editions: Sequence[Edition], out: Path) -> Usage:
    """A Python script with a pool of processes."""
    lines = out / "reports.txt"
    listed = [f"{setting.notebook(each)} {each.area.slug} {each.period}" for each in editions]
    lines.write_text("\n".join(listed) + "\n", encoding="utf-8")
    usage = run(setting, [sys.executable, str(Path(__file__).with_name("sensible.py")), str(lines), str(out)])
    _check((each, out / f"{setting.notebook(each).stem}-{each.area.slug}.html") for each in editions)
    return usage


def ours(*formats: str) -> Callable[[Setting, Sequence[Edition], Path], Usage]:
    """The product's own command."""

    def make(setting: Setting, editions: Sequence[Edition], out: Path) -> Usage:
        areas = ",".join(dict.fromkeys(edition.area.slug for edition in editions))
        usage = run(setting, setting.build(PERIOD, *formats, out=out, areas=areas))
        _check((edition, edition.path(out, suffix)) for edition in editions for suffix in formats)
        return usage

    return make


def cells_alone(setting: Setting, editions: Sequence[Edition], _: Path) -> Usage:
    return floor.run(setting, editions)


def _check(made: Iterable[tuple[Edition, Path]]) -> None:
    """Ends the program unless each edition's file is there, and names its area where it is HTML."""
    for edition, file in made:
        if not file.is_file():
            sys.exit(f"{edition.label}: {file.name} was not made")
        if file.suffix == ".html" and html.escape(edition.area.name) not in file.read_text(encoding="utf-8"):
            sys.exit(f"{edition.label}: {file.name} does not name {edition.area.name}")


OURS = Way("c", "thematic, to html", ours("html"))
WAYS = (
    Way("a", "papermill and nbconvert for each report, under xargs", shell_loop),
    Way("b", "papermill and an HTML exporter in a pool of processes", sensible_script),
    OURS,
    Way("d", f"thematic, to {', '.join(FOUR_FORMATS)}", ours(*FOUR_FORMATS)),
    Way("e", "the cells alone, in warm processes", cells_alone),
)


def usable(way: Way) -> bool:
    """Whether this machine has what the way is made of."""
    return way.letter != "a" or all(map(shutil.which, ("xargs", "sh")))
