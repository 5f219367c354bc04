"""Administration of staff, bureaus, regions, business dates and the audit trail, one file a noun."""

from accounts.admin import audit_entry, bureau, business_day, region, sign_in, staff

__all__ = ["audit_entry", "bureau", "business_day", "region", "sign_in", "staff"]
