"""How long a search of many passages takes: by words, by vectors, by both; and the list of what is indexed.

    uv run python packaging/benchmarks/passages.py [--passages 100000]

Makes a desk database of passages whose words are as frequent as those of natural text (Zipf), with random vectors of
384 numbers, and prints medians over the queries: by the clock, and of this process's processor time, which another
busy program does not change. No model runs.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import batched
from pathlib import Path

import numpy as np

from tools.desk_db import DeskDatabase, FileRecord
from tools.desk_db.text_hash import text_hash
from tools.passages import Document, Passage
from tools.search import Meaning, VectorIndex, search

ROOT, MODEL, WIDTH = "/folder", "random", 384
VOCABULARY, PASSAGE_WORDS, PASSAGES_PER_FILE, FILES_PER_FOLDER = 40_000, 120, 10, 500
QUERIES = 40
SYLLABLES = "ba de fi go ku la me ni po ru sa te vi zo han ler mon tas".split()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    passages = parser.parse_args().passages
    with tempfile.TemporaryDirectory() as scratch, DeskDatabase.open(Path(scratch) / "desk.sqlite") as db:
        words = vocabulary()
        seconds = fill(db, words, passages)
        size = db.path.stat().st_size / 2**20
        print(f"{passages} passages with vectors stored in {seconds:.0f} s, {size:.0f} MiB")
        measure(db, words)


def measure(db: DeskDatabase, words: Sequence[str]) -> None:
    choose, random_vectors = random.Random(2), np.random.default_rng(2)
    index = VectorIndex(MODEL)
    report("vectors loaded, once", [lambda: index.update(db)])
    queries = [" ".join(query_words(words, choose)) for _ in range(QUERIES)]
    meanings = [Meaning(unit(random_vectors.standard_normal(WIDTH)), index) for _ in range(QUERIES)]
    report("search by words", [lambda q=query: search(db, q) for query in queries])
    report("search by vectors", [lambda m=meaning: search(db, "zzzz", meaning=m) for meaning in meanings])
    both = list(zip(queries, meanings, strict=True))
    report("search by both", [lambda q=query, m=meaning: search(db, q, meaning=m) for query, meaning in both])
    inner = f"{ROOT}/part-0"
    report(
        "by both, in a folder",
        [lambda q=query, m=meaning: search(db, q, root=inner, meaning=m) for query, meaning in both],
    )
    report("one common word", [lambda q=word: search(db, q) for word in words[:QUERIES]])
    report("list of indexed folders", [db.indexed_folders.overview for _ in range(5)])
    report("list of indexed files", [lambda: db.files.known(ROOT) for _ in range(5)])


def report(name: str, runs: Sequence[Callable[[], object]]) -> None:
    wall, cpu = [], []
    for run in runs:
        clock, processor = time.perf_counter(), time.process_time()
        run()
        wall.append(1000 * (time.perf_counter() - clock))
        cpu.append(1000 * (time.process_time() - processor))
    worst = f", worst {max(wall):.0f} ms" if len(wall) > 1 else ""
    print(f"{name:26} {statistics.median(wall):7.1f} ms (processor {statistics.median(cpu):.1f} ms{worst})")


def query_words(words: Sequence[str], choose: random.Random) -> list[str]:
    """One to four words, as frequent as those of questions: neither the commonest nor the rarest."""
    return [words[int(30 * 300 ** choose.random())] for _ in range(choose.randint(1, 4))]


def vocabulary() -> list[str]:
    choose = random.Random(1)
    words = dict.fromkeys("".join(choose.choices(SYLLABLES, k=choose.randint(2, 5))) for _ in range(2 * VOCABULARY))
    return list(words)[:VOCABULARY]


def fill(db: DeskDatabase, words: Sequence[str], passages: int) -> float:
    started = time.perf_counter()
    db.indexed_folders.add(ROOT)
    numbers = np.random.default_rng(1)
    weights = 1 / np.arange(1, len(words) + 1)
    frequencies = weights / weights.sum()
    for files in batched(range(passages // PASSAGES_PER_FILE), 200):
        drawn = numbers.choice(len(words), (len(files) * PASSAGES_PER_FILE, PASSAGE_WORDS), p=frequencies)
        texts = iter(" ".join(words[number] for number in row).capitalize() + ". " for row in drawn)
        documents = [document(number, texts) for number in files]
        with db.transaction():
            db.documents.save_many(documents)
            db.files.record_many(ROOT, [record(number) for number in files])
            hashes = [text_hash(passage.text) for found in documents for passage in found.passages]
            db.vectors.put_many(MODEL, [(hashed, unit(numbers.standard_normal(WIDTH))) for hashed in hashes])
    return time.perf_counter() - started


def document(number: int, texts: Iterator[str]) -> Document:
    passages, start = [], 0
    for ordinal, text in zip(range(PASSAGES_PER_FILE), texts, strict=False):
        passages.append(Passage(ordinal, f"page {ordinal + 1}", start, start + len(text), text))
        start += len(text)
    return Document(f"hash {number}", "txt", f"{number}.txt", tuple(passages))


def record(number: int) -> FileRecord:
    return FileRecord(f"part-{number // FILES_PER_FOLDER}/{number}.txt", 1000, 1, "done", "", f"hash {number}")


def unit(vector: np.ndarray) -> np.ndarray:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


if __name__ == "__main__":
    main()
