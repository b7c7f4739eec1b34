"""What all tests share: one workbook with the sample built, and an order that keeps every processor busy to the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# A third of the usual number of examples: there are many properties, and each run draws others.
settings.register_profile("thematic", max_examples=35, deadline=None)
settings.load_profile("thematic")

# The files that take longest, longest first: a file is run by one process, and the last to start should be short.
LONGEST = (
    "test_accessibility",
    "test_killed",
    "test_booking",
    "test_engines",
    "test_cluster",
    "test_second_way",
    "test_isolation",
    "test_attack",
    "test_readers",
    "test_random_force",
    "test_browser",
    "test_incremental",
    "test_kernel",
    "test_lab",
    "test_corner_cases",
    "test_declared_subject",
    "test_pack",
    "test_batch",
    "test_new_theme",
    "test_locking",
    "test_preview",
    "test_pdf",
    "test_sentences",
    "test_privacy",
    "test_explore",
    "test_measures",
    "test_chart_sizes",
    "test_another_force",
    "test_production",
)


def pytest_configure(config: pytest.Config) -> None:
    """The process that was started makes the folder; those it starts find it in their environment."""
    if "THEMATIC_TESTS_SHARE" not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="thematic-tests-"))
        (folder / "lock").touch()
        os.environ["THEMATIC_TESTS_SHARE"] = str(folder)
        config.add_cleanup(_forget)


def _forget() -> None:
    shutil.rmtree(os.environ.pop("THEMATIC_TESTS_SHARE"), ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(Path(item.path).stem, len(place)))
