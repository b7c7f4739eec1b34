"""What is shut: others read nothing of ours, a spreadsheet and a terminal run nothing, git takes no report by mistake."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from commands import GOAL, drawn_workbook, running
from drawn import REPOSITORY
from thematic.core.folders import close_to_others, keep_from_git, replacing
from thematic.core.messages import on_one_line, shown
from thematic.core.spreadsheets import harmless_row
from thematic.core.temporary import clear_temporary, temporary_folder
from thematic.exporters.sanitised import harmless_svg

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def open_to_others(folder: Path) -> list[str]:
    """The files and folders that somebody else has any right to."""
    everything = [folder, *folder.rglob("*")]
    return [path.relative_to(folder).as_posix() for path in everything if path.stat().st_mode & 0o077]


@POSIX
def test_others_have_no_right_to_an_internal_report_its_log_and_its_failures(tmp_path, monkeypatch, capsys):
    folder = drawn_workbook(tmp_path / "workbook", monkeypatch)
    thematic = running(monkeypatch, capsys)
    assert thematic("build", GOAL, "--area", "force", "--jobs", "1").status == 0
    assert open_to_others(folder / "outputs") == []
    assert thematic("build", GOAL, "--area", "force", "--audience", "public", "--out", "public").status == 0
    assert "." in open_to_others(folder / "public")
    assert open_to_others(folder / "public-making") == []


@POSIX
def test_a_private_folder_and_all_in_it_is_for_its_owner_alone(tmp_path):
    with replacing(tmp_path / "rows") as folder:
        (folder / "quarantine").mkdir()
        (folder / "quarantine/crimes.parquet").write_bytes(b"")
    with replacing(tmp_path / "sample", private=False) as folder:
        (folder / "crimes.csv").write_bytes(b"")
    assert open_to_others(tmp_path / "rows") == []
    assert open_to_others(tmp_path / "sample") == [".", "crimes.csv"]


@POSIX
def test_what_a_link_leads_to_keeps_its_rights(tmp_path):
    (tmp_path / "theirs").write_text("x")
    (tmp_path / "theirs").chmod(0o644)
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours/link").symlink_to(tmp_path / "theirs")
    close_to_others(tmp_path / "ours")
    assert (tmp_path / "theirs").stat().st_mode & 0o777 == 0o644


def test_temporary_folders_of_dead_processes_go_and_those_in_use_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    gone = tmp_path / f"thematic-{int(dead.stdout)}-abcdefgh"
    others = [tmp_path / name for name in ("thematic-notes", "thematic-99-abcdefgh.txt", "tmpabcdefgh")]
    for folder in (gone, *others):
        folder.mkdir()
    (gone / "listener").write_text("left")
    with temporary_folder() as ours:
        assert ours.parent == tmp_path and (os.name == "nt" or not ours.stat().st_mode & 0o077)
        clear_temporary()
        assert set(tmp_path.iterdir()) == {ours, *others}
    assert set(tmp_path.iterdir()) == set(others)


@pytest.mark.skipif(
    not hasattr(os, "fork"), reason="processes that ended stay until they are waited for on POSIX alone"
)
def test_temporary_folders_of_a_process_that_was_killed_go_though_its_parent_has_not_heard_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        folder = tmp_path / f"thematic-{child.pid}-abcdefgh"
        folder.mkdir()
        clear_temporary()
        assert folder.is_dir()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        clear_temporary()
        assert not folder.exists()


def test_git_takes_no_report_wherever_in_the_workbook_it_is_written(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text((REPOSITORY / ".gitignore").read_text())
    for name in ("outputs", "for-the-board/2021", "data/warehouse/x", "data/ledger", "data/archive", "data/raw"):
        folder = tmp_path / name
        keep_from_git(folder, tmp_path, ("outputs", "public"))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "force.csv").write_text("x")
    (tmp_path / "data/reference").mkdir()
    (tmp_path / "data/reference/offences.csv").write_text("x")
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    staged = subprocess.run(["git", "ls-files"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert staged.split() == [".gitignore", "data/reference/offences.csv"]
    assert not (tmp_path / "outputs/.gitignore").exists()


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-1+cmd|x!A1", "'-1+cmd|x!A1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-12.5", "-12.5"),
        ("+3.4%", "+3.4%"),
        ("-1,234", "-1,234"),
        ("+2 pp", "+2 pp"),
        ("-", "-"),
        ("Widnes", "Widnes"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_cell_of_text_is_no_formula_and_a_number_stays_one(text, given):
    assert harmless_row([text]) == [given]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("one\ttwo\nthree", "one\ttwo\nthree"),
        ("a\rb\x9b\x7f", "a\\x0db\\x9b\\x7f"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("byte \udcff", "byte \\xff"),
        ("tcp://me:secret@host:8786", "tcp://***@host:8786"),
        ("postgres://u:p@ss:w@h/d failed", "postgres://***@h/d failed"),
        ("host=h password='a b' user=u", "host=h password=*** user=u"),
        ("PWD=secret;x", "PWD=***;x"),
        ("write to a.b@example.org, see https://example.org/x", "write to a.b@example.org, see https://example.org/x"),
        ("Ynys Môn, £5 — “quoted” 日本", "Ynys Môn, £5 — “quoted” 日本"),
    ],
)
def test_a_message_steers_no_terminal_and_tells_no_password(text, seen):
    assert shown(text) == seen
    assert "\n" not in on_one_line(text)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        '<rect ONLOAD="alert(1)"/>',
        '<image href="https://example.org/x.png"/>',
        '<use xlink:href="other.svg#x"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        "<style>@import 'https://example.org/x.css';</style>",
        '<rect style="fill:url(https://example.org/x)"/>',
        '<rect fill="&#117;rl(https://example.org/x)"/>',
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>",
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        "<!--><script>alert(1)</script>-->",
        "<?x ><script>alert(1)</script>?>",
        "<style><![CDATA[</style><script>alert(1)</script>]]></style>",
        '<image href="data:image/svg+xml;base64,PHN2Zz4="/>',
        '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
    ],
)
def test_a_drawing_runs_nothing_and_asks_for_nothing(inside):
    made = harmless_svg(DRAWN.format(f'<path d="M0 0"/>{inside}'))
    assert "M0 0" in made
    for word in ("alert", "example.org", "other.svg", "javascript", "onload", "script", "foreign", "svg+xml"):
        assert word not in made.lower(), made


def test_a_drawing_that_only_draws_stays_as_it_is():
    inside = (
        "<defs><style type='text/css'>*{stroke-linejoin: round}</style><clipPath id='p'><rect/></clipPath></defs>"
        '<!-- Domestic abuse --><g clip-path="url(#p)"><use xlink:href="#m" style="fill: #fff"/>'
        '<image xlink:href="data:image/png;base64,AAAA"/><text>based on 3 = x, 5 &lt; 6</text></g>'
    )
    assert harmless_svg(DRAWN.format(inside)) == DRAWN.format(inside)


def test_a_drawing_that_cannot_be_read_is_refused():
    from thematic.core.errors import UserError

    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + DRAWN.format("<text>&b;</text>")
    for svg in (bomb, "<svg><script>", "<html onload='x'/>"):
        with pytest.raises(UserError, match=r"drawing"):
            harmless_svg(svg)


def test_a_command_survives_closed_standard_streams(tmp_path):
    code = "import os\nfor n in (0, 1, 2): os.close(n)\nfrom thematic.cli import main\nmain()"
    ran = subprocess.run([sys.executable, "-c", code, "check"], cwd=REPOSITORY, check=False)
    assert ran.returncode == 0
