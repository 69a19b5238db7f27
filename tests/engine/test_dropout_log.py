from workbench.core.messages import Dropout
from workbench.engine.dropout_log import KEPT, DropoutLog


def test_all_are_counted_and_own_ones_outlive_those_from_outside():
    log = DropoutLog()
    own = Dropout(0.0, "enhance", own=True)
    log.note(own)
    taken = [Dropout(float(second), "processor", own=False) for second in range(1, 150)]
    missed = [Dropout(float(second), "sound server", own=False) for second in range(150, 300)]
    for dropout in taken + missed:
        log.note(dropout)
    assert (log.noted, log.own, log.machine) == (300, 1, 149)
    assert list(log.newest) == (taken + missed)[-KEPT:]
    assert list(log.newest_own) == [own]
