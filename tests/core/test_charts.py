import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from workbench.core.charts import csv_table, line_chart, write_text
from workbench.core.errors import InputError

SVG = "{http://www.w3.org/2000/svg}"


def test_chart_places_points_and_leaves_gaps():
    x = np.array([100.0, 1000.0, 10000.0])
    text = line_chart(
        "A <b> & c",
        x,
        {"one": [0.0, 10.0, 20.0], "two": [5.0, np.nan, 5.0]},
        x_label="Frequency (Hz)",
        y_label="dB",
        log_x=True,
        y_range=(0.0, 20.0),
    )
    root = ElementTree.fromstring(text)
    lines = [path.get("d") for path in root.iter(f"{SVG}path") if path.get("stroke-width")]
    one = [tuple(map(float, point.split())) for point in lines[0].replace("M", "").split("L")]
    assert one[1][0] == pytest.approx((one[0][0] + one[2][0]) / 2)  # equal ratios, equal steps
    assert one[1][1] == pytest.approx((one[0][1] + one[2][1]) / 2)
    assert one[0][1] > one[2][1]  # up is more
    assert lines[2].count("M") == 2 and "L" not in lines[2]
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert "A <b> & c" in words and "1 k" in words and "dB" in words


def test_a_constant_has_a_range():
    ElementTree.fromstring(line_chart("flat", np.arange(3.0), {"y": np.zeros(3)}, x_label="x", y_label="y"))


def test_table_reads_back():
    text = csv_table("f", np.array([1.0, 2.0]), {"a,b": np.array([3.0, 4.0]), "c": np.array([5.0, 6.5])})
    assert text.splitlines()[0] == "f,a;b,c"
    np.testing.assert_array_equal(np.loadtxt(text.splitlines()[1:], delimiter=","), [[1, 3, 5], [2, 4, 6.5]])


def test_what_cannot_be_written_is_named(tmp_path):
    with pytest.raises(InputError, match="missing"):
        write_text(tmp_path / "missing" / "x.svg", "")
