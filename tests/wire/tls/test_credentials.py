"""Laws of credentials that change while connections last; nothing is restarted."""

from __future__ import annotations

import asyncio
import math
import shutil
import ssl
from pathlib import Path

import pytest

from tests.attacks.strangers import context
from tests.certificates import LEADS, NOW
from tests.wire.tls.doors import SATELLITE, House, answers
from tests.wire_pairs import LOOPBACK, leaves_nothing
from wire.errors import WireError
from wire.tls.certificate import DAY_S, Certificate
from wire.tls.credentials import Credentials
from wire.tls.errors import Refused
from wire.tls.files import Role


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.made(tmp_path / "house")


async def looked(credentials: Credentials) -> None:
    """A change counts once it was seen twice."""
    for _ in range(3):
        await credentials.look()


def test_a_hub_that_is_revoked_is_cut_off_and_no_other(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        other = house.authority.issue("second", LEADS)
        async with house.open(), await house.dial() as stolen, await house.dial(other) as hub:
            assert await answers(stolen)
            house.authority.revoke(house.hub)
            await looked(house.credentials)
            with pytest.raises(WireError):
                await stolen.read()
            assert await answers(hub)
            assert await house.tells(context(house.hub)) == b""
            house.authority.revoke()
            await looked(house.credentials)
            async with await house.dial() as again:
                assert await answers(again)

    leaves_nothing(test)
    assert house.hub.fingerprint[:16] in caplog.text


def test_a_satellite_that_is_revoked_is_left_by_its_hub(house: House) -> None:
    async def test() -> None:
        leading = house.leads()
        async with house.open(), await house.dial(credentials=leading) as hub:
            assert await answers(hub)
            house.authority.revoke(house.satellite)
            await looked(leading)
            assert hub.closed

    leaves_nothing(test)


def test_a_renewed_certificate_is_shown_to_whoever_comes_next(house: House) -> None:
    async def test() -> None:
        async with house.open(), await house.dial() as before:
            new = house.authority.issue(SATELLITE)
            shutil.copy(new.certificate, house.satellite.certificate)
            await house.credentials.look()
            await house.credentials.look()  # it does not fit the key that is still there
            shutil.copy(new.key, house.satellite.key)
            await looked(house.credentials)
            async with await house.dial() as after:
                assert after.certificate is not None
                assert after.certificate.fingerprint == new.fingerprint
            assert await answers(before)

    leaves_nothing(test)


BROKEN = {
    "empty": b"",
    "half a certificate": b"-----BEGIN CERTIFICATE-----\nMIIB",
    "no text": bytes(range(256)),
    "far too large": b"#" * 1_100_000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("which", ["certificate", "key", "authority", "revoked"])
def test_a_file_that_breaks_changes_nothing_and_is_told_once(
    house: House, which: str, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        stolen = house.authority.issue("stolen", LEADS)
        house.authority.revoke(stolen)
        dialling = house.leads()  # which reads the same authority's file
        async with house.open(), await house.dial() as before:
            _write(getattr(house.authority.tls(house.satellite), which), content)
            for _ in range(3):
                await looked(house.credentials)
            assert await answers(before)
            assert house.credentials.revoked == {stolen.fingerprint}
            shown = Certificate(("stolen",), stolen.fingerprint, 0.0, math.inf, None)
            with pytest.raises(Refused):
                house.credentials.judge(shown, house.credentials.loaded)
            async with await house.dial(credentials=dialling) as after:
                assert await answers(after)

    leaves_nothing(test)
    [told] = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert "what was read before stays in force" in told
    assert str(house.authority.folder) in told


def _write(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)


def test_a_file_that_is_gone_changes_nothing_and_is_told_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        house.authority.revoke()
        async with house.open():
            house.authority.revoked.unlink()
            await looked(house.credentials)
            assert house.credentials.revoked == frozenset()
            house.authority.revoke(house.hub)
            await looked(house.credentials)
            assert house.credentials.revoked == {house.hub.fingerprint}

    leaves_nothing(test)
    assert caplog.text.count("No such file or directory") == 1


def test_a_connection_lasts_no_longer_than_its_certificate(house: House) -> None:
    async def test() -> None:
        time = NOW.timestamp()
        leading = Credentials(house.authority.tls(house.hub), Role.HUB, lambda: time)
        async with house.open(), await house.dial(credentials=leading) as hub:
            await looked(leading)
            assert await answers(hub)
            time += 366 * DAY_S
            await looked(leading)
            assert hub.closed

    leaves_nothing(test)


def test_whoever_came_in_by_an_authority_that_counts_no_more_is_cut_off(house: House, tmp_path: Path) -> None:
    """One whose key is stolen signs whom nobody can list, so the house gets another."""

    async def test() -> None:
        other = House.made(tmp_path / "other")
        async with house.open(), await house.dial() as unlisted:
            assert await answers(unlisted)
            _replace(house, other)
            await looked(house.credentials)
            with pytest.raises(WireError):
                await unlisted.read()
            async with await house.dial(credentials=other.leads()) as hub:
                assert await answers(hub)

    leaves_nothing(test)


def _replace(house: House, other: House) -> None:
    """The satellite gets what it has from another authority, which alone counts there."""
    shutil.copy(other.satellite.certificate, house.satellite.certificate)
    shutil.copy(other.satellite.key, house.satellite.key)
    shutil.copy(other.authority.file, house.authority.file)


def test_nobody_holds_a_handshake_open_until_the_authority_has_changed(house: House, tmp_path: Path) -> None:
    async def test() -> None:
        other = House.made(tmp_path / "other")
        async with house.open():
            reader, writer = await asyncio.open_connection(LOOPBACK, house.port)
            shaking, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
            stranger = context(house.hub).wrap_bio(shaking, sent)
            with pytest.raises(ssl.SSLWantReadError):
                stranger.do_handshake()
            writer.write(sent.read())
            shaking.write(await reader.read(1 << 16))
            _replace(house, other)
            await looked(house.credentials)
            stranger.do_handshake()
            writer.write(sent.read())
            assert await reader.read(1 << 16) == b""
            assert house.served == []
            writer.transport.abort()

    leaves_nothing(test)


def test_an_authority_that_is_added_cuts_off_nobody(house: House, tmp_path: Path) -> None:
    async def test() -> None:
        other = House.made(tmp_path / "other")
        async with house.open(), await house.dial() as before:
            both = house.authority.file.read_bytes() + other.authority.file.read_bytes()
            house.authority.file.write_bytes(both)
            await looked(house.credentials)
            async with await house.dial(other.hub) as after:
                assert await answers(after)
            assert await answers(before)

    leaves_nothing(test)


def test_what_ends_soon_is_told_once_a_day(house: House, caplog: pytest.LogCaptureFixture) -> None:
    days = [0.0]
    credentials = Credentials(house.authority.tls(house.hub), Role.HUB, lambda: NOW.timestamp() + days[-1] * DAY_S)
    for day in (300.0, 334.5, 335.5, 335.6, 336.5, 364.5, 366.5, 367.5, 367.6):
        days.append(day)
        credentials.tell()
    told = [record.message for record in caplog.records]
    assert [message.partition("ends in ")[2][:7] for message in told if "ends in" in message] == [
        "30 days", "29 days", "28 days", "0 days,"
    ]  # fmt: skip
    assert len([message for message in told if "ended on" in message]) == 2
