"""Laws of a machine's own files: what could not work, or would be dangerous, is refused in a sentence."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from config.tls import Tls
from tests.certificates import DAY, IS_LED, LEADS, NOW, Authority, Issued
from tests.wire_pairs import LATE_S
from wire.tls.errors import CertificateError
from wire.tls.files import Role, load

ROLES = {Role.SATELLITE: IS_LED, Role.HUB: LEADS}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


def instead(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


def lock(issued: Issued) -> None:
    key = load_pem_private_key(issued.key.read_bytes(), None)
    form = Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a passphrase")
    issued.key.write_bytes(key.private_bytes(*form))


@pytest.mark.parametrize("role", Role)
def test_what_was_issued_for_a_role_does(authority: Authority, role: Role) -> None:
    issued = authority.issue("hark-1", ROLES[role])
    loaded = load(authority.tls(issued), role)
    assert loaded.own.names == ("hark-1",)
    assert loaded.own.fingerprint == issued.fingerprint
    assert loaded.authority_ends > loaded.own.ends


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("begins", [NOW - 900 * DAY, NOW + 300 * DAY])
def test_a_clock_that_is_wrong_keeps_nobody_from_starting(authority: Authority, role: Role, begins: datetime) -> None:
    load(authority.tls(authority.issue("hark-1", ROLES[role], begins, begins + DAY)), role)


@pytest.mark.parametrize("role", Role)
def test_tls_is_1_3_alone_without_sessions_and_knows_no_public_authority(authority: Authority, role: Role) -> None:
    context = load(authority.tls(authority.issue("hark-1", ROLES[role])), role).context
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert ssl.OP_NO_TICKET in context.options
    assert len(context.get_ca_certs()) == 1
    assert context.keylog_filename is None


@pytest.mark.parametrize("role", Role)
def test_a_certificate_for_the_other_role_for_both_or_for_none_is_refused(authority: Authority, role: Role) -> None:
    (other,) = set(Role) - {role}
    with pytest.raises(CertificateError, match=role.value):
        load(authority.tls(authority.issue("hark-1", ROLES[other])), role)
    for roles in ((*LEADS, *IS_LED), ()):
        with pytest.raises(CertificateError, match="whoever steals it could be one"):
            load(authority.tls(authority.issue("hark-1", roles)), role)


WRONG: dict[str, tuple[Callable[[Issued, Authority], object], str]] = {
    "a key for all to read": (lambda issued, _: issued.key.chmod(0o644), "chmod o="),
    "another key": (
        lambda issued, authority: issued.key.write_bytes(authority.issue("x").key.read_bytes()),
        "is not the key of",
    ),
    "a locked key": (lambda issued, _: lock(issued), "passphrase"),
    "a key in the certificate's place": (
        lambda issued, _: issued.certificate.write_bytes(issued.key.read_bytes()),
        "no certificate in PEM",
    ),
    "a certificate in the key's place": (
        lambda issued, _: issued.key.write_bytes(issued.certificate.read_bytes()),
        "no private key in PEM",
    ),
    "half a key": (lambda issued, _: issued.key.write_bytes(issued.key.read_bytes()[:90]), "make them anew"),
    "no key": (lambda issued, _: issued.key.unlink(), "No such file"),
    "a folder": (lambda issued, _: instead(issued.key, Path.mkdir), "is no file"),
    "a pipe": (lambda issued, _: instead(issued.key, os.mkfifo), "is no file"),
    "no authority": (lambda _, authority: authority.file.write_bytes(b""), "certificate of an authority"),
    "another authority": (
        lambda _, authority: authority.file.write_bytes(Authority(authority.folder / "b").file.read_bytes()),
        "must be signed by",
    ),
    "a satellite for an authority": (
        lambda issued, authority: authority.file.write_bytes(issued.certificate.read_bytes()),
        "certificate of an authority",
    ),
}


@pytest.mark.parametrize(("spoil", "told"), WRONG.values(), ids=WRONG)
def test_files_that_cannot_be_used_are_named_in_one_sentence(
    authority: Authority, spoil: Callable[[Issued, Authority], object], told: str
) -> None:
    issued = authority.issue("hark-1")
    places = authority.tls(issued)
    spoil(issued, authority)
    with pytest.raises(CertificateError, match=told) as raised:
        load(places, Role.SATELLITE)
    assert str(authority.folder) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "PRIVATE" not in str(raised.value)


@pytest.mark.parametrize(
    "half", [{"key": ""}, {"authority": ""}, {"certificate": ""}, {"certificate": "", "key": "", "authority": ""}]
)
def test_settings_with_half_of_it_are_refused(authority: Authority, half: dict[str, str]) -> None:
    whole = msgspec.to_builtins(authority.tls(authority.issue("hark-1")))
    msgspec.convert(whole, Tls)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**whole, **half}, Tls)


GREED = "-addext subjectAltName=DNS:hub -addext extendedKeyUsage=clientAuth -addext basicConstraints=critical,CA:TRUE"


@pytest.mark.parametrize("asks", ["", GREED], ids=["as they say", "by a satellite that asks to be a hub"])
def test_a_certificate_that_openssl_makes_as_the_documents_say_does(tmp_path: Path, asks: str) -> None:
    """The commands of docs/security.md, in their order, by a shell; a request may ask for more, and gets no more."""
    text = Path(__file__).parents[3].joinpath("docs/security.md").read_text()
    script = "\n".join(
        line.strip() for line in text.splitlines() if line.startswith("    openssl req") or " -req " in line
    )
    assert script.count("openssl") >= 4
    script = script.replace("-keyout kitchen.key", f"{asks} -keyout kitchen.key")

    async def made() -> int:
        process = await asyncio.create_subprocess_exec("sh", "-ec", f"umask 077\n{script}", cwd=tmp_path)
        async with asyncio.timeout(LATE_S):
            return await process.wait()

    if not any((Path(folder) / "openssl").exists() for folder in os.environ["PATH"].split(":")):
        pytest.skip("openssl is not installed")
    assert asyncio.run(made()) == 0
    for stem, role in (("hub", Role.HUB), ("kitchen", Role.SATELLITE)):
        places = Tls(
            certificate=str(tmp_path / f"{stem}.pem"),
            key=str(tmp_path / f"{stem}.key"),
            authority=str(tmp_path / "authority.pem"),
            revoked="",
        )
        assert load(places, role).own.names == (("hub",) if role is Role.HUB else ("hark-108a9568663a",))
