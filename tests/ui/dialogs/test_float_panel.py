import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from workbench.ui.dialogs import FloatPanel
from workbench.ui.dialogs.float_panel import WHEEL_PX
from workbench.ui.theme import GUTTER

BETWEEN = QRect(0, 56, 1280, 712)


class Barred(QWidget):
    """A window with a toolbar above and a status bar below."""

    def between_bars(self) -> QRect:
        return BETWEEN


@pytest.fixture
def window(qtbot):
    made = Barred()
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    return made


def panel_of(window, height: int, least: int | None = None) -> FloatPanel:
    """A panel that would like a height for its content, and needs the least of it."""

    class Content(QLabel):
        def sizeHint(self):
            return QSize(300, height)

    panel = FloatPanel("Panel", 400, window)
    content = Content("content")
    content.setMinimumHeight(height if least is None else least)
    panel.body.addWidget(content)
    return panel


def test_a_panel_leaves_the_bars_free_wherever_it_is_wanted(window):
    panel = panel_of(window, 300)
    for wanted in (QPoint(0, 0), QPoint(1200, 10), QPoint(0, 790)):
        panel.show_at(lambda wanted=wanted: wanted)
        assert BETWEEN.adjusted(GUTTER, GUTTER, -GUTTER, -GUTTER).contains(panel.geometry())
    panel.show_at(lambda: QPoint(0, 790))
    assert panel.geometry().bottom() == BETWEEN.bottom() - GUTTER


def test_what_scrolls_shrinks_before_it_covers_a_bar(window):
    panel = panel_of(window, 900, least=200)
    panel.show_at(None)
    assert panel.geometry().top() == BETWEEN.top() + GUTTER
    assert panel.geometry().bottom() == BETWEEN.bottom() - GUTTER


def test_what_would_be_squeezed_takes_the_place_of_the_bars(window):
    panel = panel_of(window, 720)
    panel.show_at(None)
    assert panel.height() == panel.wanted_height() > BETWEEN.height() - 2 * GUTTER
    assert window.rect().adjusted(GUTTER, GUTTER, -GUTTER, -GUTTER).contains(panel.geometry())


def drag(panel, begin: QPoint, by: QPoint) -> None:
    """A drag with the left button, as the window system tells it."""
    window = panel.window().windowHandle()
    corner = panel.mapTo(panel.window(), begin)
    QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=corner)
    QTest.mouseMove(window, corner + by)
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, pos=corner + by)


def test_the_header_is_a_handle_until_the_panel_is_closed(window):
    panel = panel_of(window, 300)
    panel.show_at(lambda: QPoint(400, 200))
    drag(panel, QPoint(60, 18), QPoint(-150, 90))
    assert panel.pos() == QPoint(250, 290)
    panel.place()  # its content has changed
    assert panel.pos() == QPoint(250, 290)
    drag(panel, QPoint(60, 18), QPoint(-1000, -1000))
    assert panel.pos() == BETWEEN.topLeft() + QPoint(GUTTER, GUTTER)
    drag(panel, QPoint(60, 200), QPoint(300, 100))  # not its header
    assert panel.pos() == BETWEEN.topLeft() + QPoint(GUTTER, GUTTER)
    panel.dismiss()
    panel.show_at(lambda: QPoint(400, 200))
    assert panel.pos() == QPoint(400, 200)


def test_a_panel_larger_than_the_window_is_not_squeezed_and_all_of_it_can_be_reached(window):
    panel = panel_of(window, 900)
    panel.setFixedWidth(1500)
    far = QPushButton("far", panel)
    panel.show_at(None)
    far.setGeometry(1400, panel.height() - 40, 80, 28)
    far.show()
    assert panel.height() == panel.wanted_height() > 900
    assert panel.pos() == QPoint(GUTTER, GUTTER)  # title first
    drag(panel, QPoint(60, 18), QPoint(-200, 0))
    assert panel.pos() == QPoint(GUTTER - 200, GUTTER)
    far.setFocus(Qt.FocusReason.TabFocusReason)
    seen = QRect(far.mapTo(window, QPoint(0, 0)), far.size())
    assert window.rect().contains(seen)
    panel.close_button.setFocus(Qt.FocusReason.TabFocusReason)
    seen = QRect(panel.close_button.mapTo(window, QPoint(0, 0)), panel.close_button.size())
    assert window.rect().contains(seen)


def test_arrow_keys_with_alt_move_a_panel(window, qtbot):
    panel = panel_of(window, 300)
    panel.show_at(lambda: QPoint(400, 200))
    for key, there in (
        (Qt.Key.Key_Left, QPoint(400 - WHEEL_PX, 200)),
        (Qt.Key.Key_Down, QPoint(400 - WHEEL_PX, 200 + WHEEL_PX)),
        (Qt.Key.Key_Right, QPoint(400, 200 + WHEEL_PX)),
        (Qt.Key.Key_Up, QPoint(400, 200)),
    ):
        qtbot.keyClick(panel, key, Qt.KeyboardModifier.AltModifier)
        assert panel.pos() == there
    qtbot.keyClick(panel, Qt.Key.Key_Left)
    assert panel.pos() == QPoint(400, 200)


def test_the_wheel_moves_a_panel_that_is_larger_than_the_window_and_no_other(window):
    def turn(panel, notches, held=Qt.KeyboardModifier.NoModifier):
        middle = QPointF(panel.rect().center())
        by = QPoint(0, 120 * notches)
        event = QWheelEvent(middle, panel.mapToGlobal(middle), QPoint(), by, Qt.MouseButton.NoButton, held,
                            Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(panel, event)
        assert event.isAccepted()

    large = panel_of(window, 900)
    large.show_at(None)
    start = large.pos()
    turn(large, -2)
    assert large.pos() == start - QPoint(0, 2 * WHEEL_PX)
    turn(large, -20)
    assert large.geometry().bottom() == window.rect().bottom() - GUTTER
    turn(large, 20)
    assert large.pos() == start
    large.dismiss()
    small = panel_of(window, 300)
    small.show_at(None)
    start = small.pos()
    turn(small, -2)
    turn(small, -2, Qt.KeyboardModifier.ShiftModifier)
    assert small.pos() == start


def test_the_keys_go_back_to_where_they_were(window, qtbot):
    button, other = (QPushButton(name, window) for name in ("one", "two"))
    for one in (button, other):
        one.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    panel = panel_of(window, 300)
    button.setFocus()
    panel.show_at(None)
    panel.pin.setFocus()
    panel.dismiss()
    assert button.hasFocus()
    window.setFocus()  # nobody has them: then no button gets a ring that nobody asked for
    panel.show_at(None)
    panel.dismiss()
    assert not button.hasFocus() and not other.hasFocus()
    button.setFocus()
    panel.show_at(None)
    other.setFocus()  # whoever has gone on elsewhere is left alone
    panel.dismiss()
    assert other.hasFocus()
    panel.show_at(None)
    other.hide()
    panel.dismiss()
    assert window.hasFocus()


def test_a_plain_window_is_used_as_a_whole(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    panel = panel_of(window, 300)
    panel.show_at(lambda: QPoint(0, 0))
    assert panel.pos() == QPoint(GUTTER, GUTTER)
