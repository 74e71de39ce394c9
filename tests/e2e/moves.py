"""What people do on the screens, in their words: a technician, a customer. Knows the screens' data-testid hooks.

Elements are clicked as a hand would; only what has no picture of its own (a language in a list) is set by script.
"""

import math

from calls import must


# What the screen shows, or nothing while something of it is still to come.
WHOLE = """
    const near = (e) => { const b = e.getBoundingClientRect(); return b.width > 0 && b.bottom > 0 && b.top < innerHeight; };
    const pictures = [...document.images].filter(near);
    const moving = (a) => a.playState === 'running' && a.effect?.getTiming().iterations !== Infinity;
    const whole = document.fonts.status === 'loaded' && !document.querySelector('[aria-busy=true]')
        && pictures.every((e) => e.complete && e.naturalWidth > 0) && !document.getAnimations().some(moving);
    return whole ? pictures.map((e) => e.src).join(' ') + document.body.innerText : null;"""


def hook(name):
    """The selector of a hook."""
    return f'[data-testid="{name}"]'


class Moves:
    """Someone in front of the window. `look` is called with a name at every screen worth a picture."""

    def __init__(self, page, look=lambda name: None):
        self.page = page
        self.shoot = look

    def look(self, name):
        """Calls `look` once the screen is whole: all pictures there and the same as a moment before."""
        seen = [None]

        def rests():
            before, seen[0] = seen[0], self.page.execute(WHOLE)
            return seen[0] is not None and seen[0] == before

        self.page.until(rests, f"{name}: the screen does not come to rest", 30, pause=0.3)
        # What is in the page is not yet on the glass: a picture shows the frame that was drawn last.
        self.page.execute_async(
            "const done = arguments[0]; let frames = 4;"
            "const next = () => (--frames > 0 ? requestAnimationFrame(next) : setTimeout(done, 60)); requestAnimationFrame(next);"
        )
        self.shoot(name)

    # plain moves

    def see(self, name, timeout=None):
        """Waits until the hook is on screen."""
        self.page.find(hook(name), timeout)

    def tap(self, name, timeout=None):
        """Clicks the hook."""
        self.bring(name, timeout)
        self.page.click(hook(name), timeout)

    def bring(self, name, timeout=None):
        """Brings the hook to the middle of its screen: the head of a screen may lie over its edge."""
        self.page.find(hook(name), timeout)
        self.page.execute(
            "const e = document.querySelector(arguments[0]);"
            "const b = e?.getBoundingClientRect();"
            "if (e && !(b.top > 120 && b.bottom < innerHeight - 130)) e.scrollIntoView({block: 'center', behavior: 'instant'});",
            hook(name),
        )

    def write(self, name, text):
        """Types into the hook's field."""
        self.bring(name)
        self.page.type(hook(name), text)

    def pick(self, name):
        """Ticks a box or a choice by its label, as a finger does; the control itself may be invisible."""
        self.page.find(hook(name))
        self.page.until(
            lambda: self.page.execute(
                "const e = document.querySelector(arguments[0]); if (!e || e.disabled) return false;"
                "if (!e.checked) (e.closest('label') ?? e).click(); return e.checked;", hook(name)
            ),
            f"{name} cannot be ticked",
        )  # fmt: skip

    def has(self, name):
        """Whether the hook is there now."""
        return self.page.count(hook(name)) > 0

    def pin(self, digits):
        """Types a PIN on the keys of the screen."""
        for digit in digits:
            self.tap(f"pin-{digit}")
        self.tap("pin-ok")

    def draw(self, seed=0.0):
        """Draws two strokes on the pad, slowly enough for a signature."""
        pad = f"{hook('ink-pad')} [role=img]"
        self.page.find(pad)
        self.page.execute("document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})", pad)
        turns = 2.5 + seed
        wave = [
            (0.12 + 0.6 * t / 48, 0.42 - 0.16 * math.sin(turns * math.tau * t / 48) * (0.5 + t / 96))
            for t in range(49)
        ]
        self.page.stroke(pad, wave, pace_ms=8)
        self.page.stroke(pad, [(0.2 + 0.55 * t / 14, 0.66 + 0.03 * math.sin(t + seed)) for t in range(15)], pace_ms=8)

    def speak(self, code, within="body"):
        """Chooses a language in the list."""
        self.page.choose(f"{within} {hook('language')}", code)
        self.page.until(lambda: self.page.attribute("html", "lang") == code, f"the page does not speak {code}")

    # first run

    def set_up(self, firm, person, pin, language, passphrase=None):
        """First run from the firm to the signature test; returns the recovery code. Signed in afterwards."""
        self.see("screen-first-run")
        self.speak(language)
        self.look("first-run-firm")
        for field, text in firm.items():
            self.write(field, text)
        self.tap("next")
        self.see("person-name")
        self.write("person-name", person)
        self.write("new-pin", pin)
        self.write("new-pin-again", pin)
        self.look("first-run-person")
        self.tap("next")
        self.see("store-file")
        if passphrase:
            self.pick("store-file")
            self.write("new-passphrase", passphrase)
        else:
            self.pick("store-system")
        self.look("first-run-keys")
        self.tap("next")
        self.see("recovery-groups", 40)
        groups = self.page.execute(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent.trim())",
            f"{hook('recovery-groups')} code",
        )
        self.look("first-run-recovery")
        for index, group in enumerate(groups):
            if self.has(f"recovery-{index}"):
                self.write(f"recovery-{index}", group)
        self.tap("next")
        self.see("ink-pad")
        self.draw()
        self.look("first-run-pad")
        self.tap("next")
        self.see("screen-jobs")
        return "-".join(groups)

    # the technician

    def sign_in(self, pin, name=None, screen="screen-jobs"):
        """From the sign-in screen to the first one; without a name: the only person."""
        self.see("screen-sign-in", 30)
        self.look("sign-in")
        if name and not self.has("pin-1"):
            people = must(self.page, "status")["people"]
            self.tap(f"person-{next(person['id'] for person in people if person['name'] == name)}")
        self.pin(pin)
        self.see(screen, 30)

    def until_pill(self, phase, timeout=60):
        """Waits until the pill says how things stand with the office."""
        at = f"{hook('sync-pill')}[data-phase={phase}]"
        self.page.until(lambda: self.page.count(at), f"the pill never says {phase}", timeout)

    def new_customer(self, name, street, city, language=None, email=None):
        """In the dialog for a new document: a customer made on the spot."""
        self.tap("new-document")
        self.tap("new-customer")
        self.write("customer-form-name", name)
        self.write("customer-form-street", street)
        self.write("customer-form-city", city)
        if email:
            self.write("customer-form-email", email)
        if language:
            self.speak_of_customer(language)
        self.look("new-customer")
        self.tap("save-customer")

    def speak_of_customer(self, code):
        """The customer's language in the form for a new customer."""
        self.page.choose(f"{hook('new-document-dialog')} {hook('language')}", code)

    def new_equipment(self, kind, make, model, serial):
        """A machine made on the spot, for the customer chosen."""
        self.tap("new-equipment")
        for field, text in {"kind": kind, "make": make, "model": model, "serial": serial}.items():
            self.write(f"equipment-form-{field}", text)
        self.tap("save-equipment")

    def begin(self, kind):
        """Starts a document of a kind for the customer chosen."""
        self.tap(f"kind-{kind}")
        self.see("screen-editor")

    def fill(self, **fields):
        """Fills in fields of the editor by their keys; `choice` values are ticked."""
        for key, text in fields.items():
            self.see(f"field-{key}")
            if self.page.count(f"fieldset{hook(f'field-{key}')}"):
                self.pick(f"field-{key}-{text}")
            else:
                self.write(f"field-{key}", text)

    def set_date(self, key, date):
        """A date of the editor, ISO 8601; set as the system's own date picker would."""
        self.page.find(hook(f"field-{key}"))
        self.page.execute(
            "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
            "e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}));",
            hook(f"field-{key}"), date,
        )  # fmt: skip

    def work(self, start="08:00", end="09:30"):
        """A stretch of working time."""
        self.tap("add-time")
        self.write("time-0-start", start)
        self.write("time-0-end", end)
        # Left, as a person leaves a field: what was typed counts from then on.
        self.page.press("Tab")

    def hand_over(self):
        """From the editor to the card that asks who signs; fails with the list of what is missing."""
        self.tap("hand-over")
        self.page.until(
            lambda: self.has("screen-signing") or self.page.count(f"{hook('problems')} button"), "nothing comes of it", 30
        )
        if not self.has("screen-signing"):
            self.page.until(lambda: self.has("screen-signing"), self.page.text(hook("problems")), 8)

    def turn(self, name=None):
        """Turns the tablet to the customer."""
        self.see("turn-card")
        if name:
            self.write("signer-name", name)
        self.look("turn")
        self.tap("turn")
        self.see("screen-hand-over")

    def take_back(self, pin):
        """Takes the tablet back by PIN."""
        self.see("screen-hand-back", 30)
        self.look("hand-back")
        self.pin(pin)
        self.page.wait_gone(hook("screen-hand-back"))

    def close(self, pin, seed=1.0):
        """The technician's own signature and PIN close the document."""
        self.see("screen-close")
        if self.has("ink-pad"):
            self.draw(seed)
        self.look("close")
        self.pin(pin)
        self.see("screen-detail", 40)

    # the customer

    def read(self):
        """Reads all pages to the end."""
        self.see("page-1")
        count = self.page.count('[data-testid^="page-"]')
        for number in range(1, count + 1):
            picture = f"{hook(f'page-{number}')} img"
            self.page.execute(
                "document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})",
                hook(f"page-{number}"),
            )
            self.page.until(
                lambda picture=picture: self.page.execute(
                    "const e = document.querySelector(arguments[0]); return !!e && e.complete && e.naturalWidth > 0", picture
                ),
                f"page {number} has no picture", 30,
            )  # fmt: skip
            # A page counts once it was in sight for a while.
            self.page.until(
                lambda number=number: number in must(self.page, "hand_over_view")["seen"], f"page {number} is not seen", 30
            )
        return count

    def consent_and_sign(self, name=None, seed=0.0):
        """Name, drawing, consent, "Sign"."""
        if name:
            self.write("customer-name", name)
        self.draw(seed)
        self.pick("consent")
        self.look("hand-over-sign")
        self.tap("sign")
        self.see("screen-hand-back", 40)
