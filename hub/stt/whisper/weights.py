"""Which Whispers there are by name, and whether a folder holds one of somebody's own, in CTranslate2's format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hub.weights.weights import File, Weights

CACHE = "~/.cache/hark/whisper"
MODEL = "model.bin"
NEEDED = ("config.json", "tokenizer.json", MODEL)  # without a tokenizer faster-whisper would ask the network
VOCABULARIES = ("vocabulary.txt", "vocabulary.json")  # one of them
FILES = (*VOCABULARIES[:1], *NEEDED)
FILES_V3 = ("preprocessor_config.json", *VOCABULARIES[1:], *NEEDED)  # a wider spectrum, and one language more


def _whisper(repository: str, revision: str, size: int, sha256: str, names: tuple[str, ...] = FILES) -> Weights:
    """`size` in bytes and `sha256` are those of its model.bin."""
    others = (File(name) for name in names if name != MODEL)
    return Weights(repository, revision, (*others, File(MODEL, size, sha256)))


PINNED: Mapping[str, Weights] = {
    "tiny": _whisper(
        "Systran/faster-whisper-tiny",
        "d90ca5fe260221311c53c58e660288d3deb8d356",
        75_538_270,
        "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1",
    ),
    "tiny.en": _whisper(
        "Systran/faster-whisper-tiny.en",
        "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
        75_537_502,
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
    "base": _whisper(
        "Systran/faster-whisper-base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        145_217_532,
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
    "base.en": _whisper(
        "Systran/faster-whisper-base.en",
        "3d3d5dee26484f91867d81cb899cfcf72b96be6c",
        145_216_508,
        "2a166925539a16005f14ff328359f9b9adb9dc4fb631bb3b227526862e93e2ef",
    ),
    "small": _whisper(
        "Systran/faster-whisper-small",
        "536b0662742c02347bc0e980a01041f333bce120",
        483_546_902,
        "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
    ),
    "small.en": _whisper(
        "Systran/faster-whisper-small.en",
        "d1d751a5f8271d482d14ca55d9e2deeebbae577f",
        483_545_366,
        "62b2a45b05ee59acb4a5341b33ee35e041395d378d418a18acfe4c9e768ee37a",
    ),
    "medium": _whisper(
        "Systran/faster-whisper-medium",
        "08e178d48790749d25932bbc082711ddcfdfbc4f",
        1_527_906_378,
        "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae",
    ),
    "medium.en": _whisper(
        "Systran/faster-whisper-medium.en",
        "a29b04bd15381511a9af671baec01072039215e3",
        1_527_904_330,
        "11b220779aea4c6f3ce9d2549c8a95ea869ed84066864b999531ef53e594fe5b",
    ),
    "large-v3": _whisper(
        "Systran/faster-whisper-large-v3",
        "edaa852ec7e145841d8ffdb056a99866b5f0a478",
        3_087_284_237,
        "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1",
        FILES_V3,
    ),
    "large-v3-turbo": _whisper(
        "dropbox-dash/faster-whisper-large-v3-turbo",  # mobiuslabsgmbh/… until it was renamed
        "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
        1_617_884_929,
        "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da",
        FILES_V3,
    ),
}


def own_flaw(folder: Path) -> str | None:
    """What is wrong with the files of a model of somebody's own, None where all are there."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(" or ".join(VOCABULARIES))
    return f"it has no {', '.join(missing)}" if missing else None
