"""Score a GGUF file through the real engine, greedy, with the tool grammar on, on phrasings, names and words held out.

python packaging/pocket/evaluate.py runtime/pocket/llama-desk-pocket.gguf --count 300
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Unpack
from zoneinfo import ZoneInfo

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from scores import Case, cases, is_right, messages, score  # noqa: E402

from app.conversation.action_items import ASK, items_form, sentences_of  # noqa: E402
from app.conversation.asking_back import question_back  # noqa: E402
from app.conversation.heard_values import heard_values  # noqa: E402
from app.conversation.tool_calls import calls_in, engine_tools  # noqa: E402
from runtime.client import EngineClient  # noqa: E402
from runtime.client.requests import GenerateOptions  # noqa: E402
from runtime.protocol import Delta, Tool, Turn  # noqa: E402
from tools.date_language import Dates  # noqa: E402
from tools.desk_tools import SHIPPED  # noqa: E402
from tools.registry import WrongCall  # noqa: E402

ENGINE = (sys.executable, "-I", "-m", "runtime.engine")
DATES = Dates(lambda: datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Europe/Berlin")))
TOGETHER = 4
LONGEST_ANSWER = 400


async def answer_all(model: Path, made: Sequence[Case], *, free: bool) -> list[str]:
    """The engine's greedy answer to each case; `free` of any grammar, or held to it as in the program."""
    answers = [""] * len(made)
    with tempfile.TemporaryDirectory() as folder:
        places = Path(folder)
        (places / "work").mkdir()
        async with EngineClient(ENGINE, work_dir=places / "work", log_file=places / "engine.log") as client:
            await client.load(model, slots=TOGETHER)
            waiting = iter(range(len(made)))

            async def work() -> None:
                for number in waiting:
                    answers[number] = await answer(client, made[number], free=free)

            await asyncio.gather(*(work() for _ in range(TOGETHER)))
    return answers


async def answer(client: EngineClient, case: Case, *, free: bool) -> str:
    if case.task == "items" and not free:
        return await items_by_sentence(client, case)
    turns = [
        Turn(role="tool" if turn.role == "ipython" else turn.role, content=turn.text)
        for turn in case.conversation.turns
    ]
    tools: Sequence[Tool] = [tool for tool in engine_tools(SHIPPED) if tool.name in case.conversation.tools]
    words_of = case.source if case.task == "summary" and not free else None
    said = "\n".join(turn.text for turn in case.conversation.turns if turn.role == "user")
    copied = said if tools and not free else None
    if copied is not None:
        tools = heard_values(tools, said, DATES)
    text = await written(client, turns=turns, tools=tools, copied_from=copied, words_of=words_of)
    return asked_back(text, said) if copied is not None else text


async def items_by_sentence(client: EngineClient, case: Case) -> str:
    """The action items of a case's one message, as the program asks for them: sentence by sentence."""
    items: list[object] = []
    [message] = messages(case)
    sender, _, body = message.partition(": ")
    for sentence in sentences_of(body):
        said = f"{sender}: {sentence}"
        turn = Turn(role="user", content=f"{ASK}\n\n[1] {said}")
        items += json.loads(await written(client, turns=(turn,), json_schema=items_form([said])))["items"]
    return json.dumps({"items": items}, ensure_ascii=False)


async def written(client: EngineClient, **options: Unpack[GenerateOptions]) -> str:
    events = client.generate(max_tokens=LONGEST_ANSWER, **options)
    return "".join([event.text async for event in events if isinstance(event, Delta)])


def asked_back(text: str, said: str) -> str:
    """What the program says: the question where a call lacks what it needs."""
    try:
        calls = calls_in(text, frozenset(tool.name for tool in SHIPPED))
    except WrongCall:
        return text
    return next(filter(None, (question_back(call.name, call.arguments, said) for call in calls)), text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument(
        "--count", type=int, default=300, help="English cases of each task; a third in each other language"
    )
    parser.add_argument("--wrong", type=int, default=0, help="wrong answers to show for each task")
    parser.add_argument("--free", action="store_true", help="hold answers to no form, as the training framework does")
    parser.add_argument("--only", help="these tasks alone, divided by commas")
    parser.add_argument("--save", type=Path, help="write the answers there, as answers.py reads them")
    parser.add_argument("--seen", action="store_true", help="cases of the phrasings that training has seen")
    arguments = parser.parse_args()
    made = cases(arguments.count, held=not arguments.seen)
    made = [c for c in made if not arguments.only or c.task in arguments.only.split(",")]
    answers = asyncio.run(answer_all(arguments.model.absolute(), made, free=arguments.free))
    if arguments.save:
        arguments.save.write_text(json.dumps(answers, ensure_ascii=False), "utf-8")
    shown: Counter[str] = Counter()
    for case, text in zip(made, answers, strict=True):
        if not is_right(case, text) and shown[case.task] < arguments.wrong:
            shown[case.task] += 1
            print(f"{case.task}: {case.conversation.turns[-1].text[-400:]}\n  want {case.expected}\n  got  {text}")
    print(json.dumps({task: round(value, 4) for task, value in score(made, answers).items()}, indent=1))


if __name__ == "__main__":
    main()
