"""stable-worldmodel's HDF5Dataset as its source slices files (design page shard-layout.md, section 1), written anew:
every root member but ep_len and ep_offset is a column, sliced [offset + start : offset + end] on axis 0; 4-D columns
whose last axis is 1 or 3 are images and come out channels first; the action keeps all rows and is reshaped, the rest
is taken every `frameskip` rows."""

import h5py
import numpy as np

# What torch 1.13 can make a tensor of.
TORCH_TYPES = {"bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"}


class SwmDataset:
    def __init__(self, path, num_steps=1, frameskip=1):
        self.file = h5py.File(path, "r", swmr=True, rdcc_nbytes=256 * 1024 * 1024)
        self.lengths = self.file["ep_len"][:]
        self.offsets = self.file["ep_offset"][:]
        self.keys = [k for k in self.file.keys() if k not in ("ep_len", "ep_offset")]
        self.num_steps = num_steps
        self.frameskip = frameskip
        span = num_steps * frameskip
        self.clip_indices = [(e, s) for e, length in enumerate(self.lengths) for s in range(length - span + 1)]

    def __len__(self):
        return len(self.clip_indices)

    def load_slice(self, episode, start, end):
        steps = {}
        first = self.offsets[episode] + start
        last = self.offsets[episode] + end
        for key in self.keys:
            data = self.file[key][first:last]  # TypeError here if it is a group
            assert data.dtype.name in TORCH_TYPES, (key, data.dtype)
            assert data.dtype.isnative
            if key != "action":
                data = data[:: self.frameskip]
            if data.ndim == 4 and data.shape[-1] in (1, 3):
                data = data.transpose(0, 3, 1, 2)
            steps[key] = data
        return steps

    def __getitem__(self, index):
        episode, start = self.clip_indices[index]
        steps = self.load_slice(episode, start, start + self.num_steps * self.frameskip)
        steps["action"] = steps["action"].reshape(self.num_steps, -1)
        return steps

    def get_dim(self, column):
        return int(np.prod(self.file[column].shape[1:]))


def convert_mistakes(name, data):
    """Whether their converter (_episode_to_step_lists) would take this column for an image though it is none."""
    if name.startswith("pixels"):
        return False
    return (data.ndim in (3, 4) and data.shape[-1] in (1, 3)) or (data.ndim == 4 and data.shape[1] in (1, 3))
