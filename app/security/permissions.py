"""Every permission of the product and the grants each release brings. The enum is the contract: FAB's permission rows
are derived from it by `flask sync`, never from view classes. Source: requirements part 8 and 1b."""
from enum import StrEnum


class Perm(StrEnum):
    """"verb noun"; `pair` is what FAB stores."""

    ATTENDANCE_READ = "read attendance"
    ATTENDANCE_WRITE = "write attendance"
    ATTENDANCE_REOPEN = "reopen attendance"
    CLASSIFICATION_READ = "read classification"  # motives, channels, situations, role types… what configurators keep
    CLASSIFICATION_WRITE = "write classification"
    COMPANY_READ = "read company"
    COMPANY_WRITE = "write company"
    DOCUMENT_REVEAL = "reveal document"  # see a whole CPF/CNPJ; each look is logged
    ENTITY_READ = "read entity"
    ENTITY_WRITE = "write entity"
    ENTITY_DELETE = "delete entity"
    LOG_READ = "read log"  # of any record one may see
    OUTBOX_READ = "read outbox"
    OUTBOX_WRITE = "write outbox"  # send again
    OWN_ACCOUNT = "use account"  # profile, own sessions, own password
    PORTAL_USE = "use portal"
    ROLE_READ = "read role"
    ROLE_WRITE = "write role"
    SECURITY_LOG_READ = "read security_log"
    SETTING_READ = "read setting"
    SETTING_WRITE = "write setting"
    STRUCTURE_READ = "read structure"  # units and departments
    STRUCTURE_WRITE = "write structure"
    USER_READ = "read user"
    USER_WRITE = "write user"
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
}
