"""Says what one edition is to be made from, and what became of it: the job, and its product or its failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from thematic.outputs.editions import Edition
from thematic.outputs.manifest import Manifest

if TYPE_CHECKING:
    from thematic.measures.data import ReportData


@dataclass(frozen=True)
class Job:
    """All that is needed to make an edition, here or on another machine.

    `exporters` names the nbconvert exporter for each suffix wanted; `manifest` is what is known before the run;
    `report` is what the notebook reads its figures from (None: from the workbook's folders); `closed` are the folders
    that the notebook of a public report may read nothing of; `in_catalogue`: its files go into a folder that has one.
    """

    edition: Edition
    exporters: Mapping[str, str]
    notebook: bytes
    notebook_name: str
    manifest: Manifest
    report: ReportData | None = None
    closed: tuple[str, ...] = ()
    in_catalogue: bool = False


@dataclass(frozen=True)
class Failure:
    """Why a report was not made. `kind` is failed, crashed, timeout, memory or unwritten; the message is one line."""

    kind: str
    message: str


@dataclass(frozen=True)
class Product:
    """What became of a job: its files by suffix (the notebook and the manifest among them), or why there are none;
    `notices` say what is lost in them."""

    edition: Edition
    files: dict[str, bytes] = field(default_factory=dict)
    failure: Failure | None = None
    failed_notebook: bytes | None = None
    seconds: float = 0.0
    notices: tuple[str, ...] = ()
