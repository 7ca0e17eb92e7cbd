"""Conversation: a text with its ids in, and what became of it out."""

from __future__ import annotations

from functools import partial
from typing import Any

from wyoming.asr import Transcript
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import HandleProgram, IntentProgram
from wyoming.intent import Intent, NotRecognized

from tests.conformance.check import Check
from tests.conformance.services.client import Client, parsed
from tests.conformance.services.described import spoken
from tests.conformance.services.home import Home, answered, described_while, twice
from tests.conformance.stage import NotApplicable, expect

TEXT = "what time is it"
NONSENSE = "colourless green ideas sleep furiously"
KINDS = (Handled, NotHandled, Intent, NotRecognized)


async def language(home: Home) -> str:
    """The first that it speaks; raises NotApplicable where no conversation is offered."""
    info = await home.info()
    program = next((program for program in (*info.intent, *info.handle) if program.installed), None)
    if isinstance(program, IntentProgram | HandleProgram):
        return next(iter(spoken(program.models)), "en")
    raise NotApplicable("no conversation is offered")


async def asked(home: Home, text: str, conversation: str = "01KAHARKCONFORMANCE0000000") -> Event:
    """What became of a text."""
    context: dict[str, Any] = {"conversation_id": conversation, "device_id": "f00dfeed"}
    if home.release.names_satellite:
        context["satellite_id"] = "assist_satellite.kitchen"
    tongue = await language(home)
    async with home.request() as client:
        await client.send(Transcript(text, context=context, language=tongue))
        return await answer(client)


async def answer(client: Client) -> Event:
    """What Home Assistant takes for the answer, which it can read."""
    event = await client.next(*KINDS)
    expect(isinstance(event.data.get("text"), str | None), f"the text of {event.type} is none")
    if Intent.is_type(event.type):
        parsed(Intent, event)
    return event


async def answers(home: Home) -> None:
    await asked(home, TEXT)


async def answers_nonsense(home: Home) -> None:
    await asked(home, NONSENSE)


async def answers_nothing(home: Home) -> None:
    await language(home)
    await answered(asked(home, ""))


async def goes_on(home: Home) -> None:
    await asked(home, TEXT, "one")
    await asked(home, "and tomorrow", "one")


async def is_left(home: Home) -> None:
    tongue = await language(home)
    async with home.request() as client:
        await client.send(Transcript(TEXT, language=tongue, context={"conversation_id": "left"}))
    await asked(home, TEXT, "left")


async def answers_two(home: Home) -> None:
    await language(home)
    await twice(partial(answers, home))


async def describes_itself_meanwhile(home: Home) -> None:
    await language(home)
    await described_while(home, answers(home))


CHECKS = (
    Check("a text is answered by handled, not-handled, intent or not-recognized", "2.6", answers),
    Check("a text without sense is answered", "2.6", answers_nonsense),
    Check("an empty text is answered", "2.6", answers_nothing),
    Check("a conversation goes on on another connection", "2.6", goes_on),
    Check("who leaves before the answer costs nobody", "2.6", is_left),
    Check("two rooms are answered at once", "2.6", answers_two),
    Check(
        "describe is answered while it thinks",
        "2.1",
        describes_itself_meanwhile,
        lambda release: release.asks_again,
        "does not ask again",
    ),
)
