"""Parts of a whole: the stacked bars, their labels, the numbers behind them, and what is refused as no part."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

from thematic.charts import MOST_PARTS, Bar, canvas, stacked
from thematic.charts.canvas import NARROW, WIDE
from thematic.charts.measuring import width_of
from thematic.charts.stacks import _EDGE, COLOURS, _placed, draw
from thematic.core.errors import ArgumentsRefused
from thematic.displays import Chart, Column, DisplayTable, Sentence
from thematic.measures.release import released
from thematic.report.parts import parts
from warehouse_drawn import DrawnCubes, own_params, report_data, theme_cubes, typed

NAMES = ["Solved", "Outcome 15: evidential difficulties", "Outcome 16: victim does not support action", "No suspect", "All others"]  # fmt: skip
TABLE = DisplayTable("t", "T", [Column("A")], [["a"]])
WHOLE, SOLVED, O15, O16, NOBODY = "da_outcomes", "da_solved_pct", "da_outcome_15_pct", "da_outcome_16_pct", "da_no_suspect_identified_pct"  # fmt: skip
PARTS = (SOLVED, O15, O16, NOBODY)

values = st.lists(st.integers(0, 20_000), min_size=5, max_size=5)


@given(values, values, st.sampled_from([WIDE, NARROW]))
def test_labels_lie_over_no_other_and_within_the_chart(now: list[int], before: list[int], width: float) -> None:
    bars = [Bar("Now", now), Bar("Before", before)]
    room = width - 2 * _EDGE
    longest = max(bar.length for bar in bars) or 1
    for bar in bars:
        labels = _placed(NAMES, bar, room / longest, room)
        shown = [f"{name} {value:,}" for name, value in zip(NAMES, bar.values, strict=True) if value]
        assert sorted(label.text for label in labels) == sorted(shown)
        assert all(label.start >= 0 and label.start + width_of(label.text) <= room + 0.01 for label in labels)
        assert not any(one.meets(other) for one, other in combinations(labels, 2))


def rectangles(bars: list[Bar], width: float = WIDE) -> list[Rectangle]:
    with mpl.rc_context(canvas.SETTINGS):
        figure = draw(NAMES, bars, width)
    found = figure.axes[0].findobj(Rectangle)
    return [each for each in found if each.get_linewidth() == 2]


def test_each_part_is_as_long_as_its_count_on_one_scale_for_all_bars() -> None:
    drawn = rectangles([Bar("Now", [100, 50, 30, 20, 0]), Bar("Before", [40, 20, None, 0, 40])])
    widths = [each.get_width() for each in drawn]
    assert widths == pytest.approx([(WIDE - 2 * _EDGE) / 200 * value for value in (100, 50, 30, 20, 40, 20, 40)])
    starts = [each.get_x() for each in drawn]
    assert starts[:4] == pytest.approx([0, widths[0], sum(widths[:2]), sum(widths[:3])])
    assert all(mpl.colors.to_hex(each.get_edgecolor()) == "#ffffff" for each in drawn), "gaps part them without colour"


def test_colours_are_different_and_what_is_left_is_grey() -> None:
    drawn = rectangles([Bar("Now", [1, 1, 1, 1, 1])])
    found = [mpl.colors.to_hex(each.get_facecolor()) for each in drawn]
    assert found == [colour.lower() for colour in (*COLOURS, canvas.QUIET)] and len(set(found)) == 5


def test_the_same_numbers_give_the_same_bytes_for_page_and_phone() -> None:
    def made() -> Chart:
        bars = [Bar("Now: 15", [1, 2, 3, 4, 5])]
        return stacked(NAMES, bars, id="p", title="T", subtitle="S", alt="Bars", table=TABLE)

    one = made()
    assert one == made() and one.svg != one.narrow
    for name, value in zip(NAMES, range(1, 6), strict=True):
        assert f"{name} {value}<" in one.svg and f"{name} {value}<" in (one.narrow or "")


@pytest.mark.parametrize(
    ("names", "found", "told"),
    [
        ([*NAMES, "More"], [1] * 6, "has 4 parts at most"),
        (NAMES, [1, 2], "needs 5 values of 0 or more"),
        (NAMES, [1, 2, 3, 4, -5], "needs 5 values of 0 or more"),
    ],
)
def test_what_cannot_be_stacked_is_refused(names: list[str], found: list[float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        stacked(names, [Bar("Now", found)], id="p", title="T", subtitle="S", alt="Bars", table=TABLE)


# A drawn force: crimes with outcomes in two years.

COUNTS = {"1": (30, 20), "5": (12, 8), "15": (25, 25), "16": (60, 50), "18": (40, 44), "21": (6, 0)}
"""By outcome code, how many were given it in the 12 months to January 2021 and in those before."""


def rows() -> list[dict[str, Any]]:
    found = []
    for code, pair in COUNTS.items():
        for many, day in zip(pair, ("2020-06-05", "2019-06-05"), strict=True):
            one = {"recorded_on": day, "outcome_on": day, "outcome_code": code, "lpu": "Widnes", "domestic": "Y"}
            found += [{**one, "offence_code": "8N", "offence_title": "Assault", "local_authority": "Halton"}] * many
    return found


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    return cubes(tmp_path_factory.mktemp("parts"))


def cubes(folder: Path, **more: Any) -> DrawnCubes:
    own = own_params()
    theme = own.themes["domestic-abuse"]
    kept = {name: theme.measures[name] for name in (WHOLE, *PARTS, "da_suspect_identified_pct", "da_recorded")}
    kept["da_recorded"] = ("total",)
    slim = theme.model_copy(update={"measures": dict.fromkeys(kept, ("total",)), "hotspots": None})
    params = replace(own, themes={"domestic-abuse": slim})
    table = typed(own.tables["crimes"], pd.DataFrame(rows()))
    return theme_cubes(folder, "domestic-abuse", {"crimes": table}, params=params, **more)


def shown(found: DrawnCubes, *names: str, whole: str = WHOLE, audience: Any = "internal") -> Chart | Sentence:
    data = report_data(found, "2021-01", audience=audience)
    return parts(data, released(data), whole, names or PARTS)


def test_the_bars_are_the_counts_behind_the_measures_and_what_is_left(drawn: DrawnCubes) -> None:
    made = shown(drawn)
    assert isinstance(made, Chart)
    assert [row[1:] for row in made.table.texts] == [
        ["42", "28", "+14"],
        ["25", "25", "0"],
        ["60", "50", "+10"],
        ["40", "44", "-4"],
        ["6", "0", "+6"],
        ["173", "147", "+26"],
    ]
    assert [row[0] for row in made.table.texts][4:] == ["All others", "Domestic abuse crimes given an outcome"]
    assert made.title == "Outcome 16 (victim does not support action): 60 of 173"
    assert len(made.title.split()) <= 15
    assert "12 months to January 2021: 173<" in made.svg and "12 months to January 2020: 147<" in made.svg
    assert "12 months to January 2021, 173 in all: Solved 42; Outcome 15: evidential difficulties 25;" in made.alt
    assert made.notes[0].startswith("Bars are counts") and "%" not in made.svg


def test_the_parts_and_what_is_left_add_up_to_the_whole_for_every_audience(drawn: DrawnCubes) -> None:
    for audience in ("internal", "public"):
        made = shown(drawn, audience=audience)
        assert isinstance(made, Chart)
        for column in (1, 2):
            texts = [row[column] for row in made.table.texts]
            numbers = [int(text.replace(",", "")) for text in texts if text[0].isdigit()]
            assert abs(sum(numbers[:-1]) - numbers[-1]) <= 10, "rounding moves a part by less than the base"


def test_measures_that_share_a_code_are_refused(drawn: DrawnCubes) -> None:
    both = "'da_solved_pct' and 'da_suspect_identified_pct' both count outcome_code 1: parts of a whole have nothing"
    with pytest.raises(ArgumentsRefused, match=both):
        shown(drawn, SOLVED, "da_suspect_identified_pct")


@pytest.mark.parametrize(
    ("whole", "names", "told"),
    [
        (WHOLE, ["da_recorded"], "'da_recorded' counts no codes of one column of 'da_outcomes'"),
        (SOLVED, [O15], "'da_solved_pct' is no count"),
        (WHOLE, [SOLVED, O15, O16, NOBODY, SOLVED], f"name 1 to {MOST_PARTS} parts, not 5"),
        (WHOLE, ["da_solvd_pct"], "There is no measure 'da_solvd_pct' in the theme. Did you mean"),
        (WHOLE, [SOLVED, SOLVED], "both count outcome_code"),
    ],
)
def test_what_is_no_part_is_refused(drawn: DrawnCubes, whole: str, names: list[str], told: str) -> None:
    with pytest.raises(ArgumentsRefused, match=told):
        shown(drawn, *names, whole=whole)


def test_without_the_year_before_there_is_one_bar_and_it_is_said(tmp_path: Path) -> None:
    made = shown(cubes(tmp_path, history="2020-02"))
    if isinstance(made, Sentence):
        pytest.fail(made.text)
    assert "12 months to January 2020:" not in made.svg
    assert any(note.startswith("There is no bar for the 12 months to January 2020") for note in made.notes)
    assert made.table.texts[-1][2:] == ["[x]", "[x]"]


def test_without_the_whole_it_says_so(tmp_path: Path) -> None:
    made = shown(cubes(tmp_path, history="2020-06"))
    assert isinstance(made, Sentence)
    assert made.text.startswith("Domestic abuse crimes given an outcome: no chart of its parts can be drawn. [x]")
