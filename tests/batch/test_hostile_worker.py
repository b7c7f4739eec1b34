"""A worker of a cluster that means harm gets nothing on the machine that builds: its bytes are checked, never run."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace

import pytest

from drawn import edition, files_of, job, manifest, notebook
from thematic.execution.carrying import NotTheProduct, carried, received
from thematic.execution.fence import Foreign, fenced, plain
from thematic.outputs.jobs import Failure, Product

JOB = job("print('good')")
FILES = {"md": b"# Noise", "ipynb": notebook("print('good')")}
GOOD = {**FILES, "json": manifest(edition()).with_files(FILES).to_bytes()}


def product(**changes: bytes | None) -> Product:
    files = {name: data for name, data in {**GOOD, **changes}.items() if data is not None}
    return Product(JOB.edition, files, seconds=1.5)


class Harm:
    """Makes a file where it is unpickled."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __reduce__(self):
        return os.mkdir, (self.place,)


def test_a_product_comes_through_as_it_was():
    assert received(carried(product()), JOB) == product()
    noticed = replace(product(), notices=("a letter has no glyph", "two"))
    assert received(carried(noticed), JOB) == noticed
    failed = Product(JOB.edition, failure=Failure("failed", "no"), failed_notebook=b"{}", seconds=2)
    assert received(carried(failed), JOB) == failed


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (product(), "it is of the kind Product"),
        (b"", "cannot be read"),
        (carried(product())[:-1], "cannot be read"),
        (carried(product()) + b"more", "cannot be read"),
        (b"\xff" * 100, "cannot be read"),
        ((5).to_bytes(8) + b"[" * 100_000, "cannot be read"),
        (carried(product(md=None)), r"not those of the job \(md\)"),
        (carried(product(**{"../../x": b"x"})), r"not those of the job \(\.\./\.\./x\)"),
        (carried(product(json=b"{}")), "manifest cannot be read"),
        (carried(product(md=b"other")), "not as its manifest says"),
        (carried(product(json=manifest(edition("north")).with_files(FILES).to_bytes())), "not that of the job"),
        (carried(product(json=manifest(edition(), key="other").with_files(FILES).to_bytes())), "not that of the job"),
        (carried(Product(JOB.edition, failure=Failure("good", "x"))), "cannot be read"),
        (carried(Product(JOB.edition, {"md": b""}, Failure("failed", "x"))), r"not those of the job \(md\)"),
        (carried(Product(JOB.edition, GOOD, seconds=float("nan"))), "gives no time"),
        (carried(Product(JOB.edition, GOOD, notices=(1,))), "cannot be read"),
    ],
)
def test_what_is_not_the_product_of_the_job_is_refused(sent, why):
    with pytest.raises(NotTheProduct, match=why):
        received(sent, JOB)


def test_what_dask_pickles_is_read_as_words_and_errors_alone(tmp_path):
    assert plain(pickle.dumps({"pandas": "2.3", "n": [1, 2.5, None, b"x"]})) == {
        "pandas": "2.3",
        "n": [1, 2.5, None, b"x"],
    }
    error = plain(pickle.dumps(ValueError("no")))
    assert (type(error), str(error)) == (ValueError, "no")
    assert plain(pickle.dumps(bytes)) is bytes
    assert isinstance(plain(pickle.dumps(Harm(str(tmp_path / "harm")))), Foreign)
    assert isinstance(plain(b"cos\nsystem\n(S'true'\ntR."), Foreign)
    assert isinstance(plain(b"nothing"), Foreign)
    assert files_of(tmp_path) == {} and not (tmp_path / "harm").exists()


def test_while_the_fence_stands_nothing_else_is_unpickled_either(tmp_path):
    harm = pickle.dumps(Harm(str(tmp_path / "harm")))
    with fenced(), pytest.raises(pickle.UnpicklingError, match="not taken from a cluster"):
        pickle.loads(harm)  # noqa: S301
    assert not (tmp_path / "harm").exists()
    pickle.loads(harm)  # noqa: S301
    assert (tmp_path / "harm").exists()


HOSTILE = """
import os
import thematic.execution.cluster as cluster
good = cluster.make_report

class Harm(Exception):
    def __reduce__(self):
        return eval, ("__import__('os').mkdir(%r + str(__import__('os').getpid()))" % os.environ["HARM"],)

def evil(job, *rest):
    if b"north" in job:
        return Harm()
    if b"south" in job:
        raise Harm()
    if b"east" in job:
        return [Harm(), {"x": Harm()}]
    return good(job, *rest)

if good.__name__ != "evil":
    cluster.make_report = evil
"""
