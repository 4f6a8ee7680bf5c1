"""What configurators define: forms in their designer, groups, menus, and where forms stand."""
from flask_babel import lazy_gettext as _l


def register(appbuilder) -> None:
    """In the group "Configurações": forms and groups; menus and custom data are tabs of the settings."""
    from ...lowcode.icons import ICONS
    from ...security.labels import ROLES
    from ...security.permissions import Perm
    from ...services import form_types
    from ..logs import CODES_OF, LABELS_OF, PAGES, READS
    from .custom_data import LABELS as DATA_LABELS
    from .custom_data import PERSON_TYPES, TARGETS, CustomDataView
    from .forms import FormView
    from .groups import FormGroupView
    from .menus import LABELS as MENU_LABELS
    from .menus import PERMISSIONS, RECORDS, MenusView
    from .words import FIELD_LABELS

    LABELS_OF.update({"custom_form": FIELD_LABELS, "dynamic_menu": MENU_LABELS, "custom_data": DATA_LABELS})
    CODES_OF.update({
        "custom_form": {"type": form_types.NAMES},
        "dynamic_menu": {"roles": ROLES, "icon": ICONS, "record_permission": _labels(PERMISSIONS),
                         "records_of": _labels(RECORDS)},
        "custom_data": {"person_type": PERSON_TYPES, "target": _labels(TARGETS)}})
    for view in (MenusView, CustomDataView):
        READS[view.table], PAGES[view.table] = Perm.CUSTOM_FORM_READ, view.route_base + "/"
    appbuilder.add_view(FormView, "Forms", label=_l("Forms"), icon="fa-pen-ruler", category="Settings")
    appbuilder.add_view(FormGroupView, "Form groups", label=_l("Groups of menus"), icon="fa-layer-group",
                        category="Settings")
    appbuilder.add_view_no_menu(MenusView)
    appbuilder.add_view_no_menu(CustomDataView)


def _labels(explained) -> dict:
    return {code: label for code, (label, _help) in explained.items()}
