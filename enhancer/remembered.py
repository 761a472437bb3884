"""What was measured on this machine, kept in small files of the cache folder, which may be lost or spoilt."""

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

log = logging.getLogger(__name__)
Value = TypeVar("Value")


def recall(file: Path, opened: Callable[[Any], Value]) -> dict[str, Value]:
    """What `file` holds, each value as `opened` makes it; nothing from a file that is not there or was spoilt."""
    try:
        return {str(key): opened(value) for key, value in json.loads(file.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        log.warning("%s is not readable, what it held must be measured again: %s", file, error)
        return {}


def remember(file: Path, values: Mapping[str, Any]) -> None:
    """Write `file` anew, whole or not at all, whoever else writes it meanwhile: the last one stays.

    A disk that takes nothing costs the memory, not the measurement.
    """
    text, partial = json.dumps(values, indent=1), file.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_text(text, encoding="utf-8")
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s cannot be written, what was measured is not remembered: %s", file, error)
