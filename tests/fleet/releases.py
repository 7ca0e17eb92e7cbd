"""Another release, back to the one before, and to one that is gone; a canary that fails stops the rollout."""

from __future__ import annotations

from collections.abc import Callable

from tests.conformance.stage import expect
from tests.fleet.asking import ask
from tests.fleet.fleet import ROOMS, Fleet
from tests.fleet.provisioning import disk, same

CANARY = next(iter(ROOMS))


def goes_to_the_next_release_and_back(fleet: Fleet) -> str:
    """Another state of the sources is another release; -e common_release=OLD goes back without installing."""
    old = _one(fleet)
    fleet.change_sources()
    try:
        forth = fleet.play().whole()
        new = _one(fleet)
        expect(new != old, f"{old} runs still")
        asked = ask(fleet.rooms[0])
        back = fleet.play(extra={"common_release": old}).whole()
        expect(_one(fleet) == old, f"{fleet.releases()} runs")
        expect("Make the virtual environment" not in back.text, "it installs what is there")
    finally:
        fleet.restore_sources()
    return (
        f"{old} to {new} in {forth.seconds:.0f} s, {asked}; back in {back.seconds:.0f} s, {ask(fleet.rooms[1])}; "
        f"both are there: {sorted(path.name for path in (fleet.hub.tree / 'opt/hark/hub').glob('0*'))}"
    )


def refuses_a_release_that_is_gone(fleet: Fleet) -> str:
    """In words, and nothing changes."""
    before = fleet.releases()
    said = fleet.play(extra={"common_release": "0.0.1-00000000"}).refused("is not on", "any more")
    expect(fleet.releases() == before, f"{fleet.releases()} runs")
    return said


def refuses_to_configure_what_is_not_installed(fleet: Fleet) -> str:
    """The sources have changed, and --tags leaves out what installs them: nothing could check the settings."""
    before = {host.name: disk(host) for host in fleet.used}
    others = {"hub_name": "another", "satellite_area": "Another"}
    fleet.change_sources()
    try:
        for host, tags in ((fleet.hub, "configure,run"), (fleet.rooms[-1], "configure"), (fleet.rooms[-1], "run")):
            done = fleet.play("site.yml", "--limit", host.name, "--tags", tags, extra=others)
            said = done.refused("is not on", "leave --tags out")
            same(host, before[host.name])
        fleet.play("site.yml", "--check", "--tags", "configure,run").whole()
    finally:
        fleet.restore_sources()
    return said


def adds_what_another_wake_word_needs(fleet: Fleet) -> str:
    """The release is there, without that engine's packages: they come into it, and it hears with the other engine."""
    room = fleet.rooms[-1]
    limit, other = ("site.yml", "--limit", room.name), {"satellite_wake_engine": "pymicro-wakeword"}
    try:
        done = fleet.play(*limit, extra=other).whole()
        asked = ask(room)
    finally:
        fleet.play(*limit).whole()
    return f"{done.seconds:.0f} s; {asked}"


def stops_at_a_canary_that_fails(fleet: Fleet) -> str:
    """The first satellite cannot be heard with the next release: the others keep theirs, and the place is told."""
    before = fleet.releases()
    fleet.change_sources()
    try:
        mute = {CANARY: {"satellite_speaker": "wav:/usr/said.wav"}}  # whose unit may not write there
        failed = fleet.play(hosts=mute)
        said = failed.refused(f"fatal: [{CANARY}")
        after = fleet.releases()
        others = [name for name in ROOMS if name != CANARY]
        touched = [name for name in others if after[name] != before[name] or name in failed.counts("changed")]
        expect(not touched, f"it went on to {touched}")
        why = said.partition('"stderr": "')[2].partition('"')[0]
        told = f"fatal: [{CANARY} after {failed.seconds:.0f} s, since {why}"
    finally:
        fleet.restore_sources()
    healed = fleet.play().whole()
    return f"{told}; {' and '.join(others)} untouched; healed in {healed.seconds:.0f} s: {ask(fleet.hosts[CANARY])}"


def _one(fleet: Fleet) -> str:
    """The release of all hosts."""
    (release,) = set(fleet.releases().values())
    return release


CHECKS: tuple[Callable[[Fleet], str], ...] = (
    goes_to_the_next_release_and_back,
    refuses_a_release_that_is_gone,
    refuses_to_configure_what_is_not_installed,
    adds_what_another_wake_word_needs,
    stops_at_a_canary_that_fails,
)
