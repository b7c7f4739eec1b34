"""Reports, and failed ones, put into a folder without being made, for the tests of what is done with them."""

from pathlib import Path

from drawn import edition, manifest
from thematic.outputs.manifest import Indicator

FILES = {"html": b"h", "pdf": b"p", "csv": b"c", "ipynb": b"n"}
RISE = Indicator(name="Noises", value="3,446", change="+5.0%", trend="Significant increase", worth="unfavourable")


def put(out: Path, area="force", theme="noise", period="2021-01", *, audience="internal", files=FILES, **known) -> Path:
    """The report's files; the manifest's path."""
    of = edition(area, theme, period, audience)
    path = of.path(out, "json")
    path.parent.mkdir(parents=True, exist_ok=True)
    for suffix, data in files.items():
        of.path(out, suffix).write_bytes(data)
    path.write_bytes(manifest(of, **known).with_files(files).to_bytes())
    return path


def fail(out: Path, area="force", theme="noise", period="2021-01", audience="internal") -> None:
    path = edition(area, theme, period, audience).failed_path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"{}")
