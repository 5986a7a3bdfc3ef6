"""Tests for `switchgeard.serving.peer`."""

import os
import socket

from switchgeard.serving.peer import Peer, is_ours, peer_of


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
