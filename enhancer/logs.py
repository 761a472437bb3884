"""Log lines that name the request they belong to: plain text, or one JSON object a line for machines that read them."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

TEXT, JSON = "text", "json"
REQUEST_ID: ContextVar[str] = ContextVar("request id", default="")
FACTS = "facts"  # `extra={FACTS: {...}}` of a line: what JSON holds apart, and text has in its sentence


def configure(form: str) -> None:
    """Write what is worth it to the standard error stream. Raises ValueError for a form other than text and json."""
    forms: dict[str, logging.Formatter] = {TEXT: _Text(), JSON: _Json()}
    if form not in forms:
        raise ValueError(f"ENHANCER_LOG={form!r} is not one of {', '.join(forms)}")
    handler = logging.StreamHandler()
    handler.setFormatter(forms[form])
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        name = REQUEST_ID.get()
        record.message = f"request={name} {record.message}" if name else record.message
        return super().formatMessage(record)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request": REQUEST_ID.get() or None,
            "error": self.formatException(record.exc_info) if record.exc_info else None,
            **getattr(record, FACTS, {}),
        }
        return json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=False)
