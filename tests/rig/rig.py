"""A real X server with a real pen and a real touch screen, without hardware.

Starts Xorg with a screen in memory and two devices of the input driver "inputtest", which take their events from unix
sockets. What a program on that display gets is what a tablet's kernel would give it, through the whole input stack.
(WebDriver's pointer actions cannot do this: they reach the page as a mouse.)

    with Rig() as rig:
        run(program, env={"DISPLAY": rig.display})
        rig.touch_stroke([(100, 300), (180, 260), (240, 320)])

Coordinates are pixels of the screen. Needs xserver-xorg-core and xserver-xorg-video-dummy; xinput to look at the
devices. The message layout is that of xf86-input-inputtest-protocol.h (package xserver-xorg-dev).
"""

import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

XORG = ("/usr/lib/xorg/Xorg", "/usr/bin/Xorg")
PEN, FINGER = "Rig Pen stylus", "Rig Touchscreen"
RANGE = 65535
FULL_PRESSURE = 1000
# Seconds between two events of a stroke: a touch screen that reports 125 times a second.
PACE = 0.008
PATIENCE = 15.0

CONFIGURATION = """
Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "AutoEnableDevices" "true"
  Option "AllowMouseOpenFail" "true"
  Option "DontVTSwitch" "true"
EndSection
Section "Device"
  Identifier "Rig Screen Memory"
  Driver "dummy"
  VideoRam 64000
EndSection
Section "Monitor"
  Identifier "Rig Monitor"
  HorizSync 5.0-1000.0
  VertRefresh 5.0-200.0
EndSection
Section "Screen"
  Identifier "Rig Screen"
  Device "Rig Screen Memory"
  Monitor "Rig Monitor"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Virtual {width} {height}
    Modes "{width}x{height}"
  EndSubSection
EndSection
Section "InputDevice"
  Identifier "{pen}"
  Driver "inputtest"
  Option "SocketPath" "{folder}/pen"
  Option "DeviceType" "PointerAbsolute"
  Option "PointerHasPressure" "true"
EndSection
Section "InputDevice"
  Identifier "{finger}"
  Driver "inputtest"
  Option "SocketPath" "{folder}/finger"
  Option "DeviceType" "Touch"
EndSection
Section "ServerLayout"
  Identifier "Rig"
  Screen "Rig Screen"
  InputDevice "{pen}" "SendCoreEvents"
  InputDevice "{finger}" "SendCoreEvents"
EndSection
"""


class RigError(Exception):
    """The X server or one of its devices did not do as asked."""


# Types of messages to the driver, and of its answers.
CLIENT_VERSION, WAIT_FOR_SYNC, MOTION, BUTTON, TOUCH = 0, 1, 2, 4, 6
SERVER_VERSION, SYNC_FINISHED = 0, 1
PROTOCOL = (1, 1)
TOUCH_BEGIN, TOUCH_UPDATE, TOUCH_END = 18, 19, 20  # XI_TouchBegin, ...
VALUATORS = 64


def valuators(values):
    """xf86ITValuatorData: count-independent mask and two arrays of 64 doubles, padded to multiples of 8."""
    mask = bytearray(VALUATORS // 8)
    numbers = [0.0] * VALUATORS
    for axis, value in values.items():
        mask[axis // 8] |= 1 << (axis % 8)
        numbers[axis] = float(value)
    return struct.pack("<I8s4x", 0, bytes(mask)) + struct.pack(f"<{2 * VALUATORS}d", *numbers, *numbers)


class Device:
    """One input device, spoken to over its socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError) as error:
                if time.monotonic() > deadline:
                    raise RigError(f"{path}: the device did not come up") from error
                time.sleep(0.02)
        self.send(CLIENT_VERSION, struct.pack("<HH", *PROTOCOL))
        self.expect(SERVER_VERSION)

    def send(self, kind, body):
        """Sends one message: length, type, body."""
        self.socket.sendall(struct.pack("<II", 8 + len(body), kind) + body)

    def expect(self, kind):
        """Reads one answer of this type."""
        length, got = struct.unpack("<II", self.read(8))
        self.read(length - 8)
        if got != kind:
            raise RigError(f"the driver answered {got} where {kind} was expected")

    def read(self, amount):
        """Exactly so many bytes."""
        data = b""
        while len(data) < amount:
            piece = self.socket.recv(amount - len(data))
            if not piece:
                raise RigError("the X server closed the device (see its log)")
            data += piece
        return data

    def sync(self):
        """Returns when the server has taken in everything sent so far."""
        self.send(WAIT_FOR_SYNC, b"")
        self.expect(SYNC_FINISHED)

    def motion(self, values):
        """Moves a pointer to absolute positions."""
        self.send(MOTION, struct.pack("<I4x", 1) + valuators(values))

    def button(self, number, down):
        """Presses or releases a button (the pen's tip is button 1)."""
        self.send(BUTTON, struct.pack("<iiI4x", 0, number, down) + valuators({}))

    def touch(self, finger, moment, values):
        """One event of one finger."""
        self.send(TOUCH, struct.pack("<II", finger, moment) + valuators(values))


class Rig:
    """The X server with its pen and its touch screen."""

    def __init__(self, width=1280, height=800):
        self.width, self.height = width, height
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fieldseal-rig-"))
        self.server = self.pen = self.finger = None
        self.display = None

    def start(self):
        """Starts the server on a free display; returns when both devices answer."""
        xorg = next((path for path in XORG if os.access(path, os.X_OK)), None) or shutil.which("Xorg")
        if not xorg:
            raise RigError("Xorg is missing: install xserver-xorg-core and xserver-xorg-video-dummy")
        configuration = self.folder / "xorg.conf"
        configuration.write_text(
            CONFIGURATION.format(width=self.width, height=self.height, folder=self.folder, pen=PEN, finger=FINGER)
        )
        reading, writing = os.pipe()
        command = [xorg, "-displayfd", str(writing), "-config", configuration, "-configdir", self.folder / "none"]
        command += ["-logfile", self.folder / "log", "-nolisten", "tcp", "-noreset", "-ac", "-novtswitch", "-sharevts"]
        with open(self.folder / "out", "wb") as out:
            self.server = subprocess.Popen(
                command, pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        os.close(writing)
        try:
            with os.fdopen(reading, "rb") as answer:
                number = answer.readline().strip().decode()
            if not number:
                raise RigError("the X server did not start:\n" + self.log_tail())
            self.display = f":{number}"
            self.pen = Device(self.folder / "pen")
            self.finger = Device(self.folder / "finger")
        except BaseException:
            self.stop()
            raise
        return self

    def log_tail(self):
        """The last complaints of the server."""
        texts = [path.read_text(errors="replace") for path in (self.folder / "log", self.folder / "out") if path.exists()]
        return "\n".join(line for text in texts for line in text.splitlines()[-15:])

    def stop(self):
        """Ends the server and removes its folder."""
        for device in (self.pen, self.finger):
            if device:
                device.socket.close()
        if self.server:
            self.server.send_signal(signal.SIGTERM)
            try:
                self.server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def place(self, x, y):
        """Axis values of a pixel's centre."""
        return {0: (x + 0.5) * RANGE / self.width, 1: (y + 0.5) * RANGE / self.height}

    def touch_stroke(self, points, finger=1, pace=PACE):
        """One finger: down at the first point, along the others, up at the last."""
        self.touch_down(points[0], finger)
        for point in points[1:]:
            time.sleep(pace)
            self.touch_move(point, finger)
        self.touch_up(points[-1], finger)
        self.finger.sync()

    def touch_down(self, point, finger=1):
        """Puts a finger down and leaves it there (for a second finger or a palm)."""
        self.finger.touch(finger, TOUCH_BEGIN, self.place(*point))
        self.finger.sync()

    def touch_move(self, point, finger=1):
        """Moves a finger that is down."""
        self.finger.touch(finger, TOUCH_UPDATE, self.place(*point))

    def touch_up(self, point, finger=1):
        """Lifts a finger."""
        self.finger.touch(finger, TOUCH_END, self.place(*point))
        self.finger.sync()

    def tap(self, point):
        """A short touch."""
        self.touch_stroke([point, point])

    def pen_stroke(self, points, pressures=None, pace=PACE):
        """The pen: hovers to the first point, tip down, along the others, up. Pressures run from 0 to 1."""
        pressures = pressures or [0.5] * len(points)
        self.pen.motion(self.place(*points[0]) | {4: 0})
        self.pen.button(1, True)
        for point, pressure in zip(points, pressures, strict=True):
            self.pen.motion(self.place(*point) | {4: pressure * FULL_PRESSURE})
            time.sleep(pace)
        self.pen.button(1, False)
        self.pen.motion(self.place(*points[-1]) | {4: 0})
        self.pen.sync()
