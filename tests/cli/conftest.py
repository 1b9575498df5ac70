"""Fixtures of the command line's tests: the built program and a small scenario that renders fast."""

import os
import pathlib
import resource
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("DIORAMA_PROGRAM", str(ROOT / "build/release/bin/diorama"))
LIBRARY = ROOT / "scenes/library"

ALL_CHANNELS = ("rgb,depth,segmentation,part,class,normal,flow,flow_backward,flow_valid,scene_flow,object_coordinates,amodal,"
                "depth_layers,segmentation_layers,tracks")

SCENARIO = """
name: "small"
episode { frames: 6 frame_rate_hz: 24 }
dataset { seed: 5 episodes: 6 episodes_per_shard: 2 }
material { name: "grey" restitution: 0.3 }
body { name: "floor" motion: STATIC shape { plane {} material: "grey" } }
body { name: "ball" class_name: "ball" position_m { z: 0.6 } shape { sphere { radius_m: 0.1 } material: "grey" } }
body { name: "box" position_m { x: 0.4 z: 0.2 } shape { box { half_x_m: 0.1 half_y_m: 0.1 half_z_m: 0.1 } } }
camera { name: "front" width_px: 48 height_px: 40 fixed { position_m { x: 0 y: -2 z: 0.8 } look_at_m { z: 0.3 } } }
camera { name: "orbit" width_px: 32 height_px: 32 orbit { radius_m: 2 height_m: 1 rate_deg_s: 90 center_m { z: 0.2 } } }
light { name: "sun" sun { azimuth_deg: 40 elevation_deg: 50 } }
vary { path: "body[ball].position_m.x" distribution { uniform { low: -0.2 high: 0.2 } } factor: "ball_x" }
"""


class Cli:
    """Runs diorama and keeps what it printed."""

    def __call__(self, *arguments, env=None, timeout=240, **options):
        full = dict(os.environ, DIORAMA_VALIDATION="1")
        full.update(env or {})
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, env=full, **options)


def make_set(folder, text, *arguments):
    """The dataset of a scenario's text, at folder/set; some of its episodes may be rejected."""
    (folder / "scenario.textproto").write_text(text)
    made = Cli()("generate", folder / "scenario.textproto", "--out", folder / "set", "--progress", "none", *arguments)
    assert made.returncode in (0, 6), made.stderr
    return folder / "set"


@pytest.fixture
def copy(whole, tmp_path):
    """A copy to damage of the dataset `whole` of the test's file."""
    return pathlib.Path(shutil.copytree(whole, tmp_path / "set"))


def file_limit(size):
    """For preexec_fn: no file of the child grows beyond `size` bytes. SIGXFSZ has its default there, as in a shell."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.fixture
def cli():
    return Cli()


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "small.textproto"
    path.write_text(SCENARIO)
    return path
