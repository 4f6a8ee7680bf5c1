"""The knowledge base as attendants read it: the tree with what each branch holds, and the items by words (M-94)."""
from dataclasses import dataclass, field

from sqlalchemy import and_, func, select, true
from sqlalchemy.orm import contains_eager

from ..models.knowledge import KnowledgeCategory, KnowledgeItem, KnowledgeSection
from ..security.visibility import visible
from .search import contains, in_trigrams, words_of

PAGE = 30


@dataclass(frozen=True)
class Asked:
    """What a page of the base shows: a branch, a kind, words."""

    section: int | None = None
    category: int | None = None
    kind: str | None = None
    text: str = ""


@dataclass
class Branch:
    """A section or a category, and how many items below it the words and the kind leave."""

    id: int
    name: str
    count: int = 0
    below: list["Branch"] = field(default_factory=list)


def holds(text: str):
    """The condition that every word of `text` stands in title, solution or guidance, by any part, whatever the
    accents."""
    words, short = words_of(text)
    found = [in_trigrams("knowledge_item_fts", KnowledgeItem.id, KnowledgeItem.search_text, words)] if words else []
    return and_(true(), *found, *contains(KnowledgeItem.search_text, short))


def tree(session, viewer, asked: Asked) -> list[Branch]:
    """The active sections with their active categories, in their order; two statements."""
    counts = dict(map(tuple, session.execute(
        select(KnowledgeItem.category_id, func.count()).where(*_wanted(viewer, asked))
        .group_by(KnowledgeItem.category_id))))
    branches: dict[int, Branch] = {}
    rows = session.execute(
        select(KnowledgeSection.id, KnowledgeSection.name, KnowledgeCategory.id, KnowledgeCategory.name)
        .outerjoin(KnowledgeCategory, and_(KnowledgeCategory.section_id == KnowledgeSection.id,
                                           KnowledgeCategory.active, visible(KnowledgeCategory, viewer)))
        .where(KnowledgeSection.active, visible(KnowledgeSection, viewer)).order_by(*_ORDER))
    for section_id, section, category_id, category in rows:
        branch = branches.setdefault(section_id, Branch(section_id, section))
        if category_id is not None:
            leaf = Branch(category_id, category, counts.get(category_id, 0))
            branch.below.append(leaf)
            branch.count += leaf.count
    return list(branches.values())


def items(session, viewer, asked: Asked, *, page: int = 0) -> tuple[list[KnowledgeItem], bool]:
    """(a page of the active items in the order of the tree, with their branch; whether there are more)."""
    query = _joined(select(KnowledgeItem)).where(*_wanted(viewer, asked), *_offered())
    if asked.category is not None:
        query = query.where(KnowledgeItem.category_id == asked.category)
    if asked.section is not None:
        query = query.where(KnowledgeCategory.section_id == asked.section)
    rows = session.scalars(query.order_by(*_ORDER, KnowledgeItem.title_key, KnowledgeItem.id)
                           .limit(PAGE + 1).offset(page * PAGE)).all()
    return list(rows[:PAGE]), len(rows) > PAGE


def item(session, viewer, pk: int) -> KnowledgeItem | None:
    """One active item, with its branch."""
    return session.scalar(_joined(select(KnowledgeItem)).where(
        KnowledgeItem.id == pk, *_wanted(viewer, Asked()), *_offered()))


_ORDER = (KnowledgeSection.position, KnowledgeSection.name_key, KnowledgeSection.id, KnowledgeCategory.position,
          KnowledgeCategory.name_key, KnowledgeCategory.id)


def _joined(query):
    return query.join(KnowledgeItem.category).join(KnowledgeCategory.section).options(
        contains_eager(KnowledgeItem.category).contains_eager(KnowledgeCategory.section))


def _offered():
    return KnowledgeCategory.active, KnowledgeSection.active


def _wanted(viewer, asked):
    """Words and kind, whatever the branch."""
    wanted = [visible(KnowledgeItem, viewer), KnowledgeItem.active]
    if asked.kind:
        wanted.append(KnowledgeItem.kind == asked.kind)
    if asked.text.strip():
        wanted.append(holds(asked.text))
    return wanted
