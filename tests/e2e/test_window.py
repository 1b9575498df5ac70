"""The window on a display of its own: start, resize, keys, a click, a dropped file, rest, and the way out."""

import os
import subprocess
import time

from run_script import EDITOR, ROOT, environment, run_editor
from x_display import Screen, until, x_server

# An idle editor may use so much of one core.
IDLE_SHARE = 0.10
IDLE_S = 3.0


def place_of(folder, widget, *actions):
    """The middle of a widget in a picture without a window, which the window's is the same as."""
    (folder / "place.uiscript").write_text("".join(f"action {action}\n" for action in actions) + f"print {widget}\n")
    done = run_editor(folder, "--headless", "--test-mode", "--size", "1000x700", "--script", "place.uiscript")
    assert done.returncode == 0, done.stderr
    left, top, right, bottom = map(int, done.stdout.split("\t")[1].split())
    return (left + right) // 2, (top + bottom) // 2


def cpu_s(pid):
    """Seconds that all its threads have computed."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_window_starts_resizes_takes_input_and_files_rests_and_closes(tmp_path):
    (tmp_path / "picture").mkdir()
    undo = place_of(tmp_path / "picture", "Toolbar/Undo", "add.body.box")
    with x_server(1600, 1000) as name:
        with subprocess.Popen([EDITOR, "--test-mode", "--size", "1000x700"], cwd=tmp_path, env=dict(environment(tmp_path), DISPLAY=name),
                              stderr=subprocess.PIPE, text=True) as editor:
            try:
                screen = Screen(name)
                window = screen.window("untitled - diorama")
                until(lambda: screen.num_colors(window, 0, 0, 1000, 700) > 20, "the first picture")

                # What lies beyond the old size is drawn, after growing as after shrinking and growing.
                for width, height in ((1500, 900), (700, 500), (1400, 950)):
                    screen.xdotool("windowsize", window.id, width, height)
                    until(lambda: (window.get_geometry().width, window.get_geometry().height) == (width, height), "the new size")
                    until(lambda: screen.num_colors(window, width - 80, 0, 80, height) > 3, "a picture of the new size")

                # Keys: the palette opens, finds an action by what is typed, and runs it.
                screen.xdotool("windowfocus", "--sync", window.id)
                middle = (500, 100, 400, 400)
                for words in (("key", "ctrl+shift+p"), ("type", "add box")):
                    before = screen.pixels(window, *middle)
                    screen.xdotool(*words)
                    until(lambda: screen.pixels(window, *middle) != before, f"a change by {words}")
                screen.xdotool("key", "Return")
                screen.wait_for_title(window, "untitled * - diorama")

                # A click.
                screen.xdotool("mousemove", "--window", window.id, *undo)
                screen.xdotool("click", 1)
                screen.wait_for_title(window, "untitled - diorama")

                screen.drop(window, ROOT / "scenes/library/dominoes.textproto", 600, 400)
                screen.wait_for_title(window, "dominoes.textproto - diorama")

                # It rests once its pictures are drawn.
                def share():
                    before = cpu_s(editor.pid)
                    time.sleep(IDLE_S)
                    return (cpu_s(editor.pid) - before) / IDLE_S
                until(lambda: share() < IDLE_SHARE, f"less than {IDLE_SHARE:.0%} of a core when idle")

                screen.ask_to_close(window)
                assert editor.wait(timeout=60) == 0, editor.stderr.read()
                assert editor.stderr.read() == ""
            finally:
                editor.kill()
