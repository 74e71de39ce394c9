"""The program's window as the desktop sees it: asks it to close, as a window manager's button does."""

import ctypes
import ctypes.util


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent of Xlib."""

    _fields_ = [
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong), ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5), ("room", ctypes.c_long * 24),
    ]  # fmt: skip


class Desktop:
    """A connection to the X server of a test."""

    def __init__(self, display):
        self.x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XDefaultRootWindow.restype = ctypes.c_ulong
        self.x.XInternAtom.restype = ctypes.c_ulong
        self.server = ctypes.c_void_p(self.x.XOpenDisplay(display.encode()))
        if not self.server:
            raise OSError(f"no X server at {display}")

    def windows(self, title):
        """All windows of that title."""
        return [window for window in self.below(self.x.XDefaultRootWindow(self.server)) if self.title(window) == title]

    def below(self, window):
        """All windows inside this one."""
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        self.x.XQueryTree(
            self.server, ctypes.c_ulong(window), ctypes.byref(root), ctypes.byref(parent), ctypes.byref(children),
            ctypes.byref(count),
        )  # fmt: skip
        found = [children[index] for index in range(count.value)]
        if count.value:
            self.x.XFree(children)
        return found + [deeper for child in found for deeper in self.below(child)]

    def title(self, window):
        """A window's title."""
        name = ctypes.c_char_p()
        self.x.XFetchName(self.server, ctypes.c_ulong(window), ctypes.byref(name))
        return (name.value or b"").decode("utf-8", "replace")

    def ask_to_close(self, title):
        """WM_DELETE_WINDOW to every window of that title; returns how many there are."""
        atom = lambda name: self.x.XInternAtom(self.server, name, 0)  # noqa: E731
        windows = self.windows(title)
        for window in windows:
            message = ClientMessage(type=33, window=window, message_type=atom(b"WM_PROTOCOLS"), format=32)
            message.data[0] = atom(b"WM_DELETE_WINDOW")
            self.x.XSendEvent(self.server, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
        self.x.XSync(self.server, 0)
        return len(windows)
