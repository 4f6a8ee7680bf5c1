""""Reclassificar atendimentos": old records given another classification by a mapping (B-23)."""
from flask import url_for
from flask_babel import lazy_gettext as _l

from ...services import jobs
from ...services.reclassification.runs import RUN, UNDO
from . import work
from .pages import ReclassificationView


def _page(job) -> str:
    return url_for("ReclassificationView.show", pk=job.arguments["reclassification"])


def register(appbuilder) -> None:
    """The item in "Configurações", and the two kinds of jobs."""
    appbuilder.add_view(ReclassificationView, "Reclassification", label=_l("Reclassify attendances"),
                        icon="fa-right-left", category="Settings")
    jobs.register_kind(RUN, _l("Reclassification of attendances"), work.run, _page)
    jobs.register_kind(UNDO, _l("Undoing of a reclassification"), work.undo, _page)
