"""Turns what is known of a report into its manifest, the file that says what it was made from and what was made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from thematic.digests import digest_bytes, digest_file
from thematic.editions import Edition

SUFFIX = "json"


class Made(BaseModel):
    """One file of a report: its SHA-256 and its size."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    bytes: int


class Manifest(BaseModel):
    """<area>.json: what a report is, the digests of what it was made from, and its files by suffix.

    `inputs` has one digest for each kind of thing; `params` has one for each file behind the one for params.

    `rows` and `quarantined` count the extract's rows by table, `headline` holds the lines that stand for the report
    in a list of reports; all three are as the notebook's own outputs give them, and empty where they do not.
    """

    model_config = ConfigDict(frozen=True)

    product: str
    theme: str
    theme_title: str
    goal: str
    period: str
    area: str
    area_name: str
    audience: str
    synthetic: bool
    source: str
    key: str
    inputs: dict[str, str]
    params: dict[str, str] = {}
    rows: dict[str, int] = {}
    quarantined: dict[str, int] = {}
    headline: list[str] = []
    formats: dict[str, Made] = {}

    def with_files(self, files: dict[str, bytes]) -> Manifest:
        """The manifest once these files (by suffix) have been made."""
        made = {suffix: Made(sha256=digest_bytes(data), bytes=len(data)) for suffix, data in files.items()}
        return self.model_copy(update={"formats": made})

    def with_payloads(self, payloads: list[dict[str, Any]]) -> Manifest:
        """The manifest with the counts and the headline that the structured outputs of a notebook give."""
        told: dict[str, Any] = {}
        for payload in payloads:
            told |= payload.get("counts") or {}
            told |= {"headline": payload["headline"]} if payload.get("headline") else {}
        kept = {name: told[name] for name in ("rows", "quarantined", "headline") if name in told}
        return Manifest.model_validate(self.model_dump() | kept)

    def to_bytes(self) -> bytes:
        return (json.dumps(self.model_dump(), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    def missing(self, edition: Edition, out: Path, suffixes: set[str]) -> set[str]:
        """Of the suffixes, those whose file is not there as this manifest names it."""
        return {suffix for suffix in suffixes if not self._holds(edition.path(out, suffix), suffix)}

    def _holds(self, path: Path, suffix: str) -> bool:
        made = self.formats.get(suffix)
        if made is None or not path.is_file() or path.stat().st_size != made.bytes:
            return False
        return digest_file(path) == made.sha256


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in the file, or None where there is none or it cannot be read."""
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
