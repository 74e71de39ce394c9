"""Whole visits through the real window: set-up, work, hand-over, signature, closing, and what is left in the end."""

import pathlib
import subprocess
import unittest

from visits import FIRM, PASSPHRASE, PIN, VisitTest, hook, must


class Romanian(VisitTest):
    """A first visit, from an empty tablet to a sealed sheet that strangers can verify."""

    series = "ro"
    env = {"FIELDSEAL_KEYSTORE": "none"}

    def test_a_first_visit(self):
        moves = self.begin()
        moves.set_up(FIRM, "Radu Exemplaru", PIN, "ro", PASSPHRASE)
        moves.look("jobs-empty")
        moves.new_customer("Șantierul Naval Brăila SA", "Calea Galați 1", "Brăila")
        moves.new_equipment("Cuptor", "Rational", "SCC 61", "E61-1234")
        moves.begin("service_sheet")
        moves.fill(fault="Nu mai atinge 250 °C.", work_done="Înlocuit două garnituri, recalibrat termostatul.")
        moves.tap("hand-over")
        moves.see("problems")
        moves.look("editor-problems")
        # Each line of the list is a way to its place, and leaves the form to be filled in.
        moves.page.click(f"{hook('problems')} li button")
        moves.page.wait_gone(hook("problems"))
        moves.fill(completion="full")
        moves.work("08:15", "10:00")
        moves.tap("add-line")
        moves.write("line-0-description", "Garnitură ușă")
        moves.write("line-0-quantity", "1,5")
        moves.write("line-0-price", "94.50")
        moves.look("editor")
        moves.hand_over()
        moves.turn("Ștefania Țugulea-Mărginean")
        pages = moves.read()
        moves.look("hand-over")
        moves.tap("as-text")
        moves.page.wait_text("recalibrat", hook("text"))
        moves.look("hand-over-text")
        moves.tap("as-text")
        self.assertEqual(moves.read(), pages)
        moves.consent_and_sign()
        moves.take_back(PIN)
        moves.close(PIN)
        moves.see("verdict-good", 30)
        moves.look("detail")
        verdict = self.verify(self.judge(moves))
        self.assertEqual(len(verdict["signatures"]), 2, verdict)

        # What was typed with a comma and with a point is money to the ban: 1.5 x 94.50 = 141.75 net.
        [document] = self.documents(moves.page)
        self.assertEqual(document["status"], "signed")
        totals = must(moves.page, "document", id=document["id"])["totals"]
        self.assertEqual(totals["net"], 14175, totals)

        # After a restart the passphrase opens it again, and the file is still intact.
        moves = type(moves)(self.kill_and_reopen(), self.look)
        moves.see("screen-locked", 30)
        moves.look("locked")
        moves.write("passphrase", PASSPHRASE)
        moves.tap("unlock")
        moves.sign_in(PIN)
        self.assertEqual(must(moves.page, "verify", document=document["id"])["grade"], "good")


class Russian(VisitTest):
    """A machine comes in with two accessories and goes back with one: the other is shown as missing before signing."""

    series = "ru"

    def test_intake_and_return_with_a_missing_accessory(self):
        folder = self.folder / "camera"
        folder.mkdir()
        moves = self.begin()
        self.set_up_by_calls(moves, "Тимофей Образцов", "ru", "RU")
        must(moves.page, "save_setting", key="photo_folder", value=str(folder))
        moves.new_customer("ООО «Алёнушка»", "улица Лесная 5", "Тверь", "ru")
        moves.new_equipment("Ноутбук", "Lenovo", "T14", "PF-0042")
        moves.begin("intake_protocol")
        moves.fill(
            fault="Не включается.", condition="Царапина на крышке.", warranty_claim="no", data_consent="no_data",
            cost_agreement="quote_first", pickup_terms="keep_45_days",
        )  # fmt: skip
        moves.set_date("agreed_due", "2027-01-15")
        for name in ("Зарядное устройство", "Сумка"):
            moves.write("new-accessory", name)
            moves.page.press("Enter")
            moves.page.wait_text(name)
        self.take_photo(moves, folder / "IMG_0001.jpg")
        moves.look("intake-editor")
        self.sign_all(moves, "Алёна Ёлкина")
        self.verify(self.judge(moves))
        moves.page.press("Escape")
        moves.page.wait_gone(hook("root-dialog"))

        moves.tap("convert-return_protocol")
        moves.see("screen-editor")
        # Answered from the top: each answer becomes a row of the return, in the intake's order.
        moves.pick("accessory-0-present")
        moves.pick("accessory-1-missing")
        moves.fill(
            result="repaired", work_done="Заменён разъём питания.", tests_shown="Включён, проверен заряд.",
            condition="Как при приёме.", parts_returned="no",
        )  # fmt: skip
        moves.set_date("warranty_until", "2027-06-30")
        moves.page.wait_text("Сумка", f"{hook('comparison')} .missing")
        moves.look("return-comparison")
        moves.hand_over()
        moves.turn("Алёна Ёлкина")
        moves.read()
        # Said again where the customer signs.
        moves.page.wait_text("Сумка", ".facts")
        moves.look("return-hand-over")
        moves.consent_and_sign(seed=0.3)
        moves.take_back(PIN)
        moves.close(PIN, seed=1.4)
        moves.see("verdict-good", 30)
        self.verify(self.judge(moves))

    def take_photo(self, moves, path: pathlib.Path):
        """A camera puts a picture into the watched folder; the technician takes it into the document."""
        subprocess.run(["convert", "-size", "1800x1200", "plasma:teal-white", path], check=True, timeout=60)
        moves.page.click(".inbox", 30)
        moves.page.wait_gone(".inbox", 30)
        self.assertTrue(path.exists(), "the camera's own file stays")

    def sign_all(self, moves, name):
        """Hands over, signs, takes back, closes."""
        moves.hand_over()
        moves.turn(name)
        moves.read()
        moves.consent_and_sign()
        moves.take_back(PIN)
        moves.close(PIN)
        moves.see("verdict-good", 30)


class French(VisitTest):
    """The customer says no."""

    series = "fr"

    def test_a_refusal_with_its_reason(self):
        moves = self.begin()
        self.set_up_by_calls(moves, "Clémence Échantillon", "fr", "FR")
        self.frozen_sheet(moves, "Boulangerie L'Épi d'Œuvre", "fr")
        moves.turn("Anaïs Cœurderoy")
        moves.read()
        moves.tap("decline")
        moves.see("decline-dialog")
        moves.pick("reason-price")
        moves.write("decline-note", "Le prix ne correspond pas au devis.")
        moves.look("decline")
        moves.tap("decline-ok")
        moves.take_back(PIN)
        moves.close(PIN)
        moves.look("detail-declined")
        [document] = self.documents(moves.page)
        self.assertEqual(document["status"], "declined")
        slots = must(moves.page, "detail", document=document["id"])["slots"]
        self.assertEqual([slot["reason"] for slot in slots if slot["slot"] == "customer"], ["price"])
        # Our seal closes the refused sheet too, so that nobody can add a signature later.
        self.verify(self.judge(moves))


class Absence(VisitTest):
    """Nobody is there to sign."""

    series = "nl"

    def test_nobody_is_there(self):
        moves = self.begin()
        self.set_up_by_calls(moves, "Joost Voorbeeldsma", "nl", "NL")
        self.frozen_sheet(moves, "Bakkerij Ijsbrand", "nl")
        moves.see("turn-card")
        moves.tap("cannot-sign")
        moves.pick("reason-absent")
        moves.write("note", "Niemand aangetroffen, sleutel in de kluis.")
        moves.look("not-signed")
        moves.tap("not-signed-ok")
        moves.close(PIN)
        moves.look("detail-absent")
        [document] = self.documents(moves.page)
        self.assertEqual(document["status"], "signed_unavailable")
        self.verify(self.judge(moves))


if __name__ == "__main__":
    unittest.main()
