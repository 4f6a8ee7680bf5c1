"""Calendars ("Calendários"): when the company is open, and on which days it is not. Deadlines are reckoned by them."""
from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import json_type
from .base import DUPLICATE_NAME, Logged, Model, Named, unique


class Calendar(Named, Model):
    """A week of open intervals in a time zone, with the holidays of nation and state and days off of its own."""

    __tablename__ = "calendar"
    timezone: Mapped[str] = mapped_column(String(64), default="America/Sao_Paulo")
    week: Mapped[dict[str, Any]] = mapped_column(json_type(), default=dict)  # {"mon": [["08:00", "12:00"], …], …}
    national: Mapped[bool] = mapped_column(default=True)  # Brazil's holidays are days off
    optional_days: Mapped[bool] = mapped_column(default=False)  # and its "pontos facultativos"
    state: Mapped[str | None] = mapped_column(String(2))  # whose holidays are days off too
    city: Mapped[str | None] = mapped_column(String(120))  # named; its holidays are own days off
    holidays: Mapped[list["CalendarHoliday"]] = relationship(
        back_populates="calendar", cascade="all, delete-orphan", order_by="CalendarHoliday.day, CalendarHoliday.id")
    __table_args__ = (unique("name_key", name="uq_calendar_name", field="name", message=DUPLICATE_NAME),)


class CalendarHoliday(Logged, Model):
    """A day off of one calendar: a city's holiday, a day on which the company closes."""

    __tablename__ = "calendar_holiday"
    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"), index=True)
    day: Mapped[date] = mapped_column()
    name: Mapped[str] = mapped_column(String(120))
    recurring: Mapped[bool] = mapped_column(default=False)  # on this day and month of every year
    calendar: Mapped[Calendar] = relationship(back_populates="holidays")

    def __str__(self):
        return self.name or ""


class CalendarSnapshot(Model):
    """A calendar as it was when something was opened by it: a later change moves no deadline. One for each content."""

    __tablename__ = "calendar_snapshot"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the values
    values: Mapped[dict[str, Any]] = mapped_column(json_type())  # the columns of Calendar, and its own days off
