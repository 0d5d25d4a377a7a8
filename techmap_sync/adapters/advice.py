"""When a server wants to be asked again, read from headers that may hold anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

DAY = 86_400.0
"""No limit of either vendor lasts longer; what names more is cut to a day, or means another unit."""
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_CIPHERS = 12


def seconds_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return what ``Retry-After`` says, in seconds or as a date; None where it says nothing that can be understood.

    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3: a whole number of seconds, or a date.

    :param headers: by names in lower case.
    """
    advice = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(advice):
        return _within_a_day(advice)
    try:
        return min(max((parsedate_to_datetime(advice) - now).total_seconds(), 0.0), DAY)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def reset_time(text: str, now: datetime) -> datetime | None:
    """Return when a limit starts again, given in seconds since 1970.

    :return: None for what can be no such time: more than a day ahead, as milliseconds would be.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text) or len(text.partition(".")[0]) > _CIPHERS:
        return None
    seconds = float(text)
    if seconds > now.timestamp() + DAY:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def moment(text: str) -> datetime | None:
    """Return a time that a row names; None where it is not one, or lacks its zone."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None


def number(text: str) -> int | None:
    """Return a count that a header names; None where it names none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _CIPHERS else None


def _within_a_day(digits: str) -> float:
    return DAY if len(digits.partition(".")[0].lstrip("0")) > _CIPHERS else min(float(digits), DAY)
