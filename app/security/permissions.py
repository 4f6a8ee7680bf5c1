"""Every permission of the product and the grants each release brings. The enum is the contract: FAB's permission rows
are derived from it by `flask sync`, never from view classes. Source: requirements part 8 and 1b."""
from enum import StrEnum


class Perm(StrEnum):
    """"verb noun"; `pair` is what FAB stores."""

    ALERT_READ = "read alert"
    ALERT_WRITE = "write alert"
    APPOINTMENT_READ = "read appointment"
    APPOINTMENT_WRITE = "write appointment"
    ATTENDANCE_READ = "read attendance"
    ATTENDANCE_WRITE = "write attendance"
    ATTENDANCE_REOPEN = "reopen attendance"
    ATTENDANCE_MERGE = "merge attendance"  # two made one, or one split in two
    RECLASSIFY = "reclassify attendance"  # old ones in bulk, by a mapping
    CLASSIFICATION_READ = "read classification"  # motives, channels, situations, role types… what configurators keep
    CLASSIFICATION_WRITE = "write classification"
    COMPANY_READ = "read company"
    COMPANY_WRITE = "write company"
    CUSTOM_FORM_READ = "read custom_form"  # forms, their fields, where they stand, and menus
    CUSTOM_FORM_WRITE = "write custom_form"
    CUSTOM_RECORD_READ = "read custom_record"  # behind the menus that one's roles have
    CUSTOM_RECORD_WRITE = "write custom_record"
    DOCUMENT_REVEAL = "reveal document"  # see a whole CPF/CNPJ; each look is logged
    ENTITY_READ = "read entity"
    ENTITY_WRITE = "write entity"
    EMAIL_SEND = "send email"  # to an entity, from its attendance
    ENTITY_DELETE = "delete entity"
    ENTITY_MERGE = "merge entity"
    INTERNAL_MESSAGE = "send internal_message"  # to colleagues, about a provider or a ticket
    LIST_EXPORT = "export list"  # CSV and XLSX of what a list shows
    LOG_READ = "read log"  # of any record one may see
    ORDER_READ = "read order"  # orders and invoices
    ORDER_WRITE = "write order"
    OUTBOX_READ = "read outbox"
    OUTBOX_WRITE = "write outbox"  # send again
    OWN_ACCOUNT = "use account"  # profile, own sessions, own password
    PORTAL_USE = "use portal"
    PROVIDER_ACCOUNT_READ = "read provider_account"  # batches, guides and payments
    PROVIDER_ACCOUNT_WRITE = "write provider_account"
    REPORT_READ = "read report"  # charts and figures of the whole desk
    ROLE_READ = "read role"
    ROLE_WRITE = "write role"
    SECURITY_LOG_READ = "read security_log"
    SETTING_READ = "read setting"
    SETTING_WRITE = "write setting"
    STRUCTURE_READ = "read structure"  # units and departments
    STRUCTURE_WRITE = "write structure"
    SURVEY_ANSWER = "answer survey"  # put a survey before an entity and fill it
    SURVEY_RESULTS = "read survey"
    TICKET_READ = "read ticket"  # the provider central
    TICKET_WRITE = "write ticket"
    TICKET_API = "use ticket_api"  # over REST: those of the central, or one's own
    TICKET_DELETE = "delete ticket"  # one that nobody has started
    TOKEN_USE = "use token"  # noqa: S105  (one's own tokens for REST)
    USER_READ = "read user"
    USER_WRITE = "write user"
    VIEW_SHARE = "share view"
    WEB_MENU_READ = "read web_menu"  # what of the portal is released
    WEB_MENU_WRITE = "write web_menu"
    WEBHOOK_READ = "read webhook"
    WEBHOOK_WRITE = "write webhook"
    ALL_COMPANIES = "see all_companies"  # rows of every company, present and future

    @property
    def pair(self) -> tuple[str, str]:
        """(FAB permission name, FAB view-menu name)."""
        verb, _, noun = self.value.partition(" ")
        return f"can_{verb}", noun


ADMIN, ATTENDANT, SUPERVISOR, CONFIGURATOR, PROVIDER, CUSTOMER = (
    "Admin", "Attendant", "Supervisor", "Configurator", "Provider", "Customer")

_READS = (Perm.ENTITY_READ, Perm.ATTENDANCE_READ, Perm.CLASSIFICATION_READ, Perm.LOG_READ, Perm.STRUCTURE_READ,
          Perm.COMPANY_READ, Perm.OWN_ACCOUNT)
_DESK = (Perm.ALERT_READ, Perm.ALERT_WRITE, Perm.APPOINTMENT_READ, Perm.APPOINTMENT_WRITE, Perm.ATTENDANCE_MERGE,
         Perm.EMAIL_SEND, Perm.LIST_EXPORT, Perm.ORDER_READ, Perm.SURVEY_ANSWER)
_CENTRAL = (Perm.TICKET_READ, Perm.TICKET_WRITE, Perm.TICKET_API, Perm.INTERNAL_MESSAGE, Perm.PROVIDER_ACCOUNT_READ)
_MENUS = (Perm.CUSTOM_RECORD_READ, Perm.CUSTOM_RECORD_WRITE)
# release -> role -> what that release adds. Append only: a line once shipped is never edited.
GRANTS: dict[str, dict[str, tuple[Perm, ...]]] = {
    "0.1": {
        ATTENDANT: (*_READS, Perm.ENTITY_WRITE, Perm.ATTENDANCE_WRITE, Perm.DOCUMENT_REVEAL),
        SUPERVISOR: (*_READS, Perm.ENTITY_WRITE, Perm.ENTITY_DELETE, Perm.ATTENDANCE_WRITE, Perm.ATTENDANCE_REOPEN,
                     Perm.DOCUMENT_REVEAL, Perm.STRUCTURE_WRITE, Perm.USER_READ, Perm.USER_WRITE, Perm.ROLE_READ,
                     Perm.ROLE_WRITE, Perm.SECURITY_LOG_READ, Perm.SETTING_READ, Perm.OUTBOX_READ, Perm.OUTBOX_WRITE,
                     Perm.PORTAL_USE),  # held to be given: only users of an entity have a portal
        CONFIGURATOR: (Perm.CLASSIFICATION_READ, Perm.CLASSIFICATION_WRITE, Perm.STRUCTURE_READ, Perm.COMPANY_READ,
                       Perm.SETTING_READ, Perm.SETTING_WRITE, Perm.OWN_ACCOUNT, Perm.LOG_READ),
        PROVIDER: (Perm.PORTAL_USE, Perm.OWN_ACCOUNT),
        CUSTOMER: (Perm.PORTAL_USE, Perm.OWN_ACCOUNT),
    },
    "0.2": {
        ATTENDANT: _DESK,
        SUPERVISOR: (*_DESK, Perm.ORDER_WRITE, Perm.ENTITY_MERGE, Perm.REPORT_READ, Perm.SURVEY_RESULTS,
                     Perm.VIEW_SHARE, Perm.TOKEN_USE, Perm.WEBHOOK_READ),
        CONFIGURATOR: (Perm.SURVEY_RESULTS, Perm.WEBHOOK_READ, Perm.WEBHOOK_WRITE, Perm.TOKEN_USE),
    },
    "0.3": {
        ATTENDANT: _CENTRAL,
        PROVIDER: (Perm.TICKET_API,),
        SUPERVISOR: (*_CENTRAL, Perm.TICKET_DELETE, Perm.PROVIDER_ACCOUNT_WRITE, Perm.WEB_MENU_READ,
                     Perm.WEB_MENU_WRITE),
    },
    "0.4": {
        ATTENDANT: _MENUS,
        SUPERVISOR: (*_MENUS, Perm.CUSTOM_FORM_READ, Perm.RECLASSIFY),
        CONFIGURATOR: (*_MENUS, Perm.CUSTOM_FORM_READ, Perm.CUSTOM_FORM_WRITE, Perm.RECLASSIFY),
    },
}
