"""A process that empties the queue of webhooks: `python drainer.py NAME [hang]`; begins when told by a line.

It answers how many it tried. With "hang" it takes one delivery and stops before a byte of it is sent, to be killed.
"""
import sys
import time

from app import create_app
from app.extensions import db
from app.jobs.webhooks import deliver

TAKEN = "taken"


def hang(*_arguments, **_options):
    """In the place of the post: says that it has one, and never sends it."""
    print(TAKEN, flush=True)
    time.sleep(600)


if __name__ == "__main__":
    application = create_app()
    with application.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        options = {"post": hang} if "hang" in sys.argv else {}
        print(deliver(db.session, application.config, worker=sys.argv[1], **options), flush=True)
