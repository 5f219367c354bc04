"""Settings of a site whose database waits a second, not minutes, for a worker that stands still in a transaction."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES["default"]["OPTIONS"]["options"] = "-c idle_in_transaction_session_timeout=1s"
