"""What plugins under test wait for, so that the test can let them go on."""

import threading

OPEN = threading.Event()
