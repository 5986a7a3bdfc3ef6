"""Runs a program behind the barriers of our systemd unit, without systemd: `python barriers.py ARGV ...`.

The filter is built by libseccomp from what `systemd-analyze syscall-filter` says the unit's groups are, as systemd
does it; RestrictAddressFamilies= as a rule on socket(2). For tests on machines that run no user manager.
"""

import ctypes
import ctypes.util
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

UNIT = Path(__file__).parents[1] / "systemd" / "switchgeard.service"
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
ERRNO_EPERM, ALLOW, EQUAL = 0x0005_0001, 0x7FFF_0000, 4  # of <seccomp.h>
NO_NEW_PRIVS = 38  # PR_SET_NO_NEW_PRIVS
LIBRARY = ctypes.util.find_library("seccomp")


class Compare(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def setting(key: str) -> list[str]:
    """The words of one line of the unit."""
    found = re.search(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)
    assert found is not None
    return found[1].split()


def calls(groups: list[str]) -> set[str]:
    """The names in these groups, and in the groups that they are made of."""
    names: set[str] = set()
    while groups:
        argv = ["systemd-analyze", "syscall-filter", "--no-pager", *groups]
        lines = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
        words = {line.strip() for line in lines if line.startswith("    ") and "#" not in line}
        names |= {word for word in words if not word.startswith("@")}
        groups = sorted(word for word in words if word.startswith("@"))
    return names


def put_up() -> None:
    """From here on, for this process and its children."""
    libc, seccomp = ctypes.CDLL(None), ctypes.CDLL(LIBRARY)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ERRNO_EPERM))
    for name in calls(setting("SystemCallFilter")) - {"socket"}:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            assert seccomp.seccomp_rule_add_array(context, ALLOW, number, 0, None) == 0
    socket = seccomp.seccomp_syscall_resolve_name(b"socket")
    for family in setting("RestrictAddressFamilies"):
        rule = Compare(0, EQUAL, FAMILIES[family], 0)
        assert seccomp.seccomp_rule_add_array(context, ALLOW, socket, 1, ctypes.byref(rule)) == 0
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    assert libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert seccomp.seccomp_load(context) == 0


if __name__ == "__main__":
    put_up()
    os.execvp(sys.argv[1], sys.argv[1:])
