"""Logging: event names and allow-listed keys, nothing a person wrote. Rasa and its libraries are kept from printing text."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

ALLOWED_KEYS = frozenset(
    {"event", "level", "timestamp", "logger", "channel", "intent", "action", "duration_ms", "conversation", "attempt", "reason", "count"}
    | {"path", "method", "status", "url", "version", "staff", "kind"}
)
_QUIET = ("rasa", "rasa_sdk", "asyncio", "sqlalchemy", "dbos", "matplotlib", "tensorflow", "h5py", "apscheduler", "urllib3", "httpx", "httpcore", "telegram", "alembic")


def configure_logging(level: int = logging.INFO) -> None:
    """Send our events to standard error as one line each; keep libraries at WARNING without their text.

    Rasa prints message text, slot values and exceptions with locals; its records are reduced to where they come from.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_without_content)
    handler.setFormatter(_PlainFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.captureWarnings(True)  # libraries' warnings: of no use to those who run the service
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.handlers.clear()
        logger.propagate = True
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            _only_allowed,
            structlog.processors.KeyValueRenderer(key_order=["event"], sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class _PlainFormatter(logging.Formatter):
    """Never prints a traceback: its lines can quote what a person wrote."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        return f"({ei[0].__name__})" if ei and ei[0] else ""

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return ""


_OURS = ("bot", "nlu", "actions", "knowledge", "connectors", "uvicorn.error")


def _without_content(record: logging.LogRecord) -> bool:
    """Let our own records through; of a library's record only its origin is left."""
    if record.name.split(".")[0] in {name.split(".")[0] for name in _OURS}:
        if record.name.startswith("uvicorn") and record.exc_info:
            record.msg, record.args = "request failed", ()
        return True
    record.msg = f"{record.funcName}:{record.lineno}"
    record.args = ()
    return True


def _only_allowed(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}
