"""Being there: what a satellite says of itself, pings, connections that come and go."""

from __future__ import annotations

import asyncio
from typing import Any

from wyoming.event import Event
from wyoming.info import Describe
from wyoming.ping import Ping
from wyoming.satellite import PauseSatellite

from tests.conformance.check import Check
from tests.conformance.stage import Stage, expect, lives

PINGS = 2
MUTED_S = 7.0  # more than the five seconds after which the reference satellite missed its pongs
ARTIFACTS = ("asr", "tts", "handle", "intent", "wake", "mic", "snd")


async def describes_itself(stage: Stage) -> None:
    async with stage.raw() as controller:
        await controller.send(Describe().event())
        _, info = await controller.comes("info", stage.release.info_s)
    satellite = info.data.get("satellite") or {}
    expect(satellite.get("installed") is True, "info.satellite.installed is not true")
    programs = [program for kind in ARTIFACTS for program in info.data.get(kind) or []]
    models = [model for program in programs for key in ("models", "voices") for model in program.get(key) or []]
    for artifact in [satellite, *programs, *models]:
        _expect_attribution(artifact)
    for kind in ("asr", "tts", "handle", "intent"):
        expect(not info.data.get(kind), f"info has {kind} beside satellite: Home Assistant passes it over")


def _expect_attribution(artifact: dict[str, Any]) -> None:
    expect(artifact.get("name"), "something in info has no name")
    attribution = artifact.get("attribution") or {}
    expect({"name", "url"} <= set(attribution), f"{artifact['name']} has no attribution with name and url")


async def is_led(stage: Stage) -> None:
    async with stage.led() as controller:
        await lives(controller)


async def pongs(stage: Stage) -> None:
    async with stage.led() as controller:
        seconds = PINGS * 2.0 + 3.0
        await controller.happens(lambda: len(controller.all("pong")) >= PINGS, seconds, f"not {PINGS} pongs")


async def echoes_the_text(stage: Stage) -> None:
    async with stage.led() as controller:
        mark = controller.mark()
        await controller.send(Ping(text="conformance").event())
        _, pong = await controller.comes("pong", 3.0, mark)
        expect(pong.data.get("text") == "conformance", "the pong does not carry the ping's text")


async def passes_over_the_unknown(stage: Stage) -> None:
    async with stage.led() as controller:
        await controller.send(Event("select-program", {"name": "x"}), Event("from-the-future", {"n": 1}, b"\x00\x01"))
        await lives(controller)


async def answers_beside(stage: Stage) -> None:
    async with stage.led() as controller:
        for _ in range(3):
            async with stage.raw() as second:
                await second.send(Describe().event())
                await second.comes("info", stage.release.info_s)
        await lives(controller)


async def is_led_anew(stage: Stage) -> None:
    for _ in range(3):
        async with stage.led():
            pass
    async with stage.led() as controller:
        await lives(controller)


async def is_led_beside_a_paused_socket(stage: Stage) -> None:
    async with stage.led() as left_behind:
        await left_behind.mute()
        async with stage.led() as controller:
            await lives(controller)


async def stays_while_muted(stage: Stage) -> None:
    async with stage.led() as controller:
        await controller.mute()
        await asyncio.sleep(MUTED_S)
        expect(not controller.closed, f"it did not bear {MUTED_S:g} s without pings and pongs: {controller.why}")


async def is_led_after_mute(stage: Stage) -> None:
    async with stage.led() as controller:
        await controller.mute()
    async with stage.led() as controller:
        await lives(controller)


async def lives_on_after_pause_alone(stage: Stage) -> None:
    async with stage.led() as controller:
        await controller.send(PauseSatellite().event())
        await controller.comes("pong", 5.0)


CHECKS = (
    Check("info has what Home Assistant reads, every part with its attribution", "2.1-2.2", describes_itself),
    Check("run-satellite and then describe are answered by info", "2.3-1", is_led),
    Check("each ping 2 s after the last pong is answered", "2.3-2", pongs),
    Check("a pong carries its ping's text", "2.3-2", echoes_the_text),
    Check("events of unknown types are passed over", "2.0", passes_over_the_unknown),
    Check(
        "describe on another connection is answered while it is led",
        "2.1",
        answers_beside,
        lambda release: release.asks_again,
        "does not ask again",
    ),
    Check("it can be led again at once after its controller has gone", "2.3-1", is_led_anew),
    Check(
        "it can be led although a paused socket was left behind",
        "2.3-4",
        is_led_beside_a_paused_socket,
        lambda release: not release.closes,
        "closes its socket",
    ),
    Check("muted, it bears a socket that stays open without pings and pongs", "2.3-5", stays_while_muted),
    Check("unmuted, it is led on a new connection", "2.3-5", is_led_after_mute),
    Check("pings are answered while it is paused", "2.3-5", lives_on_after_pause_alone),
)
