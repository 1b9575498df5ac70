"""Shard files: opened lazily and once per process, checked, closed when too many are open.

HDF5 does not survive every damaged file, so a shard of a known SHA-256 is compared with it before h5py sees it: once in each
process, which takes about a second per GB.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

_INDEX_NAMES = ("ep_len", "ep_offset")
_MAX_OPEN_FILES = 32
# Handles that a forked child inherited: kept alive unused, because closing them could disturb the parent's file.
_inherited: list[Any] = []


class DatasetError(Exception):
    """A file is missing, damaged or not a dataset of diorama. Its message names the file and what to do."""


class Shard:
    """One shard file and the rows of the dataset that it holds. Opens nothing by itself.

    `sha256` is that of its bytes, None where no manifest tells it.
    """

    def __init__(self, path: pathlib.Path, first_row: int, lengths: np.ndarray, sha256: str | None) -> None:
        self.path = path
        self.sha256 = sha256
        self.first_row = first_row
        self.lengths = lengths  # (episodes,) rows
        self.offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)[: len(lengths)]
        self.num_rows = int(lengths.sum())


class FilePool:
    """Open h5py files by path, for this process alone: after a fork, or unpickled, it starts empty."""

    def __init__(self) -> None:
        self._files: OrderedDict[pathlib.Path, h5py.File] = OrderedDict()
        self._checked: set[tuple[pathlib.Path, int, int]] = set()  # with size and time of the last change
        self._pid = os.getpid()

    def get(self, path: pathlib.Path, sha256: str | None = None) -> h5py.File:
        """The open file; before it is opened its bytes are compared with `sha256`, if that is known."""
        if self._pid != os.getpid():
            _inherited.append(self._files)
            self._files = OrderedDict()
            self._pid = os.getpid()
        if path in self._files:
            self._files.move_to_end(path)
            return self._files[path]
        if sha256 is not None:
            self._check(path, sha256)
        file = open_file(path)
        self._files[path] = file
        while len(self._files) > _MAX_OPEN_FILES:
            self._files.popitem(last=False)[1].close()
        return file

    def _check(self, path: pathlib.Path, sha256: str) -> None:
        with reading(path, "it"):
            found = path.stat()
            state = (path, found.st_size, found.st_mtime_ns)
            if state not in self._checked:
                check_sha256(path, sha256)
                self._checked.add(state)

    def close(self) -> None:
        if self._pid == os.getpid():
            for file in self._files.values():
                file.close()
        self._files = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__()  # type: ignore[misc]


@contextlib.contextmanager
def reading(path: pathlib.Path, what: str) -> Iterator[None]:
    """Turns whatever goes wrong while a file is read, which may hold anything, into a DatasetError that names it."""
    try:
        yield
    except DatasetError:
        raise
    except FileNotFoundError as error:
        raise DatasetError(f"{path} is missing: make it again with `diorama generate --resume`") from error
    except (OSError, RuntimeError, LookupError, TypeError, ValueError, AttributeError, OverflowError, MemoryError) as error:
        raise DatasetError(f"{path} is damaged or foreign: {what} cannot be read: {type(error).__name__} {error}") from error


def check_sha256(path: pathlib.Path, expected: str) -> None:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    if digest.hexdigest() != expected:
        raise DatasetError(f"{path} is damaged: its SHA-256 is not the manifest's; make it again with `diorama generate --resume`")


def open_file(path: pathlib.Path) -> h5py.File:
    if not path.exists():
        raise DatasetError(f"{path} is missing: make it again with `diorama generate --resume`")
    try:
        return h5py.File(path, "r")
    except (OSError, RuntimeError) as error:
        raise DatasetError(f"{path} cannot be opened as HDF5, it is damaged or foreign: {error}") from error


def read_rows(file: h5py.File, path: pathlib.Path, column: str, start: int, stop: int, step: int = 1) -> np.ndarray:
    """Rows start..stop of a column of one shard."""
    with reading(path, f"rows {start}..{stop} of {column!r}"):
        if column not in file:
            raise DatasetError(f"{path} has no column {column!r}")
        return file[column][start:stop:step]


def episode_lengths(file: h5py.File, path: pathlib.Path) -> np.ndarray:
    """(episodes,) int64 rows per episode, after checking that the shard's arrays fit each other."""
    if any(name not in file for name in _INDEX_NAMES):
        raise DatasetError(f"{path} is not a shard of diorama: it has no ep_len and ep_offset")
    with reading(path, "ep_len and ep_offset"):
        lengths = file["ep_len"][:].astype(np.int64)
        offsets = file["ep_offset"][:].astype(np.int64)
        running = np.concatenate([[0], np.cumsum(lengths)])[: len(lengths)]
        if lengths.ndim != 1 or (lengths < 1).any() or not np.array_equal(offsets, running):
            raise DatasetError(f"{path}: ep_offset is not the running sum of ep_len; the file is damaged")
        for name in column_names(file):
            if not isinstance(file[name], h5py.Dataset) or file[name].shape[:1] != (int(lengths.sum()),):
                raise DatasetError(f"{path}: {name!r} does not have one row per observation")
    return lengths


def column_names(file: h5py.File) -> list[str]:
    return [name for name in file if name not in _INDEX_NAMES]
