"""What RQ runs: the worker, the loop that works on tasks, and the sweeper."""
