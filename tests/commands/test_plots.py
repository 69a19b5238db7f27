from workbench.commands.plots import plot_classes

METHODS = {
    "ours": {"by_snr": {"0": {"pesq": 1.5, "sig": float("nan")}, "10": {"pesq": 2.5, "sig": float("nan")}}},
    "theirs": {"by_snr": {"10": {"pesq": 2.0}}},
}


def test_a_chart_for_each_metric_over_the_classes_in_order(tmp_path):
    plot_classes(METHODS, [("by_snr", "SNR in dB")], [("pesq", "PESQ"), ("sig", "SIG")], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["pesq_by_snr.svg"], "nobody measured SIG"
    chart = (tmp_path / "pesq_by_snr.svg").read_text()
    assert all(word in chart for word in ("PESQ", "SNR in dB", "ours", "theirs"))


def test_one_class_is_no_chart(tmp_path):
    plot_classes({"ours": {"by_snr": {"0": {"pesq": 1.5}}}}, [("by_snr", "SNR")], [("pesq", "PESQ")], tmp_path)
    assert not list(tmp_path.iterdir())
