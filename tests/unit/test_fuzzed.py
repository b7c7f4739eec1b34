"""Files, params and arguments of any content are taken or refused in words: no traceback, no hang, no row unaccounted for."""

from __future__ import annotations

import gzip
import os
import sys
import zipfile

import pytest

from fuzzing import Fuzzer
from thematic.build.request import Words, check
from thematic.core import bounded
from thematic.core.bounded import NotReadable, Unpacked, opened, read_whole, too_large
from thematic.core.errors import ArgumentsRefused
from thematic.params.reading import parse_yaml, read_yaml
from warehouse_drawn import own_params

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{two}: &{two} [{', '.join([f'*{one}'] * 10)}]\n" for one, two in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.proof
def test_any_input_is_taken_or_refused_in_words(tmp_path):
    found = Fuzzer(tmp_path.resolve(), seed=2021).run(135)
    assert found.total() == 135
    for kind in ("table", "settings", "declaration", "arguments", "geojson", "lookup"):
        assert found[f"{kind}: refused"], found
    for kind in ("table", "declaration", "geojson", "lookup"):
        assert found[f"{kind}: taken"], found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "comes to more than 500,000 values by its anchors"),
        ("&a [*a]", "refers to itself by its anchors"),
        ("[" * 100_000, "nested more than 60 levels"),
        ("{a: " * 61 + "1" + "}" * 61, "nested more than 60 levels"),
        ("- " * 100_000 + "x", "nested more than 60 levels"),
        ("\n".join(" " * level + "a:" for level in range(500)), "nested more than 60 levels"),
        ("9" * 5000, "cannot be read"),
        ("a: 2021-01-01T99:00:00+99:99", ""),
    ],
)
def test_yaml_that_blows_up_is_refused(text, why):
    _, problems = parse_yaml(text, "x.yaml")
    assert why in "; ".join(map(str, problems))


def test_yaml_as_people_write_it_is_read():
    deep = "{a: " * 40 + "1" + "}" * 40
    assert parse_yaml(deep, "x.yaml")[1] == []
    assert parse_yaml("a: &a [1, 2]\nb: *a\nc: {<<: {d: 1}}\n" + " " * 90 + "\n", "x.yaml")[1] == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
def test_a_pipe_or_a_device_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "force.yaml")
    assert "it is a device or a pipe" in str(read_yaml(tmp_path / "force.yaml", "force.yaml")[1][0])
    with pytest.raises(NotReadable, match="device or a pipe"):
        read_whole(tmp_path / "force.yaml")
    with pytest.raises(ArgumentsRefused, match=r"LOOKUP: .* is a device or a pipe"):
        check_words(lookup=str(tmp_path / "force.yaml"))


def test_a_file_is_read_up_to_a_size_and_no_further(tmp_path):
    (tmp_path / "x").write_bytes(b"12345")
    assert read_whole(tmp_path / "x", 5) == b"12345"
    with pytest.raises(NotReadable, match="is the most that is read"):
        read_whole(tmp_path / "x", 4)


def test_what_unpacks_to_far_more_than_it_can_honestly_be_is_refused(monkeypatch, tmp_path):
    def unpacked(data: bytes) -> bytes:
        (tmp_path / "x.gz").write_bytes(gzip.compress(data))
        with Unpacked(opened(tmp_path / "x.gz")) as stream:
            return b"".join(iter(lambda: stream.read(4000), b""))

    monkeypatch.setattr(bounded, "_ANY_SIZE", 1000)
    assert unpacked(b"x" * 1000) == b"x" * 1000
    assert len(unpacked(gzip.compress(b"x" * 10_000_000))) < 20_000
    with pytest.raises(NotReadable, match="unpacks to more than"):
        unpacked(b"x" * 10_000_000)
    assert too_large(10, 2500) == ""
    assert "is the most" in too_large(10, 2501)


def test_a_zip_bomb_of_a_download_is_refused_in_words(tmp_path):
    from thematic.core.errors import DataRefused
    from thematic.extracts.police_uk_files import contents, month_file

    with zipfile.ZipFile(tmp_path / "download.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2021-01/2021-01-cheshire-street.csv", b"x" * 300 * bounded.MB)
    file = month_file("2021-01/2021-01-cheshire-street.csv")
    with pytest.raises(DataRefused, match=r"unpacks to 300 MB, and .* MB is the most"):
        list(contents(tmp_path / "download.zip", [file]))


def check_words(**words: str):
    from thematic.core.workbook import Workbook
    from warehouse_drawn import ROOT

    return check(Words(["DA"], **words), own_params(), Workbook(ROOT))


@pytest.mark.parametrize(
    "out",
    [
        ".",
        "..",
        "data",
        "data/x",
        "params",
        "lib/x",
        ".git",
        "outputs/failed",
        "outputs/share/x",
        "outputs/2021-01",
        "outputs-making",
    ],
)
def test_a_folder_that_the_product_clears_or_lives_in_takes_no_reports(out, monkeypatch):
    from warehouse_drawn import ROOT

    monkeypatch.chdir(ROOT)
    with pytest.raises(ArgumentsRefused, match=r"^OUT: "):
        check_words(out=out)


@pytest.mark.parametrize("out", ["outputs", "outputs/pack/public", "public", "for-2021-01", "../beside"])
def test_other_folders_take_reports(out, monkeypatch):
    from warehouse_drawn import ROOT

    monkeypatch.chdir(ROOT)
    assert check_words(out=out).out.name == out.rsplit("/", 1)[-1]


@pytest.mark.parametrize("word", ["x" * 5000, "a/" * 3000, "a\0b"])
@pytest.mark.parametrize("name", ["data", "lookup", "out"])
def test_a_word_that_can_be_no_path_is_refused(name, word):
    if sys.platform == "win32":
        pytest.skip("Windows has other paths")
    with pytest.raises(ArgumentsRefused, match=f"^{name.upper()}: "):
        check_words(**{name: word})


def test_numbers_of_any_length_are_refused_in_words():
    for name in ("jobs", "memory"):
        with pytest.raises(ArgumentsRefused):
            check_words(**{name: "9" * 5000})


def test_an_extract_far_smaller_than_the_last_one_is_said():
    from types import SimpleNamespace

    from thematic.extracts.facts import _smaller

    def facts(rows: int, synthetic: bool = False):
        return SimpleNamespace(kind="extracts", synthetic=synthetic, tables={"crimes": SimpleNamespace(rows_in=rows)})

    (said,) = _smaller(facts(1000), facts(799))
    assert said.startswith("Warning: crimes has 799 rows, and 1,000 when it was last read.")
    for before, now in (
        (facts(1000), facts(800)),
        (facts(99), facts(1)),
        (facts(1000, True), facts(1)),
        (None, facts(1)),
    ):
        assert list(_smaller(before, now)) == []
