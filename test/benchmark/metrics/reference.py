"""Values for the metric tests, written from the definitions alone: python3 reference.py > reference.json (CPython 3.11, no packages).

Nothing of src/benchmark was read for it. Matching blocks are difflib's own.
"""
import collections
import difflib
import json
import pathlib
import re
import string
import sys

HERE = pathlib.Path(__file__).parent
CASES = json.loads((HERE / "random-cases.json").read_text(encoding="utf-8"))
PALETTES = list(CASES["palettes"].values())


def below(seed):
    state = [seed]

    def draw(n):
        state[0] = (state[0] * 1103515245 + 12345) % 2**31
        return (state[0] >> 16) % n

    return draw


def parts(draw):
    chosen = draw(len(PALETTES) + 1)
    length = 400 if draw(60) == 0 else CASES["lengths"][draw(len(CASES["lengths"]))]
    made = []
    for _ in range(length):
        palette = PALETTES[chosen if chosen < len(PALETTES) else draw(len(PALETTES))]
        made.append(palette[draw(len(palette))])
        made.append(CASES["separators"][draw(len(CASES["separators"]))])
    return made


def changed(made, draw):
    copy = []
    for part in made:
        what = draw(24)
        if what:
            copy.append(part.upper() if what == 1 else part.lower() if what == 2 else part)
    return copy


def text_pair(draw):
    first = parts(draw)
    second = changed(first, draw) if draw(2) == 0 else parts(draw)
    return "".join(first), "".join(second)


def squad_words(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def squad_exact(answer, gold):
    return int(squad_words(answer) == squad_words(gold))


def squad_f1(answer, gold):
    answer, gold = squad_words(answer), squad_words(gold)
    if not answer or not gold:
        return int(answer == gold)
    shared = sum((collections.Counter(answer) & collections.Counter(gold)).values())
    if shared == 0:
        return 0
    precision, recall = shared / len(answer), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def toy_lemma(word):
    return word.replace("ё", "е")[:4]


def rouge_words(text):
    return [toy_lemma(word) for word in re.sub("[%s]" % re.escape(string.punctuation), " ", text.lower()).split()]


def rouge_l(gold, answer):
    gold, answer = rouge_words(gold), rouge_words(answer)
    table = [[0] * (len(answer) + 1) for _ in range(len(gold) + 1)]
    for i, word in enumerate(gold):
        for j, other in enumerate(answer):
            table[i + 1][j + 1] = table[i][j] + 1 if word == other else max(table[i][j + 1], table[i + 1][j])
    common = table[-1][-1]
    if common == 0:
        return 0
    precision, recall = common / len(answer), common / len(gold)
    return 2 * precision * recall / (precision + recall)


def matching(a, b):
    return sum(block.size for block in difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())


def classes(draw):
    kinds = 1 + draw(5)
    size = 1 + draw(30)
    gold = [draw(kinds) for _ in range(size)]
    return gold, [each if draw(3) == 0 else draw(kinds) for each in gold]


def macro_f1(gold, predicted):
    scores = []
    for kind in sorted(set(gold) | set(predicted)):
        true = sum(g == p == kind for g, p in zip(gold, predicted))
        precision = true / predicted.count(kind) if kind in predicted else 0
        recall = true / gold.count(kind) if kind in gold else 0
        scores.append(2 * precision * recall / (precision + recall) if true else 0)
    return sum(scores) / len(scores)


def deleted_error(gold, predicted):
    """Standard error of (accuracy + macro F1) / 2, each sample left out in turn."""
    n = len(gold)
    if n < 2:
        return -1
    values = []
    for i in range(n):
        g, p = gold[:i] + gold[i + 1 :], predicted[:i] + predicted[i + 1 :]
        values.append((sum(a == b for a, b in zip(g, p)) / (n - 1) + macro_f1(g, p)) / 2)
    middle = sum(values) / n
    return ((n - 1) / n * sum((value - middle) ** 2 for value in values)) ** 0.5


def pairs(draw):
    return [(draw(2), draw(2)) for _ in range(1 + draw(40))]


def confident(drawn):
    return sum(direct and swapped for direct, swapped in drawn) / len(drawn)


USE_TYPES = ["matching", "text", "multiple_choice_based_on_text"]


def use_case(draw):
    kind, task = USE_TYPES[draw(3)], ["16", "1", "26"][draw(3)]
    if kind == "text":
        words = ["таккак", "потомучто", "ёлка", "елка", "½x", "a_b"]
        gold = ",".join(words[draw(len(words))] for _ in range(1 + draw(3)))
        if draw(3) == 0:
            return kind, task, gold, text_pair(draw)[0]
        word = words[draw(len(words))]
        marks = ["", " ", "1", "!", "«", "\n", "🙂", "Ё", "٣"]
        return kind, task, gold, "".join(c.upper() + marks[draw(len(marks))] for c in word)
    gold = ",".join(str(1 + draw(5)) for _ in range(1 + draw(5)))
    if draw(4) == 0:
        return kind, task, gold, text_pair(draw)[0]
    if draw(3) == 0:
        return kind, task, gold, gold.replace(",", ", ")
    return kind, task, gold, [",", ", ", " ,"][draw(3)].join(str(1 + draw(5)) for _ in range(draw(7)))


def use_points(kind, task, gold, answer):
    wanted = gold.split(",")
    if kind == "text":
        letters = re.sub(r"[\d\W]", "", answer).lower()
        return int(letters != "" and letters in wanted)
    given = [part.strip() for part in answer.split(",")]
    if kind == "matching":
        return sum(a == b for a, b in zip(wanted, given)) if len(wanted) == len(given) else 0
    if task == "16":
        given += ["-1"] * (len(wanted) - len(given))
        return max(0, len(set(wanted) & set(given)) - len(given) + len(wanted))
    return int(set(wanted) == set(given))


def use_score(drawn):
    variants = collections.defaultdict(int)
    for variant, points in drawn:
        variants[variant] += points
    return sum(points / 34 for points in variants.values()) / len(variants)


def category_case(draw):
    size = 1 + draw(40)
    return [(draw(2), draw(4), draw(3)) for _ in range(size)]


def category_mean(drawn):
    by = collections.defaultdict(lambda: collections.defaultdict(list))
    for value, category, subject in drawn:
        by[category][subject].append(value)
    means = [sum(sum(v) / len(v) for v in subjects.values()) / len(subjects) for subjects in by.values()]
    return sum(means) / len(means)


def ranking(draw):
    size = 2 + draw(30)
    scores = [-draw(12) / 4 for _ in range(size)]
    if draw(10) == 0:
        scores[draw(size)] = float("-inf")
    gold = [place for place in range(size) if draw(3) == 0] or [draw(size)]
    return scores, gold


def r_precision(scores, gold):
    best = sorted(range(len(scores)), key=lambda place: -scores[place])[: len(gold)]
    return len(set(best) & set(gold)) / len(gold)


def values(seed, count, case, metric):
    draw = below(seed)
    return " ".join("%.10g" % metric(*case(draw)) for _ in range(count))


def whole(case):
    return lambda draw: (case(draw),)


json.dump(
    {
        "squad_f1": values(1, 600, text_pair, squad_f1),
        "squad_exact_match": values(1, 600, text_pair, squad_exact),
        "rouge_l": values(2, 600, text_pair, rouge_l),
        "matching_blocks": values(3, 600, text_pair, matching),
        "macro_f1": values(4, 600, classes, macro_f1),
        "class_error": values(5, 600, classes, deleted_error),
        "confident_accuracy": values(6, 600, whole(pairs), confident),
        "use_points": values(7, 900, use_case, use_points),
        "use_score": values(8, 600, whole(lambda draw: [(draw(4), draw(5)) for _ in range(1 + draw(60))]), use_score),
        "category_mean": values(9, 600, whole(category_case), category_mean),
        "r_precision": values(10, 600, ranking, r_precision),
    },
    sys.stdout,
    indent=2,
)
print()
