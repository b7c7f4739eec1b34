"""Turns a connection of sources.yaml into an open one, and what a database's driver says into words without secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from thematic.core.errors import Problem
from thematic.params.sources import KINDS, VARIABLE, split_url

_PATIENCE_S = 20
_OPTIONS: dict[str, dict[str, Any]] = {
    "postgres": {"connect_timeout": _PATIENCE_S},
    "mssql": {"timeout": _PATIENCE_S},
    "snowflake": {"login_timeout": _PATIENCE_S, "create_object_udfs": False},
}
"""How long to wait for a server, and that nothing is to be created in it, as each driver has it."""

_SHORTEST_MASKED = 4


class Unreadable(Exception):
    """A database does not give what was asked of it; the problem is in words for the user, and holds no secret."""

    def __init__(self, where: str, what: str, fix: str) -> None:
        self.problem = Problem(where, what, fix)
        super().__init__(str(self.problem))


@dataclass(repr=False)
class Address:
    """Where and how to connect: the URL without its user and password, and these two.

    `secrets` are texts that no message may hold, with what stands there in their place.
    """

    url: str
    user: str | None
    password: str | None
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The database as ibis knows it."""
        return KINDS[self.url.partition("://")[0].lower()]

    def without_secrets(self, text: str) -> str:
        """The text's first line with every secret masked; nothing where a secret is too short to be masked safely."""
        text = next((line.strip() for line in text.splitlines() if line.strip()), "")
        for secret in sorted(self.secrets, key=len, reverse=True):
            if secret in text and len(secret) < _SHORTEST_MASKED:
                return "what the server says would tell a credential, and is not shown"
            text = text.replace(secret, self.secrets[secret])
        return text[:300]


def address(template: str, environment: Mapping[str, str], where: str) -> Address:
    """The URL with its variables filled in. Raises Unreadable where a variable is not set or holds no URL."""
    unset = [name for name in VARIABLE.findall(template) if not environment.get(name)]
    if unset:
        raise Unreadable(where, f"the environment variable {' and '.join(unset)} is not set.", "Set it, and try again.")
    secrets = {environment[name]: f"${{{name}}}" for name in VARIABLE.findall(template)}
    if VARIABLE.fullmatch(template):
        return _whole(template, next(iter(secrets)).strip(), secrets, where)
    place, user, password = split_url(template)
    place, mark, options_text = place.partition("?")
    return Address(
        _filled(place, environment) + mark + _filled(options_text, environment, encoded=True),
        user and _filled(user, environment),
        password and _filled(password, environment),
        secrets,
    )


def _whole(template: str, url: str, secrets: dict[str, str], where: str) -> Address:
    """The address where one variable holds the whole URL; its parts are secret too."""
    url, user, password = split_url(url)
    user, password = user and unquote(user), password and unquote(password)
    if url.partition("://")[0].lower() not in KINDS:
        kinds = ", ".join(f"{kind}://" for kind in KINDS)
        raise Unreadable(where, f"{template} holds no URL of a database.", f"Begin it with {kinds}.")
    options = {value for _, value in parse_qsl(url.partition("?")[2])}
    parts = {part for part in (user, password, *options) if part}
    masked = dict.fromkeys(parts | {quote(part, safe="") for part in parts}, "...")
    return Address(url, user, password, secrets | masked)


def _filled(template: str, environment: Mapping[str, str], encoded: bool = False) -> str:
    return VARIABLE.sub(
        lambda found: quote(environment[found[1]], safe="") if encoded else environment[found[1]], template
    )


@contextmanager
def connected(place: Address, where: str) -> Iterator[Any]:
    """An open ibis connection, closed with the block. Raises Unreadable where it does not open."""
    fix = "Check its address and the network, and the user and password in the environment."
    with said_by_the_driver(place, where, "cannot be connected to", fix):
        connection = _open(place, where)
    try:
        yield connection
    finally:
        with suppress(Exception):  # one that has failed cannot always be closed
            connection.disconnect()


@contextmanager
def said_by_the_driver(place: Address, where: str, what: str, fix: str) -> Iterator[None]:
    """Whatever a driver raises in the block becomes Unreadable, which gives its reason without secrets.

    Nothing of the driver's own exception is kept: its words, and those behind it, can hold the password.
    """
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001 - every driver has exceptions of its own
        reason = place.without_secrets(str(error)) or type(error).__name__
    else:
        return
    raise Unreadable(where, f"{what}: {reason.rstrip('.')}.", fix)


def _open(place: Address, where: str) -> Any:
    try:
        return _open_databricks(place) if place.kind == "databricks" else _open_url(place)
    except ImportError as error:
        cause = error.__cause__ or error
    if isinstance(cause, ModuleNotFoundError):
        fix = f'Install it: python -m pip install "thematic[{place.kind}]"'
        raise Unreadable(where, f"the driver for {place.kind} is not installed.", fix)
    raise Unreadable(where, f"the driver for {place.kind} cannot be loaded: {cause}.", "See docs/databases.md.")


def _open_url(place: Address) -> Any:
    import ibis

    account = {"user": place.user, "password": place.password}
    given = {name: value for name, value in account.items() if value is not None}
    asked = {name for name, _ in parse_qsl(place.url.partition("?")[2])}
    options = {name: value for name, value in _OPTIONS.get(place.kind, {}).items() if name not in asked}
    return ibis.connect(place.url, **given, **options)


def _open_databricks(place: Address) -> Any:
    """ibis has no URL for it: host, the warehouse's HTTP path, and the token as the password."""
    import ibis

    host, _, path = place.url.partition("://")[2].partition("?")[0].partition("/")
    options = dict(parse_qsl(place.url.partition("?")[2]))
    return ibis.databricks.connect(
        server_hostname=host, http_path=f"/{path}", access_token=options.pop("access_token", place.password), **options
    )
