"""Tests for `switchgeard.serving.peer`."""

import os
import socket

import structlog.testing

from switchgeard.serving.peer import Peer, is_ours, peer_of, recognized


def test_the_kernel_names_the_peer_of_a_socket() -> None:
    """Our own other end is us."""
    here, there = socket.socketpair()
    with here, there:
        peer = peer_of(here)
    assert peer.uid == os.geteuid()
    assert peer.pid == os.getpid()
    assert is_ours(peer)


def test_another_user_is_a_stranger() -> None:
    """Any uid but ours, root included."""
    assert not is_ours(Peer(os.geteuid() + 1))


def test_a_socket_without_credentials_is_an_error() -> None:
    """The caller has to treat a kernel that does not answer as a stranger."""
    with socket.socket(socket.AF_INET) as sock:
        try:
            peer = peer_of(sock)
        except OSError:
            return
    assert not is_ours(peer)


def test_who_is_not_recognized_is_logged_and_nobody() -> None:
    """Our own user is somebody; what has no credentials is a stranger, and no error."""
    here, there = socket.socketpair()
    with here, there, socket.socket(socket.AF_INET) as other, structlog.testing.capture_logs() as logs:
        assert recognized(here) == peer_of(here)
        assert recognized(other) is None
    assert [(entry["event"], entry["reason"]) for entry in logs] == [("connection.refused", "another user")]
