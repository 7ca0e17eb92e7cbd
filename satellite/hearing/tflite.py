"""A TensorFlow Lite model, run on the calling thread (the C library that wake word packages carry, through ctypes).

Those packages make their interpreters without options: four threads each, which wake 1,570 times a second for work that
one does sooner, and without XNNPACK's kernels, which need a third of the time. Hence this thin loader: one thread,
XNNPACK. And a model from outside is checked here, since the packages run what they are given.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from satellite.hearing.wake import WakeError
from satellite.sound.hush import hushed

LARGEST_MODEL = 64 << 20  # bytes; openWakeWord's largest has 1.3 MB
IDENTIFIER = b"TFL3"  # of a TFLite file, behind its first four bytes
TYPES: dict[int, type[np.generic]] = {1: np.float32, 3: np.uint8, 9: np.int8}
"""Of TfLiteType, those that wake word models use."""


class _Quantization(ctypes.Structure):
    _fields_ = (("scale", ctypes.c_float), ("zero_point", ctypes.c_int32))


class Tensor:
    """One input or output of an interpreter."""

    def __init__(self, library: ctypes.CDLL, handle: int, model: str) -> None:
        number = library.TfLiteTensorType(handle)
        if number not in TYPES:
            raise WakeError(
                f"{model} computes with numbers of a kind that no wake word model uses (TfLiteType {number})"
            )
        self.dtype = np.dtype(TYPES[number])
        self.shape = tuple(library.TfLiteTensorDim(handle, axis) for axis in range(library.TfLiteTensorNumDims(handle)))
        quantization = library.TfLiteTensorQuantizationParams(handle)
        self.scale, self.zero_point = quantization.scale, quantization.zero_point
        self.handle = handle


class Interpreter:
    """One model; raises WakeError where the file is none that this library runs. Never used by two threads at once."""

    def __init__(self, library: Path, model: Path, input_shape: Sequence[int] = (), xnnpack: bool = True) -> None:
        self._library = _load(library)
        self._model = _read(model)  # the library reads from this memory
        self._name = model.name
        self._interpreter = self._make(xnnpack)
        if input_shape:
            shape = (ctypes.c_int32 * len(input_shape))(*input_shape)
            self._check(self._library.TfLiteInterpreterResizeInputTensor(self._interpreter, 0, shape, len(input_shape)))
        self._check(self._library.TfLiteInterpreterAllocateTensors(self._interpreter))
        self.input = Tensor(
            self._library, self._library.TfLiteInterpreterGetInputTensor(self._interpreter, 0), self._name
        )
        output = self._library.TfLiteInterpreterGetOutputTensor(self._interpreter, 0)
        self.output = Tensor(self._library, output, self._name)

    def _make(self, xnnpack: bool) -> int:
        """The handles live as long as the process: wake words are loaded once."""
        library = self._library
        model = library.TfLiteModelCreate(self._model, len(self._model))
        options = library.TfLiteInterpreterOptionsCreate()
        library.TfLiteInterpreterOptionsSetNumThreads(options, 1)
        with hushed():  # it would say that it uses XNNPACK
            if xnnpack:
                library.TfLiteInterpreterOptionsAddDelegate(options, library.TfLiteXNNPackDelegateCreate(None))
            interpreter = library.TfLiteInterpreterCreate(model, options) if model else None
        if not interpreter:
            raise WakeError(
                f"{self._name} cannot be run: it is cut, or made for another library; copy or convert it again"
            )
        return int(interpreter)

    def run(self, sound: NDArray[np.generic]) -> NDArray[np.generic]:
        """Computes the output for one input, of the tensors' types and sizes; raises WakeError where it cannot."""
        given = np.ascontiguousarray(sound, self.input.dtype)
        library = self._library
        self._check(library.TfLiteTensorCopyFromBuffer(self.input.handle, given.ctypes.data, given.nbytes))
        self._check(library.TfLiteInterpreterInvoke(self._interpreter))
        found = np.empty(
            library.TfLiteTensorByteSize(self.output.handle) // self.output.dtype.itemsize, self.output.dtype
        )
        self._check(library.TfLiteTensorCopyToBuffer(self.output.handle, found.ctypes.data, found.nbytes))
        return found

    def _check(self, status: int) -> None:
        if status:
            raise WakeError(f"{self._name} cannot be run (TfLiteStatus {status}); it is no model for this engine")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_MODEL + 1)
    except OSError as error:
        raise WakeError(f"cannot read the model {path}: {error.strerror}; check the path and its rights") from None
    if len(content) > LARGEST_MODEL or content[4:8] != IDENTIFIER:
        raise WakeError(f"{path} is no TFLite model; give a .tflite file")
    return content


@cache
def _load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    pointer, number, size = ctypes.c_void_p, ctypes.c_int32, ctypes.c_size_t
    signatures: dict[str, tuple[type | None, Sequence[type]]] = {
        "ModelCreate": (pointer, (ctypes.c_char_p, size)),
        "InterpreterOptionsCreate": (pointer, ()),
        "InterpreterOptionsSetNumThreads": (None, (pointer, number)),
        "InterpreterOptionsAddDelegate": (None, (pointer, pointer)),
        "XNNPackDelegateCreate": (pointer, (pointer,)),
        "InterpreterCreate": (pointer, (pointer, pointer)),
        "InterpreterResizeInputTensor": (number, (pointer, number, pointer, number)),
        "InterpreterAllocateTensors": (number, (pointer,)),
        "InterpreterInvoke": (number, (pointer,)),
        "InterpreterGetInputTensor": (pointer, (pointer, number)),
        "InterpreterGetOutputTensor": (pointer, (pointer, number)),
        "TensorType": (number, (pointer,)),
        "TensorNumDims": (number, (pointer,)),
        "TensorDim": (number, (pointer, number)),
        "TensorByteSize": (size, (pointer,)),
        "TensorQuantizationParams": (_Quantization, (pointer,)),
        "TensorCopyFromBuffer": (number, (pointer, pointer, size)),
        "TensorCopyToBuffer": (number, (pointer, pointer, size)),
    }
    for name, (result, arguments) in signatures.items():
        function = library["TfLite" + name]
        function.restype, function.argtypes = result, list(arguments)
        setattr(library, "TfLite" + name, function)
    return library
