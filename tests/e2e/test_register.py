"""The office's register in the real window, on the demo firm: found, filtered, walked by keys, verified, exported, voided;
a technician does not get in, and tables dropped into the watched folder are taken in."""

import csv
import io
import unittest

from calls import call, must
from harness import WindowTest
from moves import Moves, hook
from processes import make_demo, wait_until

PIN = "2580"
MANAGER = "Ana-Maria Registrescu"
ROWS = hook("register-row")


class Register(WindowTest):
    """A day in the office."""

    size = (1440, 900)

    def start(self):
        """The demo firm, at the sign-in screen."""
        env = {"FIELDSEAL_DATA": str(self.data), "FIELDSEAL_DEMO": "1", "FIELDSEAL_E2E_SAVE": str(self.folder)}
        make_demo(self.program, env)
        page = self.open(FIELDSEAL_DEMO="1", FIELDSEAL_E2E_SAVE=str(self.folder))
        return Moves(page, lambda name: page.screenshot(self.folder / f"{name}.png"))

    def enter(self, moves, name, screen):
        """Signs somebody in."""
        moves.see("screen-sign-in", 60)
        people = must(moves.page, "status")["people"]
        moves.tap(f"person-{next(person['id'] for person in people if person['name'] == name)}")
        moves.pin(PIN)
        moves.see(screen, 30)

    def rows(self, moves):
        """Numbers of the rows that are drawn."""
        script = f"return [...document.querySelectorAll('{ROWS}')].map((row) => row.dataset.number)"
        return moves.page.execute(script)

    def until_rows(self, moves, fits, what):
        """Waits until the rows are right."""
        moves.page.until(lambda: fits(self.rows(moves)), what, 20)
        return self.rows(moves)

    def test_a_day_in_the_office(self):
        moves = self.start()
        page = moves.page
        self.enter(moves, "Radu Exemplaru", "screen-jobs")
        self.assertFalse(moves.has("to-register"), "a technician is shown the way to the register")
        outcome, answer = call(page, "register", query={}, oldestFirst=False, after=None, limit=9)
        self.assertEqual((outcome, answer["code"]), ("refused", "not_for_role"))
        must(page, "sign_out")
        page.execute("location.reload()")

        self.enter(moves, MANAGER, "screen-register")
        all_rows = self.until_rows(moves, lambda rows: len(rows) > 15, "the rows do not come")
        moves.look("register")
        self.search_and_filter(moves, all_rows)
        self.walk_by_keys(moves)
        self.verify_and_export(moves)
        self.void_one(moves)
        self.import_tables(moves)
        must(page, "save_setting", key="theme", value="dark")
        page.execute("location.reload()")
        moves.see("screen-register", 30)
        moves.look("register-dark")

    def search_and_filter(self, moves, all_rows):
        """As one types, and back."""
        moves.write("register-search", "spicul")
        found = self.until_rows(moves, lambda rows: 0 < len(rows) < len(all_rows), "the search finds everything or nothing")
        self.assertTrue(set(found) <= set(all_rows))
        moves.write("register-search", "nobody has this name")
        moves.see("register-empty")
        moves.look("register-empty")
        moves.tap("register-clear")
        self.until_rows(moves, lambda rows: rows == all_rows, "clearing does not bring everything back")
        moves.page.choose(hook("filter-status"), "declined")
        declined = self.until_rows(moves, lambda rows: 0 < len(rows) < len(all_rows), "the filter does nothing")
        counted = must(moves.page, "register_count", query={"statuses": ["declined"]})
        self.assertEqual(counted["rows"], len(declined))
        moves.tap("filter-clear")
        self.until_rows(moves, lambda rows: rows == all_rows, "the filter stays")
        moves.tap("filter-customer")
        moves.write("find-customer", "spicul")
        [customer] = must(moves.page, "customers", text="spicul")
        moves.tap(f"choose-{customer['id']}")
        theirs = self.until_rows(moves, lambda rows: 0 < len(rows) < len(all_rows), "the customer's filter does nothing")
        counted = must(moves.page, "register_count", query={"customers": [customer["id"]]})
        self.assertEqual(counted["rows"], len(theirs))
        moves.look("register-customer")
        moves.tap("filter-customer")
        moves.tap("customer-any")
        self.until_rows(moves, lambda rows: rows == all_rows, "the customer's filter stays")

    def walk_by_keys(self, moves):
        """Arrows go down, Enter opens, back comes to the same place."""
        page = moves.page
        page.execute(f"document.querySelector('{ROWS}').focus()")
        page.press("Down")
        page.press("Down")
        at = page.execute("return document.activeElement.dataset.index")
        self.assertEqual(at, "2")
        page.press(" ")
        self.assertEqual(page.execute(f"return document.querySelectorAll('{ROWS}[aria-selected=true]').length"), 1)
        page.press("Enter")
        moves.see("screen-detail", 30)
        moves.tap("back")
        moves.see("screen-register")
        moves.page.until(lambda: moves.has("unchoose"), "what was chosen is forgotten")
        moves.tap("unchoose")

    def verify_and_export(self, moves):
        """Everything that is signed is intact, and leaves as a table that no formula hides in."""
        page = moves.page
        page.choose(hook("filter-status"), "signed")
        page.until(lambda: moves.has("filter-clear"), "the filter is not set")
        moves.tap("verify-all")
        moves.see("verify-result", 120)
        moves.look("register-verified")
        counted = must(page, "register_count", query={"statuses": ["signed"], "verification": "bad"})
        self.assertEqual(counted["rows"], 0)
        moves.tap("export")
        moves.pick("export-csv")
        moves.tap("export-run")
        moves.see("export-done", 60)
        moves.look("register-export")
        moves.tap("export-close")
        text = (self.folder / "register.csv").read_text(encoding="utf-8-sig")
        table = list(csv.reader(io.StringIO(text)))
        self.assertEqual(len(table) - 1, must(page, "register_count", query={"statuses": ["signed"]})["rows"])
        self.assertFalse([cell for row in table for cell in row if cell[:1] in "=+-@" and cell], "a cell begins a formula")
        for form in ("zip", "pdf", "xlsx"):
            request = {"form": form, "query": {"statuses": ["signed"]}, "chosen": [], "words": {}}
            must(page, "export_register", request=request)
            self.assertGreater((self.folder / f"register.{form}").stat().st_size, 1000, form)
        moves.tap("filter-clear")

    def void_one(self, moves):
        """With a reason; the number stays in the register."""
        page = moves.page
        row = must(page, "register", query={"statuses": ["signed"]}, oldestFirst=False, after=None, limit=1)["rows"][0]
        page.execute(f"document.querySelector('{ROWS}[data-number=\"{row['number']}\"]').click()")
        moves.see("screen-detail", 30)
        moves.tap("office-void")
        moves.write("office-reason", "Scris de două ori")
        moves.look("register-void")
        moves.tap("office-ok")
        page.until(lambda: not moves.has("office-dialog"), "the dialog stays", 20)
        told = must(page, "detail", document=row["id"])
        self.assertIn("voided", [entry["kind"] for entry in told["timeline"]])
        moves.tap("back")
        moves.see("screen-register")

    def import_tables(self, moves):
        """What another program drops into the folder is there a moment later; refused rows are told and written beside."""
        folder = self.folder / "import"
        folder.mkdir()
        must(moves.page, "save_setting", key="import_folder", value=str(folder))
        (folder / "customers.csv").write_bytes("Name;City\r\nMüller Söhne;Köln\r\n;Bonn\r\n".encode("cp1252"))
        moves.see("import-report", 30)
        moves.look("register-import")
        self.assertTrue(any(found["name"] == "Müller Söhne" for found in must(moves.page, "customers", text="muller")))
        wait_until(lambda: (folder / "customers.csv.refused.csv").exists(), "the table of refused rows")


if __name__ == "__main__":
    unittest.main()
