"""What the crash tests share: running a program with a fault in it, and looking at what it left."""

import json
import os
import pathlib
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("DIORAMA_BUILD", ROOT / "build/release"))
PROGRAM = BUILD / "bin/diorama"
WRITER = BUILD / "bin/crash_writer"
INJECTOR = BUILD / "bin/libfault_injector.so"
FINAL_NAMES = (".h5", ".json")


def contents(folder):
    """Every file below a folder by relative name, with its bytes."""
    folder = pathlib.Path(folder)
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def run_writer(folder, episodes, per_shard, at=0, kind="", log=None):
    """crash_writer with one fault; returns (exit code, episodes done, stderr)."""
    env = dict(os.environ, LD_PRELOAD=str(INJECTOR), DIORAMA_FAULT_FOLDER=str(folder), DIORAMA_FAULT_AT=str(at),
               DIORAMA_FAULT_KIND=kind)
    if log:
        env["DIORAMA_FAULT_LOG"] = str(log)
    result = subprocess.run([WRITER, folder, str(episodes), str(per_shard)], capture_output=True, text=True, env=env, timeout=60)
    done = [int(line.split()[1]) for line in result.stdout.splitlines() if line.startswith("done")]
    return result.returncode, done, result.stderr


def check_no_torn_file(found, reference):
    """A file under a final name is the whole one, whatever happened."""
    for name, data in found.items():
        if name.endswith(FINAL_NAMES):
            assert data == reference[name], f"{name} is torn"


def journalled_episodes(path):
    """Whole records in a journal, as its format page says; used to know what must not be lost."""
    data = pathlib.Path(path).read_bytes()
    if len(data) < 40 or data[:8] != b"DIORJRNL":
        return 0
    at = 40 + struct.unpack_from("<Q", data, 16)[0]
    count = 0
    while at + 40 <= len(data):
        mark, _, _, size = struct.unpack_from("<IIqQ", data, at)
        if mark != 0x4345524A or at + 40 + size > len(data):
            break
        at += 40 + size
        count += 1
    return count


def finished_episodes(folder):
    """Episodes that a run must find again: those of whole shards and those in journals of the others."""
    shards = pathlib.Path(folder) / "shards"
    count = 0
    stems = {p.name[:6] for p in shards.glob("*") if p.name[:6].isdigit()}
    for stem in stems:
        if (shards / f"{stem}.h5").exists():
            summary = json.loads((shards / f"{stem}.json").read_text())
            count += len(summary["episodes"]) + len(summary["rejected"])
        elif (shards / f"{stem}.journal").exists():
            count += journalled_episodes(shards / f"{stem}.journal")
    return count
