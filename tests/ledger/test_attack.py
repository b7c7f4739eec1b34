"""What a reader can work out of all that is printed of a made-up, uneven force over four periods."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from thematic.build.build import report_data
from thematic.cubes import cubes
from thematic.cubes.tallies import ThemeCubes
from thematic.measures.figures import FIGURE_COLUMNS
from thematic.measures.ledger.seen import Seen
from thematic.measures.release import released
from thematic.outputs.editions import Edition, list_editions
from thematic.tools.attack import Attack, Told, counts_of

pytestmark = pytest.mark.proof
PERIODS = 4
CELLS = 3


def printed(seen: Seen, theme: str) -> set[Told]:
    """Every count that the public reports of a theme print in the last four periods."""
    editions = list_editions(seen.params, [theme], seen.index.periods[-PERIODS:], None, "public")
    return {
        told for edition in editions for told in counts_of(seen.params, theme, edition.area.slug, rows(seen, edition))
    }


def rows(seen: Seen, edition: Edition) -> list[dict[str, str]]:
    figures = released(report_data(seen.params, edition, seen.files(edition.theme), seen.index))
    stream = io.StringIO()
    csv.writer(stream).writerows([FIGURE_COLUMNS, *figures.csv_rows()])
    stream.seek(0)
    return list(csv.DictReader(stream))


@pytest.mark.parametrize("theme", ["rape", "hate-crime"])
def test_no_small_count_is_narrowed(seen: Seen, theme: str) -> None:
    attack = Attack(seen.params, theme, true_cubes(seen, theme), printed(seen, theme))
    small = attack.small
    assert len(small) > CELLS
    chosen = np.random.default_rng(1).choice(small, CELLS, replace=False)
    learnt = [attack.learn(int(place)) for place in chosen]
    assert [each for each in learnt if each.is_narrow] == []


def true_cubes(seen: Seen, theme: str) -> ThemeCubes:
    index = cubes.load_index(seen.workbook)
    assert index is not None
    return ThemeCubes.read(theme, index, cubes.read_bytes(seen.workbook, theme))


def test_the_attack_finds_counts_that_are_printed_as_they_are(seen: Seen, tmp_path: Path) -> None:
    """An attack that could find nothing would prove nothing: here a reader is told a band of one."""
    told = [Told("rape", "total", "total", "force", "", 24240, 24251, 3)]
    attack = Attack(seen.params, "rape", true_cubes(seen, "rape"), told)
    attack._least, attack._greatest = np.array([3.0]), np.array([3.0])
    assert (attack.learn(0).least, attack.learn(0).greatest) == (3, 3)
    assert attack.learn(0).is_narrow
