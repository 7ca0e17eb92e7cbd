"""Which of a model's languages is meant; pure."""

from __future__ import annotations

from collections.abc import Sequence

from hub.stt.recognizer import RecognizerError

AUTO = "auto"  # the setting that lets Whisper find out


def chosen(wanted: str | None, languages: Sequence[str], model: str) -> str | None:
    """Whisper's code for "de" or "de-CH"; None where it is to be detected. Raises RecognizerError for what it lacks."""
    if wanted in (None, AUTO):
        return languages[0] if len(languages) == 1 else None
    code = wanted.lower().replace("_", "-").partition("-")[0]
    if code in languages:
        return code
    if len(languages) == 1:
        raise RecognizerError(
            f"the model {model} understands no {wanted!r}, only {languages[0]!r}; "
            "set stt.whisper.model to one without .en, or stt.language to en"
        )
    raise RecognizerError(f"Whisper knows no language {wanted!r}; set stt.language to a code as de or fr, or to auto")
