"""A minute of `make prove`: what callers were answered is kept, whoever is killed; guesses and hostile input get
nowhere."""
import pytest

from bench.prove.program import prove

CHECKS = {"faults", "memory", "hostile", "guesses", "letters", "openings", "protocols", "records", "pages", "persons",
          "log", "answers", "stop"}


@pytest.mark.req("B-05", "B-13", "B-19", "B-29", "B-35")
def test_the_one_server_on_sqlite_keeps_its_promises_though_it_is_killed(tmp_path):
    assert_proven("sqlite", f"sqlite:///{tmp_path / 'desk.db'}", tmp_path, seconds=12)


@pytest.mark.req("B-05", "B-13", "B-19", "B-29", "B-35")
def test_two_servers_and_a_worker_on_postgresql_keep_their_promises_though_they_are_killed(
        postgresql_url, redis_url, tmp_path):
    assert_proven("postgresql", postgresql_url, tmp_path, seconds=20, redis_url=redis_url)


def assert_proven(engine, url, folder, **options):
    lines = []
    prove(engine, url, folder, say=lines.append, **options)
    assert [line for line in lines if not line["ok"]] == []
    assert {line["check"] for line in lines} == CHECKS
