#!/usr/bin/python3
"""Lets the users that PAM knows into asio-chatd. Needs pamtester, and a file /etc/pam.d/asio-chat.

    pam.py SOCKET [--service NAME]
"""

import subprocess

import authenticator

parser = authenticator.options(__doc__.split("\n")[0])
parser.add_argument("--service", default="asio-chat", help="of /etc/pam.d (default: asio-chat)")
given = parser.parse_args()


def check(question):
    done = subprocess.run(["pamtester", given.service, question["name"], "authenticate", "acct_mgmt"],
                          input=question["password"].encode() + b"\n", capture_output=True)
    return {"accept": True, "user": question["name"]} if done.returncode == 0 else None


authenticator.main(check, given=given)
