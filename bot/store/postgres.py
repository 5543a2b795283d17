"""The store on PostgreSQL: a few connections that write, a few that read, none of which waits for ever."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from bot.store.engine import READERS, Engines

WRITERS: Final = 4

_FROZEN: Final = 10  # seconds after which a transaction of a process that sleeps is ended, and its locks are free

# Of libpq. A server that has gone without a word is noticed in seconds rather than in hours.
_CONNECTION: Final = {
    "connect_timeout": "2",  # seconds
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",  # milliseconds
    "application_name": "partnerdesk",
}
_SNAPSHOT: Final = {"default_transaction_read_only": "on", "default_transaction_isolation": "'repeatable read'"}


def open_postgres(url: URL, *, busy_timeout: float) -> Engines:
    """Open the database that a URL names; nothing is connected to yet.

    `busy_timeout` limits each statement, in seconds. Raises
    ValueError if the driver is not installed.
    """
    try:
        import psycopg  # noqa: F401, PLC0415
    except ImportError:
        raise ValueError("DATABASE_URL: the driver of PostgreSQL is missing: install partnerdesk[postgres]") from None
    milliseconds = int(busy_timeout * 1000)
    limits = {
        "statement_timeout": str(milliseconds),
        "lock_timeout": str(milliseconds),
        "idle_in_transaction_session_timeout": str(_FROZEN * 1000),
    }
    return Engines(
        writer=_engine(url, WRITERS, busy_timeout, limits),
        # A unit that only reads sees one state of the database, whatever is committed meanwhile, as on SQLite.
        reader=_engine(url, READERS, busy_timeout, limits | _SNAPSHOT),
        threads=WRITERS,
    )


def connection_settings(url: URL) -> dict[str, str]:
    """What libpq is told beside the URL; what the URL says goes before."""
    return {name: value for name, value in _CONNECTION.items() if name not in url.query}


def _engine(url: URL, pool_size: int, pool_timeout: float, options: dict[str, str]) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=connection_settings(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.execute("; ".join(f"SET {name} = {value}" for name, value in options.items()))
        connection.commit()

    @event.listens_for(engine, "checkout")
    def _alive(connection: Any, _record: Any, _proxy: Any) -> None:
        # Costs no round trip: a connection that the server has ended has something to read while nothing was asked.
        if connection.closed or _is_hung_up(connection):
            raise DisconnectionError("the server has ended the connection")

    return engine


def _is_hung_up(connection: Any) -> bool:
    try:
        # Neither waits: the first reads the server's last words, the second finds that it has closed the connection.
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except Exception:  # noqa: BLE001 - whatever it is, another connection is needed
        return True
    return bool(connection.broken)
