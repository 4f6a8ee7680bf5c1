"""The search panel of a generated list: labelled fields, FAB's address scheme _flt_<operator>_<column>.

Arguments are read through the search form, so that an id nobody may see or a word in a number never reaches SQL;
nothing is kept on the view, which all threads share.
"""
import re
from datetime import UTC, datetime, time, timedelta

from flask import request
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla import filters as fab
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import false, func
from werkzeug.datastructures import MultiDict
from wtforms.validators import StopValidation

from ..lowcode.controls import local_zone
from ..queries import plain_text
from ..text import normalise
from .fields import AppModelConverter

_ARGUMENT = re.compile(r"_flt_(\d)_(\w+)")


class TextFilter(BaseFilter):
    """Compares as the search does: the normalised column <name>_key where the model has one, else lower case."""

    def key(self):
        """The normalised column beside this one, if there is one."""
        return getattr(self.model, f"{self.column_name}_key", None)

    def compared(self, value):
        """(column, typed value), both normalised alike."""
        value = value.replace("\0", "")
        key = self.key()
        if key is not None:
            return key, normalise(value)
        return func.lower(getattr(self.model, self.column_name)), value.strip().lower()

    def condition(self, column, value):
        """The SQL condition; every kind of comparison below has its own."""

    def apply(self, query, value):
        return query.filter(self.condition(*self.compared(value)))


class Contains(TextFilter):
    name = _l("Contains")

    def apply(self, query, value):
        return query.filter(self.held(value))

    def held(self, value):
        """The condition that the text stands somewhere in the column, whatever the accents."""
        if self.key() is None:
            return plain_text.contains(getattr(self.model, self.column_name), value.replace("\0", ""))
        column, typed = self.compared(value)
        return column.contains(typed, autoescape=True)


class StartsWith(TextFilter):
    name = _l("Starts with")

    def condition(self, column, value):
        return column.startswith(value, autoescape=True)


class TextIs(TextFilter):
    name = _l("Is equal to")

    def condition(self, column, value):
        return column == value


class NotContains(Contains):
    name = _l("Does not contain")

    def apply(self, query, value):
        return query.filter(~self.held(value))


class Compared(BaseFilter):
    """A typed value against the column as it is; the form has already converted it."""

    operator = "__eq__"

    def apply(self, query, value):
        return query.filter(getattr(getattr(self.model, self.column_name), self.operator)(value))


class Equal(Compared):
    name = _l("Is equal to")


class AtLeast(Compared):
    name, operator = _l("From"), "__ge__"


class AtMost(Compared):
    name, operator = _l("Until"), "__le__"


class IsYes(BaseFilter):
    name = _l("Is equal to")

    def apply(self, query, value):
        column = getattr(self.model, self.column_name)
        return query.filter(column if value == "y" else ~column)


class RelatedIs(fab.FilterRelation):
    name = _l("Is equal to")

    def apply(self, query, value):
        local = next(iter(getattr(self.model, self.column_name).property.local_columns))
        return query.filter(local == value.id)


class RelatedHas(fab.FilterRelation):
    name = _l("Contains")

    def apply(self, query, value):
        relation = getattr(self.model, self.column_name)
        for row in value:
            query = query.filter(relation.any(row.__class__.id == row.id))
        return query


def _day_start(day):
    return datetime.combine(day, time.min, tzinfo=local_zone()).astimezone(UTC)


class DayFrom(BaseFilter):
    """At or after the beginning of a local day."""

    name = _l("From")

    def apply(self, query, value):
        return query.filter(getattr(self.model, self.column_name) >= _day_start(value))


class DayUntil(BaseFilter):
    """Before the end of a local day."""

    name = _l("Until")

    def apply(self, query, value):
        return query.filter(getattr(self.model, self.column_name) < _day_start(value + timedelta(days=1)))


class AppFilterConverter(fab.SQLAFilterConverter):
    """Which operators a column offers; the first is the one a person means."""

    conversion_table = (
        ("is_relation_many_to_one", [RelatedIs]), ("is_relation_one_to_one", [RelatedIs]),
        ("is_relation_many_to_many", [RelatedHas]), ("is_relation_one_to_many", [RelatedHas]),
        ("is_text", [Contains, StartsWith, TextIs, NotContains]),
        ("is_string", [Contains, StartsWith, TextIs, NotContains]),
        ("is_integer", [Equal, AtLeast, AtMost]), ("is_float", [Equal, AtLeast, AtMost]),
        ("is_numeric", [Equal, AtLeast, AtMost]), ("is_boolean", [IsYes]),
        ("is_date", [AtLeast, AtMost]), ("is_datetime", [DayFrom, DayUntil]),
    )

    def __init__(self, datamodel, choices=()):
        super().__init__(datamodel)
        self.choices = choices

    def convert(self, col_name):
        if col_name in self.choices:
            return [Equal(col_name, self.datamodel)]
        for test, classes in self.conversion_table:
            if getattr(self.datamodel, test)(col_name):
                return [each(col_name, self.datamodel) for each in classes]
        return None


class SearchMixin:
    """`search_columns`; `search_filters` {column: [filter classes]} replaces the operators of one; `cascade`
    {child: parent}."""

    search_columns = ["id"]  # FAB's default is every relation, loaded whole into the page
    search_filters: dict = {}
    cascade: dict = {}

    def _init_search(self):
        """Operators of each column, and the form; both are only read once the view serves."""
        converter = AppFilterConverter(self.datamodel, self.choice_columns)
        self._operators = {
            name: [each(name, self.datamodel) for each in self.search_filters[name]] if name in self.search_filters
            else converter.convert(name) for name in self.search_columns if name != "id"}
        fields = AppModelConverter(self.datamodel, self.choice_columns, self.cascade, searching=True).create_form(
            self.label_columns, list(self._operators), extra_fields=self.search_form_extra_fields,
            filter_rel_fields=self.search_form_query_rel_fields)
        made = {}
        for name, operators in self._operators.items():
            made[name] = getattr(fields, name)
            if self._is_range(operators):
                made[name + "__until"] = getattr(fields, name)
        self.search_form = type("SearchForm", (FlaskForm,), {**made, "searching": True})

    @staticmethod
    def _is_range(operators) -> bool:
        """Two boxes, from and until, instead of one and an operator."""
        return isinstance(operators[0], (DayFrom, AtLeast))

    def search_rows(self):
        """(rows of the panel, [(filter, value)] asked for). A row: label, column, [(field, operator)], operators."""
        typed, chosen = MultiDict(), {}
        for argument, values in request.args.lists():
            match = _ARGUMENT.fullmatch(argument)
            if not match or match[2] not in self._operators or not values[0].strip():
                continue
            column, index = match[2], int(match[1])
            if index >= len(self._operators[column]):
                continue
            ranged = self._is_range(self._operators[column])
            name = column + "__until" if ranged and index else column
            typed.setlist(name, values)
            chosen[name] = index
        form = self.search_form(formdata=typed or None, meta={"csrf": False})  # it only reads
        rows, asked = [], []
        for column, operators in self._operators.items():
            boxes = [(form[column], chosen.get(column, 0))]
            if self._is_range(operators):
                boxes = [(form[column], 0), (form[column + "__until"], 1)]
            for field, index in boxes:
                field.name, field.id = f"_flt_{index}_{column}", f"flt-{field.short_name}"
                field.flags.required = False
                if field.short_name in chosen:
                    readable = self._readable(form, field)
                    asked.append((operators[index] if readable else None, field.data))
            rows.append({"label": self.label_columns[column], "column": column, "boxes": boxes,
                         "operators": operators, "ranged": len(boxes) > 1})
        return rows, asked

    @staticmethod
    def _readable(form, field) -> bool:
        """Only the conversion: what a record requires is not required of a question."""
        try:
            field.pre_validate(form)
            field.errors = list(field.process_errors)
        except (ValueError, StopValidation) as error:
            field.errors = [str(error)]
        return not field.errors and field.data not in (None, "", [])

    @staticmethod
    def filtered(query, asked):
        """The query under what was asked; what could not be read finds nothing, it does not widen the list."""
        for operator, value in asked:
            query = query.filter(false()) if operator is None else operator.apply(query, value)
        return query
