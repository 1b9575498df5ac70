"""The native core: the C++ clip reader, loaded by ctypes. It reads only what is asked for, with one read per clip, and
gives up Python's lock while it works. Without it the package reads through h5py, with equal results."""

from __future__ import annotations

import ctypes
import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from .shards import DatasetError

_ABI = 1
_LIBRARY = pathlib.Path(__file__).with_name("libdiorama_data.so")
_ERROR_BYTES = 4096


def load() -> ctypes.CDLL | None:
    """The library beside this file; None if it is not there (a copy of the pure package) or of another version."""
    try:
        library = ctypes.CDLL(str(_LIBRARY))
        abi = library.diorama_data_abi()
    except (OSError, AttributeError):
        return None
    if abi != _ABI:
        return None
    i64, text, size, pointer = ctypes.c_int64, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p
    library.diorama_data_open.restype = pointer
    library.diorama_data_open.argtypes = [text, text, size]
    library.diorama_data_close.restype = None
    library.diorama_data_close.argtypes = [pointer]
    library.diorama_data_column.restype = i64
    library.diorama_data_column.argtypes = [pointer, text]
    library.diorama_data_row_bytes.restype = i64
    library.diorama_data_row_bytes.argtypes = [pointer, i64]
    library.diorama_data_read.restype = ctypes.c_int
    library.diorama_data_read.argtypes = [pointer, i64, i64, pointer, pointer, i64, i64, pointer, size, text, size]
    return library


_library = load()


def is_available() -> bool:
    return _library is not None


class Reader:
    """Reads clips of one dataset. May be shared by threads, forked and pickled: a child opens files of its own."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if _library is None:
            raise DatasetError(f"the native core {_LIBRARY} is not there or is of another version")
        self._path = str(path)
        self._columns: dict[str, tuple[int, int]] = {}
        self._handle: int | None = None
        self._open()

    def _open(self) -> None:
        error = ctypes.create_string_buffer(_ERROR_BYTES)
        self._handle = _library.diorama_data_open(os.fsencode(self._path), error, _ERROR_BYTES)  # type: ignore[union-attr]
        if not self._handle:
            raise DatasetError(error.value.decode(errors="replace"))

    def read(self, column: str, episodes: Sequence[int] | np.ndarray, starts: Sequence[int] | np.ndarray, rows: int,
             stride: int, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        """(clips, rows, *shape): of each episode (by position) the rows start, start + stride, ..."""
        if self._handle is None:
            self._open()
        index, row_bytes = self._column(column)
        episodes = np.ascontiguousarray(episodes, dtype=np.int64)
        starts = np.ascontiguousarray(starts, dtype=np.int64)
        out = np.empty((len(episodes), rows, *shape), dtype=dtype)
        if episodes.shape != starts.shape or out.nbytes != out.shape[0] * rows * row_bytes:
            raise ValueError(f"clips of {column!r} do not have {row_bytes} bytes per row and a start per episode")
        error = ctypes.create_string_buffer(_ERROR_BYTES)
        failed = _library.diorama_data_read(  # type: ignore[union-attr]
            self._handle, index, len(episodes), episodes.ctypes.data, starts.ctypes.data, rows, stride,
            out.ctypes.data, out.nbytes, error, _ERROR_BYTES)
        if failed:
            raise DatasetError(error.value.decode(errors="replace"))
        return out

    def _column(self, name: str) -> tuple[int, int]:
        found = self._columns.get(name)
        if found is None:
            index = _library.diorama_data_column(self._handle, name.encode())  # type: ignore[union-attr]
            if index < 0:
                raise DatasetError(f"{self._path} has no column {name!r}")
            found = index, _library.diorama_data_row_bytes(self._handle, index)  # type: ignore[union-attr]
            self._columns[name] = found
        return found

    def close(self) -> None:
        """Closes the files; the next read opens them again. No other thread may be reading."""
        handle, self._handle = self._handle, None
        if handle and _library is not None:
            _library.diorama_data_close(handle)

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"_path": self._path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["_path"])  # type: ignore[misc]
