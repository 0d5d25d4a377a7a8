"""Addresses are read by one strict grammar, and servers are compared whole."""

from __future__ import annotations

import pytest

from techmap_sync.servers import BadAddress, read_address, server_named


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("https://api.github.com", "https://API.GitHub.com./"),
        ("https://git.example.org", "https://git.example.org:443"),
        ("http://localhost", "http://localhost:80"),
        ("https://[::1]", "https://[0:0:0:0:0:0:0:1]"),
    ],
)
def test_ways_to_write_one_server(written: str, same: str) -> None:
    assert read_address(written)[0] == read_address(same)[0]


@pytest.mark.parametrize(
    "other",
    [
        "https://github.com.evil.example",
        "https://api.github.com.evil.example",
        "https://evil-github.com",
        "https://github.com:8443",
        "http://github.com",
        "https://github.comm",
        "https://githu8.com",
        "https://xn--gthub-n4a.com",
    ],
)
def test_look_alikes_are_other_servers(other: str) -> None:
    assert read_address(other)[0] not in (server_named("github.com"), server_named("api.github.com"))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "github.com",
        "https://",
        "https://github.com@evil.example",
        "https://user:word@github.com",
        "https://evil.example\\@github.com",
        "https://github.com\\.evil.example",
        "https://github.com/\\evil",
        "https://git hub.com",
        " https://github.com",
        "https://github.com\n.evil.example",
        "https://github.com\t",
        "https://github.com#@evil.example",
        "https://github.com?x=1",
        "https://github.com%2eevil.example",
        "https://gıthub.com",
        "https://github。com",
        "https://githսb.com",
        "https://github.com\u202e",
        "https://github.com:",
        "https://github.com:0",
        "https://github.com:99999",
        "https://github..com",
        "https://.github.com",
        "https://127.1",
        "https://2130706433",
        "https://0x7f.0.0.1",
        "https://0177.0.0.1",
        "https://[127.0.0.1]",
        "https://[::1",
        "https:/github.com",
        "https:github.com",
        "//github.com",
        "ftp://github.com",
        "file:///etc/passwd",
        "javascript://github.com",
    ],
)
def test_what_two_readers_could_understand_differently_is_not_an_address(address: str) -> None:
    with pytest.raises(BadAddress):
        read_address(address)


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("https://git.example.org", True),
        ("http://git.example.org", False),
        ("http://localhost:8080", True),
        ("http://127.0.0.1", True),
        ("http://127.9.8.7:1", True),
        ("http://[::1]:3000", True),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://128.0.0.1", False),
        ("http://0.0.0.0", False),
        ("http://192.168.0.1", False),
        ("http://[fe80::1]", False),
    ],
)
def test_only_this_machine_is_asked_without_encryption(address: str, private: bool) -> None:
    assert read_address(address)[0].is_private is private


def test_what_is_sent_goes_to_the_form_that_was_compared() -> None:
    server, path = read_address("HTTPS://Git.Example.ORG.:443/Sub/api/v3/")
    assert f"{server}{path}" == "https://git.example.org/Sub/api/v3"
