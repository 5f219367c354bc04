from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Bureau
from accounts.scope import AllOf, ByRegion, ForPermission, Nobody, ScopedModel
from privacy.fields import EncryptedTextField


class DropBox(ScopedModel):
    """A place where a bureau and the agency leave files for each other: a folder here, or on an SFTP or FTP server."""

    class Channel(models.TextChoices):
        FOLDER = "folder", _("Folder on this machine")
        SFTP = "sftp", "SFTP"
        FTPS = "ftps", "FTPS"
        FTP = "ftp", _("FTP (not encrypted)")

    class Direction(models.TextChoices):
        IN = "in", _("The bureau leaves lists here")
        OUT = "out", _("We leave deliveries here")

    scope = AllOf(ForPermission("exchanges.view_dropbox"), ByRegion("bureau__region"))

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="drop_boxes", verbose_name=_("bureau"))
    direction = models.CharField(_("direction"), max_length=4, choices=Direction.choices, default=Direction.IN)
    channel = models.CharField(_("way of transport"), max_length=8, choices=Channel.choices, default=Channel.SFTP)
    address = models.CharField(
        _("address"), max_length=200, blank=True, help_text=_("Name or IP address of the server; empty for a folder")
    )
    port = models.PositiveIntegerField(_("port"), null=True, blank=True, help_text=_("Empty: the usual one"))
    user = models.CharField(_("user"), max_length=80, blank=True)
    secret = EncryptedTextField(_("password"), purpose="exchanges.dropbox.secret", null=True)
    host_key = models.TextField(
        _("key of the server"),
        blank=True,
        help_text=_(
            "SFTP: the line of the server's public key, e.g. “ssh-ed25519 AAAA…”, and below it a new one while the "
            "server changes over; any other key is refused. "
            "FTPS: the server's certificate (PEM) where no public authority has signed it."
        ),
    )
    folder = models.CharField(
        _("folder"), max_length=200, help_text=_("On the server; for a folder on this machine below DROP_FOLDERS")
    )
    is_active = models.BooleanField(_("in use"), default=True)
    looked_at = models.DateTimeField(_("looked into at"), null=True, blank=True)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    trouble = models.CharField(_("trouble at the last look"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("drop box")
        verbose_name_plural = _("drop boxes")
        constraints = [
            models.CheckConstraint(
                name="drop_box_has_server",
                condition=Q(channel="folder") | ~Q(address=""),
                violation_error_message=_("Please give the address of the server."),
            ),
            models.CheckConstraint(
                name="drop_box_pins_its_key",
                condition=~Q(channel="sftp") | ~Q(host_key=""),
                violation_error_message=_("Please give the public key of the SFTP server: only that one is trusted."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bureau} · {self.get_direction_display()} · {self.get_channel_display()}"


class BoxFile(ScopedModel):
    """A file that lay in a drop box, from the first look to the receipt. It is taken in once: the row is written before
    the file is moved, so that whatever breaks off in between is gone on with."""

    class Status(models.TextChoices):
        SEEN = "seen", _("Seen, perhaps still being written")
        CLAIMED = "claimed", _("Being fetched")
        ENTERED = "entered", _("Taken in")
        DONE = "done", _("Answered")
        FAILED = "failed", _("Refused")

    OPEN = (Status.SEEN, Status.CLAIMED, Status.ENTERED)

    scope = Nobody()

    box = models.ForeignKey(DropBox, models.CASCADE, related_name="files", verbose_name=_("drop box"))
    name = models.CharField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"), default=0, help_text=_("bytes"))
    seen_at = models.DateTimeField(_("seen at"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.SEEN)
    batch = models.ForeignKey("exchanges.Batch", models.PROTECT, related_name="+", null=True, verbose_name=_("batch"))
    reason = models.CharField(_("reason"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("file in a drop box")
        verbose_name_plural = _("files in drop boxes")
        constraints = [
            models.UniqueConstraint(
                fields=["box", "name"], condition=Q(status__in=["seen", "claimed"]), name="box_file_once_at_a_time"
            ),
            models.CheckConstraint(
                name="box_file_entered_with_batch", condition=~Q(status="entered") | Q(batch__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def own_name(self) -> str:
        """Its name once it is taken: that of the sender, made unique and put in order by the number of the row."""
        return f"{self.pk:06d}-{self.name}"
