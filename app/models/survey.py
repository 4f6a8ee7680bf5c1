"""Surveys ("Pesquisa"): their questions, who takes part, and what was answered."""
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, json_type
from .attendance import Attendance
from .base import DUPLICATE_NAME, Logged, Model, Named, unique
from .entity import Entity


class SurveyKind(StrEnum):
    SATISFACTION = "satisfaction"  # about one attendance
    OPERATOR_FORM = "operator_form"  # an operator asks and fills
    CAMPAIGN = "campaign"  # sent to participants


class QuestionType(StrEnum):
    SCALE = "scale"  # 1 to 5
    NPS = "nps"  # 0 to 10
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class Survey(Named, Model):
    __tablename__ = "survey"
    kind: Mapped[str] = mapped_column(String(16), default=SurveyKind.SATISFACTION)
    description: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[date | None] = mapped_column()
    valid_until: Mapped[date | None] = mapped_column()
    questions: Mapped[list["SurveyQuestion"]] = relationship(
        back_populates="survey", cascade="all, delete-orphan", order_by="SurveyQuestion.position, SurveyQuestion.id")
    __table_args__ = (
        unique("name_key", name="uq_survey_name", field="name", message=DUPLICATE_NAME),
        CheckConstraint("kind in ('satisfaction', 'operator_form', 'campaign')", name="ck_survey_kind"),
        CheckConstraint("valid_until >= valid_from", name="ck_survey_validity",
                        info={"field": "valid_until", "message": _l("The validity cannot end before it begins.")}),
    )


class SurveyQuestion(Logged, Model):
    __tablename__ = "survey_question"
    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(String(300))
    type: Mapped[str] = mapped_column(String(12), default=QuestionType.SCALE)
    options: Mapped[list[Any]] = mapped_column(  # texts, of choice and choices, in the order in which they are offered
        json_type(), default=list, info={"ordered": True})
    minimum: Mapped[Decimal | None] = mapped_column(Numeric(14, 3))  # of a number; empty: any may be answered
    required: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)  # a question with answers is retired, not deleted
    survey: Mapped[Survey] = relationship(back_populates="questions")
    __table_args__ = (
        CheckConstraint("type in ('scale', 'nps', 'yes_no', 'choice', 'choices', 'text', 'number', 'date')",
                        name="ck_survey_question_type"),
    )

    def __str__(self):
        return self.text or ""


class SurveyParticipation(Logged, Model):
    """A survey put before an entity, or asked about one attendance; answered once."""

    __tablename__ = "survey_participation"
    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"))
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"))
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # empty: the customer did
    survey: Mapped[Survey] = relationship()
    entity: Mapped[Entity | None] = relationship()
    attendance: Mapped[Attendance | None] = relationship()
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    answers: Mapped[list["SurveyAnswer"]] = relationship(
        back_populates="participation", cascade="all, delete-orphan", order_by="SurveyAnswer.id")
    __table_args__ = (
        CheckConstraint("entity_id is not null or attendance_id is not null", name="ck_survey_participation_whose"),
        Index("uq_survey_participation_attendance", "survey_id", "attendance_id", unique=True,
              sqlite_where=text("attendance_id is not null"), postgresql_where=text("attendance_id is not null"),
              info={"field": "survey_id", "message": _l("This survey was already put for this attendance.")}),
        Index("uq_survey_participation_entity", "survey_id", "entity_id", unique=True,
              sqlite_where=text("attendance_id is null"), postgresql_where=text("attendance_id is null"),
              info={"field": "survey_id", "message": _l("The entity already takes part in this survey.")}),
        Index("ix_survey_participation_entity", "entity_id", "invited_at", "id"),
        Index("ix_survey_participation_attendance", "attendance_id"),
        Index("ix_survey_participation_answered", "survey_id", "answered_at", "id"),
    )

    def __str__(self):
        return str(self.survey or "")


class SurveyAnswer(Logged, Model):
    """The answer to one question."""

    __tablename__ = "survey_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("survey_participation.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("survey_question.id"), index=True)
    value: Mapped[Any] = mapped_column(json_type())
    participation: Mapped[SurveyParticipation] = relationship(back_populates="answers")
    question: Mapped[SurveyQuestion] = relationship()
    __table_args__ = (unique("participation_id", "question_id", name="uq_survey_answer_once",
                             message=_l("This survey was already answered.")),)
