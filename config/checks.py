"""Checks of the installation as a whole."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

_HOW = "Run `make messages`, or `python locale/build.py`; `make run` and `make demo` do it by themselves."


@register()
def chinese_catalogue(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """config.W001: the catalogue that `locale/build.py` makes of locale/parts is missing or older than a part, so that
    pages would be in English, or partly so."""
    locale = settings.BASE_DIR / "locale"
    built = locale / "zh_Hans" / "LC_MESSAGES" / "django.mo"
    if not built.exists():
        return [
            Warning("The Chinese catalogue has not been built: pages would be in English.", hint=_HOW, id="config.W001")
        ]
    made = built.stat().st_mtime
    newer = sorted(part.name for part in (locale / "parts").glob("*.po") if part.stat().st_mtime > made)
    if newer:
        text = f"The Chinese catalogue is older than {', '.join(newer)}."
        return [Warning(text, hint=_HOW, id="config.W001")]
    return []
