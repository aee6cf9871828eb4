#!/usr/bin/python3
"""Lets the users of a file of htpasswd(1) into asio-chatd. Needs apache2-utils.

    htpasswd.py SOCKET FILE
"""

import subprocess

import authenticator

parser = authenticator.options(__doc__.split("\n")[0])
parser.add_argument("file", help="made by: htpasswd -B -c FILE NAME")
given = parser.parse_args()


def check(question):
    done = subprocess.run(["htpasswd", "-v", "-i", given.file, question["name"]],
                          input=question["password"].encode(), capture_output=True)
    if done.returncode == 0:
        return {"accept": True, "user": question["name"]}
    # 3: another password, 6: no such user (its manual page)
    if done.returncode not in (3, 6):
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
    return None


authenticator.main(check, given=given)
