"""A small WebDriver client (W3C WebDriver, sections 8 to 17) that speaks HTTP to WebKitWebDriver.

It knows the protocol and nothing of our screens. Every call has a time limit, because the driver waits for ever when the
program it started does not come up.
"""

import base64
import http.client
import json
import pathlib
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
CALL_LIMIT = 30.0
KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Backspace": "\ue003", "Delete": "\ue017",
        "Left": "\ue012", "Up": "\ue013", "Right": "\ue014", "Down": "\ue015", "Home": "\ue011", "End": "\ue010",
        "Shift": "\ue008", "Control": "\ue009", "Alt": "\ue00a", "F5": "\ue035", "F11": "\ue03b", "F12": "\ue03c"}  # fmt: skip


class WebDriverError(Exception):
    """The driver answered with an error; `code` is its name in the standard ("no such element", ...)."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


class Unreachable(Exception):
    """The driver or the program behind it is gone or does not answer in time."""


def call(port, method, path, body=None, limit=CALL_LIMIT):
    """One call to the driver; returns the "value" of its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=limit)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read() or b"{}")
    except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
        raise Unreachable(f"{method} {path}: {error!r}") from error
    finally:
        connection.close()
    value = answer.get("value")
    if isinstance(value, dict) and "error" in value:
        raise WebDriverError(value["error"], value.get("message", ""))
    return value


class Page:
    """A WebDriver session: what the window shows, and what a person does to it.

    Elements are named by CSS selector each time, never kept: a screen drawn anew leaves no stale handles.
    """

    def __init__(self, port, program, arguments=(), patience=15.0):
        self.port = port
        self.patience = patience
        options = {"binary": str(program), "args": list(arguments)}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self.session = call(port, "POST", "/session", wanted)["sessionId"]
        self.ask("POST", "/timeouts", {"implicit": 0, "script": 20000, "pageLoad": 20000})

    def ask(self, method, path, body=None):
        """One call within this session."""
        return call(self.port, method, f"/session/{self.session}{path}", body)

    def close(self):
        """Ends the session; the driver then ends the program."""
        self.ask("DELETE", "")

    def until(self, question, what, timeout=None, pause=0.04):
        """Asks until the answer is true; errors of elements that come and go count as "not yet"."""
        deadline = time.monotonic() + (timeout or self.patience)
        reason = ""
        while True:
            try:
                if answer := question():
                    return answer
            except WebDriverError as error:
                if error.code in ("no such window", "invalid session id"):
                    raise
                reason = f" ({error})"
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {timeout or self.patience:g} s{reason}")
            time.sleep(pause)

    # what is there

    def elements(self, css):
        """Handles of all elements a selector meets now."""
        return [e[ELEMENT] for e in self.ask("POST", "/elements", {"using": "css selector", "value": css})]

    def count(self, css):
        """How many elements a selector meets now."""
        return len(self.elements(css))

    def find(self, css, timeout=None):
        """The handle of the first element a selector meets, waited for."""
        return self.until(lambda: self.elements(css), f"nothing meets {css!r}", timeout)[0]

    def wait_gone(self, css, timeout=None):
        """Waits until nothing meets the selector."""
        self.until(lambda: not self.elements(css), f"{css!r} is still there", timeout)

    def text(self, css="body", timeout=None):
        """The visible text of an element."""
        return self.until(lambda: [self.ask("GET", f"/element/{self.find(css)}/text")], f"text of {css!r}", timeout)[0]

    def wait_text(self, wanted, css="body", timeout=None):
        """Waits until an element's visible text contains this."""
        self.until(lambda: wanted in self.text(css), f"{wanted!r} is not in {css!r}", timeout)

    def value(self, css):
        """What stands in a field."""
        return self.ask("GET", f"/element/{self.find(css)}/property/value")

    def attribute(self, css, name):
        """An attribute of an element, or None."""
        return self.ask("GET", f"/element/{self.find(css)}/attribute/{name}")

    def enabled(self, css):
        """Whether a control can be used."""
        return self.ask("GET", f"/element/{self.find(css)}/enabled")

    def box(self, css):
        """Place and size of an element in the window: a dict of x, y, width, height in CSS pixels."""
        self.find(css)
        return self.execute(
            "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'nearest', behavior: 'instant'});"
            "const b = e.getBoundingClientRect(); return {x: b.x, y: b.y, width: b.width, height: b.height};", css
        )  # fmt: skip

    # what a person does

    def click(self, css, timeout=None):
        """Clicks an element as soon as it is there, usable and not covered."""
        def attempt():
            handle = self.find(css, timeout)
            if not self.ask("GET", f"/element/{handle}/enabled"):
                return False
            self.ask("POST", f"/element/{handle}/click", {})
            return True

        self.until(attempt, f"{css!r} cannot be clicked", timeout)

    def click_text(self, label, css="button, a, [role=button], [role=tab], label, summary", timeout=None):
        """Clicks the control whose visible text or accessible label is this."""
        mark = "data-webdriver-target"
        script = """
            const [label, css, mark] = arguments;
            for (const old of document.querySelectorAll(`[${mark}]`)) old.removeAttribute(mark);
            const plain = (text) => (text ?? '').replace(/\\s+/g, ' ').trim();
            const fits = (e) => plain(e.innerText) === label || plain(e.getAttribute('aria-label')) === label;
            const seen = (e) => e.getClientRects().length > 0;
            const found = [...document.querySelectorAll(css)].find((e) => fits(e) && seen(e));
            found?.setAttribute(mark, '');
            return found !== undefined;"""
        self.until(lambda: self.execute(script, label, css, mark), f"no control says {label!r}", timeout)
        self.click(f"[{mark}]", timeout)

    def type(self, css, text, clear=True):
        """Types into a field, key by key; empties it first unless told otherwise."""
        handle = self.find(css)
        if clear:
            self.ask("POST", f"/element/{handle}/clear", {})
        self.ask("POST", f"/element/{handle}/value", {"text": text})

    def choose(self, css, value):
        """Chooses an option of a select element by its value."""
        self.find(f"{css} option[value={json.dumps(value)}]")
        self.execute(
            "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
            "e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}));",
            css, value,
        )  # fmt: skip

    def press(self, *names):
        """Presses keys together ("Control", "r"), wherever the focus is, and lets them go again."""
        keys = [KEYS.get(name, name) for name in names]
        steps = [{"type": "keyDown", "value": k} for k in keys] + [{"type": "keyUp", "value": k} for k in reversed(keys)]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": steps}]})

    def stroke(self, css, points, pointer="mouse", pace_ms=16):
        """Draws one stroke in an element; points are fractions (0 to 1) of its width and height.

        The driver gives the page a mouse, whatever `pointer` says, but for "pen"; real pens and fingers: tests/rig.
        """
        box = self.box(css)
        places = [(round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"])) for x, y in points]
        moves = [
            {"type": "pointerMove", "duration": pace_ms if i else 0, "x": x, "y": y, "origin": "viewport"}
            for i, (x, y) in enumerate(places)
        ]
        steps = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        source = {"type": "pointer", "id": f"the-{pointer}", "parameters": {"pointerType": pointer}, "actions": steps}
        self.ask("POST", "/actions", {"actions": [source]})

    # what a person cannot do

    def execute(self, script, *arguments):
        """Runs a script in the page; returns what it returns."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def execute_async(self, script, *arguments):
        """Runs a script whose last argument is the function to call with the answer."""
        return self.ask("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def screenshot(self, path):
        """Saves what the window shows as PNG; returns the path."""
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))
        return path
