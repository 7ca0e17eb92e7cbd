"""What every session of the hub shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.hub import HubSettings
from hub.arbitration.arbiter import Arbiter
from hub.closing import Closing
from hub.engines import Engines
from hub.store import Store
from hub.timers.keeper import TimerKeeper
from hub.watch import Watch
from wire import hark
from wire.tls.credentials import Credentials


@dataclass(slots=True)
class Service:
    """The hub, as its sessions see it."""

    settings: HubSettings
    engines: Engines
    store: Store
    watch: Watch
    timers: TimerKeeper
    closing: Closing = field(default_factory=Closing)
    credentials: Credentials | None = None
    """For satellites that are led by TLS; None where all are plain."""
    arbiter: Arbiter = field(init=False)

    def __post_init__(self) -> None:
        """Makes what follows from the settings."""
        self.arbiter = Arbiter(self.settings.arbitration)

    @property
    def hello(self) -> hark.Hello:
        """Who the hub is, and what it can do."""
        can = [one for one in hark.CAPABILITIES if one != "arbitration" or self.arbiter.on]
        return hark.Hello(self.settings.name, tuple(can))
