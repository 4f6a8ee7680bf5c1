"""What a browser asks of its stream, read out of the address."""
import pytest

from app.live.stream import read_topics


@pytest.mark.parametrize(("text", "topics"), [
    ("tickets,attendances.5,attendances.7", {"tickets": None, "attendances": {5, 7}}),
    ("attendances.5,attendances", {"attendances": None}), ("tickets." + "9" * 5_000, {}), ("tickets.x", {})])
def test_topics_are_read_and_what_is_no_id_is_left_out(text, topics):
    assert read_topics(text) == topics
