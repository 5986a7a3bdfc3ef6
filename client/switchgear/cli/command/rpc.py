"""`switchgear rpc`: any method, for scripts and for finding out."""

from __future__ import annotations

import json
import sys

from switchgear.cli.failed import CommandError, usage
from switchgear.cli.screen import json_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.wire import Json


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Calls METHOD of the daemon with the JSON object given (or `-`: from stdin) and
prints its result. Progress, if any, comes first, one object per line. Methods:

  initialize  status  completion/create  models/list  models/show  models/order
  providers/list  providers/pause  providers/resume  credentials/list
  credentials/set  credentials/delete  credentials/test
  login/start  login/poll  login/cancel
  kinds/list  providers/add  providers/probe  models/refresh  models/propose
  models/accept  sessions/list  sessions/pin  sessions/unpin  quota/list
  usage/query  route/explain  events/subscribe  doctor/check  config/check
  config/reload  tokens/create  tokens/list  tokens/revoke  spend/allow
  prompt/show

  switchgear rpc status
  switchgear rpc route/explain '{"model": "opus-4.6"}'"""
    parser.add_argument("method", metavar="METHOD")
    parser.add_argument("params", nargs="?", default="{}", metavar="JSON")


def run(invocation: Invocation) -> int:
    params = _params(invocation.args.params)
    try:
        _print_all(invocation, params)
    except CommandError as error:
        if error.kind == "method_not_found":
            error.why, error.hint = error.hint, "switchgear rpc -h"
        raise
    if invocation.args.method == "events/subscribe":
        while True:
            invocation.out.line(json_line(invocation.wire.next_event()))
            invocation.out.write("")
    return 0


def _print_all(invocation: Invocation, params: Json) -> None:
    for kind, value in invocation.wire.stream(invocation.args.method, params):
        invocation.out.line(json_line(value))
        if kind == "progress":
            invocation.out.write("")


def _params(text: str) -> Json:
    try:
        params = json.loads(sys.stdin.read() if text == "-" else text)
    except (ValueError, RecursionError) as error:
        raise usage("the params are not JSON", "switchgear rpc -h", str(error)) from None
    if not isinstance(params, dict):
        raise usage("the params must be one JSON object", "switchgear rpc -h")
    return params
