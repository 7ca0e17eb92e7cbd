"""Laws of the WAV files that stand in for a sound card, on virtual time."""

from __future__ import annotations

import asyncio
import logging
import wave
from collections.abc import Iterable
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.engines.files import (
    BUNDLE,
    DEVICE_S,
    LONGEST_S,
    NOISE_RMS,
    FileMicrophone,
    FileSpeaker,
    NoSpeaker,
    read_recording,
    speech_end_s,
)
from satellite.sound.microphone import FRAME_S, Frame, MicrophoneError
from satellite.sound.speaker import Speaker, SpeakerError
from tests.virtual_time import run
from tests.wire_events import mutations
from wire.pcm import SPEECH, PcmFormat, level_dbfs

FRAME_BYTES = SPEECH.bytes(FRAME_S)
NOISE_DBFS = level_dbfs(NOISE_RMS.to_bytes(2, "little"))


def tone(value: int, seconds: float) -> bytes:
    return value.to_bytes(2, "little", signed=True) * round(seconds * SPEECH.rate)


def record(path: Path, pcm: bytes, sound: PcmFormat = SPEECH) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((sound.channels, sound.width, sound.rate, 0, "NONE", ""))
        file.writeframes(pcm)
    return path


async def listen(microphone: FileMicrophone, seconds: float) -> list[Frame]:
    frames: list[Frame] = []
    async with aclosing(microphone.frames()) as heard:
        async for frame in heard:
            frames.append(frame)
            if frame.at >= seconds - 1e-9:
                break
    return frames


def heard(path: Path, seconds: float) -> list[Frame]:
    return run(listen(FileMicrophone(path), seconds))


def values(frames: Iterable[Frame]) -> list[int]:
    """What each frame plays, by its first sample; 0 for noise."""
    found = []
    for frame in frames:
        first = int.from_bytes(frame.pcm[:2], "little", signed=True)
        found.append(first if abs(first) > 10 * NOISE_RMS else 0)
    return found


def runs(numbers: list[int]) -> list[int]:
    """Without repetitions."""
    return [number for number, before in zip(numbers, [None, *numbers], strict=False) if number != before]


# The microphone


def test_a_recording_is_played_whole_once_and_at_real_time(tmp_path: Path) -> None:
    pcm = b"".join(tone(1000 + number, FRAME_S) for number in range(100))
    frames = heard(record(tmp_path / "question.wav", pcm), 5.0)
    assert b"".join(frame.pcm for frame in frames[:100]) == pcm
    assert set(values(frames[100:])) == {0}
    assert [frame.at for frame in frames] == pytest.approx([(number + 1) * FRAME_S for number in range(250)])
    assert all(len(frame.pcm) == FRAME_BYTES for frame in frames)


def test_a_slow_reader_is_given_what_it_missed_and_then_real_time_again(tmp_path: Path) -> None:
    async def scenario() -> list[tuple[float, float]]:
        given: list[tuple[float, float]] = []
        async with aclosing(FileMicrophone(record(tmp_path / "question.wav", tone(1000, 1.0))).frames()) as frames:
            async for frame in frames:
                given.append((frame.at, asyncio.get_running_loop().time()))
                if len(given) == 10 * BUNDLE:
                    await asyncio.sleep(0.5)
                if len(given) == 30 * BUNDLE:
                    return given
        return given

    given = run(scenario())
    late = [now - at for at, now in given]
    assert [at for at, _ in given] == pytest.approx([(number + 1) * FRAME_S for number in range(30 * BUNDLE)])
    assert max(late) == pytest.approx(0.5 - FRAME_S)
    assert all(-1e-6 <= after < BUNDLE * FRAME_S for after in late[: 10 * BUNDLE] + late[-BUNDLE:])


def test_a_room_is_never_digitally_silent(tmp_path: Path) -> None:
    for frame in heard(tmp_path, 10.0):
        assert abs(level_dbfs(frame.pcm) - NOISE_DBFS) < 3


def test_the_last_frame_is_filled_up_with_noise(tmp_path: Path) -> None:
    frames = heard(record(tmp_path / "question.wav", tone(1000, 0.03)), 1.0)
    assert frames[1].pcm.startswith(tone(1000, 0.01))
    rest = frames[1].pcm[FRAME_BYTES // 2 :]
    assert len(rest) == FRAME_BYTES // 2
    assert abs(level_dbfs(rest) - NOISE_DBFS) < 6


@pytest.mark.parametrize(("end", "frame"), [("0.5", 25), ("0.51", 25), ("0.0", 0), ("1.0", 49), ("9.0", 49)])
def test_a_label_says_which_frame_ends_the_speech(tmp_path: Path, end: str, frame: int) -> None:
    path = record(tmp_path / "question.wav", tone(1000, 1.0))
    path.with_suffix(".txt").write_text(f"0.0\t0.2\tspeech\n0.1\t{end}\tspeech\n0.0\t0.9\tcough\n")
    expected = max(frame, 10)  # the other label's
    assert [number for number, heard in enumerate(heard(path, 3.0)) if heard.ends_speech] == [expected]


BAD_LABELS = ["", "nonsense", "0.1\t0.5", "0.1\tsoon\tspeech", "0\tnan\tspeech", "0\tinf\tspeech", "0\t-3\tspeech"]


@pytest.mark.parametrize("labels", [*BAD_LABELS, "0\t1e308\tspeech", "0.1\t0.5\tcough"])
def test_labels_that_cannot_be_meant_label_nothing(tmp_path: Path, labels: str) -> None:
    path = record(tmp_path / "question.wav", tone(1000, 1.0))
    path.with_suffix(".txt").write_text(labels)
    assert speech_end_s(path) is None
    frames = heard(path, 2.0)
    assert len(frames) == 100
    assert not any(frame.ends_speech for frame in frames)


def test_a_label_track_that_is_no_text_labels_nothing(tmp_path: Path) -> None:
    path = record(tmp_path / "question.wav", tone(1000, 1.0))
    path.with_suffix(".txt").write_bytes(b"\xff\xfe\x00")
    assert speech_end_s(path) is None


def test_a_folder_is_played_in_the_order_of_names_with_noise_in_between(tmp_path: Path) -> None:
    for name, value in (("3", 3000), ("1", 1000), ("2", 2000)):
        record(tmp_path / f"{name}.wav", tone(value, 0.5))
    found = values(heard(tmp_path, 3.0))
    assert runs(found)[:7] in ([1000, 0, 2000, 0, 3000, 0], [0, 1000, 0, 2000, 0, 3000, 0])


def test_what_is_put_into_the_folder_is_played_soon_and_once(tmp_path: Path) -> None:
    async def scenario() -> list[Frame]:
        listening = asyncio.create_task(listen(FileMicrophone(tmp_path), 6.0))
        for number in (1, 2):
            await asyncio.sleep(1.5)
            record(tmp_path / f"{number}.wav", tone(1000 * number, 0.5))
        return await listening

    frames = run(scenario())
    assert runs(values(frames)) == [0, 1000, 0, 2000, 0]
    begun = [frame.at for before, frame in pairwise(frames) if values([before]) == [0] != values([frame])]
    assert all(at - put <= 0.2 for at, put in zip(begun, (1.5, 3.0), strict=True))


def test_opened_anew_it_goes_on_with_what_is_new(tmp_path: Path) -> None:
    async def scenario() -> list[list[Frame]]:
        microphone = FileMicrophone(tmp_path)
        record(tmp_path / "1.wav", tone(1000, 0.1))
        first = await listen(microphone, 1.0)
        record(tmp_path / "2.wav", tone(2000, 0.1))
        return [first, await listen(microphone, 2.0)]

    assert [set(values(frames)) for frames in run(scenario())] == [{0, 1000}, {0, 2000}]


UNREADABLE = {
    "text.wav": b"no sound at all",
    "nothing.wav": b"",
    "header.wav": b"RIFF\x24\0\0\0WAVEfmt ",
}


def test_what_cannot_be_read_is_said_and_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, content in UNREADABLE.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "dangling.wav").symlink_to(tmp_path / "nowhere")
    record(tmp_path / "stereo.wav", tone(1000, 0.1), PcmFormat(16_000, channels=2))
    record(tmp_path / "slow.wav", tone(1000, 0.1), PcmFormat(8_000))
    record(tmp_path / "zzz.wav", tone(3000, 0.1))
    frames = heard(tmp_path, 3.0)
    assert set(values(frames)) == {0, 3000}
    for name in (*UNREADABLE, "folder.wav", "dangling.wav", "stereo.wav", "slow.wav"):
        [said] = [record for record in caplog.records if f"{name} " in f"{record.message.replace(':', ' ')} "]
        assert said.levelno == logging.ERROR


@pytest.mark.parametrize("name", [*UNREADABLE, "nowhere.wav"])
def test_a_single_file_that_cannot_be_read_is_refused_at_once(tmp_path: Path, name: str) -> None:
    if name in UNREADABLE:
        (tmp_path / name).write_bytes(UNREADABLE[name])
    with pytest.raises(MicrophoneError, match=name):
        FileMicrophone(tmp_path / name)


def test_a_recording_of_another_format_is_refused_with_both_named(tmp_path: Path) -> None:
    path = record(tmp_path / "stereo.wav", b"\0" * 800, PcmFormat(44_100, channels=2))
    with pytest.raises(MicrophoneError, match=r"stereo\.wav has 44100 Hz, 16 bit, 2 channels; convert it to 16000 Hz"):
        FileMicrophone(path)


def test_a_recording_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = record(tmp_path / "long.wav", b"\0\0" * (LONGEST_S * SPEECH.rate + 1))
    with pytest.raises(MicrophoneError, match="longer than"):
        FileMicrophone(path)


@given(st.data())
def test_a_damaged_file_is_sound_or_a_sentence(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = record(Path(folder) / "question.wav", tone(1000, 0.01))
        path.write_bytes(data.draw(mutations(path.read_bytes())))
        try:
            sentence, pcm = "", read_recording(path)
        except MicrophoneError as error:
            sentence, pcm = str(error), b""
        assert str(path) in sentence or not sentence
        assert len(pcm) <= LONGEST_S * SPEECH.rate * 2


# The speaker

FORMATS = [SPEECH, PcmFormat(22_050), PcmFormat(44_100, 2, 2), PcmFormat(8_000, 1), PcmFormat(48_000, 3)]


async def play(speaker: Speaker, sound: PcmFormat, pieces: Iterable[bytes], name: str = "boot:1") -> list[float]:
    async with speaker.stream(sound, name) as stream:
        return [await stream.play(piece) for piece in pieces] + [await stream.drain()]


def content(path: Path) -> tuple[PcmFormat, bytes]:
    with wave.open(str(path), "rb") as file:
        found = PcmFormat(file.getframerate(), file.getsampwidth(), file.getnchannels())
        return found, file.readframes(file.getnframes())


@pytest.mark.parametrize("sound", FORMATS, ids=str)
@given(sizes=st.lists(st.integers(0, 3000), max_size=20))
def test_the_file_holds_exactly_what_was_played(sound: PcmFormat, sizes: list[int]) -> None:
    pieces = [bytes([number % 251]) * (size * sound.frame_bytes) for number, size in enumerate(sizes)]
    with TemporaryDirectory() as folder:
        run(play(FileSpeaker(Path(folder)), sound, pieces))
        assert [path.name for path in Path(folder).iterdir()] == ["boot-1.wav"]
        assert content(Path(folder) / "boot-1.wav") == (sound, b"".join(pieces))


def test_a_folder_gets_a_file_for_each_reply_and_a_file_holds_the_latest(tmp_path: Path) -> None:
    for name, value in (("boot:1", 1000), ("../boot:2", 2000)):
        run(play(FileSpeaker(tmp_path), SPEECH, [tone(value, 0.1)], name))
        run(play(FileSpeaker(tmp_path / "latest.wav"), SPEECH, [tone(value, 0.1)], name))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"boot-1.wav", "---boot-2.wav", "latest.wav"}
    assert content(tmp_path / "latest.wav")[1] == tone(2000, 0.1)


def test_what_is_dropped_is_kept_as_far_as_it_was_played(tmp_path: Path) -> None:
    async def scenario() -> None:
        playing = asyncio.create_task(play(FileSpeaker(tmp_path), SPEECH, [tone(1000, 0.1)] * 100))
        await asyncio.sleep(1.0)
        playing.cancel()
        await asyncio.wait([playing])

    run(scenario())
    found, pcm = content(tmp_path / "boot-1.wav")
    assert found == SPEECH
    assert 1.0 <= SPEECH.seconds(len(pcm)) <= 1.0 + DEVICE_S + 0.1 + 1e-9


@given(st.lists(st.floats(0.01, 0.3), min_size=1, max_size=20), st.floats(0, 1))
def test_sound_is_taken_at_its_pace_and_heard_in_a_row(lengths: list[float], start: float) -> None:
    async def scenario() -> None:
        await asyncio.sleep(start)
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with NoSpeaker().stream(SPEECH, "reply") as stream:
            due = began
            for length in lengths:
                pcm = SPEECH.silence(length)
                assert await stream.play(pcm) == pytest.approx(due)
                due += SPEECH.seconds(len(pcm))
                assert loop.time() == pytest.approx(max(began, due - DEVICE_S))
            assert await stream.drain() == pytest.approx(due)
            assert loop.time() == pytest.approx(due)

    run(scenario())


def test_a_reply_of_no_sound_has_been_heard_at_once() -> None:
    """Used to be told as heard at the clock's zero, when the machine was switched on."""

    async def scenario() -> None:
        await asyncio.sleep(5.0)
        assert await play(NoSpeaker(), SPEECH, []) == [5.0]

    run(scenario())


def test_a_speaker_without_its_folder_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpeakerError, match="folder does not exist; make it"):
        FileSpeaker(tmp_path / "nowhere" / "reply.wav")


def test_a_file_that_cannot_be_opened_is_an_error_of_the_speaker(tmp_path: Path) -> None:
    (tmp_path / "boot-1.wav").mkdir()
    with pytest.raises(SpeakerError, match=r"boot-1\.wav: Is a directory"):
        run(play(FileSpeaker(tmp_path), SPEECH, [tone(1000, 0.1)]))


def test_a_disk_that_is_full_is_an_error_of_the_speaker(tmp_path: Path) -> None:
    (tmp_path / "boot-1.wav").symlink_to("/dev/full")
    with pytest.raises(SpeakerError, match=r"boot-1\.wav: No space left"):
        run(play(FileSpeaker(tmp_path), SPEECH, [tone(1000, 0.1)] * 1000))
