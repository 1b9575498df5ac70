"""Both sides of `diorama bench read`: DEFLATE RAW SCRATCH ROUNDS CLIPS SAMPLES. Each side's rounds take turns; the best
round counts. Prints JSON: name -> [ours, peer] in clips or samples per second of CPU time; swm_clips only with torch."""

import json
import pathlib
import sys
import time

import h5py
import numpy as np

from diorama_data import Dataset

SEED = 1
CLIP_ROWS = 16
SWM_STEPS, SWM_FRAMESKIP, SWM_BATCH = 4, 5, 64
SWM_COLUMNS = ["pixels", "action", "proprio", "state"]


def take_turns(ours, peer, rounds, amount):
    """Amount per CPU second of either, each by its best round."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for side, work in enumerate((ours, peer)):
            begin = time.process_time()
            work()
            best[side] = min(best[side], time.process_time() - begin)
    return [amount / seconds for seconds in best]


def clip16(folder, rounds, count):
    """Random clips of 16 rows of pictures: the native core against h5py slices of the same shards."""
    data = Dataset(folder, native=True)
    files = [h5py.File(folder / shard["file"], "r") for shard in data.manifest["shards"]]
    places = [(i, int(offset)) for i, f in enumerate(files) for offset in f["ep_offset"][:]]
    generator = np.random.default_rng(SEED)
    episodes = generator.integers(len(data), size=count)
    starts = [int(generator.integers(data.episode_lengths[e] - CLIP_ROWS + 1)) for e in episodes]

    def ours():
        for episode, start in zip(episodes, starts):
            data[int(episode)].read("pixels", start, start + CLIP_ROWS)

    def peer():
        for episode, start in zip(episodes, starts):
            shard, offset = places[episode]
            files[shard]["pixels"][offset + start:offset + start + CLIP_ROWS]

    shard, offset = places[episodes[0]]
    assert np.array_equal(data[int(episodes[0])].read("pixels", starts[0], starts[0] + CLIP_ROWS),
                          files[shard]["pixels"][offset + starts[0]:offset + starts[0] + CLIP_ROWS])
    return take_turns(ours, peer, rounds, count)


def write_like_swm(folder, path):
    """The rows as stable-worldmodel's own writer stores them: one-row chunks, uncompressed, growing."""
    data = Dataset(folder)
    lengths = data.episode_lengths
    with h5py.File(path, "w", libver="latest") as file:
        for name in SWM_COLUMNS:
            rows = np.concatenate([episode[name] for episode in data])
            file.create_dataset(name, data=rows, chunks=(1, *rows.shape[1:]), maxshape=(None, *rows.shape[1:]))
        file["ep_len"] = lengths.astype(np.int32)
        file["ep_offset"] = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)


def swm_clips(folders, path, rounds, samples):
    """Batches for training: our torch Dataset against plain h5py slices, both through torch's DataLoader."""
    import torch
    from torch.utils.data import DataLoader

    from diorama_data.torch import ClipDataset

    torch.set_num_threads(1)

    class Slices(torch.utils.data.Dataset):
        """Every row of a clip is read and all but each fifth thrown away, as stable-worldmodel's reader does."""

        def __init__(self):
            self.file = h5py.File(path, "r", swmr=True, rdcc_nbytes=256 << 20)
            self.offsets = self.file["ep_offset"][:]
            span = SWM_STEPS * SWM_FRAMESKIP
            self.clips = [(e, s) for e, n in enumerate(self.file["ep_len"][:]) for s in range(n - span + 1)]

        def __len__(self):
            return len(self.clips)

        def __getitem__(self, index):
            episode, start = self.clips[index]
            first = self.offsets[episode] + start
            clip = {}
            for name in SWM_COLUMNS:
                rows = self.file[name][first:first + SWM_STEPS * SWM_FRAMESKIP]
                rows = torch.from_numpy(rows if name == "action" else rows[::SWM_FRAMESKIP])
                clip[name] = rows.permute(0, 3, 1, 2) if rows.dim() == 4 else rows
            clip["action"] = clip["action"].reshape(SWM_STEPS, -1)
            return clip

    slices = Slices()
    clips = {name: ClipDataset(Dataset(folder, native=True), SWM_STEPS, SWM_FRAMESKIP, SWM_COLUMNS)
             for name, folder in folders.items()}
    order = np.random.default_rng(SEED).integers(len(slices), size=samples).tolist()

    def run(loader):
        for batch in loader:
            assert batch["pixels"].shape[1:3] == (SWM_STEPS, 3)

    results = {}
    for name, dataset in clips.items():
        assert len(dataset) == len(slices)
        for column, values in slices[order[0]].items():
            assert torch.equal(torch.nan_to_num(dataset[order[0]][column]), torch.nan_to_num(values))
        results[name] = take_turns(lambda d=dataset: run(d.loader(SWM_BATCH, sampler=order)),
                                   lambda: run(DataLoader(slices, batch_size=SWM_BATCH, sampler=order)), rounds, samples)
    return results


def main():
    deflate, raw, scratch = (pathlib.Path(a) for a in sys.argv[1:4])
    rounds, count, samples = (int(a) for a in sys.argv[4:7])
    results = {"clip16/native": clip16(deflate, rounds, count)}
    try:
        import torch  # noqa: F401
    except ImportError:
        print(json.dumps(results))
        return
    write_like_swm(raw, scratch / "swm.h5")
    for name, pair in swm_clips({"raw": raw, "deflate": deflate}, scratch / "swm.h5", rounds, samples).items():
        results[f"swm_clips/{name}"] = pair
    print(json.dumps(results))


main()
