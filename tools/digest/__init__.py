"""The digest: the sentences that carry a document or a folder, chosen without a model."""

from __future__ import annotations

from tools.digest.document import DocumentDigest, KeySentence, digest_document
from tools.digest.folder import FolderDigest, FolderDigester, FolderSentence, digest_folder

__all__ = [
    "DocumentDigest",
    "FolderDigest",
    "FolderDigester",
    "FolderSentence",
    "KeySentence",
    "digest_document",
    "digest_folder",
]
