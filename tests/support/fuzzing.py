"""Bad inputs by the thousand, drawn from good ones: files, params and arguments; each must be taken or refused in words.

`python tests/support/fuzzing.py 2000 [SEED]` runs so many and says what became of them; a fault ends it with status 1.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from drawn import OPTIONS

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
TODAY = date(2021, 3, 1)
CRIMES = (
    "crime_ref,recorded_on,offence_code,lpu,local_authority,domestic,hate_strands,outcome_code,outcome_on,victim_age\n"
    "C1,2021-01-05,8N,Widnes,Halton,Y,,16,2021-01-20,34\nC2,2021-01-06,19C,Runcorn,Halton,N,,,,\n"
    "C3,2020-12-31,8N,Widnes,Halton,Y,race,,,51\n"
)
EXTRACT = "title: Drawn\nsynthetic: true\nas_at: 2021-01-31\nhistory_from: 2020-01\n"
LUMPS = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b",",
    b"\r",
    b"\n",
    b"\n\n",
    b"\x1b[31m",
    b"=1+1",
    b"9" * 5000,
    b"-1e999",
    b"1.5E+11",
    b"2021-13-45",
    b"0000-00-00",
    b"99999-01-01",
    "Ynys Môn\u202e".encode(),
    b"\xc3",
    b"[" * 300,
    b"{a: " * 300,
    b"- " * 300,
    b"&a [*a]",
    b"*x",
    b"!!python/object/apply:os.system [x]",
    b"<<: *a",
    b": ",
    b"\t",
    b"null",
    b"~",
    b"yes",
    b"1_000",
    b"0o17",
    b"1:60:60",
    b"nan",
    b".inf",
    b"-.inf",
    b"2021-01-01T25:61:61+99:99",
    b"x" * 70_000,
    b"PAR1",
    b"\x1f\x8b",
    b"PK\x03\x04",
]
WORDS = [
    "",
    " ",
    "DA",
    "ALL",
    "force",
    "widnes",
    "2021-01",
    "2021-01..2020-01",
    "0000-01",
    "9999-12..9999-12",
    "2021-1",
    "2021-01,,",
    "..",
    "-1",
    "1e9",
    "9" * 5000,
    "nan",
    "inf",
    "\x1b[31m",
    "\udcff\udc80",
    "\u202e",
    "a\nb",
    "x" * 5000,
    "~nobody-here/x",
    "/dev/null",
    "/dev/zero",
    "/",
    ".",
    "..",
    "data",
    "outputs/failed",
    "outputs/2021-01/x",
    "params/../params",
    "tcp://u:p@h:1",
    "tcp://",
    "tcp://[::1",
    "postgres://u:secret@h/d",
    "html",
    "html,,pdf",
    "public",
    "internal",
    "a/" * 3000,
    "\0",
    "--help",
    "٣",
    "²",
]


class Fault(AssertionError):
    """An input that was neither taken nor refused in words."""


class Fuzzer:
    """Draws inputs by a seed and gives each to the product, in a workbook of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        from thematic.core.workbook import Workbook
        from thematic.params import load_params

        for part in ("params", "notebooks", "data/reference"):
            shutil.copytree(REPOSITORY / part, folder / part)
        self.root, self.workbook = folder, Workbook(folder)
        self.params = load_params(self.workbook)
        self.files = [path for path in sorted((folder / "params").rglob("*")) if path.suffix in {".yaml", ".csv"}]
        self.random = random.Random(seed)
        self.kinds: list[Callable[[], str]] = [self.table, self.table, self.settings, self.declaration, self.arguments]
        self.kinds += [self.arguments, self.geojson, self.lookup, self.parquet]

    def run(self, number: int) -> Counter[str]:
        """What became of so many inputs, by kind. Raises Fault for the first that is not as it should be."""
        found: Counter[str] = Counter()
        for place in range(number):
            kind = self.kinds[place % len(self.kinds)]
            self.random.seed(f"{place} {self.random.random()}")
            found[f"{kind.__name__}: {guarded(kind)}"] += 1
        return found

    def bent(self, data: bytes) -> bytes:
        """The bytes with some of them changed, cut, doubled, or replaced by what is known to trouble readers."""
        draw = self.random
        for _ in range(draw.choice([1, 1, 2, 4])):
            at, to = sorted(draw.randrange(len(data) + 1) for _ in range(2))
            to = min(to, at + draw.choice([1, 4, 30, 400]))
            piece = draw.choice([draw.choice(LUMPS), bytes([draw.randrange(256)]), data[at:to] * 2, b""])
            data = data[:at] + piece + data[to:]
        return data

    def table(self) -> str:
        """A CSV of crimes, bent; packed, or named as what it is not."""
        data = self.bent(CRIMES.encode())
        name = self.random.choice(["crimes.csv"] * 4 + ["crimes.csv.gz", "crimes.parquet", "x.zip"])
        if name.endswith(".gz"):
            data = gzip.compress(data, mtime=0)
            data = self.bent(data) if self.random.random() < 0.5 else data
        return self._read({name: data, "extract.yaml": EXTRACT.encode()})

    def settings(self) -> str:
        return self._read({"crimes.csv": CRIMES.encode(), "extract.yaml": self.bent(EXTRACT.encode())})

    def parquet(self) -> str:
        """Columns of any type, and bytes bent."""
        draw, stream = self.random, io.BytesIO()
        some = [
            pa.array([1, None, 3]),
            pa.array([b"\xff", b"", None]),
            pa.array([[1], None, []]),
            pa.array([{"a": 1}, None, {"a": 2}]),
            pa.array(["C1", "C2", "\0"]),
            pa.array([1.5, float("nan"), float("inf")]),
            pa.array([2**62, 0, -(2**62)], pa.timestamp("s")),
            pa.array([2**31 - 1, 0, -(2**31)], pa.date32()),
            pa.array([None] * 3),
            pa.array([True, False, None]),
            pa.array(["2021-01-05"] * 3).dictionary_encode(),
            pa.array([10**9, 1, 2], pa.duration("s")),
        ]
        names = CRIMES.splitlines()[0].split(",")
        table = pa.table({name: draw.choice(some) for name in draw.sample(names, draw.randint(3, len(names)))})
        try:
            pq.write_table(table, stream)
        except pa.ArrowException:
            return "not written"
        data = stream.getvalue()
        data = self.bent(data) if draw.random() < 0.4 else data
        return self._read({"crimes.parquet": data, "extract.yaml": EXTRACT.encode()})

    def declaration(self) -> str:
        """One file of params/, bent."""
        from thematic.params import load_params

        path = self.random.choice(self.files)
        good = path.read_bytes()
        path.write_bytes(self.bent(good))
        try:
            return refused(lambda: load_params(self.workbook))
        finally:
            path.write_bytes(good)

    def geojson(self) -> str:
        """A map of anything, and a good one bent."""
        from thematic.params.boundaries import UnusableError, _areas, named_features
        from thematic.params.force import BoundariesParams

        ring = [[-2.7, 53.3], [-2.6, 53.3], [-2.6, 53.4], [-2.7, 53.3]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        values = [None, 1, "x", [], {}, [[]], [[[None]]], 1e400, [ring], {"type": "Point"}, "9" * 5000, True]
        places: list[dict[str, object]] = [shape, {"type": "MultiPolygon", "coordinates": [[ring]]}]
        feature = {"properties": {"name": "Widnes"}, "geometry": self.random.choice(places)}
        holder = self.random.choice([feature, shape])
        if self.random.random() < 0.6:
            holder[self.random.choice(list(holder))] = self.random.choice(values)
        data = self.bent(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode())
        text = data.decode("utf-8", errors="replace")
        declared = BoundariesParams(file="x.geojson", name="name")
        try:
            _areas(named_features(text, declared))
        except UnusableError:
            return "refused"
        return "taken"

    def lookup(self) -> str:
        from thematic.extracts.police_uk_lookup import read_lookup

        path = self.root / "lookup.csv"
        path.write_bytes(self.bent(b"lsoa2011_code,lpu,population\nE01012345,Widnes,1500\nE01012346,Runcorn,1600\n"))
        return refused(lambda: read_lookup(path, path.name, {"lpu": ["Widnes", "Runcorn"]}))

    def arguments(self) -> str:
        """The words of a build command: what they ask for, how a log has them, and what a message says."""
        from thematic.build.request import Words, check
        from thematic.core.messages import on_one_line

        draw = self.random
        given = {name: draw.choice(WORDS) for name in draw.sample(OPTIONS, draw.randint(1, 4))}
        words = Words([draw.choice(WORDS) for _ in range(draw.randint(0, 2))] + ["DA"] * draw.randint(0, 1), **given)
        on_one_line(str(words)).encode()
        return refused(lambda: check(words, self.params, self.workbook))

    def _read(self, files: dict[str, bytes]) -> str:
        """What becomes of an extract of these files; of one that is taken every row is accounted for."""
        from thematic.extracts import warehouse

        source = self.root / "extract"
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir()
        for name, data in files.items():
            (source / name).write_bytes(data)

        def read() -> None:
            facts = warehouse.build(self.workbook, self.params, source, None, TODAY, lambda text: None, no_sample)
            for name, table in facts.tables.items():
                if table.rows_in != table.kept + table.duplicates + table.quarantined + table.left_out:
                    raise Fault(f"{name}: rows are not accounted for: {table}")
                stored = pq.read_metadata(self.workbook.warehouse / f"{name}.parquet").num_rows
                if stored != table.kept:
                    raise Fault(f"{name}: {stored} rows stored, {table.kept} said")

        return refused(read)


def no_sample(*_: object) -> Path:
    raise Fault("the sample was taken for an extract that was named")


def refused(work: Callable[[], object]) -> str:
    """Whether the work was done, or refused in words that a terminal can show."""
    from thematic.core.errors import UserError
    from thematic.core.messages import shown

    try:
        work()
    except UserError as error:
        words = shown(str(error))
        words.encode()
        if not words.strip() or "Traceback" in words or len(words) > 100_000:
            raise Fault(f"these are no words for a user: {words[:500]!r}") from error
        return "refused"
    return "taken"


def guarded(kind: Callable[[], str]) -> str:
    with patience(PATIENCE_SECONDS):
        return kind()


@contextlib.contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Raises Fault where the block takes longer (where the system has such alarms)."""

    def too_long(*_: object) -> None:
        raise Fault(f"it took longer than {seconds} s")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def main(number: int, seed: int) -> int:
    """Runs so many inputs of a seed, goes on after faults, and says what became of all."""
    found: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        fuzzer = Fuzzer(Path(folder).resolve(), seed)
        for place in range(number):
            kind = fuzzer.kinds[place % len(fuzzer.kinds)]
            try:
                found[f"{kind.__name__}: {guarded(kind)}"] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                lines = traceback.format_exc().splitlines()
                ours = [line.strip() for line in lines if "/lib/thematic/" in line or "fuzzing.py" in line]
                fault = f"{kind.__name__}: {type(error).__name__}: {str(error)[:200]} at {ours[-1] if ours else '?'}"
                faults[fault] += 1
    for what, times in sorted(found.items()):
        print(f"{times:>6,} {what}")
    for what, times in faults.most_common():
        print(f"FAULT {times:>4,} {what}")
    print(f"{number:,} inputs of seed {seed}, {sum(faults.values())} faults, in {time.monotonic() - began:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
