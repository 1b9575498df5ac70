"""What can go wrong around the editor: each time a clear message, the right exit code, and the document is not lost.

Tests may run as root, whom no permission stops: nobody can make a file in /proc, nor a folder under a file.
"""

import pytest

from run_script import ROOT, run_editor

PICTURE = ("--headless", "--screenshot", "x.png")


@pytest.mark.parametrize("name, content, words", [
    ("broken.textproto", 'name: "a"\nbody { name: "b"\n  shap { }\n}\n', "broken.textproto:3"),
    ("cut.textproto", 'body { name: "b"', "cut.textproto:1"),
    ("noise.textproto", bytes(range(256)) * 8, "noise.textproto"),
    ("noise.h5", bytes(range(256)) * 8, "noise.h5"),
    ("folder", None, "dataset.json"),
    ("broken.xml", "<mujoco><worldbody><body><geom type='cube'/></body></worldbody></mujoco>", "cube"),
    ("broken.obj", "v 0 0 0\nf 1 2 3\n", "broken.obj"),
    ("robot.urdf", "<robot name='r'/>", "MJCF"),
])
def test_a_file_that_cannot_be_read_is_named_with_its_fault(tmp_path, name, content, words):
    path = tmp_path / name
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    done = run_editor(tmp_path, name, *PICTURE)
    assert done.returncode == 3, done.stderr
    assert words in done.stderr
    if content is not None:
        assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)


def test_a_file_without_a_scene_is_shown_and_told(tmp_path):
    (tmp_path / "lost.textproto").write_text('body { name: "b" shape { mesh { file: "gone.obj" } } }\n')
    done = run_editor(tmp_path, "lost.textproto", *PICTURE)
    assert done.returncode == 3
    assert "lost.textproto" in done.stderr and "gone.obj" in done.stderr
    assert (tmp_path / "x.png").exists()


def test_a_file_that_the_system_does_not_give_is_named(tmp_path):
    done = run_editor(tmp_path, "/proc/self/mem", *PICTURE)
    assert done.returncode == 3
    assert "/proc/self/mem" in done.stderr


def test_a_file_that_cannot_be_opened_leaves_the_document(tmp_path):
    (tmp_path / "broken.textproto").write_text("body {")
    (tmp_path / "s.uiscript").write_text('action add.body.box\ndrop broken.textproto\nexpect "Unsaved changes/Discard" exists\n'
                                         'click "Unsaved changes/Discard"\nexpect Status/Message contains broken.textproto:1\n'
                                         'expect title = "untitled * - diorama"\nexpect field body[box].motion = DYNAMIC\n')
    done = run_editor(tmp_path, "--headless", "--test-mode", "--script", "s.uiscript")
    assert done.returncode == 0, done.stderr


def test_where_nothing_can_be_written_the_document_stays_and_says_so(tmp_path):
    (tmp_path / "s.uiscript").write_text(
        # A folder that takes no files.
        'action add.body.box\naction file.save_as\nset "Save as/Name" /proc/scene.textproto\n'
        'expect Status/Message contains "/proc/scene.textproto: cannot be written"\nexpect Status/Message contains "another folder"\n'
        'expect title = "untitled * - diorama"\nscreenshot cannot_save.png\n'
        # A name under a file.
        'action file.save_as\nset "Save as/Name" s.uiscript/scene.textproto\nexpect "Save as/Save" disabled\nclick "Save as/Cancel"\n'
        # Leaving asks; as long as it cannot be saved nobody leaves.
        'key Ctrl+Q\nclick "Unsaved changes/Save"\nset "Save as/Name" /proc/scene.textproto\nexpect title = "untitled * - diorama"\n'
        'expect field body[box].motion = DYNAMIC\n'
        'key Ctrl+Q\nclick "Unsaved changes/Save"\nset "Save as/Name" rescued\n')
    done = run_editor(tmp_path, "--headless", "--test-mode", "--script", "s.uiscript")
    assert done.returncode == 0, done.stderr
    assert 'name: "box"' in (tmp_path / "rescued.textproto").read_text()


def test_a_save_that_fails_half_way_leaves_the_file_and_the_changes(tmp_path):
    # As on a full disk: files of this process end at 2 kB.
    text = "# " + "x" * 3000 + '\nname: "scene"\n'
    (tmp_path / "work").mkdir()
    (tmp_path / "work/scene.textproto").write_text(text)
    (tmp_path / "s.uiscript").write_text('action add.body.box\naction file.save\nexpect Status/Message contains "cannot be written"\n'
                                         'expect Status/Message contains "the file is as it was"\nexpect title = "scene.textproto * - diorama"\n'
                                         'expect field body[box].motion = DYNAMIC\nexpect action file.save enabled\n')
    done = run_editor(tmp_path, "work/scene.textproto", "--headless", "--test-mode", "--script", "s.uiscript", file_limit=2048)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "work/scene.textproto").read_text() == text
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["scene.textproto"]


def test_without_a_place_for_journals_the_log_warns(tmp_path):
    (tmp_path / "s.uiscript").write_text('action add.body.box\nwait 3\naction view.panel.Log\nwait 3\nscreenshot log.png\n'
                                         'expect Status/Message contains "cannot be protected against a crash"\n'
                                         'expect Status/Message contains XDG_STATE_HOME\n')
    done = run_editor(tmp_path, "--headless", "--test-mode", "--script", "s.uiscript", XDG_STATE_HOME="/proc/state")
    assert done.returncode == 0, done.stderr


def test_settings_that_cannot_be_kept_are_told(tmp_path):
    (tmp_path / "s.uiscript").write_text("action view.theme\n")
    done = run_editor(tmp_path, "--headless", "--script", "s.uiscript", XDG_CONFIG_HOME="/proc/config")
    assert done.returncode == 0
    assert "/proc/config/diorama/editor/settings.txt" in done.stderr


def test_a_dataset_that_cannot_be_written_fails_and_says_so(tmp_path):
    scene = (ROOT / "scenes/library/falling_stack.textproto").read_text()
    (tmp_path / "scene.textproto").write_text(scene)
    (tmp_path / "s.uiscript").write_text("action view.preset.Dataset\nopen scene.textproto\nset Generate/Folder /proc/out\nset Generate/Episodes 1\n"
                                         'click Generate/Generate\nwait_until Generate/State contains "failed: "\n'
                                         'expect Generate/State contains /proc/out\nscreenshot failed.png\n')
    done = run_editor(tmp_path, "--headless", "--test-mode", "--script", "s.uiscript")
    assert done.returncode == 0, done.stderr


def test_a_device_that_is_not_there(tmp_path):
    done = run_editor(tmp_path, *PICTURE, "--device", "9")
    assert done.returncode == 5
    assert "llvmpipe" in done.stderr


def test_a_display_that_does_not_answer(tmp_path):
    done = run_editor(tmp_path, DISPLAY=":4711")
    assert done.returncode == 5
    assert "display" in done.stderr and "--headless" in done.stderr
