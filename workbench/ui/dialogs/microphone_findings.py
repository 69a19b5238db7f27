"""The microphone-check part of the Source panel: a button, how far it is, and what was found with its remedy."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from workbench.core.messages import MicrophoneReport, MicrophoneVerdict
from workbench.ui import icons
from workbench.ui.controls import Themed
from workbench.ui.dialogs.parts import button, heading, label
from workbench.ui.painting import number

HINT = "Finds dead, inverted, swapped and unequal microphones from ordinary sound in ten seconds."


def title_of(verdict: MicrophoneVerdict, report: MicrophoneReport) -> str:
    """What is wrong, as a heading."""
    if verdict.fault == "swapped":
        return f"{verdict.name} and {_names(report)[verdict.partner]} have changed places"
    words = {"dead": "is dead", "inverted": "is inverted"}
    if verdict.fault == "gain":
        return f"{verdict.name} is {'louder' if (verdict.gain_db or 0) > 0 else 'quieter'} than the others"
    return f"{verdict.name} {words[verdict.fault]}"


def _names(report: MicrophoneReport) -> dict[int, str]:
    return {verdict.index: verdict.name for verdict in report.verdicts}


def text_of(verdict: MicrophoneVerdict) -> str:
    """How it shows, what it spoils, and what to do."""
    if verdict.fault == "dead":
        return (
            "It gives silence, or next to nothing. Check the cable and its phantom power. Muted, it at least does "
            "not disturb the beam."
        )
    if verdict.fault == "inverted":
        return "Its sound is opposite to that of the others. Beams and positions will be wrong."
    if verdict.fault == "gain":
        level = f"{number(verdict.gain_db, 1, signed=True)} dB"
        return f"Its level is {level} beside the others, also in quiet moments. Nulls will be shallow."
    return "Their sound fits each other's place in the array. Beams and positions will be wrong."


class Card(Themed, QFrame):
    """One finding: a warning outline, a sentence, one remedy."""

    def __init__(self, title: str, text: str, remedy: str, tip: str, fix=None, tone: str = "warning"):
        super().__init__()
        self.tone = tone
        column = QVBoxLayout(self)
        column.setContentsMargins(38, 9, 10, 9)
        column.setSpacing(3)
        column.addWidget(label(title, 13, 600, wrap=True))
        column.addWidget(label(text, 12, tone="2", wrap=True))
        self.fix = None
        if fix is not None:
            row = QHBoxLayout()
            row.setContentsMargins(0, 5, 0, 0)
            self.fix = button(remedy, tip, fix)
            row.addWidget(self.fix)
            row.addStretch(1)
            column.addLayout(row)
        self.setAccessibleName(f"{title}. {text}")

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(getattr(t, self.tone)), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        name = "check" if self.tone == "good" else "warning"
        icons.paint(painter, name, getattr(t, self.tone), QRectF(12, 10, 16, 16))
        painter.end()


class Progress(Themed, QWidget):
    """A bar 6 high; without a known end it is full and faint."""

    def __init__(self):
        super().__init__()
        self.part: float | None = 0.0
        self.setFixedHeight(14)
        self.setAccessibleName("Progress")

    def show_part(self, part: float | None) -> None:
        """0 to 1, or None: nobody knows how long."""
        self.part = part
        self.setAccessibleDescription("working" if part is None else f"{100 * part:.0f} %")
        self.update()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, 4, self.width(), 6)
        painter.setBrush(QColor(t.line))
        painter.drawRoundedRect(track, 3, 3)
        if self.part is None or self.part > 0:
            painter.setOpacity(0.5 if self.part is None else 1.0)
            track.setWidth(track.width() if self.part is None else max(6.0, self.part * track.width()))
            painter.setBrush(QColor(t.accent))
            painter.drawRoundedRect(track, 3, 3)
        painter.end()


class MicrophoneFindings(QWidget):
    """Shows a `MicrophoneReport`; emits what a person asks for."""

    check_wanted = Signal()
    stop_wanted = Signal()
    fix_wanted = Signal(object)
    """The MicrophoneVerdict that is to be made good."""

    def __init__(self):
        super().__init__()
        self.report = MicrophoneReport()
        self.fixed: set[int] = set()
        self.stale = False
        self.tokens = None
        self.at = label("", 11, tone="3")
        top, _ = heading("Microphone check", right=self.at)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 10)
        column.setSpacing(0)
        column.addWidget(top)
        self.words = label("", 12, tone="2", wrap=True)
        self.words.setContentsMargins(12, 0, 12, 6)
        column.addWidget(self.words)
        self.progress = Progress()
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 0, 12, 6)
        bar.addWidget(self.progress)
        column.addLayout(bar)
        self._list = QWidget()
        self.cards = QVBoxLayout(self._list)
        self.cards.setContentsMargins(12, 0, 12, 2)
        self.cards.setSpacing(8)
        column.addWidget(self._list)
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 12, 0)
        self.check = button(
            "Check the microphones",
            "Listens for ten seconds to whatever sounds, and finds dead, inverted, swapped and unequal microphones",
            self.check_wanted.emit,
        )
        self.stop = button("Stop", "Give the check up", self.stop_wanted.emit)
        row.addWidget(self.check)
        row.addWidget(self.stop)
        row.addStretch(1)
        column.addLayout(row)
        self.show_report(self.report)

    def apply_theme(self, tokens) -> None:
        """Kept for the cards that come later."""
        self.tokens = tokens

    def set_possible(self, why_not: str) -> None:
        """Whether there is anything to check; empty: yes."""
        self.check.setEnabled(not why_not)
        if self.report.state in ("", "failed") or not self.report.verdicts:
            self._say(self.report, why_not)

    def set_stale(self, stale: bool) -> None:
        """The channel map was changed since by hand: the remedies would be wrong."""
        if stale != self.stale and self.report.verdicts:
            self.stale = stale
            self._say(self.report)
            self._fill(self.report)

    def mark_fixed(self, indices: set[int]) -> None:
        """Faults that the channel map now makes good have no button any more."""
        if indices - self.fixed:
            self.fixed |= indices
            self._fill(self.report)

    def show_report(self, report: MicrophoneReport) -> None:
        """The newest news of the check."""
        changed = report.verdicts != self.report.verdicts or report.at != self.report.at
        self.report = report
        working = report.state in ("listening", "judging")
        if working or changed:
            self.fixed, self.stale = set(), False
        self.progress.setVisible(working)
        self.progress.show_part(report.progress if report.state == "listening" else None)
        self.stop.setVisible(working)
        self.check.setVisible(not working)
        self.check.setText("Check again" if report.verdicts else "Check the microphones")
        total = len(report.verdicts)
        self.at.setText(f"{report.at}, {total - len(report.faults)} of {total} good" if total else "")
        self._say(report)
        self._fill(report)

    def _say(self, report: MicrophoneReport, why_not: str = "") -> None:
        if report.state == "listening":
            text = "Talk, or let anything sound, from several sides of the array."
        elif report.state == "judging":
            text = "Comparing the channels with the array's geometry …"
        elif report.state == "failed":
            text = f"The check failed: {report.error}"
        elif self.stale and report.faults:
            text = "The channel map has changed since: check again."
        elif report.verdicts:
            text = f"In doubt: {report.note}." if report.note else ""
        else:
            text = why_not or HINT
        self.words.setText(text)
        self.words.setVisible(bool(text))

    def _fill(self, report: MicrophoneReport) -> None:
        while (item := self.cards.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        named: set[int | None] = set()
        for verdict in report.faults:
            if verdict.index in named:
                continue
            if verdict.fault == "swapped":
                named |= {verdict.index, verdict.partner}
            self._add(verdict, report)
        if report.verdicts and not report.faults:
            text = f"All {len(report.verdicts)} hear the same sound, in this order, with one polarity and alike."
            self._add_card(Card("Nothing wrong", text, "", "", tone="good"))
        self._list.setVisible(bool(self.cards.count()))

    def _add(self, verdict: MicrophoneVerdict, report: MicrophoneReport) -> None:
        if verdict.index in self.fixed:
            text = "Made good in the channel map. Check again to be sure."
            self._add_card(Card(title_of(verdict, report), text, "", "", tone="good"))
            return
        remedies = {
            "dead": (f"Mute {verdict.name}", "Leave it out of the beam"),
            "inverted": (f"Invert {verdict.name}", "Turn its polarity in the channel map"),
            "gain": (f"Even out {verdict.name}", "Give it the level of the others in the channel map"),
            "swapped": ("Exchange them", "Put them in their places in the channel map"),
        }
        remedy, tip = remedies[verdict.fault]
        fix = None if self.stale else lambda: self.fix_wanted.emit(verdict)
        self._add_card(Card(title_of(verdict, report), text_of(verdict), remedy, tip, fix))

    def _add_card(self, card: Card) -> None:
        if self.tokens is not None:
            card.apply_theme(self.tokens)
        self.cards.addWidget(card)
