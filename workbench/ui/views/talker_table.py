"""The talkers as a table: direction, distance, confidence, and which of them the beam follows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.messages import Localization, Track
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens, track_style
from workbench.ui.views import polar

HEAD = 24
SHOWN_ROWS = 2
"""Rows that always have their place; more get theirs once they are needed and keep it until `clear`."""
MOST_ROWS = 8
_BUTTON_WIDTH, _BUTTON_HEIGHT = 72, 24


class _Columns:
    """Where the columns lie in a table of some width: right edges of numbers, the bar's left and right."""

    def __init__(self, width: int, compact: bool):
        self.name = theme.PANEL_PADDING
        self.azimuth = 98 if compact else 112
        self.distance = 152 if compact else 177
        self.bar = self.distance + (10 if compact else 12)
        self.button = width - theme.PANEL_PADDING - _BUTTON_WIDTH
        self.number = self.button - (10 if compact else 16)
        self.bar_end = self.number - (32 if compact else 43)


class _Row(QWidget):
    """One talker."""

    follow_requested = Signal(int)

    def __init__(self, tokens: Tokens, parent: QWidget):
        super().__init__(parent)
        self.track: Track | None = None
        self.number = 0
        self.following = False
        self.compact = False
        self._tokens = tokens
        self.setFixedHeight(theme.ROW)
        self.button = QPushButton(self)
        self.button.setFont(theme.font(12))
        self.button.setFixedSize(_BUTTON_WIDTH, _BUTTON_HEIGHT)
        self.button.clicked.connect(lambda: self.follow_requested.emit(0 if self.following else self.number))
        self.apply_theme(tokens)

    def fill(self, number: int, track: Track | None, following: bool) -> None:
        changed = (number, following) != (self.number, self.following)
        self.number, self.track, self.following = number, track, following
        if changed:
            self.button.setText("Following" if following else "Follow")
            what = f"Release the beam from talker {number}" if following else f"Let the beam follow talker {number}"
            self.button.setToolTip(what)
            self.button.setAccessibleName(what)
            self._dress()
        self.setAccessibleName(f"Talker {number}")
        self.setAccessibleDescription(", ".join(self.texts()))
        self.setVisible(True)
        self.update()

    def texts(self) -> tuple[str, str, str, str]:
        """Name, azimuth, distance and confidence as shown."""
        if self.track is None:
            return f"T{self.number}", painting.UNKNOWN, painting.UNKNOWN, painting.UNKNOWN
        return (
            f"T{self.number}",
            painting.format_azimuth(self.track.azimuth_rad),
            painting.format_distance(self.track.distance_m),
            painting.format_probability(self.track.confidence),
        )

    def apply_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._dress()
        self.update()

    def _dress(self) -> None:
        t = self._tokens
        line, text = (t.accent, t.text1) if self.following else (t.line_strong, t.text2)
        self.button.setStyleSheet(
            f"QPushButton {{ background: {t.raised if self.following else 'transparent'}; color: {text};"
            f" border: 1px solid {line}; border-radius: {theme.RADIUS_FIELD}px; padding: 0; }}"
            f"QPushButton:hover {{ background: {t.hover}; color: {t.text1}; }}"
            f"QPushButton:focus {{ border: 2px solid {t.accent}; }}"
        )

    def resizeEvent(self, event) -> None:
        columns = _Columns(self.width(), self.compact)
        self.button.move(columns.button, (self.height() - _BUTTON_HEIGHT) // 2)

    def paintEvent(self, event) -> None:
        t, columns = self._tokens, _Columns(self.width(), self.compact)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        name, azimuth, distance, confidence = self.texts()
        active = self.track is not None and self.track.active
        middle = self.height() / 2
        color = QColor(track_style(self.number, t)[0])
        painter.setPen(Qt.PenStyle.NoPen if active else QColor(color))
        painter.setBrush(color if active else Qt.BrushStyle.NoBrush)
        shape = track_style(self.number, t)[1]
        polar.draw_shape(painter, QPointF(columns.name + 5.5, middle), shape, 5.0 if active else 4.5)
        painter.setPen(color)
        painter.setFont(theme.font(13, 500))
        centred = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(columns.name + 17, 0, 40, self.height()), centred, name)
        painter.setFont(theme.font(13))
        for text, right, tone in (
            (azimuth, columns.azimuth, t.text1 if active else t.text3),
            (distance, columns.distance, t.text1 if active else t.text3),
            (confidence, columns.number, t.text2 if active else t.text3),
        ):
            painter.setPen(QColor(tone))
            painter.drawText(QRectF(right - 70, 0, 70, self.height()), centred | Qt.AlignmentFlag.AlignRight, text)
        whole = QRectF(columns.bar, middle - 2, columns.bar_end - columns.bar, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.line))
        painter.drawRoundedRect(whole, 2, 2)
        if self.track is not None and self.track.confidence > 0:
            whole.setWidth(max(4.0, whole.width() * min(1.0, self.track.confidence)))
            painter.setBrush(t.color(f"track{(self.number - 1) % 4 + 1}", 1.0 if active else 0.5))
            painter.drawRoundedRect(whole, 2, 2)
        painter.end()


class TalkerTable(QWidget):
    """The talkers that are tracked. Signal `follow_requested(number)`: 0 releases the beam."""

    follow_requested = Signal(int)
    rows_changed = Signal(int)
    """How many rows have their place."""

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = tokens
        self._compact = False
        self._tracks: tuple[Track, ...] = ()
        self._following = 0
        self._places = SHOWN_ROWS
        self._rows: list[_Row] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, HEAD, 0, 8)
        column.setSpacing(0)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Talkers")

    def show_localization(self, localization: Localization) -> None:
        """Show one update of the localizer."""
        self.show_tracks(localization.tracks)

    def show_tracks(self, tracks: Sequence[Track]) -> None:
        """Show tracks, in the order of their numbers."""
        self._tracks = tuple(sorted(tracks, key=lambda track: track.number))
        self._fill()

    def show_beam(self, azimuth_rad: float, following: int = 0) -> None:
        """Mark the talker that the beam follows; 0 for none."""
        if following != self._following:
            self._following = following
            self._fill()

    def clear(self) -> None:
        """Forget all talkers and give the extra rows back."""
        self._tracks = ()
        self._places = SHOWN_ROWS
        self._fill()
        self._settle()

    def set_compact(self, compact: bool) -> None:
        """The narrow window's table."""
        self._compact = compact
        policy = QSizePolicy.Policy.Expanding if compact else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, policy)
        for row in self._rows:
            row.compact = compact
            row.resizeEvent(None)
            row.update()
        self.update()

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        self._tokens = tokens
        for row in self._rows:
            row.apply_theme(tokens)
        self.update()

    def row_texts(self) -> list[tuple[str, str, str, str]]:
        """Name, azimuth, distance and confidence of each row shown."""
        return [row.texts() for row in self._rows if not row.isHidden()]

    def follow_button(self, number: int) -> QPushButton | None:
        """The button of a talker's row, None when it has no row."""
        return next((row.button for row in self._rows if not row.isHidden() and row.number == number), None)

    def sizeHint(self) -> QSize:
        return QSize(472, HEAD + self._places * theme.ROW + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, HEAD + self._places * theme.ROW + 8)

    def _fill(self) -> None:
        entries: list[tuple[int, Track | None]] = [(track.number, track) for track in self._tracks]
        if self._following and all(number != self._following for number, _ in entries):
            # The beam still follows a talker that is gone: its row stays, so that it can be released.
            entries = sorted([*entries, (self._following, None)], key=lambda entry: entry[0])
        entries = entries[:MOST_ROWS]
        while len(self._rows) < len(entries):
            row = _Row(self._tokens, self)
            row.compact = self._compact
            row.follow_requested.connect(self.follow_requested)
            self.layout().insertWidget(len(self._rows), row)
            self._rows.append(row)
        for row, (number, track) in zip(self._rows, entries):
            row.fill(number, track, number == self._following)
        for row in self._rows[len(entries) :]:
            row.setVisible(False)
        if len(entries) > self._places:
            self._places = len(entries)
            self._settle()
        self.update()

    def _settle(self) -> None:
        self.updateGeometry()
        self.rows_changed.emit(self._places)

    def paintEvent(self, event) -> None:
        columns = _Columns(self.width(), self._compact)
        painter = QPainter(self)
        painter.setFont(theme.font(11))
        painter.setPen(QColor(self._tokens.text3))
        centred = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(columns.name, 0, 60, HEAD), centred, "Talker")
        for text, right in (("Azimuth", columns.azimuth), ("Distance", columns.distance)):
            painter.drawText(QRectF(right - 70, 0, 70, HEAD), centred | Qt.AlignmentFlag.AlignRight, text)
        painter.drawText(QRectF(columns.bar, 0, 90, HEAD), centred, "Confidence")
        if self._compact and not any(not row.isHidden() for row in self._rows):
            painter.setFont(theme.font(13))
            painter.setPen(QColor(self._tokens.text2))
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, "No talkers heard.")
        painter.end()
