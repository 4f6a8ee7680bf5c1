"""Every route asks a permission of the enum, by its decorators: this holds before any role exists."""
import flask_appbuilder.security.decorators as decorators

from app.security.permissions import GRANTS, Perm
from app.views.base import AppModelView

PAIRS = {permission.pair for permission in Perm}

# Every route that asks no permission, and why.
PUBLIC = {
    "HomeView.index": "sends each person to his first page, nobody to the sign-in",
    "AuthView.login": "sign-in",
    "AuthView.logout": "ends one's own session only",
    "AuthView.forgot": "asks for a link to a new password; answers the same whoever is asked for",
    "AuthView.reset": "the mailed link is the right",
    "LoginApi.login": "sign-in",
    "LoginApi.refresh": "the refresh token is the right",
    "LoginApi.logout": "the token is the right",
    "LocaleView.index": "chooses a language",
    "UtilView.back": "leads to the page before, which the person's own cookie names",
    "health.healthz": "says that the process lives, nothing else",
    "health.readyz": "says whether it can work, nothing else",
}


def _asks(function) -> bool:
    """One of FAB's guards stands around it; `permission_name` alone would name a permission and ask nothing."""
    while function is not None:
        code = getattr(function, "__code__", None)
        if code is not None and code.co_name == "wraps" and code.co_filename == decorators.__file__:
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def _endpoints(app):
    """endpoint -> (view, name of the method) of every route of a FAB view or API."""
    return {f"{view.endpoint}.{name}": (view, name) for view in app.appbuilder.baseviews for name in dir(type(view))
            if f"{view.endpoint}.{name}" in app.view_functions}


def test_every_route_asks_a_permission_or_is_listed(app):
    asking = set()
    for endpoint, (view, name) in _endpoints(app).items():
        if isinstance(view, AppModelView) and name in ("action", "action_post"):
            asking.add(endpoint)  # AppModelView._allowed asks the permission of the chosen action
        elif _asks(getattr(type(view), name)):
            asking.add(endpoint)
    silent = {name for name in app.view_functions if not name.endswith("static")} - asking
    assert silent == set(PUBLIC)


def test_what_a_route_asks_is_a_permission_of_the_enum(app):
    """A name that is in no enum would be a door that nobody can open, or one that `flask sync` removes."""
    wrong = []
    for endpoint, (view, name) in _endpoints(app).items():
        if _asks(getattr(type(view), name)):
            pair = (f"can_{view.get_method_permission(name)}", view.class_permission_name)
            if pair not in PAIRS:
                wrong.append(f"{endpoint} asks {pair}")
    assert wrong == []


def test_a_route_that_changes_something_is_no_get(app):
    """HEAD and GET change nothing: a link, a prefetch, a crawler may follow them."""
    changing = ("delete", "end", "end_others", "logout", "theme", "locale", "action", "action_post", "reveal", "resend")
    wrong = [rule.rule for rule in app.url_map.iter_rules()
             if rule.endpoint.rpartition(".")[2] in changing and "GET" in rule.methods]
    assert wrong == []


def test_the_base_views_of_the_framework_are_gone(app):
    """FAB's own user, role and permission screens and APIs know neither our rules nor our log."""
    names = {type(view).__module__ for view in app.appbuilder.baseviews}
    assert sorted(name for name in names if name.startswith("flask_appbuilder.security")) == []


def test_no_grant_names_what_is_not_there():
    granted = {permission for roles in GRANTS.values() for permissions in roles.values() for permission in permissions}
    assert granted <= set(Perm)
