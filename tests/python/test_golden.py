"""Golden pictures: the first row of library scenarios in all views, by both renderers, against tests/golden. Ids are the same
to the pixel; depth and colour within what another driver may round otherwise. DIORAMA_UPDATE=1 writes them anew: look at
them before committing (numpy.load, keys <column>).

Only first rows, which no physics engine has touched: trajectories are not the same on every machine."""

import os
import pathlib
import subprocess

import h5py
import numpy as np
import pytest

from label_scenes import PROGRAM

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden"
SCENARIOS = ("billiards", "clutter", "dominoes", "humanoid", "pushing")
RENDERERS = ("vulkan", "raycast")
WIDTH, HEIGHT = 64, 48
COLUMNS = ("pixels", "depth", "segmentation")
MOST_BYTES = 300_000

COLOR_STEPS = 6       # of 255: a driver's own order of sums, and its sRGB rounding
COLOR_SHARE = 0.002   # pixels beyond that, at shadows' and textures' edges
DEPTH_SHARE = 2e-3    # of the depth; it is stored with 11 bits


def first_rows(scenario, renderer, folder):
    """Column name -> first row, of the main view."""
    path = ROOT / f"scenes/library/{scenario}.textproto"
    done = subprocess.run(
        [PROGRAM, "generate", path, "--out", folder, "--episodes", "4", "--seed", "5", "--progress", "none", "--renderer", renderer,
         "--channels", "depth,segmentation", "--set", "episode.frames=2", "--set", "episode.settle_time_s=0",
         "--set", f"camera[main].width_px={WIDTH}", "--set", f"camera[main].height_px={HEIGHT}"],
        capture_output=True, text=True, timeout=240)
    assert done.returncode in (0, 6), done.stderr
    with h5py.File(folder / "index.h5") as data:
        return {name: data[name][0] for name in COLUMNS}


def differences(made, golden):
    """What differs by more than it may, in words; empty if all is well."""
    problems = []
    if not np.array_equal(made["segmentation"], golden["segmentation"]):
        problems.append(f"{np.sum(made['segmentation'] != golden['segmentation'])} pixels show another object")
    apart = np.abs(made["depth"].astype(float) - golden["depth"]) / golden["depth"]
    if apart.max() > DEPTH_SHARE:
        problems.append(f"depth differs by up to {apart.max():.4f} of itself, in {np.sum(apart > DEPTH_SHARE)} pixels")
    steps = np.abs(made["pixels"].astype(int) - golden["pixels"]).max(-1)
    if np.mean(steps > COLOR_STEPS) > COLOR_SHARE:
        problems.append(f"colour differs by up to {steps.max()} of 255, in {np.sum(steps > COLOR_STEPS)} pixels by more than {COLOR_STEPS}")
    return problems


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_pictures_are_as_they_were(scenario, renderer, tmp_path):
    path = GOLDEN / f"{scenario}.{renderer}.npz"
    made = first_rows(scenario, renderer, tmp_path / "set")
    assert made["pixels"].shape == (HEIGHT, WIDTH, 3) and len(np.unique(made["segmentation"])) > 2
    if os.environ.get("DIORAMA_UPDATE"):
        np.savez_compressed(path, **made)
    assert path.exists(), f"{path} is missing: DIORAMA_UPDATE=1 writes it"
    with np.load(path) as golden:
        problems = differences(made, golden)
        assert not problems, f"{path.name}: {'; '.join(problems)} (if it is meant, DIORAMA_UPDATE=1 writes the picture anew)"


def turned_over(p):
    return {name: values[::-1] for name, values in p.items()}


FAULTS = {
    "a pixel aside": lambda p: {name: np.roll(values, 1, axis=1) for name, values in p.items()},
    "upside down": turned_over,
    "one pixel of another object": lambda p: p | {"segmentation": np.where(np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) == 1000, 250, p["segmentation"])},
    "depth half a per cent too far": lambda p: p | {"depth": p["depth"] * 1.005},
    "a tenth darker": lambda p: p | {"pixels": (p["pixels"] * 0.9).astype(np.uint8)},
    "no shadows": lambda p: p | {"pixels": np.where(p["pixels"].max(-1, keepdims=True) < np.median(p["pixels"]), 128, p["pixels"]).astype(np.uint8)},
    "blue for red": lambda p: p | {"pixels": p["pixels"][..., ::-1]},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_picture_that_is_not_as_it_was_is_refused(name):
    for path in sorted(GOLDEN.glob("*.npz")):
        with np.load(path) as golden:
            golden = dict(golden)
        assert not differences(golden, golden)
        assert differences(FAULTS[name](golden), golden), path.name


def test_they_are_small():
    files = list(GOLDEN.iterdir())
    assert {f.name for f in files} == {f"{s}.{r}.npz" for s in SCENARIOS for r in RENDERERS}
    assert sum(f.stat().st_size for f in files) < MOST_BYTES
