"""A certificate for 127.0.0.1, made on the spot, that nobody trusts unless they are told to."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the certificate; its key stands beside it, ending in .key."""
    made = tmp_path_factory.mktemp("tls") / "loopback.pem"
    asked = (
        f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=loopback -addext subjectAltName=IP:127.0.0.1 -out {made}"
    )
    command = ["openssl", *asked.split(), "-keyout", str(made.with_suffix(".key"))]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    return made


def encrypted(certificate: Path) -> ssl.SSLContext:
    """How a server speaks that has the certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context
