"""Words are as wide and as high as matplotlib finds them, whoever measures them."""

from __future__ import annotations

from pathlib import Path
from string import ascii_letters, digits

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib import get_data_path
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from thematic import exporters
from thematic.charts.measuring import FONT, MEASURING, REGULAR, STRONG, width_of

WORDS = st.text(st.sampled_from(f"{ascii_letters}{digits} ,.%-–’()fiWAVTo"), min_size=1, max_size=30)
ANY = st.text(st.characters(min_codepoint=32, max_codepoint=0xFF, exclude_categories=["C"]), min_size=1, max_size=12)


@given(words=WORDS | ANY, weight=st.sampled_from([REGULAR, STRONG, "normal", "bold"]), size=st.sampled_from([9.5, 13]))
@example(words="Avatar, 12.5% To office", weight=REGULAR, size=13)
@example(words="– –", weight=STRONG, size=13)
@example(words="", weight=REGULAR, size=13)
@example(words=" ", weight=STRONG, size=13)
def test_words_measure_what_matplotlib_says(words, weight, size):
    face = FontProperties(family=[FONT], weight=weight, size=size)
    expected = text_to_path.get_text_width_height_descent(words, face, ismath=False)
    assert MEASURING.get_text_width_height_descent(words, face, ismath=False) == pytest.approx(expected, abs=1e-9)


FILES = [
    Path(get_data_path(), "fonts/ttf/DejaVuSans.ttf"),
    Path(exporters.__file__).with_name("fonts") / "ThematicSans-Regular.otf",
]
LOOKS = [
    {"family": ["DejaVu Sans"]},
    {"family": [FONT], "style": "italic"},
    {"family": []},
    *({"fname": each} for each in FILES),
]


@pytest.mark.parametrize("look", LOOKS)
def test_so_do_words_in_another_typeface(look):
    face = FontProperties(**look, size=13)
    expected = text_to_path.get_text_width_height_descent("Widnes 7%", face, ismath=False)
    assert MEASURING.get_text_width_height_descent("Widnes 7%", face, ismath=False) == pytest.approx(expected)


def test_letters_that_meet_are_drawn_together():
    assert width_of("AV") < width_of("A") + width_of("V")


def test_common_words_are_not_given_to_the_font(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("measured by the font")

    width_of("A"), width_of("A", STRONG)
    monkeypatch.setattr(text_to_path, "get_text_width_height_descent", refuse)
    for weight in (REGULAR, STRONG):
        assert width_of("Ellesmere Port, January to Stalking: 1,046 (12.5%) [low]", weight) > 0
