"""The log of a record is a page of that record's screen."""
import re

import pytest


@pytest.mark.parametrize(("target", "label"), [("entity", "Entidades"), ("attendance", "Atendimentos")])
def test_the_menu_keeps_the_screen_of_the_record_highlighted(person, world, target, label):
    page = person("supervisor").get(f"/logs/{target}/{getattr(world, target).id}")
    assert page.status_code == 200
    current = re.findall(r'<a [^>]*aria-current="page"[^>]*>.*?<span class="t">([^<]*)', page.text)
    assert current == [label]
