"""The public face: three lines, light, and nothing more than it says."""

import pytest

import enhancer


def test_every_public_name_is_there() -> None:
    assert sorted(enhancer.__all__) == enhancer.__all__
    for name in enhancer.__all__:
        assert getattr(enhancer, name).__doc__


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'magic'"):
        _ = enhancer.magic
