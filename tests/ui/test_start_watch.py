import json

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.start_watch import StartWatch, write_times


def test_times_are_of_the_first_painting_the_first_hop_and_the_first_column_seen(qtbot, tmp_path):
    window, view = QWidget(), QWidget()
    QVBoxLayout(window).addWidget(view)
    qtbot.addWidget(window)
    now_s, told = [1.0], []
    watch = StartWatch(window, view, lambda: now_s[0], told.append)
    window.resize(200, 200)
    window.show()
    qtbot.waitUntil(lambda: "window_s" in watch.times)
    now_s[0] = 2.0
    view.update()  # painted without a column: that is not it
    qtbot.wait(50)
    assert not told and "column_s" not in watch.times
    watch.heard([])
    now_s[0] = 3.0
    watch.heard([])
    view.update()
    qtbot.waitUntil(lambda: bool(told))
    view.update()
    qtbot.wait(50)
    assert told[0].pop("cpu_s") > 0
    assert told == [{"window_s": 1.0, "sound_s": 2.0, "column_s": 3.0}]
    write_times(told[0], tmp_path / "start.json")
    assert json.loads((tmp_path / "start.json").read_text()) == told[0]
