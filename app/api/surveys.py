"""Surveys over REST: those there are, put before a person or asked about an attendance, and filled."""
from flask import jsonify
from marshmallow import fields, missing, validate
from sqlalchemy.orm import joinedload, selectinload

from ..errors import DomainError
from ..extensions import db
from ..lowcode.controls import local_zone
from ..models.survey import QuestionType, Survey, SurveyAnswer, SurveyKind, SurveyParticipation, SurveyQuestion
from ..security.visibility import visible
from ..services import survey_answers, surveys
from ..services.records import get_visible
from . import schemas
from .arguments import Flag, Listed, Whole
from .base import Resource, actor, body, listed, written
from .operation import operation
from .register_bodies import Named
from .register_resource import register_of
from .shapes import ANY, TEXT, WHOLE, Shape, empty, many

QUESTION = Shape("SurveyQuestion", SurveyQuestion, "id position text type minimum required active",
                 options=(many(TEXT), lambda row: [str(each) for each in row.options]))
SURVEY = Shape("Survey", Survey, "id name kind description valid_from valid_until active version",
               questions=(many(QUESTION.ref), lambda row: list(map(QUESTION, row.questions))))
ANSWER = Shape("SurveyAnswer", SurveyAnswer, "question_id", value=(ANY, lambda row: row.value))
PARTICIPATION = Shape(
    "SurveyParticipation", SurveyParticipation, "id survey attendance_id invited_at answered_at",
    person_id=(empty(WHOLE), lambda row: row.entity_id),
    answers=(many(ANSWER.ref), lambda row: list(map(ANSWER, row.answers))))


class ListSurveys(Listed):
    active = Flag(load_default=None)


class ListParticipations(Listed):
    survey_id = Whole()
    person_id = Whole()
    attendance_id = Whole()
    answered = Flag(load_default=None)


class OfferSurvey(schemas.Body):
    survey_id = schemas.whole(required=True)
    person_id = schemas.whole(metadata={"description": "Who takes part; or give the attendance it asks about"})
    attendance_id = schemas.whole()


class AnswerRow(schemas.Body):
    question_id = schemas.whole(required=True)
    value = fields.Raw(required=True, allow_none=True, error_messages=schemas.MESSAGES)


class FillSurvey(schemas.Body):
    answers = schemas.rows(AnswerRow, required=True)


class AddQuestion(schemas.Body):
    id = schemas.whole(metadata={"description": "Of a question that is there already"})
    position = schemas.whole(validate=validate.Range(1, surveys.LAST, error=schemas.NOT_VALID), metadata={
        "description": "Its place; by default that in the list"})
    text = schemas.text(surveys.TEXT_LENGTH, required=True)
    type = schemas.choice(*QuestionType, load_default=QuestionType.SCALE.value)
    options = schemas.several(schemas.text(surveys.OPTION_LENGTH, required=True), surveys.MOST_OPTIONS,
                              load_default=list)
    minimum = schemas.amount(load_default=missing, allow_none=True, metadata={
        "description": "The least number that may be answered: null for any, 0 where a new question leaves it out"})
    required = schemas.flag(load_default=False)
    active = schemas.flag(load_default=True)


class AddSurvey(Named):
    kind = schemas.choice(*SurveyKind, load_default=SurveyKind.SATISFACTION.value)
    description = schemas.text(surveys.DESCRIPTION_LENGTH)
    valid_from = schemas.day()
    valid_until = schemas.day()
    questions = schemas.rows(AddQuestion, surveys.MOST_QUESTIONS, required=True, metadata={
        "description": "All of them: one that is left out is removed, which only one without answers allows"})


SURVEYS, LIST, OFFER, FILL = ListSurveys(), ListParticipations(), OfferSurvey(), FillSurvey()


class SurveyApi(Resource):
    resource_name = "surveys"
    class_permission_name = "survey"
    method_permission_name = {"get_list": "answer"}
    openapi_spec_tag = "Surveys"

    @operation("", summary="List surveys", query=SURVEYS, listed=SURVEY)
    def get_list(self):
        args = SURVEYS.read()
        query = db.session.query(Survey).filter(visible(Survey, actor())).options(selectinload(Survey.questions))
        if args["active"] is not None:
            query = query.filter(Survey.active == args["active"])
        return listed(SURVEY, query, Survey.name_key, Survey.id, args)


SurveyRegisterApi = register_of(
    "surveys", "classification", Survey, SURVEY, ("surveys", "a survey"), AddSurvey(), surveys, tag="Surveys",
    without=("get_list",))


class ParticipationApi(Resource):
    resource_name = "survey-participations"
    class_permission_name = "survey"
    method_permission_name = dict.fromkeys(("get_list", "post", "get", "fill", "delete"), "answer")
    openapi_spec_tag = "Surveys"

    @operation("", summary="List who takes part", query=LIST, listed=PARTICIPATION, description="The newest first.")
    def get_list(self):
        args, model = LIST.read(), SurveyParticipation
        query = db.session.query(model).filter(visible(model, actor())).options(
            joinedload(model.survey), selectinload(model.answers))
        for name, column in (("survey_id", model.survey_id), ("person_id", model.entity_id),
                             ("attendance_id", model.attendance_id)):
            if args[name] is not None:
                query = query.filter(column == args[name])
        if args["answered"] is not None:
            done = model.answered_at.is_not(None)
            query = query.filter(done if args["answered"] else ~done)
        return listed(PARTICIPATION, query, model.id, model.id, args, desc=True)

    @operation("", "POST", summary="Put a survey before somebody", body=OFFER, answer=PARTICIPATION, status=201,
               once=True, description="One that is there already is answered.")
    def post(self):
        data = body(OFFER)

        def act(session, now):
            made = survey_answers.put(session, data["survey_id"], entity_id=data["person_id"],
                                      attendance_id=data["attendance_id"], today=_today(now), actor=actor(), now=now)
            session.flush()  # its id is in the answer
            return PARTICIPATION(made)
        return written(act, "survey", status=201)

    @operation("/<int:pk>", summary="Read what was answered", answer=PARTICIPATION)
    def get(self, pk):
        return jsonify(PARTICIPATION(get_visible(db.session, SurveyParticipation, pk, actor())))

    @operation("/<int:pk>/answers", "POST", summary="Fill a survey", body=FILL, answer=PARTICIPATION, once=True,
               description="Once: with the answers it is done.")
    def fill(self, pk):
        data = body(FILL)
        answers = {row["question_id"]: _typed(row["value"]) for row in data["answers"]}

        def act(session, now):
            try:
                done = survey_answers.fill(session, pk, answers, today=_today(now), actor=actor(), now=now)
            except DomainError as error:
                for each in getattr(error, "errors", [error]):  # q7: of question 7
                    each.field = f"answers.{each.field[1:]}" if each.field else None
                raise
            session.flush()  # its answers are in the answer
            return PARTICIPATION(done)
        return written(act, "fill")

    @operation("/<int:pk>", "DELETE", summary="Take back a survey that was not answered", status=204)
    def delete(self, pk):
        return written(lambda session, now: survey_answers.withdraw(session, pk, actor=actor(), now=now))


def _today(now):
    return now.astimezone(local_zone()).date()


def _typed(value):
    """As a form has it: true is "yes"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return [str(each) for each in value] if isinstance(value, list) else value
