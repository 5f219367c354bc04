"""Settings of a site that would wait a minute for Redis: a page that answers sooner has not waited for it."""

from config.settings import *  # noqa: F403

CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 60, "socket_connect_timeout": 60}
