""""Base de conhecimento" as attendants read it: the tree, the words, the kinds (M-94)."""
from urllib.parse import urlencode

from flask import abort, g, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import lazy_gettext as _l

from ..extensions import db
from ..models.knowledge import KnowledgeKind
from ..queries import knowledge as reads
from ..security.permissions import Perm
from .lookup import whole
from .registers.knowledge import IDENTIFICATIONS, KINDS, LOOKS

MAX_PAGE = 1_000


class KnowledgeView(BaseView):
    """`/knowledge/?section=|category=&kind=information|request&q=&page=`, or one item of it: `?item=`."""

    route_base, default_view = "/knowledge", "base"
    class_permission_name = "classification"
    method_permission_name = {"base": "read"}

    @expose("/")
    @has_access
    def base(self):
        """The whole page; its address is its whole state. A branch or an item that is not shown answers 404."""
        asked, page = _asked(), min(_whole("page") or 0, MAX_PAGE)
        tree = reads.tree(db.session, g.viewer, asked)
        section, category = _branch(tree, asked)
        alone = _whole("item")
        if alone is not None:
            rows, more = [reads.item(db.session, g.viewer, alone) or abort(404)], False
        else:
            rows, more = reads.items(db.session, g.viewer, asked, page=page)
        return self.render_template(
            "knowledge/base.html", title=_l("Knowledge base"), tree=tree, asked=asked, section=section,
            category=category, rows=rows, more=more, page_number=page, alone=alone, link=_link, kinds=KINDS,
            identifications=IDENTIFICATIONS, looks=LOOKS, total=sum(branch.count for branch in tree),
            may_write=g.viewer.may(Perm.CLASSIFICATION_WRITE))


def _asked() -> reads.Asked:
    kind = request.args.get("kind") or None
    if kind not in (None, *KnowledgeKind):
        abort(400)
    return reads.Asked(section=_whole("section"), category=_whole("category"), kind=kind,
                       text=request.args.get("q", "")[:200].replace("\0", "").strip())


def _whole(name) -> int | None:
    text = request.args.get(name)
    if not text:
        return None
    number = whole(text)
    return number if number is not None else abort(404)


def _branch(tree, asked):
    """(section, category) that were asked for, each None where it was not."""
    if asked.category is not None:
        leaves = ((above, leaf) for above in tree for leaf in above.below if leaf.id == asked.category)
        return next(leaves, None) or abort(404)
    if asked.section is not None:
        return next((above for above in tree if above.id == asked.section), None) or abort(404), None
    return None, None


def _link(**change) -> str:
    """This address with some arguments changed, on its first page; None drops one."""
    kept = {name: request.args[name] for name in ("section", "category", "kind", "q") if request.args.get(name)}
    wanted = {name: value for name, value in {**kept, **change}.items() if value is not None}
    return "?" + urlencode(wanted) if wanted else request.path


def register(appbuilder) -> None:
    """A page of the menu "Atendimento"."""
    appbuilder.add_view(KnowledgeView, "Knowledge base", label=_l("Knowledge base"), icon="fa-book-open",
                        category="Attendance")
