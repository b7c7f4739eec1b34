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
    "test_cluster",
    "test_engines",
    "test_booking",
    "test_second_way",
    "test_browser",
    "test_share",
    "test_declared_subject",
    "test_extract_checks",
    "test_disk",
    "test_months",
    "test_new_theme",
    "test_cli",
    "test_kernel",
    "test_police_uk",
    "test_status",
    "test_docs",
    "test_commentary",
    "test_commenting",
    "test_another_force",
    "test_attack",
    "test_charts",
    "test_production",
    "test_sample",
    "test_explore",
    "test_readers",
    "test_params",
    "test_downloads",
    "test_batch",
    "test_missing_populations",
    "test_chart_sizes",
    "test_sentences",
    "test_drafts",
    "test_privacy",
    "test_chart_lines",
    "test_corner_cases",
    "test_counted_again",
    "test_declared_tables",
    "test_references",
    "test_random_force",
    "test_preview",
    "test_locking",
    "test_lab",
    "test_incremental",
    "test_isolation",
    "test_pack",
    "test_pdf",
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
