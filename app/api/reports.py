"""The report of an attendance as PDF, over REST: the page of the back office prints it."""
import io
from collections.abc import Callable
from typing import ClassVar

from flask_babel import gettext as _

from ..errors import NotFound
from ..extensions import db
from ..queries import attendances as reads
from .arguments import Arguments, Flag
from .attachments import download
from .base import Resource, actor
from .operation import operation


class ReportArguments(Arguments):
    notes = Flag(load_default=False, metadata={"description": "With the internal notes, for use inside the company"})


ARGUMENTS = ReportArguments()


class ReportApi(Resource):
    resource_name = "attendances"
    class_permission_name = "attendance"
    method_permission_name = {"get": "read"}
    openapi_spec_tag = "Attendances"
    printed: ClassVar[Callable]  # (attendance, notes) -> (bytes, file name); given by who puts the application together

    @operation("/<address>/report.pdf", summary="Print an attendance", query=ARGUMENTS, produces="application/pdf")
    def get(self, address):
        args = ARGUMENTS.read()
        attendance = reads.find_by_address(db.session, actor(), address)
        if attendance is None:
            raise NotFound(_("Attendance not found."))
        content, name = type(self).printed(attendance, args["notes"] and actor().entity_id is None)
        answer = download(io.BytesIO(content), name)
        answer.mimetype = "application/pdf"
        return answer
