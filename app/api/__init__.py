"""REST over the same services and queries; register() names every resource."""
from collections.abc import Callable


def register(appbuilder, *, report: Callable) -> None:
    """Add the resources under /api/v1/. `report(attendance, notes)` is the printed report: (bytes, file name)."""
    from .alerts import AlertApi
    from .appointments import AppointmentApi
    from .attachments import AttachmentApi
    from .attendances import AttendanceApi
    from .calendars import CalendarApi
    from .classifications import ClassificationApi
    from .detail_pages import DetailApi
    from .duplicates import PersonMergeApi
    from .emails import EmailApi
    from .external_service import ExternalServiceApi, PersonLookUpApi
    from .field_files import FieldFileApi
    from .form_definitions import RESOURCES as DEFINITIONS
    from .forms import FormApi
    from .forwarding import ForwardApi, OperatorApi
    from .invoices import InvoiceApi
    from .jobs import JobApi
    from .labels import AttendanceLabelApi
    from .login import LoginApi
    from .logs import AttendanceLogApi, PersonLogApi
    from .me import MeApi
    from .merging import AttendanceMergeApi
    from .notes import NoteApi
    from .openapi import OpenApi
    from .orders import OrderApi
    from .own import NotificationApi, SavedViewApi
    from .persons import PersonApi
    from .provider_accounts import BatchApi, GuideApi, PaymentApi
    from .provider_tickets import ProviderTicketApi
    from .reclassifications import ReclassificationApi
    from .reference import ApiReferenceView
    from .registers import RESOURCES
    from .reports import ReportApi
    from .settings import SettingApi
    from .surveys import ParticipationApi, SurveyApi, SurveyRegisterApi
    from .web_menus import WebMenuApi

    ReportApi.printed = staticmethod(report)
    for resource in (
            LoginApi, AttendanceApi, DetailApi, AttachmentApi, AttendanceLabelApi, NoteApi, ForwardApi,
            AttendanceMergeApi, EmailApi, ReportApi, AttendanceLogApi, PersonApi, PersonMergeApi, PersonLogApi,
            AlertApi, AppointmentApi, OrderApi, InvoiceApi, BatchApi, GuideApi, PaymentApi, SurveyApi,
            SurveyRegisterApi, ParticipationApi, ProviderTicketApi, MeApi, ClassificationApi, *RESOURCES, CalendarApi,
            WebMenuApi, ReclassificationApi, OperatorApi, SavedViewApi, NotificationApi, JobApi, FieldFileApi, FormApi,
            *DEFINITIONS, SettingApi, ExternalServiceApi, PersonLookUpApi, OpenApi):
        appbuilder.add_api(resource)
    appbuilder.add_view_no_menu(ApiReferenceView)
