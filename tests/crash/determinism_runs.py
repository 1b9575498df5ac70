#!/usr/bin/env python3
"""Makes one dataset in many processes with 1 to 8 threads and compares it chunk by chunk and byte by byte.

    tests/crash/determinism_runs.py [--processes 24] [--episodes 600] [--physics mujoco] [--renderer vulkan]

Every third dataset is made by two processes at once, half of the shards each (--shard I/2). Each dataset gives one SHA-256
over all its chunks in order; they must all be the same, and so must every file. Ends with 1 at the first that differs."""

import argparse
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from crash_tools import PROGRAM, contents  # noqa: E402
from random_kills import SCENARIO  # noqa: E402


def chunk_hash(folder):
    """SHA-256 over the stored bytes of every chunk, shard after shard, column after column; and how many there are."""
    digest, count = hashlib.sha256(), 0
    for table in sorted((folder / "shards").glob("*.json")):
        data = table.with_suffix(".h5").read_bytes()
        for chunks in json.loads(table.read_text())["chunks"].values():
            for offset, size, _ in chunks:
                digest.update(data[offset:offset + size])
                count += 1
    return digest.hexdigest(), count


def make(folder, scenario, arguments, workers, parts):
    """Makes the dataset in `parts` processes at once."""
    base = [PROGRAM, "generate", scenario, "--out", folder, "--episodes", str(arguments.episodes), "--workers", str(workers),
            "--physics", arguments.physics, "--renderer", arguments.renderer, "--progress", "none"]
    processes = [subprocess.Popen(base + (["--shard", f"{i}/{parts}", "--resume"] if parts > 1 else []), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True) for i in range(parts)]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode in (0, 6, 75), (process.returncode, errors)
    if parts > 1 and not (folder / "dataset.json").exists():  # whoever comes last writes it, unless both were last
        subprocess.run(base + ["--resume"], check=False, stdout=subprocess.DEVNULL)
    return parts


def main():
    parser = argparse.ArgumentParser(description="Make one dataset many times and compare.")
    parser.add_argument("--processes", type=int, default=24)
    parser.add_argument("--episodes", type=int, default=600)
    parser.add_argument("--physics", default="mujoco")
    parser.add_argument("--renderer", default="vulkan")
    arguments = parser.parse_args()
    reference, expected, chunks, processes, run = None, None, 0, 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        scenario = pathlib.Path(scratch) / "runs.textproto"
        scenario.write_text(SCENARIO)
        while processes < arguments.processes:
            folder = pathlib.Path(scratch) / f"set{run}"
            workers = 1 + run % 8
            parts = 2 if run % 3 == 2 else 1
            processes += make(folder, scenario, arguments, workers, parts)
            digest, count = chunk_hash(folder)
            found = contents(folder)
            if reference is None:
                reference, expected = found, digest
            different = sorted(name for name in found.keys() | reference.keys() if found.get(name) != reference.get(name))
            print(f"{parts} processes, {workers} threads: {count} chunks, SHA-256 {digest}", flush=True)
            if digest != expected or different:
                raise SystemExit(f"differs from the first in {', '.join(different) or 'its chunks'}")
            chunks += count
            run += 1
            shutil.rmtree(folder)
    print(f"{chunks} chunks from {processes} processes with 1 to 8 threads: one SHA-256, {expected}")


if __name__ == "__main__":
    main()
