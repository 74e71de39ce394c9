"""While a customer holds the tablet there is no way to anything but their document: not by keys, gestures, addresses,
reloading, other windows, pictures of other documents, or calls to the core."""

import unittest

from visits import PIN, VisitTest, call, must
from windows import Desktop

# What a customer may ask of the core; everything else must be refused. As src-tauri/src/commands/access.rs.
CUSTOMERS = {
    "status", "retry", "settings", "reset_pin", "hand_over_view", "hand_over_language", "hand_over_seen",
    "hand_over_remark", "hand_over_ink", "sign", "decline", "take_tablet_back",
}  # fmt: skip
NIL = "00000000-0000-0000-0000-000000000000"
FORBIDDEN = {
    "jobs": {"view": "all"}, "search": {"text": "a"}, "customers": {"text": ""}, "kinds": {}, "sign_out": {},
    "document": {"id": NIL}, "job": {"id": NIL}, "equipment_of": {"customer": NIL}, "detail": {"document": NIL},
    "verify": {"document": NIL}, "open_sealed": {"document": NIL}, "print_sealed": {"document": NIL},
    "save_sealed": {"document": NIL}, "save_receipt": {"document": NIL}, "export_root": {}, "root_certificate": {}, "photo_inbox": {},
    "take_from_inbox": {"document": NIL, "name": "a.jpg"}, "freeze": {"document": NIL}, "preview": {"document": NIL},
    "cancel": {"document": NIL, "reason": "x"}, "take_back": {"document": NIL, "reason": "x"},
    "discard": {"document": NIL}, "leave_draft": {"document": NIL}, "catalogue": {"language": "ro"},
    "sign_in": {"person": NIL, "pin": PIN}, "check_key_store": {}, "save_setting": {"key": "theme", "value": "dark"},
    "add_person": {"name": "X", "language": "ro", "pin": "7391"}, "unlock": {"passphrase": "x"},
    "recover": {"code": "x", "newKeyStore": "system", "passphrase": ""}, "confirm_recovery": {"groups": []}, "renew_recovery": {"pin": "1357"},
    "change_pin": {"person": NIL, "oldPin": "1", "newPin": "2"}, "convert": {"document": NIL, "kind": "return_protocol"},
    "register": {"query": {}, "oldestFirst": False, "after": None, "limit": 9}, "register_count": {"query": {}},
    "dashboard": {}, "sync_view": {}, "import_waiting": {}, "stop_export": {}, "delete_view": {"id": NIL},
    "save_view": {"view": {"id": NIL, "name": "x", "query": {}}}, "assign_job": {"job": NIL, "technician": None},
    "void_document": {"document": NIL, "reason": "x", "successor": ""}, "hold": {"document": NIL, "on": True, "reason": "x"},
    "decisions": {"document": NIL}, "decide": {"document": NIL, "answer": {"answer": "confirm_void", "void": "0" * 64}},
    "clear_acceptance": {"document": NIL, "reason": "x"},
    "export_register": {"request": {"form": "csv", "query": {}, "chosen": [], "words": {}}},
    "central": {}, "connect": {"request": {"address": "https://127.0.0.1:1", "code": "x", "another": False}}, "sync_now": {},
    "bring": {"document": NIL},
    "join": {"request": {"address": "", "code": "", "language": "ro", "pin": "1357", "key_store": "system", "passphrase": ""}},
    "leave": {"how": "end", "words": {"doing": "", "open": "", "end": ""}},
    "see_alarm": {"id": 1}, "save_unsent": {}, "staff": {}, "mail_settings": {}, "bring_parcel": {}, "copies": {"document": None},
    "save_staff": {"person": {"id": NIL, "name": "X", "language": "en", "role": "admin", "active": True}},
    "retention": {"rule": {"years": 10, "kinds": []}},
    "erase_documents": {"rule": {"years": 10, "kinds": []}, "documents": [NIL], "reason": "x"},
    "make_code": {"person": NIL}, "reset_staff_pin": {"person": NIL}, "revoke_device": {"device": "a", "reason": "x"},
    "approve_journal": {"journal": "a"}, "set_aside": {"all": True}, "test_mail": {"to": "a@example.com"},
    "answer_set_aside": {"entries": [], "accept": True, "reason": "x"},
    "save_mail_settings": {"mail": {"enabled": False, "host": "", "port": 0, "security": "tls", "user": "", "password": "",
        "has_password": False, "from": "", "reply_to": "", "office": "", "kinds": [], "words": {}, "shipped": {}}},
    "set_logo": {"bytes": ""}, "add_photo": {"document": NIL, "name": "a", "bytes": "", "caption": ""},
}  # fmt: skip


class Lock(VisitTest):
    """A customer who tries everything."""

    series = "lock"

    def hand_over(self):
        """A tablet at a customer, with another customer's frozen document behind it."""
        moves = self.begin()
        self.set_up_by_calls(moves, "Radu Exemplaru", "ro")
        self.frozen_sheet(moves, "Alt Client SRL")
        [other] = self.documents(moves.page)
        self.other = must(moves.page, "detail", document=other["id"])
        moves.tap("back")
        self.frozen_sheet(moves, "Ștefania Țugulea")
        moves.turn("Ștefania Țugulea")
        return moves

    def assert_locked(self, moves, after):
        """The customer's screen is there, and nothing of the other customer."""
        moves.page.until(
            lambda: moves.has("screen-hand-over") or moves.has("screen-cover"), f"after {after} the customer's screen is gone"
        )
        if moves.has("screen-cover"):
            moves.tap("screen-cover")
        self.assertNotIn("Alt Client", moves.page.execute("return document.documentElement.outerHTML"), after)

    def test_no_key_or_address_leads_out(self):
        moves = self.hand_over()
        page = moves.page
        for keys in (
            ("F5",), ("Control", "r"), ("Control", "Shift", "r"), ("Alt", "Left"), ("Alt", "Home"), ("Control", "p"),
            ("F12",), ("Control", "Shift", "i"), ("Control", "n"), ("Control", "t"), ("Control", "o"), ("Control", "w"),
            ("F11",), ("Backspace",), ("Escape",), ("Control", "u"), ("Control", "f"),
        ):  # fmt: skip
            page.press(*keys)
            self.assert_locked(moves, "+".join(keys))
        windows = len(page.ask("GET", "/window/handles"))
        for name, script in {
            "history": "history.back(); history.go(-3)",
            "a new window": "window.open('/index.html'); window.open('https://example.com/')",
            "a link to a new window": "const a = document.createElement('a'); a.href = '/'; a.target = '_blank'; a.click()",
            "another place on the web": "location.href = 'https://example.com/'",
            "a file": "location.href = 'file:///etc/passwd'",
            "a page picture as page": f"location.href = 'page://localhost/{self.other['token']}/1'",
            "the calling scheme": "location.href = 'ipc://localhost/jobs'",
            "a download": "const a = document.createElement('a'); a.href = '/index.html'; a.download = 'x'; a.click()",
        }.items():
            page.execute(script)
            self.assert_locked(moves, name)
        self.assertEqual(len(page.ask("GET", "/window/handles")), windows, "a second window was opened")
        for name, script in {
            "reload": "window.old = true; location.reload()",
            "its own address": "window.old = true; location.href = '/index.html?phase=open#/jobs'",
        }.items():
            page.execute(script)
            page.until(lambda: page.execute("return window.old !== true"), f"{name}: the page does not come again", 20)
            self.assert_locked(moves, name)
        shown = page.execute(
            "const e = new MouseEvent('contextmenu', {bubbles: true, cancelable: true});"
            "return document.querySelector('h1').dispatchEvent(e)"
        )
        self.assertFalse(shown, "the context menu is not refused")
        moves.look("hand-over")

    def test_the_window_cannot_be_closed(self):
        moves = self.hand_over()
        desktop = Desktop(self.display.display)
        self.assertEqual(desktop.ask_to_close("Fieldseal"), 1)
        # Asked something after it, the window has had its chance to go.
        self.assertEqual(must(moves.page, "status")["phase"], "hand_over")
        self.assert_locked(moves, "closing the window")
        self.assertIn("closing the window was refused", self.app.log_tail())
        moves.tap("give-back")
        moves.take_back(PIN)
        moves.see("screen-signing")
        self.assertEqual(desktop.ask_to_close("Fieldseal"), 1)
        moves.page.until(lambda: not desktop.windows("Fieldseal"), "the technician cannot close the window either")

    def test_no_call_and_no_picture_leads_out(self):
        moves = self.hand_over()
        page = moves.page
        for command, arguments in FORBIDDEN.items():
            self.assertNotIn(command, CUSTOMERS)
            self.assertEqual(self.refused(page, command, **arguments), "not_allowed", command)
        # The window is told nothing of plugins either: no files, no dialogs, no windows, no programs.
        for command in ("plugin:dialog|open", "plugin:opener|open_url", "plugin:window|create", "plugin:window|close",
                        "plugin:webview|create_webview_window", "plugin:fs|read_file", "plugin:window-state|restore_state"):  # fmt: skip
            outcome, answer = call(page, command)
            self.assertEqual(outcome, "refused", f"{command}: {answer}")
        own = must(page, "hand_over_view")["token"]
        self.assertEqual(self.picture(page, own), "shown")
        self.assertEqual(self.picture(page, self.other["token"]), "refused", "pages of another document")
        self.assertEqual(self.picture(page, own, 99), "refused", "a page that is not there")
        status = must(page, "status")
        self.assertEqual((status["phase"], status["root_fingerprint"]), ("hand_over", ""))
        self.assertEqual(len(status["people"]), 1)

    def picture(self, page, token, number=1):
        """Whether a page's picture is shown."""
        return page.execute_async(
            "const [url, done] = arguments; const picture = new Image();"
            "picture.onload = () => done('shown'); picture.onerror = () => done('refused'); picture.src = url;",
            f"page://localhost/{token}/{number}?w=300",
        )

    def test_wrong_pins_slow_down_and_the_right_one_opens(self):
        moves = self.hand_over()
        moves.tap("give-back")
        moves.see("screen-hand-back")
        waits = []
        person = must(moves.page, "status")["people"][0]["id"]
        for pin in ("0000", "1111", "2222", "3333", "4444", "5555"):
            answer = must(moves.page, "take_tablet_back", person=person, pin=pin)
            self.assertNotEqual(answer["answer"], "right")
            waits.append(answer["wait_s"])
        self.assertGreater(max(waits), 0, f"guessing is never slowed down: {waits}")
        # The pause survives kill -9, and the lock itself too.
        moves = type(moves)(self.kill_and_reopen(), self.look)
        moves.see("screen-locked", 30)
        moves.write("passphrase", "patru cuvinte mici aici")
        moves.tap("unlock")
        moves.see("screen-hand-over", 30)
        answer = must(moves.page, "take_tablet_back", person=person, pin=PIN)
        self.assertEqual(answer["answer"], "too_early", "a restart must not shorten the pause")


if __name__ == "__main__":
    unittest.main()
