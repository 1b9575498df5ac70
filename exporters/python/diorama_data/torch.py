"""A torch Dataset of clips, drawn as stable-worldmodel draws them.

>>> from diorama_data.torch import ClipDataset
>>> clips = ClipDataset("data/pushing", num_steps=4, frameskip=5, columns=["pixels", "action", "proprio"])
>>> batch = next(iter(clips.loader(batch_size=64, shuffle=True, num_workers=8)))
>>> batch["pixels"].shape, batch["action"].shape      # (64, 4, 3, H, W) uint8, (64, 4, 5 * A) float32
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler

from .dataset import Dataset


class ClipDataset(torch.utils.data.Dataset):
    """Every clip of `num_steps` steps, `frameskip` rows apart, that lies within one episode.

    Item i is a dict column -> tensor (num_steps, ...). Pictures come channels first, (num_steps, 3, H, W) uint8.
    `action` keeps the rows between: (num_steps, frameskip * A). Only rows that are kept are read. A clip takes
    num_steps * frameskip rows of its episode; shorter episodes have none.

    A list of indices instead of one gives a whole batch, (batch, num_steps, ...), each row decoded into its place.
    `loader` makes a DataLoader that does so, which is about twice as fast as one that collates single clips.

    May be pickled, forked and spawned: each worker opens files of its own.
    """

    def __init__(self, data: Dataset | str | os.PathLike[str], num_steps: int = 1, frameskip: int = 1,
                 columns: Sequence[str] | None = None, split: str | None = None,
                 transform: Callable[[dict[str, torch.Tensor]], Any] | None = None) -> None:
        self.data = data if isinstance(data, Dataset) else Dataset(data)
        if num_steps < 1 or frameskip < 1:
            raise ValueError(f"num_steps and frameskip are at least 1, not {num_steps} and {frameskip}")
        self.num_steps = num_steps
        self.frameskip = frameskip
        self.columns = list(self.data.columns) if columns is None else list(columns)
        for name in self.columns:
            if name not in self.data.columns:
                raise KeyError(f"no column {name!r}; there are {', '.join(self.data.columns)}")
        self.transform = transform
        positions = range(len(self.data)) if split is None else self.data.splits[split]
        self._positions = np.asarray(positions, dtype=np.int64)
        starts = self.data.episode_lengths[self._positions] - num_steps * frameskip + 1
        self._ends = np.cumsum(np.maximum(starts, 0))

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, index: int | Sequence[int]) -> Any:
        single = np.ndim(index) == 0
        wanted = np.atleast_1d(np.asarray(index, dtype=np.int64))
        if wanted.size and not -len(self) <= wanted.min() <= wanted.max() < len(self):
            raise IndexError(f"clip {index} of {len(self)}")
        wanted = wanted % max(1, len(self))
        which = np.searchsorted(self._ends, wanted, side="right")
        starts = wanted - np.where(which > 0, self._ends[which - 1], 0)
        batch = self._read(self._positions[which], starts)
        if single:
            batch = {name: values[0] for name, values in batch.items()}
        return batch if self.transform is None else self.transform(batch)

    def loader(self, batch_size: int, shuffle: bool = False, drop_last: bool = False,
               sampler: Iterable[int] | None = None, generator: torch.Generator | None = None,
               **options: Any) -> torch.utils.data.DataLoader:
        """A DataLoader of whole batches. `options` go to DataLoader: num_workers, multiprocessing_context ..."""
        if sampler is None:
            sampler = RandomSampler(self, generator=generator) if shuffle else SequentialSampler(self)
        elif shuffle:
            raise ValueError("a sampler decides the order: leave out shuffle")
        batches = BatchSampler(sampler, batch_size, drop_last)
        return torch.utils.data.DataLoader(self, sampler=batches, batch_size=None, generator=generator, **options)

    def _read(self, positions: np.ndarray, starts: np.ndarray) -> dict[str, torch.Tensor]:
        batch = {}
        for name in self.columns:
            every_row = name == "action"
            length = self.num_steps * self.frameskip if every_row else self.num_steps
            stride = 1 if every_row else self.frameskip
            values = torch.from_numpy(self.data.read_clips(name, positions, starts, length, stride))
            if every_row:
                values = values.reshape(len(positions), self.num_steps, -1)
            elif values.dim() == 5 and values.dtype == torch.uint8:
                values = values.permute(0, 1, 4, 2, 3)
            batch[name] = values
        return batch
