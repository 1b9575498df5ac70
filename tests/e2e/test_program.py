"""The editor's command line: exit codes and messages."""

import subprocess
import time

import pytest

from run_script import EDITOR, PROGRAM, ROOT, environment
from run_script import run_editor as run


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


def test_own_layouts_survive_a_restart(tmp_path):
    (tmp_path / "a.uiscript").write_text("action view.preset.Simulate\naction view.panel.Problems\naction view.layouts\n"
                                         "set \"Own layouts/Name\" \"my desk\"\nclick \"Own layouts/Save\"\naction view.preset.Dataset\n"
                                         "expect \"Layout/Tab Cameras\" missing\nscreenshot other.png\n")
    (tmp_path / "b.uiscript").write_text("action view.preset.Dataset\naction view.layout.1\nexpect \"Layout/Tab Cameras\" = front\n"
                                         "expect \"Layout/Tab Problems\" = front\naction view.layouts\nset \"Own layouts/Name\" Author\n"
                                         "expect \"Own layouts/Save\" disabled\nscreenshot layouts.png\n"
                                         "click \"Own layouts/my desk/Delete\"\nexpect \"Own layouts/my desk/Use\" missing\n")
    (tmp_path / "c.uiscript").write_text("action view.layouts\nexpect \"Own layouts/Note\" contains None\n")
    for script in ("a", "b", "c"):
        done = run(tmp_path, "--headless", "--script", f"{script}.uiscript")
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file, name", [(ROOT / "assets/meshes/gem.obj", "gem"),
                                        ("/usr/share/mujoco/model/humanoid/humanoid.xml", "humanoid")])
def test_a_mesh_or_a_model_begins_a_scenario(tmp_path, file, name):
    (tmp_path / "s.uiscript").write_text(f'expect title = "untitled * - diorama"\nexpect field name = {name}\n'
                                         'wait_until Viewport/State = ready\naction sim.step\nwait_until Transport/Steps contains "1 at"\n'
                                         'action edit.undo\nexpect Viewport/State = empty\n')
    done = run(tmp_path, str(file), "--headless", "--test-mode", "--script", "s.uiscript")
    assert done.returncode == 0, done.stderr


def await_file(path, process):
    for _ in range(600):
        if path.exists() or process.poll() is not None:
            break
        time.sleep(0.1)
    assert path.exists(), process.communicate()[1]


def replace(path, text):
    """As programs save: a new file under the old name."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").rename(path)


def tetrahedron(size):
    return (f"v 0 0 0\nv {size} 0 0\nv 0 {size} 0\nv 0 0 {size}\n"
            "f 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n")


def test_a_file_that_changes_on_disk_is_followed_and_a_broken_one_keeps_the_last_scene(tmp_path):
    (tmp_path / "rock.obj").write_text(tetrahedron(1))
    (tmp_path / "s.textproto").write_text(
        'body { name: "rock" position_m { z: 1 } shape { mesh { file: "rock.obj" } } }\n'
        'camera { name: "main" fixed { position_m { x: 4 z: 1 } look_at_m { z: 1 } } }\n')
    # A tetrahedron of edges s has s^3 / 6 m^3, of 1000 kg/m^3.
    (tmp_path / "s.uiscript").write_text(
        "wait_until Viewport/State = ready\nclick Scene/body[rock]\nwait_until Inspector/mass_kg = \"166.7 kg\"\nscreenshot 1.png\n"
        "wait_until Inspector/mass_kg = \"1333 kg\"\nexpect title = \"s.textproto - diorama\"\n"
        "wait_until Status/Message contains \"rock.obj has changed on disk\"\nscreenshot 2.png\n"
        "wait_until Problems/Count contains \"1 error\"\nexpect \"Problems/Message 0\" contains rock.obj\n"
        "wait_until Viewport/State contains rock.obj\nwait 10\nscreenshot 3.png\n"
        "wait_until Problems/Count contains \"0 errors\"\nwait_until Viewport/State = ready\nwait_until Inspector/mass_kg = \"166.7 kg\"\n")
    with subprocess.Popen([EDITOR, "s.textproto", "--headless", "--test-mode", "--script", "s.uiscript"], cwd=tmp_path,
                          env=environment(tmp_path), stderr=subprocess.PIPE, text=True) as editor:
        for picture, content in ((1, tetrahedron(2)), (2, "no mesh"), (3, tetrahedron(1))):
            await_file(tmp_path / f"{picture}.png", editor)
            replace(tmp_path / "rock.obj", content)
        _, errors = editor.communicate(timeout=120)
    assert editor.returncode == 0, errors


def test_a_scenario_that_another_program_wrote_is_not_written_over_unasked(tmp_path):
    scenario = tmp_path / "s.textproto"
    scenario.write_text('name: "first"\n')
    (tmp_path / "s.uiscript").write_text(
        "action add.body.box\nscreenshot 1.png\nwait_until Status/Message contains \"changed by another program\"\n"
        "action file.save\nclick \"Changed on disk/Cancel\"\nexpect title = \"s.textproto * - diorama\"\n"
        "action file.save\nscreenshot asked.png\nclick \"Changed on disk/Replace\"\nexpect title = \"s.textproto - diorama\"\n"
        "screenshot 2.png\nwait_until Status/Message contains \"changed by another program\"\naction add.body.box\naction file.save\n"
        "click \"Changed on disk/Reload\"\nexpect field name = third\nexpect title = \"s.textproto - diorama\"\n")
    with subprocess.Popen([EDITOR, "s.textproto", "--headless", "--test-mode", "--script", "s.uiscript"], cwd=tmp_path,
                          env=environment(tmp_path), stderr=subprocess.PIPE, text=True) as editor:
        await_file(tmp_path / "1.png", editor)
        replace(scenario, 'name: "second"\n')
        await_file(tmp_path / "2.png", editor)
        assert 'name: "first"' in scenario.read_text() and 'name: "box"' in scenario.read_text()
        replace(scenario, 'name: "third"\n')
        _, errors = editor.communicate(timeout=120)
    assert editor.returncode == 0, errors


def test_diorama_edit_starts_it(tmp_path):
    done = subprocess.run([PROGRAM, "edit", "none.textproto", "--headless", "--screenshot", "a.png"], cwd=tmp_path,
                          env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("diorama-editor: ") and "none.textproto" in done.stderr
