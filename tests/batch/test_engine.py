"""The warm engine runs cells as a kernel would: same outputs, same numbers, and a failure ends the notebook."""

import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def execute(folder: Path, *sources: str):
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources], metadata=KERNEL)
    path = folder / "out.ipynb"
    papermill.execute_notebook(notebook, path, engine_name="thematic", progress_bar=False)
    return nbformat.read(path, as_version=4).cells


def outputs(folder: Path, source: str):
    return execute(folder, source)[0].outputs


def test_the_module_can_be_imported_before_papermill_is(tmp_path):
    code = (
        "import thematic.execution.engine, papermill; print(papermill.engines.papermill_engines.get_engine('thematic'))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "WarmEngine" in ran.stdout


def test_printed_text_is_one_output_for_each_run_of_a_stream(tmp_path):
    shown = outputs(tmp_path, "import sys\nprint('a')\nprint('b')\nprint('c', file=sys.stderr)\nprint('d')")
    assert [(output.name, output.text) for output in shown] == [
        ("stdout", "a\nb\n"),
        ("stderr", "c\n"),
        ("stdout", "d\n"),
    ]


def test_nothing_reaches_the_terminal(tmp_path, capfd):
    outputs(tmp_path, "import sys\nprint('a')\nprint('b', file=sys.stderr)\n'c'")
    assert capfd.readouterr() == ("", "")


def test_the_last_expression_is_shown_with_the_number_of_its_cell(tmp_path):
    first, second = execute(tmp_path, "x = 2", "x + 1")
    assert (first.outputs, first.execution_count) == ([], 1)
    (shown,) = second.outputs
    assert (shown.output_type, shown.execution_count, shown.data) == ("execute_result", 2, {"text/plain": "3"})


def test_a_semicolon_silences_the_last_expression(tmp_path):
    assert outputs(tmp_path, "1 + 1;") == []


def test_rich_displays_keep_every_form(tmp_path):
    source = (
        "class Rich:\n"
        "    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        return {'application/vnd.thematic+json': {'kind': 'x'}, 'text/html': '<p>', 'text/plain': 'p'}\n"
        "display(Rich())\nRich()"
    )
    display, result = outputs(tmp_path, source)
    assert display.output_type == "display_data"
    assert result.output_type == "execute_result"
    for output in (display, result):
        assert output.data == {"application/vnd.thematic+json": {"kind": "x"}, "text/html": "<p>", "text/plain": "p"}


def test_a_table_of_pandas_has_html(tmp_path):
    (shown,) = outputs(tmp_path, "import pandas as pd\npd.DataFrame({'a': [1]})")
    assert "<table" in shown.data["text/html"]


def test_a_display_can_be_updated_from_a_later_cell(tmp_path):
    first, second = execute(tmp_path, "handle = display('old', display_id=True)", "handle.update('new')")
    assert [output.data["text/plain"] for output in first.outputs] == ["'new'"]
    assert second.outputs == []


@pytest.mark.parametrize(("wait", "kept"), [(True, ["after\n"]), (False, ["after\n"])])
def test_output_can_be_cleared(tmp_path, wait, kept):
    source = f"from IPython.display import clear_output\nprint('before')\nclear_output(wait={wait})\nprint('after')"
    assert [output.text for output in outputs(tmp_path, source)] == kept


def test_waiting_to_clear_keeps_what_is_shown_until_more_comes(tmp_path):
    source = "from IPython.display import clear_output\nprint('before')\nclear_output(wait=True)"
    assert [output.text for output in outputs(tmp_path, source)] == ["before\n"]


@pytest.mark.parametrize("magic", ["", "%matplotlib inline\n"])
def test_a_figure_is_shown_as_svg_under_its_cell_and_the_same_every_time(tmp_path, magic):
    source = f"{magic}import matplotlib.pyplot as plt\nplt.plot([1, 2], clip_on=True);"
    ((first,), (again,)) = (outputs(tmp_path, source) for _ in range(2))
    assert "image/svg+xml" in first.data
    assert first == again
    assert "dc:date" not in first.data["image/svg+xml"]


def test_top_level_await_works(tmp_path):
    (shown,) = outputs(tmp_path, "import asyncio\nawait asyncio.sleep(0)\n5")
    assert shown.data == {"text/plain": "5"}


def test_cells_share_names_and_notebooks_do_not(tmp_path):
    execute(tmp_path, "secret = 1")
    with pytest.raises(papermill.PapermillExecutionError, match="secret"):
        execute(tmp_path, "secret")


def test_a_notebook_leaves_the_process_as_it_was(tmp_path):
    before = (sys.modules["__main__"], sys.stdout, sys.displayhook)
    execute(tmp_path, "1")
    assert (sys.modules["__main__"], sys.stdout, sys.displayhook) == before


@pytest.mark.parametrize(
    ("source", "name", "value"),
    [
        ("raise ValueError('no')", "ValueError", "no"),
        ("x =", "SyntaxError", "invalid syntax"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("raise SystemExit('over')", "SystemExit", "over"),
        ("%no_such_magic", "UsageError", "no_such_magic"),
        ("raise ExceptionGroup('many', [ValueError(1)])", "ExceptionGroup", "many"),
    ],
)
def test_a_failing_cell_ends_the_notebook_and_what_ran_is_kept(tmp_path, source, name, value):
    with pytest.raises(papermill.PapermillExecutionError) as raised:
        execute(tmp_path, "print('before')", source, "print('after')")
    assert raised.value.ename == name
    assert value in raised.value.evalue
    cells = [cell for cell in nbformat.read(tmp_path / "out.ipynb", as_version=4).cells if cell.cell_type == "code"]
    assert cells[0].outputs[0].text == "before\n"
    assert cells[1].outputs[-1].output_type == "error"
    assert (cells[2].outputs, cells[2].execution_count) == ([], None)


def test_a_figure_that_cannot_be_drawn_fails_its_cell(tmp_path):
    with pytest.raises(papermill.PapermillExecutionError, match=r"ParseException|ParseFatalException|ValueError"):
        execute(tmp_path, "import matplotlib.pyplot as plt\nplt.title('$\\\\frac{$');")


def test_traceback_carries_no_colour_codes(tmp_path):
    with pytest.raises(papermill.PapermillExecutionError) as raised:
        execute(tmp_path, "1 / 0")
    assert "\x1b" not in "".join(raised.value.traceback)


def test_no_run_times_are_added_and_words_are_left_alone(tmp_path):
    notebook = new_notebook(cells=[new_markdown_cell("# A"), new_code_cell(""), new_code_cell("1")], metadata=KERNEL)
    path = tmp_path / "out.ipynb"
    papermill.execute_notebook(notebook, path, engine_name="thematic", progress_bar=False)
    words, empty, code = nbformat.read(path, as_version=4).cells
    assert words.source == "# A"
    assert empty.execution_count is None
    assert "execution" not in code.metadata
