"""Registers that may be of one person, over REST: suggested, merged, taken apart, said to be two."""
import base64
import json

from flask import jsonify

from ..extensions import db
from ..queries import duplicates
from ..services import entity_merge
from . import schemas
from .arguments import Arguments, one_of, text
from .base import Resource, actor, body, not_a_key, written
from .merging import MERGE, MERGES, UNDO, check_merge
from .operation import operation
from .persons import FOUND, PERSON, found
from .shapes import TEXT, WHOLE, Shape, many

GROUP = Shape("DuplicateGroup", company_id=(WHOLE, lambda row: row.company_id),
              value=(TEXT, lambda row: row.value),
              persons=(many(FOUND.ref), lambda row: list(map(FOUND, row.entities))))


class ListDuplicates(Arguments):
    reason = one_of(*duplicates.REASONS, metadata={"description": "What they share; `phone` where it is not given"})
    after = text(600, metadata={"description": "The `next` of the page before"})


class MergePersons(schemas.Body):
    other_id = schemas.whole(required=True, metadata={"description": "The one that becomes part of this one"})
    take = schemas.several(schemas.text(60), 320, load_default=list, metadata={
        "description": f"Fields whose value comes from the other one: {', '.join(entity_merge.FIELDS)}, and "
                       "custom_values.<key> of configurators' fields that both fill in two ways"})
    same_person = schemas.flag(load_default=False, metadata={"description": "Said where both have a CPF/CNPJ"})
    version = schemas.whole()
    other_version = schemas.whole()


class SayDifferent(schemas.Body):
    other_id = schemas.whole(required=True)


LIST, MERGING, DIFFERENT = ListDuplicates(), MergePersons(), SayDifferent()


class PersonMergeApi(Resource):
    resource_name = "persons"
    class_permission_name = "entity"
    method_permission_name = dict.fromkeys(("get_list", "merges", "merge", "undo", "different"), "merge")
    openapi_spec_tag = "Persons"

    @operation("/duplicates", summary="Registers that may be of one person", query=LIST, listed=GROUP)
    def get_list(self):
        args = LIST.read()
        after = _key(args["after"]) if args["after"] else None
        groups, key = duplicates.groups(db.session, actor(), args["reason"] or "phone", after=after)
        following = base64.urlsafe_b64encode(json.dumps(key).encode()).decode() if key else None
        return jsonify(items=[GROUP(row) for row in groups], next=following)

    @operation("/<int:pk>/merges", summary="What was merged into a person", answer=MERGES)
    def merges(self, pk):
        found(pk)
        return jsonify(items=[MERGE(done) for done, _merged in duplicates.merges_of(db.session, pk)], next=None)

    @operation("/<int:pk>/merge", "POST", summary="Merge another person into this one", body=MERGING, answer=MERGE,
               status=201, once=True)
    def merge(self, pk):
        data = body(MERGING)
        versions = (data["version"], data["other_version"])
        kept, other = (found(each) for each in (pk, data["other_id"]))
        if versions != (None, None):  # one that is not given is the stored one
            versions = tuple(given or row.version for given, row in zip(versions, (kept, other), strict=True))
        return written(lambda session, now: MERGE(entity_merge.merge(
            session, pk, data["other_id"], take=tuple(filter(None, data["take"])), same_person=data["same_person"],
            kept_version=versions[0], merged_version=versions[1], actor=actor(), now=now)), "merge person", status=201)

    @operation("/<int:pk>/merges/<int:merge_id>/undo", "POST", summary="Take a merge of persons back", body=UNDO,
               answer=MERGE, once=True)
    def undo(self, pk, merge_id):
        body(UNDO)
        check_merge("entity", pk, merge_id)
        return written(lambda session, now: MERGE(
            entity_merge.undo(session, merge_id, actor=actor(), now=now)), "unmerge person")

    @operation("/<int:pk>/different", "POST", summary="Say that two are not the same person", body=DIFFERENT,
               answer=PERSON, once=True)
    def different(self, pk):
        data = body(DIFFERENT)

        def act(session, now):
            entity_merge.say_different(session, pk, data["other_id"], actor=actor(), now=now)
            return PERSON(found(pk))
        return written(act, "different")


def _key(text_) -> tuple[str, int]:
    try:
        value, company = json.loads(base64.urlsafe_b64decode(text_ + "=" * (-len(text_) % 4)))
        if not isinstance(value, str) or type(company) is not int or not 0 <= company < 2**31 or "\0" in value:
            raise ValueError(text_)
        return value, company
    except (TypeError, ValueError) as error:
        raise not_a_key() from error
