#!/usr/bin/python3
"""Lets the users of an LDAP directory into asio-chatd: who can bind with their password. Needs
python3-ldap3.

    ldap.py SOCKET ldaps://HOST 'uid={},ou=people,dc=example,dc=org'
"""

import ssl
import sys

import ldap3
from ldap3.core.exceptions import LDAPInvalidCredentialsResult, LDAPNoSuchObjectResult
from ldap3.utils.dn import escape_rdn

import authenticator

parser = authenticator.options(__doc__.split("\n")[0])
parser.add_argument("url", help="ldaps://HOST[:PORT], or ldap://localhost; elsewhere ldap:// would send "
                                "passwords unencrypted")
parser.add_argument("dn", help="of a user, with {} for the name")
parser.add_argument("--ca", help="PEM: the CA of the directory (default: those of the system)")
given = parser.parse_args()
if given.dn.count("{}") != 1:
    parser.error("dn needs {} once, where the name goes")
host = given.url.partition("://")[2].rpartition(":")[0] or given.url.partition("://")[2]
if not given.url.startswith("ldaps://") and host not in ("localhost", "127.0.0.1", "[::1]"):
    parser.error("ldap:// would send passwords unencrypted to another machine; use ldaps://")

TIME = 8
server = ldap3.Server(given.url, connect_timeout=TIME, get_info=ldap3.NONE,
                      tls=ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=given.ca))


def check(question):
    dn = given.dn.replace("{}", escape_rdn(question["name"]))
    connection = ldap3.Connection(server, user=dn, password=question["password"], receive_timeout=TIME,
                                  raise_exceptions=True)
    try:
        connection.bind()
    except (LDAPInvalidCredentialsResult, LDAPNoSuchObjectResult):
        return None
    finally:
        connection.unbind()
    return {"accept": True, "user": question["name"]}


authenticator.main(check, given=given)
