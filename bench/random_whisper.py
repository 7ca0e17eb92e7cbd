"""A Whisper of the true shape with random weights, in CTranslate2's format: nonsense in the time of the real one.

Strategy: weights are drawn while they are written, so that memory holds one matrix at a time. Two directions of the
decoder's space are set aside, or random weights would never end or say nothing but timestamps: `end` fills the hidden
state from a given place on and is the row of "end of text"; `quiet` lowers every timestamp after the first, which
Whisper's own rules demand. So each sound takes the same number of tokens.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import WhisperSpec
from ctranslate2.specs.model_spec import OPTIONAL, LayerSpec, Variable, visit_spec
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

Array = np.ndarray[Any, np.dtype[Any]]

LIMIT = 0.02  # of uniform weights: of the size of trained ones, and no layer drowns the others
END_SURE, END_BIAS = 3.0, 6.0  # how far "end of text" stands out at its place, and how far below all else before it
QUIET = 8.0  # how far timestamps stand below text, squared
FAR = 1000.0  # the length of the position that ends: far more than all layers add
PLACES = 448  # of the decoder
CONTROLS = 4  # tokens of a prompt around its text: previous, start, language, task
ALIGNMENT_HEADS = 6  # as many as large-v3-turbo has; the last layer's here


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a Whisper: `width` of the model, layers and heads of encoder and decoder, mel bands, tokens."""

    width: int
    encoder: int
    decoder: int
    heads: int
    mels: int = 80
    tokens: int = 51865


SHAPES: Mapping[str, Shape] = {
    "tiny": Shape(384, 4, 4, 6),
    "base": Shape(512, 6, 6, 8),
    "small": Shape(768, 12, 12, 12),
    "medium": Shape(1024, 24, 24, 16),
    "large-v3": Shape(1280, 32, 32, 20, 128, 51866),
    "large-v3-turbo": Shape(1280, 32, 4, 20, 128, 51866),
}


class Drawn(Variable):  # type: ignore[misc]
    """Random 16-bit weights that exist only while they are written."""

    def __init__(self, seed: int, *shape: int) -> None:
        self._seed = seed
        self._shape = shape

    @property
    def shape(self) -> list[int]:
        """Of the array."""
        return list(self._shape)

    @property
    def dtype(self) -> str:
        """As numpy calls it."""
        return "float16"

    def numpy(self) -> Array:
        """Drawn anew, always the same."""
        drawn = np.random.default_rng(self._seed).random(self._shape, dtype=np.float32)
        return ((drawn * 2 - 1) * LIMIT).astype(np.float16)

    def num_bytes(self) -> int:
        """Two a weight."""
        return 2 * int(np.prod(self._shape))

    def to_bytes(self) -> bytes:
        """For the file."""
        return self.numpy().tobytes()

    def _to(self, dtype: str) -> Variable:
        raise NotImplementedError  # never converted: they are drawn as they are stored

    def _equal(self, other: Variable) -> bool:
        return self is other


def write(folder: Path, shape: Shape, prompt: str, said: int) -> Path:
    """Writes a model that says `said` tokens after its start and a prompt of this text; returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _vocabulary(shape)
    ids = {token: number for number, token in enumerate(tokens)}
    tokenizer = _tokenizer(ids)
    tokenizer.save(str(folder / "tokenizer.json"))
    before = len(tokenizer.encode(" " + prompt).ids) + CONTROLS
    spec = WhisperSpec(shape.encoder, shape.heads, shape.decoder, shape.heads)
    spec.register_vocabulary(tokens)
    _draw(spec, shape, ids, ends_at=before + said - 1)
    spec.validate()
    spec.decoder.projection.weight = "decoder/embeddings/weight"  # one matrix, as in every Whisper
    spec.config.alignment_heads = [[shape.decoder - 1, head] for head in range(min(ALIGNMENT_HEADS, shape.heads))]
    spec.config.suppress_ids = list(range(ids["<|startoftranscript|>"], ids["<|0.00|>"]))
    spec.config.suppress_ids_begin = [ids["<|endoftext|>"]]
    spec.config.lang_ids = [ids["<|en|>"]]
    spec.save(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": shape.mels}))
    return folder


def _vocabulary(shape: Shape) -> list[str]:
    """The real Whisper's places: 50257 text tokens, 1500 and more timestamps at the end, and what is between."""
    timestamps = [f"<|{number * 0.02:.2f}|>" for number in range(1501)]
    tasks = ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]
    languages = ["en", *(f"l{number}" for number in range(shape.tokens - 51865 + 98))]
    special = [f"<|{name}|>" for name in ("endoftext", "startoftranscript", *languages, *tasks)]
    text = ["<unk>", *(f" w{number}" for number in range(1, 50256)), ""]  # "" tells that it is for all languages
    return [*text, *special, *timestamps]


def _tokenizer(ids: Mapping[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel(dict(ids), unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def _draw(spec: WhisperSpec, shape: Shape, ids: Mapping[str, int], ends_at: int) -> None:
    end, quiet = _directions(shape.width)
    embeddings = Drawn(0, shape.tokens, shape.width).numpy()
    embeddings[ids["<|0.00|>"] :] -= quiet.astype(np.float16)
    embeddings[ids["<|endoftext|>"]] = END_SURE * end
    spec.decoder.embeddings.weight = embeddings
    places = Drawn(1, PLACES, shape.width).numpy()
    places[ends_at:] += (FAR * end).astype(np.float16)
    spec.decoder.position_encodings.encodings = places
    spec.encoder.position_encodings.encodings = Drawn(2, 1500, shape.width)
    spec.encoder.conv1.weight = Drawn(3, shape.width, shape.mels, 3)
    spec.encoder.conv2.weight = Drawn(4, shape.width, shape.width, 3)
    visit_spec(spec, lambda layer, name, value: _fill(layer, name, value, shape))
    spec.decoder.layer_norm.beta = (quiet - END_BIAS * end).astype(np.float16)


def _directions(width: int) -> tuple[Array, Array]:
    """Two vectors at right angles to each other, of length 1 and the root of QUIET, without a mean."""
    signs = np.where(np.arange(width) % 2, 1.0, -1.0)
    pairs = np.where(np.arange(width) // 2 % 2, 1.0, -1.0)
    return signs / np.sqrt(width), pairs / np.sqrt(width) * np.sqrt(QUIET)


def _fill(layer: LayerSpec, name: str, value: object, shape: Shape) -> None:
    """Sets what is not set yet: norms to none, biases to zero, matrices at random."""
    kind, owner = name.rsplit("/", 1)[-1], name.rsplit("/", 2)[-2]
    if kind in ("gamma", "beta"):
        setattr(layer, kind, np.full(shape.width, kind == "gamma", dtype=np.float16))
    elif kind == "weight" and value is None and owner != "projection":
        rows, columns = _size(name, shape.width)
        layer.weight = Drawn(_seed(name), rows, columns)
        layer.bias = np.zeros(rows, dtype=np.float16)
    elif kind == "weight" and value is None:
        layer.weight = np.zeros(1, dtype=np.float16)  # the embeddings take its place
    elif kind == "bias" and value == OPTIONAL and owner.startswith("conv"):
        layer.bias = np.zeros(shape.width, dtype=np.float16)


def _size(name: str, width: int) -> tuple[int, int]:
    """Rows and columns of a matrix by its name: keys and values, and in self-attention queries, are one."""
    *_, part, linear, _ = name.split("/")
    if part == "ffn":
        return (4 * width, width) if linear == "linear_0" else (width, 4 * width)
    fused = {("self_attention", "linear_0"): 3, ("attention", "linear_1"): 2}
    return fused.get((part, linear), 1) * width, width


def _seed(name: str) -> int:
    """A seed that is the same in every run."""
    return int.from_bytes(name.encode()[-24:], "little")
