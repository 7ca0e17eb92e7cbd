"""Writes small ONNX models byte by byte, so that no test needs the package onnx (31 MB).

Source of the field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; of the encoding:
https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

IR_VERSION, OPSET = 9, 17
FLOAT, INT64 = 1, 7  # of TensorProto.DataType
ATTRIBUTE_INT = 2  # of AttributeProto.AttributeType

Shape = Sequence[int | str]


@dataclass(slots=True)
class Graph:
    """A model in the making."""

    _nodes: bytes = b""
    _constants: bytes = b""
    _ends: bytes = b""
    _names: int = field(default=0)

    def input(self, name: str, kind: int, shape: Shape) -> str:
        """Declares an input and returns its name."""
        self._ends += _message(11, _value(name, kind, shape))
        return name

    def output(self, name: str, kind: int, shape: Shape) -> None:
        """Declares what `node` wrote under this name to be a result."""
        self._ends += _message(12, _value(name, kind, shape))

    def constant(self, value: float | Sequence[float], kind: int = FLOAT) -> str:
        """Adds a constant and returns its name."""
        name = self._name()
        array: np.ndarray[Any, Any] = np.asarray(value, "<f4" if kind == FLOAT else "<i8")
        dims = b"".join(_number(1, size) for size in array.shape)
        tensor = dims + _number(2, kind) + _text(8, name) + _message(9, array.tobytes())
        self._constants += _message(5, tensor)
        return name

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: int) -> str:
        """Adds an operator with whole numbers for attributes, and returns the name of its only result."""
        output = output or self._name()
        node = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, operator)
        for name, value in attributes.items():
            node += _message(5, _text(1, name) + _number(3, value) + _number(20, ATTRIBUTE_INT))
        self._nodes += _message(1, node)
        return output

    def model(self) -> bytes:
        """The whole file."""
        graph = self._nodes + _text(2, "stub") + self._constants + self._ends
        return _number(1, IR_VERSION) + _message(7, graph) + _message(8, _number(2, OPSET))

    def _name(self) -> str:
        self._names += 1
        return f"value{self._names}"


def _value(name: str, kind: int, shape: Shape) -> bytes:
    dims = [_number(1, size) if isinstance(size, int) else _text(2, size) for size in shape]
    tensor = _number(1, kind) + _message(2, b"".join(_message(1, dim) for dim in dims))
    return _text(1, name) + _message(2, _message(1, tensor))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _message(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _text(number: int, value: str) -> bytes:
    return _message(number, value.encode())
