"""A server of one's own with a certificate of one's own authority, over real TLS on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from techmap_sync.errors import OutcomeUnclear, TrackerError
from techmap_sync.sync.tracker import Draft
from techmap_sync.trackers.gitlab.tracker import connect
from tests.simulators.gitlab import Simulator

Key = ec.EllipticCurvePrivateKey


def _certificate(name: str, issuer: x509.Certificate | None, key: Key, signer: Key) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if issuer is None:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the authority's certificate and the server's, the latter with its key."""
    folder = tmp_path_factory.mktemp("authority")
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Our Own Authority", None, root_key, root_key)
    own = _certificate("localhost", root, key, root_key)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(root.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(private + own.public_bytes(pem))
    return folder


def test_a_private_authority_and_a_relative_url_work_by_the_setting(authority: Path) -> None:
    with Simulator.running(prefix="/gitlab", certificate=authority / "server.pem") as server:
        tracker = connect(server.connection(ca_bundle=str(authority / "ca.pem")))
        assert tracker.create(Draft("Title", "Body")).url == f"{server.url}/group/project/-/issues/1"
        assert server.url.startswith("https://")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_private_authority_works_by_the_usual_variables(
    authority: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(authority / "ca.pem"))
    with Simulator.running(certificate=authority / "server.pem") as server:
        assert connect(server.connection()).snapshot("techmap").tickets == ()


def test_a_certificate_that_is_not_trusted_is_told_at_once_with_the_way_out(
    authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with Simulator.running(certificate=authority / "server.pem") as server:
        tracker = connect(server.connection())
        with pytest.raises(TrackerError) as caught:
            tracker.snapshot("techmap")
        assert server.waited == []
    host = server.url.removeprefix("https://")
    assert f"certificate of {host}" in caught.value.what
    assert "ca_bundle" in caught.value.hint
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    assert not isinstance(caught.value, OutcomeUnclear)


def test_certificates_that_cannot_be_read_are_told(authority: Path, tmp_path: Path) -> None:
    with Simulator.running(certificate=authority / "server.pem") as server, pytest.raises(TrackerError) as caught:
        connect(server.connection(ca_bundle=str(tmp_path / "missing.pem"))).snapshot("techmap")
    assert "certificates" in caught.value.what
    assert "ca_bundle" in caught.value.hint
