"""What an answer that is not a success means, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable

from techmap_sync.trackers.answers import Answer, Row
from techmap_sync.trackers.http import RequestRefused
from techmap_sync.trackers.session import one_line


def message(answer: Answer) -> str:
    """Return the server's own sentence in an error, on one line."""
    return one_line(str(answer.row.get("message") or ""))


def refusal(tracker: str, repository: str, answer: Answer) -> RequestRefused:
    """Return the error for an answer with status 300 or above."""
    what, hint = _explain(repository, answer)
    said, field, affects_run = message(answer), _field(answer), _affects_run(answer)
    return RequestRefused(tracker, one_line(what), hint, answer.status, said, field, affects_run)


def _field(answer: Answer) -> str:
    """Return the field that a validation error is about; empty where it is about several or none."""
    errors = answer.row.get("errors") if answer.status == 422 else None
    fields = (
        {str(error.get("field")) for error in errors if isinstance(error, dict)} if isinstance(errors, list) else set()
    )
    return fields.pop() if len(fields) == 1 else ""


def _affects_run(answer: Answer) -> bool:
    """Return whether the answer itself says that nothing can be read or written here."""
    match answer.status:
        case 401:
            return True
        case 403:
            return "x-github-sso" in answer.headers or "SAML" in message(answer) or "archived" in message(answer)
        case 410:
            return "disabled" in message(answer)
        case status:
            return status >= 500


def not_found(errors: Iterable[Row]) -> frozenset[str]:
    """Return the last names on the paths of what a query did not find."""
    paths = (error.get("path") for error in errors if error.get("type") == "NOT_FOUND")
    return frozenset(str(path[-1]) for path in paths if isinstance(path, list) and path)


def _explain(repository: str, answer: Answer) -> tuple[str, str]:
    """Return what is wrong, and what to do about it."""
    said = message(answer)
    match answer.status:
        case 401:
            explained = "the token was not accepted", "make a new one: this one is wrong, expired or revoked"
        case 403 if "x-github-sso" in answer.headers or "SAML" in said:
            explained = (
                f"{repository} requires single sign-on",
                "authorize the token for the organization in its settings",
            )
        case 403 if "archived" in said:
            explained = f"{repository} is archived and read-only", "unarchive it, or name another repository"
        case 403:
            what = f"the token may not do this in {repository}: {said or 'forbidden'}"
            explained = (
                what,
                "give it the permission Issues: read and write; in GitHub Actions permissions: issues: write",
            )
        case 404:
            explained = f"not found in {repository}", "check the name, and that the token may see the repository"
        case 410 if "disabled" in said:
            explained = f"issues are disabled in {repository}", "enable them in the repository's settings"
        case 410:
            explained = f"it was deleted from {repository}", "run again"
        case 422:
            explained = f"{repository} rejected it: {_details(answer)}", "change what it names, and run again"
        case status if status < 400:
            explained = f"{repository} has moved and does not say where", "name the repository by its new name"
        case status:
            explained = f"the server answered with status {status}{f': {said}' if said else ''}", "try again later"
    return explained


def _details(answer: Answer) -> str:
    """Return the sentences of a validation error.

    https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
    """
    errors = answer.row.get("errors")
    details = [_detail(error) for error in errors] if isinstance(errors, list) else []
    return "; ".join([message(answer) or "validation failed", *filter(None, details)])


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return one_line(str(error))
    detail = error.get("message") or " ".join(str(error[key]) for key in ("field", "code") if key in error)
    return one_line(str(detail))
