"""One person a role, in the world's company."""
import pytest

ROLES = {"admin": "Admin", "supervisor": "Supervisor", "attendant": "Attendant", "configurator": "Configurator",
         "provider": "Provider", "customer": "Customer"}


@pytest.fixture
def person(world, make_user, sign_in):
    """`person("attendant")`: a browser in which somebody of this role is signed in; options are the profile's."""
    def enter(name, **profile):
        entity = {"provider": world.provider, "customer": world.entity}.get(name)
        companies = [] if entity else [world.company]
        return sign_in(make_user(None, ROLES[name], companies=companies, entity=entity, **profile))
    return enter
