"""How the hub reaches its satellites: by TLS where the settings have it, and then never without."""

from __future__ import annotations

from config.parts import host_and_port
from config.tls import Tls
from wire.connection import Connection, dial
from wire.tls import dialling
from wire.tls.credentials import Credentials
from wire.tls.files import Role

DIAL_S = 5.0  # a machine that is off answers nothing; one on Wi-Fi answers well within


def credentials_of(settings: Tls) -> Credentials | None:
    """What satellites are reached with by TLS; raises CertificateError."""
    return Credentials(settings, Role.HUB) if settings.on else None


async def dialled(place: str, name: str, credentials: Credentials | None) -> Connection:
    """Connects to who is at host:port, with credentials only to the one of that name, "" for any. Raises WireErrors."""
    host, port = host_and_port(place)
    if credentials is None:
        return await dial(host, port, timeout_s=DIAL_S)
    return await dialling.dial(host, port, credentials, name, timeout_s=DIAL_S)
