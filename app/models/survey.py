"""Surveys and their answers ("Pesquisa"): now what an import brings, the whole of it with its issue."""
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, json_type
from .base import DUPLICATE_NAME, Logged, Model, Named, unique


class Survey(Named, Model):
    __tablename__ = "survey"
    kind: Mapped[str] = mapped_column(String(16), default="satisfaction")
    questions: Mapped[list["SurveyQuestion"]] = relationship(
        back_populates="survey", order_by="SurveyQuestion.position")
    __table_args__ = (
        unique("name_key", name="uq_survey_name", field="name", message=DUPLICATE_NAME),
        CheckConstraint("kind in ('satisfaction', 'operator_form', 'campaign')", name="ck_survey_kind"),
    )


class SurveyQuestion(Logged, Model):
    __tablename__ = "survey_question"
    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(String(300))
    type: Mapped[str] = mapped_column(String(12), default="scale")
    survey: Mapped[Survey] = relationship(back_populates="questions")


class SurveyAnswer(Logged, Model):
    """One answer about one attendance."""

    __tablename__ = "survey_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("survey_question.id"), index=True)
    value: Mapped[Any] = mapped_column(json_type())
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    question: Mapped[SurveyQuestion] = relationship()
    __table_args__ = (unique("attendance_id", "question_id", name="uq_survey_answer_once",
                             message=_l("This survey was already answered.")),)
