#!/usr/bin/env python3
"""Kills `diorama generate` or `diorama replay` at random moments and goes on with --resume until the dataset is whole; then
starts anew.

    tests/crash/random_kills.py COUNT [--seed S] [--verb generate|replay]      # 10000 for the long proof

After every kill: no torn file under a final name. After every resume: every episode that was finished is found again. At
the end of each dataset: the bytes of an undisturbed run, nothing left over. Ends with 1 at the first fault."""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from crash_tools import PROGRAM, check_no_torn_file, contents, finished_episodes  # noqa: E402

SCENARIO = """
name: "kills"
episode { frames: 4 frame_rate_hz: 24 }
dataset { seed: 3 episodes: 24 episodes_per_shard: 6 }
body { name: "floor" motion: STATIC shape { plane {} } }
body { name: "ball" position_m { z: 0.6 } shape { sphere { radius_m: 0.1 } } }
body { name: "box" position_m { x: 0.4 z: 0.2 } shape { box { half_x_m: 0.1 half_y_m: 0.1 half_z_m: 0.1 } } }
camera { name: "front" width_px: 32 height_px: 32 fixed { position_m { y: -2 z: 0.8 } look_at_m { z: 0.3 } } }
vary { path: "body[ball].position_m.x" distribution { uniform { low: 0 high: 0.4 } } factor: "ball_x" }
"""


RUN = ("--resume", "--workers", "2", "--progress", "none", "--json")


def command(scenario, folder):
    return [PROGRAM, "generate", scenario, "--out", folder, *RUN]


def replay_command(dataset, folder):
    """All episodes of the dataset rendered again, with other channels."""
    return [PROGRAM, "replay", dataset, "--channels", "rgb,depth,normal", "--out", folder, *RUN]


def run_to_the_end(arguments):
    result = subprocess.run(arguments, capture_output=True, text=True)
    # Some balls are drawn inside the box: 6 says that the dataset is whole with rejections.
    assert result.returncode in (0, 6), (result.returncode, result.stderr)
    return json.loads(result.stdout)


def kill_runs(count, seed, scratch, verb="generate", say=print):
    """`count` kills of the verb; returns how many datasets were finished."""
    rng = random.Random(seed)
    scenario = scratch / "kills.textproto"
    scenario.write_text(SCENARIO)
    make, source = command, scenario
    if verb == "replay":
        run_to_the_end(command(scenario, scratch / "parent"))
        make, source = replay_command, scratch / "parent"
    started = time.time()
    run_to_the_end(make(source, scratch / "reference"))
    typical_s = time.time() - started
    reference = contents(scratch / "reference")
    kills = datasets = 0
    while kills < count:
        folder = scratch / f"set{datasets}"
        while True:
            finished = finished_episodes(folder)
            process = subprocess.Popen(make(source, folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if kills < count:
                try:
                    process.wait(timeout=rng.uniform(0, 1.2 * typical_s))
                except subprocess.TimeoutExpired:
                    process.kill()
            out, errors = process.communicate()
            if process.returncode == -9:
                kills += 1
                check_no_torn_file(contents(folder) if folder.exists() else {}, reference)
                assert finished_episodes(folder) >= finished, f"seed {seed}, kill {kills}: finished episodes were lost"
                if kills % 100 == 0:
                    say(f"{kills} kills, {datasets} datasets whole", flush=True)
                continue
            assert process.returncode in (0, 6), (process.returncode, errors)
            summary = json.loads(out)
            assert summary["episodes_found"] == finished, f"seed {seed}, kill {kills}: {summary}, finished {finished}"
            break
        assert contents(folder) == reference, f"seed {seed}, kill {kills}: the dataset differs from an undisturbed one"
        datasets += 1
        for name in sorted(folder.rglob("*"), reverse=True):
            name.unlink() if name.is_file() else name.rmdir()
    return datasets


def main():
    parser = argparse.ArgumentParser(description="Kill diorama at random moments.")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verb", choices=["generate", "replay"], default="generate")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        datasets = kill_runs(arguments.count, arguments.seed, pathlib.Path(scratch), arguments.verb)
    print(f"{arguments.count} kills of {arguments.verb}, {datasets} datasets whole: 0 episodes lost, 0 torn files, 0 leftovers, all bytes equal")


if __name__ == "__main__":
    main()
