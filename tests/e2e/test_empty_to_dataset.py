"""The whole way of a researcher in one script: from an empty document to a dataset, which is the command line's to the byte."""

import hashlib
import json
import shlex
import subprocess

import h5py
import numpy as np

from run_script import PROGRAM, ROOT, environment, run_editor

SCRIPT = ROOT / "tests/e2e/empty_to_dataset.uiscript"


def hashes(dataset):
    """SHA-256 of every shard as it lies on disk, which the manifest must agree with."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((dataset / "shards").glob("*.h5"))}
    manifest = json.loads((dataset / "dataset.json").read_text())
    assert {shard["file"].rsplit("/", 1)[-1]: shard["sha256"] for shard in manifest["shards"]} == found
    return found


def test_from_an_empty_document_to_the_command_lines_dataset(tmp_path):
    done = run_editor(tmp_path, "--headless", "--test-mode", "--script", SCRIPT)
    assert done.returncode == 0, done.stderr

    text = {name: (tmp_path / f"{name}.textproto").read_bytes() for name in ("empty", "done", "undone", "redone")}
    assert text["undone"] == text["empty"]
    assert text["redone"] == text["done"]
    assert text["done"] != text["empty"]

    # The command that the panel shows, in another folder.
    command = shlex.split(next(line for line in done.stdout.splitlines() if line.startswith("Generate/Command")).split("\t")[2])
    assert command[:2] == ["diorama", "generate"]
    command[command.index("--out") + 1] = "command_line"
    made = subprocess.run([PROGRAM, *command[1:]], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    panel = hashes(tmp_path / "panel")
    assert panel and panel == hashes(tmp_path / "command_line")

    # What was made random differs from episode to episode, about what was authored: masses, and colours as the camera sees them.
    with h5py.File(tmp_path / "panel" / "index.h5") as data:
        first_rows = data["ep_offset"][:]
        mass_kg = data["object_info"][:][first_rows, 2:, 2]  # of sphere, box and cylinder
        authored_kg = np.array([0.5, 1.0, 2.0])
        assert mass_kg.shape == (4, 3)
        assert (np.abs(mass_kg / authored_kg - 1) <= 0.25).all() and (np.ptp(mass_kg, axis=0) > 0).all()
        red = [np.median(data["pixels"][row][data["segmentation"][row] == 3], axis=0) for row in first_rows]
        assert len(np.unique(np.round(red), axis=0)) > 1
