"""The fetcher: a process that downloads one model file of the manifest, checks it, and knows nothing of the user."""
