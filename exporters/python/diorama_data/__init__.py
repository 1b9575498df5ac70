"""Reads datasets made by diorama.

>>> from diorama_data import Dataset
>>> data = Dataset("build/quickstart/clutter")
>>> episode = data[0]                                   # arrays are read when asked for
>>> episode["pixels"].shape                             # (rows, height_px, width_px, 3) uint8
>>> for clip in data.clips(length=16, count=100, columns=["pixels", "action"]): ...

Rows are read by the native core (C++) where it is installed, else through h5py, with equal results. For torch:
`from diorama_data.torch import ClipDataset`.

Numbers are SI; `data.columns["depth"].unit` and `.meaning` say what a column holds. The format:
schemas/SHARD_FORMAT.md.
"""

from .dataset import Column, Dataset, Episode
from .geometry import intrinsics, project, unproject, world_from_camera
from .shards import DatasetError

__all__ = [
    "Column",
    "Dataset",
    "DatasetError",
    "Episode",
    "intrinsics",
    "project",
    "unproject",
    "world_from_camera",
]
__version__ = "0.1.0"
