"""validate, inspect, preview, doctor and the help."""

import re
import json
import struct
import subprocess

import pytest

from conftest import LIBRARY, PROGRAM, file_limit


def png_size(path):
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def test_help_names_every_verb_and_each_has_examples(cli):
    result = cli("--help")
    assert result.returncode == 0
    for verb in ("generate", "validate", "inspect", "preview", "verify", "bench", "doctor"):
        assert verb in result.stdout
        own = cli(verb, "--help")
        assert own.returncode == 0 and "Examples:" in own.stdout and f"diorama {verb}" in own.stdout


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.textproto")), ids=lambda p: p.stem)
def test_every_library_scenario_is_valid(cli, path):
    result = cli("validate", path, "--json")
    assert result.returncode == 0, result.stdout
    assert json.loads(result.stdout)["valid"]


def test_validate_lists_every_problem_at_once(cli, scenario):
    text = scenario.read_text().replace("radius_m: 0.1", "radius_m: -1").replace("frames: 6", "frames: 0 settle_time_s: -2")
    scenario.write_text(text)
    result = cli("validate", scenario, "--json")
    assert result.returncode == 3
    paths = {d["path"] for d in json.loads(result.stdout)["diagnostics"] if d["severity"] == "error"}
    assert {"body[ball].shape[0].sphere.radius_m", "episode.settle_time_s"} <= paths


def test_inspect_explains_scenario_dataset_shard_and_model(cli, scenario, tmp_path):
    about = json.loads(cli("inspect", scenario, "--json").stdout)
    assert [b["name"] for b in about["scene"]["bodies"]] == ["floor", "ball", "box"]
    out = tmp_path / "set"
    assert cli("generate", scenario, "--out", out, "--episodes", "2", "--progress", "none").returncode == 0
    for path in (out, out / "shards/000000.h5"):
        about = json.loads(cli("inspect", path, "--json").stdout)
        assert about["rows"] == 12 and about["episodes"] == 2
        columns = {c["name"]: c for c in about["columns"]}
        assert columns["depth"]["unit"] == "m" and columns["object_pose"]["meaning"]
        assert "object_pose" in cli("inspect", path).stdout
    model = json.loads(cli("inspect", "/usr/share/mujoco/model/humanoid/humanoid.xml", "--json").stdout)
    assert len(model["scene"]["actuators"]) == 21 and model["scene"]["qvel"] == 27


@pytest.mark.parametrize("content, name", [(b"", "empty.h5"), (b"\x89HDF\r\n\x1a\nnot really", "torn.h5"), (b"<robot name='r'/>", "r.urdf"),
                                           (b"<mujoco><worldbody>", "broken.xml"), (b"", "empty.textproto"), (b"\x00\xff\x01", "binary.textproto")])
def test_inspect_of_a_broken_file_is_one_clear_error(cli, tmp_path, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    result = cli("inspect", path)
    assert result.returncode == 3, result.stderr
    assert name in result.stderr and result.stdout == ""


def test_preview_draws_a_contact_sheet_of_scenario_and_dataset(cli, scenario, tmp_path):
    sheet = tmp_path / "sheet.png"
    result = cli("preview", scenario, "--out", sheet, "--frames", "3")
    assert result.returncode == 0, result.stderr
    width, height = png_size(sheet)
    assert width > 3 * 48 and height > 3 * 40 + 3 * 32
    out = tmp_path / "set"
    assert cli("generate", scenario, "--out", out, "--episodes", "1", "--progress", "none").returncode == 0
    assert cli("preview", out, "--out", tmp_path / "set.png").returncode == 0
    png_size(tmp_path / "set.png")
    assert cli("preview", out, "--out", tmp_path / "x.png", "--episode", "5").returncode == 3
    assert cli("preview", scenario, "--out", tmp_path / "no/such/folder.png").returncode == 4
    # A disk that is full in the middle of a picture, as a limit on files does it: no half picture under any name.
    for option, name in (("--out", "cut.png"), ("--animate", "cut.webp")):
        cut = cli("preview", out, option, tmp_path / name, preexec_fn=file_limit(1000))
        assert cut.returncode == 4 and name in cut.stderr and "ulimit -f" in cut.stderr, cut.stderr
    assert not list(tmp_path.glob("cut*"))
    assert cli("preview", out, "--out", "here.png", cwd=tmp_path).returncode == 0 and png_size(tmp_path / "here.png")


def test_preview_shows_every_channel_and_plays_an_episode(cli, scenario, tmp_path):
    few, every = tmp_path / "few.png", tmp_path / "every.png"
    assert cli("preview", scenario, "--out", few, "--frames", "1").returncode == 0
    result = cli("preview", scenario, "--out", every, "--frames", "1", "--channels", "all")
    assert result.returncode == 0, result.stderr
    assert png_size(every)[0] > 3 * png_size(few)[0]
    film = tmp_path / "film.webp"
    result = cli("preview", scenario, "--animate", film, "--channels", "rgb,flow,amodal")
    assert result.returncode == 0 and result.stdout.strip() == str(film), result.stderr
    data = film.read_bytes()
    frames = int(re.search(r"episode \{[^}]*frames: (\d+)", scenario.read_text()).group(1))
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP" and 1 < data.count(b"ANMF") <= frames
    wrong = cli("preview", scenario, "--channels", "flwo")
    assert wrong.returncode == 3 and "flow" in wrong.stderr


def test_preview_shows_the_views_that_are_asked_for(cli, scenario, tmp_path):
    out = tmp_path / "set"
    assert cli("generate", scenario, "--out", out, "--episodes", "1", "--channels", "all", "--progress", "none").returncode == 0

    def size(source, *arguments):
        result = cli("preview", source, "--out", tmp_path / "x.png", *arguments)
        assert result.returncode == 0, result.stderr
        return png_size(tmp_path / "x.png")

    for source in (scenario, out):
        both, front = size(source, "--channels", "rgb"), size(source, "--channels", "rgb", "--views", "front")
        assert size(source, "--channels", "rgb", "--views", "orbit,front") == both
        assert front[0] == both[0] and front[1] < both[1]
        # Many channels of one view take several rows.
        wide, wrapped = size(source, "--channels", "all", "--frames", "1"), size(source, "--channels", "all", "--frames", "1", "--views", "orbit")
        assert wrapped[0] < 0.7 * wide[0] and wrapped[1] > 3 * 32
        wrong = cli("preview", source, "--views", "back")
        assert wrong.returncode == 3 and "'back'" in wrong.stderr and "front, orbit" in wrong.stderr


def test_a_camera_can_have_channels_of_its_own(cli, scenario, tmp_path):
    text = scenario.read_text().replace('camera { name: "orbit"', 'record { channel: DEPTH }\ncamera { name: "orbit" channel: [NORMAL, FLOW]')
    scenario.write_text(text)
    out = tmp_path / "set"
    result = cli("generate", scenario, "--out", out, "--episodes", "1", "--progress", "none")
    assert result.returncode == 0, result.stderr
    names = {c["name"] for c in json.loads((out / "dataset.json").read_text())["columns"]}
    assert {"pixels", "depth", "pixels.orbit", "normal.orbit", "flow.orbit"} <= names
    assert not {"normal", "flow", "depth.orbit", "segmentation", "segmentation.orbit"} & names
    sheet = tmp_path / "set.png"
    assert cli("preview", out, "--out", sheet).returncode == 0


def test_doctor_names_engines_and_devices(cli):
    result = cli("doctor", "--json")
    assert result.returncode == 0, result.stdout
    about = json.loads(result.stdout)
    assert about["mujoco"] and about["bullet"] and about["embree"].startswith("3.")
    assert sum(d["chosen"] for d in about["vulkan_devices"]) == 1
    none = cli("doctor", "--json", env={"VK_DRIVER_FILES": "/nonexistent.json", "VK_ICD_FILENAMES": "/nonexistent.json"})
    assert none.returncode == 5
    assert "--renderer raycast" in cli("doctor", env={"VK_DRIVER_FILES": "/x.json", "VK_ICD_FILENAMES": "/x.json"}).stdout


@pytest.mark.parametrize("arguments, words", [
    (["generate", "t", "--out", "x", "--episodes", "abc"], "--episodes: wants a whole number from 1"),
    (["generate", "t", "--out", "x", "--seed", "-1"], "--seed: wants a whole number from 0"),
    (["generate", "t", "--out", "x", "--seed", "18446744073709551616"], "--seed: wants a whole number from 0"),
    (["generate", "t", "--out", "x", "--pixels", "rew"], "did you mean 'raw'"),
    (["generate", "t", "--out", "x", "--out", "y"], "--out is given more than once"),
    (["generate", "t", "--out", ""], "--out: must not be empty"),
    (["generate", "t", "--out"], "needs a value"),
    (["generate", "t", "--out", "x", "-n", "3"], "unknown option '-n'"),
    (["--json", "generate"], "before the verb"),
])
def test_usage_errors_are_in_our_words_and_in_json_where_asked_for(cli, tmp_path, arguments, words):
    plain = cli(*arguments, cwd=tmp_path)
    assert plain.returncode == 2 and words in plain.stderr
    told = json.loads(cli(*arguments, "--json", cwd=tmp_path).stdout)
    assert told["schema"] == "diorama.error.1" and told["exit_code"] == 2 and words in told["message"]


@pytest.mark.parametrize("verb", [["generate", "none.textproto", "--out", "o"], ["validate", "none.textproto"], ["inspect", "none.h5"],
                                  ["preview", "none.textproto"]])
def test_failures_are_one_json_object_too(cli, tmp_path, verb):
    result = cli(*verb, "--json", cwd=tmp_path)
    told = json.loads(result.stdout)
    assert result.returncode == 3 and told["exit_code"] == 3 and verb[1] in told["message"] and told["message"] in result.stderr


def test_closed_and_full_standard_streams_harm_nothing(cli, scenario, tmp_path):
    out = tmp_path / "set"
    closed = subprocess.run(f"exec '{PROGRAM}' generate '{scenario}' --out '{out}' --progress bar >&- 2>&-", shell=True, timeout=120)
    assert closed.returncode == 0
    assert cli("generate", scenario, "--out", tmp_path / "open", "--progress", "none").returncode == 0
    for name in ("dataset.json", "index.h5", "shards/000000.h5"):
        assert (out / name).read_bytes() == (tmp_path / "open" / name).read_bytes()
    with open("/dev/full", "w") as full:
        result = subprocess.run([PROGRAM, "inspect", str(out)], stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1 and "standard output" in result.stderr and len(result.stderr.splitlines()) == 1
