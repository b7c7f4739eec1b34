"""Compares the figures of public reports in a folder with what was released, before they are handed on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from thematic.build.build import report_data
from thematic.displays import MIME_TYPE, FigureList
from thematic.execution.isolation import released_figures
from thematic.measures.ledger.seen import Seen
from thematic.outputs.editions import NOTEBOOK, Edition


def differs(seen: Seen, edition: Edition, out: Path) -> bool:
    """Whether a public report lists other figures than those that were released, or none at all."""
    if not seen.is_rounded:
        return False
    shown = listed(edition.path(out, NOTEBOOK))
    data = report_data(seen.params, edition, seen.files(edition.theme), seen.index)
    return bool(shown != json.loads(json.dumps(released_figures(data))))


def listed(path: Path) -> dict[str, Any] | None:
    """The list of figures that an executed notebook carries."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, KeyError):
        return None
    for cell in cells:
        for output in cell.get("outputs", []):
            payload = output.get("data", {}).get(MIME_TYPE)
            if isinstance(payload, dict) and payload.get("kind") == FigureList.kind:
                return payload
    return None
