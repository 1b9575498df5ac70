"""The editor's command line: exit codes and messages."""

import os
import pathlib
import subprocess

import pytest

from run_script import environment

EDITOR = os.environ["DIORAMA_EDITOR"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(folder, *arguments, **variables):
    env = dict(environment(folder), **variables)
    return subprocess.run([EDITOR, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_help_names_every_option(tmp_path):
    done = run(tmp_path, "--help")
    assert done.returncode == 0
    for option in ("--headless", "--screenshot", "--script", "--size", "--test-mode"):
        assert option in done.stdout


def test_a_picture_without_a_display(tmp_path):
    done = run(tmp_path, str(ROOT / "scenes/library/ramp_slide.textproto"), "--headless", "--screenshot", "out.png", "--size", "640x480")
    assert done.returncode == 0, done.stderr
    head = (tmp_path / "out.png").read_bytes()[:24]
    assert head[1:4] == b"PNG"
    assert int.from_bytes(head[16:20], "big") == 640 and int.from_bytes(head[20:24], "big") == 480


@pytest.mark.parametrize("arguments, code, words", [
    (["--headles"], 2, "did you mean '--headless'"),
    (["--headless"], 2, "--screenshot PNG or --script FILE"),
    ([], 5, "no display"),
    (["no_such.textproto", "--headless", "--screenshot", "x.png"], 3, "no_such.textproto"),
    (["--headless", "--script", "no_such.uiscript"], 3, "no_such.uiscript"),
    (["--headless", "--screenshot", "no/such/folder/x.png"], 4, "x.png"),
    (["--headless", "--screenshot", "x.png", "--device", "banana"], 5, "banana"),
    (["--headless", "--screenshot", "x.png", "--preset", "Nothing"], 3, "Author"),
])
def test_each_failure_has_its_code_and_says_what_to_do(tmp_path, arguments, code, words):
    done = run(tmp_path, *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr


def test_no_driver(tmp_path):
    done = run(tmp_path, "--headless", "--screenshot", "x.png", VK_ICD_FILENAMES="/none.json", VK_DRIVER_FILES="/none.json")
    assert done.returncode == 5
    assert "mesa-vulkan-drivers" in done.stderr


@pytest.mark.parametrize("script, code, words", [
    ("click Nothing/There\n", 1, "s.uiscript:1: no widget 'Nothing/There'"),
    ("# one\nexpect title = Wrong\n", 1, "s.uiscript:2: expected 'title = Wrong', but it is 'untitled - diorama'"),
    ("clik A\n", 3, "did you mean 'click'"),
    ("click \"A\n", 3, "a quote is missing"),
    ("click\n", 3, "click WIDGET"),
    ("action file.sav\n", 3, "did you mean 'file.save'"),
    ("click Toolbar/Undo\n", 1, "there is nothing to take back"),
])
def test_scripts_fail_with_file_and_line(tmp_path, script, code, words):
    (tmp_path / "s.uiscript").write_text(script)
    done = run(tmp_path, "--headless", "--test-mode", "--script", "s.uiscript")
    assert done.returncode == code, done.stderr
    assert words in done.stderr


def test_settings_are_kept(tmp_path):
    (tmp_path / "s.uiscript").write_text("action view.theme\naction view.panel.Shortcuts\nclick Shortcuts/view.theme/Keys\n"
                                         "set Shortcuts/Chord Ctrl+T\nclick Shortcuts/Set\n")
    assert run(tmp_path, "--headless", "--script", "s.uiscript").returncode == 0
    text = (tmp_path / "config/diorama/editor/settings.txt").read_text()
    assert "theme = light" in text
    assert "shortcut.view.theme = Ctrl+T" in text


def test_diorama_edit_starts_it(tmp_path):
    done = subprocess.run([os.environ["DIORAMA_PROGRAM"], "edit", "none.textproto", "--headless", "--screenshot", "a.png"], cwd=tmp_path,
                          env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("diorama-editor: ") and "none.textproto" in done.stderr
