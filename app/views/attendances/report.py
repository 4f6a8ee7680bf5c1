""""Imprimir relatório": the attendance as a PDF, with what the record shows and its document masked as there (S-20)."""
import re

from flask import abort, current_app, g, make_response, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from ... import documents, phones
from ...database import utc_now
from ...extensions import db
from ...lowcode import fields as custom
from ...models.custom_form import FieldTarget
from ...models.survey import SurveyQuestion
from ...queries import attendances as reads
from ...queries.custom_menus import by_menu, menus_of
from ...queries.report import Report, report_of
from ...security.permissions import Perm
from ..custom import defined
from ..field_kinds import name_persons
from ..formats import answer, day, moment
from ..logs import ACTIONS, Reader


class AttendanceReportView(BaseView):
    """`/attendances/<address>/report.pdf`; with `?notes=1` what colleagues tell each other, for use in the house."""

    route_base, default_view = "/attendances", "report"
    class_permission_name = "attendance"
    method_permission_name = {"report": "read"}

    @expose("/<address>/report.pdf")
    @has_access
    def report(self, address):
        """The stored attendance: what is typed and not confirmed is not in it."""
        attendance = reads.find_by_address(db.session, g.viewer, address) or abort(404)
        content, name = of(attendance, request.args.get("notes") == "1" and g.viewer.entity_id is None)
        response = make_response(content)
        response.headers["Content-Type"] = "application/pdf"
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response


def of(attendance, notes: bool) -> tuple[bytes, str]:
    """(the report of an attendance as PDF, its file name), for the viewer of this request."""
    menus = [by_menu(defined(), g.viewer, menu.id) for menu in menus_of(defined(), g.viewer)]
    content = report_of(db.session, g.viewer, attendance, menus=menus, notes=notes, log=g.viewer.may(Perm.LOG_READ))
    return written(content, internal=notes), file_name(attendance)


def file_name(attendance) -> str:
    """A name that every system takes: letters, digits, dots and hyphens."""
    return f"atendimento-{re.sub(r'[^0-9A-Za-z-]+', '-', attendance.address).strip('-')}.pdf"


def written(content: Report, *, internal: bool) -> bytes:
    """The PDF of a report."""
    from ...pdf.paper import Paper  # slow to import, and most requests print nothing

    attendance = content.attendance
    title = _("Attendance %(number)s", number=attendance)
    paper = Paper(
        title=title, author=current_app.config["APP_NAME"], head=(str(attendance.company), title),
        foot=_("Issued on %(when)s by %(who)s", when=moment(utc_now()), who=g.viewer.name),
        numbered=_("Page {page} of {pages}"), language=str(get_locale()).replace("_", "-"))
    paper.heading(_("Report of attendance %(number)s", number=attendance), attendance.title or "")
    if internal:
        paper.quiet(_("Contains internal notes: not for the customer."))
    _record(paper, attendance)
    _complementary(paper, attendance)
    _records(paper, content)
    _entity(paper, attendance.entity)
    for number, detail in enumerate(content.details, 1):
        _detail(paper, detail, number, len(content.details))
    _category(paper, attendance)
    _notes(paper, content.notes)
    _surveys(paper, content.surveys)
    _log(paper, content, internal)
    return paper.made()


def _full(user):
    return user.get_full_name() if user else ""


def _record(paper, attendance):
    """Blocks 1 and 6."""
    paper.section(_("Attendance data"))
    company = attendance.company
    paper.fields([
        (_("Protocol"), attendance.protocol or ""), (_("Attendance"), str(attendance.id)),
        (_("Company"), str(company)), (_("CNPJ of the company"), documents.shown(company.document)),
        (_("Role"), str(attendance.role_type or "")), (_("Situation"), str(attendance.situation)),
        (_("Related SAC"), str(attendance.related or "")), (_("Assignee"), _full(attendance.assignee)),
        (_("Department"), str(attendance.department or ""))])


def _complementary(paper, attendance):
    """"Dados Complementares" of block 1, form by form; of what nobody filled, nothing."""
    values, standing = attendance.custom_values or {}, defined().on(FieldTarget.ATTENDANCE)
    name_persons([spec for data in standing for spec in data.form.fields], [values])
    for data in standing:
        filled = [(spec.name, custom.shown(spec, values[spec.key])) for _title, specs in data.form.parts
                  for spec in specs if values.get(spec.key) is not None]
        if filled:
            paper.section(f"{_('Complementary data')}: {data.heading}")
            paper.fields(filled)


def _records(paper, content):
    """"Informações Personalizadas": each record behind the viewer's menus; of what nobody filled, nothing."""
    for access, record in content.records:
        name_persons(access.form.every, [record.values])
    for access, record in content.records:
        values = record.values or {}
        paper.section(f"{_('Custom information')}: {access.menus[0].name} {record}")
        paper.fields([
            *((spec.name, custom.shown(spec, values[spec.key])) for spec in access.form.every
              if values.get(spec.key) is not None),
            (_("Added by"), _full(record.owner)), (_("Added on"), moment(record.created_at))])
    if content.more_records:
        paper.quiet(_("There are more records than these."))


def _entity(paper, entity):
    """Block 2: what is marked as main, the document masked as on the screen."""
    paper.section(_("Registration data of the entity"))
    if entity is None:
        paper.quiet(_("Anonymous attendance: no entity is linked."))
        return
    paper.fields([
        (_("Entity"), str(entity.id)), (_("Name"), str(entity)), (_("CPF/CNPJ"), documents.masked(entity.document)),
        (_("Phone"), str(entity.main_phone or "")), (_("E-contact"), str(entity.main_econtact or "")),
        (_("Address"), str(entity.main_address or ""))])


def _detail(paper, detail, number, total):
    """Blocks 3 and 5 of one page."""
    paper.section(_("Detail %(number)s of %(total)s", number=number, total=total))
    contact = detail.contact
    reached = [contact.name, *(phones.shown(each) for each in (contact.phone, contact.mobile) if each),
               contact.email] if contact else []
    paper.fields([
        (_("Channel"), str(detail.channel)),
        (_("Active/Receptive"), _("Active") if detail.direction == "active" else _("Receptive")),
        (_("Date of receipt"), moment(detail.received_at)), (_("Opening date"), moment(detail.opened_at)),
        (_("Attendant"), _full(detail.operator)), (_("Contact"), " · ".join(filter(None, reached)))])
    paper.prose(_("Description"), detail.description)
    if detail.answer:
        paper.prose(_("Answer"), detail.answer)
    paper.fields([
        (_("Answer date"), moment(detail.answered_at)), (_("Product"), str(detail.product or "")),
        (_("Lot no."), detail.lot_number or ""), (_("Serial no."), detail.serial_number or ""),
        (_("Date of manufacture"), day(detail.manufactured_on)), (_("Expiry date"), day(detail.expires_on)),
        (_("Note"), detail.note or "")])
    for information in detail.information:
        paper.prose(_("Information: %(title)s", title=information.title), information.text)


def _category(paper, attendance):
    """Block 4."""
    paper.section(_("Attendance category"))
    paper.fields([
        (_("Opening date and time"), moment(attendance.opened_at)), (_("Closing date"), moment(attendance.closed_at)),
        (_("Motive"), str(attendance.motive or "")), (_("Occurrence"), str(attendance.occurrence or "")),
        (_("Cause"), str(attendance.cause or "")), (_("Unit"), str(attendance.unit or "")),
        (_("Place"), str(attendance.local_partner or "")), (_("Note on the place"), attendance.local_note or ""),
        (_("Reason of the cancellation"), attendance.cancel_reason or ""),
        (_("Opening attendant"), _full(attendance.opened_by)), (_("Changing attendant"), _full(attendance.changed_by))])


def _notes(paper, notes):
    if notes:
        paper.section(_("Internal notes"))
    for note in notes:
        who = _full(note.author) or _("System")
        paper.prose(f"{moment(note.written_at)} · {who}", note.text)


def _surveys(paper, surveys):
    if not surveys:
        return
    asked = {row.question_id for survey in surveys for row in survey.answers}
    questions = {pk: (text, kind) for pk, text, kind in db.session.execute(
        select(SurveyQuestion.id, SurveyQuestion.text, SurveyQuestion.type).where(
            SurveyQuestion.id.in_(asked)))} if asked else {}
    for survey in surveys:
        paper.section(_("Survey: %(name)s", name=survey.survey))
        paper.quiet(_("Answered at %(when)s", when=moment(survey.answered_at)) if survey.answered_at
                    else _("Not answered"))
        told = [(*questions[row.question_id], row.value) for row in survey.answers if row.question_id in questions]
        paper.fields([(text, answer(value, kind)) for text, kind, value in told])


def _log(paper, content, internal):
    if not content.log:
        return
    paper.section(_("Logs"))
    if content.older_log:
        paper.quiet(_("The %(most)s newest entries.", most=len(content.log)))
    reader = Reader("attendance", None, internal=internal)
    for entry in content.log:
        lines = [f"{line.label}: " + (f"{line.old} → {line.new or '—'}" if line.old else line.new)
                 for line in reader.lines(entry)]
        who = entry.actor_name or _("System")
        paper.prose(f"{moment(entry.at)} · {who} · {ACTIONS.get(entry.action, entry.action)}", "\n".join(lines) or "—")
