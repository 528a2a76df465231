"""Becomes the Python program given, and ends when the process that started it does.

Called with that process's id and the program's arguments. Being a program of its own, it can be
started while the test has threads, where `preexec_fn` is unsafe.
"""

import os
import sys

from vidwiz.processes import die_with_parent

die_with_parent(int(sys.argv[1]))
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
