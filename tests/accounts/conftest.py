"""Who keeps the providers' accounts, the parameters and the web menus, and who only reads them."""
import pytest

from app.security.permissions import ATTENDANT, CONFIGURATOR, SUPERVISOR


@pytest.fixture
def supervisor(make_user, sign_in, world):
    """A browser of a supervisor of Azul."""
    return sign_in(make_user("sue", SUPERVISOR, companies=[world.company]))


@pytest.fixture
def attendant(make_user, sign_in, world):
    """A browser of an attendant of Azul."""
    return sign_in(make_user("ana", ATTENDANT, companies=[world.company]))


@pytest.fixture
def configurator(make_user, sign_in, world):
    """A browser of a configurator of Azul."""
    return sign_in(make_user("cora", CONFIGURATOR, companies=[world.company]))


@pytest.fixture
def admin(make_user, viewer_for):
    """An administrator as services know him."""
    return viewer_for(make_user("alba", "Admin"))
