"""Row visibility as the filter FAB wants: the one condition behind every generated view and related select."""
from flask import g
from flask_appbuilder.models.filters import BaseFilter

from .visibility import visible


class Visible(BaseFilter):
    """Rows that the viewer of the request may see; nobody signed in sees none."""

    name = "visible"

    def apply(self, query, value):
        return query.filter(visible(self.model, g.get("viewer")))
