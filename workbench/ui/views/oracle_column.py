"""One rung of the oracle ladder, top to bottom: its name, its picture over time, how to hear it, its scores."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.core.messages import OracleExcerpt, OracleRung
from workbench.ui.painting import THIN_SPACE, UNKNOWN, draw_text, number
from workbench.ui.theme import RADIUS_FIELD, font
from workbench.ui.views.headers import FlatButton
from workbench.ui.views.oracle_picture import Picture
from workbench.ui.views.plot import Painted

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
