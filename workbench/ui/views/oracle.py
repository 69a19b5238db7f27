"""The oracle ladder: six spectrograms of the same words, from the noisy sound over what a perfect estimator could give
to the enhancer itself; each can be heard at the same place. One axis, one scale, one playhead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.core.messages import OracleExcerpt, OracleReport, OracleRung
from workbench.ui.controls import rule
from workbench.ui.painting import (
    GRID_HZ,
    THIN_SPACE,
    UNKNOWN,
    color_index,
    colormap,
    draw_text,
    frequency_y,
    number,
    pixel_ratio,
)
from workbench.ui.theme import LEVEL_RANGE_DB, RADIUS_FIELD, font, map_ink
from workbench.ui.views.headers import ColorBar, FlatButton, Toggle
from workbench.ui.views.plot import Painted
from workbench.ui.views.sound_history import RowMap

PICTURE_HEIGHT, AXIS_WIDTH, GAP = 240, 44, 8
LABELS_HZ = (20000, 10000, 5000, 2000, 1000, 500, 200, 100)
DIFFERENCE_RANGE_DB = (-30.0, 30.0)
"""Colours of a rung minus the noisy sound."""
DIFFERENCE_FLOOR_DB = -100.0
NOISY = "noisy"


@dataclass(frozen=True)
class RungText:
    """What is written about a rung."""

    name: str
    title: str
    note: str


RUNGS = (
    RungText(NOISY, "Noisy", "what the enhancer gets"),
    RungText("magnitude", "Magnitude oracle", "true magnitude in every bin, noisy phase"),
    RungText("bands", "34-band oracle", "true gain in each band, nothing between harmonics"),
    RungText("comb", "+ comb", "pitch comb takes noise between harmonics"),
    RungText("postfilter", "+ post-filter", "deepens low gains, limits decay"),
    RungText("network", "Network", "the enhancer as it is set"),
)

EMPTY = {
    "": "Measure to climb the ladder with what was just said.",
    "listening": "Listening for a few seconds of sound…",
    "measuring": "Measuring…",
}
NO_CLEAN = (
    "This source does not know its clean signal. The simulated room does, and a file whose name ends in noisy "
    "beside one that ends in clean."
)
NO_CLEAN_FILE = "The clean recording of this file is not known: there is none beside it whose name ends in clean."


class Picture(Painted):
    """The spectrogram of one rung; a click plays it."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(PICTURE_HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._columns_dbfs: np.ndarray | None = None
        self._reference_dbfs: np.ndarray | None = None
        self._bin_hz = 1.0
        self.playing = False
        self.position = 0.0
        """Share of the excerpt that has been played."""

    def show_columns(self, columns_dbfs: np.ndarray | None, reference_dbfs: np.ndarray | None, bin_hz: float) -> None:
        """Columns (T, B) to show; with a reference their difference to it; None: an empty picture."""
        self._columns_dbfs, self._reference_dbfs, self._bin_hz = columns_dbfs, reference_dbfs, bin_hz
        self.invalidate()

    def show_playing(self, playing: bool, position: float) -> None:
        """Accent frame, and the playhead at a share of the width."""
        if (playing, position) != (self.playing, self.position):
            self.playing, self.position = playing, position
            self.update()

    @property
    def map_name(self) -> str:
        """Colour map in use."""
        if self._reference_dbfs is None:
            return "magma"
        return self.tokens.difference_map

    def background_color(self) -> str:
        return QColor.fromRgb(int(colormap("magma")[0])).name()

    def image(self) -> QImage:
        """The picture in device pixels."""
        ratio = pixel_ratio(self)
        width, height = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        columns = self._columns_dbfs
        rows = RowMap(height, columns.shape[1], self._bin_hz)
        levels, range_db = rows(columns), LEVEL_RANGE_DB
        if self._reference_dbfs is not None:
            reference = np.maximum(rows(self._reference_dbfs), DIFFERENCE_FLOOR_DB)
            levels, range_db = np.maximum(levels, DIFFERENCE_FLOOR_DB) - reference, DIFFERENCE_RANGE_DB
        first = np.arange(width) * len(levels) // width
        if self._reference_dbfs is None and len(levels) >= width:
            levels = np.maximum.reduceat(levels, first, axis=0)  # the largest of the hops that share a pixel
        else:
            levels = levels[first]
        pixels = np.ascontiguousarray(colormap(self.map_name)[color_index(levels, *range_db)].T)
        return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()

    def paint_background(self, painter: QPainter) -> None:
        if self._columns_dbfs is not None:
            painter.drawImage(QRectF(self.rect()), self.image())
        ink = map_ink(self.map_name)
        ink.setAlphaF(0.08)
        painter.setPen(ink)
        for hz in GRID_HZ:
            y = round(float(frequency_y(hz, self.height())))
            painter.drawLine(0, y, self.width(), y)

    def paint(self, painter: QPainter) -> None:
        if self._columns_dbfs is not None:
            painter.setPen(map_ink(self.map_name))
            x = round(self.position * (self.width() - 1))
            painter.drawLine(x, 0, x, self.height())
        if self.playing:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_FIELD, RADIUS_FIELD)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()


class PlayButton(FlatButton):
    """Plays a rung, or goes back to the live sound while it plays: 36 square, filled while it plays."""

    SIDE = 36

    def __init__(self, title: str, number: int, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self.setCheckable(True)
        self.setFixedSize(self.SIDE, self.SIDE)
        self.setAccessibleName(f"Play {title}")
        self.setToolTip(f"Play {title} in place of the live sound ({number}); again: the live sound")

    def paintEvent(self, event) -> None:
        t = self.tokens
        painter = QPainter(self)
        playing = self.isChecked()
        fill = t.accent if playing else t.hover if self.underMouse() and self.isEnabled() else t.raised
        self._box(painter, fill, t.accent if playing else t.line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.on_ab if playing else t.text1 if self.isEnabled() else t.line_strong))
        x, y = self.width() / 2, self.height() / 2
        if playing:
            painter.drawRect(QRectF(x - 5, y - 5, 10, 10))
        else:
            painter.drawPolygon(QPolygonF([QPointF(x - 4, y - 5), QPointF(x + 5, y), QPointF(x - 4, y + 5)]))
        painter.end()


class Heading(Painted):
    """Number in a box and the rung's name."""

    def __init__(self, number: int, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number, self.title, self.playing = number, title, False
        self.setFixedHeight(28)

    def show_title(self, title: str, playing: bool) -> None:
        if (title, playing) != (self.title, self.playing):
            self.title, self.playing = title, playing
            self.invalidate()

    def paint_background(self, painter: QPainter) -> None:
        t = self.tokens
        box = QRectF(0.5, 5.5, 17, 17)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(t.accent if self.playing else t.line_strong))
        painter.setBrush(QColor(t.accent) if self.playing else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, RADIUS_FIELD, RADIUS_FIELD)
        painter.setFont(font(11, 500))
        ink = t.on_ab if self.playing else t.text2
        draw_text(painter, 9, 14, str(self.number), ink, Qt.AlignmentFlag.AlignHCenter)
        painter.setFont(font(13, 600))
        draw_text(painter, 26, 14, self.title, t.text1)


class FrequencyScale(Painted):
    """Frequencies beside the first picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(AXIS_WIDTH, PICTURE_HEIGHT)

    def paint_background(self, painter: QPainter) -> None:
        painter.setFont(font(11))
        for hz in LABELS_HZ:
            y = min(max(float(frequency_y(hz, self.height())), 6.0), self.height() - 6.0)
            label = f"{hz // 1000}k" if hz >= 1000 else str(hz)
            draw_text(painter, self.width() - 8, y, label, self.tokens.text2, Qt.AlignmentFlag.AlignRight)


class TimeScale(Painted):
    """Seconds of the excerpt below a picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(24)
        self.duration_s = 3.0

    def paint_background(self, painter: QPainter) -> None:
        painter.setFont(font(11))
        for second in range(int(self.duration_s) + 1):
            x = self.width() * second / self.duration_s
            last = second == int(self.duration_s)
            align = Qt.AlignmentFlag.AlignRight if last else Qt.AlignmentFlag.AlignHCenter
            align = Qt.AlignmentFlag.AlignLeft if second == 0 else align
            draw_text(painter, x, 12, f"{second}{THIN_SPACE}s" if last else str(second), self.tokens.text2, align)


class Score(Painted):
    """One score: what it is above its number."""

    def __init__(self, label: str, decimals: int, unit: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label, self.decimals, self.unit = label, decimals, unit
        self.value = float("nan")
        self.setFixedHeight(36)

    @property
    def text(self) -> str:
        """The number as written."""
        return number(self.value, self.decimals)

    def show_value(self, value: float) -> None:
        self.value = value
        self.setAccessibleName(f"{self.label} {self.text} {self.unit}".rstrip())
        self.invalidate()

    def paint_background(self, painter: QPainter) -> None:
        painter.setFont(font(11))
        draw_text(painter, 0, 7, self.label, self.tokens.text3)
        painter.setFont(font(15, 500))
        width = draw_text(painter, 0, 26, self.text, self.tokens.text1)
        if self.unit and self.text != UNKNOWN:
            painter.setFont(font(12))
            draw_text(painter, width + 4, 27, self.unit, self.tokens.text2)


class RungColumn(QWidget):
    """Everything about one rung, top to bottom."""

    wanted = Signal(str)
    """Name of the rung to be heard; "" for the live sound."""

    def __init__(self, number: int, text: RungText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = text
        self.heading = Heading(number, text.title)
        self.picture = Picture()
        self.picture.setAccessibleName(f"Spectrogram, {text.title}")
        self.scale = TimeScale()
        self.button = PlayButton(text.title, number)
        self.button.setEnabled(False)
        self.si_sdr = Score("SI-SDR", 1, "dB")
        self.stoi = Score("STOI", 2)
        self.note = QLabel(text.note)
        self.note.setFont(font(12))
        self.note.setProperty("tone", "2")
        self.note.setWordWrap(True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.note.setFixedHeight(34)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.si_sdr, 6)
        row.addWidget(self.stoi, 5)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.heading)
        layout.addWidget(self.picture)
        layout.addWidget(self.scale)
        layout.addLayout(row)
        layout.addWidget(self.note)
        self.picture.pressed.connect(self.toggle)
        self.button.clicked.connect(self.toggle)

    def toggle(self) -> None:
        """As a click: hear this rung, or the live sound again."""
        if self.button.isEnabled():
            self.wanted.emit("" if self.picture.playing else self.text.name)

    def show_rung(self, rung: OracleRung | None, excerpt: OracleExcerpt | None, reference: OracleRung | None) -> None:
        """The rung of an excerpt, as a difference to `reference` if there is one."""
        self.button.setEnabled(rung is not None)
        self.si_sdr.show_value(rung.si_sdr_db if rung else float("nan"))
        self.stoi.show_value(rung.stoi if rung else float("nan"))
        if rung is None:
            self.picture.show_columns(None, None, 1.0)
            return
        self.picture.show_columns(rung.columns_dbfs, reference.columns_dbfs if reference else None, excerpt.bin_hz)
        self.scale.duration_s = excerpt.duration_s
        self.scale.invalidate()
        if self.text.name == "network":
            self.heading.show_title(excerpt.method, self.heading.playing)

    def show_playing(self, playing: bool, position: float) -> None:
        """Whether this rung is heard, and the share of the excerpt played."""
        self.picture.show_playing(playing, position)
        self.button.setChecked(playing)
        self.heading.show_title(self.heading.title, playing)


class OracleView(QWidget):
    """The ladder. `show_report` takes what was measured, `show_playing` what is heard.

    `tools` stand in the header of the panel around it.
    """

    rung_wanted = Signal(str, bool)
    """Name of the rung to be heard ("" for the live sound), and whether it shall loop."""
    measure_wanted = Signal()
    clean_wanted = Signal()
    """The clean recording of the file that plays shall be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Oracle ladder")
        self.setProperty("picture", True)
        self.report = OracleReport()
        self.playing = ""
        self.known, self.choosable = True, False
        self.loop_button = Toggle("Loop", "Play the excerpt again and again; off: once")
        self.loop_button.setChecked(True)
        self.difference_button = Toggle("Difference", "Show each rung minus the noisy sound")
        self.color_bar = ColorBar()
        self.color_bar.setFixedWidth(176)
        self.tools = (self.loop_button, self.difference_button, self.color_bar)
        self.frequencies = FrequencyScale()
        self.columns = {text.name: RungColumn(place + 1, text) for place, text in enumerate(RUNGS)}
        self.message = QLabel()
        self.message.setFont(font(12))
        self.message.setProperty("tone", "2")
        self.comparison = QLabel()
        self.comparison.setFont(font(12))
        self.measure_button = QPushButton("Measure")
        self.measure_button.setFont(font(12))
        self.measure_button.setFixedHeight(28)
        self.measure_button.setToolTip("Take the last words that were said and measure all rungs")

        self.clean_button = QPushButton("Clean file…")
        self.clean_button.setFont(font(12))
        self.clean_button.setFixedHeight(28)
        self.clean_button.setToolTip(
            "Choose the clean recording of the file that plays: the same length and rate, sample by sample. "
            "The file begins anew."
        )

        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        beside = QVBoxLayout()
        beside.addSpacing(32)
        beside.addWidget(self.frequencies)
        beside.addStretch(1)
        grid.addLayout(beside, 0, 0)
        for place, column in enumerate(self.columns.values()):
            grid.addWidget(column, 0, place + 1)
            grid.setColumnStretch(place + 1, 1)
            column.wanted.connect(self._on_wanted)
        foot = QHBoxLayout()
        foot.addWidget(self.comparison)
        foot.addStretch(1)
        foot.addWidget(self.message)
        foot.addSpacing(8)
        foot.addWidget(self.clean_button)
        foot.addWidget(self.measure_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        grid.setContentsMargins(4, 0, 12, 0)
        foot.setContentsMargins(12, 8, 12, 8)
        layout.addLayout(grid)
        layout.addWidget(rule())
        layout.addLayout(foot)
        self.difference_button.toggled.connect(lambda _: self._show_rungs())
        self.measure_button.clicked.connect(self.measure_wanted)
        self.clean_button.clicked.connect(self.clean_wanted)
        self.loop_button.toggled.connect(lambda on: self.playing and self.rung_wanted.emit(self.playing, on))
        self._show_state()

    def apply_theme(self, tokens) -> None:
        """Paint with these tokens from now on."""
        for widget in self.findChildren(QWidget):
            if hasattr(widget, "apply_theme"):
                widget.apply_theme(tokens)
        for tool in self.tools:
            tool.apply_theme(tokens)
        self._show_bar()

    def set_known(self, known: bool, choosable: bool = False) -> None:
        """Whether the source knows its clean signal, else there is nothing to measure; and whether it can be chosen,
        because the source is a file."""
        self.known, self.choosable = known, choosable
        self._show_state()

    def show_report(self, report: OracleReport) -> None:
        """What was measured, and what is going on."""
        changed = report.excerpt is not self.report.excerpt
        self.report = report
        if changed:
            self._show_rungs()
        self._show_state()

    def show_playing(self, rung: str, position_s: float) -> None:
        """What is heard now ("" is the live sound), and where in the excerpt."""
        self.playing = rung
        excerpt = self.report.excerpt
        position = min(1.0, position_s / excerpt.duration_s) if excerpt else 0.0
        for name, column in self.columns.items():
            column.show_playing(name == rung, position)
        self._show_comparison()

    def _on_wanted(self, rung: str) -> None:
        self.rung_wanted.emit(rung, self.loop_button.isChecked())

    def _show_rungs(self) -> None:
        excerpt = self.report.excerpt
        rungs = {rung.name: rung for rung in excerpt.rungs} if excerpt else {}
        for name, column in self.columns.items():
            difference = self.difference_button.isChecked() and name != NOISY
            column.show_rung(rungs.get(name), excerpt, rungs.get(NOISY) if difference else None)
        self._show_bar()

    def _show_bar(self) -> None:
        if self.difference_button.isChecked():
            self.color_bar.set_map(self.columns["bands"].picture.map_name, DIFFERENCE_RANGE_DB)
        else:
            self.color_bar.set_map("magma", LEVEL_RANGE_DB)

    def _show_state(self) -> None:
        busy = bool(self.report.state)
        self.measure_button.setEnabled(self.known and not busy)
        self.clean_button.setVisible(self.choosable)
        if not self.known:
            text = NO_CLEAN_FILE if self.choosable else NO_CLEAN
        elif busy or self.report.excerpt is None:
            text = EMPTY[self.report.state]
        else:
            text = f"Excerpt {self.report.excerpt.number}: {number(self.report.excerpt.duration_s, 1)}{THIN_SPACE}s"
        self.message.setText(text)
        self._show_comparison()

    def _show_comparison(self) -> None:
        """The playing rung against the one before it."""
        rungs = self.report.excerpt.rungs if self.report.excerpt else ()
        names = [rung.name for rung in rungs]
        if self.playing not in names:
            self.comparison.setText("")
            return
        place = names.index(self.playing)
        if place == 0:
            self.comparison.setText(f"Playing 1 {RUNGS[0].title}")
            return
        now, before = rungs[place], rungs[place - 1]
        titles = [column.heading.title for column in self.columns.values()]
        self.comparison.setText(
            f"{place + 1} {titles[place]} against {place} {titles[place - 1]}: "
            f"SI-SDR {number(now.si_sdr_db - before.si_sdr_db, 1, signed=True)}{THIN_SPACE}dB, "
            f"STOI {number(now.stoi - before.stoi, 2, signed=True)}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = event.key() - Qt.Key.Key_1
        if 0 <= place < len(RUNGS):
            list(self.columns.values())[place].toggle()
        else:
            super().keyPressEvent(event)
