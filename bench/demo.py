"""The demo: starts a house, asks it a few questions aloud, and shows what happens as it happens."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import pictures, spoken
from bench.house import Answer, HouseError, Seen, house
from bench.spoken import Question, SpokenError
from hub.watch import line

OUTPUT = Path("demo-output")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the demo; 0 where every question was answered."""
    parser = argparse.ArgumentParser(
        "script/demo", description="Ask a hub and a satellite on this machine a few questions."
    )
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE.wav", help="your own recorded questions, without wake word"
    )
    parser.add_argument(
        "--say", action="append", default=[], metavar="TEXT", help="a question to speak; may be repeated"
    )
    parser.add_argument(
        "--mic", nargs="?", const="default", metavar="DEVICE", help="ask it yourself, with a microphone"
    )
    parser.add_argument("--speaker", default="default", metavar="DEVICE", help="what answers where you ask yourself")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.add_argument("--home", type=Path, metavar="FILE", help="the home to talk to, a TOML file")
    parser.add_argument("--profile", default="embedded", metavar="NAME", help="the hub's set of engines")
    parser.add_argument(
        "--set", action="append", default=[], metavar="PART.KEY=VALUE", help="a setting of the hub; may be repeated"
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="FOLDER", help="where sounds and figures go")
    options = parser.parse_args(argv)
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        if options.mic:
            asyncio.run(_listen(options))
            return 0
        questions = _questions(options)
        answers = asyncio.run(_ask(questions, options))
    except KeyboardInterrupt:
        return 0
    except (HouseError, SpokenError, OSError) as error:
        print(f"script/demo: {error}", file=sys.stderr)
        return 1
    document = describe(answers, options.profile)
    (options.output / "demo.json").write_text(json.dumps(document, indent=2) + "\n")
    pictures.waterfalls(answers, options.output / "demo.png")
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        _conclude(answers, options.output)
    return 0


def describe(answers: Sequence[Answer], profile: str) -> dict[str, object]:
    """The JSON document of a run."""
    engines = answers[0].times.get("engines", {}) if answers else {}
    return {"profile": profile, "engines": engines, "turns": [_turn(answer) for answer in answers]}


def _turn(answer: Answer) -> dict[str, object]:
    return {
        "question": answer.question,
        "transcript": answer.transcript,
        "reply": answer.reply,
        "reply_wav": str(answer.reply_wav) if answer.reply_wav else None,
        "actions": answer.actions,
        "voices": answer.voices,
        "marks_ms": answer.marks_ms(),
    }


def _questions(options: argparse.Namespace) -> list[Question]:
    own = [spoken.question(path) for path in options.files]
    own += [spoken.said(text, options.output) for text in options.say]
    return own or spoken.shipped()


def _hub(options: argparse.Namespace) -> list[str]:
    """The hub's own options."""
    home = ("--home", str(options.home)) if options.home else ()
    return ["--profile", options.profile, *home, *(part for one in options.set for part in ("--set", one))]


async def _ask(questions: Sequence[Question], options: argparse.Namespace) -> list[Answer]:
    def say(text: str) -> None:
        if not options.json:
            print(text, flush=True)

    def see(seen: Seen) -> None:
        if text := _line(seen):
            say(text)

    say("Starting a hub and a satellite …")
    answers: list[Answer] = []
    async with house(options.output, see, hub=_hub(options), satellite=("--name", "demo room")) as running:
        for question in questions:
            asked = bool(answers) and answers[-1].asks  # then the microphone is open already
            say(f"\nYou say: “{'' if asked else 'Hey Jarvis … '}{question.text}”")
            answers.append(await running.ask(question, wake=not asked))
    return answers


async def _listen(options: argparse.Namespace) -> None:
    """Until Ctrl-C, whoever is in the room asks."""

    def see(seen: Seen) -> None:
        if text := _line(seen):
            print(text, flush=True)

    print("Starting a hub and a satellite …")
    devices = ("--mic", options.mic, "--speaker", options.speaker)
    async with house(options.output, see, hub=_hub(options), satellite=devices):
        print("Say: “Hey Jarvis … turn on the kitchen light”, or what you like. Ctrl-C ends it.", flush=True)
        await asyncio.Event().wait()


def _line(seen: Seen) -> str:
    """As the hub's own, but for the voice, which is always told here."""
    return f"  ♪ {seen['tier']} speaks: {seen['why']}" if seen["event"] == "voice" else line(seen)


def _conclude(answers: Sequence[Answer], output: Path) -> None:
    heard = [f"{answer.stages_ms()['whole']:.0f}" for answer in answers if "whole" in answer.stages_ms()]
    print(f"\nFirst sound of each reply, in ms after the end of speech: {', '.join(heard)}")
    print("Listen to the replies:")
    for answer in answers:
        spoke = ", then ".join(str(voice["tier"]) for voice in answer.voices)
        print(f"  {answer.reply_wav or '(no sound)'}  {spoke}: “{answer.reply}”")
    print(f"All figures: {output / 'demo.json'}, drawn: {output / 'demo.png'}")


if __name__ == "__main__":
    sys.exit(main())
