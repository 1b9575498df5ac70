"""diorama replay cut short: by a signal, by a kill, by a limit on files; going on gives the bytes of an undisturbed replay."""

import json
import signal
import subprocess
import time

import pytest

from conftest import PROGRAM, SCENARIO, Cli, file_limit, make_set

ASKED = ("--channels", "rgb,depth,normal", "--workers", "1", "--progress", "none")


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A dataset, and its undisturbed replay."""
    folder = tmp_path_factory.mktemp("stops")
    dataset = make_set(folder, SCENARIO, "--episodes", 40, "--episodes-per-shard", 32)
    assert Cli()("replay", dataset, *ASKED, "--out", folder / "whole").returncode == 0
    return dataset, contents(folder / "whole")


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 75), (signal.SIGINT, 75), (signal.SIGKILL, -9)])
def test_cut_short_in_the_middle_of_a_shard_it_goes_on_to_the_same_bytes(cli, made, tmp_path, number, code):
    dataset, whole = made
    out = tmp_path / "set"
    process = subprocess.Popen([PROGRAM, "replay", dataset, *ASKED, "--out", out], stderr=subprocess.PIPE, text=True)
    deadline = time.time() + 60
    while sum(p.stat().st_size for p in out.glob("shards/*.journal")) < 40_000 and time.time() < deadline:
        time.sleep(0.002)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == code, errors
    there = set(contents(out))
    assert "shards/000000.journal" in there and not any(name.endswith(".h5") for name in there)
    if number != signal.SIGKILL:
        assert "every finished episode is kept" in errors and "--resume" in errors and there == {"shards/000000.journal"}
    again = cli("replay", dataset, *ASKED, "--out", out)
    assert again.returncode == 4 and "--resume" in again.stderr
    resumed = cli("replay", dataset, *ASKED, "--out", out, "--resume", "--json")
    about = json.loads(resumed.stdout)
    assert resumed.returncode == 0 and about["episodes_kept"] == 40 and 1 <= about["episodes_found"] < 40, about
    assert contents(out) == whole


def test_other_settings_do_not_go_on_with_it(cli, made, tmp_path):
    dataset, whole = made
    out = tmp_path / "set"
    assert cli("replay", dataset, *ASKED, "--out", out, preexec_fn=file_limit(300_000)).returncode == 4
    other = cli("replay", dataset, "--channels", "rgb", "--out", out, "--resume", "--progress", "none")
    assert other.returncode == 4 and "columns differs" in other.stderr, other.stderr


def test_a_limit_on_files_is_an_error_that_says_so(cli, made, tmp_path):
    dataset, whole = made
    out = tmp_path / "set"
    result = cli("replay", dataset, *ASKED, "--out", out, preexec_fn=file_limit(300_000))
    assert result.returncode == 4, result.stderr
    for words in (str(out), "up to 300000 bytes", "ulimit -f", "--resume"):
        assert words in result.stderr, result.stderr
    assert list(contents(out)) == ["shards/000000.journal"]
    assert cli("replay", dataset, *ASKED, "--out", out, "--resume").returncode == 0
    assert contents(out) == whole
