"""The torch Dataset: the clips that stable-worldmodel's rules give, in the process and from DataLoader's workers."""

import pickle

import numpy as np
import pytest
import torch
from conftest import write
from swm_rules import SwmDataset
from torch.utils.data import DataLoader

from diorama_data import Dataset
from diorama_data.torch import ClipDataset


def same(ours, theirs):
    theirs = torch.from_numpy(np.ascontiguousarray(theirs))
    return ours.dtype == theirs.dtype and ours.shape == theirs.shape and torch.equal(
        torch.nan_to_num(ours.float()), torch.nan_to_num(theirs.float()))


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    return write(tmp_path_factory.mktemp("long") / "set", 9, 4)


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("num_steps, frameskip", [(2, 2), (1, 1), (4, 1), (1, 5)])
def test_clips_are_those_of_stable_worldmodel(long, native, num_steps, frameskip):
    ours = ClipDataset(Dataset(long, native=native), num_steps, frameskip)
    clips = [ours[i] for i in range(len(ours))]
    ours.data.close()  # HDF5 reads fill values from a shard that is open in another mode
    theirs = SwmDataset(long / "index.h5", num_steps, frameskip)
    assert len(clips) == len(theirs) > 0 and set(ours.columns) == set(theirs.keys)
    for i, clip in enumerate(clips):
        expected = theirs[i]
        for name in expected:
            assert same(clip[name], expected[name]), (i, name)
    assert clips[0]["pixels"].shape == (num_steps, 3, 12, 16)
    theirs.file.close()


def test_a_list_of_indices_is_a_batch(long):
    clips = ClipDataset(long, 2, 2, columns=["pixels", "action", "state"])
    batch = clips[[3, 0, 5]]
    for row, index in enumerate([3, 0, 5]):
        for name, values in clips[index].items():
            assert torch.equal(torch.nan_to_num(batch[name][row]), torch.nan_to_num(values))
    assert torch.equal(clips[-1]["state"], clips[len(clips) - 1]["state"])
    with pytest.raises(IndexError):
        clips[len(clips)]
    with pytest.raises(KeyError, match="no column 'pixel'"):
        ClipDataset(long, columns=["pixel"])
    assert len(ClipDataset(long, 7)) == 0


def test_splits_and_transforms(long):
    data = Dataset(long)
    name = next(n for n, positions in data.splits.items() if positions)
    clips = ClipDataset(data, 2, split=name, columns=["episode_idx"], transform=lambda clip: clip["episode_idx"])
    allowed = {int(data.episode_indices[p]) for p in data.splits[name]}
    assert {int(clips[i][0]) for i in range(len(clips))} == allowed


@pytest.mark.parametrize("method", [None, "fork", "spawn"])
def test_loaders_give_every_clip_once(long, method):
    clips = ClipDataset(long, 2, 2, columns=["pixels", "action", "episode_idx", "step_idx"])
    assert clips[0]["pixels"].any()  # the parent has files open
    loader = DataLoader(clips, batch_size=5, shuffle=True, num_workers=0 if method is None else 2,
                        multiprocessing_context=method)
    seen = []
    for batch in loader:
        assert batch["pixels"].shape[1:] == (2, 3, 12, 16) and batch["action"].shape[1:] == (2, 2)
        seen += [(int(e[0]), int(s[0])) for e, s in zip(batch["episode_idx"], batch["step_idx"])]
    theirs = SwmDataset(long / "index.h5", 2, 2)
    assert sorted(seen) == sorted((int(e), s) for e, s in theirs.clip_indices)
    theirs.file.close()


@pytest.mark.parametrize("method", [None, "fork", "spawn"])
def test_its_own_loader_gives_the_batches_that_torch_collates(long, method):
    clips = ClipDataset(long, 2, 2, columns=["pixels", "action", "depth.side", "episode_idx"])
    workers = dict(num_workers=0 if method is None else 2, multiprocessing_context=method)
    ours, collated = list(clips.loader(4, **workers)), list(DataLoader(clips, batch_size=4))
    assert len(ours) == len(collated) == -(-len(clips) // 4)
    for a, b in zip(ours, collated):
        assert set(a) == set(b)
        for name in a:
            assert torch.equal(torch.nan_to_num(a[name]), torch.nan_to_num(b[name])), name
    assert all(batch["pixels"].shape == (4, 2, 3, 12, 16) for batch in clips.loader(4, shuffle=True, drop_last=True))
    order = [5, 0, 5]
    assert torch.equal(next(iter(clips.loader(3, sampler=order)))["pixels"], clips[order]["pixels"])
    with pytest.raises(ValueError, match="shuffle"):
        clips.loader(3, sampler=order, shuffle=True)


def test_it_pickles(long):
    clips = pickle.loads(pickle.dumps(ClipDataset(long, 2)))
    assert torch.equal(clips[1]["pixels"], ClipDataset(long, 2)[1]["pixels"])
