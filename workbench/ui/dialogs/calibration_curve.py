"""A microphone's response as its calibration file says, and what the correction adds."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.core.calibration import MicrophoneCalibration
from workbench.ui import theme
from workbench.ui.controls import Themed
from workbench.ui.painting import draw_text, number, polygon, with_unit

LEFT, BOTTOM = 48, 18
LOW_HZ, HIGH_HZ = 20.0, 20000.0
TICKS = ((20, with_unit("20", "Hz")), (100, "100"), (1000, "1k"), (10000, "10k"))
RANGES_DB = (3.0, 6.0, 12.0, 24.0, 60.0)


class CalibrationCurve(Themed, QWidget):
    """Response in dB, relative to 1 kHz, over log frequency."""

    def __init__(self):
        super().__init__()
        self.calibration: MicrophoneCalibration | None = None
        self.setFixedHeight(132)
        self.setAccessibleName("Response of the microphone")
        self.setProperty("picture", "microphone")

    def show_calibration(self, calibration: MicrophoneCalibration | None) -> None:
        """Show a file's curve; None: there is none."""
        self.calibration = calibration
        self.setAccessibleDescription("none" if calibration is None else f"{len(calibration.frequency_hz)} points")
        self.update()

    def _curve(self) -> tuple[np.ndarray, np.ndarray]:
        at_hz = np.geomspace(LOW_HZ, HIGH_HZ, 240)
        level_db = self.calibration.at(at_hz) - self.calibration.at(np.array([1000.0]))[0]
        return at_hz, level_db

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        plot = QRectF(LEFT, 6, self.width() - LEFT - 8, self.height() - BOTTOM - 6)
        painter.fillRect(plot, QColor(t.plot))
        curve = None if self.calibration is None else self._curve()
        largest = 0.0 if curve is None else float(np.abs(curve[1]).max())
        span_db = next((step for step in RANGES_DB if step >= largest), RANGES_DB[-1])
        painter.setFont(theme.font(11))
        to_x = lambda hz: plot.left() + math.log(hz / LOW_HZ) / math.log(HIGH_HZ / LOW_HZ) * plot.width()  # noqa: E731
        to_y = lambda db: plot.center().y() - db / span_db * (plot.height() / 2 - 8)  # noqa: E731
        for level_db in (span_db, 0.0, -span_db):
            y = round(to_y(level_db)) + 0.5
            painter.setPen(QPen(QColor(t.line), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            text = number(level_db, 0, signed=True)
            if level_db == span_db:  # one label says what all are
                text = with_unit(text, "dB")
            draw_text(painter, LEFT - 6, y, text, t.text3, Qt.AlignmentFlag.AlignRight)
        for at_hz, text in TICKS:
            x = round(to_x(at_hz)) + 0.5
            painter.setPen(QPen(QColor(t.line), 1))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            draw_text(painter, x, self.height() - 8, text, t.text3, Qt.AlignmentFlag.AlignHCenter)
        if curve is None:
            draw_text(painter, plot.center().x(), plot.center().y() - 14, "No file: taken as flat.", t.text3,
                      Qt.AlignmentFlag.AlignHCenter)  # fmt: skip
        else:
            painter.setClipRect(plot)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(t.accent), 1.5))
            x = plot.left() + np.log(curve[0] / LOW_HZ) / np.log(HIGH_HZ / LOW_HZ) * plot.width()
            y = plot.center().y() - curve[1] / span_db * (plot.height() / 2 - 8)
            painter.drawPolyline(polygon(x, y))
        painter.end()
