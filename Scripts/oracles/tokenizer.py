#!/usr/bin/env python3
"""Writes Tests/Fixtures/Text: a small Llama-like sentencepiece model and what Hugging Face makes of texts with it.

    pip install sentencepiece==0.1.99 transformers==4.40.1 protobuf
    Scripts/oracles/tokenizer.py Tests/Fixtures/Text
    Scripts/oracles/tokenizer.py --compare tokenizer.model   # a model of `armature train tokenizer`: Hugging Face
                                                             # and sentencepiece must agree on all texts
"""

import io
import json
import random
import sys
from pathlib import Path

import sentencepiece
from transformers import LlamaTokenizerFast

PROMPT = "In: What action should the robot take to {}?\nOut:"
VERBS = ["put", "move", "pick up", "close", "open", "take", "push", "stack", "wipe", "turn on", "slide", "fold"]
THINGS = ["spoon", "towel", "blue cup", "drawer", "pot", "red block", "can", "table", "sushi", "left burner", "lid"]
PLACES = ["on the", "into the", "next to the", "from the", "under the", "behind the"]
SPECIAL = ["<s>", "</s>", "<unk>", "<PAD>"]
ODD = [
    "", " ", "  ", "   ", "\n", "\n\n", "\t", "a", " a", "a ", "  a  b   c  ", "a\nb", "a\r\nb", "▁", "▁a", "a▁▁b",
    "é", "e\u0301", "naïve café", "Ünïcödé ß", "日本語のテキスト", "수건 위에", "привет", "مرحبا", "שלום", "ไทย",
    "😀", "👩‍👩‍👧", "🇩🇪🤖 go", "\u202d", "\u200b", "\ufeffx", "\u00a0x", "\ufffd", "a\x00b", "\x7f\x01", "𝔘𝔫𝔦",
    "<0x0A>", "<0x41>b", "<s", "s>", "<<s>>", "</s></s>", "<s><s>", "<PAD", "<pad>", "</S>", "a</s>", "</s>a", "a </s> b",
    "a<s>  b", " <unk> ", "x<PAD>y<PAD>", "<s>\n</s>", "In:</s>Out:<PAD>", "<unk><unk>x", "1234567890", "3.14", "a1b2c3",
    "don't", "\"quoted\"", "--", "....", "AaAaAa", "aaaaaaaaaaaaaaaa", "ababababab", "tototototo", "hehehehe", "<action_3>",
]


def texts():
    """All texts, in order: prompts, odd ones, random joins of all of these."""
    draw = random.Random(7)
    prompts = [
        PROMPT.format(f"{draw.choice(VERBS)} the {draw.choice(THINGS)} {draw.choice(PLACES)} {draw.choice(THINGS)}")
        for _ in range(60)
    ]
    parts = ODD + SPECIAL + VERBS + THINGS + [" ", "\n", "  "]
    joins = ["".join(draw.choice(parts) for _ in range(draw.randrange(2, 7))) for _ in range(180)]
    return list(dict.fromkeys(prompts + ODD + joins))


def fit():
    model = io.BytesIO()
    corpus = [PROMPT.format(f"{v} the {a} {p} {b}") for v in VERBS for a in THINGS for p in PLACES for b in THINGS[:4]]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_writer=model, model_type="bpe", vocab_size=420, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True, character_coverage=1.0,
        allow_whitespace_only_pieces=True, hard_vocab_limit=False, num_threads=1, minloglevel=2)
    return model.getvalue()


def fast(path):
    """The tokenizer that OpenVLA has: no prefix setting, and one added padding."""
    tokenizer = LlamaTokenizerFast(vocab_file=str(path))
    tokenizer.add_special_tokens({"pad_token": "<PAD>"})
    return tokenizer


def vectors(tokenizer):
    cases = []
    for text in texts():
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        cases.append({
            "text": text, "ids": ids, "decoded": tokenizer.decode(ids, clean_up_tokenization_spaces=False),
            "skipped": tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)})
    draw = random.Random(11)
    rows = [[draw.randrange(len(tokenizer)) for _ in range(draw.randrange(1, 12))] for _ in range(80)]
    decodes = [
        {"ids": ids, "decoded": tokenizer.decode(ids, clean_up_tokenization_spaces=False),
         "skipped": tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)}
        for ids in rows]
    return {"encode": cases, "decode": decodes, "padding": tokenizer.pad_token_id}


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--compare":
        pieces = sentencepiece.SentencePieceProcessor(model_file=sys.argv[2])
        tokenizer = fast(sys.argv[2])
        plain = [text for text in texts() if not any(mark in text for mark in SPECIAL)]
        wrong = [t for t in plain if pieces.encode(t) != tokenizer(t, add_special_tokens=False)["input_ids"]]
        print(f"{pieces.get_piece_size()} pieces, {len(plain)} texts, {len(wrong)} differ")
        sys.exit(1 if wrong else 0)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.model").write_bytes(fit())
    found = vectors(fast(folder / "small.model"))
    (folder / "llama_fast.json").write_text(json.dumps(found, separators=(",", ":")) + "\n")
    print(f"{len(found['encode'])} texts, {len(found['decode'])} rows of ids")


main()
