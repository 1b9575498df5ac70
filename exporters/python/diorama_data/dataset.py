"""Datasets: episodes, random clips and what their columns mean."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .shards import DatasetError, FilePool, Shard, column_names, episode_lengths, read_rows

FORMAT_VERSION = 1


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
    Not thread-safe (h5py is not either).
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = pathlib.Path(path)
        self._files = FilePool()
        self._shards: list[Shard] = []
        self._manifest: dict[str, Any] = {}
        if self.path.name == "index.h5":
            self.path = self.path.parent
        if self.path.is_dir():
            indices = self._open_folder()
        elif self.path.is_file():
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
        if self._manifest.get("format") != "diorama-dataset":
            raise DatasetError(f"{manifest} is not a manifest of diorama")
        if self._manifest["version"] != FORMAT_VERSION:
            raise DatasetError(f"{manifest} has format version {self._manifest['version']}, this reader knows 1")
        indices: list[int] = []
        row = 0
        for entry in self._manifest["shards"]:
            path = self.path / entry["file"]
            if not path.exists():
                raise DatasetError(f"{path} is missing: make it again with `diorama generate --resume`")
            if path.stat().st_size != entry["bytes"]:
                raise DatasetError(f"{path} has {path.stat().st_size} bytes instead of {entry['bytes']}: it is damaged")
            shard = Shard(path, row, np.asarray(entry["episode_rows"], dtype=np.int64))
            self._shards.append(shard)
            indices += entry["episodes"]
            row += shard.num_rows
        return indices

    def _open_shard(self) -> list[int]:
        file = self._files.get(self.path)
        text = file.attrs.get("diorama")
        if text is None:
            raise DatasetError(f"{self.path} is not a shard of diorama: no attribute 'diorama'")
        self._manifest = json.loads(text)
        shard = Shard(self.path, 0, episode_lengths(file, self.path))
        self._shards.append(shard)
        return [int(file["episode_idx"][row]) for row in shard.offsets]

    def _find_columns(self) -> dict[str, Column]:
        columns = {}
        for shard in self._shards[:1]:
            file = self._file(shard)
            for name in column_names(file):
                data = file[name]
                columns[name] = Column(name, data.dtype, data.shape[1:], _text(data.attrs.get("unit")),
                                       _text(data.attrs.get("meaning")))
        return columns

    def _file(self, shard: Shard) -> Any:
        """The shard's open file; checked against the manifest when this process opens it first."""
        known = self._files._files if self._files._pid == os.getpid() else {}
        fresh = shard.path not in known
        file = self._files.get(shard.path)
        if fresh and not np.array_equal(episode_lengths(file, shard.path), shard.lengths):
            raise DatasetError(f"{shard.path} does not hold the episodes that the manifest says: it is damaged")
        return file

    # Content

    @property
    def manifest(self) -> dict[str, Any]:
        """`dataset.json`, or for a shard file its root attribute: seed, rates, views, objects, classes ..."""
        return self._manifest

    @property
    def num_rows(self) -> int:
        return int(self.episode_lengths.sum())

    @property
    def views(self) -> list[str]:
        """Camera names; the columns of the first carry no suffix, the others are `<column>.<view>`."""
        return [view["name"] for view in self._manifest["views"]]

    @property
    def splits(self) -> dict[str, list[int]]:
        """Positions of the episodes of each split: "train", "val", "test"."""
        if "splits" not in self._manifest:
            raise DatasetError(f"{self.path} is one shard; splits are in the dataset's dataset.json")
        position = {int(index): i for i, index in enumerate(self.episode_indices)}
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
            digest = hashlib.sha256()
            with open(self.path / entry["file"], "rb") as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    digest.update(block)
            if digest.hexdigest() != entry["sha256"]:
                raise DatasetError(f"{self.path / entry['file']} is damaged: its SHA-256 is not the manifest's")

    def close(self) -> None:
        """Closes this process's files; they open again when needed."""
        self._files.close()

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
        shard = self._shards[self._shard_of[position]]
        offset = int(shard.offsets[position - self._first_in_shard[self._shard_of[position]]])
        rows = read_rows(self._file(shard), shard.path, column, offset + start, offset + stop, stride)
        expected = (max(0, -(-(stop - start) // stride)),) + self.columns[column].shape
        if rows.shape != expected or rows.dtype != self.columns[column].dtype:
            raise DatasetError(f"{shard.path}: {column!r} has another shape or type than in the first shard")
        return rows


def _text(value: Any) -> str:
    return "" if value is None else value.decode() if isinstance(value, bytes) else str(value)
