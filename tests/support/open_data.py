"""The folder of open data, which is not part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def open_data() -> Path:
    """The folder, by THEMATIC_OPEN_DATA or beside the repository; skips the test where it is absent."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("THEMATIC_OPEN_DATA", beside))
    if not (folder / "police-uk").is_dir():
        pytest.skip("the open data are not here; THEMATIC_OPEN_DATA may name their folder")
    return folder
