"""String building: formatting, joining, splitting, replacing, concatenation in loops."""

from _scale import scaled

WORDS = ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau "
         "upsilon phi chi psi omega").split()


def report(rows):
    lines = []
    for index in range(rows):
        name = WORDS[index % len(WORDS)]
        lines.append(f"{index:>6} {name:<10} {index * 1.5:10.2f} {name.upper()}-{index % 97}")
    return "\n".join(lines)


def analyse(text):
    counts = {}
    for line in text.split("\n"):
        number, name, amount, tag = line.split()
        key = tag.partition("-")[0].lower()
        counts[key] = counts.get(key, 0) + len(amount)
        if not name.startswith(key[:2]) or not number.isdigit():
            raise AssertionError(line)
    return counts


def build(pieces):
    text = ""
    for index in range(pieces):
        text += WORDS[index % len(WORDS)]
        text += ","
        if index % 50 == 49:
            text = text.replace("a,", "A;")[-400:]
    return text


def encode(text):
    out = []
    for character in text:
        code = ord(character)
        if 97 <= code <= 122:
            out.append(chr((code - 97 + 13) % 26 + 97))
        else:
            out.append(character)
    return "".join(out)


def main():
    total = 0
    for _ in range(scaled(450)):
        text = report(4000)
        total += sum(analyse(text).values())
        total += len(build(6000))
        assert encode(encode(text[:20000])) == text[:20000]
    print(total)


if __name__ == "__main__":
    main()
