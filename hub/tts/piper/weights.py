"""Piper's voices by name, pinned to one revision, and the file of the model that a name stands for.

A name always means the same bytes. Any other voice is named by its file, with the .json beside it that Piper ships.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from config.hub import PiperSettings
from hub.tts.voice import VoiceError
from hub.weights.ensure import ensure
from hub.weights.weights import File, Weights, WeightsError

CACHE = "~/.cache/hark/piper"
REPOSITORY, REVISION = "rhasspy/piper-voices", "c10ece1aade47bb51c153c893d14e5bf8e5b7117"
SUFFIX = ".onnx"
MEDIUM = 63_201_294  # bytes of most models of this quality, which share a shape


def _voice(name: str, sha256: str, config: int, config_sha256: str, size: int = MEDIUM) -> Weights:
    """A voice whose name says where it is: en_US-lessac-medium in en/en_US/lessac/medium."""
    language, speaker, quality = name.split("-")
    path = f"{language.partition('_')[0]}/{language}/{speaker}/{quality}/{name}{SUFFIX}"
    return Weights(REPOSITORY, REVISION, (File(path, size, sha256), File(f"{path}.json", config, config_sha256)))


PINNED: Mapping[str, Weights] = {
    "en_US-lessac-medium": _voice(
        "en_US-lessac-medium",
        "5efe09e69902187827af646e1a6e9d269dee769f9877d17b16b1b46eeaaf019f",
        4885,
        "efe19c417bed055f2d69908248c6ba650fa135bc868b0e6abb3da181dab690a0",
    ),
    "en_US-ljspeech-medium": _voice(
        "en_US-ljspeech-medium",
        "6f52a751e2349abe7a76735eb09dc1875298c77ea2342ffd2fef79ff81b87f22",
        4972,
        "141d612cc0a95ed7efc1ca936b845c2364967f2e9217c5dbfcf69fc4d6c65860",
        63_531_379,
    ),
    "en_US-amy-medium": _voice(
        "en_US-amy-medium",
        "b3a6e47b57b8c7fbe6a0ce2518161a50f59a9cdd8a50835c02cb02bdd6206c18",
        4882,
        "95a23eb4d42909d38df73bb9ac7f45f597dbfcde2d1bf9526fdeaf5466977d77",
    ),
    "en_US-ryan-medium": _voice(
        "en_US-ryan-medium",
        "abf4c274862564ed647ba0d2c47f8ee7c9b717d27bdad9219100eb310db4047a",
        4883,
        "44034c056cb15681b2ad494307c7f3f2e4499d1253c700c711fa0a4607ffe78d",
    ),
    "en_GB-alan-medium": _voice(
        "en_GB-alan-medium",
        "0a309668932205e762801f1efc2736cd4b0120329622adf62be09e56339d3330",
        4888,
        "c0f0d124e5895c00e7c03b35dcc8287f319a6998a365b182deb5c8e752ee8c1e",
    ),
    "de_DE-thorsten-medium": _voice(
        "de_DE-thorsten-medium",
        "7e64762d8e5118bb578f2eea6207e1a35a8e0c30595010b666f983fc87bb7819",
        4819,
        "974adee790533adb273a1ac88f49027d2a1b8f0f2cf4905954a4791e79264e85",
    ),
    "es_ES-davefx-medium": _voice(
        "es_ES-davefx-medium",
        "6658b03b1a6c316ee4c265a9896abc1393353c2d9e1bca7d66c2c442e222a917",
        4817,
        "0e0dda87c732f6f38771ff274a6380d9252f327dca77aa2963d5fbdf9ec54842",
    ),
    "fr_FR-siwis-medium": _voice(
        "fr_FR-siwis-medium",
        "641d1ab097da2b81128c076810edb052b385decc8be3381814802a64a73baf99",
        4875,
        "39479916c2db192b5ac9764daddd0c744d83e023ad890c6976c0633ae4df8959",
    ),
    "it_IT-paola-medium": _voice(
        "it_IT-paola-medium",
        "6fc918b5a0ea6137382833dddfa567bffbe6a5060c02043c87192ee59c04210c",
        7099,
        "aea19c0a7fce29fbc359b93f10e7902854401e4c95ae2ea328ae516b15d296cf",
        63_511_038,
    ),
}


def model_file(name: str, settings: PiperSettings, stop: threading.Event) -> Path:
    """The model of a voice, downloaded where need be; raises VoiceError. Blocks; `stop` ends it."""
    weights = PINNED.get(name)
    if weights is None:
        return _own(name)
    folder = weights.folder(name, settings.folder, CACHE)
    try:
        ensure(weights, folder, "tts.piper", settings.download, stop)
    except WeightsError as error:
        raise VoiceError(str(error)) from None
    return folder / weights.files[0].name


def _own(name: str) -> Path:
    path = Path(name).expanduser()
    if path.suffix != SUFFIX:
        known = ", ".join(PINNED)
        raise VoiceError(
            f"tts.piper.voice is {name!r}, neither an .onnx file nor one of {known}; set it to one of them"
        )
    if missing := [str(one) for one in (path, path.with_name(f"{path.name}.json")) if not one.is_file()]:
        raise VoiceError(f"there is no {' and no '.join(missing)}; copy it there, or set another tts.piper.voice")
    return path
