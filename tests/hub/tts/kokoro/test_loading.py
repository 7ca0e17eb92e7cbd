"""Laws of what is said where Kokoro is not installed."""

from __future__ import annotations

import pytest

from hub.tts.kokoro.loading import remedy


@pytest.mark.parametrize(("python", "said"), [((3, 12), "pip install"), ((3, 13), "needs Python 3.12 or older")])
def test_the_remedy_is_one_that_this_python_allows(python: tuple[int, ...], said: str) -> None:
    assert said in remedy(python)
