"""Who is asking: plain values, made from a request, a token or a job, with no Flask in sight."""
from dataclasses import dataclass, field, replace

from .permissions import Perm


@dataclass(frozen=True)
class Viewer:
    """The person (or job) that reads and acts. Services take it as `actor`."""

    user_id: int | None
    name: str = ""
    login: str = ""  # the user name: unlike the name, nobody changes his own
    entity_id: int | None = None  # portal user: only rows of this entity
    admin: bool = False
    permissions: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    department_id: int | None = None
    role_ids: frozenset[int] = field(default=frozenset(), repr=False)  # menus of configurators are given to roles

    def may(self, permission: Perm) -> bool:
        return permission.pair in self.permissions

    def limited(self, allowed: frozenset[tuple[str, str]]) -> "Viewer":
        """The same person with no more than these permissions; never an administrator."""
        return replace(self, admin=False, permissions=self.permissions & allowed)

    @property
    def all_companies(self) -> bool:
        return self.entity_id is None and self.may(Perm.ALL_COMPANIES)


SYSTEM = Viewer(user_id=None, name="Balcão", admin=True, permissions=frozenset(p.pair for p in Perm))
