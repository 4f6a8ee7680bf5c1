"""The desk that is measured: the demo company with a dozen operators, and two neighbours it must not see."""
import secrets

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.models.company import Company, Unit
from app.models.identity import UserProfile

PASSWORD = "medida com calma 8"  # noqa: S105 - of accounts that live as long as the benchmark
NEIGHBOURS = ("Vizinha Norte Ltda", "Vizinha Sul Ltda")
OPERATORS = 12


def build(session, now) -> None:
    """Add neighbours and operators, once: `bench01` is an attendant of the first company, `bench-all` sees all."""
    if session.scalar(select(User.id).where(User.username == "bench01")):
        return
    session.info["unlogged"] = True
    companies = [session.scalar(select(Company).order_by(Company.id).limit(1))]
    for name in NEIGHBOURS:
        companies.append(Company(name=name))
        session.add_all([companies[-1], Unit(name="Matriz", company=companies[-1]),
                         Unit(name="Ouvidoria", company=companies[-1], restricted=True)])
    roles = {role.name: role for role in session.scalars(select(Role))}
    password = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")
    people = [(f"bench{n:02d}", "Attendant", companies[:1]) for n in range(1, OPERATORS + 1)]
    people += [(f"bench-{place}", "Attendant", [company]) for place, company in enumerate(companies[1:])]
    for username, role, own in [*people, ("bench-all", "Admin", companies)]:
        session.add(User(
            username=username, first_name=username.capitalize(), last_name="Medida", active=True, password=password,
            email=f"{secrets.token_hex(8)}@users.invalid", roles=[roles[role]],
            profile=UserProfile(companies=list(own), password_changed_at=now, central_operator=True)))
    session.flush()  # the guard against unlogged writes is on again after it
    session.info.pop("unlogged")


if __name__ == "__main__":
    from app import create_app
    from app.database import unit_of_work, utc_now
    from app.extensions import db

    with create_app().app_context(), unit_of_work(db.session) as session:
        build(session, utc_now())
