"""A PostgreSQL server of the tests' own: a fresh cluster on the loopback address, gone with the block."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "thematic reader", "s3cret/p@ss word"  # of the kind that must be encoded in a URL

_QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=2GB -c shared_buffers=64MB"


@dataclass(frozen=True)
class Server:
    """Where the server listens; its superuser is USER with PASSWORD, and its database is `postgres`."""

    port: int

    @property
    def environment(self) -> dict[str, str]:
        return {"THEMATIC_DB_USER": USER, "THEMATIC_DB_PASSWORD": PASSWORD}

    @property
    def url(self) -> str:
        """The connection's URL as a file may hold it."""
        return f"postgres://${{THEMATIC_DB_USER}}:${{THEMATIC_DB_PASSWORD}}@127.0.0.1:{self.port}/postgres"

    def backend(self):
        """An ibis connection."""
        import ibis

        return ibis.postgres.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, database="postgres"
        )


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL server on this machine, or None."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return Path(found).parent if found else folders[-1].parent if folders else None


@contextmanager
def running() -> Iterator[Server]:
    """A server for the length of the block. As root it runs as the user `postgres`, for it refuses to run as root."""
    programs = binaries()
    assert programs is not None
    place = Path(tempfile.mkdtemp(prefix="thematic-postgres-"))
    who = {"user": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    try:
        (place / "password").write_text(PASSWORD, encoding="utf-8")
        if who:
            for path in (place, place / "password"):
                shutil.chown(path, who["user"])
        data = place / "data"
        made = [programs / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"]
        _run([*made, "--locale=C", f"--pwfile={place / 'password'}"], who)
        server = Server(_free_port())
        control = [programs / "pg_ctl", "-D", data, "-w", "-t", "30", "-l", place / "log"]
        listens = f"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= {_QUICK}"
        _run([*control, "-o", listens, "start"], who)
        try:
            yield server
        finally:
            _run([*control, "-m", "immediate", "stop"], who)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def load(backend, name: str, rows, types: dict[str, str]) -> None:
    """Makes a table of Arrow rows, with these types of columns."""
    columns = ", ".join(f'"{column}" {types[column]}' for column in rows.column_names)
    backend.raw_sql(f"CREATE TABLE {name} ({columns})").close()
    with backend.con.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            copy.write_row(row)


def _run(command: list, who: dict) -> None:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", check=False, **who)
    assert done.returncode == 0, done.stderr.decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
