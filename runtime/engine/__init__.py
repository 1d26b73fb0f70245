"""The engine process: llama.cpp's low-level interface, a scheduler of our own, and nothing else."""
