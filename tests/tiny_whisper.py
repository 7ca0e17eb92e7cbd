"""A small Whisper in CTranslate2's format that always says one sentence: for tests, where no weights are.

    python -m tests.tiny_whisper FOLDER [SENTENCE]

Strategy: every token's embedding holds its place in the chain "transcribe, <|0.00|>, word, word, …, <|end|>, end of
text", and a token's row of the output names the one before it; so the decoder says the sentence from whatever prompt.
Cross-attention looks at the frame where a word is due, so that words have times. Tokens have the real Whisper's ids.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import WhisperSpec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

SENTENCE = "turn on the kitchen light"
WIDTH = 64  # of the model: a place for each token of the chain, and pairs of sine and cosine for the frames
FRAMES = 1500  # of the encoder's output, 20 ms each
MELS = 80
SURE = 24.0  # how far the right token's logit stands above all others: a probability near 1
TIMESTAMPS = 1501  # <|0.00|> to <|30.00|>
START, ZERO, FIRST = 0, 1, 2  # places in the chain: the end of the prompt, the first timestamp, the first word

Weights = np.ndarray[Any, np.dtype[np.float32]]


def make(
    folder: Path,
    sentence: str = SENTENCE,
    *,
    english_only: bool = False,
    hears: str = "en",
    start_s: float = 0.3,
    word_s: float = 0.3,
    layers: int = 1,
) -> Path:
    """Writes the model and returns its folder.

    It says `sentence` (at most 40 words), its first word at `start_s` and each `word_s` long, where the sound is as
    long. One for all languages detects the language `hears`. More decoder layers only make it slower.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = sentence.split()
    tokens = _tokens(words, english_only)
    spec = WhisperSpec(1, 1, layers, 1)
    spec.register_vocabulary(tokens)
    _encoder(spec.encoder)
    ids = {token: number for number, token in enumerate(tokens)}
    _decoder(spec.decoder, ids, len(words), hears)
    for layer in spec.decoder.layer:
        _decoder_layer(layer, [start_s + word_s * number for number in range(len(words) + 1)])
    spec.config.alignment_heads = [[layers - 1, 0]]
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [ids["<|endoftext|>"]]
    spec.config.lang_ids = [] if english_only else [ids[f"<|{code}|>"] for code in _LANGUAGE_CODES[:99]]
    spec.validate()
    spec.save(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": MELS}))
    _tokenizer(tokens[: len(words) + 1], tokens, ids["<|endoftext|>"]).save(str(folder / "tokenizer.json"))
    return folder


def _tokens(words: Sequence[str], english_only: bool) -> list[str]:
    """All tokens by number. A word may come twice in a sentence, so each says which one it is: `the#3`."""
    said = [f" {word}#{number}" for number, word in enumerate(words)]
    tokens = [*said, "<unk>", *(f"<{number}>" for number in range(len(said) + 1, 50256))]
    if not english_only:
        tokens.append("")  # by this CTranslate2 knows a model for all languages
    tasks = ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]
    tokens += [f"<|{name}|>" for name in ("endoftext", "startoftranscript", *_LANGUAGE_CODES[:99], *tasks)]
    return tokens + [f"<|{number * 0.02:.2f}|>" for number in range(TIMESTAMPS)]


def _tokenizer(said: Sequence[str], tokens: Sequence[str], end: int) -> Tokenizer:
    vocabulary = {token: number for number, token in enumerate(said)}
    vocabulary |= {token: end + number for number, token in enumerate(tokens[end:])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.Sequence([decoders.Replace(Regex("#[0-9]+$"), ""), decoders.Fuse()])
    return tokenizer


def _decoder(spec: Any, ids: dict[str, int], words: int, hears: str) -> None:
    embeddings, output = _zeros(len(ids), WIDTH), _zeros(len(ids), WIDTH)
    last, end = FIRST + words - 1, FIRST + words
    for token in ("startoftranscript", "transcribe"):
        embeddings[ids[f"<|{token}|>"], START] = 1
    for token in ("0.00", "notimestamps"):
        embeddings[ids[f"<|{token}|>"], ZERO] = 1
    timestamps = ids["<|0.02|>"]
    embeddings[timestamps : timestamps + TIMESTAMPS - 1, end] = 1
    embeddings[range(words), range(FIRST, end)] = 1
    output[ids["<|0.00|>"], START] = output[ids[f"<|{hears}|>"], START] = 1
    output[range(words), range(ZERO, last)] = 1
    output[ids["<|endoftext|>"], end] = 1
    output[ids["<|1.00|>"], last] = 1
    output[ids["<|endoftext|>"], last] = 0.8  # where timestamps are not wanted
    spec.embeddings.weight, spec.projection.weight = embeddings, output * SURE / np.float32(WIDTH) ** 0.5
    spec.position_encodings.encodings = _zeros(448, WIDTH)
    _norm(spec.layer_norm)


def _decoder_layer(spec: Any, due_s: Sequence[float]) -> None:
    _attention(spec.self_attention, 3)
    _norm(spec.attention.layer_norm)
    queries = _zeros(WIDTH, WIDTH)
    for number, seconds in enumerate(due_s):  # asked where the token before is: it predicts the word
        queries[:, ZERO + number] = _place(np.array([seconds / 0.02]))[0]
    for linear, weight in zip(
        spec.attention.linear,
        (queries, np.concatenate([np.eye(WIDTH, dtype=np.float32), _zeros(WIDTH, WIDTH)]), _zeros(WIDTH, WIDTH)),
        strict=True,
    ):
        linear.weight, linear.bias = weight, _zeros(len(weight))
    _feed_forward(spec.ffn)


def _encoder(spec: Any) -> None:
    spec.conv1.weight, spec.conv1.bias = _zeros(WIDTH, MELS, 3), _zeros(WIDTH)
    spec.conv2.weight, spec.conv2.bias = _zeros(WIDTH, WIDTH, 3), _zeros(WIDTH)
    spec.position_encodings.encodings = _place(np.arange(FRAMES))
    _norm(spec.layer_norm)
    for layer in spec.layer:
        _attention(layer.self_attention, 3)
        _feed_forward(layer.ffn)


def _place(frames: np.ndarray[Any, Any]) -> Weights:
    """Where in time a frame is, so that the product of two places is largest where they are the same."""
    turns = np.outer(frames, np.geomspace(0.005, 0.5, WIDTH // 2))
    return np.concatenate([np.sin(turns), np.cos(turns)], axis=1).astype(np.float32)


def _attention(spec: Any, inputs: int) -> None:
    _norm(spec.layer_norm)
    for linear, size in zip(spec.linear, (inputs * WIDTH, WIDTH), strict=True):
        linear.weight, linear.bias = _zeros(size, WIDTH), _zeros(size)


def _feed_forward(spec: Any) -> None:
    _norm(spec.layer_norm)
    for linear in (spec.linear_0, spec.linear_1):
        linear.weight, linear.bias = _zeros(WIDTH, WIDTH), _zeros(WIDTH)


def _norm(spec: Any) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, dtype=np.float32), _zeros(WIDTH)


def _zeros(*shape: int) -> Weights:
    return np.zeros(shape, dtype=np.float32)


if __name__ == "__main__":
    print(make(Path(sys.argv[1]), *sys.argv[2:3]))
