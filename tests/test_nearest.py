"""Names that are nearly the same, and names that are only alike."""

from __future__ import annotations

import pytest

from techmap_sync.nearest import did_you_mean, is_nearly

NEARLY = [
    ("TokenStor", "TokenStore"), ("TokenStroe", "TokenStore"), ("Tokenstore", "TokenStore"),
    ("ApiGatway", "ApiGateway"), ("Stoer", "Store"), ("RateLimitter", "RateLimiter"),
    ("token-store", "TokenStore"), ("Warteschlage", "Warteschlange"), ("Ratenbegrenzr", "Ratenbegrenzer"),
    ("ReccoveryTokenStor", "RecoveryTokenStore"),
]  # fmt: skip


OTHERS = [
    ("Redis", "Reddis"), ("Kafka", "Kafkas"), ("Session", "Sessions"), ("Sessions", "Session"),
    ("User", "Users"), ("OAuth1Client", "OAuth2Client"), ("UserImporter", "UserExporter"),
    ("Getter", "Setter"), ("Importer", "Exporter"), ("DB", "DBs"), ("队列", "队裂"),
    ("CacheReader", "CacheHeader"), ("", "Store"), ("Store", "Stores"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "other"), NEARLY)
def test_a_slip_of_the_pen_is_nearly_the_name(name: str, other: str) -> None:
    assert is_nearly(name, other)
    assert is_nearly(other, name)


@pytest.mark.parametrize(("name", "other"), OTHERS)
def test_names_that_are_only_alike_are_not(name: str, other: str) -> None:
    assert not is_nearly(name, other)


KNOWN = ("text", "html", "--max-writes", "GITHUB")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("htlm", "html"), ("HTML", "html"), ("--max", "--max-writes"), ("githbu", "GITHUB"), ("txt", "text")],
)
def test_the_nearest_is_named(word: str, meant: str) -> None:
    assert did_you_mean(word, KNOWN) == f"did you mean {meant}?"


def test_where_none_is_near_all_are_named_or_something_else_is_said() -> None:
    assert did_you_mean("zzz", ["a", "b"]) == "known are a, b"
    assert did_you_mean("zzz", ["a", "b"], "see --help") == "see --help"
