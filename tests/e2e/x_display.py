"""An X server of its own, its windows, and a source to drag files from. Everything waits for what it wants to see, never for a time."""

import contextlib
import os
import select
import subprocess
import time

from Xlib import X, display
from Xlib.error import XError
from Xlib.protocol import event

LIMIT_S = 60.0


def until(condition, what):
    """The first true value of condition()."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {LIMIT_S:.0f} s for {what}")


@contextlib.contextmanager
def x_server(width_px, height_px):
    """The name of the display of a fresh Xvfb."""
    read_end, write_end = os.pipe()
    with subprocess.Popen(["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{width_px}x{height_px}x24", "-nolisten", "tcp", "-noreset"],
                          pass_fds=[write_end], stderr=subprocess.DEVNULL) as server:
        os.close(write_end)
        try:
            with os.fdopen(read_end) as numbers:
                number = numbers.readline().strip()  # Written when the server is ready.
            assert number, "Xvfb did not start"
            yield f":{number}"
        finally:
            server.terminate()


class Screen:
    """What is to be seen and done on a display."""

    def __init__(self, name):
        self.name = name
        self.display = display.Display(name)
        self.root = self.display.screen().root

    def atom(self, name):
        return self.display.intern_atom(name)

    def title(self, window):
        try:
            found = window.get_full_property(self.atom("_NET_WM_NAME"), X.AnyPropertyType)
            return found.value.decode() if found else ""
        except XError:
            return ""  # It went away.

    def window(self, title):
        """The mapped window of this title; waits for it."""
        def find():
            for window in self.root.query_tree().children:
                with contextlib.suppress(XError):
                    if self.title(window) == title and window.get_attributes().map_state == X.IsViewable:
                        return window
            return None
        return until(find, f"a window called '{title}'")

    def wait_for_title(self, window, title):
        until(lambda: self.title(window) == title, f"the title '{title}', last seen: '{self.title(window)}'")

    def pixels(self, window, left, top, width, height):
        """A part of what it shows, as 4 bytes for each pixel."""
        return bytes(window.get_image(left, top, width, height, X.ZPixmap, 0xFFFFFFFF).data)

    def num_colors(self, window, *part):
        data = self.pixels(window, *part)
        return len({data[i:i + 4] for i in range(0, len(data), 4)})

    def xdotool(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=dict(os.environ, DISPLAY=self.name), check=True)

    def ask_to_close(self, window):
        """As the button in a window's frame does."""
        window.send_event(event.ClientMessage(window=window, client_type=self.atom("WM_PROTOCOLS"),
                                              data=(32, [self.atom("WM_DELETE_WINDOW"), X.CurrentTime, 0, 0, 0])))
        self.display.flush()

    def drop(self, window, path, x, y):
        """Drags a file from a window of ours and lets go over `window`: the XDND protocol, version 5."""
        source = self.root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        uris, selection, copy = self.atom("text/uri-list"), self.atom("XdndSelection"), self.atom("XdndActionCopy")
        source.set_selection_owner(selection, X.CurrentTime)

        def tell(message, *numbers):
            data = [source.id, *numbers] + [0] * (4 - len(numbers))
            window.send_event(event.ClientMessage(window=window, client_type=self.atom(message), data=(32, data)))
            self.display.flush()

        def answer(message):
            """Serves requests for the file's name until the message comes."""
            end = time.monotonic() + LIMIT_S
            while time.monotonic() < end:
                if not self.display.pending_events():
                    select.select([self.display.fileno()], [], [], 0.1)
                    continue
                got = self.display.next_event()
                if got.type == X.SelectionRequest and got.target == uris:
                    got.requestor.change_property(got.property, uris, 8, f"file://{path}\r\n".encode())
                    got.requestor.send_event(event.SelectionNotify(time=got.time, requestor=got.requestor, selection=got.selection,
                                                                   target=got.target, property=got.property))
                    self.display.flush()
                elif got.type == X.ClientMessage and got.client_type == self.atom(message):
                    return got.data[1]
            raise AssertionError(f"no {message} from the window")

        tell("XdndEnter", 5 << 24, uris)
        tell("XdndPosition", 0, x << 16 | y, X.CurrentTime, copy)
        assert answer("XdndStatus")[1] & 1, "the window takes no files"
        tell("XdndDrop", 0, X.CurrentTime)
        answer("XdndFinished")
        source.destroy()
        self.display.flush()
