"""The store: whole or not at all, under names of ours, and gone where the transaction is."""
import hashlib
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from app.database import unit_of_work
from app.files.store import FolderStore, TooLarge
from tests.support.clock import DAY

LATER = timedelta(minutes=5)


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path / "uploads")


def files(store):
    return sorted(path.relative_to(store.root).as_posix() for path in store.root.rglob("*") if path.is_file())


def kept(store, data, **options):
    with store.new("attachment") as incoming:
        incoming.read_from(BytesIO(data))
        return incoming.keep(**options)


@pytest.mark.req("B-31")
def test_what_was_written_is_read_again_under_a_name_that_says_nothing(store):
    with store.new("attachment") as incoming:
        incoming.read_from(BytesIO(b"laudo" * 40_000))
        assert incoming.sha256 == hashlib.sha256(b"laudo" * 40_000).hexdigest()
        assert incoming.size == 200_000
        name = incoming.keep()
    area, first, second, random = name.split("/")
    assert (area, random[:2], random[2:4], len(random)) == ("attachment", first, second, 32)
    with store.open(name) as file:
        assert file.read() == b"laudo" * 40_000
    assert (store.root / name).stat().st_mode & 0o777 == 0o600
    assert files(store) == [name]


@pytest.mark.req("B-31")
def test_what_is_not_kept_leaves_nothing(store):
    with suppress(ZeroDivisionError), store.new("attachment") as incoming:
        incoming.write(b"half of it")
        assert files(store) != []
        raise ZeroDivisionError
    assert files(store) == []


@pytest.mark.req("B-31")
def test_more_than_the_limit_is_refused_while_it_comes(store):
    class Endless:
        given = 0

        def read(self, size):
            self.given += size
            return b"x" * size

    stream = Endless()
    with store.new("attachment", limit=100_000) as incoming, pytest.raises(TooLarge):
        incoming.read_from(stream)
    assert stream.given < 300_000
    assert files(store) == []


@pytest.mark.req("B-31")
def test_bytes_of_a_transaction_that_fails_are_gone_with_it(store, db):
    with suppress(ZeroDivisionError), unit_of_work(db.session) as session:
        name = kept(store, b"laudo", session=session)
        assert files(store) == [name]
        raise ZeroDivisionError
    assert files(store) == []
    with unit_of_work(db.session) as session:
        name = kept(store, b"laudo", session=session)
    with suppress(ZeroDivisionError), unit_of_work(db.session):
        raise ZeroDivisionError  # the next one's failure is none of its business
    assert files(store) == [name]


@pytest.mark.req("B-31")
@pytest.mark.parametrize("name", ["../secret_key", "attachment/../../secret_key", "/etc/passwd", "attachment",
                                  "attachment/ab/cd/..", "coming/x", "", "attachment/ab/cd/" + "A" * 32])
def test_a_name_that_is_not_ours_leads_nowhere(store, tmp_path, name):
    (tmp_path / "secret_key").write_text("x")
    for call in (store.open, store.delete):
        with pytest.raises(FileNotFoundError):
            call(name)
    assert (tmp_path / "secret_key").exists()


def test_an_area_is_a_word(store):
    for area in ("coming", "../x", "Exports", ""):
        with pytest.raises(ValueError, match="no area"):
            store.new(area)


def test_names_by_age_and_what_never_became_whole(store):
    name = kept(store, b"laudo")
    store.new("attachment").file.close()  # its writer died
    now = datetime.now(UTC)
    assert list(store.names("attachment", older_than=now - DAY)) == []
    assert list(store.names("attachment", older_than=now + LATER)) == [name]
    assert list(store.names("export", older_than=now + LATER)) == []
    assert store.drop_unfinished(older_than=now - DAY) == 0
    assert store.drop_unfinished(older_than=now + LATER) == 1
    assert files(store) == [name]
    store.delete(name)
    store.delete(name)
    assert files(store) == []


def test_a_link_put_into_the_folder_is_not_one_of_ours(store, tmp_path):
    (tmp_path / "secret").write_text("x")
    folder = store.root / "attachment" / "ab" / "cd"
    folder.mkdir(parents=True)
    os.symlink(tmp_path / "secret", folder / "link")
    assert list(store.names("attachment", older_than=datetime.now(UTC) + LATER)) == []
