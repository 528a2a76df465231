"""Benchmarks: each figure beside the least that the job needs, measured in the same run."""
