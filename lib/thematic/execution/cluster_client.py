"""Turns the address of a Dask scheduler into a client of it, or refuses it before anything is sent."""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from thematic.core.errors import ArgumentsRefused, Problem
from thematic.core.versions import differences, versions
from thematic.execution.fence import fenced

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10
WORKERS_SECONDS = 20
"""How long a batch waits for its first worker."""

_PAUSE_SECONDS = 0.1
_SHOWN = 8
_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")
_CONFIG = {"distributed.admin.large-graph-warning-threshold": "1GB"}
_CERTIFICATES = {
    "distributed.comm.tls.ca-file": "DASK_DISTRIBUTED__COMM__TLS__CA_FILE",
    "distributed.comm.tls.client.cert": "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT",
}
_EXAMPLE = "Write the address that `dask scheduler` prints, such as tcp://10.0.0.5:8786."


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at the address (tcp://host:port or tls://host:port), closed when the block ends.

    What was sent and is not done by then is cancelled. Raises ArgumentsRefused where the address is none, no scheduler
    answers, there is no worker, or the scheduler or a worker runs other versions than this machine.
    """
    _check_address(address)
    import dask
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    _check_certificates(address, dask.config.get)
    with _silent(_LOGGERS), warnings.catch_warnings(), dask.config.set(_CONFIG), fenced():
        warnings.simplefilter("ignore", VersionMismatchWarning)  # our own check says more
        _check_scheduler(address)
        with _answering(address):
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        try:
            with _answering(address):
                _wait_for_workers(client, address)
                _check_versions(client, address)
            yield client
        finally:
            with suppress(OSError):
                client.close(timeout=1)


@contextmanager
def _answering(address: str) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise _no_answer(address) from None


def _no_answer(address: str) -> ArgumentsRefused:
    return ArgumentsRefused(
        f"CLUSTER: no Dask scheduler answers at {address}. See that it runs and can be reached from here. {_EXAMPLE}"
    )


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"tcp", "tls"} and bool(parts.hostname) and parts.port is not None and not parts.path
    except ValueError:
        good = False
    if not good:
        raise ArgumentsRefused(f"CLUSTER: '{address}' is not the address of a Dask scheduler. {_EXAMPLE}")


def _check_certificates(address: str, config: Callable[..., Any]) -> None:
    if not address.startswith("tls:"):
        return
    for name, variable in _CERTIFICATES.items():
        file = config(name, None)
        if not file:
            raise ArgumentsRefused(
                f"CLUSTER: {address} needs certificates. Set {variable} (docs/cluster.md tells how)."
            )
        if not Path(file).is_file():
            raise ArgumentsRefused(f"CLUSTER: there is no certificate '{file}'. Correct {variable}.")


def _check_scheduler(address: str) -> None:
    try:
        kind = asyncio.run(_kind(address))
    except Exception:  # noqa: BLE001 - what listens there may be anything, and Dask takes its words for its own
        kind = None
    if kind != "Scheduler":
        raise _no_answer(address)


async def _kind(address: str) -> Any:
    """What a Dask process at the address says that it is. (A client would wait for ever for one that says nothing.)"""
    from distributed.core import connect, send_recv
    from distributed.security import Security

    async with asyncio.timeout(CONNECT_SECONDS):
        comm = await connect(address, timeout=CONNECT_SECONDS, **Security().get_connection_args("client"))
        try:
            return (await send_recv(comm, op="identity"))["type"]
        finally:
            comm.abort()


def _wait_for_workers(client: Client, address: str) -> None:
    until = time.monotonic() + WORKERS_SECONDS
    while not client.nthreads():
        if time.monotonic() > until:
            raise ArgumentsRefused(
                f"CLUSTER: the scheduler at {address} has no workers, and none came within {WORKERS_SECONDS} s. "
                f"Start some on machines that have Thematic: dask worker {address}"
            )
        time.sleep(_PAUSE_SECONDS)


def _check_versions(client: Client, address: str) -> None:
    found = {f"the worker {worker}": why for worker, why in asked(client, None).items()}
    try:
        found[f"the scheduler {address}"] = _fault(client.run_on_scheduler(versions))
    except Exception as error:  # noqa: BLE001 - whatever it is, the scheduler does not have what we have
        found[f"the scheduler {address}"] = _fault(error)
    problems = [Problem(machine, f"{why}.") for machine, why in found.items() if why]
    if problems:
        raise ArgumentsRefused(
            "CLUSTER: not all of the cluster runs the versions of this machine, so the reports might not be the same. "
            "Give every machine of it the same Thematic and the same uv.lock, and start its processes again:",
            problems,
        )


def asked(client: Client, workers: Sequence[str] | None) -> dict[str, str]:
    """What is wrong with the versions of each worker (None: of all), empty where nothing is.

    One that could not be asked, because it has just been lost, is left out.
    """
    answers = client.run(versions, workers=workers, on_error="return")
    return {worker: _fault(answer) for worker, answer in answers.items() if not isinstance(answer, OSError)}


def listed(different: Sequence[str]) -> str:
    """Differences in one line; of many, the first."""
    more = f"; and {len(different) - _SHOWN} more" if len(different) > _SHOWN else ""
    return "; ".join(different[:_SHOWN]) + more


def _fault(answer: object) -> str:
    if isinstance(answer, Exception):
        return f"it has no Thematic, or another ({type(answer).__name__}: {answer})"
    if not isinstance(answer, dict) or not all(isinstance(each, str) for pair in answer.items() for each in pair):
        return "what it says of its versions cannot be read"
    return listed(differences(versions(), answer))


@contextmanager
def _silent(names: Sequence[str]) -> Iterator[None]:
    """Keeps Dask's own log off the terminal: what a user must know of the cluster, we say."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
