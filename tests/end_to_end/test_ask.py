"""hark-hub ask as a person or a program runs it: the home's intents, and a real client of a model's server."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from hub.llm.chain import NO_MODEL
from hub.llm.hands import REFUSED
from hub.llm.intents import NOT_ALLOWED
from hub.llm.model import ToolCall
from tests.provider import Answer, Provider, Script

pytestmark = pytest.mark.end_to_end

COMMAND = [sys.executable, "-m", "hub", "ask"]
MODEL = ["--set", 'llm.engines=["intents", "openai"]', "--set"]
NOBODY = "http://127.0.0.1:9/v1"  # the discard port, where nothing listens
TTFT_S = 0.05


def ask(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], input=given, capture_output=True, text=True, timeout=60, check=False)


def ask_model(script: Script | Answer, *arguments: str) -> tuple[subprocess.CompletedProcess[str], Provider]:
    """The same, with a model behind the intents that answers as the script says."""

    async def run() -> tuple[subprocess.CompletedProcess[str], Provider]:
        async with Provider(script) as provider:
            url = f"llm.openai.base_url={provider.openai_url}"
            return await asyncio.to_thread(ask, *MODEL, url, *arguments), provider

    return asyncio.run(run())


def test_a_person_sees_what_was_done_said_and_when() -> None:
    ran = ask("turn on the kitchen light")
    assert ran.returncode == 0, ran.stderr
    question, action, reply, times = ran.stdout.splitlines()
    assert question == "“turn on the kitchen light”"
    assert action.endswith(" ms  ⚙ light.turn_on light.kitchen_lights")
    assert reply.endswith(" ms  ▶ Turned on the light")
    assert times.split()[0:2] == ["first", "token"]
    assert times.endswith("answered by intents")
    assert ran.stderr == ""


def test_each_line_is_a_question_in_one_home() -> None:
    ran = ask("-", "--json", given="is the bed light on\n\nturn on the bed light\nis the bed light on\n")
    assert ran.returncode == 0, ran.stderr
    before, turned, after = (one["reply"] for one in json.loads(ran.stdout)["questions"])
    assert before.startswith("No")
    assert turned == "Turned on the light"
    assert after.startswith("Yes")


def test_the_area_is_where_it_is_said() -> None:
    ran = ask("--json", "--area", "lounge", "turn on the lights")
    (one,) = json.loads(ran.stdout)["questions"]
    lights = {action["entity_id"] for action in one["actions"]}
    assert lights == {"light.living_room_lights", "light.reading_lamp"}


def test_what_the_intents_do_not_know_a_model_answers_with_the_conversation_before_it() -> None:
    said = "Nobody knows for sure, but I would say that it is forty two."
    ran, provider = ask_model(
        Answer(said, ttft_s=TTFT_S), "--json", "turn on the bed light", "what is the sense of life", "why is that"
    )
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert document["responder"].endswith("; openai")
    light, sense, why = document["questions"]
    assert (light["by"], sense["by"], why["by"]) == (["intents"], ["openai"], ["openai"])
    assert sense["reply"] == why["reply"] == said
    marks = sense["marks_ms"]
    assert TTFT_S * 1000 <= marks["first_token"] <= marks["first_clause"] <= marks["end"]
    told = [message["content"] for message in provider.requests[-1]["messages"][1:]]
    assert told == [
        "turn on the bed light",
        "Turned on the light",
        "what is the sense of life",
        said,
        "why is that",
    ]


def test_a_model_does_what_it_may_and_lets_nobody_in() -> None:
    def script(body: object) -> Answer:
        assert isinstance(body, dict)
        if body["messages"][-1]["role"] == "tool":
            return Answer("That is all I can do.")
        return Answer(
            "",
            (
                ToolCall("1", "HassTurnOn", '{"name": "Bed Light"}'),
                ToolCall("2", "HassTurnOff", '{"name": "Front Door"}'),
                ToolCall("3", "HassTurnOn", '{"name": "Garage Door"}'),
            ),
        )

    allowed = ["--set", "llm.guard.lock=allow", "--set", "llm.guard.cover=allow"]
    ran, provider = ask_model(script, "--json", *allowed, "make yourself useful", "unlock the front door")
    assert ran.returncode == 0, ran.stderr
    useful, unlock = json.loads(ran.stdout)["questions"]
    assert [action["entity_id"] for action in useful["actions"]] == ["light.bed_light"]
    assert useful["reply"] == "That is all I can do."
    results = [message["content"] for message in provider.requests[1]["messages"] if message["role"] == "tool"]
    assert [REFUSED in result for result in results] == [False, True, True]
    assert (unlock["reply"], unlock["actions"]) == (NOT_ALLOWED, [])


def test_a_server_that_is_down_is_said_and_the_others_are_answered() -> None:
    ran = ask(*MODEL, f"llm.openai.base_url={NOBODY}", "tell me a joke", "turn on the bed light")
    assert ran.returncode == 1
    assert NO_MODEL in ran.stdout
    assert "✗ openai: " in ran.stdout
    assert "answered by nobody" in ran.stdout
    assert "⚙ light.turn_on light.bed_light" in ran.stdout
    (sentence,) = ran.stderr.splitlines()
    assert sentence.startswith("hark-hub: a question was not answered: openai: ")
    assert "joke" not in sentence


def test_a_reply_that_breaks_off_is_no_answer() -> None:
    ran, _ = ask_model(Answer("Once upon a time there", fault="drop"), "--json", "tell me a tale")
    assert ran.returncode == 1
    (one,) = json.loads(ran.stdout)["questions"]
    assert not one["answered"]
    assert one["reply"].startswith("Once upon a time")
    assert one["failures"]


def test_a_question_that_cannot_be_asked_is_said_and_the_others_are_answered() -> None:
    ran = ask("--json", "", "is it on " * 1000, "is the bed light on")
    assert ran.returncode == 1
    empty, endless, light = json.loads(ran.stdout)["questions"]
    assert "no words" in empty["failures"][0]
    assert "longer than" in endless["failures"][0]
    assert light["answered"]
    assert len(ran.stderr.splitlines()) == 2


def test_standard_input_that_is_closed_is_said() -> None:
    closed = ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, "-"]
    ran = subprocess.run(closed, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == ["hark-hub: standard input is closed; pipe questions into it, one a line"]


def test_a_reader_that_leaves_gets_no_traceback() -> None:
    left = ["sh", "-c", '"$@" | head -n 1', "sh", *COMMAND, *["is the bed light on"] * 20]
    ran = subprocess.run(left, capture_output=True, text=True, timeout=60, check=False)
    assert ran.stdout == "“is the bed light on”\n"
    assert ran.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "llm.engine=vosk"], "llm.engine: there is no such key"),
        (["--home", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["--area", "cellar"], "--area cellar: the home has no such area"),
        (["--set", "llm.language=xx"], "xx"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(arguments: Sequence[str], said: str) -> None:
    ran = ask("is the bed light on", *arguments)
    assert ran.returncode == 2
    assert ran.stdout == ""
    (sentence,) = ran.stderr.splitlines()
    assert said in sentence
