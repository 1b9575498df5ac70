"""Kill -9 while editing: the next start offers the changes, and none that was done before the kill is lost."""

import signal
import subprocess

import pytest

from run_script import EDITOR, environment, run_editor

EDITS = 400
SAVED = '# A comment that stays.\nname: "kept"\nbody { name: "floor" motion: STATIC shape { plane {} } }\n'


def edit_and_kill(folder, arguments, after):
    """Adds bodies one by one and kills the editor when `after` of them are there; the paths of those that it had reported."""
    script = folder / "edit.uiscript"
    script.write_text("action add.body.sphere\nprint Inspector/Title\n" * EDITS)
    with subprocess.Popen([EDITOR, *arguments, "--headless", "--test-mode", "--script", str(script)], cwd=folder, env=environment(folder),
                          stdout=subprocess.PIPE, text=True) as process:
        seen = []
        for line in process.stdout:
            seen.append(line.rstrip("\n").split("\t")[2])
            if len(seen) == after:
                process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert after <= len(seen) < EDITS
    return seen


def reopen(folder, script, *arguments):
    (folder / "reopen.uiscript").write_text(script)
    done = run_editor(folder, *arguments, "--headless", "--test-mode", "--script", "reopen.uiscript")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("after", [1, 12])
@pytest.mark.parametrize("named", [True, False])
def test_changes_survive_a_kill(tmp_path, named, after):
    file = tmp_path / "kept.textproto"
    file.write_text(SAVED)
    arguments = [str(file)] if named else []
    seen = edit_and_kill(tmp_path, arguments, after)
    assert file.read_text() == SAVED

    checks = "".join(f"expect field {path}.shape[0].sphere.radius_m = 0.1\n" for path in seen)
    title = "kept.textproto *" if named else "untitled *"
    reopen(tmp_path, f'expect Recovery/1/Recover exists\nexpect Recovery/2/Recover missing\nscreenshot recovery.png\nclick Recovery/1/Recover\n'
           f'expect title contains "{title}"\n{checks}'
           # One can go back past the kill, to the document as it was opened.
           f'action_until edit.undo action edit.undo disabled\nexpect Scene/{seen[0]} missing\n'
           f'action_until edit.redo action edit.redo disabled\n'
           f'action file.save_as\nset "Save as/Name" recovered\nexpect title = "recovered.textproto - diorama"\n')
    recovered = (tmp_path / "recovered.textproto").read_text()
    for path in seen:
        assert f'name: "{path[len("body["):-1]}"' in recovered
    if named:
        assert recovered.startswith(SAVED)
    # Saved, it is not offered again; and a script that ends leaves nothing to recover.
    reopen(tmp_path, "expect Recovery/1/Recover missing\naction add.body.box\n")
    reopen(tmp_path, "expect Recovery/1/Recover missing\n")


def test_a_recovery_can_wait_and_can_be_discarded(tmp_path):
    edit_and_kill(tmp_path, [], 3)
    reopen(tmp_path, "expect Recovery/1/Recover exists\nclick Recovery/Later\nexpect title = \"untitled - diorama\"\n")
    reopen(tmp_path, "expect Recovery/1/Recover exists\nclick Recovery/1/Discard\nexpect Recovery/1/Recover missing\n")
    reopen(tmp_path, "expect Recovery/1/Recover missing\n")
