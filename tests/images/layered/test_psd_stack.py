"""The records of a PSD say which layers predict its merged picture."""

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.layered.layer_stack import LayerMask, StackedLayer, lay_stack
from pochade.images.layered.layered_file import LayeredFile
from pochade.images.layered.take_apart import take_apart
from tests.support.layered_files import MadeLayer, make_layered_psd
from tests.support.paintings import painting

GROUND = MadeLayer(painting(40, 60))


def figure(seed: int) -> MadeLayer:
    values: Array = np.random.default_rng(seed).integers(0, 256, (20, 30, 4), np.uint8)
    return MadeLayer(values, 5, 7)


def taken_apart(*layers: MadeLayer) -> LayeredFile:
    file = take_apart(make_layered_psd(layers, painting(40, 60)))
    assert file is not None
    return file


def test_layers_are_stacked_as_their_records_say() -> None:
    file = taken_apart(GROUND, figure(1)._replace(opacity=120, mode=b"mul "))
    assert file.stacks == {2: (StackedLayer(0, 0, 0, 255, "normal"), StackedLayer(1, 5, 7, 120, "multiply"))}


def test_hidden_layers_and_unknown_modes_are_left_out() -> None:
    file = taken_apart(GROUND, figure(1)._replace(hidden=True), figure(2)._replace(mode=b"hue "), figure(3))
    assert [layer.picture for layer in file.stacks[4]] == [0, 3]


def test_a_mask_belongs_to_its_layer() -> None:
    mask = np.arange(600, dtype=np.uint8).reshape(20, 30)
    file = taken_apart(GROUND, figure(1)._replace(mask=mask))
    assert file.stacks[3][1] == StackedLayer(1, 5, 7, 255, "normal", (LayerMask(2, 0, 5, 7, 0),))


def test_a_clipped_layer_shows_only_on_the_layer_below() -> None:
    file = taken_apart(GROUND, figure(1), figure(2)._replace(clipped=True), figure(3)._replace(clipped=True))
    assert [layer.masks for layer in file.stacks[4]] == [(), (), *[(LayerMask(1, 3, 5, 7, 0),)] * 2]


def test_layers_clipped_to_a_hidden_one_are_hidden() -> None:
    file = taken_apart(GROUND, figure(1)._replace(hidden=True), figure(2)._replace(clipped=True))
    assert [layer.picture for layer in file.stacks[3]] == [0]


def test_a_stack_is_what_the_layers_look_like() -> None:
    file = taken_apart(GROUND, figure(1))
    (stack,) = file.stacks.values()
    merged = lay_stack(40, 60, stack, lambda number: file.pictures[number])
    assert np.array_equal(merged[:5], GROUND.values[:5])
    assert not np.array_equal(merged[5:25, 7:37], GROUND.values[5:25, 7:37])


def test_deep_and_layerless_files_have_no_stack() -> None:
    deep = painting(40, 60).astype(np.uint16)
    file = take_apart(make_layered_psd([MadeLayer(deep)], deep))
    assert file is not None
    assert file.stacks == {}
    assert taken_apart().stacks == {}
