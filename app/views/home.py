"""The first page, by role."""
from flask_appbuilder import IndexView


class HomeView(IndexView):
    """Sends each role where its work is."""
