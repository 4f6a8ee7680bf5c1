"""What people read for a role and a permission: names in code are English, labels are translated."""
from flask_babel import lazy_gettext as _l

from .permissions import ADMIN, ATTENDANT, CONFIGURATOR, CUSTOMER, PROVIDER, SUPERVISOR, Perm

ROLES = {
    ADMIN: _l("Administrator"), SUPERVISOR: _l("Supervisor"), CONFIGURATOR: _l("Configurator"),
    ATTENDANT: _l("Attendant"), PROVIDER: _l("Provider"), CUSTOMER: _l("Customer"),
}

# [(group, {permission: (what it is called, what it lets a person do)})]
PERMISSIONS: list[tuple] = [
    (_l("Attendances"), {
        Perm.ATTENDANCE_READ: (_l("See attendances"), _l("Search, open the record and read its history.")),
        Perm.ATTENDANCE_WRITE: (_l("Keep attendances"), _l("Open, classify, answer and confirm.")),
        Perm.ATTENDANCE_REOPEN: (_l("Reopen attendances"), _l("Go on with an attendance that was closed.")),
        Perm.ATTENDANCE_MERGE: (_l("Merge and split attendances"), _l("Make two attendances one, or one two.")),
        Perm.RECLASSIFY: (_l("Reclassify attendances"), _l("Give old ones another classification, many at once.")),
        Perm.EMAIL_SEND: (_l("Send e-mail"), _l("Write to an entity from its attendance.")),
        Perm.LIST_EXPORT: (_l("Export lists"), _l("CSV and XLSX of what a list shows.")),
        Perm.VIEW_SHARE: (_l("Share views"), _l("Offer a saved view to all colleagues.")),
        Perm.REPORT_READ: (_l("See reports"), _l("Charts and figures of the whole desk.")),
    }),
    (_l("Entities"), {
        Perm.ENTITY_READ: (_l("See entities"), _l("Find people and companies and open their register.")),
        Perm.ENTITY_WRITE: (_l("Keep entities"), _l("Add and change people, companies and their contacts.")),
        Perm.ENTITY_DELETE: (_l("Delete entities"), _l("Remove a register that nothing is linked to.")),
        Perm.ENTITY_MERGE: (_l("Merge entities"), _l("Make two registers of one person one, and undo it.")),
        Perm.DOCUMENT_REVEAL: (_l("Reveal documents"), _l("See a whole CPF or CNPJ; each look is logged.")),
    }),
    (_l("Around the entity"), {
        Perm.ALERT_READ: (_l("See alerts"), _l("Warnings about an entity.")),
        Perm.ALERT_WRITE: (_l("Keep alerts"), _l("Add, change and end warnings.")),
        Perm.APPOINTMENT_READ: (_l("See appointments"), _l("The agenda of entities and operators.")),
        Perm.APPOINTMENT_WRITE: (_l("Keep appointments"), _l("Schedule, change and cancel.")),
        Perm.ORDER_READ: (_l("See orders and invoices"), _l("What an entity bought.")),
        Perm.ORDER_WRITE: (_l("Keep orders and invoices"), _l("Add, change and import.")),
        Perm.SURVEY_ANSWER: (_l("Fill surveys"), _l("Put a survey before an entity and note its answers.")),
        Perm.SURVEY_RESULTS: (_l("See survey results"), _l("What was answered, in figures and charts.")),
    }),
    (_l("Providers"), {
        Perm.TICKET_READ: (_l("See the provider central"), _l("The tickets of providers, with their conversation.")),
        Perm.TICKET_WRITE: (_l("Work in the provider central"), _l("Open, take, answer, forward and close tickets.")),
        Perm.TICKET_DELETE: (_l("Delete tickets"), _l("Remove a ticket that nobody has started.")),
        Perm.TICKET_API: (_l("Tickets over REST"), _l("Staff those of the central, a provider his own.")),
        Perm.INTERNAL_MESSAGE: (_l("Internal communication"), _l("Write to colleagues about a provider or a ticket.")),
        Perm.PROVIDER_ACCOUNT_READ: (_l("See batches, guides and payments"), _l("What a provider is owed and paid.")),
        Perm.PROVIDER_ACCOUNT_WRITE: (_l("Keep batches, guides and payments"), _l("Add, change and import.")),
        Perm.WEB_MENU_READ: (_l("See web menus"), _l("What of the portal is released.")),
        Perm.WEB_MENU_WRITE: (_l("Release web menus"), _l("For all, for a profile or for one user.")),
    }),
    (_l("Classification tables"), {
        Perm.CLASSIFICATION_READ: (_l("See the tables"), _l("Motives, channels, situations and the like.")),
        Perm.CLASSIFICATION_WRITE: (_l("Keep the tables"), _l("Add, change and deactivate what attendants choose.")),
    }),
    (_l("Forms and menus"), {
        Perm.CUSTOM_FORM_READ: (_l("See forms and menus"), _l("Fields, forms and menus that configurators define.")),
        Perm.CUSTOM_FORM_WRITE: (
            _l("Keep forms and menus"), _l("Define fields, put forms where they stand, add menus.")),
        Perm.CUSTOM_RECORD_READ: (_l("See custom records"), _l("Behind the menus that are given to the role.")),
        Perm.CUSTOM_RECORD_WRITE: (_l("Keep custom records"), _l("Add and change where the menu allows it.")),
    }),
    (_l("Company"), {
        Perm.COMPANY_READ: (_l("See companies"), _l("The companies that own the desk.")),
        Perm.COMPANY_WRITE: (_l("Keep companies"), _l("Add and change companies.")),
        Perm.STRUCTURE_READ: (_l("See units and departments"), _l("The structure of each company.")),
        Perm.STRUCTURE_WRITE: (_l("Keep units and departments"), _l("Add, change and deactivate them.")),
        Perm.ALL_COMPANIES: (_l("All companies"), _l("See the records of every company, also of those to come.")),
    }),
    (_l("Users and security"), {
        Perm.USER_READ: (_l("See users"), _l("Who has access, and with which roles.")),
        Perm.USER_WRITE: (_l("Keep users"), _l("Invite, change, deactivate and give roles.")),
        Perm.ROLE_READ: (_l("See roles"), _l("What each role lets people do.")),
        Perm.ROLE_WRITE: (_l("Keep roles"), _l("Change permissions; only those that one has oneself.")),
        Perm.SECURITY_LOG_READ: (_l("See the security log"), _l("Who signed in, or tried to.")),
        Perm.LOG_READ: (_l("See logs"), _l("Who changed what, on each record one may see.")),
    }),
    (_l("System"), {
        Perm.SETTING_READ: (_l("See settings"), _l("Options of the installation.")),
        Perm.SETTING_WRITE: (_l("Keep settings"), _l("Change options of the installation.")),
        Perm.OUTBOX_READ: (_l("See the outbox"), _l("Messages sent and waiting.")),
        Perm.OUTBOX_WRITE: (_l("Send again"), _l("Bring back messages that could not be sent.")),
        Perm.WEBHOOK_READ: (_l("See webhooks"), _l("Which systems are told what happens.")),
        Perm.WEBHOOK_WRITE: (_l("Keep webhooks"), _l("Add, change and send again.")),
    }),
    (_l("Own access"), {
        Perm.OWN_ACCOUNT: (_l("Own account"), _l("One's own profile, password and sessions.")),
        Perm.TOKEN_USE: (_l("Own API tokens"), _l("Let another system call in one's name.")),
        Perm.PORTAL_USE: (_l("Portal"), _l("Providers and customers follow their own attendances.")),
    }),
]

PERMISSION_NAMES = {str(each): label for _group, named in PERMISSIONS for each, (label, _meaning) in named.items()}


def role_label(name: str) -> str:
    """The label of one of the product's roles; any other is called what its maker called it."""
    return str(ROLES.get(name, name))


def permission_label(permission: Perm) -> str:
    """What a permission is called; its own text where nobody has named it yet."""
    for _group, named in PERMISSIONS:
        if permission in named:
            return str(named[permission][0])
    return str(permission)


def permission_groups() -> list[tuple]:
    """PERMISSIONS, and what is missing in it, so that a new permission can be granted at once."""
    named = {permission for _group, each in PERMISSIONS for permission in each}
    rest = {permission: (str(permission), "") for permission in Perm if permission not in named}
    return [*PERMISSIONS, *([(_l("Others"), rest)] if rest else [])]
