"""Datasets: episodes, random clips and what their columns mean."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import native as native_core
from .shards import DatasetError, FilePool, Shard, check_sha256, column_names, episode_lengths, read_rows, reading

FORMAT_VERSION = 1
_TYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")


@dataclass(frozen=True)
class Column:
    """What a column holds. `shape` is that of one row; `unit` and `meaning` are for people."""

    name: str
    dtype: np.dtype
    shape: tuple[int, ...]
    unit: str
    meaning: str


class Episode(Mapping):
    """One episode: a mapping from column to array (num_rows, ...), read when asked for and not kept."""

    def __init__(self, dataset: Dataset, position: int) -> None:
        self._dataset = dataset
        self.position = position
        self.num_rows = int(dataset.episode_lengths[position])

    @property
    def index(self) -> int:
        """Its episode_idx in the whole set; rejected episodes leave gaps."""
        return int(self._dataset.episode_indices[self.position])

    def __getitem__(self, column: str) -> np.ndarray:
        return self.read(column)

    def __iter__(self) -> Iterator[str]:
        return iter(self._dataset.columns)

    def __len__(self) -> int:
        """Number of columns, as of any mapping; `num_rows` is the length in time."""
        return len(self._dataset.columns)

    def read(self, column: str, start: int = 0, stop: int | None = None, stride: int = 1) -> np.ndarray:
        """Rows start, start + stride, ... below stop of a column."""
        stop = self.num_rows if stop is None else stop
        if not 0 <= start <= stop <= self.num_rows or stride < 1:
            raise IndexError(f"rows {start}:{stop}:{stride} of an episode of {self.num_rows} rows")
        return self._dataset._read(self.position, column, start, stop, stride)


class Dataset:
    """A dataset of diorama: its folder, its `index.h5`, or a single shard file.

    Every file is checked when it is opened, and a missing or damaged one raises DatasetError; no fill value is
    ever returned for it. Files are opened lazily in each process, so a Dataset may be pickled or forked freely.

    Rows of a folder are read by the native core (C++, without Python's lock, so threads may share a Dataset), those
    of a single shard file, or where the core is not installed, through h5py (one thread). The values are equal.
    `native=False` asks for h5py, `native=True` raises DatasetError where the core cannot be used.

    The core compares what it reads with the checksum of each chunk, h5py's way the whole shard with its SHA-256 before
    it is opened first. A single shard file away from its dataset's folder has no checksum and is taken as it is.
    """

    def __init__(self, path: str | os.PathLike[str], native: bool | None = None) -> None:
        self.path = pathlib.Path(path)
        self._files = FilePool()
        self._shards: list[Shard] = []
        self._manifest: dict[str, Any] = {}
        self._native: native_core.Reader | None = None
        if self.path.name == "index.h5":
            self.path = self.path.parent
        if self.path.is_dir():
            indices = self._open_folder()
            if native or (native is None and native_core.is_available()):
                self._native = native_core.Reader(self.path)
        elif self.path.is_file():
            if native:
                raise DatasetError(f"{self.path} is one file: the native core reads a dataset's folder")
            indices = self._open_shard()
        else:
            raise DatasetError(f"{self.path} does not exist")
        self.episode_lengths = np.concatenate([s.lengths for s in self._shards] + [np.zeros(0, np.int64)])
        self.episode_indices = np.asarray(indices, dtype=np.int64)
        if len(self.episode_indices) != len(self.episode_lengths):
            raise DatasetError(f"{self.path}: as many episode numbers as episodes were expected")
        self._shard_of = np.repeat(np.arange(len(self._shards)), [len(s.lengths) for s in self._shards])
        self._first_in_shard = np.concatenate([[0], np.cumsum([len(s.lengths) for s in self._shards])]).astype(int)
        self.columns: dict[str, Column] = self._find_columns()

    # Opening

    def _open_folder(self) -> list[int]:
        manifest = self.path / "dataset.json"
        if not manifest.exists():
            raise DatasetError(
                f"{self.path} has no dataset.json: not a dataset of diorama, or not finished (run generate --resume)"
            )
        try:
            self._manifest = json.loads(manifest.read_text(encoding="utf-8"))
        except ValueError as error:
            raise DatasetError(f"{manifest} is damaged: {error}") from error
        if not isinstance(self._manifest, dict) or self._manifest.get("format") != "diorama-dataset":
            raise DatasetError(f"{manifest} is not a manifest of diorama")
        _check_version(self._manifest, manifest)
        try:
            return self._open_shards_of_manifest()
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise DatasetError(f"{manifest} is damaged: {type(error).__name__} {error}") from error

    def _open_shards_of_manifest(self) -> list[int]:
        indices: list[int] = []
        row = 0
        for entry in self._manifest["shards"]:
            local = pathlib.PurePosixPath(entry["file"])
            if local.is_absolute() or ".." in local.parts or local.suffix != ".h5":
                raise DatasetError(f"{self.path / 'dataset.json'} names the shard file {str(local)!r}, which is not below "
                                   "the dataset's folder")
            path = self.path / local
            if not path.exists():
                raise DatasetError(f"{path} is missing: make it again with `diorama generate --resume`")
            if not path.is_file():
                raise DatasetError(f"{path} is not a file")
            if path.stat().st_size != entry["bytes"]:
                raise DatasetError(f"{path} has {path.stat().st_size} bytes instead of {entry['bytes']}: it is damaged")
            lengths = _whole_numbers(entry["episode_rows"], 1)
            episodes = _whole_numbers(entry["episodes"], 0)
            if len(lengths) != len(episodes) or sum(lengths) != entry["rows"]:
                raise ValueError(f"the episodes of {local} do not make up its {entry['rows']} rows")
            shard = Shard(path, row, np.asarray(lengths, dtype=np.int64), str(entry["sha256"]))
            self._shards.append(shard)
            indices += episodes
            row += shard.num_rows
        return indices

    def _open_shard(self) -> list[int]:
        sha256 = self._known_sha256()
        file = self._files.get(self.path, sha256)
        text = file.attrs.get("diorama")
        if text is None:
            raise DatasetError(f"{self.path} is not a shard of diorama: no attribute 'diorama'")
        try:
            self._manifest = json.loads(text)
        except (TypeError, ValueError) as error:
            raise DatasetError(f"{self.path}: its attribute 'diorama' is damaged: {error}") from error
        _check_version(self._manifest, self.path)
        shard = Shard(self.path, 0, episode_lengths(file, self.path), sha256)
        self._shards.append(shard)
        with reading(self.path, "'episode_idx'"):
            return [int(file["episode_idx"][row]) for row in shard.offsets]

    def _known_sha256(self) -> str | None:
        """What the manifest of the folder around a shard says of it; None if there is none, or none that says anything."""
        try:
            manifest = json.loads((self.path.resolve().parent.parent / "dataset.json").read_text(encoding="utf-8"))
            return next(str(e["sha256"]) for e in manifest["shards"] if pathlib.PurePosixPath(e["file"]).name == self.path.name)
        except (OSError, LookupError, TypeError, ValueError, StopIteration):
            return None

    def _find_columns(self) -> dict[str, Column]:
        columns = {}
        if "columns" in self._manifest:
            try:
                for entry in self._manifest["columns"]:
                    if entry["type"] not in _TYPES:
                        raise ValueError(f"column {entry['name']!r} has the type {entry['type']!r}")
                    columns[str(entry["name"])] = Column(str(entry["name"]), np.dtype(entry["type"]),
                                                         tuple(_whole_numbers(entry["row_shape"], 0)), entry["unit"], entry["meaning"])
            except (LookupError, TypeError, ValueError) as error:
                raise DatasetError(f"{self.path / 'dataset.json'} is damaged: {type(error).__name__} {error}") from error
            return columns
        for shard in self._shards[:1]:
            file = self._file(shard)
            with reading(shard.path, "its columns"):
                for name in column_names(file):
                    data = file[name]
                    columns[name] = Column(name, data.dtype, data.shape[1:], _text(data.attrs.get("unit")),
                                           _text(data.attrs.get("meaning")))
        return columns

    def _file(self, shard: Shard) -> Any:
        """The shard's open file; checked against the manifest when this process opens it first."""
        known = self._files._files if self._files._pid == os.getpid() else {}
        fresh = shard.path not in known
        file = self._files.get(shard.path, shard.sha256)
        if fresh and not np.array_equal(episode_lengths(file, shard.path), shard.lengths):
            raise DatasetError(f"{shard.path} does not hold the episodes that the manifest says: it is damaged")
        return file

    # Content

    @property
    def manifest(self) -> dict[str, Any]:
        """`dataset.json`, or for a shard file its root attribute: seed, rates, views, objects, classes ..."""
        return self._manifest

    @property
    def is_native(self) -> bool:
        """Whether the native core reads the rows; h5py otherwise."""
        return self._native is not None

    @property
    def num_rows(self) -> int:
        return int(self.episode_lengths.sum())

    @property
    def views(self) -> list[str]:
        """Camera names; the columns of the first carry no suffix, the others are `<column>.<view>`."""
        with reading(self.path, "'views'"):
            return [view["name"] for view in self._manifest["views"]]

    @property
    def splits(self) -> dict[str, list[int]]:
        """Positions of the episodes of each split: "train", "val", "test"."""
        if "splits" not in self._manifest:
            raise DatasetError(f"{self.path} is one shard; splits are in the dataset's dataset.json")
        position = {int(index): i for i, index in enumerate(self.episode_indices)}
        with reading(self.path / "dataset.json", "'splits'"):
            return {name: [position[i] for i in wanted] for name, wanted in self._manifest["splits"].items()}

    def __len__(self) -> int:
        """Number of episodes."""
        return len(self.episode_lengths)

    def __getitem__(self, position: int) -> Episode:
        return self.episode(position)

    def __iter__(self) -> Iterator[Episode]:
        return (Episode(self, i) for i in range(len(self)))

    def episode(self, position: int) -> Episode:
        """Episode by position 0 .. len - 1 (not by episode_idx); negative counts from the end."""
        if not -len(self) <= position < len(self):
            raise IndexError(f"episode {position} of {len(self)}")
        return Episode(self, int(position) % len(self))

    def clip(self, position: int, start: int, length: int, stride: int = 1,
             columns: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Rows start, start + stride, ... (`length` of them) of one episode: column -> (length, ...)."""
        episode = self.episode(position)
        stop = start + (length - 1) * stride + 1
        return {name: episode.read(name, start, stop, stride) for name in self._names(columns)}

    def read_clips(self, column: str, positions: Sequence[int] | np.ndarray, starts: Sequence[int] | np.ndarray,
                   length: int, stride: int = 1) -> np.ndarray:
        """Many clips of one column at once, (clips, length, ...): of episode positions[i] (0 .. len - 1) the rows
        starts[i], starts[i] + stride, ... The fastest way to a batch: each row is decoded into its place."""
        self._check(column)
        positions = np.asarray(positions, dtype=np.int64)
        starts = np.asarray(starts, dtype=np.int64)
        if positions.ndim != 1 or positions.shape != starts.shape or length < 1 or stride < 1:
            raise ValueError("read_clips takes as many starts as positions, and length and stride of at least 1")
        if len(positions) and not 0 <= positions.min() <= positions.max() < len(self):
            raise IndexError(f"episodes {positions.min()}..{positions.max()} of {len(self)}")
        ends = starts + (length - 1) * stride
        if (starts < 0).any() or (ends >= self.episode_lengths[positions]).any():
            raise IndexError(f"{length} rows {stride} apart from these starts are not in their episodes")
        about = self.columns[column]
        if self._native is not None:
            return self._native.read(column, positions, starts, length, stride, about.shape, about.dtype)
        out = np.empty((len(positions), length, *about.shape), dtype=about.dtype)
        for i, (position, start) in enumerate(zip(positions, starts)):
            out[i] = self._read(int(position), column, int(start), int(start) + (length - 1) * stride + 1, stride)
        return out

    def clips(self, length: int, stride: int = 1, columns: Sequence[str] | None = None, seed: int = 0,
              count: int | None = None, split: str | None = None) -> Iterator[dict[str, np.ndarray]]:
        """Random clips, every possible start equally likely, with replacement; endless unless `count` is given.

        `length` rows, `stride` rows apart, within one episode. The same seed gives the same clips.
        """
        if length < 1 or stride < 1:
            raise ValueError(f"a clip needs length and stride of at least 1, not {length} and {stride}")
        names = self._names(columns)
        span = (length - 1) * stride + 1
        episodes = np.arange(len(self)) if split is None else np.asarray(self._split(split), dtype=int)
        starts = np.maximum(self.episode_lengths[episodes] - span + 1, 0)
        total = int(starts.sum())
        if total == 0:
            raise ValueError(f"no episode has the {span} rows that a clip of {length} x {stride} needs")
        return self._draw(episodes, np.cumsum(starts), length, stride, names, seed, count)

    def _draw(self, episodes: np.ndarray, ends: np.ndarray, length: int, stride: int, names: list[str], seed: int,
              count: int | None) -> Iterator[dict[str, np.ndarray]]:
        generator = np.random.default_rng(seed)
        drawn = 0
        while count is None or drawn < count:
            pick = int(generator.integers(ends[-1]))
            which = int(np.searchsorted(ends, pick, side="right"))
            start = pick - (int(ends[which - 1]) if which else 0)
            yield self.clip(int(episodes[which]), start, length, stride, names)
            drawn += 1

    def verify(self) -> None:
        """Compares every shard's SHA-256 with the manifest; raises DatasetError naming the first that differs."""
        if "shards" not in self._manifest:
            raise DatasetError(f"{self.path} is one shard; checksums are in the dataset's dataset.json")
        for entry in self._manifest["shards"]:
            with reading(self.path / entry["file"], "it"):
                check_sha256(self.path / entry["file"], entry["sha256"])

    def close(self) -> None:
        """Closes this process's files; they open again when needed. No other thread may be reading."""
        self._files.close()
        if self._native is not None:
            self._native.close()

    def _split(self, name: str) -> list[int]:
        splits = self.splits
        if name not in splits:
            raise KeyError(f"no split {name!r}; there are {', '.join(splits)}")
        return splits[name]

    def _names(self, columns: Sequence[str] | None) -> list[str]:
        if isinstance(columns, str):
            columns = [columns]
        names = list(self.columns) if columns is None else list(columns)
        for name in names:
            self._check(name)
        return names

    def _check(self, column: str) -> None:
        if column not in self.columns:
            raise KeyError(f"no column {column!r}; there are {', '.join(self.columns)}")

    def _read(self, position: int, column: str, start: int, stop: int, stride: int) -> np.ndarray:
        self._check(column)
        if self._native is not None:
            rows = max(0, -(-(stop - start) // stride))
            about = self.columns[column]
            return self._native.read(column, [position], [start], rows, stride, about.shape, about.dtype)[0]
        shard = self._shards[self._shard_of[position]]
        offset = int(shard.offsets[position - self._first_in_shard[self._shard_of[position]]])
        rows = read_rows(self._file(shard), shard.path, column, offset + start, offset + stop, stride)
        expected = (max(0, -(-(stop - start) // stride)),) + self.columns[column].shape
        if rows.shape != expected or rows.dtype != self.columns[column].dtype:
            raise DatasetError(f"{shard.path}: {column!r} has another shape or type than the dataset says")
        return rows


def _check_version(manifest: Any, path: pathlib.Path) -> None:
    version = manifest.get("version") if isinstance(manifest, dict) else None
    if not isinstance(version, int) or version < 1:
        raise DatasetError(f"{path} is damaged: its format version is {version!r}")
    if version > FORMAT_VERSION:
        raise DatasetError(f"{path} has format version {version} and this reader knows up to {FORMAT_VERSION}: "
                           "use a newer diorama_data")


def _whole_numbers(values: Any, least: int) -> list[int]:
    if not isinstance(values, list) or any(type(v) is not int or not least <= v < 1 << 62 for v in values):
        raise ValueError(f"{str(values)[:60]} is not a list of whole numbers from {least} on")
    return values


def _text(value: Any) -> str:
    return "" if value is None else value.decode() if isinstance(value, bytes) else str(value)
