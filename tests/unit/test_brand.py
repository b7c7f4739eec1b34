"""params/brand.yaml: colours that can be read, a logo that only draws, fonts that may be embedded, days that are days."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from fontTools.ttLib import TTFont
from PIL import Image, PngImagePlugin

from thematic.core.look import Look
from thematic.core.palette import DARK, LIGHT, contrast
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.params.brand import Brand, read_brand
from thematic.params.brand_files import FAMILY, LARGEST_LOGO
from warehouse_drawn import ROOT

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
FONTS = ROOT / "lib" / "thematic" / "exporters" / "fonts"
FACES = {
    "regular": "ThematicSans-Regular.otf",
    "bold": "ThematicSans-SemiBold.otf",
    "italic": "ThematicSans-Italic.otf",
}


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    (tmp_path / "params").mkdir()
    return Workbook(tmp_path)


def read(workbook: Workbook, said: Any) -> tuple[Brand, list[str]]:
    text = said if isinstance(said, str) else yaml.safe_dump(said)
    (workbook.params / "brand.yaml").write_text(text, encoding="utf-8")
    brand, problems = read_brand(workbook)
    return brand, list(map(str, problems))


def refused(workbook: Workbook, said: Any) -> str:
    problems = read(workbook, said)[1]
    assert problems
    return "\n".join(problems)


def test_without_the_file_and_without_a_key_the_face_is_the_houses(workbook: Workbook) -> None:
    assert read_brand(workbook) == (Brand(), [])
    brand, problems = read(workbook, "")
    assert (brand.look, problems) == (Look(), [])
    assert brand.look.payload() == {}


def test_a_misspelt_key_is_refused_with_the_near_miss(workbook: Workbook) -> None:
    assert "unknown key 'colors'. Did you mean 'colours'?" in refused(workbook, {"colors": {}})
    said = refused(workbook, {"colours": {"light": {"mian": "#12436d"}}})
    assert "params/brand.yaml, colours.light.mian: unknown key 'mian'. Did you mean 'main'?" in said
    assert "Did you mean 'telephone'?" in refused(workbook, {"contact": {"name": "A", "telefone": "1"}})


@pytest.mark.parametrize(("colour", "told"), [("green", "'green'"), ("#12436", "'#12436'"), ("#12436G", "'#12436g'")])
def test_a_colour_is_six_digits_after_a_hash(workbook: Workbook, colour: str, told: str) -> None:
    assert f"params/brand.yaml, colours.light.main: {told}" in refused(
        workbook, {"colours": {"light": {"main": colour}}}
    )


def test_a_colour_without_quotes_is_a_comment_to_yaml_and_that_is_said(workbook: Workbook) -> None:
    assert "YAML takes # for a comment" in refused(workbook, "colours:\n  light:\n    main: #12436d\n")


def test_the_houses_own_colours_pass_its_own_checks(workbook: Workbook) -> None:
    names = ("ink", "quiet", "tint", "band", "main", "second", "third", "fourth")
    own = {"light": {name: getattr(LIGHT, name) for name in names}}
    own["dark"] = {name: getattr(DARK, name) for name in names}
    assert read(workbook, {"colours": own})[1] == []


@pytest.mark.parametrize(
    ("name", "passes", "fails", "need"),
    [("quiet", "#707070", "#717171", 4.5), ("main", "#707070", "#717171", 4.5), ("second", "#949494", "#959595", 3)],
)
def test_a_colour_that_can_just_be_read_passes_and_the_next_does_not(
    workbook: Workbook, name: str, passes: str, fails: str, need: float
) -> None:
    grounds = [LIGHT.paper] if name == "second" else [LIGHT.paper, LIGHT.tint]
    assert min(contrast(passes, ground) for ground in grounds) >= need
    assert min(contrast(fails, ground) for ground in grounds) < need
    assert read(workbook, {"colours": {"light": {name: passes}}})[1] == []
    assert f"colours.light.{name}" in refused(workbook, {"colours": {"light": {name: fails}}})


def test_a_faint_colour_is_told_with_key_value_ratio_need_and_a_shade_that_would_do(workbook: Workbook) -> None:
    said = refused(workbook, {"colours": {"light": {"main": "#ffd100"}}})
    told = "params/brand.yaml, colours.light.main: '#ffd100' on '#f3f5f7' (the ground of titles and notes, tint)"
    assert f"{told} has a contrast of 1.33:1. Words need 4.5:1. Take a darker shade, such as '" in said
    assert "colours.light.main" not in said.partition("\n")[2], "one problem for one key, of the ground that asks most"
    shade = said.partition("such as '")[2][:7]
    assert contrast(shade, "#ffffff") >= 4.5
    assert "colours.dark" not in said, "what follows for dark grounds is lifted until it can be read"
    said = refused(workbook, {"colours": {"dark": {"main": "#12436d"}}})
    assert "colours.dark.main: '#12436d' on '#1f2429' (the ground of titles and notes, tint) has" in said
    assert "Take a lighter shade" in said


def test_a_ground_on_which_the_houses_words_cannot_be_read_is_blamed_itself(workbook: Workbook) -> None:
    said = refused(workbook, {"colours": {"light": {"tint": "#9aa0a6"}}})
    assert "colours.light.tint: '#505a5f' on '#9aa0a6'" in said and "Take a ground nearer" in said


@pytest.mark.parametrize(
    ("colour", "is_told"), [("#767676", False), ("#777777", True), ("#838383", True), ("#848484", False)]
)
def test_on_the_band_words_can_be_read_in_one_ink_or_the_other(workbook: Workbook, colour: str, is_told: bool) -> None:
    problems = read(workbook, {"colours": {"light": {"band": colour}}})[1]
    assert any("colours.light.band: words on" in each for each in problems) is is_told


def test_one_colour_for_two_roles_is_refused(workbook: Workbook) -> None:
    said = refused(workbook, {"colours": {"light": {"second": "#12436D"}}})
    assert "colours.light.second: '#12436d' is that of main too" in said


# The logo


def logo(workbook: Workbook, data: bytes | str, name: str = "crest.svg") -> tuple[Brand, list[str]]:
    (workbook.params / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return read(workbook, {"logo": {"file": name, "alt": "Crest"}})


def test_of_an_svg_the_drawing_alone_is_kept(workbook: Workbook) -> None:
    inner = (
        "<metadata>/home/someone</metadata><!-- note --><title>t</title>"
        '<x:view xmlns:x="http://x" /><path d="M0 0H9V9Z" fill="#ff0000" x:y="z" xmlns:x="http://x"/>'
    )
    brand, problems = logo(workbook, SVG.format(inner))
    assert problems == [] and brand.look.logo is not None
    assert brand.look.logo.data.decode() == SVG.format('<path d="M0 0H9V9Z" fill="#ff0000" />')
    assert brand.look.logo.uri.startswith("data:image/svg+xml;base64,")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (SVG.format("<script>alert(1)</script>"), "holds <script>"),
        (SVG.format('<path onload="alert(1)"/>'), "has onload="),
        (SVG.format('<use href="https://x/y.svg#a"/>'), "refers to another file"),
        (SVG.format('<rect fill="url(https://x/y)"/>'), "refers to another file"),
        (SVG.format("<rect style=\"fill:url( 'x.svg')\"/>"), "refers to another file"),
        (SVG.format('<image href="data:image/png;base64,x"/>'), "holds <image>"),
        (SVG.format("<foreignObject/>"), "holds <foreignObject>"),
        (SVG.format("<text>Police</text>"), "holds <text>, which not every format can show"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;"), "declares its own entities"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "has no viewBox"),
        ("<html/>", "is no SVG"),
        ("GIF89a", "is neither PNG nor SVG"),
        (b"\x89PNG\r\n\x1a\nbroken", "cannot be read as PNG"),
        ("", "has 0 bytes"),
        ("x" * (LARGEST_LOGO + 1), "has 300,001 bytes"),
    ],
)
def test_what_could_do_more_than_be_seen_is_refused(workbook: Workbook, data: bytes | str, told: str) -> None:
    brand, problems = logo(workbook, data)
    assert brand.look.logo is None
    assert len(problems) == 1 and "params/brand.yaml, logo.file: params/crest.svg " in problems[0]
    assert told in problems[0]


def test_a_png_keeps_its_picture_and_loses_what_is_written_in_it(workbook: Workbook) -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "A. Person")
    made = io.BytesIO()
    Image.new("RGBA", (3, 2), (1, 2, 3, 255)).save(made, "PNG", pnginfo=words)
    brand, problems = logo(workbook, made.getvalue(), "crest.png")
    assert problems == [] and brand.look.logo is not None
    assert b"Person" in made.getvalue() and b"Person" not in brand.look.logo.data
    with Image.open(io.BytesIO(brand.look.logo.data)) as kept:
        assert kept.size == (3, 2) and kept.getpixel((0, 0)) == (1, 2, 3, 255)


@pytest.mark.parametrize("file", ["../crest.svg", "/etc/passwd", "none.svg"])
def test_a_file_lies_below_params(workbook: Workbook, file: str) -> None:
    assert "params/brand.yaml, logo.file: " in refused(workbook, {"logo": {"file": file, "alt": "Crest"}})


def test_a_link_out_of_params_is_not_followed(workbook: Workbook, tmp_path: Path) -> None:
    (tmp_path / "outside.svg").write_text(SVG.format(""), encoding="utf-8")
    (workbook.params / "crest.svg").symlink_to(tmp_path / "outside.svg")
    assert "is outside params" in refused(workbook, {"logo": {"file": "crest.svg", "alt": "Crest"}})


# The typeface


def typeface(workbook: Workbook, faces: dict[str, str], **data: bytes) -> tuple[Brand, list[str]]:
    for name in faces.values():
        (workbook.params / name).write_bytes(data.get(name.partition(".")[0]) or (FONTS / name).read_bytes())
    return read(workbook, {"typeface": {"name": "DejaVu Serif", **faces, "licence": "Bitstream Vera"}})


def test_fonts_are_cut_down_to_letters_under_a_name_of_their_own(workbook: Workbook) -> None:
    brand, problems = typeface(workbook, FACES)
    assert problems == [] and brand.look.typeface is not None
    for face, weight in (("regular", 400), ("bold", 600), ("italic", 400)):
        data = brand.look.typeface.faces[face]
        font = TTFont(io.BytesIO(data))
        assert font["name"].getDebugName(1) == FAMILY and font["OS/2"].usWeightClass == weight
        assert {ord("a"), ord("ŵ"), ord("£")} <= font.getBestCmap().keys()
    again = read_brand(workbook)[0]
    assert again == brand, "the same fonts give the same bytes"
    assert Look.of_payload(brand.look.payload()) == brand.look


@pytest.mark.parametrize(("licence", "is_told"), [(0x0000, False), (0x0008, False), (0x0002, True), (0x0100, True)])
def test_a_font_that_says_it_may_not_be_embedded_is_refused(workbook: Workbook, licence: int, is_told: bool) -> None:
    font = TTFont(FONTS / FACES["regular"])
    font["OS/2"].fsType = licence
    made = io.BytesIO()
    font.save(made)
    problems = typeface(workbook, dict.fromkeys(FACES, "Own.otf"), Own=made.getvalue())[1]
    assert ("licence does not let it be embedded" in "".join(problems)) is is_told


def test_a_file_that_is_no_font_and_a_face_that_is_missing_are_told(workbook: Workbook) -> None:
    problems = typeface(workbook, {**FACES, "bold": "Own.otf"}, Own=b"not a font")[1]
    assert len(problems) == 1 and "typeface.bold: params/Own.otf is no font that can be read" in problems[0]
    faces = {name: file for name, file in FACES.items() if name != "italic"}
    assert "typeface.italic: is missing" in "".join(typeface(workbook, faces)[1])


# Contact and days


@pytest.mark.parametrize(
    ("contact", "key"),
    [({"name": "A", "email": "a at b"}, "email"), ({"name": "A", "telephone": "ring me"}, "telephone")],
)
def test_a_contact_that_reaches_nobody_is_refused(workbook: Workbook, contact: dict[str, str], key: str) -> None:
    assert f"contact.{key}: '{contact[key]}'" in refused(workbook, {"contact": contact})


def test_days_are_named_by_month_or_counted_from_the_months_end(workbook: Workbook) -> None:
    january = Month.parse("2021-01")
    brand = read(workbook, "published: {2021-01: 2021-02-18, 2021-02: 2021-03-18}")[0]
    assert (brand.published_on(january), brand.next_release_on(january)) == (date(2021, 2, 18), date(2021, 3, 18))
    assert brand.next_release_on(january + 1) is None
    brand = read(workbook, "published: {days_after_period_end: 0}\nnext_release: {2021-02: 2021-03-20}")[0]
    assert (brand.published_on(january), brand.next_release_on(january)) == (date(2021, 1, 31), date(2021, 3, 20))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{2021-02: 2021-02-28}", "2021-02-28 is not after the month's end"),
        ("{2021-02: soon}", "'soon' is not a day"),
        ("{2021-13: 2022-02-01}", "'2021-13' is neither a month"),
        ("{days_after_periods_end: 3}", "Did you mean 'days_after_period_end'?"),
        ("{days_after_period_end: -1}", "from 0 to 366"),
        ("{days_after_period_end: 3, 2021-02: 2021-03-18}", "is alone"),
        ("{}", "names no days"),
    ],
)
def test_a_day_that_is_none_is_refused(workbook: Workbook, said: str, told: str) -> None:
    assert told in refused(workbook, f"published: {said}")
