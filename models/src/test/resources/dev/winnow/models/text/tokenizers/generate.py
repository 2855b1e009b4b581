"""Writes the tokenizers and expectations next to itself; needs tokenizers 0.23 and sentencepiece 0.2."""

import io
import json
import pathlib
import random

import sentencepiece
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

here = pathlib.Path(__file__).parent

CORPUS = """The old house stood on the hill above the river, and nobody had lived in it for many years.
When the wind came from the west, the shutters knocked against the walls and the dogs in the village barked.
"Who is there?" asked the miller, but there was no answer; only the water ran on, as it had always done.
In 1842 the mill burned down. It took 317 days and 25 men to build it again, and it cost 12,500 crowns.
Don't say that we've forgotten; they'll remember, I'm sure, and she'd tell the story to anyone who'd listen.
naïve café résumé Ångström über straße señor  two  spaces\tand tabs
日本語のテキスト 你好世界 Привет мир مرحبا 😀 👩‍👩‍👧‍👦
def main():\n    for i in range(10):\n        print(i)\n""".split("\n")

TEXTS = [
    "", " ", "  ", "a", "Hello, world!", " leading and trailing ", "  two  spaces and\ttabs\n\nnew lines \r\n",
    "1234567890 3.14159 2024-05-01", "don't I'll we've THEY'RE", "naïve café résumé Ångström",
    "日本語のテキスト", "emoji 😀👩‍👩‍👧‍👦 end", "ﬁne ½ Ⅷ e\u0301 \u00e9", "مرحبا بالعالم", "the river ran on",
    "x" * 50, "<|im_start|>user\nhi<|im_end|> there", "a\u0000b", "\ufffd odd \ufffd", "𐍈 rare 🇪🇺", "def f(x):\n    return x\n",
    "</s><s> <unk> <0x41>", "▁ block ▁▁", "\u00a0nbsp\u3000wide",
]


def write(name, value):
    (here / name).write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def decoded(decode, size, special):
    rng = random.Random(5)
    cases = []
    for length in (1, 2, 7, 40, 40):
        ids = [rng.randrange(size) for _ in range(length)]
        cases.append({"ids": ids, "text": decode(ids, False), "skipped": decode(ids, True)})
    return cases


# Byte-level BPE, and the same vocabulary behind other pre-tokenizers.
byte_level = Tokenizer(models.BPE())
byte_level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
byte_level.train_from_iterator(CORPUS * 3, trainers.BpeTrainer(
    vocab_size=420, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
byte_level.decoder = decoders.ByteLevel()
spec = json.loads(byte_level.to_str())
vocab = sorted(spec["model"]["vocab"], key=spec["model"]["vocab"].get)
merges = [" ".join(m) if isinstance(m, list) else m for m in spec["model"]["merges"]]

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def split(expression):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(expression), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


from tokenizers import normalizers

ways = {
    "gpt-2": (pre_tokenizers.ByteLevel(add_prefix_space=False), None, False),
    "smollm": (pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]), None, False),
    "llama-bpe": (split(CONTRACTIONS + r"\p{N}{1,3}" + REST), None, True),
    "qwen2": (split(CONTRACTIONS + r"\p{N}" + REST), normalizers.NFC(), False),
}
expected = {"tokens": vocab, "merges": merges, "special": special, "pre": {}}
for name, (pre, normalizer, ignore_merges) in ways.items():
    model = models.BPE(vocab=spec["model"]["vocab"], merges=[tuple(m.split(" ")) for m in merges], ignore_merges=ignore_merges)
    tokenizer = Tokenizer(model)
    tokenizer.add_special_tokens(special)
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer:
        tokenizer.normalizer = normalizer
    if name == "smollm":
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<|im_start|> $A", special_tokens=[("<|im_start|>", tokenizer.token_to_id("<|im_start|>"))])
        tokenizer.enable_truncation(5)
        tokenizer.enable_padding(length=9)
        write("byte-level.json", json.loads(tokenizer.to_str()))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        expected["decoded"] = decoded(lambda ids, skip: tokenizer.decode(ids, skip_special_tokens=skip), len(vocab), special)
        expected["with_bos"] = tokenizer.encode("the river").ids
    expected["pre"][name] = [
        {"text": text, "ids": tokenizer.encode(text, add_special_tokens=False).ids} for text in TEXTS]
write("byte-level.expected.json", expected)

# SentencePiece BPE with byte fallback: ids straight from sentencepiece.
expected = {}
for name, prefix in (("prefix", True), ("no-prefix", False)):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS * 3), model_writer=model, model_type="bpe", vocab_size=500, byte_fallback=True,
        character_coverage=0.98, normalization_rule_name="identity", remove_extra_whitespaces=False,
        add_dummy_prefix=prefix, allow_whitespace_only_pieces=True, split_digits=True, minloglevel=2)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    size = processor.get_piece_size()
    types = [2 if processor.is_unknown(i) else 3 if processor.is_control(i) else 6 if processor.is_byte(i) else 1 for i in range(size)]
    expected[name] = {
        "tokens": [processor.id_to_piece(i) for i in range(size)],
        "scores": [processor.get_score(i) for i in range(size)],
        "types": types,
        "encoded": [{"text": text, "ids": processor.encode(text)} for text in TEXTS if "\u0000" not in text and "<" not in text and "\u2581" not in text],
        "decoded": [{"ids": processor.encode(text), "text": processor.decode(processor.encode(text))} for text in TEXTS if "<" not in text and "\u2581" not in text and "\u0000" not in text],
    }
write("sentencepiece.expected.json", expected)
