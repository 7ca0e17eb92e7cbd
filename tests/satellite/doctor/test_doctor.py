"""Laws of the doctor's shell and of the facts that it gathers."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from satellite.doctor.doctor import Parts, Report, examine
from satellite.doctor.facts import installed, is_taken, kernel_clock, running
from satellite.doctor.findings import Finding, Level
from satellite.hearing.wake import WakeError
from satellite.sound.microphone import MicrophoneError
from satellite.sound.speaker import SpeakerError
from tests.fakes import FakeMicrophone, FakeSpeaker, FakeWakeWords
from tests.satellite.doctor.test_findings import told
from tests.satellite.panel.test_control import FakeControlled, controlling
from tests.wire_pairs import LOOPBACK, leaves_nothing

SECONDS = 0.2  # of listening, in real time


class Screen(io.StringIO):
    """A terminal, or a pipe."""

    def __init__(self, people: bool) -> None:
        super().__init__()
        self._people = people

    def isatty(self) -> bool:
        return self._people


WELL = Parts(lambda: FakeMicrophone(speaking=True), FakeSpeaker, FakeWakeWords, lambda: (["USB Audio"], ["USB Audio"]))


def examined(
    parts: Parts, *, as_json: bool = False, people: bool = False, tone: bool = True, speaker: str = "wav:/tmp"
) -> tuple[int, str]:
    """The exit code and all that was shown."""
    screen = Screen(people)
    report = Report(screen, as_json)
    settings = told("listen.port=0", "control.socket=", f"speaker.device={speaker}")
    leaves_nothing(lambda: examine(settings, parts, report, SECONDS, tone))
    return report.end(), screen.getvalue()


def test_a_tone_without_a_speaker_is_not_said_to_have_been_played() -> None:
    code, shown = examined(WELL, speaker="")
    assert code == 1
    assert "no speaker is set" in shown


def test_a_machine_that_is_well_is_told_so_line_by_line() -> None:
    code, shown = examined(WELL)
    assert code == 0
    assert [line.split()[1] for line in shown.splitlines() if line[0] != " "] == [
        "versions", "network", "discovery", "certificate", "controller", "muted", "clock", "devices", "microphone",
        "wake", "speaker",
    ]  # fmt: skip
    assert "bad" not in shown
    assert "\r" not in shown


def test_people_see_a_meter_meanwhile() -> None:
    _, shown = examined(WELL, people=True)
    assert "█" in shown
    assert "dBFS" in shown


def test_programs_get_one_document() -> None:
    code, shown = examined(WELL, as_json=True, people=True)
    document = json.loads(shown)
    assert code == 0
    assert document["microphone"]["level"] == "ok"
    assert set(document["speaker"]) == {"level", "text", "remedy"}


def test_the_tone_sounds_only_on_request() -> None:
    assert "speaker" not in json.loads(examined(WELL, as_json=True, tone=False)[1])


def raising(error: Exception) -> Callable[[], object]:
    def make() -> object:
        raise error

    return make


@pytest.mark.parametrize(
    ("part", "error", "check"),
    [
        ("microphone", MicrophoneError("cannot open it: busy; stop the other program"), "microphone"),
        ("speaker", SpeakerError("cannot open it: busy; stop the other program"), "speaker"),
        ("wake", WakeError("no such word; stop the other program"), "wake"),
        ("devices", ImportError("no PyAudio; stop the other program"), "devices"),
    ],
)
def test_an_engine_that_fails_is_bad_with_its_own_remedy_and_the_rest_is_told(
    part: str, error: Exception, check: str
) -> None:
    parts = {name: getattr(WELL, name) for name in ("microphone", "speaker", "wake", "devices")}
    code, shown = examined(Parts(**(parts | {part: raising(error)})), as_json=True)
    document = json.loads(shown)
    assert code == 1
    assert document[check]["level"] == "bad"
    assert document[check]["remedy"] == "stop the other program"
    assert document["clock"]
    assert document["speaker"]


def test_a_microphone_that_breaks_while_it_listens_is_bad() -> None:
    broken = Parts(lambda: FakeMicrophone(broken=True), WELL.speaker, WELL.wake, WELL.devices)
    code, shown = examined(broken)
    assert code == 1
    assert "pulled out" in shown


def test_warnings_alone_are_no_failure() -> None:
    report = Report(io.StringIO(), as_json=False)
    report.add("clock", Finding(Level.WARNING, "not synchronised", "do it"))
    assert report.end() == 0


# The facts


def test_the_running_satellite_is_asked_through_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "satellite.sock"

    async def test() -> None:
        async with controlling(path, FakeControlled()):
            found = await asyncio.to_thread(running, [tmp_path / "none.sock", path])
            assert found == (FakeControlled().now, False)

    asyncio.run(test())


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400\n", b'{"phase": 1}\n', b"x" * 10_000])
def test_what_is_no_satellite_is_none(tmp_path: Path, answer: bytes) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as other:
        other.bind(str(tmp_path / "other.sock"))
        other.listen()

        def reply() -> None:
            with other.accept()[0] as client:
                client.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        assert running([tmp_path / "other.sock", tmp_path / "none.sock"]) == (None, False)
        thread.join()


def test_a_port_is_taken_while_somebody_listens_there() -> None:
    with socket.create_server((LOOPBACK, 0)) as listening:
        port = listening.getsockname()[1]
        assert is_taken(LOOPBACK, port)
        assert is_taken("0.0.0.0", port)
    assert not is_taken(LOOPBACK, port)
    assert not is_taken(LOOPBACK, 0)


def test_packages_have_versions_or_none() -> None:
    assert installed("hark")
    assert installed("hark-no-such-package") is None


def test_the_kernel_is_asked_for_its_clock() -> None:
    clock = kernel_clock()
    assert clock.synchronised in (True, False, None)
    assert clock.error_ms >= 0
    assert abs(clock.drift_ppm) < 1000
