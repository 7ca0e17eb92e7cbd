"""What others get of the fleet: who records its network, who has no certificate, and who has one no more."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.spoken import record, said
from tests.attacks.capture import capture
from tests.attacks.crowds import MOST, crowd, drip
from tests.attacks.reading import pieces, read
from tests.attacks.strangers import Got, Stranger, knock, strangers
from tests.certificates import DAY, IS_LED, LEADS, NOW, Authority, Issued
from tests.conformance.stage import expect
from tests.fleet.asking import QUESTION, ask
from tests.fleet.fleet import Fleet
from tests.fleet.host import Host
from tests.fleet.units import LED_S, controller, is_led, memory, says
from wire.tls.listener import HANDSHAKE_S

TLS = "etc/hark/tls"
PORT = 10_701
LEAST_BYTES = 100_000  # of a question and its reply
LIST_S = 6.0  # in which both programs have read their list of revoked certificates anew
GROWTH = 8 << 20  # bytes of a satellite under attack
SLACK_S = 1.0


def cannot_be_read_on_the_wire(fleet: Fleet) -> str:
    """All TCP of a room but SSH, from the hub's first hello on, while a person asks there."""
    room = fleet.rooms[0]
    with tempfile.TemporaryDirectory() as name:
        spoken = Path(name, "question.wav")
        record(said(QUESTION, Path(name)), spoken)
        with capture(f"v-{room.name}", "tcp and not port 22", Path(name, "room.pcap")) as captured:
            fleet.hub.run("systemctl", "restart", "hark-hub")
            is_led(room)
            asked = ask(room)
        reading = read(captured.streams(), pieces(spoken))
    expect(reading.size > LEAST_BYTES and reading.pieces > 30, f"too little was recorded: {reading}")
    expect(not reading.words and not reading.heard, str(reading))
    return f"{captured.packets} packets, {reading}; {asked}"


def gives_strangers_nothing(fleet: Fleet) -> str:
    """From the hub's own address, since no other gets so far; and from another."""
    room = fleet.rooms[0]
    told = []
    with _authority(fleet) as authority:
        hub, thief = _held(fleet.hub, "hub"), authority.issue("hub", LEADS)
        with _listed(room, thief), fleet.hub.network():
            those = list(strangers(authority, hub, thief))
            for one, got in asyncio.run(_knocked(room, those)):
                expect(not got.data, f"{one.who} gets {got.data[:200]!r}")
                expect(got.open_s < HANDSHAKE_S + SLACK_S, f"{one.who} is kept for {got.open_s:.0f} s")
                told.append(f"\n        {one.who}: 0 bytes, closed after {got.open_s:.1f} s")
        for one in those:
            says(room, "hark-satellite", f"refused at the TLS port: .*{one.why}")
    elsewhere = asyncio.run(knock(room.address, PORT, None, b"{}"))
    expect(not elsewhere.data, f"another address gets {elsewhere.data[:200]!r}")
    return "".join(told) + f"\n        another address: {says(room, 'hark-satellite', 'controllers.hub')}"


def answers_while_thousands_come(fleet: Fleet) -> str:
    """Ten thousand connections and a slow-loris from the hub's own address, and a person who asks."""
    room = fleet.rooms[0]
    before = memory(room, "hark-satellite")
    with fleet.hub.network():
        asked, seconds = asyncio.run(_flooded(room))
    grown = memory(room, "hark-satellite") - before
    expect(grown < GROWTH, f"the satellite has grown by {grown >> 20} MB")
    expect(seconds < HANDSHAKE_S + SLACK_S, f"a slow-loris was kept for {seconds:.0f} s")
    return (
        f"{MOST} connections: {asked}; grown by {grown / 2**20:.1f} MB; a slow-loris was cut off after {seconds:.1f} s"
    )


def takes_back_a_certificate(fleet: Fleet) -> str:
    """Of one satellite of three: it is cut off, the others answer; no run signs for it but one that is told to."""
    *others, stolen = fleet.rooms
    revoked = fleet.play("revoke.yml", extra={"revoke_host": stolen.name}).whole()
    seconds = is_led(stolen, wanted=False)
    why = says(fleet.hub, "hark-hub", "is revoked")
    told = "; ".join(ask(room) for room in others)
    refused = fleet.play("site.yml", "--limit", stolen.name).refused("are revoked")
    expect(not controller(stolen), "it is led again")
    again = fleet.play("site.yml", "--limit", stolen.name, extra={"common_new_key": True}).whole()
    whole = fleet.play().whole()
    changed = {host: n for host, n in whole.counts("changed").items() if n}
    expect(not changed, f"the run after that changes {changed}")
    rows = (
        f"revoked in {revoked.seconds:.0f} s and cut off {seconds:.0f} s later: {why}",
        told,
        refused,
        f"with a new key, after {again.seconds:.0f} s: {ask(stolen)}",
    )
    return "".join(f"\n        {row}" for row in rows)


def renews_what_has_expired(fleet: Fleet) -> str:
    """A satellite that was off for a year: nobody leads it, the hub says why, the next run gives it another."""
    room = fleet.rooms[-1]
    with _authority(fleet) as authority:
        old = authority.issue(f"hark-{room.name}", IS_LED, NOW - 400 * DAY, NOW - 35 * DAY)
        for kind, made in (("pem", old.certificate), ("key", old.key)):
            (room.tree / TLS / f"satellite.{kind}").write_bytes(made.read_bytes())
        room.run("systemctl", "restart", "hark-satellite")
        why = says(fleet.hub, "hark-hub", f"{room.address}.*has expired", LED_S)
        own = says(room, "hark-satellite", "certificate.*(expired|ended)")
    healed = fleet.play("site.yml", "--limit", room.name).whole()
    return f"\n        {why}\n        {own}\n        renewed in {healed.seconds:.0f} s: {ask(room)}"


async def _knocked(room: Host, those: list[Stranger]) -> list[tuple[Stranger, Got]]:
    return [(one, await knock(room.address, PORT, one.by, one.says)) for one in those]


async def _flooded(room: Host) -> tuple[str, float]:
    async with crowd(room.address, PORT):
        asked = await asyncio.to_thread(ask, room)
    return asked, await drip(room.address, PORT)


@contextmanager
def _authority(fleet: Fleet) -> Iterator[Authority]:
    """The house's own, as somebody would have it who holds its key."""
    key = load_pem_private_key((fleet.checkout / "ansible/authority/all/authority.key").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    with tempfile.TemporaryDirectory() as folder:
        yield Authority(Path(folder), "Hark, all", key)


@contextmanager
def _listed(room: Host, thief: Issued) -> Iterator[None]:
    """The satellite's list of revoked certificates has one more."""
    file = room.tree / TLS / "revoked"
    before = file.read_text()
    file.write_text(f"{before}{thief.fingerprint}\n")
    try:
        sleep(LIST_S)
        yield
    finally:
        file.write_text(before)


def _held(host: Host, program: str) -> Issued:
    return Issued(host.tree / TLS / f"{program}.pem", host.tree / TLS / f"{program}.key", "")


CHECKS: tuple[Callable[[Fleet], str], ...] = (
    cannot_be_read_on_the_wire,
    gives_strangers_nothing,
    answers_while_thousands_come,
    takes_back_a_certificate,
    renews_what_has_expired,
)
