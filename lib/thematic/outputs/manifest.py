"""Turns what is known of a report into its manifest, the file that says what it was made from and what was made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from thematic.core.digests import digest_bytes, digest_file
from thematic.core.naming import handed_on
from thematic.displays import Cover, FigureList, Glance, GlanceRow, Lead
from thematic.outputs.editions import Edition
from thematic.params.declared import Audience

SUFFIX = "json"


class Made(BaseModel):
    """One file of a report: its SHA-256 and its size."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    bytes: int


class Indicator(BaseModel):
    """What stands for a report in a list of reports: its first indicator at a glance, as the report prints it.

    `trend` is a trend word, shorthand, or "" where the indicator has none; `worth` as GlanceRow has it.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    value: str
    change: str
    trend: str
    worth: str

    @classmethod
    def of(cls, glance: Mapping[str, Any]) -> Indicator | None:
        """That of the structure of a Glance; None where it has no rows."""
        if not glance["rows"]:
            return None
        row = GlanceRow.of_payload(glance["rows"][0])
        return cls(name=row.indicator, value=row.value, change=row.change, trend=row.trend, worth=row.worth)


class Manifest(BaseModel):
    """<area>.json: what a report is, the digests of what it was made from, and its files by suffix.

    `inputs` has one digest for each kind of thing; `params` has one for each file or measure behind the one for params.

    `level` is that of the area, "" of the force.

    `rows` and `quarantined` count the extract's rows by table. They, the force's name, the protective marking, the
    indicator and the sentence that leads a page over all themes are as the notebook's own outputs give them, and empty
    where they do not; and so is whether the analyst's words are about other figures. `checked` names by cell who has
    checked outputs that were not made from released figures; `left_out` says what the report cannot show of what its
    cells show (`cell 6: an interactive output`).
    """

    model_config = ConfigDict(frozen=True)

    product: str
    theme: str
    theme_title: str
    goal: str
    period: str
    area: str
    area_name: str
    level: str = ""
    audience: Audience
    synthetic: bool
    source: str
    key: str
    inputs: dict[str, str]
    params: dict[str, str] = {}
    rows: dict[str, int] = {}
    quarantined: dict[str, int] = {}
    force: str = ""
    marking: str = ""
    indicator: Indicator | None = None
    lead: str = ""
    commentary_stale: bool = False
    checked: dict[str, str] = {}
    left_out: tuple[str, ...] = ()
    formats: dict[str, Made] = {}

    @property
    def file(self) -> str:
        """What the report's files are called, without their suffixes, when they are handed on."""
        return handed_on(self.force, self.theme, self.area, self.period, self.marking)

    def with_files(self, files: dict[str, bytes]) -> Manifest:
        """The manifest once these files (by suffix) have been made."""
        made = {suffix: Made(sha256=digest_bytes(data), bytes=len(data)) for suffix, data in files.items()}
        return self.model_copy(update={"formats": made})

    def with_payloads(self, payloads: list[dict[str, Any]]) -> Manifest:
        """The manifest with what the structured outputs of a notebook tell of it: counts, cover, indicator."""
        told: dict[str, Any] = {}
        for payload in payloads:
            told |= payload.get("counts") or {}
            if payload.get("kind") == Cover.kind:
                told |= {"force": payload["force"], "marking": payload["marking"]}
            if payload.get("kind") == Glance.kind and not told.get("indicator"):
                told["indicator"] = Indicator.of(payload)
            if payload.get("kind") == Lead.kind:
                told["lead"] = payload["text"]
            if payload.get("kind") == FigureList.kind:
                told["commentary_stale"] = payload.get("commentary_stale", False)
        names = ("rows", "quarantined", "force", "marking", "indicator", "lead", "commentary_stale")
        kept = {name: told[name] for name in names if name in told}
        return Manifest.model_validate(self.model_dump() | kept)

    def to_bytes(self) -> bytes:
        return (json.dumps(self.model_dump(), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    def missing(self, edition: Edition, out: Path, suffixes: set[str], trusting: bool = False) -> set[str]:
        """Of the suffixes, those whose file is not there as this manifest names it.

        Every file is read; a `trusting` look reads those alone that have been written to since the manifest was.
        """
        settled = edition.path(out, SUFFIX).stat().st_mtime_ns if trusting else -1
        return {suffix for suffix in suffixes if not self._holds(edition.path(out, suffix), suffix, settled)}

    def _holds(self, path: Path, suffix: str, settled: int) -> bool:
        made = self.formats.get(suffix)
        try:
            there = path.stat()
        except OSError:
            return False
        if made is None or there.st_size != made.bytes:
            return False
        return there.st_mtime_ns <= settled or digest_file(path) == made.sha256


_read: dict[str, tuple[tuple[int, int, int], Manifest]] = {}


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in the file, or None where there is none or it cannot be read.

    A command looks at each more than once, and reads it again where it is another file or has been written to.
    """
    name = str(path)
    try:
        there = path.stat()
        known = there.st_ino, there.st_mtime_ns, there.st_size
        if name not in _read or _read[name][0] != known:
            _read[name] = known, Manifest.model_validate_json(path.read_bytes())
        return _read[name][1]
    except (OSError, ValidationError):
        _read.pop(name, None)
        return None
