"""Home Assistant asks the hub, and the hub asks Home Assistant: no text goes round."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.conformance.stage import expect
from tests.home_assistant.client import make_pipeline
from tests.home_assistant.house import LIGHT, House
from tests.home_assistant.standby import OFF, ON
from tests.home_assistant.together import together

BUILT_IN, HARK = "conversation.home_assistant", "conversation.hark_2"  # the house's own hub is the first


async def goes_round_in_no_circle(house: House) -> str:
    """Home Assistant's preferred agent is the hub, the hub's is Home Assistant's: what is said is done, and once."""
    return "; ".join([await _asked_in_a_circle(house, agent) for agent in (BUILT_IN, HARK)])


async def _asked_in_a_circle(house: House, agent: str) -> str:
    async with together(house, f"home.agent={agent}") as them:
        expect(HARK in await them.home.entities("conversation", "wyoming"), f"there is no {HARK}")
        pipelines = await them.home.ask("assist_pipeline/pipeline/list")
        engines = {"conversation_engine": HARK, "stt_engine": "stt.hark", "tts_engine": "tts.hark"}
        circle = await make_pipeline(them.home, "Circle", engines)
        await them.home.ask("assist_pipeline/pipeline/set_preferred", pipeline_id=circle)
        try:
            await them.home.act("light.turn_off", LIGHT)
            mark = len(them.home.states[LIGHT])
            aloud = await them.asks(them.pantry, ON)
            done = [state for _, state in them.home.states[LIGHT][mark:]]
            asked = await them.home.ask("conversation/process", text=OFF, language="en", agent_id=HARK)
            await asyncio.sleep(1.0)
            states = [state for _, state in them.home.states[LIGHT][mark:]]
        finally:
            await them.home.ask("assist_pipeline/pipeline/set_preferred", pipeline_id=pipelines["preferred_pipeline"])
            await them.home.ask("assist_pipeline/pipeline/delete", pipeline_id=circle)
        expect(done == (["on"] if agent == BUILT_IN else []), f"aloud, the light was {done}: {aloud}")
        expect(states == ([*done, "off"] if done else []), f"the light was {states}")
        text = asked["response"]["speech"]["plain"]["speech"]
        return f"home.agent = {agent!r}: aloud {aloud!r} ({', '.join(done) or 'nothing done'}), in text {text!r}"


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (goes_round_in_no_circle,)
