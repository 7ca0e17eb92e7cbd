"""What can be done about timers, as actions. Pure.

The services and what they are for are the hub's own, not the home's: "hark_timer.pause" on "hark_timer.4f2a". Home
Assistant's timers ("timer.laundry") are others, and ring elsewhere.
"""

from __future__ import annotations

from hub.home.home import Action, HomeError
from hub.timers.book import Book
from hub.timers.timer import Now, Timer

DOMAIN = "hark_timer"
NEW = f"{DOMAIN}.new"


def start(satellite: str, area: str | None, name: str, length_s: int) -> Action:
    """A new timer, which rings on that satellite."""
    return Action(
        f"{DOMAIN}.start", NEW, {"satellite": satellite, "area": area or "", "name": name, "seconds": length_s}
    )


def cancel(timer: Timer) -> Action:
    """A timer shall not ring."""
    return _on(timer, "cancel")


def pause(timer: Timer) -> Action:
    """A timer stands still."""
    return _on(timer, "pause")


def resume(timer: Timer) -> Action:
    """A timer goes on."""
    return _on(timer, "resume")


def add(timer: Timer, seconds: int) -> Action:
    """A timer gets more seconds, or fewer."""
    return _on(timer, "add", seconds=seconds)


def perform(action: Action, book: Book, now: Now, new_id: str) -> None:
    """Does it in the book; raises HomeError."""
    timer_id = action.entity_id.removeprefix(f"{DOMAIN}.")
    match action.service.removeprefix(f"{DOMAIN}."), dict(action.data):
        case "start", {"satellite": str(satellite), "area": str(area), "name": str(name), "seconds": int(seconds)}:
            book.start(Timer(new_id, satellite, area or None, name, seconds, seconds, now))
        case "cancel", _:
            book.cancel(timer_id, now)
        case "pause", _:
            book.pause(timer_id, now)
        case "resume", _:
            book.resume(timer_id, now)
        case "add", {"seconds": int(seconds)}:
            book.add(timer_id, seconds, now)
        case _:
            raise HomeError("That cannot be done with a timer.")


def _on(timer: Timer, service: str, **data: object) -> Action:
    return Action(f"{DOMAIN}.{service}", f"{DOMAIN}.{timer.id}", data)
