"""FTPS on a real server: who it is is known by its certificate before a password is said."""

from functools import partial

import pytest
import trustme

from exchanges.channels.models import DropBox
from tests.exchanges.channels.conftest import NAME, population
from tests.exchanges.channels.servers import FtpServer

AUTHORITY = trustme.CA()
SOMEBODY_ELSE = trustme.CA()


def _pem(certificate):
    return certificate.bytes().decode()


@pytest.fixture
def ftps(make_box):
    """A box on a server whose certificate the authority has signed for a name: (box, its certificate)."""

    def make(name):
        certificate = AUTHORITY.issue_cert(name)
        return make_box("ftps", server=partial(FtpServer, certificate=certificate)), certificate.cert_chain_pems[0]

    return make


def _pin(box, text):
    DropBox.objects.filter(pk=box.row.pk).update(host_key=text)
    return box.look()


def test_the_own_certificate_is_trusted_whatever_name_is_in_it(ftps):
    box, own = ftps("elsewhere.example")
    assert not _pin(box, _pem(own)).trouble
    assert not _pin(box, _pem(SOMEBODY_ELSE.cert_pem) + _pem(own)).trouble


def test_an_authority_is_trusted_for_the_name_it_has_signed(ftps):
    box, _own = ftps("127.0.0.1")
    assert not _pin(box, _pem(AUTHORITY.cert_pem)).trouble
    box, _own = ftps("elsewhere.example")
    assert "证书" in _pin(box, _pem(AUTHORITY.cert_pem)).trouble
    assert box.server.passwords == []


@pytest.mark.parametrize(
    "pinned", ["", _pem(SOMEBODY_ELSE.cert_pem), _pem(AUTHORITY.issue_cert("x").cert_chain_pems[0])]
)
def test_another_certificate_is_refused_before_the_password_is_shown(ftps, pinned):
    box, own = ftps("127.0.0.1")
    box.leave(NAME, population())
    assert "证书" in _pin(box, pinned).trouble
    assert box.server.passwords == []
    assert not _pin(box, _pem(own)).trouble
    assert box.server.passwords


def test_a_server_without_tls_hears_no_password(make_box):
    box = make_box("ftps", server=FtpServer)
    assert "FTPS" in box.look().trouble
    assert box.server.passwords == []
