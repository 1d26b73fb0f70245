"""Where the frozen program starts, in any role."""

import sys

from runtime.seal.trial import SOCKET_OPTION, open_a_socket

if sys.argv[1:] == [SOCKET_OPTION]:
    raise SystemExit(open_a_socket())

from app.__main__ import main

main()
