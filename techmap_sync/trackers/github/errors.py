"""What an answer that is no success means, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from techmap_sync.errors import TrackerError
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.github.transport import Answer
from techmap_sync.trackers.http import one_line, reset_time, seconds_to_wait

_SECONDS_WITHOUT_ADVICE = 60.0


@dataclass(eq=False)
class Refusal(TrackerError):
    """The server understood and said no; the request had no effect."""

    status: int = 0
    said: str = ""
    """The server's own words."""
    field: str = ""
    """The one field of an issue that a validation error is about."""
    of_run: bool = False
    """It is the token or the repository that is refused, whatever the request was about."""


def refusal(tracker: str, repository: str, answer: Answer) -> Refusal:
    """Return the error for an answer with status 300 or above."""
    what, hint = _explain(repository, answer)
    return Refusal(
        tracker, one_line(what), hint, answer.status, answer.message, field=_field(answer), of_run=_is_of_run(answer)
    )


def _field(answer: Answer) -> str:
    """Return the field that a validation error is about; empty where it is about several or none."""
    errors = answer.row.get("errors") if answer.status == 422 else None
    fields = (
        {str(error.get("field")) for error in errors if isinstance(error, dict)} if isinstance(errors, list) else set()
    )
    return fields.pop() if len(fields) == 1 else ""


def _is_of_run(answer: Answer) -> bool:
    """Return whether the answer itself says that nothing here can be written, or read."""
    match answer.status:
        case 401:
            return True
        case 403:
            return "x-github-sso" in answer.headers or "SAML" in answer.message or "archived" in answer.message
        case 410:
            return "disabled" in answer.message
        case status:
            return status >= 500


def seconds_demanded(answer: Answer, attempt: int, now: datetime) -> float | None:
    """Return how long the server wants to be left alone; None when it was not about limits.

    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit: first
    ``retry-after``, then ``x-ratelimit-reset`` when none remain, else a minute, doubled each time.

    :param attempt: how often the same request was refused for its pace before.
    """
    if answer.status not in (403, 429) and not _is_query_too_much(answer):
        return None
    seconds = seconds_to_wait(answer.headers, now)
    if seconds is not None:
        return seconds
    exhausted = answer.headers.get("x-ratelimit-remaining") == "0"
    if exhausted and (reset := reset_time(answer.headers.get("x-ratelimit-reset", ""), now)):
        # Nobody says when within that second.
        return max((reset - now).total_seconds() + 1, 1.0)
    if answer.status in (200, 429) or exhausted or "rate limit" in answer.message.lower():
        return _SECONDS_WITHOUT_ADVICE * float(2**attempt)
    return None


def _is_query_too_much(answer: Answer) -> bool:
    """Return whether a GraphQL query met a limit, which is told with status 200.

    https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    told = (f"{error.get('type', '')} {error.get('message', '')}".lower() for error in _query_errors(answer))
    return any("rate_limit" in each or "rate limit" in each for each in told)


def not_found(answer: Answer) -> frozenset[str]:
    """Return the last names on the paths of what a GraphQL query did not find."""
    paths = (error.get("path") for error in _query_errors(answer) if error.get("type") == "NOT_FOUND")
    return frozenset(str(path[-1]) for path in paths if isinstance(path, list) and path)


def _query_errors(answer: Answer) -> list[Row]:
    errors = answer.row.get("errors") if answer.status == 200 else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _explain(repository: str, answer: Answer) -> tuple[str, str]:
    """Return what is wrong, and what to do."""
    said = answer.message
    match answer.status:
        case 401:
            told = "the token was not accepted", "make a new one: this one is wrong, expired or revoked"
        case 403 if "x-github-sso" in answer.headers or "SAML" in said:
            told = f"{repository} wants single sign-on", "authorize the token for the organization in its settings"
        case 403 if "archived" in said:
            told = f"{repository} is archived and read-only", "unarchive it, or name another repository"
        case 403:
            what = f"the token may not do this in {repository}: {said or 'forbidden'}"
            told = what, "give it the permission Issues: read and write; in GitHub Actions permissions: issues: write"
        case 404:
            told = f"not found in {repository}", "check the name, and that the token may see the repository"
        case 410 if "disabled" in said:
            told = f"issues are disabled in {repository}", "enable them in the repository's settings"
        case 410:
            told = f"it was deleted from {repository}", "run again"
        case 422:
            told = f"{repository} did not take it: {_details(answer)}", "change what it names, and run again"
        case status if status < 400:
            told = f"{repository} has moved and does not say where", "name the repository by its new name"
        case status:
            told = f"the server answered with status {status}{f': {said}' if said else ''}", "try again later"
    return told


def _details(answer: Answer) -> str:
    """Return the sentences of a validation error.

    https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
    """
    errors = answer.row.get("errors")
    told = [_detail(error) for error in errors] if isinstance(errors, list) else []
    return "; ".join([answer.message or "validation failed", *filter(None, told)])


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return one_line(str(error))
    told = error.get("message") or " ".join(str(error[key]) for key in ("field", "code") if key in error)
    return one_line(str(told))
