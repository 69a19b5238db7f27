"""A larger network that does at first exactly what a smaller trained one does.

Net2Net's idea (Chen, Goodfellow, Shlens 2016) in its simplest form: the small network's weights are blocks of the
larger matrices. Units that are new get fresh random weights from everything before them, but nothing that was there
listens to them yet (zeros), so the outputs are the same; the zeros learn from the first step on. Hours spent on the
small network are not spent again on the large one.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from workbench.core.errors import InputError
from workbench.training.networks import EnhancementNetwork, NetworkConfig
from workbench.training.recurrent import GatedRecurrentUnit


def grow(network: EnhancementNetwork, config: NetworkConfig) -> EnhancementNetwork:
    """A network of size `config` with the outputs of `network`.

    New units are drawn from torch's generator: seed it for a repeatable result.

    Raises
    ------
    InputError
        `config` is smaller somewhere, or built differently: other trackers, another number of convolutions, shorter
        ones, or units in front of the outputs that the smaller one lacks.
    """
    small = network.config
    _check(small, config)
    grown = EnhancementNetwork(config).to(network.mean.device)
    with torch.no_grad():
        grown.mean.copy_(network.mean)
        grown.scale.copy_(network.scale)
        _embed(grown.dense, network.dense, _range(network.dense.in_features))
        old_width, width = small.dense, config.dense
        for (old_taps, channels), (taps, wide), old, new in zip(
            small.convolutions, config.convolutions, network.convolutions, grown.convolutions, strict=True
        ):
            # The newest frame is the last tap: a longer window begins earlier.
            newest = range(taps - old_taps, taps)
            _embed(new, old, torch.cat([_range(old_width, tap * width) for tap in newest]))
            old_width, width = channels, wide
        gathered = [(old_width, width)]
        for index, new in enumerate(grown.recurrent):
            if index < len(small.recurrent):
                _embed_unit(new, network.recurrent[index], _range(old_width))
                old_width = small.recurrent[index]
                gathered.append((old_width, new.size))
            else:
                gathered.append((0, new.size))
        columns, start = [], 0
        for old_width, width in gathered:
            columns.append(_range(old_width, start))
            start += width
        _embed(grown.gain, network.gain, torch.cat(columns))
        _embed(grown.strength, network.strength, torch.cat(columns))
    return grown


def _check(small: NetworkConfig, large: NetworkConfig) -> None:
    def refuse(reason: str) -> None:
        raise InputError(f"a {small.name} network cannot be the start of a {large.name} one: {reason}")

    if small.trackers != large.trackers:
        refuse("one has trackers, the other not")
    if any((c.gain_unit, c.strength_unit) != (0, 0) for c in (small, large)):
        refuse("units in front of the outputs cannot be grown")
    if len(small.convolutions) != len(large.convolutions) or len(small.recurrent) > len(large.recurrent):
        refuse("its layers are others")
    sizes = [(small.dense, large.dense), *zip(small.recurrent, large.recurrent, strict=False)]
    for old, new in zip(small.convolutions, large.convolutions, strict=True):
        sizes += list(zip(old, new, strict=True))
    if any(old > new for old, new in sizes):
        refuse("it is larger in places")


def _range(count: int, start: int = 0) -> Tensor:
    return torch.arange(start, start + count)


def _embed(new: nn.Linear, old: nn.Linear, columns: Tensor, rows: Tensor | None = None) -> None:
    """Old weights at (rows, columns) of the new ones; the old rows take nothing from any other column."""
    rows = _range(old.out_features) if rows is None else rows
    new.weight[rows] = 0.0
    new.weight[rows[:, None], columns] = old.weight
    new.bias[rows] = old.bias


def _embed_unit(new: GatedRecurrentUnit, old: GatedRecurrentUnit, columns: Tensor) -> None:
    """The same for the three gates of a recurrent unit, each a block of rows."""
    rows = torch.cat([_range(old.size, gate * new.size) for gate in range(3)])
    _embed(new.input, old.input, columns, rows)
    new.recurrent_weight[rows] = 0.0
    new.recurrent_weight[rows[:, None], _range(old.size)] = old.recurrent_weight
    new.recurrent_bias[rows] = old.recurrent_bias
