"""Turns a folder of reports into its catalogue, and the catalogue into files in that folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from thematic.core.digests import code_digest, digest, digest_bytes
from thematic.core.periods import NAMED_BY_MONTH
from thematic.outputs.catalogue.grid import Catalogue, Place
from thematic.outputs.catalogue.pages import INDEX, addresses, pages
from thematic.outputs.editions import FAILED, NOTEBOOK, is_private
from thematic.outputs.manifest import SUFFIX, Manifest, read_manifest
from thematic.outputs.placing import write_whole
from thematic.params.brand import Brand

_LAST_LINE = b"<!-- thematic catalogue: "
_NOT_SHOWN = {"inputs", "params", "rows", "quarantined", "formats", "indicator"}
_SHOWN = [name for name in Manifest.model_fields if name not in _NOT_SHOWN]
"""Of a manifest, what a page can show of it as it stands there, and the key."""
_HOUSE = Brand()
_NO_LEVELS: Mapping[str, str] = MappingProxyType({})

UpToDate = Callable[[Manifest], bool]


def read_catalogue(
    out: Path, up_to_date: UpToDate, levels: Mapping[str, str] = _NO_LEVELS, brand: Brand = _HOUSE
) -> Catalogue:
    """What lies in the folder: its manifests (an unreadable one is passed over) and the notebooks under failed/.

    `levels` gives the words for levels of areas, in their order.

    A report is out of date where `up_to_date` says no, and where a file that its manifest names is not there.
    """
    files = frozenset(_listed(out))
    found = {
        _place(name): read_manifest(out / name) for name in sorted(files, key=_parts) if name.endswith(f".{SUFFIX}")
    }
    reports = {place: report for place, report in found.items() if report is not None}
    current = {place for place, report in reports.items() if _whole(place, report, files) and up_to_date(report)}
    failures = {_place(name) for name in _listed(out / FAILED) if name.endswith(f".{NOTEBOOK}")}
    return Catalogue(
        reports, frozenset(failures), frozenset(reports.keys() - current), levels, brand.look, brand.contact_said
    )


def is_current(out: Path, catalogue: Catalogue) -> bool:
    """Whether the pages that lie in the folder are those of the catalogue, leaving out what they say has moved.

    They are not written to know it: each ends with a line that says what it was made from and what it was then.
    """
    there = {path.relative_to(out).as_posix(): path for path in [out / INDEX, *out.glob(f"{NAMED_BY_MONTH}/{INDEX}")]}
    lying = {name: path.read_bytes() for name, path in there.items() if path.is_file()}
    made_from = _made_from(catalogue)
    return lying.keys() == made_from.keys() and all(_is_of(page, made_from[name]) for name, page in lying.items())


def _made_from(catalogue: Catalogue) -> dict[str, str]:
    """By page what changes when it does."""
    by_period: dict[str, list[list[object]]] = {period: [] for period in catalogue.periods}
    for place, report in sorted(catalogue.reports.items()):
        said = [getattr(report, name) for name in _SHOWN]
        indicator = vars(report.indicator) if report.indicator else None
        named = catalogue.areas[place[2]], place in catalogue.outdated
        by_period[place[0]].append([*place, *said, sorted(report.formats), indicator, *named])
    for place in sorted(catalogue.failures):
        by_period[place[0]].append([*place, catalogue.areas[place[2]]])
    shared = code_digest(), catalogue.periods, repr(catalogue.look), catalogue.contact, [*catalogue.levels.items()]
    by_digest = {period: digest([shared, shown]) for period, shown in by_period.items()}
    return {name: by_digest[period] for name, period in addresses(catalogue).items()}


def _is_of(page: bytes, made_from: str) -> bool:
    body, _, _ = page.rpartition(_LAST_LINE)
    return page == _with_last_line(body, made_from)


def _with_last_line(page: bytes, made_from: str) -> bytes:
    return page + _LAST_LINE + f"{made_from} {digest_bytes(page)} -->\n".encode()


def first_page(out: Path, catalogue: Catalogue) -> Path | None:
    """The path of the first page; None where the folder holds no report."""
    return out / INDEX if catalogue.periods else None


def write_catalogue(out: Path, catalogue: Catalogue) -> Path | None:
    """Writes the pages where they would change. The first page's path, or None where the folder holds no report."""
    made_from = _made_from(catalogue)
    written = {name: _with_last_line(page, made_from[name]) for name, page in pages(catalogue).items()}
    private = any(is_private(report.audience) for report in catalogue.reports.values())
    for path in out.glob(f"{NAMED_BY_MONTH}/{INDEX}"):
        if path.relative_to(out).as_posix() not in written:
            _remove(path)
    for name, page in written.items():
        path = out / name
        if not path.is_file() or path.read_bytes() != page:
            write_whole(path, page, private=private)
    return first_page(out, catalogue)


def _listed(folder: Path) -> Iterator[str]:
    """The files of reports in a folder, by their paths from there (`2021-01/rape/force.html`)."""
    for period in folder.glob(NAMED_BY_MONTH):
        with suppress(OSError):
            for theme in os.scandir(period):
                if theme.is_dir():
                    yield from (f"{period.name}/{theme.name}/{file.name}" for file in os.scandir(theme))


def _parts(name: str) -> list[str]:
    return name.split("/")


def _place(name: str) -> Place:
    period, theme, file = _parts(name)
    return period, theme, file.rpartition(".")[0]


def _whole(place: Place, report: Manifest, files: frozenset[str]) -> bool:
    """Whether the manifest at the place is of the report that belongs there, and its files are there."""
    belongs = place == (report.period, report.theme, report.area)
    return belongs and all(f"{'/'.join(place)}.{suffix}" in files for suffix in report.formats)


def _remove(path: Path) -> None:
    """Removes the page of a period that has no report any more, and its folder if that is empty then."""
    path.unlink()
    with suppress(OSError):
        path.parent.rmdir()
