"""Laws of reading WAV files: every PCM is read to its last frame, and whatever else there is ends in one sentence."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.pcm import SPEECH, PcmFormat
from wire.wav import LARGEST_FMT, MOST_PASSED, PIECE_S, UNFILLED, WavError, open_wav, read_wav

FORMATS = st.builds(PcmFormat, st.sampled_from([8_000, 44_100, 48_000]), st.integers(1, 4), st.integers(1, 3))


def written(sound: PcmFormat, pcm: bytes) -> bytes:
    """As Python's own module writes it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((sound.channels, sound.width, sound.rate, 0, "NONE", ""))
        wav.writeframes(pcm)
    return file.getvalue()


def chunk(kind: bytes, content: bytes, size: int | None = None) -> bytes:
    size = len(content) if size is None else size
    return kind + struct.pack("<I", size) + content + bytes(len(content) % 2)


def fmt(tag: int = 1, sound: PcmFormat = SPEECH, rest: bytes = b"") -> bytes:
    layout = (tag, sound.channels, sound.rate, sound.rate * sound.frame_bytes, sound.frame_bytes, 8 * sound.width)
    return chunk(b"fmt ", struct.pack("<HHIIHH", *layout) + rest)


def riff(*chunks: bytes) -> bytes:
    return b"RIFF\0\0\0\0WAVE" + b"".join(chunks)


def sound_of(content: bytes) -> bytes:
    return b"".join(read_wav(io.BytesIO(content), "clip.wav").pieces())


def refusal(content: bytes) -> str:
    with pytest.raises(WavError) as error:
        sound_of(content)
    return str(error.value)


@given(FORMATS, st.binary(max_size=300), st.integers(1, 40))
def test_what_another_program_wrote_is_read_whole(sound: PcmFormat, frame: bytes, times: int) -> None:
    pcm = frame[: len(frame) // sound.frame_bytes * sound.frame_bytes] * times
    wav = read_wav(io.BytesIO(written(sound, pcm)), "clip.wav")
    assert wav.sound == sound
    assert b"".join(wav.pieces()) == pcm


@given(FORMATS)
def test_sound_comes_in_pieces_of_whole_frames(sound: PcmFormat) -> None:
    pieces = list(read_wav(io.BytesIO(written(sound, sound.silence(1.05))), "clip.wav").pieces())
    assert all(0 < len(piece) <= sound.bytes(PIECE_S) and len(piece) % sound.frame_bytes == 0 for piece in pieces)
    assert len(pieces) > 10


def test_an_extensible_format_is_what_it_says_further_back() -> None:
    sound = PcmFormat(48_000, 3, 2)
    rest = struct.pack("<HHI", 22, 24, 3) + b"\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
    assert sound_of(riff(fmt(0xFFFE, sound, rest), chunk(b"data", b"abcdef"))) == b"abcdef"


def test_chunks_that_are_no_sound_are_passed_over() -> None:
    assert sound_of(riff(chunk(b"LIST", b"odd"), fmt(), chunk(b"fact", b"1234"), chunk(b"data", b"ab"))) == b"ab"
    assert sound_of(riff(fmt(rest=bytes(LARGEST_FMT + 9)), chunk(b"data", b"ab"))) == b"ab"


def test_what_follows_the_sound_is_none() -> None:
    assert sound_of(riff(fmt(), chunk(b"data", b"ab"), chunk(b"LIST", b"1234"))) == b"ab"


@pytest.mark.parametrize("size", [0, UNFILLED, 0xFFFFFFFF])
def test_a_length_that_was_never_filled_in_means_to_the_end(size: int) -> None:
    content = riff(fmt(), chunk(b"data", b"abcdef", size))
    assert sound_of(content) == b"abcdef"
    assert read_wav(io.BytesIO(content), "clip.wav").seconds is None


def test_a_recording_that_was_cut_off_is_read_to_its_last_whole_frame() -> None:
    assert sound_of(riff(fmt(), chunk(b"data", b"abcde", 1000))[:-1]) == b"abcd"


def test_sound_is_resampled_and_mixed() -> None:
    stereo = PcmFormat(48_000, 1, 2)
    wav = read_wav(io.BytesIO(written(stereo, b"\xc0\x80" * 48_000)), "clip.wav")
    pcm = b"".join(wav.resampled(SPEECH.rate))
    assert len(pcm) == SPEECH.bytes(1)
    middle = memoryview(pcm).cast("h")[8000]
    assert abs(middle - 8192) < 10  # half of half of full scale: one channel of two


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"ID3\x04 some song of twelve bytes and more", "is no WAV file"),
        (riff(), "has no sound"),
        (riff(fmt()), "has no sound"),
        (riff(chunk(b"data", b"abcd")), "has no sound"),
        (riff(chunk(b"fmt ", b"\x01\0")), "cut off in its header"),
        (riff(fmt(tag=3), chunk(b"data", b"abcd")), "holds floats"),
        (riff(fmt(tag=0xFFFE), chunk(b"data", b"abcd")), "format 65534"),
        (riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 0, 0, 2, 16))), "a sample rate of 0 Hz"),
        (riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 16_000, 0, 7, 16))), "contradicts itself"),
        (riff(chunk(b"junk", bytes(MOST_PASSED + 2)), fmt(), chunk(b"data", b"abcd")), "has no sound"),
    ],
)
def test_what_is_no_sound_is_said_in_one_sentence(content: bytes, said: str) -> None:
    sentence = refusal(content)
    assert said in sentence
    assert sentence.startswith("clip.wav ")
    assert "; " in sentence


@given(st.binary(max_size=200), st.integers(0, 60))
def test_any_file_is_sound_or_a_sentence(noise: bytes, kept: int) -> None:
    for content in (noise, riff(noise), riff(fmt(), chunk(b"data", noise))[:kept], riff(fmt()[:kept], noise)):
        said = ""
        try:
            sound = sound_of(content)
        except WavError as error:
            said = str(error)
        assert said.startswith("clip.wav ") or len(sound) % SPEECH.frame_bytes == 0


@pytest.mark.parametrize("name", ["missing.wav", ".", "no\0name.wav"])
def test_a_file_that_cannot_be_opened_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(WavError, match=r"cannot read .*; check its path"), open_wav(tmp_path / name):
        pass


def test_the_readers_own_errors_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(written(SPEECH, b"abcd"))
    with pytest.raises(BrokenPipeError), open_wav(path):
        raise BrokenPipeError
