"""One job makes one report's files: the same bytes every time, nothing of this machine in them, and failures told."""

import json
import os
import pickle
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from drawn import edition, job
from thematic.core.digests import digest_bytes
from thematic.displays import MIME_TYPE, Cover, FigureList, Glance, GlanceRow
from thematic.displays.values import PERCENT_CHANGE, FigureCell, Value
from thematic.execution.cleaning import to_bytes
from thematic.execution.production import exporter_of, produce
from thematic.outputs.jobs import Product
from thematic.outputs.manifest import Indicator, Manifest
from thematic.outputs.notebooks import notebook_bytes


def made(*sources: str, **known) -> dict[str, bytes]:
    product = produce(job(*sources, **known))
    assert product.failure is None
    return product.files


def failure(*sources: str, **known):
    product = produce(job(*sources, **known))
    assert product.files == {}
    return product.failure


def cells(data: bytes):
    return [cell for cell in nbformat.reads(data.decode(), as_version=4).cells if cell.cell_type == "code"]


def test_the_notebook_runs_with_the_parameters_of_its_edition():
    files = made("print(period, area, audience)", of=edition("north-town", period="2020-12", audience="public"))
    assert cells(files["ipynb"])[-1].outputs[0].text == "2020-12 north-town public\n"


def test_the_files_are_the_formats_the_notebook_and_the_manifest_that_names_them():
    files = made("print('here')")
    assert set(files) == {"md", "ipynb", "json"}
    assert b"here" in files["md"]
    manifest = Manifest.model_validate_json(files["json"])
    assert {suffix: each.sha256 for suffix, each in manifest.formats.items()} == {
        suffix: digest_bytes(files[suffix]) for suffix in ("md", "ipynb")
    }
    assert manifest.formats["md"].bytes == len(files["md"])


def test_the_manifest_takes_the_cover_the_first_indicator_and_the_counts_from_the_outputs():
    figure = FigureCell(Value(1234), change=Value(5.0, PERCENT_CHANGE))
    row = GlanceRow("Noises", figure, "Jan 2021", "Yes", "Increase", "lower")
    shown = (
        Cover("Anyshire", "Noise", "North", "12 months", "today", marking="OFFICIAL"),
        Glance("none", "Nothing yet", []),
        Glance("first", "At a glance", [row, replace(row, indicator="Calls")]),
        Glance("second", "More", [replace(row, indicator="Callers")]),
        FigureList([], [], {"rows": {"crimes": 7}, "quarantined": {"crimes": 1}}),
    )
    sources = [f"display({{{MIME_TYPE!r}: {each.payload()!r}, 'text/plain': ''}}, raw=True)" for each in shown]
    manifest = Manifest.model_validate_json(made(*sources)["json"])
    assert (manifest.force, manifest.marking) == ("Anyshire", "OFFICIAL")
    assert manifest.indicator == Indicator(
        name="Noises", value="1,234", change="+5.0%", trend="Increase", worth="unfavourable"
    )
    assert (manifest.rows, manifest.quarantined) == ({"crimes": 7}, {"crimes": 1})


def test_the_manifest_has_sorted_keys_and_ends_with_a_line():
    text = made("1")["json"].decode()
    assert text.endswith("}\n")
    assert list(json.loads(text)) == sorted(json.loads(text))


VARYING = (
    "import sys, os, warnings, matplotlib.pyplot as plt, pandas as pd",
    "object(), plt.plot([1, 2])",
    "print(os.getcwd(), repr(object()), os.path.expanduser('~/x'), pd.__file__)",
    "pd.DataFrame({'a': [1]}).style",
    "plt.rcdefaults(); plt.plot([1, 2]); plt.title('t');",
)


def test_another_process_makes_the_same_bytes():
    code = (
        "import sys, pickle; from thematic.execution.production import produce;"
        "sys.stdout.buffer.write(pickle.dumps(produce(pickle.load(sys.stdin.buffer)).files))"
    )
    sent = pickle.dumps(job(*VARYING))
    ran = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, check=True)
    here = made(*VARYING)
    assert set(here) == {"md", "ipynb", "json"}
    assert here == pickle.loads(ran.stdout)  # noqa: S301


def test_the_notebook_says_nothing_of_when_where_and_by_whom():
    text = made(*VARYING)["ipynb"].decode()
    for trace in (
        str(Path.home()) + "/",
        tempfile.gettempdir() + "/",
        str(Path(sys.prefix)),
        "papermill",
        "start_time",
    ):
        assert trace not in text
    assert not re.search(r"0x[0-9a-f]{6,}", text)
    assert not re.search(r"\d{2}:\d{2}:\d{2}", text)


def test_ids_of_cells_and_kernel_are_fixed():
    notebook = nbformat.reads(made("1", "2")["ipynb"].decode(), as_version=4)
    assert [cell.id for cell in notebook.cells] == ["cell-1", "cell-2", "cell-3", "cell-4"]
    assert notebook.metadata.kernelspec.name == "thematic"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


def test_nothing_is_left_of_the_folder_it_ran_in(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made("open('left.txt', 'w').close()")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_cell_is_named_with_the_last_line_of_its_error():
    found = failure("x = 1\n", "# why\nraise ValueError('first\\nlast')")
    assert found.kind == "failed"
    assert found.message == "cell [3] `# why`: ValueError: last"


def test_a_failed_notebook_is_kept_up_to_the_failing_cell():
    product = produce(job("print('ran')", "1 / 0", "print('never')"))
    ran, failed, never = cells(product.failed_notebook)[-3:]
    assert ran.outputs[0].text == "ran\n"
    assert failed.outputs[-1].ename == "ZeroDivisionError"
    assert never.outputs == []
    assert str(Path(sys.prefix)) not in product.failed_notebook.decode()


@pytest.mark.parametrize("source", ["import sys\nsys.exit()", "import sys\nsys.exit(0)", "exit()", "quit()"])
def test_a_notebook_that_ends_half_way_is_no_report(source):
    name = source.splitlines()[0]
    assert re.fullmatch(rf"cell \[2\] `{re.escape(name)}`: SystemExit(: 0)?", failure(source, "1").message)


def test_an_exporter_that_fails_is_named_by_its_format_and_the_notebook_is_kept():
    product = produce(job("1", exporters={"pdf": "no-such-exporter"}))
    assert product.failure.kind == "failed"
    assert product.failure.message.startswith("PDF: ")
    assert cells(product.failed_notebook)[-1].outputs


def test_a_file_that_is_no_notebook_is_a_failure_and_no_crash():
    product = produce(replace(job("1"), notebook=b"not a notebook"))
    assert product.failure.message.startswith("the notebook: ")
    assert product.failed_notebook is None


def test_an_executed_notebook_is_written_as_it_is_a_cell_to_a_line() -> None:
    made = v4.new_notebook(cells=[v4.new_markdown_cell("One\ntwo — “three”"), v4.new_code_cell("1 + 1")])
    made.cells[1].outputs = [v4.new_output("stream", name="stdout", text="a\nb\n")]
    written = to_bytes(made)
    assert v4.reads(written.decode()) == made
    assert len(written.splitlines()) == 5 and written.endswith(b"}\n")


def test_what_was_shown_stays_as_it_was_when_a_cell_goes_on_to_change_it():
    files = made(
        "from IPython.display import display\n"
        f"shown = {{'kind': 'sentence', 'text': 'one', 'parts': [[1], (2,)]}}\n"
        f"display({{{MIME_TYPE!r}: shown}}, raw=True)\n"
        "shown['text'] = 'two'\n"
        f"display({{{MIME_TYPE!r}: shown}}, raw=True)",
        "shown['text'], shown['parts'][0][0] = 'three', 9",
        exporters={},
    )
    (cell,) = [cell for cell in cells(files["ipynb"]) if cell.outputs]
    found = [output.data[MIME_TYPE] for output in cell.outputs]
    assert [(each["text"], each["parts"]) for each in found] == [("one", [[1], [2]]), ("two", [[1], [2]])]


@pytest.mark.parametrize("first", [True, False])
def test_an_output_of_ones_own_reaches_the_page_as_its_file_gives_it_back(first):
    own = "from IPython.display import display, Image\ndisplay({'text/html': ['<p>in ', 'lines</p>']}, raw=True)"
    picture = "display(Image(data=b'\\x89PNG\\r\\n\\x1a\\n', format='png'))"
    said = {MIME_TYPE: {"kind": "sentence", "text": "Said."}, "text/plain": "Said."}
    sentence = f"display({said!r}, raw=True)"
    sources = [own, picture, sentence] if first else [own, sentence, picture]
    notebook, page = (made("\n".join(sources))[suffix] for suffix in ("ipynb", "md"))
    exported, _ = exporter_of("markdown")().from_notebook_node(nbformat.reads(notebook.decode(), as_version=4))
    assert page.decode() == exported


def test_the_manifest_says_what_the_report_cannot_show():
    files = made("display({'application/vnd.plotly.v1+json': {}, 'text/plain': 'Figure()'}, raw=True)", "print('here')")
    (missing,) = Manifest.model_validate_json(files["json"]).left_out
    assert missing == "cell 2: an interactive output (application/vnd.plotly.v1+json)"


def beside(folder: Path, *sources: str, **files: str) -> Product:
    """What becomes of a notebook among these files (a double underscore stands for a dot)."""
    (folder / "n.ipynb").write_bytes(job(*sources).notebook)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return produce(replace(job(), notebook=notebook_bytes(folder / "n.ipynb")))


READS = [
    ("from pathlib import Path\nprint(Path('targets.csv').read_text())", {"targets__csv": "read"}),
    ("from pathlib import Path\nprint((Path() / 'targets.csv').read_text())", {"targets__csv": "read"}),
    ("from pathlib import Path\nfor n in [1, 2]: print(Path(f'./part-{n}.csv').read_text())", {"part-1__csv": "re", "part-2__csv": "ad"}),
    ("from pathlib import Path\nfor each in Path().glob('*.csv'): print(each.read_text())", {"targets__csv": "read"}),
    ("%matplotlib inline\nimport helper_of_test\nprint(helper_of_test.text())",
     {"helper_of_test__py": "from pathlib import Path\ndef text(): return Path('words.txt').read_text()", "words__txt": "read"}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "files"), READS)
def test_files_beside_the_notebook_that_a_cell_names_are_read_as_in_jupyterlab(tmp_path, source, files):
    product = beside(tmp_path, source, **files)
    assert product.failure is None
    shown = "".join(output.text for cell in cells(product.files["ipynb"]) for output in cell.get("outputs", []))
    assert shown.replace("\n", "") == "read"
    assert b"files_beside" not in product.files["ipynb"]


def test_a_file_that_no_cell_names_is_not_there_and_the_report_says_which_are(tmp_path):
    product = beside(tmp_path, "open('other' + '.csv')", targets__csv="1", other__csv="2")
    assert "No such file or directory: 'other.csv' A report reads files beside its notebook" in product.failure.message
    assert beside(tmp_path, "'*'; '.'; ''; open('targets.csv').close()").failure is None


def test_a_report_is_another_when_a_file_that_it_reads_has_changed_and_not_when_another_has(tmp_path):
    (tmp_path / "n.ipynb").write_bytes(job("open('targets.csv')").notebook)
    seen = []
    for name, text in (("targets.csv", "1"), ("other.csv", "1"), ("targets.csv", "2"), ("n2.ipynb", "3")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        seen.append(notebook_bytes(tmp_path / "n.ipynb"))
    assert [seen[0] == each for each in seen] == [True, True, False, False]
    assert seen[2] == seen[3]


def test_files_beside_a_notebook_have_a_limit_and_do_not_come_from_elsewhere(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (tmp_path / "outside.csv").write_text("no")
    (folder / "n.ipynb").write_bytes(before := job("open('outside.csv'), open('../outside.csv')").notebook)
    if hasattr(os, "symlink"):
        (folder / "outside.csv").symlink_to(tmp_path / "outside.csv")
    assert notebook_bytes(folder / "n.ipynb") == before
    (folder / "a.csv").write_text("x" * 6)
    (folder / "b.csv").write_text("x" * 6)
    (folder / "n.ipynb").write_bytes(job("'a.csv', 'b.csv'").notebook)
    monkeypatch.setattr("thematic.outputs.beside.MOST", 10)
    with pytest.raises(OSError, match="the files beside it that its cells name have more than"):
        notebook_bytes(folder / "n.ipynb")
