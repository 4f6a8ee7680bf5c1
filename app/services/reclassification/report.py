"""What a run has changed, as a file."""
from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...models.reclassification import Reclassification
from ...queries.reclassification import all_records
from ..sheets import csv_chunks
from .steps import CHANGED, GONE, RESTORED
from .trees import TREES, Nodes, path_of

OUTCOMES = {RESTORED: _l("Undone"), CHANGED: _l("Not undone: it was changed since"),
            GONE: _l("Not undone: the old path is gone")}


def csv_pieces(session, viewer, run: Reclassification) -> Iterator[bytes]:
    """The CSV in pieces: a line for each record one may see, however many there are."""
    tree, texts = TREES[run.tree], [row["texts"][1] for row in run.rows]
    head = [_("Protocol"), _("Previous path"), _("New path"), _("Row of the mapping"), _("Undoing")]

    def rows():
        nodes = Nodes(session, tree)
        for chunk in all_records(session, viewer, run):
            olds = [path_of((row.first, row.second, row.third)) for row in chunk]
            nodes.read(set(olds))
            for row, old in zip(chunk, olds, strict=True):
                yield [row.protocol or f"id-{row.attendance_id}", nodes.text(old), texts[row.row], row.row + 1,
                       str(OUTCOMES[row.outcome]) if row.outcome else ""]
    return csv_chunks(head, rows())


def filename(run: Reclassification) -> str:
    """reclassificacao-12.csv"""
    return f"reclassificacao-{run.id}.csv"
