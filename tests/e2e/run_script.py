"""Runs one script of the editor headless in an empty folder of its own: run_script.py EDITOR SCRIPT FOLDER [MODE].

MODE is --test-mode, so that pictures are the same everywhere, unless it is "as_user": real fonts, settings and times.

The folder gets a copy of the bundled scenarios as `scenes/library`, so that scripts may save. Pictures that a script takes stay there.
"""

import glob
import os
import pathlib
import resource
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# For tests that pytest runs; CMakeLists.txt names both.
EDITOR = os.environ.get("DIORAMA_EDITOR", "")
PROGRAM = os.environ.get("DIORAMA_PROGRAM", "")


def environment(folder: pathlib.Path) -> dict[str, str]:
    """Validation on, the CPU's driver, and no files of the user's."""
    found = dict(os.environ, DIORAMA_VALIDATION="1", XDG_CONFIG_HOME=str(folder / "config"), XDG_STATE_HOME=str(folder / "state"),
                 XDG_CACHE_HOME=str(folder / "cache"), XDG_RUNTIME_DIR=str(folder))
    found.pop("DISPLAY", None)
    drivers = glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json")
    if drivers:
        found["VK_ICD_FILENAMES"] = drivers[0]
    return found


def run_editor(folder: pathlib.Path, *arguments, file_limit: int | None = None, **variables) -> subprocess.CompletedProcess:
    """The editor in a folder, with what else stands in the environment; no file that it writes can grow beyond the limit, bytes."""
    limit = file_limit and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit)))
    return subprocess.run([EDITOR, *map(str, arguments)], cwd=folder, env=dict(environment(folder), **variables), capture_output=True, text=True,
                          timeout=300, check=False, preexec_fn=limit)


def main() -> int:
    editor, script, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "scenes" / "library", folder / "scenes" / "library")
    (folder / "assets").symlink_to(ROOT / "assets")
    mode = [] if sys.argv[4:] == ["as_user"] else ["--test-mode"]
    done = subprocess.run([editor, "--headless", *mode, "--script", str(script)], cwd=folder, env=environment(folder), check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
