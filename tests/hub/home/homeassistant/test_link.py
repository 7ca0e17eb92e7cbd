"""Laws of addresses: where the WebSocket API is, and what is no address."""

from __future__ import annotations

import pytest

from config.secret import Secret
from hub.home.homeassistant.homeassistant import HomeAssistant
from hub.home.homeassistant.link import websocket_url


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("http://homeassistant.local:8123", "ws://homeassistant.local:8123/api/websocket"),
        ("https://home.example/", "wss://home.example/api/websocket"),
        ("https://home.example/behind/", "wss://home.example/behind/api/websocket"),
        ("ws://[::1]:8123/api/websocket", "ws://[::1]:8123/api/websocket"),
    ],
)
def test_the_api_is_where_home_assistant_is(url: str, there: str) -> None:
    assert websocket_url(url) == there


@pytest.mark.parametrize(
    "url", ["", "homeassistant.local:8123", "ftp://home", "http://", "/tmp/socket", "http://me:secret@home"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="expected an address like") as raised:
        HomeAssistant(url, Secret(env="TOKEN"))
    assert "secret@" not in str(raised.value)
