"""What is a person's own, over REST: saved views and notifications."""
from flask import jsonify
from flask_babel import gettext as _
from sqlalchemy import select

from ..errors import NotFound
from ..extensions import db
from ..models.notification import Notification
from ..models.saved_view import SavedView
from ..queries import notifications as reads
from ..security.visibility import visible
from ..services import notifications
from . import schemas
from .arguments import Arguments, Flag, Listed, Whole, text
from .base import MAX_LIMIT, Resource, actor, body, listed, written
from .operation import operation
from .shapes import FLAG, OBJECT, TEXT, WHOLE, Shape, empty, many

VIEW = Shape("SavedView", SavedView, "id name list_key shared query",
             columns=(many(TEXT), lambda row: list(row.columns)),
             own=(FLAG, lambda row: row.owner_id == actor().user_id))
TOLD = Shape("Notification", Notification, "id kind at read_at actor_name", values=(OBJECT, lambda row: row.values))
_LINK = {"type": "object", "required": ["id", "protocol"], "properties": {"id": WHOLE, "protocol": empty(TEXT)}}
NOTIFICATION = TOLD.plus("NotificationListed", attendance=(empty(_LINK), lambda row: None))
READ = {"type": "object", "required": ["read"], "properties": {"read": WHOLE}}


class ListViews(Listed):
    list = text(40, metadata={"description": "Of which list: attendances, entities, …"})


class ListNotifications(Arguments):
    unread = Flag(load_default=False)
    after = Whole(metadata={"description": "The `next` of the page before"})
    limit = Whole(1, MAX_LIMIT, load_default=25)


class ReadNotifications(schemas.Body):
    upto = schemas.whole(required=True, metadata={"description": "Id of the newest that was seen"})


VIEWS, LIST, READ_ALL, NOTHING = ListViews(), ListNotifications(), ReadNotifications(), schemas.Body()


class SavedViewApi(Resource):
    resource_name = "saved-views"
    class_permission_name = "account"
    method_permission_name = {"get_list": "use"}
    openapi_spec_tag = "Own"

    @operation("", summary="List saved views", query=VIEWS, listed=VIEW,
               description="One's own, and what colleagues share.")
    def get_list(self):
        args = VIEWS.read()
        query = db.session.query(SavedView).filter(visible(SavedView, actor()))
        if args["list"] is not None:
            query = query.filter(SavedView.list_key == args["list"])
        return listed(VIEW, query, SavedView.id, SavedView.id, args)


class NotificationApi(Resource):
    resource_name = "notifications"
    class_permission_name = "account"
    method_permission_name = dict.fromkeys(("get_list", "read", "read_all"), "use")
    openapi_spec_tag = "Own"

    @operation("", summary="List notifications", query=LIST, listed=NOTIFICATION, description="The newest first.")
    def get_list(self):
        args = LIST.read()
        rows, following = reads.page_of(
            db.session, actor(), unread=args["unread"], before=args["after"], size=args["limit"])
        return jsonify(items=[_shown(*row) for row in rows], next=str(following) if following else None)

    @operation("/<int:pk>/read", "POST", summary="Mark a notification as read", body=NOTHING, answer=TOLD, once=True)
    def read(self, pk):
        body(NOTHING)

        def act(session, now):
            notifications.mark_read(session, pk, actor=actor(), now=now)
            row = session.scalar(select(Notification).where(
                Notification.id == pk, visible(Notification, actor())).execution_options(populate_existing=True))
            if row is None:
                raise NotFound(_("Record not found."))
            return TOLD(row)
        return written(act, "read")

    @operation("/read", "POST", summary="Mark all as read", body=READ_ALL, answer=READ, once=True,
               description="Those up to one's newest, not one that came meanwhile.")
    def read_all(self):
        data = body(READ_ALL)
        return written(lambda session, now: {
            "read": notifications.mark_all_read(session, **data, actor=actor(), now=now)}, "read all")


def _shown(row, attendance) -> dict:
    link = {"id": attendance.id, "protocol": attendance.protocol} if attendance is not None else None
    return {**TOLD(row), "attendance": link}
