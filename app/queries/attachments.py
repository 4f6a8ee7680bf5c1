"""Reading the files of an attendance."""
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ..models.attachment import Attachment
from ..models.attendance import AttendanceDetail
from ..security.visibility import visible


def of_page(session, viewer, detail: AttendanceDetail) -> list[Attachment]:
    """The files of a detail page in the order they came, with who sent them: one query. Those of no page are on the
    first."""
    here = Attachment.detail_id == detail.id
    if detail.page == 1:
        here = or_(here, Attachment.detail_id.is_(None))
    return list(session.scalars(
        select(Attachment).where(Attachment.attendance_id == detail.attendance_id, here,
                                 Attachment.removed_at.is_(None), visible(Attachment, viewer))
        .options(joinedload(Attachment.uploaded_by)).order_by(Attachment.id)))


def find(session, viewer, attachment_id: int) -> Attachment | None:
    """A file one may see and that was not removed."""
    return session.scalar(select(Attachment).where(
        Attachment.id == attachment_id, Attachment.removed_at.is_(None), visible(Attachment, viewer)))
