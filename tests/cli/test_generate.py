"""diorama generate: datasets, determinism, resuming, and what it says when something is wrong."""

import hashlib
import json
import pathlib
import shutil
import signal
import struct
import subprocess
import time

import h5py
import numpy as np
import pytest

from conftest import LIBRARY, PROGRAM, file_limit


def shard_hashes(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(pathlib.Path(folder, "shards").glob("*.h5"))}


def leftovers(folder):
    folder = pathlib.Path(folder)
    return [p.name for p in folder.rglob("*") if p.suffix in (".tmp", ".journal")]


def test_a_dataset_holds_what_the_scenario_says(cli, scenario, tmp_path):
    out = tmp_path / "set"
    result = cli("generate", scenario, "--out", out, "--workers", 2, "--json", "--progress", "none")
    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    assert summary["episodes_kept"] == 6 and summary["shards_made"] == 3 and not leftovers(out)
    assert [p.name for p in out.glob("*.h5")] == ["index.h5"]
    manifest = json.loads((out / "dataset.json").read_text())
    assert manifest["frame_rate_hz"] == 24 and manifest["step_rate_hz"] % 24 == 0
    for entry in manifest["shards"]:
        assert hashlib.sha256((out / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]

    with h5py.File(out / "index.h5") as index:
        rows = int(index["ep_len"][:].sum())
        assert rows == 36
        for name in ("pixels", "pixels.orbit", "depth", "segmentation", "action", "reward", "terminated", "truncated", "proprio",
                     "state", "observation", "time", "episode_idx", "step_idx", "object_pose", "object_velocity",
                     "object_info", "camera", "camera.orbit", "qpos", "qvel", "contact", "contact_count",
                     "object_visibility", "variation.ball_x"):
            assert index[name].shape[0] == rows, name
        assert index["pixels"].shape == (36, 40, 48, 3) and index["pixels.orbit"].shape == (36, 32, 32, 3)
        # The ball falls: its height drops by g t^2 / 2 within a frame or two of the start.
        z = index["object_pose"][:, 1, 2]
        t = index["time"][:]
        first = slice(0, 4)
        assert np.allclose(z[first], 0.6 - 0.5 * 9.81 * t[first] ** 2, atol=0.02)
        # The factor is where the ball is, row by row.
        assert np.allclose(index["variation.ball_x"][:, 0][::6], index["object_pose"][:, 1, 0][::6], atol=1e-6)
        assert len(np.unique(index["variation.ball_x"][:])) == 6
        # Ids: background or one of the three objects; the counted pixels agree with the pictures.
        ids = index["segmentation"][:]
        assert set(np.unique(ids)) <= {0, 1, 2, 3}
        assert (ids == 2).any()
        for k in range(3):
            assert ((ids == k + 1).sum(axis=(1, 2)) == index["object_visibility"][:, k]).all()
        depth = index["depth"][:]
        assert np.isfinite(depth).all() and (depth > 0).all()
        # Fixed view: where the background is, depth is far_m.
        assert np.allclose(depth[ids == 0], depth.max())


def test_pixels_depth_and_pose_agree_with_each_other(cli, scenario, tmp_path):
    """The ball's centre, projected with the stored camera, lands on the ball's pixels at the ball's depth."""
    out = tmp_path / "set"
    assert cli("generate", scenario, "--out", out, "--progress", "none").returncode == 0
    with h5py.File(out / "index.h5") as index:
        for view in ("", ".orbit"):
            for row in range(0, 36, 5):
                camera = index["camera" + view][row].astype(float)
                position, (w, x, y, z), (fx, fy, cx, cy) = camera[:3], camera[3:7], camera[7:]
                rotation = np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                                     [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                                     [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]])
                p = rotation.T @ (index["object_pose"][row, 1, :3].astype(float) - position)
                u, v = fx * p[0] / p[2] + cx, fy * p[1] / p[2] + cy
                ids, depth = index["segmentation" + view][row], index["depth" + view][row]
                if not (1 <= u < ids.shape[1] - 1 and 1 <= v < ids.shape[0] - 1):
                    continue
                column, line = int(round(u)), int(round(v))
                assert ids[line, column] == 2, (view, row)
                # The nearest point of the sphere along this ray is about its radius in front of the centre.
                assert p[2] - 0.102 <= depth[line, column] <= p[2] - 0.08, (view, row)


def test_same_seed_same_bytes_for_any_workers_runs_and_shard_splits(cli, scenario, tmp_path):
    for name, workers in (("one", 1), ("two", 2), ("again", 2)):
        assert cli("generate", scenario, "--out", tmp_path / name, "--workers", workers, "--progress", "none").returncode == 0
    for part in ("0/2", "1/2"):
        assert cli("generate", scenario, "--out", tmp_path / "split", "--shard", part, "--resume", "--progress", "none").returncode == 0
    reference = shard_hashes(tmp_path / "one")
    assert len(reference) == 3
    for name in ("two", "again", "split"):
        assert shard_hashes(tmp_path / name) == reference
        for file in ("index.h5", "dataset.json"):
            assert (tmp_path / name / file).read_bytes() == (tmp_path / "one" / file).read_bytes(), (name, file)
    assert cli("generate", scenario, "--out", tmp_path / "other", "--seed", 6, "--progress", "none").returncode == 0
    assert not set(shard_hashes(tmp_path / "other").values()) & set(reference.values())


def test_two_processes_at_once_make_the_same_dataset(cli, scenario, tmp_path):
    assert cli("generate", scenario, "--out", tmp_path / "whole", "--progress", "none").returncode == 0
    running = [subprocess.Popen([PROGRAM, "generate", str(scenario), "--out", str(tmp_path / "set"), "--shard", part, "--resume",
                                 "--progress", "none"], stderr=subprocess.PIPE, text=True) for part in ("0/2", "1/2")]
    for process in running:
        _, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors
    assert shard_hashes(tmp_path / "set") == shard_hashes(tmp_path / "whole")
    assert (tmp_path / "set/index.h5").exists() and (tmp_path / "set/dataset.json").exists()


def test_resume_keeps_whole_shards_and_makes_the_rest(cli, scenario, tmp_path):
    out = tmp_path / "set"
    assert cli("generate", scenario, "--out", out, "--progress", "none").returncode == 0
    reference = shard_hashes(out)
    kept = (out / "shards/000000.h5").stat()
    (out / "shards/000001.h5").unlink()
    (out / "shards/000002.h5").write_bytes(b"torn")
    (out / "shards/000001.h5.tmp").write_bytes(b"left over")
    result = cli("generate", scenario, "--out", out, "--resume", "--json", "--progress", "none")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["shards_kept"] == 1
    assert shard_hashes(out) == reference and not leftovers(out)
    assert (out / "shards/000000.h5").stat().st_mtime_ns == kept.st_mtime_ns

    changed = cli("generate", scenario, "--out", out, "--resume", "--seed", 9, "--progress", "none")
    assert changed.returncode == 4 and "seed" in changed.stderr
    assert shard_hashes(out) == reference


MODEL = """<mujoco><compiler meshdir="parts"/><asset><mesh name="wedge" file="wedge.stl"/></asset>
<include file="more.xml"/>
<worldbody><body name="arm" pos="0 0 1"><joint name="turn" axis="0 1 0"/><geom type="box" size="0.1 0.1 0.3"/></body>
<body name="wedge" pos="1 0 1"><freejoint/><geom type="mesh" mesh="wedge"/></body></worldbody></mujoco>"""
MORE = """<mujoco><worldbody><light pos="0 0 3"/></worldbody></mujoco>"""


def binary_stl(size):
    corners = [(0, 0, 0), (size, 0, 0), (0, size, 0), (0, 0, size)]
    faces = [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)]
    data = b"\0" * 80 + struct.pack("<I", len(faces))
    for face in faces:
        data += struct.pack("<12f", 0, 0, 0, *(c for corner in face for c in corners[corner])) + b"\0\0"
    return data


def test_resume_refuses_when_a_file_that_scenes_are_made_of_has_changed(cli, tmp_path):
    (tmp_path / "robot/parts").mkdir(parents=True)
    (tmp_path / "robot/arm.xml").write_text(MODEL)
    (tmp_path / "robot/more.xml").write_text(MORE)
    (tmp_path / "robot/parts/wedge.stl").write_bytes(binary_stl(0.2))
    (tmp_path / "gem.obj").write_bytes((LIBRARY / "../../assets/meshes/gem.obj").read_bytes())
    scenario = tmp_path / "arm.textproto"
    scenario.write_text('''
        model { file: "robot/arm.xml" }
        episode { frames: 3 frame_rate_hz: 25 }
        dataset { episodes: 4 episodes_per_shard: 2 }
        body { name: "gem" position_m { x: 3 z: 1 } shape { mesh { file: "gem.obj" } } }
        camera { name: "front" width_px: 32 height_px: 32 fixed { position_m { y: -3 z: 1 } look_at_m { z: 1 } } }
    ''')
    out = tmp_path / "set"
    made = cli("generate", scenario, "--out", out, "--progress", "none")
    assert made.returncode == 0, made.stderr
    names = ["gem.obj", "robot/arm.xml", "robot/more.xml", "robot/parts/wedge.stl"]
    files = json.loads((out / "dataset.json").read_text())["files"]
    assert files == {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in names}
    (out / "shards/000001.h5").unlink()
    for name, change in [("gem.obj", b"# another\n"), ("robot/more.xml", b"<!-- another -->"), ("robot/arm.xml", b" "),
                         ("robot/parts/wedge.stl", None)]:
        before = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(binary_stl(0.25) if change is None else before + change)
        refused = cli("generate", scenario, "--out", out, "--resume", "--progress", "none")
        assert refused.returncode == 4 and f"file {name} differs" in refused.stderr, refused.stderr
        assert not [other for other in names if other != name and other in refused.stderr]
        (tmp_path / name).write_bytes(before)
    assert cli("generate", scenario, "--out", out, "--resume", "--progress", "none").returncode == 0


def test_resuming_after_rejections_of_an_earlier_run_still_says_so(cli, scenario, tmp_path):
    # The ball starts inside the box where it is drawn far to the right.
    text = scenario.read_text().replace("low: -0.2 high: 0.2", "low: -0.2 high: 0.5").replace("z: 0.6", "z: 0.2")
    scenario.write_text(text)
    out = tmp_path / "set"
    first = cli("generate", scenario, "--out", out, "--episodes", 12, "--progress", "none")
    assert first.returncode == 6, first.stderr
    rejected = {shard: json.loads((out / f"shards/{shard:06}.json").read_text())["rejected"] for shard in range(6)}
    clean = next(shard for shard, found in rejected.items() if not found)
    (out / f"shards/{clean:06}.h5").unlink()
    again = cli("generate", scenario, "--out", out, "--episodes", 12, "--resume", "--progress", "none", "--json")
    assert again.returncode == 6
    assert json.loads(again.stdout)["rejected_found"] == sum(map(len, rejected.values()))
    assert json.loads(again.stdout)["episodes_rejected"] == 0


def test_interrupting_keeps_whole_shards_and_says_how_to_go_on(cli, tmp_path):
    out = tmp_path / "set"
    arguments = ["generate", str(LIBRARY / "falling_stack.textproto"), "--out", str(out), "--episodes", "40", "--episodes-per-shard",
                 "1", "--workers", "1"]
    process = subprocess.Popen([PROGRAM, *arguments, "--progress", "none"], stderr=subprocess.PIPE, text=True)
    deadline = time.time() + 120
    while len(list(out.glob("shards/*.h5"))) < 2 and time.time() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 75, errors
    assert "--resume" in errors and set(leftovers(out)) <= {"%06d.journal" % len(list(out.glob("shards/*.h5")))}
    made = shard_hashes(out)
    assert 2 <= len(made) < 40
    assert not (out / "index.h5").exists()
    arguments[arguments.index("40")] = "40"
    again = cli(*arguments[:4], "--episodes", "40", "--episodes-per-shard", "1", "--dry-run")
    assert again.returncode == 0
    for name, digest in made.items():
        with h5py.File(out / "shards" / name) as shard:
            assert shard["pixels"].shape[0] == shard["ep_len"][:].sum()
        assert digest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_in_the_middle_of_a_shard_is_resumable(cli, scenario, tmp_path, number):
    out = tmp_path / "set"
    arguments = ["generate", str(scenario), "--out", str(out), "--episodes", "60", "--episodes-per-shard", "50", "--workers", "1",
                 "--progress", "none"]
    process = subprocess.Popen([PROGRAM, *arguments], stderr=subprocess.PIPE, text=True)
    deadline = time.time() + 60
    while sum(p.stat().st_size for p in out.glob("shards/*.journal")) < 20000 and time.time() < deadline:
        time.sleep(0.002)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 75, errors
    assert "--resume" in errors and leftovers(out) == ["000000.journal"]
    resumed = cli(*arguments, "--resume", "--json")
    assert resumed.returncode == 0
    summary = json.loads(resumed.stdout)
    assert summary["episodes_recovered"] >= 1 and summary["episodes_recovered"] + summary["episodes_kept"] == 60
    assert f'{summary["episodes_recovered"]} episodes recovered of a shard begun' in resumed.stderr
    assert cli(*arguments[:3], tmp_path / "whole", *arguments[4:]).returncode == 0
    assert shard_hashes(out) == shard_hashes(tmp_path / "whole") and not leftovers(out)


def test_what_is_damaged_is_told_and_made_again(cli, scenario, tmp_path):
    whole, out = tmp_path / "whole", tmp_path / "set"
    arguments = ["generate", scenario, "--progress", "none", "--out"]
    assert cli(*arguments, whole).returncode == 0
    shutil.copytree(whole, out)
    # A shard and the JSON of another one; the third is missing.
    shard = bytearray((out / "shards/000000.h5").read_bytes())
    shard[len(shard) // 2] ^= 1
    (out / "shards/000000.h5").write_bytes(shard)
    table = (out / "shards/000001.json").read_text()
    (out / "shards/000001.json").write_text(table.replace('"rows":6', '"rows":5', 1))
    for name in ("dataset.json", "index.h5", "shards/000002.h5", "shards/000002.json"):
        (out / name).unlink()
    resumed = cli(*arguments, out, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    for words in ("000000.h5 is damaged: its SHA-256", "000001.json is damaged", "the shard is made again", "6 episodes to make"):
        assert words in resumed.stderr, resumed.stderr
    assert all((out / p).read_bytes() == (whole / p).read_bytes() for p in ("dataset.json", "index.h5", "shards/000001.json"))
    assert shard_hashes(out) == shard_hashes(whole)


def test_an_output_folder_that_exists_is_never_touched_without_force(cli, scenario, tmp_path):
    out = tmp_path / "set"
    out.mkdir()
    (out / "precious.txt").write_text("mine")
    result = cli("generate", scenario, "--out", out, "--progress", "none")
    assert result.returncode == 4 and "set" in result.stderr
    assert [p.name for p in out.iterdir()] == ["precious.txt"]
    forced = cli("generate", scenario, "--out", out, "--force", "--progress", "none")
    assert (out / "precious.txt").read_text() == "mine"
    assert forced.returncode in (0, 4)


def test_a_folder_that_cannot_be_written_fails_before_simulating(cli, scenario, tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    result = cli("generate", scenario, "--out", blocker / "set", "--progress", "none")
    assert result.returncode == 4 and "file" in result.stderr and len(result.stderr.splitlines()) == 1


def test_no_room_leaves_nothing_half_written(cli, scenario, tmp_path):
    # As `ulimit -f` does it; above what sanitizers write for themselves at the start, below the shard's 1.5 MB.
    limit = file_limit(1_000_000)
    out = tmp_path / "set"
    arguments = ["generate", scenario, "--out", out, "--episodes", 30, "--episodes-per-shard", 30, "--pixels", "raw",
                 "--progress", "none"]
    result = cli(*arguments, preexec_fn=limit)
    assert result.returncode == 4, result.stderr
    for words in (str(out), "File too large", "up to 1000000 bytes", "ulimit -f", "--resume"):
        assert words in result.stderr, result.stderr
    assert not list(out.glob("shards/*.h5")) and leftovers(out) == ["000000.journal"]
    assert cli(*arguments, "--resume").returncode == 0
    assert (out / "shards/000000.h5").stat().st_size > 1_000_000
    assert not leftovers(out)


@pytest.mark.parametrize("arguments, code, words", [
    ([], 2, ["no verb"]),
    (["genrate"], 2, ["genrate", "did you mean 'generate'"]),
    (["generate"], 2, ["scenario"]),
    (["generate", "x.textproto", "--out", "o", "--sed", "1"], 2, ["--sed", "--seed"]),
    (["generate", "x.textproto", "--out", "o", "--episodes", "-3"], 2, ["episodes"]),
    (["generate", "x.textproto", "--out", "o", "--shard", "3/2"], 2, ["3/2"]),
    (["generate", "x.textproto", "--out", "o", "--resume", "--force"], 2, ["--resume", "--force"]),
    (["generate", "none.textproto", "--out", "o"], 3, ["none.textproto"]),
    (["inspect", "none.h5"], 3, ["none.h5"]),
    (["preview", "none.textproto"], 3, ["none.textproto"]),
    (["validate", "none.textproto"], 3, ["none.textproto"]),
])
def test_usage_and_missing_files_have_their_exit_codes(cli, tmp_path, arguments, code, words):
    result = cli(*arguments, cwd=tmp_path)
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("edit, words", [
    (("radius_m: 0.1", "radus_m: 0.1"), ["small.textproto:7:", "radus_m", "radius_m"]),
    (("radius_m: 0.1", "radius_m: -1"), ["body[ball].shape[0].sphere.radius_m", "-1"]),
    (('material: "grey" } }', 'material: "gray" } }'), ["gray", "grey"]),
    (("frames: 6", "frames: 1"), ["episode.frames", "1"]),
    (('path: "body[ball].position_m.x"', 'path: "body[bal].position_m.x"'), ["bal", "ball"]),
    (("sphere { radius_m: 0.1 }", 'mesh { file: "none.obj" }'), ["none.obj"]),
])
def test_a_wrong_scenario_says_where_and_what(cli, scenario, tmp_path, edit, words):
    text = scenario.read_text()
    assert edit[0] in text
    scenario.write_text(text.replace(*edit))
    for verb in (["generate", scenario, "--out", tmp_path / "o"], ["validate", scenario]):
        result = cli(*verb)
        assert result.returncode == 3
        for word in words:
            assert word in result.stderr, result.stderr
    assert not (tmp_path / "o").exists()


def test_engines_channels_and_overrides_that_do_not_fit_are_refused(cli, scenario, tmp_path):
    out = tmp_path / "o"
    humanoid = cli("generate", LIBRARY / "humanoid.textproto", "--out", out, "--physics", "bullet")
    assert humanoid.returncode == 3 and "mujoco" in humanoid.stderr
    channel = cli("generate", scenario, "--out", out, "--channels", "rgb,deph")
    assert channel.returncode == 3 and "depth" in channel.stderr
    override = cli("generate", scenario, "--out", out, "--set", "camera[front].fov=3")
    assert override.returncode == 3 and "fov_y_deg" in override.stderr
    millimetres = cli("generate", scenario, "--out", out, "--depth", "i16mm", "--set", "camera[front].far_m=50")
    assert millimetres.returncode == 3 and "32.767" in millimetres.stderr
    assert not out.exists()


def test_no_vulkan_device_is_exit_code_5(cli, scenario, tmp_path):
    env = {"VK_DRIVER_FILES": "/nonexistent.json", "VK_ICD_FILENAMES": "/nonexistent.json"}
    result = cli("generate", scenario, "--out", tmp_path / "o", env=env)
    assert result.returncode == 5 and "mesa-vulkan-drivers" in result.stderr and "--renderer raycast" in result.stderr
    assert not (tmp_path / "o").exists()
    wrong = cli("generate", scenario, "--out", tmp_path / "o", "--device", "no such card")
    assert wrong.returncode == 5 and "no such card" in wrong.stderr


def test_the_ray_caster_needs_no_vulkan_driver_and_makes_the_same_data_for_any_number_of_workers(cli, scenario, tmp_path):
    env = {"VK_DRIVER_FILES": "/nonexistent.json", "VK_ICD_FILENAMES": "/nonexistent.json"}
    common = ["generate", scenario, "--renderer", "raycast", "--progress", "none"]
    one = cli(*common, "--out", tmp_path / "one", "--workers", 1, env=env)
    assert one.returncode == 0, one.stderr
    assert cli(*common, "--out", tmp_path / "three", "--workers", 3, env=env).returncode == 0
    assert shard_hashes(tmp_path / "one") == shard_hashes(tmp_path / "three") != {}
    manifest = json.loads((tmp_path / "one/dataset.json").read_text())
    assert manifest["renderer"] == "raycast" and manifest["render_driver"].startswith("Embree 3.")
    with h5py.File(tmp_path / "one/index.h5") as index:
        assert set(np.unique(index["segmentation"][:])) == {0, 1, 2, 3}

    # A dataset is one renderer's work.
    next(iter(sorted((tmp_path / "one/shards").glob("*.h5")))).unlink()
    mixed = cli("generate", scenario, "--out", tmp_path / "one", "--resume", "--progress", "none")
    assert mixed.returncode == 4 and "raycast" in mixed.stderr
    device = cli(*common, "--out", tmp_path / "x", "--device", "0")
    assert device.returncode == 3 and "--device '0'" in device.stderr and "raycast" in device.stderr
    misspelt = cli("generate", scenario, "--out", tmp_path / "x", "--renderer", "raycst")
    assert misspelt.returncode == 2 and "did you mean 'raycast'" in misspelt.stderr
    picture = cli("preview", scenario, "--renderer", "raycast", "--out", tmp_path / "sheet.png", env=env)
    assert picture.returncode == 0 and (tmp_path / "sheet.png").exists()


@pytest.mark.parametrize("storage", [["--depth", "f16"], ["--depth", "i16mm"], ["--pixels", "raw"]])
def test_storage_options_read_back_the_same_picture(cli, scenario, tmp_path, storage):
    common = ["generate", scenario, "--episodes", "1", "--progress", "none", "--set", "camera[front].far_m=20"]
    assert cli(*common, "--out", tmp_path / "plain").returncode == 0
    assert cli(*common, "--out", tmp_path / "other", *storage).returncode == 0
    with h5py.File(tmp_path / "plain/index.h5") as plain, h5py.File(tmp_path / "other/index.h5") as other:
        assert (plain["pixels"][:] == other["pixels"][:]).all()
        scale = 0.001 if storage[1] == "i16mm" else 1.0
        difference = np.abs(plain["depth"][:] - other["depth"][:].astype(np.float64) * scale)
        assert difference.max() < (0.02 if storage[1] == "f16" else 0.006)


def test_dry_run_estimates_and_writes_nothing(cli, scenario, tmp_path):
    result = cli("generate", scenario, "--out", tmp_path / "o", "--dry-run", "--json")
    assert result.returncode == 0, result.stderr
    plan = json.loads(result.stdout)
    assert plan["episodes"] == 6 and plan["estimated_bytes"] > 1000 and plan["estimated_seconds"] > 0
    assert not (tmp_path / "o").exists()


def test_rejected_episodes_leave_a_gap_and_exit_code_6(cli, tmp_path):
    # Two spheres that overlap unless the drawn distance is large enough.
    text = """
    name: "gaps"
    episode { frames: 2 }
    body { name: "a" position_m { z: 1 } shape { sphere { radius_m: 0.2 } } }
    body { name: "b" position_m { z: 1 } shape { sphere { radius_m: 0.2 } } }
    camera { name: "c" width_px: 16 height_px: 16 fixed { position_m { y: -3 z: 1 } look_at_m { z: 1 } } }
    vary { path: "body[b].position_m.x" distribution { uniform { low: 0.1 high: 0.8 } } factor: "distance" }
    """
    path = tmp_path / "gaps.textproto"
    path.write_text(text)
    result = cli("generate", path, "--out", tmp_path / "set", "--episodes", "12", "--episodes-per-shard", "5", "--json", "--progress", "none")
    assert result.returncode == 6, result.stderr
    summary = json.loads(result.stdout)
    assert 0 < summary["episodes_rejected"] < 12 and summary["episodes_kept"] + summary["episodes_rejected"] == 12
    manifest = json.loads((tmp_path / "set/dataset.json").read_text())
    rejected = {entry["episode"] for entry in manifest["rejected"]}
    assert all(entry["reason"] for entry in manifest["rejected"])
    with h5py.File(tmp_path / "set/index.h5") as index:
        kept = set(index["episode_idx"][:].tolist())
        assert kept | rejected == set(range(12)) and not kept & rejected
        assert index["variation.distance"][:].min() > 0.39


@pytest.mark.parametrize("name", sorted(p.stem for p in LIBRARY.glob("*.textproto")))
@pytest.mark.parametrize("engine", ["mujoco", "bullet"])
def test_every_library_scenario_generates_on_every_engine_it_allows(cli, tmp_path, name, engine):
    if name == "humanoid" and engine == "bullet":
        engine = "mujoco"  # a model file; test_engines_... checks the refusal
    path = LIBRARY / f"{name}.textproto"
    result = cli("generate", path, "--out", tmp_path / "set", "--episodes", "1", "--set", "episode.frames=4", "--physics", engine,
                 "--progress", "none", "--channels", "rgb,depth,segmentation", "--json")
    assert result.returncode == 0, result.stderr
    with h5py.File(tmp_path / "set/index.h5") as index:
        assert index["pixels"].shape[0] == 4
        assert index["pixels"][:].std() > 5  # a picture, not a plain colour
        assert np.isfinite(index["state"][:]).all()
        assert (index["segmentation"][:] > 0).any()
