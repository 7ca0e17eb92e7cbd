"""Variables as people type them: a boolean of -e is a word, and a wrong value is refused by what describes it."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.conformance.stage import expect
from tests.fleet.fleet import HUB, ROOMS, Fleet
from tests.fleet.play import Play

ROOM = next(iter(ROOMS))
WRONG: dict[tuple[str, str], dict[str, object]] = {
    (ROOM, "satellite"): {
        "satellite_port": "the usual",
        "satellite_wake_engine": "alexa",
        "satellite_home_assistant": {"address": "10.0.0.1"},
        "satellite_echo_cancellation": "loud",
        "satellite_stop_word": "stop",
        "satellite_follow_up": "sometimes",
    },
    (ROOM, "common"): {"common_tls": "perhaps", "common_offline": "mostly", "common_new_key": "please"},
    (HUB, "hub"): {"hub_nvidia": "RTX", "hub_internet": "slow"},
}
AS_IT_IS = {
    "common_tls": "yes",
    "common_offline": "No",
    "common_new_key": "f",
    "satellite_echo_cancellation": "n",
    "satellite_stop_word": "0",
    "satellite_follow_up": "True",
    "hub_nvidia": "off",
    "hub_internet": "FALSE",
    "common_keep": "3",  # numbers are words, too
    "common_free_mb": "1",
    "common_clock_s": "3600",
    "satellite_port": "10700",
    "hub_port": "10300",
}
OTHERWISE = {
    "common_tls": "false",
    "common_offline": "t",
    "satellite_echo_cancellation": "on",
    "satellite_stop_word": "y",
    "satellite_follow_up": "off",
    "hub_nvidia": "1",
    "hub_internet": "true",
    "hub_serve": "10.0.0.9",  # and so is a list of one
    "satellite_home_assistant": "10.0.0.9",
    "satellite_wake_words": "okay_nabu",
}
THEN = (
    "-[tls]",
    "+follow_up = false",
    '+words = ["okay_nabu"]',
    '+allow = ["127.0.0.1", "10.0.0.9"]',
    '+allow = ["127.0.0.0/8", "::1", "10.0.0.9"]',
    '+stop = "pocketsphinx"',
    '+engine = "livekit"',
    "+SupplementaryGroups=video render",
    "-MemoryDenyWriteExecute=yes",
    "-IPAddressDeny=any",
)
"""What --diff shows of hub and satellite."""


def refuses_wrong_variables(fleet: Fleet) -> str:
    """The argument specs say which and why; nothing else is done."""
    told = []
    for (host, role), values in WRONG.items():
        done = fleet.play("site.yml", "--limit", host, extra=values)
        said = done.refused("argument_errors").partition('"argument_spec_data"')[0]
        expect(all(name in said for name in values), f"{list(values)} are wrong, and it says {said}")
        expect(not any(done.counts("changed").values()), f"variables of {role} are wrong, and it changed something")
        told += re.findall(r'"((?:argument|value of) .*?)"[,\]]', said)
    return "".join(f"\n        {line}" for line in told)


def takes_variables_as_people_type_them(fleet: Fleet) -> str:
    """Booleans, numbers and lists as words: what is so already changes nothing, and what is not, what it should."""
    same = _typed(fleet, AS_IT_IS, "--check").whole()
    changed = {host: n for host, n in same.counts("changed").items() if n}
    expect(not changed, f"{AS_IT_IS} would change {changed}")
    other = _typed(fleet, OTHERWISE, "--check", "--diff", "--limit", f"{HUB},{ROOM}").whole()
    lines = {line.strip() for _, line in other.lines}
    lacking = [line for line in THEN if line not in lines]
    expect(not lacking, f"{OTHERWISE} would not change {lacking}")
    return f"{_words(AS_IT_IS)} change nothing; {_words(OTHERWISE)} do: {' '.join(THEN)}"


def _typed(fleet: Fleet, values: dict[str, str], *options: str) -> Play:
    return fleet.play("site.yml", *options, *(part for it in values.items() for part in ("-e", "=".join(it))))


def _words(values: dict[str, str]) -> str:
    return " ".join(dict.fromkeys(values.values()))


CHECKS: tuple[Callable[[Fleet], str], ...] = (refuses_wrong_variables, takes_variables_as_people_type_them)
